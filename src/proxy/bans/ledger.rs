//! Who is banned until when, by hashes: pure, and handed the time.
//!
//! ```text
//! by_handle:  hash of (property, handle)  ──> Ban: until when, and whom it has met
//! by_visitor: hash of (property, network) ──> until when
//! ```
//!
//! A stand-in is somebody else's in the next period, so a ban of one holds for good only for
//! those who were met with it: they are known by a hash of their own address from then on.

use crate::proxy::bans::order::{Banned, NotBanned, ShownHandle};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

/// Who is banned until when. Times are those since some start that stays the same.
#[derive(Default)]
pub(super) struct Ledger {
    by_handle: HashMap<u64, Ban>,
    by_visitor: HashMap<u64, Duration>,
}

struct Ban {
    property: Arc<str>,
    shown: Option<ShownHandle>,
    until: Duration,
    visitors: Vec<u64>,
}

impl Ban {
    /// Binds it to one more visitor, if there is room for one.
    fn meet(&mut self, visitor: u64) -> bool {
        let is_new = self.visitors.len() < VISITORS && !self.visitors.contains(&visitor);
        if is_new {
            self.visitors.push(visitor);
        }
        is_new
    }

    fn shown_at(&self, now: Duration) -> Banned {
        Banned {
            property: Arc::clone(&self.property),
            handle: self.shown,
            left: self.until.saturating_sub(now),
            visitors: self.visitors.len(),
        }
    }
}

/// Visitors to whom one ban is bound at most. Two visitors have the same stand-in by chance
/// alone, once in many millions.
const VISITORS: usize = 16;

/// Whether somebody may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing is known against it.
    Free,
    /// It is banned.
    Banned,
    /// It is banned by its handle, and the ban is not bound to it yet.
    Met,
}

impl Ledger {
    /// How many bans there are; some of them may be over.
    pub(super) fn len(&self) -> usize {
        self.by_handle.len()
    }

    /// Whether a visitor with this handle may pass.
    pub(super) fn find(&self, visitor: Option<u64>, handle: Option<u64>, now: Duration) -> Found {
        let until = visitor.and_then(|visitor| self.by_visitor.get(&visitor));
        if until.is_some_and(|until| now < *until) {
            return Found::Banned;
        }
        match handle.and_then(|handle| self.by_handle.get(&handle)) {
            Some(ban) if now < ban.until && ban.visitors.len() < VISITORS => Found::Met,
            Some(ban) if now < ban.until => Found::Banned,
            _ => Found::Free,
        }
    }

    /// Bans this handle, and the visitor who is known to have it; a ban that it has ends when
    /// this one does, sooner or later.
    pub(super) fn ban(
        &mut self,
        (handle, visitor): (u64, Option<u64>),
        (property, shown): (Arc<str>, Option<ShownHandle>),
        (now, until): (Duration, Duration),
        limit: usize,
    ) -> Result<Banned, NotBanned> {
        self.forget(now);
        let count = self.by_handle.len();
        let ban = match self.by_handle.entry(handle) {
            Entry::Vacant(_) if count >= limit => return Err(NotBanned::Full { limit }),
            Entry::Vacant(entry) => {
                entry.insert(Ban { property, shown, until, visitors: Vec::new() })
            }
            Entry::Occupied(entry) => entry.into_mut(),
        };
        ban.until = until;
        if let Some(visitor) = visitor {
            ban.meet(visitor);
        }
        let banned = ban.shown_at(now);
        self.rebind();
        Ok(banned)
    }

    /// Binds the ban of this handle to a visitor who was met with it.
    pub(super) fn bind(&mut self, handle: u64, visitor: u64) {
        let Some(ban) = self.by_handle.get_mut(&handle) else { return };
        if ban.meet(visitor) {
            let until = self.by_visitor.entry(visitor).or_default();
            *until = ban.until.max(*until);
        }
    }

    /// Ends the bans of a property for which this is true; whether there were any.
    pub(super) fn lift(
        &mut self,
        property: &str,
        mut is_it: impl FnMut(u64, Option<ShownHandle>) -> bool,
    ) -> bool {
        let before = self.by_handle.len();
        self.by_handle
            .retain(|handle, ban| *ban.property != *property || !is_it(*handle, ban.shown));
        self.rebind();
        self.by_handle.len() < before
    }

    /// The bans that are in force, those first that end first.
    pub(super) fn list(&self, now: Duration) -> Vec<Banned> {
        let in_force = self.by_handle.values().filter(|ban| now < ban.until);
        let mut list: Vec<Banned> = in_force.map(|ban| ban.shown_at(now)).collect();
        list.sort_by_key(|banned| banned.left);
        list
    }

    /// Forgets what is over. It takes as long as there are bans.
    pub(super) fn forget(&mut self, now: Duration) {
        self.by_handle.retain(|_, ban| now < ban.until);
        self.by_visitor.retain(|_, until| now < *until);
    }

