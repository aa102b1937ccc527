//! Is what a message has become so far still permitted?

use super::event::Kind;
use super::limits::Limits;
use super::utf8::Utf8;
use super::violation::Violation;

/// A message whose end has not come.
#[derive(Clone, Copy)]
pub(super) struct Message {
    kind: Kind,
    pub(super) is_deflated: bool,
    /// Bytes so far, inflated.
    size: u64,
    fragments: u32,
    text: Utf8,
}

impl Message {
    /// Before its first frame.
    pub(super) fn new(kind: Kind, is_deflated: bool) -> Self {
        Self { kind, is_deflated, size: 0, fragments: 0, text: Utf8::default() }
    }

    /// One frame more, and not the last.
    pub(super) fn add_fragment(&mut self, limits: &Limits) -> Result<(), Violation> {
        if self.fragments == limits.fragments {
            return Err(Violation::too_big("a message has too many fragments"));
        }
        self.fragments += 1;
        Ok(())
    }

    /// The present frame claims to be so long.
    pub(super) fn claim(&self, length: u64, limits: &Limits) -> Result<(), Violation> {
        if length > limits.frame {
            return Err(Violation::too_big("a frame is too big"));
        }
        if !self.is_deflated && length > limits.message.saturating_sub(self.size) {
            return Err(Violation::too_big("a message is too big"));
        }
        Ok(())
    }

    /// More of the payload: how many bytes of it are good, and why not all.
    pub(super) fn take(&mut self, piece: &[u8], limits: &Limits) -> (usize, Option<Violation>) {
        let room = usize::try_from(limits.message.saturating_sub(self.size)).unwrap_or(usize::MAX);
        let (within, over) = piece.split_at(piece.len().min(room));
        self.size += within.len() as u64;
        if self.kind == Kind::Text {
            let good = self.text.check(within);
            if good < within.len() {
                return (good, Some(Violation::payload("a text is not UTF-8")));
            }
        }
        let too_big = (!over.is_empty()).then_some(Violation::too_big("a message is too big"));
        (within.len(), too_big)
    }

    /// All of the payload was taken.
    pub(super) fn end(&self) -> Result<(), Violation> {
        if self.text.is_complete() {
            Ok(())
        } else {
            Err(Violation::payload("a text ends inside a character"))
        }
    }
}
