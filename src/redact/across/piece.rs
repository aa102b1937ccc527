//! What a message leaves behind: the end of what it said, and the number that it may be a part of.

use std::ops::Range;
use zeroize::Zeroizing;

/// How much is kept of a text, from its end.
const TAIL: usize = 48;

/// Digits of the longest number: a payment card's (ISO/IEC 7812-1).
const MOST_DIGITS: usize = 19;

/// Digits that a number needs beside words to be taken for a part of a longer one: the last group
/// of many, and more than "2 tickets" or "at 5" have.
const BESIDE_WORDS: usize = 3;

/// What a message leaves behind.
pub(super) struct Piece {
    /// The end of what it said.
    pub(super) text: Zeroizing<Vec<u8>>,
    /// The digits that it said, as they were grouped; empty where it said none.
    pub(super) number: Zeroizing<Vec<u8>>,
    /// Whether they begin something new: other digits stood before them.
    pub(super) is_fresh: bool,
}

impl Piece {
    /// What this text leaves behind; `None` where that is nothing.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let tail = text.get(text.len().saturating_sub(TAIL)..).filter(|tail| !tail.is_empty())?;
        let numbers = Numbers::of(text);
        let number = numbers.last.and_then(|last| text.get(last)).unwrap_or_default();
        Some(Self {
            text: Zeroizing::new(tail.to_vec()),
            number: Zeroizing::new(number.to_vec()),
            is_fresh: numbers.count > 1,
        })
    }

    /// Whether it can be a part of something without what stands next to it.
    pub(super) fn tells(&self) -> bool {
        self.text.iter().any(|&byte| byte.is_ascii_digit() || byte == b'@')
    }

    /// Whether what follows it is read as if nothing stood between them: an e-mail address has no
    /// blanks, and words before a number have one.
    pub(super) fn touches(&self, next: &[u8]) -> bool {
        let last = self.text.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        next.starts_with(b"@") || last.contains(&b'@') && is_host(last, next)
    }
}

/// Whether what stands behind the @ goes on in the next text: where one of both has the dot, or
/// nothing stands there.
fn is_host(last: &[u8], next: &[u8]) -> bool {
    last.ends_with(b"@") || last.ends_with(b".") || next.starts_with(b".")
}

/// The numbers of a text that may be parts of longer ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Where the first stands.
    pub(super) first: Option<Range<usize>>,
    /// Where the last does.
    pub(super) last: Option<Range<usize>>,
    /// How many there are.
    pub(super) count: usize,
}

impl Numbers {
    /// The numbers of this text.
    pub(super) fn of(text: &[u8]) -> Self {
        let has_words = text.iter().copied().any(is_letter);
        let least = if has_words { BESIDE_WORDS } else { 1 };
        let mut numbers = Self::default();
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let rest = text.get(at..).unwrap_or_default();
            let length = match byte {
                b'0'..=b'9' => digits(rest),
                // The part of a word, or a telephone number.
                b'+' | b'_' | 0x80.. | b'a'..=b'z' | b'A'..=b'Z' => {
                    at += 1 + word(rest.get(1..).unwrap_or_default());
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            let end = at + length;
            let count = text.get(at..end).unwrap_or_default().iter().filter(|b| b.is_ascii_digit());
            let fits = (least..=MOST_DIGITS).contains(&count.count());
            if fits && !text.get(end).copied().is_some_and(is_letter) {
                numbers.first.get_or_insert(at..end);
                numbers.last = Some(at..end);
                numbers.count += 1;
            }
            at = end;
        }
        numbers
    }
}

/// How long the digits are that begin here, with single signs between them as numbers have them.
fn digits(text: &[u8]) -> usize {
    let mut end = 0;
    loop {
        match text.get(end..).unwrap_or_default() {
            [b'0'..=b'9', ..] => end += 1,
            [b' ' | b'.' | b'/' | b'-', b'0'..=b'9', ..] => end += 2,
            _ => return end,
        }
    }
}

fn word(text: &[u8]) -> usize {
    let is_over = |&byte: &u8| !is_letter(byte) && !byte.is_ascii_digit();
    text.iter().position(is_over).unwrap_or(text.len())
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_what_is_none() {
        check("4111 1111", &["4111 1111"]);
        check("4", &["4"]);
        check(" 4. ", &["4"]);
        check("then 1111-1111, ok", &["1111-1111"]);
        check("2 tickets at 5", &[]);
        check("it is 4111, not 4112", &["4111", "4112"]);
        check("550e8400-e29b-41d4 and v2x123", &[]);
        check("call +49170 later", &[]);
        check("15:30", &["15", "30"]);
        check("12345678901234567890", &[]);
        check("Straße1234 1234é 1234", &["1234"]);
        check("", &[]);
    }

    #[test]
    fn the_end_of_a_text_is_kept() {
        let long = format!("{} 4111", "word ".repeat(20));
        let piece = Piece::of(long.as_bytes()).unwrap();
        assert_eq!((piece.text.len(), &piece.number[..]), (TAIL, &b"4111"[..]));
        assert!(Piece::of(b" \n ").is_none());
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = Numbers::of(text.as_bytes());
        let slice = |range: &Option<Range<usize>>| range.clone().map(|range| &text[range]);
        assert_eq!(slice(&found.first), expected.first().copied());
        assert_eq!(slice(&found.last), expected.last().copied());
        assert_eq!(found.count, expected.len());
    }
}
