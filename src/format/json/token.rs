//! Is this a number, a word, or nothing of JSON? What a cut token has shown so far is held, so
//! that the answer is about the token and not about a piece of it.

use super::class::Class;

/// The words that stand for values. Python writes, and reads, the last three.
pub(super) const WORDS: [&[u8]; 6] =
    [b"true", b"false", b"null", b"NaN", b"Infinity", b"-Infinity"];

/// Whether there is something in a word to be told: only `true` and `false` say something.
pub(super) fn is_telling(word: &[u8]) -> bool {
    matches!(word, b"true" | b"false")
}

/// A token whose end was not seen yet, and where its bytes stand.
#[derive(Clone, Default)]
pub(super) struct Token {
    bytes: Vec<u8>,
    /// The offset and length of each of its pieces.
    pieces: Vec<(u64, usize)>,
    numeric: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Number,
    Word,
    /// A word so far.
    Begun,
    Unfit,
}

impl Token {
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.pieces.clear();
    }

    /// Takes one byte more.
    pub(super) fn hold(&mut self, at: u64, byte: u8) {
        let class = Class::of(byte);
        self.numeric = match self.is_empty() {
            true => class == Class::Digit,
            false => self.numeric && class.in_number(),
        };
        self.bytes.push(byte);
        match self.pieces.last_mut() {
            Some((start, length)) if *start + *length as u64 == at => *length += 1,
            _ => self.pieces.push((at, 1)),
        }
    }

    /// What the bytes so far are.
    pub(super) fn shape(&self) -> Shape {
        if self.numeric {
            Shape::Number
        } else if WORDS.contains(&&*self.bytes) {
            Shape::Word
        } else if WORDS.iter().any(|word| word.starts_with(&self.bytes)) {
            Shape::Begun
        } else {
            Shape::Unfit
        }
    }

    /// Whether it is longer than any number that is held until its end is seen.
    pub(super) fn is_long(&self) -> bool {
        self.bytes.len() > LONGEST_HELD
    }

    /// The offset of its first byte.
    pub(super) fn start(&self) -> Option<u64> {
        self.pieces.first().map(|&(at, _)| at)
    }

    /// The offset behind its last byte.
    pub(super) fn end(&self) -> Option<u64> {
        self.pieces.last().map(|&(at, length)| at + length as u64)
    }

    /// Tells its bytes, and where they stand.
    pub(super) fn tell(&self, mut more: impl FnMut(u64, &[u8])) {
        let mut bytes = &*self.bytes;
        for &(at, length) in &self.pieces {
            let (piece, rest) = bytes.split_at_checked(length).unwrap_or((bytes, b""));
            more(at, piece);
            bytes = rest;
        }
    }
}

/// Over twice what a 64-bit float takes at its longest (`-2.2250738585072014e-308`, 24). Longer
/// numbers are told as they come.
pub(super) const LONGEST_HELD: usize = 64;
