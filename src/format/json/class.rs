//! What may a byte mean, and where does a string end? The two questions that every byte of
//! JSON is asked, answered by tables and whole words.

/// What a byte outside strings is to the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Between tokens: what RFC 8259 §2 calls white space, the record separator of RFC 7464
    /// (SignalR ends its messages with it), and the tabs and feeds that nobody misses.
    White,
    Comma,
    Colon,
    Quote,
    OpenObject,
    CloseObject,
    OpenArray,
    CloseArray,
    /// Starts a number, and may go on in one.
    Digit,
    /// May go on in a number.
    InNumber,
    /// Starts or goes on in `true` and the like; or fits nowhere.
    Other,
}

impl Class {
    #[inline(always)]
    pub(super) fn of(byte: u8) -> Self {
        CLASSES[usize::from(byte)]
    }

    /// Whether a number or a word ends before this.
    pub(super) fn ends_token(self) -> bool {
        !matches!(self, Self::Digit | Self::InNumber | Self::Other)
    }

    /// Whether a number may go on with this. More lenient than RFC 8259 §6: what a sloppy
    /// sender writes as a number (`007`, `1.2.3.4`) is one text, and the structure goes on.
    pub(super) fn in_number(self) -> bool {
        matches!(self, Self::Digit | Self::InNumber)
    }
}

static CLASSES: [Class; 256] = {
    let mut classes = [Class::Other; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        classes[digit as usize] = Class::Digit;
        digit += 1;
    }
    classes[b'-' as usize] = Class::Digit;
    classes[b'+' as usize] = Class::InNumber;
    classes[b'.' as usize] = Class::InNumber;
    classes[b'e' as usize] = Class::InNumber;
    classes[b'E' as usize] = Class::InNumber;
    classes[b' ' as usize] = Class::White;
    classes[b'\t' as usize] = Class::White;
    classes[b'\n' as usize] = Class::White;
    classes[b'\r' as usize] = Class::White;
    classes[0x0b] = Class::White;
    classes[0x0c] = Class::White;
    classes[0x1e] = Class::White;
    classes[b',' as usize] = Class::Comma;
    classes[b':' as usize] = Class::Colon;
    classes[b'"' as usize] = Class::Quote;
    classes[b'{' as usize] = Class::OpenObject;
    classes[b'}' as usize] = Class::CloseObject;
    classes[b'[' as usize] = Class::OpenArray;
    classes[b']' as usize] = Class::CloseArray;
    classes
};

/// What a reader remembers of a string's backslashes from one piece to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Escapes {
    /// Whether the string has any.
    pub(super) any: bool,
    /// Whether the piece ended behind one, so that the next byte is no closing quote.
    pub(super) open: bool,
}

/// Where the closing quote of a string is that goes on at `from`; none: it goes on behind `raw`.
#[inline(always)]
pub(super) fn closing_quote(raw: &[u8], from: usize, escapes: &mut Escapes) -> Option<usize> {
    let mut from = from;
    if escapes.open {
        raw.get(from)?;
        escapes.open = false;
        from += 1;
    }
    loop {
        let found = quote_or_backslash(raw, from)?;
        if raw.get(found) == Some(&b'"') {
            return Some(found);
        }
        escapes.any = true;
        from = found + 2;
        if from > raw.len() {
            escapes.open = true;
            return None;
        }
    }
}

/// Most strings of a chat are short: the first bytes are looked at in words of eight right
/// here, before the call to a search that is made for long ones pays off.
#[inline(always)]
fn quote_or_backslash(raw: &[u8], from: usize) -> Option<usize> {
    let mut from = from;
    for _ in 0..INLINE_WORDS {
        let Some(chunk) = raw.get(from..).and_then(<[u8]>::first_chunk) else {
            let tail = raw.get(from..).unwrap_or_default();
            return tail.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|i| from + i);
        };
        let word = u64::from_le_bytes(*chunk);
        let found = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES);
        if found != 0 {
            return Some(from + found.trailing_zeros() as usize / 8);
        }
        from += 8;
    }
    let rest = raw.get(from..).unwrap_or_default();
    memchr::memchr2(b'"', b'\\', rest).map(|found| from + found)
}

const INLINE_WORDS: usize = 4;
const LOW: u64 = u64::from_le_bytes([0x01; 8]);
const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_le_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_le_bytes([b'\\'; 8]);

/// The high bit of the lowest byte that is zero, and of some above it.
#[inline(always)]
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(LOW) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_at_its_first_quote_without_a_backslash() {
        for length in 0..80 {
            for backslashes in 0..4 {
                let text = ["x".repeat(length), "\\".repeat(backslashes)].concat();
                let ends = backslashes % 2 == 0;
                let raw = format!("{text}\"y\"");
                let end = if ends { text.len() } else { text.len() + 2 };
                check(&raw, Some(end), backslashes > 0);
                check(&text, None, backslashes > 0);
            }
        }
    }

    #[test]
    fn no_other_byte_is_taken_for_a_quote() {
        for byte in (0..=255).filter(|byte| !matches!(byte, b'"' | b'\\')) {
            for quote in 0..20 {
                let mut raw = [byte; 30];
                raw[quote] = b'"';
                assert_eq!(closing_quote(&raw, 0, &mut Escapes::default()), Some(quote), "{byte}");
            }
            assert_eq!(closing_quote(&[byte; 80], 0, &mut Escapes::default()), None, "{byte}");
        }
    }

    #[track_caller]
    fn check(raw: &str, end: Option<usize>, any: bool) {
        let raw = raw.as_bytes();
        let mut whole = Escapes::default();
        assert_eq!(closing_quote(raw, 0, &mut whole), end);
        assert_eq!(whole.any, any);
        for cut in 0..=raw.len() {
            let mut escapes = Escapes::default();
            let (before, behind) = raw.split_at(cut);
            let first = closing_quote(before, 0, &mut escapes);
            let found =
                first.or_else(|| closing_quote(behind, 0, &mut escapes).map(|found| cut + found));
            assert_eq!((found, escapes), (end, whole), "cut at {cut}");
        }
    }
}
