//! What was deflated, as it was before (RFC 7692 §7.2.2)?
//!
//! ```text
//! payload ──▶ zlib ──▶ at most 16 KiB at a time ──▶ the reader
//!               ▲ at the end of a message: 00 00 FF FF, which its sender left out
//! ```
//!
//! Three traps. A message may hold blocks that say they are the last: behind one, a new stream
//! begins in the same message, and what stood before is not referred to any more. What zlib has
//! not yet written may stay inside it when its output is full, so it is asked again before more
//! is read. And a message that breaks off inside a block is not found out by zlib, which waits
//! for the rest: here it is, as far as can be told (see [`Inflate::end`]).

use flate2::{Decompress, FlushDecompress, Status};
use std::fmt;

/// Inflates the messages of one direction.
///
/// It costs next to nothing until a message needs it, and, where context is not kept, when it
/// rests after one. Whatever window was agreed, it inflates with the largest: what zlib makes of a
/// reference beyond a smaller one depends on how the network cut the message.
pub struct Inflate {
    keeps_context: bool,
    /// Bytes have come since the stream began. It has an end only if they have.
    has_begun: bool,
    /// The output was full: there may be more of it without more input.
    is_full: bool,
    zlib: Option<Box<Decompress>>,
    /// What was inflated last. Empty when it has rested.
    output: Vec<u8>,
}

/// What came of a piece.
pub(super) struct Inflated {
    /// How much of the piece was read. The rest has to come again.
    pub(super) read: usize,
    /// How much of [`Inflate::output`] was written.
    pub(super) wrote: usize,
    /// What was read behind that is nothing that can be inflated.
    pub(super) is_broken: bool,
}

impl Inflate {
    /// Before the first message. `keeps_context`: whether messages may refer to earlier ones.
    pub fn new(keeps_context: bool) -> Self {
        Self { keeps_context, has_begun: false, is_full: false, zlib: None, output: Vec::new() }
    }

    /// Whether there may be more output without more input.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// What was inflated last.
    pub(super) fn output(&self) -> &[u8] {
        &self.output
    }

    /// Inflates until the piece is read or the output is full.
    pub(super) fn next(&mut self, piece: &[u8]) -> Inflated {
        if self.output.is_empty() {
            self.output.resize(OUTPUT, 0);
        }
        let zlib = self.zlib.get_or_insert_with(|| Box::new(Decompress::new(false)));
        let (read, wrote) = (zlib.total_in(), zlib.total_out());
        let status = zlib.decompress(piece, &mut self.output, FlushDecompress::Sync);
        let done = |after: u64, before: u64| usize::try_from(after - before).unwrap_or(0);
        let (read, wrote) = (done(zlib.total_in(), read), done(zlib.total_out(), wrote));
        self.has_begun |= read > 0;
        self.is_full = wrote == self.output.len();
        let is_broken = match status {
            Ok(Status::StreamEnd) => {
                zlib.reset(false);
                (self.has_begun, self.is_full) = (false, false);
                false
            }
            // Nothing was done although there was something to do: it would go on like that.
            Ok(_) => read == 0 && wrote == 0 && !piece.is_empty(),
            Err(_) => true,
        };
        Inflated { read, wrote, is_broken }
    }

    /// Ends the message; `false` if it broke off. Everything was read and written before.
    ///
    /// What the sender left out is the end of an empty block, so nothing comes of it. Where the
    /// context is not kept, another such block that is the last has to be the end of the stream,
    /// and that proves that the message stood between two blocks. Where it is kept, nothing can
    /// be put behind it, and what breaks off inside the head of a block is not noticed before
    /// the next message.
    pub(super) fn end(&mut self) -> bool {
        let is_whole = !self.has_begun || self.stands_between_blocks();
        self.has_begun = false;
        if let (false, Some(zlib)) = (self.keeps_context, &mut self.zlib) {
            zlib.reset(false);
        }
        is_whole
    }

    /// Between messages: gives back what the next one can do without. Messages that come together
    /// share it, since to make it anew takes twice as long as to inflate 200 bytes of chat.
    pub(super) fn rest(&mut self) {
        self.output = Vec::new();
        if !self.keeps_context {
            self.zlib = None;
        }
    }

    fn stands_between_blocks(&mut self) -> bool {
        if !self.swallows(LEFT_OUT) {
            return false;
        }
        // What was left out may have been the end of a last block: then the stream is over.
        let is_over = !self.has_begun;
        is_over || self.keeps_context || self.swallows(LAST_BLOCK) && !self.has_begun
    }

    /// Whether this is read whole and nothing comes of it.
    fn swallows(&mut self, bytes: &[u8]) -> bool {
        let done = self.next(bytes);
        !done.is_broken && done.read == bytes.len() && done.wrote == 0
    }
}

/// Neither what is held of a message nor what it refers to is shown.
impl fmt::Debug for Inflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflate")
            .field("keeps_context", &self.keeps_context)
            .field("is_running", &self.zlib.is_some())
            .finish_non_exhaustive()
    }
}

/// Bytes that are inflated at a time: half of what zlib looks back on, and what a TLS record
/// holds.
pub(super) const OUTPUT: usize = 16 << 10;

/// The end of every message, which is not sent (RFC 7692 §7.2.1).
const LEFT_OUT: &[u8] = &[0, 0, 0xff, 0xff];

