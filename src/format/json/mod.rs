//! Where does text stand in JSON (RFC 8259)? A reader that is pushed the bytes as they come,
//! keeps no tree of them and changes none.
//!
//! ```text
//! {"contact": {"email": "ann\u0040example.org", "id": 4711}}
//!   └─────┘     └───┘    └──────────────────┘   └┘   └──┘
//!   name        name     value, spelled JSON    name number
//! ```
//!
//! Documents may follow one another, separated or not (NDJSON, RFC 7464, SignalR). Where
//! nothing depends on it the reader is lenient: commas are only looked at as what separates,
//! a control character in a string is text, `007` is a number. But where the structure cannot
//! be followed, the rest of the payload is one plain text, from the token on that did not fit:
//! what is not understood is still looked at.

mod class;
mod levels;
mod listener;
mod piece;
mod queue;
mod token;
pub(super) mod unescape;
mod walk;

use super::path::{Paths, Trail};
use super::{Bounds, Sink, Unreadable};
use listener::Direct;
use piece::Piece;
use queue::Queue;
use std::fmt;
use std::sync::Arc;
use walk::{Stop, Walker};

/// Reads JSON and tells where its texts are: strings, keys, numbers, and where a path leads
/// to them `true` and `false`. `null` has no text.
///
/// Of a key longer than 256 bytes only the beginning counts as [`Text::name`](super::Text::name)
/// and for paths.
/// What is inside of a matched place, keys too, has the field of that place.
///
/// ```
/// use cloakroom::format::{Bounds, Sink, Text, json::Json, path::Paths};
/// use std::sync::Arc;
///
/// struct Length(u64);
///
/// impl Sink for Length {
///     fn begin(&mut self, _: u64, _: Text<'_>) {}
///     fn more(&mut self, _: u64, raw: &[u8]) {
///         self.0 += raw.len() as u64;
///     }
///     fn end(&mut self, _: u64) {}
/// }
///
/// let mut length = Length(0);
/// let mut json = Json::new(Bounds::default(), Arc::new(Paths::default()));
/// json.push(0, br#"{"text": "cut he"#, &mut length)?;
/// json.push(16, br#"re"}"#, &mut length)?;
/// json.finish(20, &mut length)?;
/// assert_eq!(length.0, 12);
/// # Ok::<(), cloakroom::format::Unreadable>(())
/// ```
pub struct Json {
    walker: Walker,
    trail: Trail,
    /// Where a path leads by a member that may come later.
    queue: Queue,
    failed: Option<Unreadable>,
}

impl Json {
    /// At the start of a payload. `paths` are what [`Text::field`](super::Text::field) is about.
    pub fn new(bounds: Bounds, paths: Arc<Paths>) -> Self {
        Self {
            walker: Walker::new(bounds),
            queue: Queue::new(Arc::clone(&paths)),
            trail: Trail::new(paths),
            failed: None,
        }
    }

    /// Reads on. `at` is the offset of the first byte of `raw`; pieces come in order, but there
    /// may be something else between them. An error stays one.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let mut piece = Piece::new(at, raw);
        while piece.peek().is_some() {
            let walked = if self.queue.is_holding() {
                let walked = self.walker.walk(&mut piece, &mut self.queue);
                self.queue.reach(piece.offset());
                walked
            } else {
                self.walker.walk(&mut piece, &mut Direct { trail: &mut self.trail, sink })
            };
            match walked {
                Ok(()) => {}
                Err(Stop::Object(at)) => self.queue.hold(at, self.trail.chosen_by()),
                Err(Stop::Unreadable(why)) => {
                    self.settle(sink);
                    self.failed = Some(why);
                    return Err(why);
                }
            }
            self.queue.tell_if_ready(&mut self.trail, sink);
        }
        Ok(())
    }

    /// The payload ended before the offset `at`: so does what is still open. Afterwards the
    /// reader stands at the start of another payload.
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        if self.queue.is_holding() {
            self.walker.finish(at, &mut self.queue);
            self.settle(sink);
        } else {
            self.walker.finish(at, &mut Direct { trail: &mut self.trail, sink });
        }
        self.trail.rewind();
        Ok(())
    }

    /// From where on what was pushed was not told yet.
    pub fn held(&self) -> Option<u64> {
        self.queue.held().or(self.walker.held())
    }

    /// Something else is about to be told: so is what waited for more of an object.
    pub(super) fn settle<S: Sink + ?Sized>(&mut self, sink: &mut S) {
        self.queue.give_up();
        self.queue.tell_if_ready(&mut self.trail, sink);
    }
}

/// Keys are content.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (state, depth) = self.walker.place();
        f.debug_struct("Json")
            .field("state", &state)
            .field("depth", &depth)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
