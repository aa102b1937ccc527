//! Bytes that are held back, as many as there is room for.

use crate::proxy::ceiling::{Ceiling, Share};
use crate::proxy::refusal::Refusal;
use std::fmt;

/// Bytes that are held back.
pub(super) struct Held {
    bytes: Vec<u8>,
    share: Share,
}

/// They are content.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({})", self.bytes.len())
    }
}

impl Held {
    /// None yet.
    pub(super) fn new(ceiling: &Ceiling) -> Self {
        Self { bytes: Vec::new(), share: ceiling.share() }
    }

    /// All of them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The room that they take up.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// More of them.
    ///
    /// # Errors
    /// There is no room for them.
    pub(super) fn extend(&mut self, more: &[u8]) -> Result<(), Refusal> {
        self.share.hold(self.bytes.len() + more.len())?;
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    /// None any more. Of the room that they took so much is kept.
    pub(super) fn clear(&mut self, kept: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(kept);
        // Less than before: there is room for that.
        self.share.hold(0).unwrap_or_default();
    }
}
