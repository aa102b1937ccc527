//! Where does text stand in a body of many parts (RFC 7578, RFC 2046)? In the heads of the
//! parts, and in those of their bodies that are text.
//!
//! ```text
//! --x                                              delimiter: see `delimiter`
//! Content-Disposition: form-data; name="mail"      head: see `head`
//!                                                  an empty line
//! ann@example.org                                  body: a text, or whatever its type says
//! --x--                                            delimiter
//! ```
//!
//! Readers of such bodies differ more than those of any other format, so where they do, a
//! text is told rather than none: the preamble and the epilogue, which nobody should read; a
//! head without an end; junk behind a boundary; a part in doubt, head and all.

mod delimiter;
mod head;
#[cfg(test)]
mod tests;

use super::content::{Binary, Content};
use super::event_stream::EventStream;
use super::form::Form;
use super::guess::Guess;
use super::json::Json;
use super::parameter::is_blank;
use super::path::{Paths, Trail};
use super::plain::Plain;
use super::{Bounds, Sink, Spelling, Unreadable};
use delimiter::{Delimiters, Parts};
use head::Head;
use memchr::memchr_iter;
use std::fmt;
use std::sync::Arc;

/// Tells the texts of a body of many parts.
///
/// A part is read as its own `Content-Type` says: JSON, a form, markup, events, parts again.
/// `text/*`, no type, and one that is malformed mean text, or JSON if it begins like that. What is none of these is binary, and up to [`Binary`]; a file field that was left empty
/// has no bytes, and passes. A part whose name a path leads to is one text, whatever its type.
///
/// A part in `base64` or `quoted-printable`, or in a character encoding that does not write
/// ASCII as ASCII, is unreadable, unless it is binary. Pieces have to touch.
pub struct Multipart {
    /// `None` where there is no boundary to look for.
    delimiters: Option<Delimiters>,
    reading: Reading,
    /// Offset behind the last byte; `None` before the first.
    read: Option<u64>,
    failed: Option<Unreadable>,
}

/// What is between the delimiters.
struct Reading {
    bounds: Bounds,
    paths: Arc<Paths>,
    trail: Trail,
    binary: Binary,
    /// How many bodies of many parts this one is in, with itself.
    level: usize,
    /// The name of the field that all of it belongs to.
    name: Vec<u8>,
    place: Place,
    /// Room for the next head, from the last one.
    spare: Vec<u8>,
}

enum Place {
    /// What belongs to no part: preamble, epilogue, and lines of delimiters.
    Outside(Plain),
    Head(Block),
    Body(Body),
}

/// The head of a part, as far as it came.
struct Block {
    at: u64,
    bytes: Vec<u8>,
    /// Where the line begins that is not over yet.
    line: usize,
}

enum Body {
    Text(Plain),
    Guess(Box<Guess>),
    Json(Box<Json>),
    Form(Box<Form>),
    Events(Box<EventStream>),
    Parts(Box<Multipart>),
    Binary,
    /// Why nothing may stand here.
    Refused(Unreadable),
}

/// A head that is not complete is content, and so may a boundary be.
impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart").field("failed", &self.failed).finish_non_exhaustive()
    }
}

impl Multipart {
    /// A body whose type names this boundary; an empty one is none.
    pub fn new(boundary: &[u8], bounds: Bounds, paths: Arc<Paths>, binary: Binary) -> Self {
        Self::inside(boundary, bounds, paths, binary, 1, b"")
    }

    fn inside(
        boundary: &[u8],
        bounds: Bounds,
        paths: Arc<Paths>,
        binary: Binary,
        level: usize,
        name: &[u8],
    ) -> Self {
        let trail = Trail::new(Arc::clone(&paths));
        let (name, place) = (name.to_vec(), outside());
        let reading =
            Reading { bounds, paths, trail, binary, level, name, place, spare: Vec::new() };
        Self { delimiters: Delimiters::new(boundary), reading, read: None, failed: None }
    }

