//! Where does the next line end, without looking at a byte twice?

use super::octet;

/// How far a run of lines has been read. Positions count from the first byte of the run,
/// which stays first in every call until the whole run is done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Lines {
    /// Where the present line begins.
    start: usize,
    /// Up to here there is no line end behind `start`.
    looked: usize,
}

/// Why there will be no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A CR or an LF that is not part of a CRLF.
    LineEnd,
    /// Another control byte than HTAB.
    Control,
    /// The line does not end before the limit.
    TooLong,
}

impl Lines {
    /// Lines that begin behind `start` bytes.
    pub(super) fn from(start: usize) -> Self {
        Self { start, looked: start }
    }

    /// Where the present line begins: behind the last one that was returned.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The next line without its CRLF and without a control byte; `None` while its end is not there. With the CRLF it
    /// must end at or before `limit`, counted from the first byte of the run.
    ///
    /// What lies behind the limit is never looked at, so the answer depends on the bytes and
    /// not on how many of them came at once.
    #[inline]
    pub(super) fn next<'a>(
        &mut self,
        bytes: &'a [u8],
        limit: usize,
    ) -> Result<Option<&'a [u8]>, Fault> {
        let within = bytes.get(..limit).unwrap_or(bytes);
        let unseen = within.get(self.looked..).unwrap_or_default();
        match octet::control_at(unseen) {
            None => self.looked = within.len(),
            Some(ahead) => {
                let at = self.looked + ahead;
                match within.get(at..) {
                    Some([b'\r', b'\n', ..]) => {
                        let line = within.get(self.start..at);
                        *self = Self::from(at + 2);
                        return Ok(line);
                    }
                    Some([b'\r']) => self.looked = at,
                    Some([b'\r' | b'\n', ..]) => return Err(Fault::LineEnd),
                    _ => return Err(Fault::Control),
                }
            }
        }
        if bytes.len() < limit { Ok(None) } else { Err(Fault::TooLong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_in_crlf_and_nothing_else() {
        check(b"ab\r\ncd\r\n", 99, &["ab", "cd"], None);
        check(b"\r\n\r\n", 99, &["", ""], None);
        check(b"ab\ncd\r\n", 99, &[], Some(Fault::LineEnd));
        check(b"ab\rcd\r\n", 99, &[], Some(Fault::LineEnd));
        check(b"ab\r\n\r\r\n", 99, &["ab"], Some(Fault::LineEnd));
        check(b"ab\r\ncd\r", 99, &["ab"], None);
        check(b"a\tb\r\nc\0d", 99, &["a\tb"], Some(Fault::Control));
        check(b"a\x7fb\r\n", 99, &[], Some(Fault::Control));
    }

    #[test]
    fn the_limit_counts_the_line_end() {
        check(b"ab\r\n", 4, &["ab"], None);
        check(b"ab\r\nX", 4, &["ab"], Some(Fault::TooLong));
        check(b"abc\r\n", 4, &[], Some(Fault::TooLong));
        check(b"abcd\r\n", 4, &[], Some(Fault::TooLong));
        check(b"abc", 4, &[], None);
        check(b"abcdefgh", 4, &[], Some(Fault::TooLong));
        check(b"abc\n", 4, &[], Some(Fault::LineEnd));
        check(b"abcd\n", 4, &[], Some(Fault::TooLong));
    }

    /// Whole and byte by byte.
    #[track_caller]
    fn check(bytes: &[u8], limit: usize, expected: &[&str], fault: Option<Fault>) {
        for first in [bytes.len(), 0] {
            let mut lines = Lines::default();
            let mut found = Vec::new();
            let mut met = None;
            'cuts: for end in first..=bytes.len() {
                loop {
                    // A run that is done at the limit asks for no further line.
                    match lines.next(&bytes[..end], limit) {
                        Ok(Some(line)) => found.push(String::from_utf8_lossy(line).into_owned()),
                        Ok(None) => break,
                        Err(Fault::TooLong) if lines.start() == end => break,
                        Err(fault) => {
                            met = Some(fault);
                            break 'cuts;
                        }
                    }
                }
            }
            assert_eq!((found, met), (expected.iter().map(|s| s.to_string()).collect(), fault));
        }
    }
}
