//! What is changed of a message: what is taken out of its texts, and the lengths around it.

use super::wire::push_varint;
use std::fmt;
use std::ops::Range;

/// Changes of a message, in its order.
#[derive(Default)]
pub(super) struct Patches(Vec<Patch>);

struct Patch {
    range: Range<usize>,
    bytes: Vec<u8>,
}

/// How many there are; what they say is content.
impl fmt::Debug for Patches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Patches({})", self.0.len())
    }
}

/// The place of a length among the changes around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot(usize);

impl Patches {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts these bytes in the place of this range, which lies behind all others. How much
    /// longer the message is for it.
    pub(super) fn push(&mut self, range: Range<usize>, bytes: Vec<u8>) -> isize {
        let longer = difference(bytes.len(), range.len());
        self.0.push(Patch { range, bytes });
        longer
    }

    /// Puts these bytes in the place of this range, and of all changes from the one of this
    /// number on, which lie in it.
    pub(super) fn replace(&mut self, from: usize, range: Range<usize>, bytes: Vec<u8>) -> isize {
        self.0.truncate(from);
        self.push(range, bytes)
    }

    /// Keeps a place for the length that stands in this range.
    pub(super) fn reserve(&mut self, range: Range<usize>) -> Slot {
        self.0.push(Patch { range: range.start..range.start, bytes: Vec::new() });
        Slot(self.0.len() - 1)
    }

    /// Mends the length that stands in this range, for content that had so many bytes and is so
    /// much longer. How much longer the message is for all of that.
    pub(super) fn settle(
        &mut self,
        slot: Slot,
        range: Range<usize>,
        length: usize,
        longer: isize,
    ) -> isize {
        if longer == 0 {
            // A length that is right stays as it was spelled.
            if slot.0 + 1 == self.0.len() {
                self.0.pop();
            }
            return 0;
        }
        let mut bytes = Vec::new();
        push_varint(length.saturating_add_signed(longer), &mut bytes);
        let by_itself = difference(bytes.len(), range.len());
        if let Some(patch) = self.0.get_mut(slot.0) {
            *patch = Patch { range, bytes };
        }
        longer + by_itself
    }

    /// This range of the message, with the changes in it, which are those from this number on.
    pub(super) fn apply(&self, from: usize, message: &[u8], range: Range<usize>) -> Vec<u8> {
        let mut out = Vec::with_capacity(range.len());
        let mut at = range.start;
        for patch in self.0.iter().skip(from) {
            out.extend_from_slice(message.get(at..patch.range.start).unwrap_or_default());
            out.extend_from_slice(&patch.bytes);
            at = patch.range.end;
        }
        out.extend_from_slice(message.get(at..range.end).unwrap_or_default());
        out
    }
}

/// Lengths are far below half of what an address can have.
fn difference(new: usize, old: usize) -> isize {
    new.cast_signed().wrapping_sub(old.cast_signed())
}
