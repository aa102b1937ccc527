//! Where does text stand in a stream of events (`text/event-stream`, WHATWG HTML section 9.2)?
//! In the data of each event, which may be spread over lines, and in all other lines.
//!
//! ```text
//! : hello            a comment: a text of its own
//! id: 7              so is the value of every field but `data`
//! data: {"a":        the data of an event is one payload: JSON where it begins like that,
//! data:  "b"}        else a text. The line break between two lines of it belongs to it.
//!                    an empty line ends the event
//! ```
//!
//! A receiver overlooks fields that it does not know and lines without a colon; they are told
//! whole. Where another text stands between two lines of data, two texts of data are told,
//! since a text can have no other inside.

use super::guess::Guess;
use super::path::Paths;
use super::plain::Plain;
use super::{Bounds, Sink, Spelling, Text, Unreadable};
use memchr::memchr2;
use std::sync::Arc;

/// Tells the texts of a stream of events, and holds nothing back beyond the end of an event.
#[derive(Debug)]
pub struct EventStream {
    line: Line,
    /// Whether this is the first line, which a byte order mark may stand before.
    first: bool,
    /// Whether the byte before was a CR that ended a line. An LF belongs to it.
    after_cr: bool,
    /// The data of the present event.
    data: Guess,
    /// Whether there was any.
    has_data: bool,
    /// Whether a text of the data is under way.
    in_text: bool,
    /// The end of the last line of data, which joins it to the next.
    joint: Option<Joint>,
    /// The text of another line.
    other: Plain,
}

/// Where in its line a reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Start,
    /// So far the line is the beginning of one of the [`WORDS`].
    Word {
        at: u64,
        word: usize,
        read: usize,
    },
    /// Behind the colon: one blank belongs to it.
    Colon {
        of_data: bool,
    },
    Data,
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Joint {
    at: u64,
    line_break: &'static [u8],
}

/// What a line may begin with: the byte order mark, then names of fields, each with a first
/// byte of its own.
const WORDS: [&[u8]; 5] = [b"\xef\xbb\xbf", b"data", b"event", b"id", b"retry"];
const MARK: usize = 0;
const DATA: usize = 1;

impl EventStream {
    /// A stream of events whose JSON may hold configured fields, and nests within bounds.
    pub fn new(bounds: Bounds, paths: Arc<Paths>) -> Self {
        Self {
            line: Line::Start,
            first: true,
            after_cr: false,
            data: Guess::new(b"", bounds, paths),
            has_data: false,
            in_text: false,
            joint: None,
            other: Plain::new(Spelling::Plain),
        }
    }

