//! What does a key say whose spelling has backslashes (RFC 8259 §7)?

/// Decodes what stands in `text` from `from` on, where it stands: nothing decoded is longer
/// than its spelling. What is no escape stays as it is; half a surrogate pair becomes U+FFFD.
pub(in crate::format) fn in_place(text: &mut Vec<u8>, from: usize) {
    let (mut read, mut write) = (from, from);
    while let Some(&byte) = text.get(read) {
        let rest = text.get(read..).unwrap_or_default();
        let mut buffer = [byte, 0, 0, 0];
        let (length, decoded): (usize, &[u8]) = match escape(rest) {
            Some((length, c)) => (length, c.encode_utf8(&mut buffer).as_bytes()),
            None => (1, &buffer[..1]),
        };
        if let Some(place) = text.get_mut(write..write + decoded.len()) {
            place.copy_from_slice(decoded);
        }
        (read, write) = (read + length, write + decoded.len());
    }
    text.truncate(write);
}

/// The escape that this begins with: how long it is and what it says.
fn escape(raw: &[u8]) -> Option<(usize, char)> {
    let [b'\\', sign, rest @ ..] = raw else { return None };
    let c = match sign {
        b'"' | b'\\' | b'/' => char::from(*sign),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let high = unit(rest)?;
            if let Some(c) = char::from_u32(high) {
                return Some((6, c));
            }
            let low = rest.get(4..).and_then(|behind| behind.strip_prefix(b"\\u")).and_then(unit);
            return Some(match low {
                Some(low @ 0xdc00..=0xdfff) if high < 0xdc00 => {
                    let c = char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                    (12, c.unwrap_or(char::REPLACEMENT_CHARACTER))
                }
                _ => (6, char::REPLACEMENT_CHARACTER),
            });
        }
        _ => return None,
    };
    Some((2, c))
}

/// A UTF-16 unit in four hexadecimal digits.
fn unit(raw: &[u8]) -> Option<u32> {
    raw.get(..4)?
        .iter()
        .try_fold(0, |unit, &digit| Some(unit << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_say_what_they_stand_for() {
        check(r"plain", "plain");
        check(r"a\u0040b", "a@b");
        check(r#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t");
        check(r"\u00fC\u20ac", "ü€");
        check(r"\ud83d\ude00!", "😀!");
        check(r"\\u0040", r"\u0040");
    }

    #[test]
    fn half_a_pair_is_a_replacement_character() {
        check(r"\ud83d", "\u{fffd}");
        check(r"\ude00x", "\u{fffd}x");
        check(r"\ud83d\u0041", "\u{fffd}A");
        check(r"\ud83d\ud83d\ude00", "\u{fffd}😀");
        check(r"\ude00\ud83d", "\u{fffd}\u{fffd}");
    }

    #[test]
    fn what_is_no_escape_stays() {
        check(r"\x\u00", r"\x\u00");
        check(r"\u00g0\", r"\u00g0\");
        check(r"\u+041", r"\u+041");
    }

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        let mut text = format!("before{raw}").into_bytes();
        in_place(&mut text, 6);
        assert_eq!(str::from_utf8(&text), Ok(&*format!("before{expected}")), "{raw}");
    }
}
