//! Which kinds can begin here? The first sixteen bytes decide, all kinds of a bank at once.

use super::automaton::{Beginning, DEPTH};
use super::edge::free_before;
use crate::detect::kind::Edges;

/// How many kinds fit in a bank: a bit each.
pub(super) const BANK: usize = 64;

/// Up to 64 kinds. A row of 256 masks for each of the first bytes says which kinds may have
/// that byte there.
#[derive(Debug)]
pub(super) struct Bank {
    rows: Box<[[u64; 256]; DEPTH]>,
    /// Which kinds have matches of so many bytes or less.
    ended: [u64; DEPTH],
    open: u64,
    number: u64,
    dotted: u64,
}

/// What the first bytes told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Possible {
    /// These kinds may begin here.
    These(u64),
    /// Some may, and it depends on bytes that have not come.
    Undecided,
}

impl Bank {
    /// No kinds yet.
    pub(super) fn new() -> Self {
        Self { rows: Box::new([[0; 256]; DEPTH]), ended: [0; DEPTH], open: 0, number: 0, dotted: 0 }
    }

    /// Adds a kind, or one of the ways in which it begins, under this bit.
    pub(super) fn add(&mut self, bit: usize, beginning: &Beginning, edges: Edges) {
        let mask = 1_u64 << bit;
        for (row, allowed) in self.rows.iter_mut().zip(beginning.bytes.iter()) {
            for (kinds, _) in row.iter_mut().zip(allowed).filter(|(_, allowed)| **allowed) {
                *kinds |= mask;
            }
        }
        for ended in self.ended.iter_mut().skip(beginning.shortest) {
            *ended |= mask;
        }
        match edges {
            Edges::Open => self.open |= mask,
            Edges::Number => self.number |= mask,
            Edges::Dotted => self.dotted |= mask,
            Edges::Word => {}
        }
    }

    /// Which kinds may have this byte first: those that stand alone, and those that may begin
    /// within a word.
    pub(super) fn first(&self, byte: u8) -> (u64, u64) {
        let kinds = self.rows[0][usize::from(byte)];
        (kinds & !self.open, kinds & self.open)
    }

    /// Which kinds may begin at `at`.
    #[inline]
    pub(super) fn possible(&self, text: &[u8], at: usize, last: bool) -> Possible {
        let mut kinds = u64::MAX;
        let rest = text.get(at..).unwrap_or_default();
        for (row, byte) in self.rows.iter().zip(rest) {
            kinds &= row[usize::from(*byte)];
            if kinds == 0 {
                return Possible::These(0);
            }
        }
        kinds &= self.free_before(text, at);
        match self.ended.get(rest.len()) {
            Some(ended) if last => Possible::These(kinds & ended),
            Some(_) if kinds != 0 => Possible::Undecided,
            _ => Possible::These(kinds),
        }
    }

    /// The kinds that may begin behind what stands before `at`.
    fn free_before(&self, text: &[u8], at: usize) -> u64 {
        let mut kinds = self.open;
        for (edges, mask) in [
            (Edges::Number, self.number),
            (Edges::Dotted, self.dotted),
            (Edges::Word, !(self.open | self.number | self.dotted)),
        ] {
            if mask != 0 && free_before(edges, text, at) {
                kinds |= mask;
            }
        }
        kinds
    }
}
