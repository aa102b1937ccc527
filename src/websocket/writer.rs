//! How are messages written as frames?

use super::code::Code;
use super::deflate::Deflate;
use super::event::Kind;
use super::head::{First, LONGEST, LONGEST_CONTROL, Opcode, written};
use super::mask::Mask;
use std::fmt;

/// Writes the frames of one direction, appended to a buffer.
///
/// Where the leg has agreed on it, messages are deflated, but not those that are one short
/// frame: with them there is little to win.
///
/// ```
/// use cloakroom::websocket::{Kind, Writer};
///
/// let (mut writer, mut out) = (Writer::new(None), Vec::new());
/// writer.begin(Kind::Text);
/// writer.frame(b"Hello", true, None, &mut out);
/// assert_eq!(out, b"\x81\x05Hello");
/// ```
pub struct Writer {
    deflate: Option<Deflate>,
    /// What the next frame is.
    next: Opcode,
    /// Whether the present message is deflated.
    deflates: bool,
}

impl Writer {
    /// Before the first frame. `deflate`: what was agreed on for this direction.
    pub fn new(deflate: Option<Deflate>) -> Self {
        Self { deflate, next: Opcode::Message(Kind::Binary), deflates: false }
    }

    /// A message begins. The one before has ended.
    pub fn begin(&mut self, kind: Kind) {
        self.next = Opcode::Message(kind);
    }

    /// A frame with this much of the message's payload, appended to `out`; `last` ends the
    /// message. `mask`: the key, thrown anew for each frame, where a client writes. A message
    /// has been begun before.
    pub fn frame(&mut self, payload: &[u8], last: bool, mask: Option<[u8; 4]>, out: &mut Vec<u8>) {
        let opcode = std::mem::replace(&mut self.next, Opcode::Continuation);
        let is_first = opcode != Opcode::Continuation;
        if is_first {
            let wins = |deflate: &Deflate| !last || deflate.wins(payload.len());
            self.deflates = self.deflate.as_ref().is_some_and(|it| it.is_able() && wins(it));
        }
        let first = First { is_last: last, is_deflated: is_first && self.deflates, opcode };
        match &mut self.deflate {
            Some(deflate) if self.deflates => deflated(deflate, first, payload, mask, out),
            _ => plain(first, payload, mask, out),
        }
    }

    /// Asks for an answer. Of the payload no more than 125 bytes are sent, which is all that a
    /// control frame holds.
    pub fn ping(&mut self, payload: &[u8], mask: Option<[u8; 4]>, out: &mut Vec<u8>) {
        control(Opcode::Ping, payload, mask, out);
    }

    /// Answers a ping with its payload, or gives a sign of life. See [`Writer::ping`].
    pub fn pong(&mut self, payload: &[u8], mask: Option<[u8; 4]>, out: &mut Vec<u8>) {
        control(Opcode::Pong, payload, mask, out);
    }

    /// The last frame: why, and a word on it. Of the word no more than 123 bytes are sent, cut
    /// between two characters.
    pub fn close(&mut self, code: Option<(Code, &str)>, mask: Option<[u8; 4]>, out: &mut Vec<u8>) {
        let mut payload = Vec::new();
        if let Some((code, reason)) = code {
            payload.extend(code.value().to_be_bytes());
            let end = reason.floor_char_boundary(LONGEST_CONTROL - payload.len());
            payload.extend(reason.bytes().take(end));
        }
        control(Opcode::Close, &payload, mask, out);
    }
}

fn control(opcode: Opcode, payload: &[u8], mask: Option<[u8; 4]>, out: &mut Vec<u8>) {
    let payload = payload.get(..LONGEST_CONTROL).unwrap_or(payload);
    plain(First { is_last: true, is_deflated: false, opcode }, payload, mask, out);
}

fn plain(first: First, payload: &[u8], mask: Option<[u8; 4]>, out: &mut Vec<u8>) {
    let (head, end) = written(first, payload.len() as u64, mask);
    out.reserve(end + payload.len());
    out.extend(head.iter().take(end));
    let start = out.len();
    for piece in payload.chunks(AT_ONCE) {
        out.extend_from_slice(piece);
    }
    masked(out, start, mask);
}

/// Bytes that are copied at once. A payload and its place behind a head, both in buffers that
/// begin on a page, lie a few bytes apart modulo 4096; there the `rep movsb` that the C library
/// takes from 2 KiB on is forty times slower (8 µs for 16 KiB) than what it takes below.
const AT_ONCE: usize = 1024;

/// How long the payload becomes is known when it is written: room is left for the longest head,
/// and what is not needed of it is closed.
fn deflated(
    deflate: &mut Deflate,
    first: First,
    payload: &[u8],
    mask: Option<[u8; 4]>,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    out.extend([0; LONGEST]);
    deflate.frame(payload, first.is_last, out);
    let length = out.len() - start - LONGEST;
    let (head, end) = written(first, length as u64, mask);
    for (slot, byte) in out.iter_mut().skip(start).zip(head.iter().take(end)) {
        *slot = *byte;
    }
    out.copy_within(start + LONGEST.., start + end);
    out.truncate(start + end + length);
    masked(out, start + end, mask);
}

