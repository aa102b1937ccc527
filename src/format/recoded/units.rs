//! Which bytes of an encoding make a character, and which character do they make?

use crate::format::charset::Charset;
use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding};
use std::fmt;

/// Decodes a payload unit by unit.
pub(super) enum Units {
    /// UTF-8 stays as it is, valid or not.
    Utf8,
    Utf16(Utf16),
    /// One byte, one character; those from 0x80 on stand in a table.
    Single(Box<[char; 128]>),
    Several(Several),
}

/// Hears of `count` units of one shape: bytes of the payload and of the text.
type Told<'a> = dyn FnMut(u8, u8, usize) + 'a;

/// What is held back is content.
impl fmt::Debug for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "Utf8",
            Self::Utf16(_) => "Utf16",
            Self::Single(_) => "Single",
            Self::Several(_) => "Several",
        })
    }
}

impl Units {
    pub(super) fn new(charset: Charset) -> Self {
        let utf16 = |is_little| Self::Utf16(Utf16 { is_little, byte: None, high: None });
        match charset {
            Charset::Utf8 => Self::Utf8,
            Charset::Utf16Le => utf16(true),
            Charset::Utf16Be => utf16(false),
            Charset::Other(encoding) if encoding.is_single_byte() => {
                Self::Single(Box::new(upper_half(encoding)))
            }
            Charset::Other(encoding) => Self::Several(Several::new(encoding)),
        }
    }

    pub(super) fn push(&mut self, raw: &[u8], out: &mut Vec<u8>, told: &mut Told<'_>) {
        match self {
            Self::Utf8 => {
                out.extend_from_slice(raw);
                told_if_any(1, raw.len(), told);
            }
            Self::Utf16(utf16) => utf16.push(raw, out, told),
            Self::Single(table) => {
                let mut rest = raw;
                loop {
                    rest = ascii(rest, out, told);
                    let [byte, behind @ ..] = rest else { return };
                    let index = usize::from(byte & 0x7f);
                    let decoded = table.get(index).copied().unwrap_or(NO_CHARACTER);
                    told(1, append(decoded, out), 1);
                    rest = behind;
                }
            }
            Self::Several(several) => several.push(raw, out, told),
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>, told: &mut Told<'_>) {
        match self {
            Self::Utf8 | Self::Single(_) => {}
            Self::Utf16(utf16) => utf16.finish(out, told),
            Self::Several(several) => several.finish(out, told),
        }
    }
}

const NO_CHARACTER: char = char::REPLACEMENT_CHARACTER;

pub(super) struct Utf16 {
    is_little: bool,
    /// The first byte of a unit.
    byte: Option<u8>,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Utf16 {
    fn push(&mut self, raw: &[u8], out: &mut Vec<u8>, told: &mut Told<'_>) {
        let mut rest = raw;
        if let (Some(first), [second, behind @ ..]) = (self.byte, rest) {
            self.byte = None;
            self.unit([first, *second], out, told);
            rest = behind;
        }
        let (mut pairs, odd) = rest.as_chunks::<2>();
        while let Some(pair) = pairs.first() {
            let narrow = if self.high.is_some() { 0 } else { self.narrow(pairs, out) };
            if narrow > 0 {
                told(2, 1, narrow);
                pairs = pairs.get(narrow..).unwrap_or_default();
            } else {
                self.unit(*pair, out, told);
                pairs = pairs.get(1..).unwrap_or_default();
            }
        }
        if let [byte] = odd {
            self.byte = Some(*byte);
        }
    }

    /// Copies the ASCII that stands in front, and says how many characters it has.
    fn narrow(&self, pairs: &[[u8; 2]], out: &mut Vec<u8>) -> usize {
        let before = out.len();
        let units = pairs.iter().map(|pair| self.value(*pair));
        out.extend(units.map_while(|unit| u8::try_from(unit).ok().filter(u8::is_ascii)));
        out.len() - before
    }

    fn value(&self, pair: [u8; 2]) -> u16 {
        if self.is_little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    }

    fn unit(&mut self, pair: [u8; 2], out: &mut Vec<u8>, told: &mut Told<'_>) {
        let unit = self.value(pair);
        if let Some(high) = self.high.take() {
            if let Some(Ok(pair)) = char::decode_utf16([high, unit]).next() {
                told(4, append(pair, out), 1);
                return;
            }
            told(2, append(NO_CHARACTER, out), 1);
        }
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            let character = char::from_u32(u32::from(unit)).unwrap_or(NO_CHARACTER);
            told(2, append(character, out), 1);
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>, told: &mut Told<'_>) {
        if self.high.take().is_some() {
            told(2, append(NO_CHARACTER, out), 1);
        }
        if self.byte.take().is_some() {
            told(1, append(NO_CHARACTER, out), 1);
        }
    }
}

/// Encodings of which a character has several bytes, all of which write ASCII as ASCII.
pub(super) struct Several {
    encoding: &'static Encoding,
    decoder: Decoder,
    /// What the decoder has read of a character that is not complete: GB 18030 has the longest,
    /// of four bytes.
    held: [u8; 4],
    len: usize,
}

impl Several {
    fn new(encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { encoding, decoder, held: [0; 4], len: 0 }
    }

