//! What does a JSON string say, while it comes? An escape that a cut goes through waits for its
//! rest: at most eleven bytes.

use crate::format::json::unescape;
use memchr::memchr;

/// What a JSON string says. Made once and used for many strings.
#[derive(Default)]
pub(super) struct Unescaped {
    /// What the newest piece says.
    text: Vec<u8>,
    /// The escape that was cut.
    held: Vec<u8>,
}

impl Unescaped {
    /// What this piece of the string says, as it stands between its quotes. Half a surrogate
    /// pair is U+FFFD.
    pub(super) fn push(&mut self, raw: &[u8]) -> &[u8] {
        self.text.clear();
        self.text.append(&mut self.held);
        self.text.extend_from_slice(raw);
        let cut = cut(&self.text);
        self.held.extend_from_slice(self.text.get(cut..).unwrap_or_default());
        self.text.truncate(cut);
        self.decoded()
    }

    /// The string is over: an escape that was cut off is what it is made of.
    pub(super) fn finish(&mut self) -> &[u8] {
        self.text.clear();
        self.text.append(&mut self.held);
        self.decoded()
    }

    fn decoded(&mut self) -> &[u8] {
        if memchr(b'\\', &self.text).is_some() {
            unescape::in_place(&mut self.text, 0);
        }
        &self.text
    }
}

/// Where the escape begins of which bytes to come decide; the end where there is none.
fn cut(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr(b'\\', rest)) {
        at += found;
        match escape(text.get(at..).unwrap_or_default()) {
            Some(length) => at += length,
            None => return at,
        }
    }
    text.len()
}

/// How long the escape is with which this begins; `None` where bytes to come decide.
fn escape(text: &[u8]) -> Option<usize> {
    match unit(text) {
        Unit::Cut => None,
        Unit::None => match text.get(1) {
            Some(b'u') => Some(1),
            other => other.map(|_| 2),
        },
        Unit::Is(0xd800..=0xdbff) => match unit(text.get(6..).unwrap_or_default()) {
            Unit::Cut => None,
            Unit::Is(0xdc00..=0xdfff) => Some(12),
            Unit::Is(_) | Unit::None => Some(6),
        },
        Unit::Is(_) => Some(6),
    }
}

/// A UTF-16 unit as `\u0040`.
enum Unit {
    Is(u32),
    /// So far it could be one.
    Cut,
    None,
}

fn unit(text: &[u8]) -> Unit {
    let mut value = 0;
    for place in 0..6 {
        let Some(&byte) = text.get(place) else { return Unit::Cut };
        let digit = char::from(byte).to_digit(16);
        match (place, byte, digit) {
            (0, b'\\', _) | (1, b'u', _) => {}
            (2.., _, Some(digit)) => value = value << 4 | digit,
            _ => return Unit::None,
        }
    }
    Unit::Is(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_string_says_does_not_depend_on_its_cuts() {
        check(r"plain", "plain");
        check(r#"{\"channel\":\"Room\"}"#, "{\"channel\":\"Room\"}");
        check(r"a\u0040b\ud83d\uDE00c\\n", "a@b😀c\\n");
        check(r"\\\\\\u0041", r"\\\u0041");
        check(r"\ud83d\u0041\ud83dx\ud83d\\", "\u{fffd}A\u{fffd}x\u{fffd}\\");
        check(r"\ud83d\ud83d\ude00\ud83d", "\u{fffd}😀\u{fffd}");
        check(r"\u00\n\u000\n\u\u\u0041", "\\u00\n\\u000\n\\u\\uA");
        check(r"\x\ud83d\udx\", "\\x\u{fffd}\\udx\\");
        check(r"\u004", r"\u004");
    }

    #[test]
    fn at_most_one_escape_is_held() {
        let mut unescaped = Unescaped::default();
        for byte in r"\ud83d\ude00".repeat(1_000).bytes() {
            unescaped.push(&[byte]);
            assert!(unescaped.held.len() < 12);
        }
    }

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        let raw = raw.as_bytes();
        let said = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let mut unescaped = Unescaped::default();
            let mut said = Vec::new();
            pieces.for_each(|piece| said.extend_from_slice(unescaped.push(piece)));
            said.extend_from_slice(unescaped.finish());
            String::from_utf8(said).unwrap()
        };
        for cut in 0..=raw.len() {
            let (before, behind) = raw.split_at(cut);
            assert_eq!(said(&mut [before, behind].into_iter()), expected, "cut at {cut}");
        }
        assert_eq!(said(&mut raw.chunks(1)), expected, "byte by byte");
    }
}
