//! HTTP/2 byte by byte: requests that no HTTP library would send (RFC 9113, RFC 7541).

use super::cloakroom::Door;
use super::visitor::{Visitor, Wire};

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A response with this status began.
    Answered(u16),
    /// The stream was reset.
    Reset,
    /// The connection was ended.
    Closed,
}

/// A connection on which HTTP/2 frames can be sent.
pub(crate) struct Frames {
    wire: Wire,
}

impl Frames {
    /// A connection of this visitor, with the preface sent.
    pub(crate) async fn open(visitor: &Visitor, door: &Door) -> Self {
        let mut wire = visitor.clone().over_http2().wire(door).await;
        wire.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
        let mut frames = Self { wire };
        frames.send(SETTINGS, 0, 0, b"").await;
        frames
    }

    /// Sends a HEADERS frame with these fields, pseudo-header fields first, as they are.
    pub(crate) async fn headers(&mut self, stream: u32, fields: &[(&[u8], &[u8])], end: bool) {
        let mut block = Vec::new();
        for (name, value) in fields {
            // A literal without indexing, both strings plain (RFC 7541 §6.2.2).
            block.push(0);
            for text in [name, value] {
                push_integer(&mut block, text.len());
                block.extend_from_slice(text);
            }
        }
        self.send(HEADERS, END_HEADERS | u8::from(end), stream, &block).await;
    }

    /// Sends a DATA frame.
    pub(crate) async fn data(&mut self, stream: u32, bytes: &[u8], end: bool) {
        self.send(DATA, u8::from(end), stream, bytes).await;
    }

    /// What becomes of the request on this stream.
    pub(crate) async fn outcome(&mut self, stream: u32) -> Outcome {
        loop {
            let Some(head) = self.wire.exactly(9).await else { return Outcome::Closed };
            let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8;
            let length = length | usize::from(head[2]);
            let Some(payload) = self.wire.exactly(length).await else { return Outcome::Closed };
            let id = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            match head[3] {
                HEADERS if id == stream => return Outcome::Answered(status(&payload)),
                RST_STREAM if id == stream => return Outcome::Reset,
                GOAWAY => return Outcome::Closed,
                _ => {}
            }
        }
    }

    async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("a short frame").to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend(stream.to_be_bytes());
        frame.extend(payload);
        self.wire.send(frame).await;
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_HEADERS: u8 = 4;

/// An integer with a prefix of seven bits (RFC 7541 §5.1).
fn push_integer(out: &mut Vec<u8>, value: usize) {
    let low = |value: usize| u8::try_from(value & 0x7f).expect("seven bits");
    if value < 0x7f {
        return out.push(low(value));
    }
    out.push(0x7f);
    let mut rest = value - 0x7f;
    while rest >= 0x80 {
        out.push(low(rest) | 0x80);
        rest >>= 7;
    }
    out.push(low(rest));
}

/// The status of a header block, which is its first field. Those that are not in the static
/// table are three digits in Huffman's code (RFC 7541 Appendix B), at most 18 bits.
fn status(block: &[u8]) -> u16 {
    let listed = [200, 204, 206, 304, 400, 404, 500];
    // A change of the table's size may stand in front.
    let block: Vec<u8> = block.iter().copied().skip_while(|byte| byte & 0xe0 == 0x20).collect();
    if block[0] & 0x80 != 0 {
        return listed[usize::from(block[0] & 0x7f) - 8];
    }
    let text = &block[2..2 + usize::from(block[1] & 0x7f)];
    if block[1] & 0x80 == 0 {
        return std::str::from_utf8(text).expect("digits").parse().expect("a status");
    }
    let bits: String = text.iter().map(|byte| format!("{byte:08b}")).collect();
    let (mut rest, mut status) = (bits.as_str(), 0);
    for _ in 0..3 {
        // 0, 1 and 2 are 00000, 00001, 00010; 3 to 9 are 011001 to 011111.
        let short = u16::from_str_radix(&rest[..5], 2).expect("bits");
        let (digit, length) = match short {
            0..=2 => (short, 5),
            _ => (u16::from_str_radix(&rest[..6], 2).expect("bits") - 25 + 3, 6),
        };
        status = status * 10 + digit;
        rest = &rest[length..];
    }
    status
}
