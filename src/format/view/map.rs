//! Where in the input does a canonical byte come from? A few runs tell it for all bytes.
//!
//! ```text
//! input       j a n e % 4 0 e x a m p l e         runs: (0: from 0, 1 for 1)
//! canonical   j a n e   @   e x a m p l e               (4: from 4, 3 for 1)
//!                                                       (5: from 7, 1 for 1)
//! ```
//!
//! A run is a row of units of the same size, so that plain text, and text that is escaped all
//! over, is one run. What read as nothing belongs to no unit; of it, *markup* is remembered.

use std::collections::VecDeque;

/// The way back from canonical bytes to input offsets.
#[derive(Clone, Debug, Default)]
pub(super) struct Map {
    runs: VecDeque<Run>,
    /// Not touching one another, in order.
    markup: VecDeque<Stretch>,
    /// How many canonical bytes there are.
    length: u64,
    /// Up to where the input was read; `None` before the first of it.
    read: Option<u64>,
    /// Where the input began.
    origin: u64,
    /// Where the last run ends in the input.
    tail: u64,
}

/// Offsets of the input: from here to before there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) from: u64,
    pub(super) to: u64,
}

/// Units of the same size that touch one another, up to the next run.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// The first canonical byte.
    canonical: u64,
    /// Its offset in the input.
    input: u64,
    /// How many input bytes one unit takes.
    width: u64,
    /// How many canonical bytes it is; at least one.
    reads: u64,
}

impl Run {
    /// The unit that holds canonical byte `c`, which is not before the run.
    fn unit(&self, c: u64) -> Stretch {
        let from = self.input + c.saturating_sub(self.canonical) / self.reads * self.width;
        Stretch { from, to: from + self.width }
    }
}

impl Map {
    /// Forgets everything, and keeps its room.
    pub(super) fn clear(&mut self) {
        self.runs.clear();
        self.markup.clear();
        self.length = 0;
        self.read = None;
        self.origin = 0;
        self.tail = 0;
    }

    /// How many canonical bytes there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Input is there, from here on.
    pub(super) fn begin(&mut self, at: u64) {
        if self.read.is_none() {
            self.read = Some(at);
            self.origin = at;
        }
    }

    /// Input was read. What was left out before it is a gap, and no character of the text.
    #[inline]
    pub(super) fn pass(&mut self, Stretch { from, to }: Stretch) {
        if let Some(read) = self.read.filter(|&read| read < from) {
            self.mark(Stretch { from: read, to: from });
        }
        self.read = Some(to);
    }

    /// What was read from this offset on is these many canonical bytes, each from its own byte.
    #[inline]
    pub(super) fn same(&mut self, from: u64, length: usize) {
        if length > 0 {
            self.append(Run { canonical: self.length, input: from, width: 1, reads: 1 });
            self.length += length as u64;
            self.tail = from + length as u64;
        }
    }

    /// All that was read from this offset on is these many canonical bytes together.
    #[inline]
    pub(super) fn unit(&mut self, from: u64, length: usize) {
        if length > 0 {
            let width = self.end().saturating_sub(from);
            let reads = length as u64;
            self.append(Run { canonical: self.length, input: from, width, reads });
            self.length += reads;
            self.tail = from + width;
        }
    }

    /// This is no character of the text, and not for us to take away.
    pub(super) fn mark(&mut self, Stretch { from, to }: Stretch) {
        match self.markup.back_mut().filter(|last| from <= last.to) {
            Some(last) => last.to = last.to.max(to),
            None => self.markup.push_back(Stretch { from, to }),
        }
    }

    /// See [`super::View::start_of`].
    pub(super) fn start_of(&self, c: u64) -> u64 {
        if c < self.length { self.unit_of(c).from } else { self.end() }
    }

    /// See [`super::View::end_of`].
    pub(super) fn end_of(&self, c: u64) -> u64 {
        match c.min(self.length).checked_sub(1) {
            Some(last) => self.unit_of(last).to,
            None => self.origin,
        }
    }

    /// See [`super::View::markup`].
    pub(super) fn markup(&self, from: u64, to: u64, keep: impl FnMut(u64, u64)) {
        self.markup_from(self.start_of(from), to, keep);
    }

    /// See [`super::View::markup_before`].
    pub(super) fn markup_before(&self, to: u64, keep: impl FnMut(u64, u64)) {
        self.markup_from(self.origin, to, keep);
    }

