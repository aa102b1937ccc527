//! One direction of a conversation: frames in, frames out, and what they say rewritten.
//!
//! ```text
//! bytes ──> Reader ──> Messages ──> text ──> Writer ──> bytes
//!             └──────── control frames, at once ──┘
//! ```
//!
//! What goes out depends on the frames that came, not on how the network cut them: a message
//! that fits one piece goes on when it is whole, a longer one as it comes; and where a fragment
//! ends, what is decided so far goes on as a fragment.

use crate::proxy::refusal::Refusal;
use crate::proxy::websocket::masks::Masks;
use crate::proxy::websocket::messages::Messages;
use crate::redact::Blocked;
use crate::websocket::{Code, Event, Kind, Reader, Violation, Writer};
use std::sync::Arc;

/// Bytes of a message that are gathered before they go on as a fragment: two TLS records, so
/// that headers and flushes cost little beside them.
const PIECE: usize = 32 << 10;

/// One direction.
#[derive(Debug)]
pub struct Flow {
    reader: Reader,
    messages: Messages,
    outlet: Outlet,
    /// The payload of a ping of ours that waits for its answer.
    pinged: Option<[u8; 4]>,
    /// What the receiver was told already: the first message does not go on if it says the same.
    told: Option<Arc<str>>,
    /// What the receiver is told in the place of what the sender says at the end.
    ending: Option<(Code, &'static str)>,
    /// Messages that went on.
    passed: u64,
}

/// Where the frames of a direction go out.
#[derive(Debug)]
struct Outlet {
    writer: Writer,
    /// Keys of the frames, where they are a client's.
    masks: Option<Box<Masks>>,
    /// The open message, as long as no frame of it went out.
    begun: Option<Kind>,
    /// What is decided of the open message, and not yet in a frame.
    text: Vec<u8>,
}

/// What frames were about, beside messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Nothing else.
    Frames,
    /// The end of the conversation: it was passed on, and what follows says nothing.
    Close,
}

/// Why nothing more of a direction is read, and which code its sender is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is no WebSocket, or more than is allowed.
    Violation(Violation),
    /// The property's rules stopped a message.
    Blocked(Blocked),
    /// The property is not served any more.
    Refused,
    /// All exchanges together hold back as much as they may.
    Overloaded,
    /// There were no random bytes.
    Failed,
}

impl Broken {
    /// The code that its sender is told. The reason says nothing about content.
    pub fn code(self) -> (Code, &'static str) {
        match self {
            Self::Violation(violation) => (violation.code, violation.what),
            Self::Blocked(Blocked::Overlong { .. }) => (Code::TOO_BIG, "message too complex"),
            Self::Blocked(_) => (Code::POLICY, "message not accepted"),
            Self::Refused => (Code::POLICY, ""),
            Self::Overloaded => (Code::TRY_LATER, "overloaded"),
            Self::Failed => (Code::INTERNAL, "internal error"),
        }
    }

    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Violation(violation) => violation.what,
            Self::Blocked(Blocked::Forbidden { .. }) => "forbidden-content",
            Self::Blocked(Blocked::Unreadable(_)) => "unreadable",
            Self::Blocked(Blocked::Overlong { .. }) => "overlong",
            Self::Refused => "property-unknown",
            Self::Overloaded => "overloaded",
            Self::Failed => "no-randomness",
        }
    }
}

impl From<Violation> for Broken {
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}

impl From<Blocked> for Broken {
    fn from(blocked: Blocked) -> Self {
        Self::Blocked(blocked)
    }
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Self {
        if refusal == Refusal::Overloaded { Self::Overloaded } else { Self::Failed }
    }
}

impl Outlet {
    fn key(&mut self) -> Result<Option<[u8; 4]>, Refusal> {
        self.masks.as_mut().map(|masks| masks.key()).transpose()
    }

    /// What is decided goes out as a frame, the message's `last` or not.
    fn frame(&mut self, last: bool, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let key = self.key()?;
        if let Some(kind) = self.begun.take() {
            self.writer.begin(kind);
        }
        self.writer.frame(&self.text, last, key, out);
        self.text.clear();
        Ok(())
    }

    /// Nothing of the open message goes out, of which no frame did.
    fn drop_message(&mut self) {
        self.begun = None;
        self.text.clear();
    }

    fn rest(&mut self) {
        if self.text.is_empty() && self.text.capacity() > KEPT {
            self.text = Vec::new();
        }
    }
}

