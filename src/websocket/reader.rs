//! What do the bytes of a peer say, one event after the other?
//!
//! ```text
//!          ┌──────────────────────────────────────────────┐
//!          ▼                                              │
//! bytes ─▶ Head ──data frame──▶ Payload ──all of it read──┤ Fragment or End
//!            └──control frame─▶ Control ──all of it read──┘ Ping, Pong or Close
//! ```
//!
//! Events and violations depend on the bytes alone, not on how the network cut them: what is
//! good goes out before what is not is refused, down to the byte. Only where one piece ends and
//! the next begins is the network's doing.

use super::code::Code;
use super::event::{Event, Kind};
use super::head::{First, Head, LONGEST_CONTROL, Opcode, Settled};
use super::inflate::{Inflate, OUTPUT};
use super::limits::Limits;
use super::mask::Mask;
use super::message::Message;
use super::violation::Violation;
use std::fmt;

/// Reads the frames of one direction.
///
/// ```
/// use cloakroom::websocket::{Event, Kind, Limits, Reader};
///
/// let limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 100 };
/// let mut reader = Reader::new(false, None, limits);
/// let mut buffer = *b"\x81\x05Hello";
/// let mut bytes = buffer.as_mut_slice();
/// assert_eq!(reader.next(&mut bytes), Ok(Some(Event::Begin(Kind::Text))));
/// assert_eq!(reader.next(&mut bytes), Ok(Some(Event::Piece(b"Hello"))));
/// assert_eq!(reader.next(&mut bytes), Ok(Some(Event::End)));
/// assert_eq!(reader.next(&mut bytes), Ok(None));
/// ```
pub struct Reader {
    masked: bool,
    limits: Limits,
    inflate: Option<Inflate>,
    at: At,
    /// The head of the present frame.
    head: Head,
    first: First,
    mask: Mask,
    /// Bytes of the present frame's payload that have not come.
    left: u64,
    message: Option<Message>,
    /// The payload of a control frame, and how much of it has come. It is there between the
    /// frames of a message, too.
    control: [u8; LONGEST_CONTROL],
    held: u8,
}

#[derive(Clone, Copy)]
enum At {
    Head,
    Payload,
    Control,
    /// A Close frame came. Whatever follows means nothing (RFC 6455 §1.4).
    Closed,
    Broken(Violation),
}

/// What one step came to. What it lends is the caller's; what the reader lends is lent when the
/// steps are over.
enum Step<'b> {
    /// More has to come.
    Wait,
    /// Nothing to tell.
    On,
    Begin(Kind),
    /// A piece that was unmasked where it stood.
    Plain(&'b [u8]),
    /// So many bytes that were inflated.
    Inflated(usize),
    Fragment,
    End,
    /// A control frame is there as a whole.
    Control,
}

impl Reader {
    /// Before the first frame. `masked`: frames of a client have to be masked, frames of a
    /// server must not be. `inflate`: what was agreed on for this direction.
    pub fn new(masked: bool, inflate: Option<Inflate>, limits: Limits) -> Self {
        Self {
            masked,
            limits,
            inflate,
            at: At::Head,
            head: Head::new(),
            first: First { is_last: true, is_deflated: false, opcode: Opcode::Continuation },
            mask: Mask::NONE,
            left: 0,
            message: None,
            control: [0; LONGEST_CONTROL],
            held: 0,
        }
    }

