//! Which rotation period is it, and what is its secret?
//!
//! Where secrets come from is said by [`MasterSecret`](super::master_secret::MasterSecret)
//! for fleets; random ones are drawn by the shell and kept in a
//! [`period_file`](super::period_file).

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
///
/// Periods of another length are other periods, even where their numbers agree: whoever
/// changes the length begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// Number of whole lengths since the epoch.
    pub number: u64,
    /// Length in seconds.
    pub seconds: u64,
}

impl Period {
    /// The period that holds this moment (time since the Unix epoch). A length below one
    /// second counts as one.
    pub fn at(since_epoch: Duration, length: Duration) -> Self {
        let seconds = length.as_secs().max(1);
        Self { number: since_epoch.as_secs() / seconds, seconds }
    }
    /// When the next period begins, as time since the Unix epoch.
    pub fn end(self) -> Duration {
        Duration::from_secs(self.number.saturating_add(1).saturating_mul(self.seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_holds_its_first_second_and_not_its_end() {
        let day = Duration::from_secs(86_400);
        for (second, number) in [(0, 0), (86_399, 0), (86_400, 1), (1_700_000_000, 19_675)] {
            let period = Period::at(Duration::from_secs(second), day);
            assert_eq!(period, Period { number, seconds: 86_400 }, "{second}");
            assert!(period.end() > Duration::from_secs(second), "{second}");
            assert_eq!(Period::at(period.end(), day).number, number + 1, "{second}");
        }
    }

    #[test]
    fn extremes_do_not_overflow() {
        let last = Period::at(Duration::MAX, Duration::ZERO);
        assert_eq!(last, Period { number: u64::MAX, seconds: 1 });
        assert_eq!(last.end(), Duration::from_secs(u64::MAX));
    }

    #[test]
    fn printing_a_secret_shows_none_of_it() {
        assert_eq!(format!("{:?}", PeriodSecret::new([7; 32])), "PeriodSecret");
    }
}
