//! How much was found in an exchange? Counts for its line in the log: what it was, they do not
//! say.

use std::sync::atomic::{AtomicU64, Ordering};

/// How much was found in the parts of one exchange, whichever task looks at them.
#[derive(Debug, Default)]
pub struct Finds {
    taken_out: AtomicU64,
    only_seen: AtomicU64,
}

impl Finds {
    /// So many more were found, and taken out unless they are only `observed`.
    pub(super) fn add(&self, finds: u64, observed: bool) {
        let count = if observed { &self.only_seen } else { &self.taken_out };
        if finds > 0 {
            count.fetch_add(finds, Ordering::Relaxed);
        }
    }

    /// How many were taken out; `None` where it was none.
    pub fn taken_out(&self) -> Option<u64> {
        Some(self.taken_out.load(Ordering::Relaxed)).filter(|&count| count > 0)
    }

    /// How many were seen and left there, since the set only observes; `None` where it was none.
    pub fn only_seen(&self) -> Option<u64> {
        Some(self.only_seen.load(Ordering::Relaxed)).filter(|&count| count > 0)
    }
}