    /// The next event in `bytes`, which is shortened by what was read; the rest has to come
    /// again. `None`: all was read, and more has to come.
    ///
    /// It may have an event without reading anything, even of no bytes at all, so it is asked
    /// until it has none. After a violation, every later call has the same one; after a Close,
    /// everything is read and means nothing.
    pub fn next<'a, 'b: 'a>(
        &'a mut self,
        bytes: &mut &'b mut [u8],
    ) -> Result<Option<Event<'a>>, Violation> {
        let step = loop {
            match self.step(bytes) {
                Ok(Step::On) => {}
                Ok(step) => break step,
                Err(violation) => {
                    self.at = At::Broken(violation);
                    return Err(violation);
                }
            }
        };
        Ok(Some(match step {
            Step::Wait | Step::On => return Ok(None),
            Step::Begin(kind) => Event::Begin(kind),
            Step::Plain(piece) => Event::Piece(piece),
            Step::Inflated(length) => {
                let output = self.inflate.as_ref().map(Inflate::output).unwrap_or_default();
                Event::Piece(output.get(..length).unwrap_or_default())
            }
            Step::Fragment => Event::Fragment,
            Step::End => Event::End,
            Step::Control => match (self.first.opcode, self.payload()) {
                (Opcode::Ping, payload) => Event::Ping(payload),
                (Opcode::Pong, payload) => Event::Pong(payload),
                (_, payload) => Event::Close(closing(payload)?),
            },
        }))
    }

    /// Whether no message has begun that has not ended. The first byte of its first frame
    /// begins a message; a control frame is none.
    pub fn is_between_messages(&self) -> bool {
        self.message.is_none()
    }

    /// Nothing more is here yet: gives back what is kept for the next message, where none is open.
    /// It costs what the next one takes to begin, and nothing else.
    pub fn rest(&mut self) {
        if let (None, Some(inflate)) = (&self.message, &mut self.inflate) {
            inflate.rest();
        }
    }

    fn step<'b>(&mut self, bytes: &mut &'b mut [u8]) -> Result<Step<'b>, Violation> {
        match self.at {
            At::Head => self.read_head(bytes),
            At::Payload if self.message.as_ref().is_some_and(|message| message.is_deflated) => {
                self.read_deflated(bytes)
            }
            At::Payload => self.read_plain(bytes),
            At::Control => self.read_control(bytes),
            At::Closed => {
                *bytes = &mut [];
                Ok(Step::Wait)
            }
            At::Broken(violation) => Err(violation),
        }
    }

    fn read_head<'b>(&mut self, bytes: &mut &'b mut [u8]) -> Result<Step<'b>, Violation> {
        match self.head.read(bytes, self.masked)? {
            Settled::Wait => Ok(Step::Wait),
            Settled::First(first) => {
                self.admit(first)?;
                self.first = first;
                Ok(Step::On)
            }
            Settled::Length(length) => {
                self.left = length;
                if let (false, Some(message)) = (self.first.opcode.is_control(), &self.message) {
                    message.claim(length, &self.limits)?;
                }
                Ok(Step::On)
            }
            Settled::End => {
                self.mask = self.head.mask();
                self.head = Head::new();
                if self.first.opcode.is_control() {
                    (self.at, self.held) = (At::Control, 0);
                    return Ok(Step::On);
                }
                self.at = At::Payload;
                match self.first.opcode {
                    Opcode::Message(kind) => Ok(Step::Begin(kind)),
                    _ => Ok(Step::On),
                }
            }
        }
    }

    /// Whether such a frame may stand here.
    fn admit(&mut self, first: First) -> Result<(), Violation> {
        if first.is_deflated && self.inflate.is_none() {
            return Err(Violation::protocol("a reserved bit is set that was not agreed on"));
        }
        match first.opcode {
            Opcode::Message(_) if self.message.is_some() => {
                return Err(Violation::protocol("a message begins within another"));
            }
            Opcode::Continuation if self.message.is_none() => {
                return Err(Violation::protocol("there is nothing to continue"));
            }
            Opcode::Message(kind) => self.message = Some(Message::new(kind, first.is_deflated)),
            _ => {}
        }
        match &mut self.message {
            Some(message) if !first.opcode.is_control() && !first.is_last => {
                message.add_fragment(&self.limits)
            }
            _ => Ok(()),
        }
    }

    fn read_plain<'b>(&mut self, bytes: &mut &'b mut [u8]) -> Result<Step<'b>, Violation> {
        if self.left == 0 {
            return self.end_frame();
        }
        let piece = self.read_payload(bytes);
        if piece.is_empty() {
            return Ok(Step::Wait);
        }
        let good = self.message.as_mut().map(|message| message.take(piece, &self.limits));
        let good = self.at.go_on(good.unwrap_or_default())?;
        Ok(Step::Plain(piece.get(..good).unwrap_or_default()))
    }

    fn read_deflated<'b>(&mut self, bytes: &mut &'b mut [u8]) -> Result<Step<'b>, Violation> {
        let (Some(inflate), Some(message)) = (&mut self.inflate, &mut self.message) else {
            return Ok(Step::Wait);
        };
        let here = within(self.left, bytes.len()).min(OUTPUT);
        if here == 0 && !inflate.is_full() {
            return if self.left == 0 { self.end_frame() } else { Ok(Step::Wait) };
        }
        // What zlib does not read comes again, and is masked again until then.
        let piece = bytes.get_mut(..here).unwrap_or_default();
        self.mask.apply(piece);
        let done = inflate.next(piece);
        self.mask.advance(done.read);
        self.mask.apply(piece.get_mut(done.read..).unwrap_or_default());
        *bytes = std::mem::take(bytes).get_mut(done.read..).unwrap_or_default();
        self.left -= done.read as u64;

        let output = inflate.output().get(..done.wrote).unwrap_or_default();
        let (good, mut wrong) = message.take(output, &self.limits);
        if done.is_broken {
            wrong = wrong.or(Some(NOT_DEFLATED));
        }
        match self.at.go_on((good, wrong))? {
            0 => Ok(Step::On),
            good => Ok(Step::Inflated(good)),
        }
    }

    fn read_control<'b>(&mut self, bytes: &mut &'b mut [u8]) -> Result<Step<'b>, Violation> {
        let piece = self.read_payload(bytes);
        for (slot, byte) in self.control.iter_mut().skip(self.held.into()).zip(piece) {
            *slot = *byte;
            self.held += 1;
        }
        if self.left > 0 {
            return Ok(Step::Wait);
        }
        self.at = At::Head;
        if self.first.opcode == Opcode::Close {
            closing(self.payload())?;
            self.at = At::Closed;
        }
        Ok(Step::Control)
    }

    /// What is here of the present frame's payload, unmasked.
    fn read_payload<'b>(&mut self, bytes: &mut &'b mut [u8]) -> &'b mut [u8] {
        let here = within(self.left, bytes.len());
        let piece = bytes.split_off_mut(..here).unwrap_or_default();
        self.mask.apply(piece);
        self.mask.advance(here);
        self.left -= here as u64;
        piece
    }

    /// A data frame is over.
    fn end_frame<'b>(&mut self) -> Result<Step<'b>, Violation> {
        self.at = At::Head;
        if !self.first.is_last {
            return Ok(Step::Fragment);
        }
        if let Some(message) = self.message.take() {
            let inflate = self.inflate.as_mut().filter(|_| message.is_deflated);
            if inflate.is_some_and(|inflate| !inflate.end()) {
                return Err(NOT_DEFLATED);
            }
            message.end()?;
        }
        Ok(Step::End)
    }

    /// What has come of a control frame's payload.
    fn payload(&self) -> &[u8] {
        self.control.get(..self.held.into()).unwrap_or_default()
    }
}

