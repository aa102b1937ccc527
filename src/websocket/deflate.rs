//! How does a message become shorter (RFC 7692 §7.2.1)?
//!
//! Each frame's payload is deflated up to a boundary that its reader can read to. At the end of a
//! message that boundary, `00 00 FF FF`, is left out.

use flate2::{Compress, Compression, FlushCompress};
use std::fmt;

/// Deflates the messages of one direction.
///
/// It costs next to nothing until a message needs it, and, where context is not kept, after
/// each message.
pub struct Deflate {
    window_bits: u8,
    keeps_context: bool,
    zlib: Option<Box<Compress>>,
}

impl Deflate {
    /// Before the first message. The window has 2^`window_bits` bytes, 9 to 15 (more is taken for
    /// 15); zlib knows no smaller one, so with 8 and less every message goes as it is, which is
    /// always permitted. `keeps_context`: whether messages may refer to earlier ones.
    pub fn new(window_bits: u8, keeps_context: bool) -> Self {
        Self { window_bits: window_bits.min(15), keeps_context, zlib: None }
    }

    /// Whether anything can be deflated.
    pub(super) fn is_able(&self) -> bool {
        self.window_bits >= 9
    }

    /// Whether a message of so many bytes, in one frame, is worth it. One word of chat becomes no
    /// shorter. And a context that is made for one message costs 10 µs before the first byte:
    /// 200 bytes of chat become 160 for that, which is what the head of a packet takes.
    pub(super) fn wins(&self, length: usize) -> bool {
        length >= if self.keeps_context { 64 } else { 256 }
    }

    /// The payload of one frame, appended to `out`. `last`: whether the message ends with it.
    pub(super) fn frame(&mut self, payload: &[u8], last: bool, out: &mut Vec<u8>) {
        if !payload.is_empty() {
            self.deflate(payload, out);
            if last {
                // Every flush ends with it; the reader puts it back.
                out.truncate(out.len() - LEFT_OUT.len().min(out.len()));
            }
        } else if last {
            // zlib has flushed all it had and would write nothing, but the end that is left out
            // needs its beginning: the head of an empty block (RFC 7692 §7.2.3.6).
            out.push(0);
        }
        if last && !self.keeps_context {
            self.zlib = None;
        }
    }

    fn deflate(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        let window_bits = self.window_bits;
        let zlib = self.zlib.get_or_insert_with(|| {
            Box::new(Compress::new_with_window_bits(LEVEL, false, window_bits))
        });
        let mut rest = payload;
        loop {
            // A flush is whole when there is room left behind it. Asked again without more input
            // zlib writes nothing, so that one is never waited for.
            out.reserve((rest.len() / 2).clamp(64, 16 << 10));
            let (read, wrote) = (zlib.total_in(), out.len());
            zlib.compress_vec(rest, out, FlushCompress::Sync).expect("any bytes can be deflated");
            let read = usize::try_from(zlib.total_in() - read).unwrap_or(usize::MAX);
            rest = rest.get(read..).unwrap_or_default();
            let is_stuck = read == 0 && out.len() == wrote;
            if is_stuck || rest.is_empty() && out.len() < out.capacity() {
                return;
            }
        }
    }
}

/// What it refers to is not shown.
impl fmt::Debug for Deflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deflate")
            .field("window_bits", &self.window_bits)
            .field("keeps_context", &self.keeps_context)
            .finish_non_exhaustive()
    }
}

/// What zlib takes by itself. On chat, level 2 takes as long and level 1 leaves a sixth more.
const LEVEL: Compression = Compression::new(6);

/// The end of every message, which is not sent (RFC 7692 §7.2.1).
const LEFT_OUT: [u8; 4] = [0, 0, 0xff, 0xff];

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Decompress, FlushDecompress};

    #[test]
    fn nothing_is_referred_to_beyond_the_window() {
        for bits in 9..=15 {
            // zlib looks ahead by 262 bytes at most, and what it looks at is in its window.
            for (distance, is_seen) in [((1 << bits) - 262, true), ((1 << bits) + 1, false)] {
                let once = noise(distance);
                let mut wire = Vec::new();
                Deflate::new(bits, false).frame(&[&*once, &once].concat(), true, &mut wire);
                let is_shorter = wire.len() < distance * 3 / 2;
                assert_eq!(is_shorter, is_seen, "{bits}: {distance} -> {}", wire.len());
            }
        }
    }

    #[test]
    fn a_window_has_at_most_fifteen_bits() {
        let [largest, larger] = [15, 200].map(|bits| {
            let mut wire = Vec::new();
            Deflate::new(bits, false).frame(&noise(400).repeat(50), true, &mut wire);
            wire
        });
        assert!(largest == larger);
    }

    #[test]
    fn every_frame_can_be_read_to_its_end() {
        let mut deflate = Deflate::new(15, true);
        let mut zlib = Decompress::new(false);
        for text in ["a", "", "and some more", "!"] {
            let mut wire = Vec::new();
            deflate.frame(text.as_bytes(), false, &mut wire);
            assert!(text.is_empty() == wire.is_empty());
            let mut out = Vec::with_capacity(100);
            zlib.decompress_vec(&wire, &mut out, FlushDecompress::Sync).unwrap();
            assert_eq!(out, text.as_bytes());
        }
    }

    /// However little room there is, a flush is whole: the payload comes to every length that the
    /// buffer may have.
    #[test]
    fn a_flush_that_fills_the_buffer_is_whole() {
        for length in 0..400 {
            let payload = noise(length);
            let mut wire = Vec::with_capacity(length);
            Deflate::new(15, false).frame(&payload, true, &mut wire);
            assert!(inflated(&wire) == payload, "{length}");
        }
    }

    #[test]
    fn an_idle_one_holds_nothing() {
        assert!(size_of::<Deflate>() <= 16);
        for keeps in [true, false] {
            let mut deflate = Deflate::new(15, keeps);
            assert!(deflate.zlib.is_none());
            let mut out = Vec::new();
            deflate.frame(b"Hello", false, &mut out);
            assert!(deflate.zlib.is_some());
            deflate.frame(b"", true, &mut out);
            assert_eq!(deflate.zlib.is_some(), keeps);
        }
    }

    fn inflated(wire: &[u8]) -> Vec<u8> {
        let wire = [wire, &LEFT_OUT].concat();
        let mut zlib = Decompress::new(false);
        let mut out = Vec::with_capacity(1000);
        zlib.decompress_vec(&wire, &mut out, FlushDecompress::Sync).unwrap();
        assert_eq!(zlib.total_in(), wire.len() as u64);
        out
    }

    /// What nothing makes shorter: xorshift.
    fn noise(length: usize) -> Vec<u8> {
        let next = |dice: &u32| {
            let dice = dice ^ (dice << 13);
            let dice = dice ^ (dice >> 17);
            Some(dice ^ (dice << 5))
        };
        let dice = std::iter::successors(Some(2_463_534_242), next);
        dice.map(|dice| dice.to_be_bytes()[1]).take(length).collect()
    }
}
