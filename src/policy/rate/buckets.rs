//! Who has asked how much?

use super::pace::Pace;
use super::sets::Sets;
use std::time::Duration;

/// Who has asked how much: for each visitor the time at which it may ask as if it never had.
///
/// There is room for so many visitors, at 16 bytes each, and all of it is taken at once. Who has
/// waited that long needs none; where it is short all the same, the one is forgotten who has the
/// least to wait, and who asks the most is remembered to the last.
///
/// ```
/// use cloakroom::policy::rate::{Buckets, Pace};
/// use std::time::Duration;
///
/// let (pace, mut buckets) = (Pace::new(1, Duration::from_secs(1), 1), Buckets::new(100));
/// let (ann, bob) = (0xa11, 0xb0b);
/// assert_eq!(buckets.admit(ann, pace, Duration::ZERO), Ok(()));
/// assert_eq!(buckets.admit(ann, pace, Duration::ZERO), Err(Duration::from_secs(1)));
/// assert_eq!(buckets.admit(bob, pace, Duration::ZERO), Ok(()));
/// ```
#[derive(Debug)]
pub struct Buckets {
    full: Sets<()>,
}

impl Buckets {
    /// Nobody has asked; there is room for so many visitors.
    pub fn new(capacity: usize) -> Self {
        Self { full: Sets::new(capacity) }
    }

    /// Room for so many visitors from here on.
    pub fn set_capacity(&mut self, capacity: usize) {
        self.full.resize(capacity);
    }

    /// For how many visitors there is room.
    pub fn capacity(&self) -> usize {
        self.full.capacity()
    }

    /// How many visitors are remembered. It takes as long as there is room.
    pub fn count(&self) -> usize {
        self.full.count()
    }

    /// Forgets those who may ask as if they never had: nothing changes for them. It takes as
    /// long as there is room.
    pub fn forget(&mut self, now: Duration) {
        self.full.forget(nanoseconds(now));
    }

    /// The visitor with this tag asks, at a time since some start that stays the same.
    ///
    /// # Errors
    /// It may ask again after this time.
    pub fn admit(&mut self, visitor: u64, pace: Pace, now: Duration) -> Result<(), Duration> {
        let now = nanoseconds(now);
        let full = self.full.at(visitor).map_or(0, |(full, ())| full);
        let full = pace.admit(full, now).map_err(Duration::from_nanos)?;
        self.full.put(visitor, full, ());
        Ok(())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    #[test]
    fn visitors_have_nothing_to_do_with_one_another() {
        let (pace, mut buckets) = (Pace::new(1, Duration::from_secs(1), 2), Buckets::new(64));
        let mut ask = |visitor, now| buckets.admit(visitor, pace, now).is_ok();
        assert_eq!(
            [1, 1, 1, 2, 2, 2].map(|visitor| ask(visitor, NOW)),
            [true, true, false, true, true, false]
        );
        assert_eq!([1, 1, 2].map(|v| ask(v, NOW + Duration::from_secs(1))), [true, false, true]);
    }

    #[test]
    fn who_asks_the_most_is_remembered_to_the_last() {
        let (pace, mut buckets) = (Pace::new(1, Duration::from_secs(10), 5), Buckets::new(8));
        for _ in 0..5 {
            assert!(buckets.admit(u64::MAX, pace, NOW).is_ok());
        }
        for stranger in 0..1_000 {
            assert!(buckets.admit(stranger, pace, NOW).is_ok());
        }
        assert!(buckets.admit(u64::MAX, pace, NOW).is_err());
        assert_eq!(buckets.capacity(), 8);
    }

    #[test]
    fn who_has_waited_need_not_be_remembered() {
        let (pace, mut buckets) = (Pace::new(1, Duration::from_secs(1), 3), Buckets::new(64));
        for visitor in 0..3 {
            for _ in 0..=visitor {
                assert!(buckets.admit(visitor, pace, NOW).is_ok());
            }
        }
        for (seconds, expected) in [(0, 3), (1, 2), (2, 1), (3, 0)] {
            buckets.forget(NOW + Duration::from_secs(seconds));
            assert_eq!(buckets.count(), expected, "after {seconds} s");
        }
    }

    #[test]
    fn who_has_waited_is_forgotten_first() {
        let (pace, mut buckets) = (Pace::new(1, Duration::from_secs(1), 1), Buckets::new(8));
        for visitor in 0..8 {
            assert!(buckets.admit(visitor, pace, NOW).is_ok());
        }
        // Those eight are done; eight others come, and keep their places.
        let later = NOW + Duration::from_secs(60);
        for visitor in 8..16 {
            assert!(buckets.admit(visitor, pace, later).is_ok());
        }
        for visitor in 8..16 {
            assert!(buckets.admit(visitor, pace, later).is_err());
        }
    }
}