    /// More of the payload.
    ///
    /// # Errors
    /// What JSON finds unreadable in an event.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        mut at: u64,
        mut raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        while let Some(&first) = raw.first() {
            let read = if matches!(first, b'\r' | b'\n') {
                self.line_break(at, first, sink)?;
                1
            } else {
                self.after_cr = false;
                self.in_line(at, first, raw, sink)?
            };
            at += read as u64;
            raw = raw.get(read..).unwrap_or_default();
        }
        Ok(())
    }

    /// From where on what was pushed was not told yet, and may still turn out to be text.
    pub fn held(&self) -> Option<u64> {
        let word = match self.line {
            Line::Word { at, .. } => Some(at),
            _ => None,
        };
        [word, self.joint.map(|joint| joint.at), self.data.held()].into_iter().flatten().min()
    }

    /// The payload is over; what comes then is another one.
    ///
    /// # Errors
    /// What JSON finds unreadable at its end.
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        self.end_line(at, sink)?;
        self.first = true;
        self.after_cr = false;
        self.end_event(at, sink)
    }

    /// Reads on in a line, which goes on with `first`, and says how many bytes were read.
    fn in_line<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        first: u8,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<usize, Unreadable> {
        match self.line {
            Line::Start => {
                let is_word = |word: &&[u8]| word.first() == Some(&first);
                self.line = match WORDS.iter().position(is_word) {
                    _ if first == b':' => Line::Colon { of_data: false },
                    Some(word) if word != MARK || self.first => Line::Word { at, word, read: 1 },
                    _ => Line::Other,
                };
                self.first = false;
                Ok(usize::from(self.line != Line::Other))
            }
            Line::Word { at: start, word, read } => {
                let all = WORDS.get(word).copied().unwrap_or_default();
                if all.get(read) == Some(&first) {
                    self.line = match word {
                        MARK if read + 1 == all.len() => Line::Start,
                        _ => Line::Word { at: start, word, read: read + 1 },
                    };
                    return Ok(1);
                }
                if read == all.len() && first == b':' {
                    let of_data = word == DATA;
                    self.line = Line::Colon { of_data };
                    if of_data {
                        self.join(sink)?;
                    }
                    return Ok(1);
                }
                self.no_word(sink)?;
                Ok(0)
            }
            Line::Colon { of_data } => {
                self.line = if of_data { Line::Data } else { Line::Other };
                Ok(usize::from(first == b' '))
            }
            Line::Data => {
                let run = up_to_line_break(raw);
                self.data(at, run, sink)?;
                Ok(run.len())
            }
            Line::Other => {
                let run = up_to_line_break(raw);
                self.other(at, run, sink)?;
                Ok(run.len())
            }
        }
    }

    fn line_break<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        byte: u8,
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if std::mem::replace(&mut self.after_cr, byte == b'\r') && byte == b'\n' {
            if let Some(joint) = self.joint.as_mut().filter(|joint| joint.at + 1 == at) {
                joint.line_break = b"\r\n";
            }
            return Ok(());
        }
        self.first = false;
        if self.line == Line::Start {
            return self.end_event(at, sink);
        }
        if self.end_line(at, sink)? && self.has_data {
            let line_break: &[u8] = if byte == b'\r' { b"\r" } else { b"\n" };
            self.joint = Some(Joint { at, line_break });
        }
        Ok(())
    }

    /// The line ends before this offset. Was it one of data?
    fn end_line<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<bool, Unreadable> {
        let mut of_data = matches!(self.line, Line::Data | Line::Colon { of_data: true });
        if let Line::Word { word, read, .. } = self.line {
            if WORDS.get(word).is_none_or(|all| all.len() != read) {
                self.no_word(sink)?;
            } else if word == DATA {
                of_data = true;
                self.join(sink)?;
            }
        }
        self.other.finish(at, sink)?;
        self.line = Line::Start;
        Ok(of_data)
    }

    /// What began like a word is none: the whole line is a text.
    fn no_word<S: Sink + ?Sized>(&mut self, sink: &mut S) -> Result<(), Unreadable> {
        if let Line::Word { at, word, read } = self.line {
            self.line = Line::Other;
            let held = WORDS.get(word).and_then(|all| all.get(..read)).unwrap_or_default();
            self.other(at, held, sink)?;
        }
        Ok(())
    }

    fn other<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        run: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if !run.is_empty() && !self.other.is_open() {
            self.step_aside(sink)?;
        }
        self.other.push(at, run, sink)
    }

    fn data<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        run: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        self.has_data = true;
        self.data.push(at, run, &mut Watched { sink, in_text: &mut self.in_text })
    }

    /// Another line of data follows: the line break before it is part of the data.
    fn join<S: Sink + ?Sized>(&mut self, sink: &mut S) -> Result<(), Unreadable> {
        match self.joint.take() {
            Some(Joint { at, line_break }) => self.data(at, line_break, sink),
            None => Ok(()),
        }
    }

    /// Another text is about to begin between two lines of data. A text of the data ends here;
    /// JSON that is between two texts goes on behind it.
    fn step_aside<S: Sink + ?Sized>(&mut self, sink: &mut S) -> Result<(), Unreadable> {
        let Some(Joint { at, line_break }) = self.joint else { return Ok(()) };
        self.data.settle(&mut Watched { sink, in_text: &mut self.in_text })?;
        if !self.data.is_json() {
            return self.end_event(at, sink);
        }
        // It ends a number; no string can hold one.
        self.join(sink)?;
        if self.in_text { self.end_event(at + line_break.len() as u64, sink) } else { Ok(()) }
    }

    /// The event is over. Its data ended with its last line, or before this offset.
    fn end_event<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        let at = self.joint.take().map_or(at, |joint| joint.at);
        self.has_data = false;
        self.data.finish(at, &mut Watched { sink, in_text: &mut self.in_text })
    }
}

fn up_to_line_break(raw: &[u8]) -> &[u8] {
    raw.get(..memchr2(b'\r', b'\n', raw).unwrap_or(raw.len())).unwrap_or_default()
}

/// Passes on what it is told, and knows whether a text is under way.
struct Watched<'a, S: ?Sized> {
    sink: &'a mut S,
    in_text: &'a mut bool,
}

impl<S: Sink + ?Sized> Sink for Watched<'_, S> {
    fn begin(&mut self, at: u64, text: Text<'_>) {
        *self.in_text = true;
        self.sink.begin(at, text);
    }

    fn more(&mut self, at: u64, raw: &[u8]) {
        self.sink.more(at, raw);
    }

    fn end(&mut self, at: u64) {
        *self.in_text = false;
        self.sink.end(at);
    }

    fn break_off(&mut self, at: u64) {
        *self.in_text = false;
        self.sink.break_off(at);
    }
}

#[cfg(test)]
mod tests;
