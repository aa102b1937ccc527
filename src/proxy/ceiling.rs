//! How much do all exchanges together hold back? A ceiling over it keeps the process from being
//! the one that the system ends.

use crate::proxy::refusal::Refusal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What may be held back of all bodies and messages together. Clones count together.
#[derive(Clone, Debug)]
pub struct Ceiling {
    held: Arc<AtomicU64>,
    limit: u64,
}

/// No ceiling: for what stands alone.
impl Default for Ceiling {
    fn default() -> Self {
        Self::new(u64::MAX)
    }
}

/// What one of them holds: given back when dropped.
#[derive(Debug)]
pub struct Share {
    ceiling: Ceiling,
    bytes: u64,
}

/// Who holds less does not count: most bodies and messages are smaller, and how many there can be
/// at one time is limited by connections and streams.
const UNCOUNTED: usize = 4 << 10;

impl Ceiling {
    /// So many bytes at most.
    pub fn new(limit: u64) -> Self {
        Self { held: Arc::default(), limit }
    }

    /// The same held bytes under another limit.
    #[must_use]
    pub fn with_limit(&self, limit: u64) -> Self {
        Self { held: Arc::clone(&self.held), limit }
    }

    /// Bytes that are held now.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    /// A share for one who holds nothing yet.
    pub fn share(&self) -> Share {
        Share { ceiling: self.clone(), bytes: 0 }
    }
}

impl Share {
    /// It holds so many bytes now.
    ///
    /// # Errors
    /// There is no room for more: what it held before still counts.
    pub fn hold(&mut self, bytes: usize) -> Result<(), Refusal> {
        let bytes = if bytes < UNCOUNTED { 0 } else { bytes as u64 };
        let held = &self.ceiling.held;
        if bytes > self.bytes {
            let more = bytes - self.bytes;
            if held.fetch_add(more, Ordering::Relaxed).saturating_add(more) > self.ceiling.limit {
                held.fetch_sub(more, Ordering::Relaxed);
                return Err(Refusal::Overloaded);
            }
        } else if bytes < self.bytes {
            held.fetch_sub(self.bytes - bytes, Ordering::Relaxed);
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.ceiling.held.fetch_sub(self.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_stay_under_the_ceiling() {
        let ceiling = Ceiling::new(100_000);
        let (mut one, mut other) = (ceiling.share(), ceiling.share());
        assert_eq!(one.hold(60_000), Ok(()));
        assert_eq!(other.hold(50_000), Err(Refusal::Overloaded));
        assert_eq!(ceiling.held(), 60_000);
        assert_eq!(other.hold(40_000), Ok(()));
        assert_eq!(other.hold(40_001), Err(Refusal::Overloaded));
        assert_eq!(ceiling.held(), 100_000, "what it held before still counts");
        assert_eq!(one.hold(10_000), Ok(()));
        assert_eq!(ceiling.with_limit(60_000).share().hold(10_000), Ok(()));
        assert_eq!(ceiling.with_limit(60_000).share().hold(10_001), Err(Refusal::Overloaded));
        drop(one);
        assert_eq!(ceiling.held(), 40_000);
        assert_eq!(other.hold(UNCOUNTED - 1), Ok(()));
        assert_eq!(ceiling.held(), 0);
    }
}
