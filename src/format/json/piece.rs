//! How far does the reader come with the bytes at hand? A piece of the payload, and how much of
//! it was read.

use super::class::{Class, Escapes, closing_quote};
use super::listener::{Listener, Said};

/// The bytes at hand.
pub(super) struct Piece<'a> {
    at: u64,
    raw: &'a [u8],
    /// The first of them that was not read.
    pub(super) next: usize,
}

impl<'a> Piece<'a> {
    /// `at` is the offset of the first byte.
    pub(super) fn new(at: u64, raw: &'a [u8]) -> Self {
        Self { at, raw, next: 0 }
    }

    #[inline(always)]
    pub(super) fn peek(&self) -> Option<u8> {
        self.raw.get(self.next).copied()
    }

    /// Where the next byte stands in the payload.
    #[inline(always)]
    pub(super) fn offset(&self) -> u64 {
        self.at + self.next as u64
    }

    #[inline(always)]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.raw.get(self.next..).unwrap_or_default()
    }

    /// So many bytes, or as many as there are.
    #[inline(always)]
    pub(super) fn take(&mut self, length: usize) -> &'a [u8] {
        let rest = self.rest();
        let taken = rest.get(..length).unwrap_or(rest);
        self.next += taken.len();
        taken
    }

    /// To the next byte that is no white space; there is one here. What is indented at all is
    /// indented by a lot.
    #[inline]
    pub(super) fn skip_white(&mut self) {
        let behind = |&byte: &u8| Class::of(byte) != Class::White;
        self.next += self.rest().iter().position(behind).unwrap_or(self.rest().len());
    }

    /// Tells more of a string, and its end if that is here: what was told, and whether it ended.
    /// `begins` is what is known of a string that begins here.
    #[inline(always)]
    pub(super) fn string<L: Listener>(
        &mut self,
        begins: Option<Said<'_>>,
        escapes: &mut Escapes,
        listener: &mut L,
    ) -> (&'a [u8], bool) {
        let closing = closing_quote(self.raw, self.next, escapes);
        let start = self.offset();
        let run = self.take(closing.unwrap_or(self.raw.len()) - self.next);
        match (begins, closing) {
            (Some(text), Some(_)) => {
                listener.whole(start, run, text);
                self.next += 1;
                return (run, true);
            }
            (Some(text), None) => listener.begin(start, text),
            (None, _) => {}
        }
        if !run.is_empty() {
            listener.more(start, run);
        }
        if closing.is_some() {
            listener.end(self.offset());
            self.next += 1;
        }
        (run, closing.is_some())
    }
}

/// How many of these bytes go on in a number.
#[inline(always)]
pub(super) fn number_length(raw: &[u8]) -> usize {
    raw.iter().position(|&byte| !Class::of(byte).in_number()).unwrap_or(raw.len())
}