    /// More of the payload.
    ///
    /// # Errors
    /// Of a body without a boundary or a part whose head is longer than [`LONGEST_HEAD`], of
    /// parts inside parts beyond the bounds, of what is refused, and of what the reader of a
    /// part finds. An error stays one.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        if raw.is_empty() {
            return Ok(());
        }
        self.read = Some(at + raw.len() as u64);
        let result = match &mut self.delimiters {
            Some(delimiters) => {
                delimiters.push(at, raw, &mut Telling { reading: &mut self.reading, sink })
            }
            None => Err(Unreadable::NoParts { at }),
        };
        self.failed = result.err();
        result
    }

    /// From where on what was pushed was not told yet, and may still turn out to be text.
    pub fn held(&self) -> Option<u64> {
        let delimiter = self.delimiters.as_ref().map_or(0, Delimiters::held_bytes);
        let delimiter = self.read.filter(|_| delimiter > 0).map(|read| read - delimiter);
        let part = match &self.reading.place {
            Place::Outside(_) => None,
            Place::Head(block) => Some(block.at),
            Place::Body(body) => body.held(),
        };
        [delimiter, part].into_iter().flatten().min()
    }

    /// The payload is over. The last delimiter may be missing, but there must have been one,
    /// unless there was nothing at all.
    ///
    /// # Errors
    /// As [`Multipart::push`].
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let Some(delimiters) = &mut self.delimiters else { return Ok(()) };
        delimiters.finish(at, &mut Telling { reading: &mut self.reading, sink })?;
        if delimiters.met_none() && self.read.is_some() {
            return Err(Unreadable::NoParts { at });
        }
        Ok(())
    }
}

/// The longest head of a part that is read, in bytes: what HTTP servers allow for the head of
/// a whole request. A file name has 255 bytes at most, thrice that in percent.
pub const LONGEST_HEAD: usize = 8 * 1024;

/// The most bodies of many parts inside one another, whatever the bounds. Each looks at all
/// bytes of those inside. Browsers send one, mail clients seldom more than three.
pub const MOST_LEVELS: usize = 8;

/// What is read, and whom it is told to.
struct Telling<'a, S: ?Sized> {
    reading: &'a mut Reading,
    sink: &'a mut S,
}

impl<S: Sink + ?Sized> Parts for Telling<'_, S> {
    fn data(&mut self, at: u64, raw: &[u8]) -> Result<(), Unreadable> {
        match &mut self.reading.place {
            Place::Outside(text) => tell_unless_blank(text, at, raw, self.sink),
            Place::Body(body) => body.push(at, raw, self.sink),
            Place::Head(block) => {
                let Some(read) = block.push(raw)? else { return Ok(()) };
                let head = Head::read(&block.bytes, block.at, self.sink);
                self.reading.spare = std::mem::take(&mut block.bytes);
                let at = at + read as u64;
                let mut body = self.reading.body(at, head);
                body.push(at, raw.get(read..).unwrap_or_default(), self.sink)?;
                self.reading.place = Place::Body(body);
                Ok(())
            }
        }
    }

    fn end(&mut self, at: u64) -> Result<(), Unreadable> {
        match std::mem::replace(&mut self.reading.place, outside()) {
            Place::Outside(mut text) => text.finish(at, self.sink),
            Place::Body(mut body) => body.finish(at, self.sink),
            Place::Head(block) => {
                let mut text = Plain::new(Spelling::Plain);
                text.push(block.at, &block.bytes, self.sink)?;
                text.finish(at, self.sink)
            }
        }
    }

    fn begin(&mut self, at: u64, in_doubt: bool) -> Result<(), Unreadable> {
        self.reading.place = if in_doubt {
            Place::Body(Body::Text(Plain::new(Spelling::Plain)))
        } else {
            let mut bytes = std::mem::take(&mut self.reading.spare);
            bytes.clear();
            Place::Head(Block { at, bytes, line: 0 })
        };
        Ok(())
    }
}

fn outside() -> Place {
    Place::Outside(Plain::new(Spelling::Plain))
}

/// Blanks outside of the parts are nothing to look at.
fn tell_unless_blank<S: Sink + ?Sized>(
    text: &mut Plain,
    at: u64,
    raw: &[u8],
    sink: &mut S,
) -> Result<(), Unreadable> {
    let blanks = match text.is_open() {
        true => 0,
        false => raw.iter().take_while(|byte| is_blank(**byte)).count(),
    };
    text.push(at + blanks as u64, raw.get(blanks..).unwrap_or_default(), sink)
}