/// An empty block without compression that says it is the last (RFC 1951 §3.2.4).
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0xff, 0xff];

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7692 §7.2.3.1 to §7.2.3.5.
    #[test]
    fn the_examples_of_the_standard() {
        for keeps in [true, false] {
            check(keeps, &[b"\xf2\x48\xcd\xc9\xc9\x07\x00"], Ok(&["Hello"]));
            check(keeps, &[b"\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"], Ok(&["Hello"]));
            check(keeps, &[b"\xf3\x48\xcd\xc9\xc9\x07\x00\x00"], Ok(&["Hello"]));
            let two_blocks = b"\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00";
            check(keeps, &[two_blocks], Ok(&["Hello"]));
        }
        let shared: &[&[u8]] = &[b"\xf2\x48\xcd\xc9\xc9\x07\x00", b"\xf2\x00\x11\x00\x00"];
        check(true, shared, Ok(&["Hello", "Hello"]));
        check(false, shared, Err(1));
    }

    #[test]
    fn a_message_may_be_empty() {
        for keeps in [true, false] {
            check(keeps, &[b"\x00"], Ok(&[""]));
            check(keeps, &[b""], Ok(&[""]));
            check(keeps, &[b"", b"\x00", b"\xf2\x48\xcd\xc9\xc9\x07\x00"], Ok(&["", "", "Hello"]));
        }
    }

    #[test]
    fn behind_a_last_block_a_message_goes_on() {
        const LAST: &[u8] = b"\xf3\x48\xcd\xc9\xc9\x07\x00";
        for keeps in [true, false] {
            // Without the empty block that should follow, and with it.
            check(keeps, &[LAST], Ok(&["Hello"]));
            check(keeps, &[LAST, LAST], Ok(&["Hello", "Hello"]));
            check(keeps, &[&[LAST, LAST, b"\x00"].concat()], Ok(&["HelloHello"]));
            let then = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
            check(keeps, &[&[LAST, then].concat(), then], Ok(&["HelloHello", "Hello"]));
            // The last block is the one whose end was left out.
            check(keeps, &[b"\x01", then], Ok(&["", "Hello"]));
            // What stood before is not referred to any more.
            check(keeps, &[&[LAST, b"\xf2\x00\x11\x00\x00"].concat()], Err(0));
        }
    }

    #[test]
    fn what_is_not_deflated_is_refused() {
        for keeps in [true, false] {
            // A block type that is none, lengths that disagree, a distance that reaches too far.
            check(keeps, &[b"\x07"], Err(0));
            check(keeps, &[b"\x00\x05\x00\xfb\xff\x48\x65"], Err(0));
            check(keeps, &[b"\x03\x00\x07\x00"], Err(0));
            check(keeps, &[b"\xf2\x00\x11\x00\x00"], Err(0));
            // Breaks off inside a block without compression: the end would become payload.
            check(keeps, &[b"\x00\x09\x00\xf6\xff\x48\x65\x6c\x6c\x6f"], Err(0));
            // The empty block at the end is missing, and with it four bits of the one before.
            check(keeps, &[b"\xf2\x48\xcd\xc9"], Err(0));
        }
        // Breaks off inside the head of a block.
        check(false, &[b"\x04"], Err(0));
        check(false, &[b"\x00\x05"], Err(0));
    }

    #[test]
    fn an_idle_one_holds_nothing() {
        assert!(size_of::<Inflate>() <= 48);
        for keeps in [true, false] {
            let mut inflate = Inflate::new(keeps);
            assert!(inflate.zlib.is_none() && inflate.output.capacity() == 0);
            inflate.next(b"\xf2\x48\xcd\xc9\xc9\x07\x00");
            assert!(inflate.end());
            inflate.rest();
            assert_eq!((inflate.zlib.is_some(), inflate.output.capacity()), (keeps, 0));
        }
    }

    #[test]
    fn it_does_not_print_what_it_inflates() {
        let mut inflate = Inflate::new(true);
        inflate.next(b"\xf2\x48\xcd\xc9\xc9\x07\x00");
        let printed = format!("{inflate:?}");
        assert_eq!(printed, "Inflate { keeps_context: true, is_running: true, .. }");
    }

    /// Messages, and what they become; or which of them is the first that is refused.
    #[track_caller]
    fn check(keeps: bool, messages: &[&[u8]], expected: Result<&[&str], usize>) {
        let longest = messages.iter().map(|message| message.len()).max().unwrap_or(0);
        for size in 1..=longest.max(1) {
            let mut inflate = Inflate::new(keeps);
            let found: Result<Vec<String>, usize> = messages
                .iter()
                .enumerate()
                .map(|(at, message)| run(&mut inflate, message, size).ok_or(at))
                .collect();
            let found = found.as_deref().map_err(|at| *at);
            let shown = found.map(|found| found.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(shown.as_deref().map_err(|at| *at), expected, "cut every {size}");
        }
    }

    fn run(inflate: &mut Inflate, message: &[u8], size: usize) -> Option<String> {
        let mut out = Vec::new();
        for mut chunk in message.chunks(size) {
            while !chunk.is_empty() || inflate.is_full() {
                let done = inflate.next(chunk);
                out.extend(&inflate.output()[..done.wrote]);
                if done.is_broken {
                    return None;
                }
                chunk = &chunk[done.read..];
            }
        }
        inflate.end().then(|| String::from_utf8(out).unwrap())
    }
}
