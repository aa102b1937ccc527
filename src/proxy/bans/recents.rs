//! Which visitor had this stand-in, in the period that runs? Pure.

use crate::policy::rate::Sets;

/// Which visitor had which stand-in, all of them hashes. What a period's stand-ins stood for is
/// forgotten with it: whoever knows of the next one first clears the table.
#[derive(Debug)]
pub(super) struct Recents {
    period: u64,
    visitors: Sets<u64>,
    /// Connections so far: who began last is forgotten last.
    count: u64,
}

impl Recents {
    /// Room for so many.
    pub(super) fn new(capacity: usize) -> Self {
        Self { period: 0, visitors: Sets::new(capacity), count: 0 }
    }

    /// Room for so many from here on.
    pub(super) fn set_capacity(&mut self, capacity: usize) {
        self.visitors.resize(capacity);
    }

    /// A visitor was given this stand-in, in the period of this number.
    pub(super) fn saw(&mut self, handle: u64, visitor: u64, period: u64) {
        self.turn(period);
        if period == self.period {
            self.count += 1;
            self.visitors.put(handle, self.count, visitor);
        }
    }

    /// Who had this stand-in, in the period of this number: the last one who did.
    pub(super) fn who(&mut self, handle: u64, period: u64) -> Option<u64> {
        self.turn(period);
        let (_, visitor) = self.visitors.at(handle).filter(|_| period == self.period)?;
        Some(visitor)
    }

    /// The period of this number runs. They only ever follow one another; an exchange may end in
    /// the one before.
    pub(super) fn turn(&mut self, period: u64) {
        if period > self.period {
            self.period = period;
            self.visitors.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_forgotten_with_its_end() {
        let mut recents = Recents::new(8);
        recents.saw(7, 0xa11, 1);
        recents.saw(8, 0xb0b, 1);
        assert_eq!(recents.who(7, 1), Some(0xa11));
        assert_eq!(recents.who(9, 1), None);
        recents.saw(9, 0xa11, 2);
        assert_eq!((recents.who(7, 1), recents.who(7, 2)), (None, None));
        assert_eq!(recents.who(9, 2), Some(0xa11));
        // What an exchange of the period before says comes too late.
        recents.saw(7, 0xa11, 1);
        assert_eq!((recents.who(7, 1), recents.who(7, 2)), (None, None));
        // Nobody has to come for it: whoever asks in the next period ends this one.
        assert_eq!((recents.who(9, 3), recents.who(9, 2)), (None, None));
    }

    #[test]
    fn the_last_ones_are_remembered() {
        let mut recents = Recents::new(8);
        for visitor in 0..100 {
            recents.saw(visitor, visitor, 1);
        }
        let held: Vec<u64> = (0..100).filter(|handle| recents.who(*handle, 1).is_some()).collect();
        assert_eq!(held, (92..100).collect::<Vec<_>>());
        recents.set_capacity(0);
        recents.saw(1, 1, 1);
        assert_eq!(recents.who(1, 1), None);
    }
}