    fn push(&mut self, raw: &[u8], out: &mut Vec<u8>, told: &mut Told<'_>) {
        let mut rest = raw;
        loop {
            if self.len == 0 {
                rest = ascii(rest, out, told);
            }
            let [byte, behind @ ..] = rest else { return };
            self.byte(*byte, out, told);
            rest = behind;
        }
    }

    fn finish(&mut self, out: &mut Vec<u8>, told: &mut Told<'_>) {
        while self.len > 0 {
            self.decode(&[], true, out, told);
        }
    }

    /// Decodes byte after byte, so that each character is known by itself.
    fn byte(&mut self, byte: u8, out: &mut Vec<u8>, told: &mut Told<'_>) {
        if let Some(place) = self.held.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
        self.decode(&[byte], false, out, told);
    }

    fn decode(&mut self, raw: &[u8], last: bool, out: &mut Vec<u8>, told: &mut Told<'_>) {
        let mut text = [0; 16];
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(raw, &mut text, last);
        if let DecoderResult::Malformed(len, _) = result {
            // The first bytes are none, and what is behind them is read again: the decoder may
            // have read on, and would not say which byte its next character is from.
            told(len, append(NO_CHARACTER, out), 1);
            let rest = self.take();
            for byte in rest.into_iter().flatten().skip(usize::from(len)) {
                self.byte(byte, out, told);
            }
        } else if let (Some(text), Ok(text_len @ 1..)) =
            (text.get(..written), u8::try_from(written))
        {
            out.extend_from_slice(text);
            told(u8::try_from(self.len).unwrap_or(0), text_len, 1);
            self.len = 0;
        } else if last {
            self.take();
        }
    }

    /// Forgets what is held back, and says what it was.
    fn take(&mut self) -> [Option<u8>; 4] {
        let (held, len) = (self.held, self.len);
        *self = Self::new(self.encoding);
        std::array::from_fn(|index| held.get(index).copied().filter(|_| index < len))
    }
}

/// Copies the ASCII that stands in front, and returns what is behind it.
fn ascii<'a>(raw: &'a [u8], out: &mut Vec<u8>, told: &mut Told<'_>) -> &'a [u8] {
    let (front, rest) = raw.split_at(Encoding::ascii_valid_up_to(raw).min(raw.len()));
    out.extend_from_slice(front);
    told_if_any(1, front.len(), told);
    rest
}

fn told_if_any(raw_len: u8, count: usize, told: &mut Told<'_>) {
    if count > 0 {
        told(raw_len, 1, count);
    }
}

/// Appends a character, and says how many bytes it has.
fn append(character: char, out: &mut Vec<u8>) -> u8 {
    let mut bytes = [0; 4];
    let encoded = character.encode_utf8(&mut bytes);
    out.extend_from_slice(encoded.as_bytes());
    u8::try_from(encoded.len()).unwrap_or(0)
}

/// What the bytes from 0x80 on read as in an encoding of one byte a character.
fn upper_half(encoding: &'static Encoding) -> [char; 128] {
    std::array::from_fn(|index| {
        let byte = [u8::try_from(index).unwrap_or(0) | 0x80];
        let mut text = [0; 8];
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let written = decoder.decode_to_utf8(&byte, &mut text, true);
        let (CoderResult::InputEmpty, _, written, false) = written else { return NO_CHARACTER };
        let text = text.get(..written).and_then(|text| str::from_utf8(text).ok());
        text.and_then(|text| text.chars().next()).unwrap_or(NO_CHARACTER)
    })
}
