//! What does the next bit of raw text read as? One unit at a time: an escape is undone, bytes
//! become a character, and that is folded.

use super::backslash::{Known, backslash};
use super::entity::entity;
use super::fold::{self, Folded};
use super::held::LONGEST;
use super::hex;
use super::layer::Layer;
use super::step::{Markup, Step};
use super::tag::{section_end, tag};
use crate::format::Spelling;

/// What the next bit of raw text reads as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// More bytes decide. Never said of [`LONGEST`] bytes or at the end of a text.
    Cut,
    /// The next byte reads as it stands.
    Same,
    /// So many raw bytes are this.
    Text(u8, Canonical),
    /// So many raw bytes are no text.
    Markup(u8, Markup),
}

impl Unit {
    fn text(length: usize, text: Canonical) -> Self {
        Self::Text(short(length), text)
    }

    /// The first `length` bytes of `text` are this byte of it.
    fn alone(byte: u8, length: usize, text: &[u8]) -> Self {
        if length == 1 && text.first() == Some(&byte) {
            Self::Same
        } else {
            Self::text(length, Canonical::byte(byte))
        }
    }
}

/// At most one character, as a person reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Canonical {
    bytes: [u8; 4],
    length: u8,
}

impl Canonical {
    /// Its bytes in UTF-8; or one byte that is no UTF-8.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    fn byte(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn folded(folded: Folded) -> Self {
        match folded {
            Folded::Nothing => Self { bytes: [0; 4], length: 0 },
            Folded::As(byte) => Self::byte(byte),
        }
    }

    fn character(character: char) -> Self {
        let mut bytes = [0; 4];
        let length = short(character.encode_utf8(&mut bytes).len());
        let [lead, second, ..] = bytes;
        let may_fold = fold::goes_on(lead, second);
        let folded = if may_fold { fold::fold(character.into()) } else { None };
        folded.map_or(Self { bytes, length }, Self::folded)
    }
}

/// What `text`, which is not empty, begins with; `in_section`: inside of a CDATA section. At the
/// `last` of a text nothing is waited for.
///
/// At most [`LONGEST`] bytes decide. Whatever it says of a text it says of each longer one.
#[inline]
pub(super) fn read(layer: Layer, in_section: bool, text: &[u8], last: bool) -> Unit {
    let text = text.get(..LONGEST).unwrap_or(text);
    let last = last || text.len() == LONGEST;
    match step(layer, in_section, text, last) {
        Step::Cut => Unit::Cut,
        Step::Markup(markup, length) => Unit::Markup(short(length), markup),
        Step::Char(character, length) => Unit::text(length, Canonical::character(character)),
        Step::Byte(lead, length) if fold::begins(lead) => spelled(layer, text, last, lead, length),
        Step::Byte(byte, length) => Unit::alone(byte, length, text),
    }
}

/// A character of which `lead` is the first byte, if it is one that is folded. If not, `lead`
/// stands for itself: what follows it is then read on its own, and comes to the same.
fn spelled(layer: Layer, text: &[u8], last: bool, lead: u8, length: usize) -> Unit {
    let alone = Unit::alone(lead, length, text);
    let (more, mut code) = match lead {
        0..=0xdf => (1, u32::from(lead & 0x1f)),
        0xe0..=0xef => (2, u32::from(lead & 0x0f)),
        _ => (3, u32::from(lead & 0x07)),
    };
    let mut at = length;
    for count in 0..more {
        match byte(layer, text.get(at..).unwrap_or_default(), last) {
            Step::Cut if last => return alone,
            Step::Cut => return Unit::Cut,
            Step::Byte(byte, length) if byte & 0xc0 == 0x80 => {
                if count == 0 && !fold::goes_on(lead, byte) {
                    return alone;
                }
                code = code << 6 | u32::from(byte & 0x3f);
                at += length;
            }
            _ => return alone,
        }
    }
    fold::fold(code).map_or(alone, |folded| Unit::text(at, Canonical::folded(folded)))
}

/// A length of at most [`LONGEST`]. A whole [`Unit`] is then eight bytes and stays in a register.
fn short(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

/// What `text` begins with, whatever it is.
fn step(layer: Layer, in_section: bool, text: &[u8], last: bool) -> Step {
    match (layer, text.first()) {
        (Layer::Base(Spelling::JsonString), Some(b'\\')) => backslash(text, Known::All, last),
        (Layer::Base(Spelling::Form), Some(b'+')) => Step::Byte(b' ', 1),
        (Layer::Base(Spelling::Quoted), Some(b'\\')) => match text.get(1) {
            Some(&sign @ (b'"' | b'\\')) => Step::Byte(sign, 2),
            Some(_) => Step::Byte(b'\\', 1),
            None => Step::cut(last, b'\\'),
        },
        (Layer::Base(Spelling::Quoted), Some(b'%')) => match percent(text, last) {
            sign @ (Step::Byte(b'"' | b'\r' | b'\n', _) | Step::Cut) => sign,
            _ => Step::Byte(b'%', 1),
        },
        (Layer::Deep, Some(b'\\')) => backslash(text, Known::Common, last),
        (Layer::Deep, Some(b'&')) => entity(text, last),
        (Layer::Deep, Some(b'<')) => tag(text, last),
        (Layer::Deep, Some(b']')) if in_section => section_end(text, last),
        _ => byte(layer, text, last),
    }
}

/// The byte that `text` begins with: as it stands or percent-encoded. Only such bytes make up a
/// character together.
fn byte(layer: Layer, text: &[u8], last: bool) -> Step {
    let percent_encoded =
        matches!(layer, Layer::Deep | Layer::Base(Spelling::Percent) | Layer::Base(Spelling::Form));
    match text.first() {
        Some(b'%') if percent_encoded => percent(text, last),
        Some(&byte) => Step::Byte(byte, 1),
        None => Step::Cut,
    }
}

/// `%40` (RFC 3986 §2.1); what is none is text.
#[inline]
fn percent(text: &[u8], last: bool) -> Step {
    let mut value = 0;
    for at in 1..=2 {
        let Some(&byte) = text.get(at) else { return Step::cut(last, b'%') };
        let Some(digit) = hex::digit(byte) else { return Step::Byte(b'%', 1) };
        value = value << 4 | digit;
    }
    Step::Byte(value, 3)
}
