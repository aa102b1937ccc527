//! Which parameters does a field such as `Content-Type` or `Content-Disposition` have, and
//! where do they stand?
//!
//! ```text
//! form-data; name="contact[email]"; filename*=UTF-8''ann%20lee.pdf
//!            └──┘  └────────────┘   └───────┘ └──────────────────┘
//! ```
//!
//! Read as leniently as the most lenient backend: blanks anywhere, no closing quote, values
//! that are no tokens (RFC 9110 section 5.6.6 allows none of these).

use std::ops::Range;

/// One parameter, as places in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// Its name; empty for what stands between semicolons without a `=`.
    pub(super) name: Range<usize>,
    /// Its value, without quotes.
    pub(super) value: Range<usize>,
    /// Whether the value stands between quotes.
    pub(super) quoted: bool,
}

/// The parameters behind the first semicolon of a field.
pub(super) fn parameters(field: &[u8]) -> impl Iterator<Item = Parameter> {
    let mut at = field.iter().position(|byte| *byte == b';').unwrap_or(field.len());
    std::iter::from_fn(move || {
        at += count(field, at, |byte| is_blank(byte) || byte == b';');
        let name = at..at + count(field, at, |byte| !matches!(byte, b';' | b'='));
        if name.is_empty() && name.end == field.len() {
            return None;
        }
        at = name.end;
        if field.get(at) != Some(&b'=') {
            return Some(Parameter { name: at..at, value: trimmed(field, name), quoted: false });
        }
        at += 1;
        at += count(field, at, is_blank);
        let quoted = field.get(at) == Some(&b'"');
        let value = if quoted {
            let end = closing_quote(field, at + 1);
            at + 1..end
        } else {
            trimmed(field, at..at + count(field, at, |byte| byte != b';'))
        };
        at = value.end + usize::from(quoted && value.end < field.len());
        Some(Parameter { name: trimmed(field, name), value, quoted })
    })
}

/// What a quoted value reads as: the byte behind a backslash is itself if it is a quote or a
/// backslash. Browsers write file names with backslashes as they are.
pub(super) fn unquoted(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'\\', [escaped @ (b'"' | b'\\'), after @ ..]) => {
                out.push(*escaped);
                rest = after;
            }
            _ => out.push(*first),
        }
    }
    out
}

/// Where the quote stands that ends a value which begins at `from`, or the end of the field.
fn closing_quote(field: &[u8], from: usize) -> usize {
    let mut at = from;
    loop {
        match field.get(at) {
            None => return field.len(),
            Some(b'"') => return at,
            Some(b'\\') if matches!(field.get(at + 1), Some(b'"' | b'\\')) => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// How many bytes from `at` on are of a kind.
fn count(field: &[u8], at: usize, is: impl Fn(u8) -> bool) -> usize {
    field.get(at..).unwrap_or_default().iter().take_while(|byte| is(**byte)).count()
}

fn trimmed(field: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = field.get(range.clone()).unwrap_or_default();
    let behind = bytes.iter().rev().take_while(|byte| is_blank(**byte)).count();
    range.start..range.end - behind
}

/// Blanks, and the line breaks of a folded field.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_in_whatever_spelling() {
        for (field, expected) in [
            ("form-data", &[][..]),
            ("form-data; name=\"a\"", &[("name", "a", true)]),
            (
                "form-data;name=a;filename=b c.txt ;",
                &[("name", "a", false), ("filename", "b c.txt", false)],
            ),
            ("x; a = \"1;2\" ; b=3", &[("a", "1;2", true), ("b", "3", false)]),
            (
                "x; a=\"say \\\"hi\\\"; \\\\\"; b=2",
                &[("a", "say \\\"hi\\\"; \\\\", true), ("b", "2", false)],
            ),
            ("x; a=\"C:\\b.txt\"; b=2", &[("a", "C:\\b.txt", true), ("b", "2", false)]),
            ("x; a=\"open; b=2", &[("a", "open; b=2", true)]),
            ("x; a=\"open\\\"", &[("a", "open\\\"", true)]),
            (
                "x; a=\"1\" ann@example.org ; b=2",
                &[("a", "1", true), ("", "ann@example.org", false), ("b", "2", false)],
            ),
            ("x;;;a=;b=\"\";c", &[("a", "", false), ("b", "", true), ("", "c", false)]),
            ("x;\r\n a=1;\r\n\tb=2\r\n", &[("a", "1", false), ("b", "2", false)]),
            ("x; =a; b=1", &[("", "a", false), ("b", "1", false)]),
            ("x; ", &[]),
            ("x; a=\"", &[("a", "", true)]),
            ("", &[]),
        ] {
            let found: Vec<_> = parameters(field.as_bytes())
                .map(|p| (&field[p.name], &field[p.value], p.quoted))
                .collect();
            assert_eq!(found, expected, "{field}");
        }
    }

    #[test]
    fn only_quotes_and_backslashes_are_escaped() {
        assert_eq!(unquoted(br#"a\"b\\c\d\"#), br#"a"b\c\d\"#);
    }
}