    /// Finds out anew until when each visitor is banned: several bans may have met the same one.
    fn rebind(&mut self) {
        self.by_visitor.clear();
        for ban in self.by_handle.values() {
            for visitor in &ban.visitors {
                let until = self.by_visitor.entry(*visitor).or_default();
                *until = ban.until.max(*until);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const ANN: Option<u64> = Some(0xa11);
    const BOB: Option<u64> = Some(0xb0b);

    /// A handle of Ann's in one period, and in the next.
    const ONE: u64 = 1;
    const TWO: u64 = 2;

    #[test]
    fn a_ban_ends_in_time() {
        let mut ledger = Ledger::default();
        ban(&mut ledger, ONE, 10, 20);
        ledger.bind(ONE, 0xa11);
        for (now, expected) in
            [(10, Found::Banned), (19, Found::Banned), (20, Found::Free), (99, Found::Free)]
        {
            assert_eq!(ledger.find(ANN, Some(ONE), at(now)), expected, "at {now}");
            assert_eq!(ledger.find(ANN, Some(TWO), at(now)), expected, "at {now}, renamed");
            assert_eq!(ledger.list(at(now)).is_empty(), expected == Found::Free, "at {now}");
        }
        ledger.forget(at(20));
        assert_eq!((ledger.len(), ledger.by_visitor.len()), (0, 0));
    }

    #[test]
    fn who_is_met_with_a_banned_handle_is_known_by_its_own_address_from_then_on() {
        let mut ledger = Ledger::default();
        ban(&mut ledger, ONE, 0, 100);
        assert_eq!(ledger.find(ANN, Some(TWO), at(1)), Found::Free, "nobody has met her");
        assert_eq!(ledger.find(ANN, Some(ONE), at(1)), Found::Met);
        ledger.bind(ONE, 0xa11);
        assert_eq!(ledger.find(ANN, Some(TWO), at(2)), Found::Banned);
        assert_eq!(ledger.find(ANN, None, at(2)), Found::Banned);
        assert_eq!(ledger.find(BOB, Some(TWO), at(2)), Found::Free);
        assert_eq!(ledger.find(None, None, at(2)), Found::Free);
    }

    #[test]
    fn the_last_word_on_a_handle_counts() {
        let mut ledger = Ledger::default();
        ban(&mut ledger, ONE, 0, 100);
        ledger.bind(ONE, 0xa11);
        ban(&mut ledger, ONE, 0, 10);
        assert_eq!(ledger.find(ANN, None, at(9)), Found::Banned);
        assert_eq!(ledger.find(ANN, None, at(10)), Found::Free);
    }

    #[test]
    fn of_several_bans_of_a_visitor_the_longest_counts() {
        let mut ledger = Ledger::default();
        for (handle, until) in [(ONE, 50), (TWO, 20)] {
            ban(&mut ledger, handle, 0, until);
            ledger.bind(handle, 0xa11);
        }
        assert_eq!(ledger.find(ANN, None, at(49)), Found::Banned);
        assert!(ledger.lift("shop", |handle, _| handle == ONE));
        assert_eq!(ledger.find(ANN, None, at(19)), Found::Banned);
        assert_eq!(ledger.find(ANN, None, at(20)), Found::Free);
        assert!(!ledger.lift("blog", |_, _| true), "those of another property stay");
        assert!(ledger.lift("shop", |_, _| true));
        assert_eq!(ledger.find(ANN, Some(TWO), at(0)), Found::Free);
    }

    #[test]
    fn there_are_never_more_than_allowed() {
        let mut ledger = Ledger::default();
        let mut take = |handle, now, until| {
            let banned = ledger.ban((handle, None), ("shop".into(), None), (at(now), at(until)), 2);
            banned.map(drop)
        };
        assert_eq!(take(1, 0, 10), Ok(()));
        assert_eq!(take(2, 0, 20), Ok(()));
        assert_eq!(take(3, 0, 20), Err(NotBanned::Full { limit: 2 }));
        assert_eq!(take(1, 0, 15), Ok(()), "it has its place");
        assert_eq!(take(3, 15, 20), Ok(()), "one is over");
    }

    #[test]
    fn one_handle_does_not_bind_everybody() {
        let mut ledger = Ledger::default();
        ban(&mut ledger, ONE, 0, 100);
        for visitor in 0..100 {
            ledger.bind(ONE, visitor);
        }
        assert_eq!(ledger.list(at(0))[0].visitors, VISITORS);
        assert_eq!(ledger.by_visitor.len(), VISITORS);
        assert_eq!(ledger.find(ANN, Some(ONE), at(1)), Found::Banned, "but it bans them");
    }

    #[test]
    fn the_list_is_in_the_order_in_which_they_end() {
        let mut ledger = Ledger::default();
        for (handle, until) in [(1, 30), (2, 10), (3, 20)] {
            ban(&mut ledger, handle, 0, until);
        }
        let left: Vec<u64> = ledger.list(at(5)).iter().map(|ban| ban.left.as_secs()).collect();
        assert_eq!(left, [5, 15, 25]);
    }

    fn ban(ledger: &mut Ledger, handle: u64, now: u64, until: u64) {
        let shown = Some(ShownHandle(Ipv4Addr::new(240, 0, 0, 1).into()));
        let what = ("shop".into(), shown);
        ledger.ban((handle, None), what, (at(now), at(until)), 10).expect("room");
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }
}
