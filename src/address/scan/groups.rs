//! Which IPv6 address do groups of hexadecimal digits make?

use super::units::{Units, nibble};

/// One to four hexadecimal digits.
pub(super) fn group<T: Units>(text: &T, start: usize) -> Option<(u16, usize)> {
    let mut value = 0;
    let mut end = start;
    for _ in 0..4 {
        let Some((byte, next)) = text.unit(end) else { break };
        let Some(digit) = nibble(byte) else { break };
        value = value << 4 | u16::from(digit);
        end = next;
    }
    (end > start).then_some((value, end))
}

/// Groups of an IPv6 address, as many as have been read.
#[derive(Default)]
pub(super) struct Groups {
    values: [u16; 8],
    /// How many have been read.
    pub(super) count: usize,
    /// How many stand in front of `::`.
    pub(super) gap: Option<usize>,
}

impl Groups {
    /// Whether there is no room for another.
    pub(super) fn are_full(&self) -> bool {
        self.count == self.values.len()
    }

    /// Adds a group; beyond the eighth none.
    pub(super) fn push(&mut self, value: u16) {
        if let Some(place) = self.values.get_mut(self.count) {
            *place = value;
            self.count += 1;
        }
    }

    /// The address, if these groups are one.
    pub(super) fn value(&self) -> Option<u128> {
        let missing = self.values.len().checked_sub(self.count)?;
        if (missing == 0) == self.gap.is_some() {
            return None;
        }
        let gap = self.gap.unwrap_or(0);
        let read = self.values.iter().take(self.count).enumerate();
        Some(read.fold(0, |address, (index, &value)| {
            let place = if index < gap { index } else { index + missing };
            address | u128::from(value) << (112 - 16 * place)
        }))
    }

    /// The address with a dotted quad behind these groups.
    pub(super) fn with_tail(&self, tail: u32) -> Option<u128> {
        if self.count > 6 {
            return None;
        }
        let [a, b, c, d] = tail.to_be_bytes();
        let mut whole = Self { values: self.values, count: self.count, gap: self.gap };
        whole.push(u16::from_be_bytes([a, b]));
        whole.push(u16::from_be_bytes([c, d]));
        whole.value()
    }
}