impl At {
    /// So much is good, and why not more: the good goes out first, the next step is what says why.
    fn go_on(&mut self, taken: (usize, Option<Violation>)) -> Result<usize, Violation> {
        match taken {
            (0, Some(violation)) => Err(violation),
            (good, wrong) => {
                if let Some(violation) = wrong {
                    *self = Self::Broken(violation);
                }
                Ok(good)
            }
        }
    }
}

/// How many of the bytes at hand belong to what is left.
fn within(left: u64, bytes: usize) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(bytes)
}

/// What a Close frame says (RFC 6455 §5.5.1).
fn closing(payload: &[u8]) -> Result<Option<(Code, &str)>, Violation> {
    let Some((value, reason)) = payload.split_first_chunk() else {
        return match payload {
            [] => Ok(None),
            _ => Err(Violation::protocol("a close code has one byte")),
        };
    };
    let code = Code::on_wire(u16::from_be_bytes(*value))
        .ok_or(Violation::protocol("a close code that may not be sent"))?;
    let reason = str::from_utf8(reason)
        .map_err(|_| Violation::payload("the reason of a close is not UTF-8"))?;
    Ok(Some((code, reason)))
}

/// RFC 7692 names no code. It is the payload that is not what it has to be, and 1007 is what
/// other servers say.
const NOT_DEFLATED: Violation = Violation::payload("a message cannot be inflated");

/// Nothing that was read is shown.
impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("masked", &self.masked)
            .field("limits", &self.limits)
            .field("inflate", &self.inflate)
            .field("is_between_messages", &self.is_between_messages())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_one_is_small() {
        assert!(size_of::<Reader>() < 300, "{}", size_of::<Reader>());
    }
}