/// A buffer that is longer is given back when nothing stands in it: most connections are idle.
const KEPT: usize = 1 << 10;

impl Flow {
    /// A direction whose frames go out `masked`, as a client's have to be, or not.
    pub fn new(reader: Reader, messages: Messages, writer: Writer, masked: bool) -> Self {
        let masks = masked.then(Box::default);
        Self {
            reader,
            messages,
            outlet: Outlet { writer, masks, begun: None, text: Vec::new() },
            pinged: None,
            told: None,
            ending: None,
            passed: 0,
        }
    }

    /// The receiver was told this already, in a message of ours.
    pub fn was_told(&mut self, text: &Arc<str>) {
        self.told = Some(Arc::clone(text));
    }

    /// When the sender says the end, the receiver is told this instead.
    pub fn will_end_with(&mut self, verdict: (Code, &'static str)) {
        self.ending = Some(verdict);
    }

    /// Takes what came, and appends to `out` what goes on. `turn` is asked when a message
    /// begins, and may say that other rules hold from there on.
    ///
    /// # Errors
    /// Why nothing more of this direction may be read. What `out` has still goes on.
    pub fn take(
        &mut self,
        mut bytes: &mut [u8],
        out: &mut Vec<u8>,
        mut turn: impl FnMut() -> Result<Option<Messages>, Broken>,
    ) -> Result<Met, Broken> {
        let outlet = &mut self.outlet;
        while let Some(event) = self.reader.next(&mut bytes)? {
            match event {
                Event::Begin(kind) => {
                    if let Some(messages) = turn()? {
                        self.messages = messages;
                    }
                    self.messages.begin(kind);
                    outlet.begun = Some(kind);
                }
                Event::Piece(piece) => {
                    self.messages.push(piece, &mut outlet.text)?;
                    if outlet.text.len() >= PIECE {
                        outlet.frame(false, out)?;
                    }
                }
                Event::Fragment if outlet.text.is_empty() => {}
                // Perhaps it is what the receiver was told.
                Event::Fragment if said_so_far(&self.told, &outlet.text) => {}
                Event::Fragment => outlet.frame(false, out)?,
                Event::End => {
                    self.messages.end(&mut outlet.text)?;
                    self.passed += 1;
                    let told = self.told.take().filter(|_| outlet.begun.is_some());
                    if told.is_some_and(|told| told.as_bytes() == outlet.text) {
                        outlet.drop_message();
                    } else {
                        outlet.frame(true, out)?;
                    }
                }
                Event::Ping(payload) => {
                    let key = outlet.key()?;
                    outlet.writer.ping(payload, key, out);
                }
                Event::Pong(payload) if self.pinged.is_some_and(|ours| payload == ours) => {
                    self.pinged = None;
                }
                Event::Pong(payload) => {
                    let key = outlet.key()?;
                    outlet.writer.pong(payload, key, out);
                }
                Event::Close(why) => {
                    let key = outlet.key()?;
                    outlet.writer.close(self.ending.or(why), key, out);
                    return Ok(Met::Close);
                }
            }
        }
        outlet.rest();
        self.messages.count_held()?;
        if self.reader.is_between_messages() {
            self.reader.rest();
            self.messages.rest();
        }
        Ok(Met::Frames)
    }

    /// Messages that went on.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// Appends a ping of ours to what goes out; its answer, which comes back in the other
    /// direction, is [awaited](Flow::await_pong) there.
    ///
    /// # Errors
    /// There were no random bytes.
    pub fn ping(&mut self, payload: [u8; 4], out: &mut Vec<u8>) -> Result<(), Broken> {
        let key = self.outlet.key()?;
        self.outlet.writer.ping(&payload, key, out);
        Ok(())
    }

    /// The next pong with this payload is for us, and does not go on.
    pub fn await_pong(&mut self, payload: [u8; 4]) {
        self.pinged = Some(payload);
    }

    /// Appends a close frame to what goes out.
    pub fn close(&mut self, code: Code, reason: &str, out: &mut Vec<u8>) {
        // Without a key there is no frame; the end of the stream says enough.
        if let Ok(key) = self.outlet.key() {
            self.outlet.writer.close(Some((code, reason)), key, out);
        }
    }
}

/// Whether a message that begins like this may turn out to say no more than what was `told`.
fn said_so_far(told: &Option<Arc<str>>, text: &[u8]) -> bool {
    told.as_ref().is_some_and(|told| told.as_bytes().starts_with(text))
}

#[cfg(test)]
mod tests;
