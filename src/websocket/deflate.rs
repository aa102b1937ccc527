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
