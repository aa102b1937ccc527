//! What does the head of a frame say (RFC 6455 §5.2)?
//!
//! ```text
//! FIN RSV1 RSV2 RSV3 opcode(4) │ MASK length(7) │ [length, 2 or 8 bytes] │ [key, 4 bytes]
//! ```
//!
//! What a head says of itself is checked here, as soon as the byte is there that says it. What
//! may stand behind which frame is the reader's to know.

use super::event::Kind;
use super::mask::Mask;
use super::violation::Violation;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    /// More of the message that has begun.
    Continuation,
    /// The first frame of a message.
    Message(Kind),
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn of(bits: u8) -> Option<Self> {
        Some(match bits {
            0 => Self::Continuation,
            1 => Self::Message(Kind::Text),
            2 => Self::Message(Kind::Binary),
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0,
            Self::Message(Kind::Text) => 1,
            Self::Message(Kind::Binary) => 2,
            Self::Close => 8,
            Self::Ping => 9,
            Self::Pong => 10,
        }
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The first byte of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct First {
    pub(super) is_last: bool,
    /// RSV1, on the first frame of a message: its payload is deflated (RFC 7692 §6).
    pub(super) is_deflated: bool,
    pub(super) opcode: Opcode,
}

impl First {
    fn read(byte: u8) -> Result<Self, Violation> {
        let opcode =
            Opcode::of(byte & 0x0f).ok_or(Violation::protocol("a frame has a reserved opcode"))?;
        let first = Self { is_last: byte & FIN != 0, is_deflated: byte & RSV1 != 0, opcode };
        if byte & (RSV2 | RSV3) != 0 {
            return Err(Violation::protocol("a frame has a reserved bit set"));
        }
        if first.is_deflated && !matches!(opcode, Opcode::Message(_)) {
            return Err(Violation::protocol("only the first frame of a message may be marked"));
        }
        if opcode.is_control() && !first.is_last {
            return Err(Violation::protocol("a control frame is fragmented"));
        }
        Ok(first)
    }
}

/// What the bytes of a head have settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// Nothing: the bytes are read, and more have to come.
    Wait,
    /// What the frame is. It is told before the rest is read.
    First(First),
    /// How long the payload is.
    Length(u64),
    /// All of it; the payload follows.
    End,
}

/// A head that is being read.
#[derive(Clone, Copy)]
pub(super) struct Head {
    bytes: [u8; LONGEST],
    held: u8,
}

impl Head {
    /// Before the first byte.
    pub(super) const fn new() -> Self {
        Self { bytes: [0; LONGEST], held: 0 }
    }

    /// Reads on, up to what is settled next. `masked`: whether frames have to be masked, or
    /// must not be.
    pub(super) fn read(
        &mut self,
        bytes: &mut &mut [u8],
        masked: bool,
    ) -> Result<Settled, Violation> {
        let length_end = 2 + self.length_bytes();
        let head_end = length_end + if masked { 4 } else { 0 };
        if self.held >= 2 && usize::from(self.held) == head_end {
            return Ok(Settled::End);
        }
        while let Some(byte) = bytes.split_off_first_mut() {
            let Some(slot) = self.bytes.get_mut(usize::from(self.held)) else { break };
            *slot = *byte;
            self.held += 1;
            if self.held == 1 {
                return First::read(self.bytes[0]).map(Settled::First);
            }
            if self.held == 2 {
                self.check_second(masked)?;
            }
            let held = usize::from(self.held);
            let length_end = 2 + self.length_bytes();
            if held == length_end {
                return self.length().map(Settled::Length);
            }
            if held == length_end + 4 {
                return Ok(Settled::End);
            }
        }
        Ok(Settled::Wait)
    }

    /// The mask of the payload.
    pub(super) fn mask(&self) -> Mask {
        let key = self.bytes.get(2 + self.length_bytes()..).and_then(|rest| rest.first_chunk());
        match key {
            Some(key) if self.bytes[1] & MASK != 0 => Mask::new(*key),
            _ => Mask::NONE,
        }
    }

    fn check_second(&self, masked: bool) -> Result<(), Violation> {
        let [first, second, ..] = self.bytes;
        if masked && second & MASK == 0 {
            return Err(Violation::protocol("a frame of a client is not masked"));
        }
        if !masked && second & MASK != 0 {
            return Err(Violation::protocol("a frame of a server is masked"));
        }
        let is_control = Opcode::of(first & 0x0f).is_some_and(Opcode::is_control);
        if is_control && usize::from(second & !MASK) > LONGEST_CONTROL {
            return Err(Violation::protocol("a control frame is longer than 125 bytes"));
        }
        Ok(())
    }

    /// How many bytes tell a length that the second byte has no room for.
    fn length_bytes(&self) -> usize {
        match self.bytes[1] & !MASK {
            126 => 2,
            127 => 8,
            _ => 0,
        }
    }

    /// Lengths are told in as few bytes as possible, and never have their highest bit set.
    fn length(&self) -> Result<u64, Violation> {
        let [_, second, a, b, c, d, e, f, g, h, ..] = self.bytes;
        let (length, shortest) = match second & !MASK {
            126 => (u64::from(u16::from_be_bytes([a, b])), 126),
            127 => (u64::from_be_bytes([a, b, c, d, e, f, g, h]), 1 << 16),
            short => (u64::from(short), 0),
        };
        if length < shortest {
            return Err(Violation::protocol("a length is not told in as few bytes as possible"));
        }
        if length >> 63 != 0 {
            return Err(Violation::protocol("a length has its highest bit set"));
        }
        Ok(length)
    }
}

/// A head that is ready to be written, and how many of its bytes are.
pub(super) fn written(first: First, length: u64, mask: Option<[u8; 4]>) -> ([u8; LONGEST], usize) {
    let mut bytes = [0; LONGEST];
    let mut end = 0;
    let mut put = |more: &[u8]| {
        for (slot, byte) in bytes.iter_mut().skip(end).zip(more) {
            *slot = *byte;
            end += 1;
        }
    };
    let fin = if first.is_last { FIN } else { 0 };
    let rsv1 = if first.is_deflated { RSV1 } else { 0 };
    let masked = if mask.is_some() { MASK } else { 0 };
    put(&[fin | rsv1 | first.opcode.bits()]);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..=125), _) => put(&[masked | short]),
        (_, Ok(medium)) => {
            put(&[masked | 126]);
            put(&medium.to_be_bytes());
        }
        _ => {
            put(&[masked | 127]);
            put(&length.to_be_bytes());
        }
    }
    if let Some(key) = mask {
        put(&key);
    }
    (bytes, end)
}

