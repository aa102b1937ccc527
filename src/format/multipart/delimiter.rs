//! Where do parts begin and end? The lines between them (RFC 2046 section 5.1.1).
//!
//! ```text
//! preamble CRLF --boundary CRLF head and body CRLF --boundary-- CRLF epilogue
//!          └─ delimiter ─────┘                └─ delimiter ──┘
//! ```
//!
//! The line break before a delimiter belongs to it; a lone LF will do. Behind the boundary a
//! blank, a line break or `--` has to follow, or it is data: a boundary may be the beginning
//! of another one. What may still become a delimiter is held back, and that needs no copy,
//! since it can be nothing but the beginning of one.

use crate::format::Unreadable;
use memchr::{memchr, memmem, memrchr};

/// Hears what stands between delimiters.
pub(super) trait Parts {
    /// More of a part, or of what stands outside of any: before the first, behind the last,
    /// and in the line of a delimiter.
    fn data(&mut self, at: u64, raw: &[u8]) -> Result<(), Unreadable>;
    /// What the data was of ended before this offset. What comes is outside of any part.
    fn end(&mut self, at: u64) -> Result<(), Unreadable>;
    /// A part begins at this offset. It is in doubt if the delimiter before it has another
    /// line break than the first one: only some readers take that for a delimiter.
    fn begin(&mut self, at: u64, in_doubt: bool) -> Result<(), Unreadable>;
}

/// Cuts a payload at its delimiters.
pub(super) struct Delimiters {
    /// CR, LF, `--`, the boundary and `--`.
    whole: Vec<u8>,
    /// Looks for LF, `--` and the boundary.
    finder: memmem::Finder<'static>,
    state: State,
    /// Whether the line of the first delimiter ends with CRLF, as soon as that is known.
    style: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In data, with nothing held back.
    Data,
    /// These bytes of `whole` are held back. From 2 on: at the beginning of a line.
    Held { from: usize, to: usize },
    /// In the line of a delimiter, behind its boundary.
    Line { in_doubt: bool, after_cr: bool },
    /// Behind the last delimiter.
    Epilogue,
}

/// At the beginning of a line, with nothing held back.
const LINE_START: State = State::Held { from: 2, to: 2 };

impl Delimiters {
    /// The delimiters of a boundary; `None` for what can be none: RFC 2046 allows 70 bytes.
    pub(super) fn new(boundary: &[u8]) -> Option<Self> {
        let is_control = |byte: &u8| byte.is_ascii_control();
        if boundary.is_empty() || boundary.len() > LONGEST || boundary.iter().any(is_control) {
            return None;
        }
        let whole = [b"\r\n--", boundary, b"--"].concat();
        let finder = memmem::Finder::new(whole.get(1..boundary.len() + 4)?).into_owned();
        Some(Self { whole, finder, state: LINE_START, style: None })
    }

    /// Whether no delimiter was met.
    pub(super) fn met_none(&self) -> bool {
        matches!(self.state, State::Data | State::Held { .. }) && self.style.is_none()
    }

    pub(super) fn push(
        &mut self,
        mut at: u64,
        mut raw: &[u8],
        parts: &mut impl Parts,
    ) -> Result<(), Unreadable> {
        while let Some(&first) = raw.first() {
            let read = match self.state {
                State::Data => self.data(at, raw, parts)?,
                State::Held { from, to } => self.held(at, first, from, to, parts)?,
                State::Line { in_doubt, after_cr } => {
                    self.line(at, raw, in_doubt, after_cr, parts)?
                }
                State::Epilogue => {
                    parts.data(at, raw)?;
                    raw.len()
                }
            };
            at += read as u64;
            raw = raw.get(read..).unwrap_or_default();
        }
        Ok(())
    }

    /// The payload is over. A delimiter may lack what stands behind its boundary.
    pub(super) fn finish(&mut self, at: u64, parts: &mut impl Parts) -> Result<(), Unreadable> {
        let State::Held { from, to } = self.state else { return parts.end(at) };
        if to < self.boundary_end() {
            self.give_back(at, from, to, parts)?;
            return parts.end(at);
        }
        self.state = State::Epilogue;
        parts.end(at - (to - from) as u64)
    }

