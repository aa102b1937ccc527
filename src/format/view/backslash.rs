//! What does a backslash stand for? The escapes of JSON strings (RFC 8259 §7).
//!
//! Half of a surrogate pair reads as U+FFFD. What is no escape is the characters that it is
//! made of.

use super::hex;
use super::step::Step;

/// Which escapes are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// All.
    All,
    /// Without `\b` and `\f`, which in other text are rather the path `C:\bin`.
    Common,
}

/// Reads `text`, which begins with a backslash. At the `last` of a text nothing is waited for.
pub(super) fn backslash(text: &[u8], known: Known, last: bool) -> Step {
    let Some(&sign) = text.get(1) else { return Step::cut(last, b'\\') };
    match sign {
        b'"' | b'\\' | b'/' => Step::Byte(sign, 2),
        b'n' => Step::Byte(b'\n', 2),
        b'r' => Step::Byte(b'\r', 2),
        b't' => Step::Byte(b'\t', 2),
        b'b' if known == Known::All => Step::Byte(8, 2),
        b'f' if known == Known::All => Step::Byte(12, 2),
        b'u' => unicode(text, last),
        _ => Step::Byte(b'\\', 1),
    }
}

/// `\u0040`, or two that make one character.
fn unicode(text: &[u8], last: bool) -> Step {
    let first = match four_digits(text) {
        Hex::Value(value) => value,
        Hex::Cut => return Step::cut(last, b'\\'),
        Hex::None => return Step::Byte(b'\\', 1),
    };
    if let Some(character) = char::from_u32(first) {
        return Step::Char(character, 6);
    }
    let half = Step::Char(char::REPLACEMENT_CHARACTER, 6);
    if first >= 0xdc00 {
        return half;
    }
    match four_digits(text.get(6..).unwrap_or_default()) {
        Hex::Value(second @ 0xdc00..=0xdfff) => {
            // RFC 8259 §7 and Unicode 3.9, table 3-5.
            let code = 0x1_0000 + ((first & 0x3ff) << 10 | second & 0x3ff);
            Step::Char(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
        }
        Hex::Cut if !last => Step::Cut,
        _ => half,
    }
}

/// What follows in place of `\uXXXX`.
enum Hex {
    Value(u32),
    /// Its beginning, or nothing.
    Cut,
    /// Something else.
    None,
}

fn four_digits(text: &[u8]) -> Hex {
    let mut value = 0;
    for (at, expected) in [Some(b'\\'), Some(b'u'), None, None, None, None].into_iter().enumerate()
    {
        let Some(&byte) = text.get(at) else { return Hex::Cut };
        match (expected, hex::digit(byte)) {
            (Some(expected), _) if byte == expected => {}
            (None, Some(digit)) => value = value << 4 | u32::from(digit),
            _ => return Hex::None,
        }
    }
    Hex::Value(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_escape_of_json_is_read() {
        for (text, expected) in [
            (r#"\""#, b'"'),
            (r"\\", b'\\'),
            (r"\/", b'/'),
            (r"\b", 8),
            (r"\f", 12),
            (r"\n", b'\n'),
            (r"\r", b'\r'),
            (r"\t", b'\t'),
        ] {
            check(text, Step::Byte(expected, 2));
        }
        check(r"\u0040", Step::Char('@', 6));
        check(r"\u00fC", Step::Char('ü', 6));
        check(r"\ud83d\uDE00", Step::Char('😀', 12));
    }

    #[test]
    fn a_lone_half_is_a_replacement_character() {
        let half = Step::Char('\u{fffd}', 6);
        for text in
            [r"\ud83dx", r"\ude00", r"\ud83d\n", r"\ud83d\u0040", r"\ud83d\ud83d", r"\ud83d\u0g"]
        {
            check(text, half);
        }
        for text in [r"\ud83d", r"\ud83d\", r"\ud83d\u", r"\ud83d\ude0"] {
            assert_eq!(backslash(text.as_bytes(), Known::All, true), half, "{text}");
        }
    }

    #[test]
    fn what_is_no_escape_is_text() {
        for text in [r"\x", r"\N", r"\u00g0", r"\ug", r"\u 040", "\\\u{e4}"] {
            check(text, Step::Byte(b'\\', 1));
        }
        for text in [r"\", r"\u", r"\u004"] {
            assert_eq!(
                backslash(text.as_bytes(), Known::All, true),
                Step::Byte(b'\\', 1),
                "{text}"
            );
        }
    }

    #[test]
    fn outside_of_json_strings_some_are_rather_paths() {
        for text in [r"\b", r"\f"] {
            assert_eq!(backslash(text.as_bytes(), Known::Common, false), Step::Byte(b'\\', 1));
        }
    }

    /// Until what decides is there, nothing is decided.
    #[track_caller]
    fn check(text: &str, expected: Step) {
        assert_eq!(backslash(text.as_bytes(), Known::All, false), expected);
        for cut in 1..text.len() {
            let early = backslash(&text.as_bytes()[..cut], Known::All, false);
            assert!(early == Step::Cut || early == expected, "cut at {cut}: {early:?}");
        }
    }
}
