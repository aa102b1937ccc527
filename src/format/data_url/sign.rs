//! Which sign is it, however it is written? Only the few signs of a `data:` URL matter here, and
//! only within one.

/// What some bytes begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// This sign, in so many bytes.
    Byte(u8, usize),
    /// More bytes decide.
    Cut,
    /// Something else.
    None,
}

/// What `raw`, which is not empty, begins with: a byte as it stands, or a sign in an escape of
/// JSON, URLs or HTML, which may be escaped again. At the `last` of a text nothing is waited for.
pub(super) fn sign(raw: &[u8], last: bool) -> Sign {
    let read = match raw.first() {
        Some(b'\\') => backslash(raw),
        Some(b'%') => percent(raw),
        Some(b'&') => entity(raw),
        Some(&byte) => Sign::Byte(byte, 1),
        None => Sign::Cut,
    };
    match read {
        Sign::Cut if last || raw.len() > LONGEST => Sign::None,
        read => read,
    }
}

/// `\/`, `\u002f`, `\\\/`.
fn backslash(raw: &[u8]) -> Sign {
    let count = raw.iter().take_while(|&&byte| byte == b'\\').count();
    match raw.get(count) {
        None => Sign::Cut,
        Some(b'/') => Sign::Byte(b'/', count + 1),
        Some(b'u') => match raw.get(count + 1..count + 5) {
            None => Sign::Cut,
            Some(digits) => match number(digits, 16).and_then(ascii) {
                Some(byte) => Sign::Byte(byte, count + 5),
                None => Sign::None,
            },
        },
        Some(_) => Sign::None,
    }
}

/// `%2F`, `%252F`.
fn percent(raw: &[u8]) -> Sign {
    let mut at = 1;
    loop {
        match raw.get(at..at + 2) {
            None => return Sign::Cut,
            Some(b"25") => at += 2,
            Some(digits) => {
                return match number(digits, 16).and_then(ascii) {
                    Some(byte) => Sign::Byte(byte, at + 2),
                    None => Sign::None,
                };
            }
        }
    }
}

/// `&#47;`, `&#x2f;`, `&sol;`.
fn entity(raw: &[u8]) -> Sign {
    let Some(end) = raw.iter().position(|&byte| byte == b';') else {
        let is_one = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        return if raw.iter().skip(1).all(is_one) { Sign::Cut } else { Sign::None };
    };
    let byte = match raw.get(1..end).unwrap_or_default() {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16).and_then(ascii),
        [b'#', digits @ ..] => number(digits, 10).and_then(ascii),
        name => NAMES.iter().find(|(known, _)| *known == name).map(|&(_, byte)| byte),
    };
    byte.map_or(Sign::None, |byte| Sign::Byte(byte, end + 1))
}

/// Of the names of HTML (section 13.5) those of the signs in a `data:` URL.
const NAMES: &[(&[u8], u8)] = &[
    (b"sol", b'/'),
    (b"plus", b'+'),
    (b"equals", b'='),
    (b"colon", b':'),
    (b"semi", b';'),
    (b"comma", b','),
];

/// The longest escape that is known, in bytes: a sign whose backslashes were escaped four times,
/// with room.
const LONGEST: usize = 32;

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    digits.first()?;
    digits.iter().try_fold(0_u32, |number, &digit| {
        let digit = char::from(digit).to_digit(radix)?;
        Some(number.saturating_mul(radix).saturating_add(digit))
    })
}

/// The sign of this number, unless an escape begins with it: that is read by nobody here.
fn ascii(number: u32) -> Option<u8> {
    u8::try_from(number).ok().filter(|byte| byte.is_ascii() && !b"\\%&".contains(byte))
}

/// Whether this is one of the 64 characters, of either alphabet (RFC 4648 sections 4 and 5).
#[inline]
pub(super) fn is_base64(byte: u8) -> bool {
    VALUES[usize::from(byte)] < 64
}

/// The six bits for which a character stands.
pub(super) fn base64_value(byte: u8) -> Option<u8> {
    Some(VALUES[usize::from(byte)]).filter(|&value| value < 64)
}

static VALUES: [u8; 256] = {
    let mut values = [64; 256];
    let mut value = 0;
    while value < 64 {
        let byte = match value {
            0..26 => b'A' + value,
            26..52 => b'a' + value - 26,
            52..62 => b'0' + value - 52,
            62 => b'+',
            _ => b'/',
        };
        values[byte as usize] = value;
        value += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_read_however_it_is_written() {
        for (raw, byte) in [
            ("/", b'/'),
            (r"\/", b'/'),
            (r"\\\/", b'/'),
            (r"\u002f", b'/'),
            (r"\\u003D", b'='),
            ("%2F", b'/'),
            ("%2b", b'+'),
            ("%252F", b'/'),
            ("%25253d", b'='),
            ("&#47;", b'/'),
            ("&#x2F;", b'/'),
            ("&#X002b;", b'+'),
            ("&sol;", b'/'),
            ("&equals;", b'='),
        ] {
            for behind in ["", "x", "\"", "1111"] {
                let text = format!("{raw}{behind}");
                assert_eq!(sign(text.as_bytes(), false), Sign::Byte(byte, raw.len()), "{text}");
            }
            for cut in 1..raw.len() {
                assert_eq!(sign(&raw.as_bytes()[..cut], false), Sign::Cut, "{raw} to {cut}");
                assert_eq!(sign(&raw.as_bytes()[..cut], true), Sign::None, "{raw} to {cut}");
            }
        }
    }

    #[test]
    fn what_is_no_sign_is_none() {
        for raw in [
            r#"\""#, r"\n", r"\\n", r"\u00e4", r"\u00zz", "%zz", "%2 ", "%FF", "&amp;", "& ",
            "&a b;", "&#228;", "&#;x", "%26", r"\u005c",
        ] {
            assert_eq!(sign(raw.as_bytes(), false), Sign::None, "{raw}");
        }
        let long = "\\".repeat(LONGEST + 1);
        assert_eq!(sign(long.as_bytes(), false), Sign::None);
    }

    #[test]
    fn there_are_two_alphabets_of_64() {
        let known = (0..=255).filter(|&byte| is_base64(byte)).count();
        assert_eq!(known, 66);
        assert_eq!(base64_value(b'A'), Some(0));
        assert_eq!(base64_value(b'9'), Some(61));
        assert_eq!((base64_value(b'+'), base64_value(b'-')), (Some(62), Some(62)));
        assert_eq!((base64_value(b'/'), base64_value(b'_')), (Some(63), Some(63)));
        assert_eq!(base64_value(b'='), None);
    }
}