    /// How many of the last bytes may still become a delimiter.
    pub(super) fn held_bytes(&self) -> u64 {
        match self.state {
            State::Held { from, to } => (to - from) as u64,
            _ => 0,
        }
    }

    /// How much of `whole` is up to the end of the boundary.
    fn boundary_end(&self) -> usize {
        self.whole.len() - 2
    }

    /// Tells data up to the next delimiter, or to what may become one.
    fn data(&mut self, at: u64, raw: &[u8], parts: &mut impl Parts) -> Result<usize, Unreadable> {
        let found = self.finder.find(raw);
        let (line_feed, end) = match found {
            Some(line_feed) => (Some(line_feed), line_feed + self.boundary_end() - 1),
            None => (self.beginning(raw), raw.len()),
        };
        let (start, from) = match line_feed {
            Some(line_feed) if before(raw, line_feed) == Some(b'\r') => (line_feed - 1, 0),
            Some(line_feed) => (line_feed, 1),
            None if raw.last() == Some(&b'\r') => (raw.len() - 1, 0),
            None => (raw.len(), 0),
        };
        if start > 0 {
            parts.data(at, raw.get(..start).unwrap_or_default())?;
        }
        if start < end {
            self.state = State::Held { from, to: from + end - start };
        }
        Ok(end)
    }

    /// Where at the end of `raw` the LF stands that may begin a delimiter.
    fn beginning(&self, raw: &[u8]) -> Option<usize> {
        let window = raw.len().saturating_sub(self.boundary_end() - 1);
        let line_feed = window + memrchr(b'\n', raw.get(window..)?)?;
        let is_beginning = self.whole.get(1..)?.starts_with(raw.get(line_feed..)?);
        is_beginning.then_some(line_feed)
    }

    /// Holds one more byte back, or knows what the held ones are.
    fn held(
        &mut self,
        at: u64,
        byte: u8,
        from: usize,
        to: usize,
        parts: &mut impl Parts,
    ) -> Result<usize, Unreadable> {
        let end = self.boundary_end();
        if to == end && matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            parts.end(at - (to - from) as u64)?;
            let in_doubt = match from {
                0 => self.style == Some(false),
                1 => self.style == Some(true),
                _ => false,
            };
            self.state = State::Line { in_doubt, after_cr: false };
            return Ok(0);
        }
        if self.whole.get(to) != Some(&byte) {
            self.state = State::Data;
            self.give_back(at, from, to, parts)?;
            return Ok(0);
        }
        if to + 1 == self.whole.len() {
            parts.end(at - (to - from) as u64)?;
            self.state = State::Epilogue;
        } else {
            self.state = State::Held { from, to: to + 1 };
        }
        Ok(1)
    }

    /// What was held back is data after all.
    fn give_back(
        &self,
        at: u64,
        from: usize,
        to: usize,
        parts: &mut impl Parts,
    ) -> Result<(), Unreadable> {
        match self.whole.get(from..to) {
            Some(held) if !held.is_empty() => parts.data(at - held.len() as u64, held),
            _ => Ok(()),
        }
    }

    /// Reads the rest of the line of a delimiter.
    fn line(
        &mut self,
        at: u64,
        raw: &[u8],
        in_doubt: bool,
        after_cr: bool,
        parts: &mut impl Parts,
    ) -> Result<usize, Unreadable> {
        let end = memchr(b'\n', raw).unwrap_or(raw.len());
        let line = raw.get(..end).unwrap_or_default();
        parts.data(at, line)?;
        let after_cr = line.last().map_or(after_cr, |byte| *byte == b'\r');
        if end == raw.len() {
            self.state = State::Line { in_doubt, after_cr };
            return Ok(end);
        }
        parts.end(at + end as u64)?;
        self.style.get_or_insert(after_cr);
        self.state = LINE_START;
        parts.begin(at + end as u64 + 1, in_doubt)?;
        Ok(end + 1)
    }
}

fn before(raw: &[u8], at: usize) -> Option<u8> {
    raw.get(at.checked_sub(1)?).copied()
}

/// The longest boundary that is believed, in bytes. RFC 2046 allows 70, and some clients take
/// more.
const LONGEST: usize = 256;
