//! A map that knows which of its entries was not used for the longest.
//!
//! ```text
//! by_key: hash ──> slot        slots: newest <──> … <──> oldest, linked by their numbers
//! ```
//!
//! Everything takes the same time however many entries there are, save that the room for them
//! grows by doubling.

use std::collections::HashMap;
use std::mem;

/// A hash that nobody can choose.
pub(super) type Key = [u8; 16];

/// A map that knows which of its entries was not used for the longest.
pub(super) struct Recent<V> {
    by_key: HashMap<Key, u32>,
    slots: Vec<Slot<V>>,
    newest: u32,
    oldest: u32,
}

struct Slot<V> {
    key: Key,
    value: V,
    newer: u32,
    older: u32,
}

/// The number of no slot. There are never so many.
const NONE: u32 = u32::MAX;

impl<V> Recent<V> {
    pub(super) fn new() -> Self {
        Self { by_key: HashMap::new(), slots: Vec::new(), newest: NONE, oldest: NONE }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The value at this key. It is not used by that.
    pub(super) fn get(&self, key: &Key) -> Option<&V> {
        Some(&self.slot(*self.by_key.get(key)?)?.value)
    }

    /// Uses the entry at this key.
    pub(super) fn used(&mut self, key: &Key) -> Option<&mut V> {
        let number = *self.by_key.get(key)?;
        self.unlink(number);
        self.link(number);
        Some(&mut self.slot_mut(number)?.value)
    }

    /// Adds an entry, or replaces the one at this key, and uses it. Without room for its number
    /// there is nothing added.
    pub(super) fn add(&mut self, key: Key, value: V) {
        if let Some(entry) = self.used(&key) {
            *entry = value;
            return;
        }
        let number = u32::try_from(self.slots.len()).unwrap_or(NONE);
        if number != NONE {
            self.by_key.insert(key, number);
            self.slots.push(Slot { key, value, newer: NONE, older: NONE });
            self.link(number);
        }
    }

    /// The entry that was not used for the longest.
    pub(super) fn oldest(&self) -> Option<&V> {
        self.slot(self.oldest).map(|slot| &slot.value)
    }

    /// Removes the entry that was not used for the longest.
    pub(super) fn drop_oldest(&mut self) {
        self.remove(self.oldest);
    }

    /// Removes all entries but these. It takes as long as there are entries.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&V) -> bool) {
        let mut number = u32::try_from(self.slots.len()).unwrap_or(NONE);
        // From the last one on: what a removal moves was looked at before.
        while let Some(before) = number.checked_sub(1) {
            number = before;
            if self.slot(number).is_some_and(|slot| !keep(&slot.value)) {
                self.remove(number);
            }
        }
    }

    fn remove(&mut self, number: u32) {
        let Some(key) = self.slot(number).map(|slot| slot.key) else { return };
        self.unlink(number);
        self.by_key.remove(&key);
        self.slots.swap_remove(number as usize);
        // What was the last slot has the number of the removed one.
        let Some(moved) = self.slot(number) else { return };
        let (key, newer, older) = (moved.key, moved.newer, moved.older);
        self.by_key.insert(key, number);
        *self.below(newer) = number;
        *self.above(older) = number;
    }

    /// Gives back the room that is not used.
    pub(super) fn shrink(&mut self) {
        self.by_key.shrink_to_fit();
        self.slots.shrink_to_fit();
    }

    fn slot(&self, number: u32) -> Option<&Slot<V>> {
        self.slots.get(number as usize)
    }

    fn slot_mut(&mut self, number: u32) -> Option<&mut Slot<V>> {
        self.slots.get_mut(number as usize)
    }

    fn unlink(&mut self, number: u32) {
        let Some(slot) = self.slot_mut(number) else { return };
        let newer = mem::replace(&mut slot.newer, NONE);
        let older = mem::replace(&mut slot.older, NONE);
        *self.below(newer) = older;
        *self.above(older) = newer;
    }

    /// Makes it the newest.
    fn link(&mut self, number: u32) {
        let newest = mem::replace(&mut self.newest, number);
        *self.above(newest) = number;
        if let Some(slot) = self.slot_mut(number) {
            slot.older = newest;
        }
    }

    /// The link from this slot to the next older one; from the end of the list to the newest.
    fn below(&mut self, number: u32) -> &mut u32 {
        match self.slots.get_mut(number as usize) {
            Some(slot) => &mut slot.older,
            None => &mut self.newest,
        }
    }

    /// The link from this slot to the next newer one; from the end of the list to the oldest.
    fn above(&mut self, number: u32) -> &mut u32 {
        match self.slots.get_mut(number as usize) {
            Some(slot) => &mut slot.newer,
            None => &mut self.oldest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The same as a list that is searched from one end to the other.
        #[test]
        fn it_is_a_list_in_order_of_use(steps in prop::collection::vec((0..5_u8, 0..12_u8), 0..200)) {
            let mut recent = Recent::new();
            let mut list: Vec<(Key, usize)> = Vec::new();
            for (step, (what, name)) in steps.into_iter().enumerate() {
                let key = [name; 16];
                let place = list.iter().position(|(known, _)| *known == key);
                match what {
                    0 => {
                        recent.drop_oldest();
                        list = list.split_off(list.len().min(1));
                    }
                    1 => {
                        let used = recent.used(&key).copied();
                        let expected = place.map(|place| list.remove(place));
                        prop_assert_eq!(used, expected.map(|(_, value)| value));
                        list.extend(expected);
                    }
                    2 => {
                        let keep = |value: &usize| *value % 12 != usize::from(name);
                        recent.retain(keep);
                        list.retain(|(_, value)| keep(value));
                    }
                    _ => {
                        recent.add(key, step);
                        place.map(|place| list.remove(place));
                        list.push((key, step));
                    }
                }
                prop_assert_eq!(recent.len(), list.len());
                prop_assert_eq!(recent.by_key.len(), list.len());
                prop_assert_eq!(recent.oldest(), list.first().map(|(_, value)| value));
                for (key, value) in &list {
                    prop_assert_eq!(recent.get(key), Some(value));
                }
                let forth = walk(&recent, recent.oldest, |slot| slot.newer);
                let mut back = walk(&recent, recent.newest, |slot| slot.older);
                back.reverse();
                let keys: Vec<Key> = list.iter().map(|(key, _)| *key).collect();
                prop_assert_eq!((&forth, &back), (&keys, &keys));
            }
        }
    }

    fn walk<V>(recent: &Recent<V>, mut number: u32, next: fn(&Slot<V>) -> u32) -> Vec<Key> {
        let mut keys = Vec::new();
        while let Some(slot) = recent.slot(number) {
            keys.push(slot.key);
            assert!(keys.len() <= recent.len(), "a circle");
            number = next(slot);
        }
        keys
    }
}