    /// From this offset of the input on.
    fn markup_from(&self, from: u64, to: u64, mut keep: impl FnMut(u64, u64)) {
        let to = self.end_of(to);
        let first = self.markup.partition_point(|stretch| stretch.to <= from);
        for stretch in self.markup.range(first..).take_while(|stretch| stretch.from < to) {
            keep(stretch.from.max(from), stretch.to.min(to));
        }
    }

    /// See [`super::View::forget`]. The unit before `c` stays: a find may end there.
    pub(super) fn forget(&mut self, c: u64) {
        while self.runs.get(1).is_some_and(|next| next.canonical < c) {
            self.runs.pop_front();
        }
        let start = self.start_of(c);
        while self.markup.front().is_some_and(|stretch| stretch.to <= start) {
            self.markup.pop_front();
        }
    }

    /// Up to where the input was read.
    fn end(&self) -> u64 {
        self.read.unwrap_or_default()
    }

    fn unit_of(&self, c: u64) -> Stretch {
        let next = self.runs.partition_point(|run| run.canonical <= c);
        let run = self.runs.get(next.saturating_sub(1));
        run.map(|run| run.unit(c)).unwrap_or_default()
    }

    #[inline]
    fn append(&mut self, run: Run) {
        let last = self.runs.back();
        let alike = last.is_some_and(|last| (last.width, last.reads) == (run.width, run.reads));
        if !(alike && self.tail == run.input) {
            self.runs.push_back(run);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_size_are_one_run() {
        let mut map = Map::default();
        map.begin(100);
        pass_same(&mut map, 100, 4);
        for at in [104, 107, 110] {
            pass_unit(&mut map, at, at + 3, 1);
        }
        pass_same(&mut map, 113, 2);
        pass_same(&mut map, 115, 2);
        assert_eq!(map.runs.len(), 3);
        assert_eq!(starts(&map), [100, 101, 102, 103, 104, 107, 110, 113, 114, 115, 116, 117]);
        assert_eq!(ends(&map), [100, 101, 102, 103, 104, 107, 110, 113, 114, 115, 116, 117]);
    }

    #[test]
    fn a_unit_of_several_bytes_is_not_divided() {
        let mut map = Map::default();
        map.begin(0);
        pass_unit(&mut map, 0, 6, 2);
        pass_unit(&mut map, 6, 12, 2);
        pass_unit(&mut map, 12, 15, 1);
        assert_eq!(map.runs.len(), 2);
        assert_eq!(starts(&map), [0, 0, 6, 6, 12, 15]);
        assert_eq!(ends(&map), [0, 6, 6, 12, 12, 15]);
    }

    #[test]
    fn what_reads_as_nothing_is_in_no_unit() {
        let mut map = Map::default();
        map.begin(0);
        pass_same(&mut map, 0, 2);
        map.pass(Stretch { from: 2, to: 5 });
        assert_eq!((map.start_of(2), map.end_of(2)), (5, 2));
        pass_same(&mut map, 5, 1);
        assert_eq!(starts(&map), [0, 1, 5, 6]);
        assert_eq!(ends(&map), [0, 1, 2, 6]);
    }

    #[test]
    fn what_is_forgotten_takes_no_room() {
        let mut map = Map::default();
        map.begin(0);
        for at in 0..1_000 {
            let input = 5 * at;
            pass_same(&mut map, input, 1);
            let tag = Stretch { from: input + 1, to: input + 5 };
            map.pass(tag);
            map.mark(tag);
            map.forget(at);
            assert!(map.runs.len() <= 3 && map.markup.len() <= 3, "{map:?}");
            assert_eq!((map.start_of(at), map.end_of(at + 1)), (input, input + 1));
        }
    }

    fn pass_same(map: &mut Map, from: u64, length: u64) {
        map.pass(Stretch { from, to: from + length });
        map.same(from, usize::try_from(length).unwrap());
    }

    fn pass_unit(map: &mut Map, from: u64, to: u64, reads: usize) {
        map.pass(Stretch { from, to });
        map.unit(from, reads);
    }

    fn starts(map: &Map) -> Vec<u64> {
        (0..=map.length()).map(|c| map.start_of(c)).collect()
    }

    fn ends(map: &Map) -> Vec<u64> {
        (0..=map.length()).map(|c| map.end_of(c)).collect()
    }
}