/// Bytes of the longest head: 2, a length of 8, a key of 4.
pub(super) const LONGEST: usize = 14;

/// Bytes of the longest payload of a control frame (RFC 6455 §5.5).
pub(super) const LONGEST_CONTROL: usize = 125;

const FIN: u8 = 0x80;
const RSV1: u8 = 0x40;
const RSV2: u8 = 0x20;
const RSV3: u8 = 0x10;
const MASK: u8 = 0x80;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: First =
        First { is_last: true, is_deflated: false, opcode: Opcode::Message(Kind::Text) };

    #[test]
    fn a_head_is_read_as_it_was_written() {
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 40, (1 << 63) - 1] {
            for mask in [None, Some([1, 2, 3, 4])] {
                for opcode in [0, 1, 2, 8, 9, 10] {
                    let opcode = Opcode::of(opcode).unwrap();
                    if opcode.is_control() && length > 125 {
                        continue;
                    }
                    for is_last in [opcode.is_control(), true] {
                        let is_deflated = matches!(opcode, Opcode::Message(_));
                        let first = First { is_last, is_deflated, opcode };
                        let (bytes, end) = written(first, length, mask);
                        check(&bytes[..end], mask.is_some(), Ok((first, length)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_length_is_told_in_as_few_bytes_as_possible() {
        for (length, bytes) in [(125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            assert_eq!(written(TEXT, length, None).1, bytes);
            assert_eq!(written(TEXT, length, Some([9; 4])).1, bytes + 4);
        }
        let long = "a length is not told in as few bytes as possible";
        check(b"\x81\x7e\0\x7d", false, Err(long));
        check(b"\x81\x7e\0\0", false, Err(long));
        check(b"\x81\x7f\0\0\0\0\0\0\xff\xff", false, Err(long));
        check(b"\x81\xff\0\0\0\0\0\0\0\x05", true, Err(long));
    }

    #[test]
    fn what_is_reserved_is_refused() {
        for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            check(&[0x80 | opcode], true, Err("a frame has a reserved opcode"));
        }
        for bits in [0x20, 0x10, 0x30, 0x60, 0x70] {
            check(&[0x81 | bits], true, Err("a frame has a reserved bit set"));
        }
        for frame in [0xc0, 0x40, 0xc8, 0xc9, 0xca] {
            check(&[frame], true, Err("only the first frame of a message may be marked"));
        }
        let high = "a length has its highest bit set";
        check(b"\x82\x7f\x80\0\0\0\0\0\0\0", false, Err(high));
        check(b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff", false, Err(high));
    }

    #[test]
    fn a_control_frame_is_short_and_whole() {
        for frame in [8, 9, 10] {
            check(&[frame], true, Err("a control frame is fragmented"));
            for length in [126, 127] {
                let bytes = [0x80 | frame, length];
                check(&bytes, false, Err("a control frame is longer than 125 bytes"));
            }
        }
    }

    #[test]
    fn clients_mask_and_servers_do_not() {
        check(b"\x81\x05", true, Err("a frame of a client is not masked"));
        check(b"\x81\x85", false, Err("a frame of a server is masked"));
    }

    #[track_caller]
    fn check(bytes: &[u8], masked: bool, expected: Result<(First, u64), &'static str>) {
        for size in 1..=bytes.len() {
            let mut head = Head::new();
            let found = run(&mut head, bytes, size, masked).map_err(|violation| violation.what);
            assert_eq!(found, expected, "{bytes:x?} cut every {size}");
        }
    }

    fn run(
        head: &mut Head,
        bytes: &[u8],
        size: usize,
        masked: bool,
    ) -> Result<(First, u64), Violation> {
        let mut owned = bytes.to_vec();
        let (mut first, mut length) = (None, None);
        for mut chunk in owned.chunks_mut(size) {
            loop {
                match head.read(&mut chunk, masked)? {
                    Settled::Wait => break,
                    Settled::First(it) => first = Some(it),
                    Settled::Length(it) => length = Some(it),
                    Settled::End => return Ok((first.unwrap(), length.unwrap())),
                }
            }
        }
        // Unmasked heads end with their length, which is told before the end is.
        match head.read(&mut [].as_mut_slice(), masked)? {
            Settled::End => Ok((first.unwrap(), length.unwrap())),
            other => panic!("unfinished: {other:?}"),
        }
    }
}
