//! A table of a fixed size that forgets whoever matters least.
//!
//! ```text
//! tag ──> its set, eight slots side by side: (tag, rank, value)
//! ```
//!
//! As in a processor's cache, a tag may stand in one set only, and where that is full the slot
//! of the lowest rank goes. So everything takes the same time, however many there are, and
//! nothing is ever allocated or freed but by a change of the size. Tags are keyed hashes:
//! nobody can choose a set.

use std::fmt;

/// A table of a fixed size that forgets whoever matters least.
pub struct Sets<V> {
    sets: Vec<[Slot<V>; WAYS]>,
}

/// Slots of a set: two cache lines where there is no value.
const WAYS: usize = 8;

#[derive(Clone, Copy, Default)]
struct Slot<V> {
    tag: u64,
    /// 0 where the slot is free.
    rank: u64,
    value: V,
}

/// How large it is; nothing of what is in it.
impl<V> fmt::Debug for Sets<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sets").field("sets", &self.sets.len()).finish_non_exhaustive()
    }
}

impl<V: Copy + Default> Sets<V> {
    /// An empty table with room for so many, rounded up to whole sets.
    pub fn new(capacity: usize) -> Self {
        Self { sets: vec![[Slot::default(); WAYS]; capacity.div_ceil(WAYS)] }
    }

    /// For how many there is room.
    pub fn capacity(&self) -> usize {
        self.sets.len() * WAYS
    }

    /// The rank and the value that were put at this tag, if it was not forgotten.
    pub fn at(&self, tag: u64) -> Option<(u64, V)> {
        let set = self.sets.get(self.index(tag))?;
        let slot = set.iter().find(|slot| slot.tag == tag && slot.rank > 0)?;
        Some((slot.rank, slot.value))
    }

    /// Puts a value at this tag, or replaces the one that is there. A rank of 0 counts as 1.
    pub fn put(&mut self, tag: u64, rank: u64, value: V) {
        let index = self.index(tag);
        let Some(set) = self.sets.get_mut(index) else { return };
        // Its own slot before any other.
        let lowest = |slot: &&mut Slot<V>| {
            if slot.tag == tag && slot.rank > 0 { (0, 0) } else { (1, slot.rank) }
        };
        if let Some(slot) = set.iter_mut().min_by_key(lowest) {
            *slot = Slot { tag, rank: rank.max(1), value };
        }
    }

    /// How many are held. It takes as long as there is room.
    pub fn count(&self) -> usize {
        self.sets.iter().flatten().filter(|slot| slot.rank > 0).count()
    }

    /// Forgets those of this rank and below. It takes as long as there is room.
    pub fn forget(&mut self, rank: u64) {
        for slot in self.sets.iter_mut().flatten() {
            if slot.rank <= rank {
                *slot = Slot::default();
            }
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.sets.fill([Slot::default(); WAYS]);
    }

    /// Room for so many from here on. What has no room is forgotten, the lowest ranks first.
    pub fn resize(&mut self, capacity: usize) {
        if capacity.div_ceil(WAYS) == self.sets.len() {
            return;
        }
        let mut others = Self::new(capacity);
        let slots = self.sets.iter().flatten().filter(|slot| slot.rank > 0);
        let mut slots: Vec<&Slot<V>> = slots.collect();
        slots.sort_by_key(|slot| slot.rank);
        for slot in slots {
            others.put(slot.tag, slot.rank, slot.value);
        }
        *self = others;
    }

    /// Where a tag stands: the sets divide all tags evenly. The highest bits decide, so that
    /// the lowest ones are free for a choice between several tables.
    fn index(&self, tag: u64) -> usize {
        let index = (u128::from(tag) * self.sets.len() as u128) >> 64;
        usize::try_from(index).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_table_without_room_remembers_nothing() {
        let mut sets = Sets::new(0);
        sets.put(7, 1, ());
        assert_eq!((sets.at(7), sets.capacity()), (None, 0));
    }

    #[test]
    fn the_tags_0_and_the_ranks_0_are_no_exception() {
        let mut sets = Sets::new(1);
        assert_eq!(sets.at(0), None);
        sets.put(0, 0, 'a');
        assert_eq!(sets.at(0), Some((1, 'a')));
        sets.clear();
        assert_eq!(sets.at(0), None);
    }

    #[test]
    fn the_lowest_rank_goes() {
        let mut sets = Sets::new(8);
        for tag in 1..=8 {
            sets.put(tag, 10 + tag, ());
        }
        sets.put(1, 99, ());
        sets.put(9, 5, ());
        let held = |sets: &Sets<()>| -> Vec<u64> {
            (1..=9).filter(|tag| sets.at(*tag).is_some()).collect()
        };
        assert_eq!(held(&sets), [1, 3, 4, 5, 6, 7, 8, 9]);
        sets.forget(15);
        assert_eq!(held(&sets), [1, 6, 7, 8]);
        assert_eq!(sets.count(), 4);
    }

    #[test]
    fn sets_are_filled_evenly() {
        let mut sets = Sets::new(800);
        for number in 0..800 {
            sets.put(spread(number), 1, ());
        }
        let held = (0..800).filter(|number| sets.at(spread(*number)).is_some()).count();
        // By chance alone some 0.86 of them.
        assert!(held > 650, "{held} of 800");
    }

    proptest! {
        /// What was put last is there, whatever was before; and there is never more than room.
        #[test]
        fn it_holds_what_it_was_told_last(
            capacity in 1..40_usize,
            steps in prop::collection::vec((0..60_u64, 0..9_u64, any::<u16>(), 0..60_usize), 0..300),
        ) {
            let mut sets = Sets::new(capacity);
            let mut said = std::collections::HashMap::new();
            for (number, rank, value, size) in steps {
                let tag = spread(number);
                if number == 0 {
                    sets.resize(size.max(1));
                }
                sets.put(tag, rank, value);
                said.insert(tag, (rank.max(1), value));
                prop_assert_eq!(sets.at(tag), said.get(&tag).copied());
            }
            let held = said.iter().filter(|(tag, said)| sets.at(**tag) == Some(**said)).count();
            let other = said.keys().filter(|tag| sets.at(**tag).is_some()).count();
            prop_assert_eq!(held, other, "nothing is there that was not said");
            prop_assert!(held <= sets.capacity());
        }

        /// Another size forgets nothing that has room.
        #[test]
        fn a_larger_table_keeps_all(numbers in prop::collection::btree_set(any::<u64>(), 0..8)) {
            let mut sets = Sets::new(8);
            for &tag in &numbers {
                sets.put(tag, 3, tag);
            }
            for size in [8, 16, 100, 1_000] {
                sets.resize(size);
                for &tag in &numbers {
                    prop_assert_eq!(sets.at(tag), Some((3, tag)));
                }
            }
        }
    }

    /// As a hash would (SplitMix64).
    fn spread(number: u64) -> u64 {
        let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
    }
}
