//! What is replaced in a payload, in its order.

use std::collections::VecDeque;
use std::fmt;

/// A range of the payload, and what stands there instead.
pub(super) struct Edit {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) text: Vec<u8>,
    /// Ranges inside that survive, behind the text.
    pub(super) kept: Vec<(u64, u64)>,
}

/// What stands there instead may show some of what stood there.
impl fmt::Debug for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edit")
            .field("start", &self.start)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// Edits that are decided and not yet written, in the order of the payload.
#[derive(Debug, Default)]
pub(super) struct Edits {
    list: VecDeque<Edit>,
    done: u64,
}

impl Edits {
    /// Where the last one ends.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Adds one; it begins where the last one ends, or behind.
    pub(super) fn push(&mut self, start: u64, end: u64, text: Vec<u8>, kept: Vec<(u64, u64)>) {
        let start = start.max(self.done);
        self.done = end.max(start);
        self.list.push_back(Edit { start, end: self.done, text, kept });
    }

    /// Takes the first one, if it is one of these.
    pub(super) fn pop_if(&mut self, is: impl FnOnce(&Edit) -> bool) -> Option<Edit> {
        self.list.pop_front_if(|edit| is(edit))
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }
}
