//! Where does text stand in a payload that is nothing but text? Everywhere.

use super::{Role, Sink, Spelling, Text, Unreadable};
use std::fmt;

/// Tells all bytes as one text. Of nothing it tells nothing.
#[derive(Clone)]
pub struct Plain {
    spelling: Spelling,
    name: Vec<u8>,
    field: Option<u16>,
    open: bool,
}

/// Names may be personal.
impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plain").field("spelling", &self.spelling).finish_non_exhaustive()
    }
}

impl Plain {
    /// A text of this spelling that stands under no name.
    pub fn new(spelling: Spelling) -> Self {
        Self::named(spelling, b"", None)
    }

    /// A text of this spelling under a name, and the path that leads there.
    pub fn named(spelling: Spelling, name: &[u8], field: Option<u16>) -> Self {
        Self { spelling, name: name.to_vec(), field, open: false }
    }

    /// How its text is spelt.
    pub(super) fn spelling(&self) -> Spelling {
        self.spelling
    }

    /// More of the payload; pieces come in order but need not touch.
    ///
    /// # Errors
    /// None: any bytes are text.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if raw.is_empty() {
            return Ok(());
        }
        if !self.open {
            self.open = true;
            let (spelling, role) = (self.spelling, Role::Value);
            sink.begin(at, Text { spelling, role, name: &self.name, field: self.field });
        }
        sink.more(at, raw);
        Ok(())
    }

    /// The payload is over; what comes then is another text.
    ///
    /// # Errors
    /// None.
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        if std::mem::take(&mut self.open) {
            sink.end(at);
        }
        Ok(())
    }

    /// Whether a text is under way.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::heard::{lines, reads};

    reads!(Plain);

    #[test]
    fn a_payload_is_one_text_however_it_is_cut() {
        check(b"write to ann@example.org", &["value plain note #3: write to ann@example.org"]);
        check(b"\0\xff", &["value plain note #3: \0\u{fffd}"]);
    }

    #[test]
    fn nothing_is_no_text() {
        check(b"", &[]);
    }

    #[track_caller]
    fn check(payload: &[u8], expected: &[&str]) {
        let told = lines(payload, || Plain::named(Spelling::Plain, b"note", Some(3)));
        assert_eq!(told, expected);
    }
}
