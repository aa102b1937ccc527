//! How often may something happen? The generic cell rate algorithm (ITU-T I.371 Annex A): a
//! bucket of tokens, kept as one number.
//!
//! The number is the time at which the bucket will be full again. Each event moves it on by the
//! time that one token takes, from now at the least; an event for which it would be further
//! away than a whole bucket takes is one too many. So nothing has to be refilled, and a number
//! that lies in the past says the same as none.

use std::time::Duration;

/// So many at once, and so many in a time from there on.
///
/// ```
/// use cloakroom::policy::rate::Pace;
/// use std::time::Duration;
///
/// let pace = Pace::new(2, Duration::from_secs(1), 3);
/// let mut full = 0;
/// for _ in 0..3 {
///     full = pace.admit(full, 0).expect("three at once");
/// }
/// assert_eq!(pace.admit(full, 0), Err(500_000_000));
/// assert!(pace.admit(full, 500_000_000).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    count: u32,
    per: Duration,
    burst: u32,
}

/// The most that a pace may count, and the most at once.
pub const MOST: u32 = 100_000;

/// The longest time for which a pace counts. A full bucket of [`MOST`] tokens, each of which
/// takes this long, is 8.64e18 ns: half of what a `u64` holds.
pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

impl Pace {
    /// `count` in each `per`, and `burst` at once. Each is brought into its range: 1 to
    /// [`MOST`], and at most [`LONGEST`].
    pub fn new(count: u32, per: Duration, burst: u32) -> Self {
        Self { count: count.clamp(1, MOST), per: per.min(LONGEST), burst: burst.clamp(1, MOST) }
    }

    /// How many.
    pub fn count(self) -> u32 {
        self.count
    }

    /// In which time.
    pub fn per(self) -> Duration {
        self.per
    }

    /// How many at once.
    pub fn burst(self) -> u32 {
        self.burst
    }

    /// Whether one more is admitted at `now`, where the bucket is `full` again at that time:
    /// when it is full again after it. Times are nanoseconds since some start that stays the
    /// same; a bucket that nobody took from is full at 0.
    ///
    /// # Errors
    /// It is one too many; in so many nanoseconds it is not, if nothing else is admitted.
    pub fn admit(self, full: u64, now: u64) -> Result<u64, u64> {
        let each = self.each();
        let whole = each.saturating_mul(self.burst.into());
        // No longer than an empty bucket takes: the pace may have been another one before.
        let owed = full.saturating_sub(now).min(whole).saturating_add(each);
        match owed.checked_sub(whole) {
            None | Some(0) => Ok(now.saturating_add(owed)),
            Some(wait) => Err(wait),
        }
    }

    /// The time that one token takes, in nanoseconds: rounded up, so that there are never more.
    fn each(self) -> u64 {
        let per = u64::try_from(self.per.as_nanos()).unwrap_or(u64::MAX);
        per.div_ceil(self.count.into()).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn so_many_at_once_and_then_so_many_in_a_time() {
        let second = Duration::from_secs(1);
        // (count, burst), times of the events in ms, how many of them are admitted
        for (pace, events, expected) in [
            ((1, 1), vec![0, 0, 999, 1000, 1001, 2000], vec![0, 1000, 2000]),
            ((2, 3), vec![0, 0, 0, 0, 499, 500, 501, 1000], vec![0, 0, 0, 500, 1000]),
            // Who waits longer has no more at once for it.
            ((2, 2), vec![60_000, 60_000, 60_000, 60_500], vec![60_000, 60_000, 60_500]),
            // Who is refused is not the worse for it.
            ((1, 1), vec![0, 500, 600, 700, 800, 900, 1000], vec![0, 1000]),
        ] {
            let pace = Pace::new(pace.0, second, pace.1);
            let events: Vec<u64> = events.into_iter().map(|at| at * 1_000_000).collect();
            let admitted: Vec<u64> =
                admitted(pace, &events).into_iter().map(|at| at / 1_000_000).collect();
            assert_eq!(admitted, expected, "{pace:?}");
        }
    }

    #[test]
    fn the_largest_numbers_fit() {
        let pace = Pace::new(0, Duration::MAX, u32::MAX);
        assert_eq!((pace.count(), pace.per(), pace.burst()), (1, LONGEST, MOST));
        let mut full = 0;
        // Thirty years after the start.
        let now = 30 * 366 * 86_400 * SECOND;
        for _ in 0..MOST {
            full = pace.admit(full, now).expect("all of them at once");
        }
        assert_eq!(full - now, u64::from(MOST) * 86_400 * SECOND);
        assert_eq!(pace.admit(full, now), Err(86_400 * SECOND));
    }

    #[test]
    fn another_pace_forgives_what_it_would_not_have_lent() {
        let before = Pace::new(1, LONGEST, 100);
        let full = (0..100).fold(0, |full, _| before.admit(full, 0).expect("one of a hundred"));
        let after = Pace::new(1, Duration::from_secs(1), 1);
        assert_eq!(after.admit(full, 0), Err(SECOND));
    }

    proptest! {
        /// Never more than a bucket and what flows into it, in any time at all.
        #[test]
        fn no_time_sees_more_than_its_share((pace, events) in a_pace_and_events()) {
            let admitted = admitted(pace, &events);
            for (index, from) in admitted.iter().enumerate() {
                for (more, to) in admitted[index..].iter().enumerate() {
                    let flows = u128::from(to - from) * u128::from(pace.count());
                    let flows = flows / pace.per().as_nanos();
                    let many = more as u128 + 1;
                    prop_assert!(many <= u128::from(pace.burst()) + flows);
                }
            }
        }

        /// What is refused is admitted after the time that was said, and not before.
        #[test]
        fn the_wait_is_exact((pace, events) in a_pace_and_events()) {
            let mut full = 0;
            for now in events {
                match pace.admit(full, now) {
                    Ok(next) => full = next,
                    Err(wait) => {
                        prop_assert!(wait > 0);
                        prop_assert!(pace.admit(full, now + wait - 1).is_err());
                        prop_assert!(pace.admit(full, now + wait).is_ok());
                    }
                }
            }
        }

        /// Who keeps to the pace is never refused.
        #[test]
        fn who_keeps_to_it_is_not_refused(count in 1..50_u32, burst in 1..9_u32, asks in 1..99_u64) {
            let pace = Pace::new(count, Duration::from_secs(1), burst);
            let each = SECOND.div_ceil(count.into());
            let events: Vec<u64> = (0..asks).map(|number| number * each).collect();
            prop_assert_eq!(admitted(pace, &events), events);
        }
    }

    fn a_pace_and_events() -> impl Strategy<Value = (Pace, Vec<u64>)> {
        let pace = (1..20_u32, 1..5_u64, 1..10_u32);
        let gaps = prop::collection::vec(prop_oneof![Just(0), 0..SECOND / 4, 0..3 * SECOND], 1..90);
        (pace, gaps).prop_map(|((count, seconds, burst), gaps)| {
            let mut now = 0;
            let events = gaps.into_iter().map(|gap| {
                now += gap;
                now
            });
            (Pace::new(count, Duration::from_secs(seconds), burst), events.collect())
        })
    }

    /// Those of these events that are admitted.
    fn admitted(pace: Pace, events: &[u64]) -> Vec<u64> {
        let mut full = 0;
        let mut admitted = Vec::new();
        for &now in events {
            if let Ok(next) = pace.admit(full, now) {
                full = next;
                admitted.push(now);
            }
        }
        admitted
    }
}
