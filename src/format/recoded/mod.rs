//! How does a payload read in UTF-8, and where in it does each byte of that stand?
//!
//! ```text
//! UTF-16   4a 00 | f6 00 | 72 00 | 67 00        runs: 2 bytes for 1 │ 2 for 2 │ 2 for 1
//! UTF-8    4a    | c3 b6 | 72    | 67
//! ```
//!
//! One decoded character and the bytes that it came from are a unit. Units of one shape that
//! stand side by side are a run, within which places are arithmetic, so that ASCII in any
//! encoding costs one run. Bytes that are no character read as U+FFFD. A byte order mark is a
//! character like any other.

mod units;

use super::charset::Charset;
use std::collections::VecDeque;
use units::Units;

/// A layer between a payload in some encoding and a reader of UTF-8.
///
/// ```
/// use cloakroom::format::{charset::Charset, recoded::Recoded};
///
/// let mut recoded = Recoded::new(Charset::Utf16Le);
/// let mut text = Vec::new();
/// recoded.push(b"J\0\xf6\0r", &mut text);
/// recoded.push(b"\0g\0", &mut text);
/// recoded.finish(&mut text);
/// assert_eq!(text, "Jörg".as_bytes());
/// assert_eq!((recoded.start_of(3), recoded.end_of(4)), (4, 6)); // the `r`
/// ```
#[derive(Debug)]
pub struct Recoded {
    units: Units,
    map: Map,
}

impl Recoded {
    /// At the beginning of a payload.
    pub fn new(charset: Charset) -> Self {
        Self { units: Units::new(charset), map: Map::default() }
    }

    /// Reads more of the payload, and appends what it reads as to `out`. The beginning of a
    /// character is held back: three bytes at most.
    pub fn push(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let map = &mut self.map;
        self.units.push(raw, out, &mut |raw, text, count| map.add(raw, text, count));
    }

    /// The payload is over. What was held back is no character.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let map = &mut self.map;
        self.units.finish(out, &mut |raw, text, count| map.add(raw, text, count));
    }

    /// Where in the payload the unit begins that byte `c` of the text belongs to; where `c` is
    /// all there is so far, the end of what was read.
    pub fn start_of(&self, c: u64) -> u64 {
        self.map.start_of(c)
    }

    /// Where in the payload the unit ends that byte `c - 1` of the text belongs to.
    pub fn end_of(&self, c: u64) -> u64 {
        match c.checked_sub(1) {
            Some(last) => self.map.end_of(last),
            None => self.map.start_of(0),
        }
    }

    /// Up to where nothing of the payload is needed any more once the text before `c` is
    /// settled: nothing stands between units, so this is where the unit of `c` begins.
    pub fn settled(&self, c: u64) -> u64 {
        self.map.start_of(c)
    }

    /// The text before `c` is not asked for again.
    pub fn forget(&mut self, c: u64) {
        self.map.forget(c);
    }
}

/// Where which units stand. Offsets count from the beginning of text and payload.
#[derive(Debug, Default)]
struct Map {
    runs: VecDeque<Run>,
    /// The end of what was read.
    raw: u64,
    text: u64,
}

/// Units of one shape, side by side, up to where the next run begins.
#[derive(Clone, Copy, Debug)]
struct Run {
    raw: u64,
    text: u64,
    /// How many bytes of the payload and of the text each unit has.
    raw_len: u8,
    text_len: u8,
}

impl Map {
    fn add(&mut self, raw_len: u8, text_len: u8, count: usize) {
        let continues =
            self.runs.back().is_some_and(|run| (run.raw_len, run.text_len) == (raw_len, text_len));
        if !continues {
            self.runs.push_back(Run { raw: self.raw, text: self.text, raw_len, text_len });
        }
        self.raw += u64::from(raw_len) * count as u64;
        self.text += u64::from(text_len) * count as u64;
    }

    fn start_of(&self, c: u64) -> u64 {
        match self.run_of(c) {
            Some(run) if c < self.text => run.raw + run.units_before(c) * u64::from(run.raw_len),
            _ => self.raw,
        }
    }

    fn end_of(&self, last: u64) -> u64 {
        match self.run_of(last) {
            Some(run) if last < self.text => {
                run.raw + (run.units_before(last) + 1) * u64::from(run.raw_len)
            }
            _ => self.raw,
        }
    }

    fn forget(&mut self, c: u64) {
        let passed = self.runs.partition_point(|run| run.text <= c).saturating_sub(1);
        self.runs.drain(..passed);
    }

    fn run_of(&self, c: u64) -> Option<&Run> {
        self.runs.get(self.runs.partition_point(|run| run.text <= c).saturating_sub(1))
    }
}

impl Run {
    fn units_before(&self, c: u64) -> u64 {
        c.saturating_sub(self.text) / u64::from(self.text_len.max(1))
    }
}

#[cfg(test)]
mod tests;