impl Block {
    /// Takes more of the head, and says how much belonged to it as soon as it is complete.
    fn push(&mut self, raw: &[u8]) -> Result<Option<usize>, Unreadable> {
        let mut read = 0;
        for end in memchr_iter(b'\n', raw).map(|feed| feed + 1).chain([raw.len()]) {
            let more = raw.get(read..end).unwrap_or_default();
            read = end;
            let room = LONGEST_HEAD.saturating_sub(self.bytes.len());
            if more.len() > room {
                return Err(Unreadable::NoParts { at: self.at });
            }
            self.bytes.extend_from_slice(more);
            match self.bytes.get(self.line..) {
                Some(b"\n" | b"\r\n") => return Ok(Some(read)),
                Some([.., b'\n']) => self.line = self.bytes.len(),
                _ => {}
            }
        }
        Ok(None)
    }
}

impl Reading {
    /// How the body of a part is read, which begins at this offset.
    fn body(&mut self, at: u64, head: Head) -> Body {
        let field = head.names.iter().find_map(|name| self.field(name));
        let name = head.names.into_iter().next().unwrap_or_else(|| self.name.clone());
        if field.is_some() {
            return Body::Text(Plain::named(Spelling::Plain, &name, field));
        }
        let content = head.content.unwrap_or(Content::Text);
        if head.is_encoded && content != Content::Binary {
            return Body::Refused(Unreadable::Encoding { at });
        }
        let paths = Arc::clone(&self.paths);
        match content {
            Content::Text | Content::Empty => {
                Body::Guess(Box::new(Guess::new(&name, self.bounds, paths)))
            }
            Content::Markup => Body::Text(Plain::named(Spelling::Markup, &name, None)),
            Content::Json => Body::Json(Box::new(Json::new(self.bounds, paths))),
            Content::Form => Body::Form(Box::new(Form::new(paths))),
            Content::EventStream => Body::Events(Box::new(EventStream::new(self.bounds, paths))),
            Content::Multipart { .. } if self.level >= self.bounds.depth.min(MOST_LEVELS) => {
                Body::Refused(Unreadable::TooDeep { at })
            }
            Content::Multipart { boundary } => {
                let (bounds, binary, level) = (self.bounds, self.binary, self.level + 1);
                let parts = Multipart::inside(&boundary, bounds, paths, binary, level, &name);
                Body::Parts(Box::new(parts))
            }
            Content::Binary => match self.binary {
                Binary::Pass => Body::Binary,
                Binary::Refuse => Body::Refused(Unreadable::Binary { at }),
            },
        }
    }

    /// The path that leads to a field of this name.
    fn field(&mut self, name: &[u8]) -> Option<u16> {
        if self.trail.is_empty() {
            return None;
        }
        self.trail.enter_bracketed(name);
        let field = self.trail.matched();
        self.trail.leave();
        field
    }
}

impl Body {
    fn held(&self) -> Option<u64> {
        match self {
            Self::Json(json) => json.held(),
            Self::Events(events) => events.held(),
            Self::Parts(parts) => parts.held(),
            Self::Guess(guess) => guess.held(),
            Self::Text(_) | Self::Form(_) | Self::Binary | Self::Refused(_) => None,
        }
    }

    fn push<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if raw.is_empty() {
            return Ok(());
        }
        match self {
            Self::Binary => Ok(()),
            Self::Text(text) => text.push(at, raw, sink),
            Self::Guess(guess) => guess.push(at, raw, sink),
            Self::Json(json) => json.push(at, raw, sink),
            Self::Form(form) => form.push(at, raw, sink),
            Self::Events(events) => events.push(at, raw, sink),
            Self::Parts(parts) => parts.push(at, raw, sink),
            Self::Refused(why) => Err(*why),
        }
    }

    fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        match self {
            // What is refused was without a byte, or this is never asked.
            Self::Binary | Self::Refused(_) => Ok(()),
            Self::Text(text) => text.finish(at, sink),
            Self::Guess(guess) => guess.finish(at, sink),
            Self::Json(json) => json.finish(at, sink),
            Self::Form(form) => form.finish(at, sink),
            Self::Events(events) => events.finish(at, sink),
            Self::Parts(parts) => parts.finish(at, sink),
        }
    }
}
