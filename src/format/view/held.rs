//! What was not yet decided when the input was cut? A few bytes, and where each is from.

use super::map::Stretch;

/// How many raw bytes at most decide what stands at the first of them. The longest that is
/// known is 12 bytes as a surrogate pair, 23 as an entity's name with `&` and `;`. Numbers with
/// many zeros and names of tags have no longest: 36 letters and digits are more than those in
/// use.
pub(super) const LONGEST: usize = 40;

/// Bytes that are not yet decided.
#[derive(Clone)]
pub(super) struct Held {
    bytes: [u8; LONGEST],
    places: [Stretch; LONGEST],
    length: usize,
}

impl Default for Held {
    fn default() -> Self {
        Self { bytes: [0; LONGEST], places: [Stretch::default(); LONGEST], length: 0 }
    }
}

impl Held {
    /// How many there are.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// The bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    /// Where the first of them are from.
    pub(super) fn places(&self, length: usize) -> &[Stretch] {
        self.places.get(..length.min(self.length)).unwrap_or(&self.places)
    }

    /// Adds bytes from this offset on, as many as there is room for. Returns how many.
    pub(super) fn add(&mut self, at: u64, bytes: &[u8]) -> usize {
        let before = self.length;
        let free = self.bytes.iter_mut().zip(&mut self.places).skip(before);
        for ((here, place), (&byte, at)) in free.zip(bytes.iter().zip(at..)) {
            *here = byte;
            *place = Stretch { from: at, to: at + 1 };
            self.length += 1;
        }
        self.length - before
    }

    /// Keeps so many of them.
    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// The first of them are done.
    pub(super) fn drop_first(&mut self, length: usize) {
        let length = length.min(self.length);
        self.bytes.copy_within(length..self.length, 0);
        self.places.copy_within(length..self.length, 0);
        self.length -= length;
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }
}
