//! Do two field names look the same to a backend?

/// Whether a backend may take one name for the other. Behind CGI, WSGI and Rack every byte
/// of a name that is no letter or digit has become `_`, and every letter a capital.
pub fn alike(one: &str, other: &str) -> bool {
    let same = |(a, b): (u8, u8)| {
        a.eq_ignore_ascii_case(&b) || !(a.is_ascii_alphanumeric() || b.is_ascii_alphanumeric())
    };
    one.len() == other.len() && one.bytes().zip(other.bytes()).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_and_case_make_no_difference_and_all_else_does() {
        for (one, other, expected) in [
            ("x-forwarded-for", "x-forwarded-for", true),
            ("x_forwarded_for", "X-Forwarded-For", true),
            ("x.forwarded~for", "x-forwarded-for", true),
            ("x-forwarded-for", "x-forwarded-fo", false),
            ("x-forwarded-for", "x-forwarded-foo", false),
            ("xaforwarded-for", "x-forwarded-for", false),
            ("", "", true),
        ] {
            assert_eq!(alike(one, other), expected, "{one} {other}");
            assert_eq!(alike(other, one), expected, "{other} {one}");
        }
    }
}