fn masked(out: &mut [u8], start: usize, mask: Option<[u8; 4]>) {
    if let (Some(key), Some(payload)) = (mask, out.get_mut(start..)) {
        Mask::new(key).apply(payload);
    }
}

/// What was written is not shown.
impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("deflate", &self.deflate).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

    /// RFC 6455 §5.7.
    #[test]
    fn the_examples_of_the_standard() {
        let hello = [(b"Hello".as_slice(), true)];
        check(Kind::Text, None, &hello, None, b"\x81\x05\x48\x65\x6c\x6c\x6f");
        check(Kind::Text, None, &hello, KEY, b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
        let fragments = [(b"Hel".as_slice(), false), (b"lo", true)];
        check(Kind::Text, None, &fragments, None, b"\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f");
        let medium = [7; 256];
        let expected = [b"\x82\x7e\x01\x00", medium.as_slice()].concat();
        check(Kind::Binary, None, &[(&medium, true)], None, &expected);
        let long = [7; 65_536];
        let expected = [b"\x82\x7f\0\0\0\0\0\x01\0\0", long.as_slice()].concat();
        check(Kind::Binary, None, &[(&long, true)], None, &expected);

        let (mut writer, mut out) = (Writer::new(None), Vec::new());
        writer.ping(b"Hello", None, &mut out);
        writer.pong(b"Hello", KEY, &mut out);
        assert_eq!(out, b"\x89\x05Hello\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    }

    /// RFC 7692 §7.2.3.1 says what zlib makes of it; fragments end where their reader can read.
    #[test]
    fn fragments_are_flushed_and_the_end_is_left_out() {
        let fragments = [(b"Hello".as_slice(), false), (b"", true)];
        let expected = b"\x41\x0b\xf2\x48\xcd\xc9\xc9\x07\x00\x00\x00\xff\xff\x80\x01\x00";
        check(Kind::Text, Some((15, false)), &fragments, None, expected);
        let empty = [(b"".as_slice(), false), (b"", false), (b"", true)];
        check(Kind::Text, Some((9, true)), &empty, None, b"\x41\0\0\0\x80\x01\0");
    }

    #[test]
    fn what_is_short_or_has_too_small_a_window_goes_as_it_is() {
        for (bits, keeps, length, deflated) in [
            (15, true, 0, false),
            (15, true, 63, false),
            (15, true, 64, true),
            (15, false, 255, false),
            (15, false, 256, true),
            (9, true, 64, true),
            (8, true, 300, false),
            (0, false, 300, false),
        ] {
            let (mut writer, mut out) = (Writer::new(Some(Deflate::new(bits, keeps))), vec![]);
            writer.begin(Kind::Text);
            writer.frame(&vec![b'a'; length], true, None, &mut out);
            assert_eq!(out[0], if deflated { 0xc1 } else { 0x81 }, "{bits} {keeps} {length}");
            assert_eq!(deflated, out.len() < length, "{bits} {keeps} {length}");
        }
    }

    /// yawc, and whoever waits for a flush that zlib does not repeat, never comes back from it.
    #[test]
    fn an_empty_message_behind_another_is_one_byte() {
        let (mut writer, mut out) = (Writer::new(Some(Deflate::new(15, true))), Vec::new());
        for payload in [[7; 100].as_slice(), b""] {
            writer.begin(Kind::Binary);
            writer.frame(payload, false, None, &mut out);
            out.clear();
            writer.frame(b"", true, None, &mut out);
            assert_eq!(out, b"\x80\x01\x00");
        }
    }

    #[test]
    fn a_control_frame_holds_what_it_can() {
        let (mut writer, mut out) = (Writer::new(None), Vec::new());
        writer.close(None, None, &mut out);
        writer.close(Some((Code::GOING_AWAY, "")), None, &mut out);
        assert_eq!(out, b"\x88\0\x88\x02\x03\xe9");
        out.clear();
        writer.close(Some((Code::NORMAL, &"é".repeat(100))), None, &mut out);
        let expected = [b"\x88\x7c\x03\xe8", "é".repeat(61).as_bytes()].concat();
        assert_eq!(out, expected);
        out.clear();
        writer.ping(&[7; 200], None, &mut out);
        assert_eq!(out, [b"\x89\x7d".as_slice(), &[7; 125]].concat());
    }

    #[test]
    fn an_idle_one_holds_next_to_nothing() {
        assert!(size_of::<Writer>() <= 40, "{}", size_of::<Writer>());
    }

    #[track_caller]
    fn check(
        kind: Kind,
        deflate: Option<(u8, bool)>,
        frames: &[(&[u8], bool)],
        mask: Option<[u8; 4]>,
        expected: &[u8],
    ) {
        let deflate = deflate.map(|(bits, keeps)| Deflate::new(bits, keeps));
        let (mut writer, mut out) = (Writer::new(deflate), b"before".to_vec());
        writer.begin(kind);
        for (payload, last) in frames {
            writer.frame(payload, *last, mask, &mut out);
        }
        assert_eq!(out, [b"before", expected].concat());
    }
}
