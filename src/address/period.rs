//! Which secret makes pseudonyms in this rotation period?

use std::fmt;
use std::time::Duration;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The secret of one rotation period. Whoever destroys it has forgotten every visitor of it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PeriodSecret([u8; 32]);

impl PeriodSecret {
    /// Takes 32 random bytes, or bytes derived for one period.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    /// The bytes, to store or to derive from.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PeriodSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeriodSecret")
    }
}

/// A rotation period: time since the Unix epoch in whole lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Number of whole lengths since the epoch.
    pub number: u64,
    /// Length in seconds.
    pub seconds: u64,
}

impl Period {
    /// The period that holds this moment (time since the Unix epoch).
    pub fn at(since_epoch: Duration, length: Duration) -> Self {
        let seconds = length.as_secs().max(1);
        Self { number: since_epoch.as_secs() / seconds, seconds }
    }
    /// When the next period begins, as time since the Unix epoch.
    pub fn end(self) -> Duration {
        Duration::from_secs((self.number + 1).saturating_mul(self.seconds))
    }
}
