//! What the targets share: dice at the end of the input, sets of rules, and a redactor that is
//! fed in pieces.
//!
//! A target's input is a payload followed by [`DICE`] bytes that say what it is taken for. So any
//! file is a seed: what it is stays readable in front, and its last bytes choose.

pub mod rules;
pub mod value;

use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use cloakroom::redact::hand::{Hand, HashKey};
use cloakroom::redact::{Blocked, HeadPart, Options, Redactor, Rules};
use std::sync::Arc;

/// How many bytes at the end of an input choose.
pub const DICE: usize = 8;

/// A payload, and what was drawn for it.
#[derive(Debug)]
pub struct Thrown<'a> {
    /// The bytes.
    pub payload: &'a [u8],
    /// What was drawn.
    pub dice: [u8; DICE],
}

impl<'a> Thrown<'a> {
    /// `None` for an input that is too short.
    pub fn of(input: &'a [u8]) -> Option<Self> {
        let (payload, dice) = input.split_last_chunk()?;
        Some(Self { payload, dice: *dice })
    }

    /// The payload in pieces, whose lengths are drawn from these two dice: one cut, or all pieces
    /// alike.
    pub fn pieces(&self, first: usize, second: usize) -> Vec<&'a [u8]> {
        let place = usize::from(self.dice[first]) << 8 | usize::from(self.dice[second]);
        match place % 4 {
            0 => self.payload.chunks(1).collect(),
            1 => self.payload.chunks(1 + place / 4 % 61).collect(),
            _ => {
                let cut = place / 4 % (self.payload.len() + 1);
                let (left, right) = self.payload.split_at(cut);
                vec![left, right]
            }
        }
    }
}

/// How a payload comes in.
#[derive(Clone, Copy, Debug)]
pub enum Door {
    /// With this `Content-Type`.
    Typed(Option<&'static str>),
    /// With its content and its charset known.
    Known(Known, Charset),
    /// As a part of a head.
    Head(HeadPart),
}

/// A content without its boundary.
#[derive(Clone, Copy, Debug)]
pub enum Known {
    /// See [`Content`].
    Json,
    /// See [`Content`].
    Form,
    /// See [`Content`]; the boundary is `b`.
    Multipart,
    /// See [`Content`].
    Text,
    /// See [`Content`].
    Markup,
    /// See [`Content`].
    EventStream,
}

impl Known {
    /// The content.
    pub fn content(self) -> Content {
        match self {
            Self::Json => Content::Json,
            Self::Form => Content::Form,
            Self::Multipart => Content::Multipart { boundary: b"b".to_vec() },
            Self::Text => Content::Text,
            Self::Markup => Content::Markup,
            Self::EventStream => Content::EventStream,
        }
    }
}

impl Door {
    /// The door of this number.
    pub fn of(die: u8) -> Self {
        use Charset::{Other, Utf8, Utf16Be, Utf16Le};
        use Known::{EventStream, Form, Json, Markup, Multipart, Text};
        let doors = [
            Self::Known(Text, Utf8),
            Self::Known(Json, Utf8),
            Self::Known(Form, Utf8),
            Self::Known(Markup, Utf8),
            Self::Known(EventStream, Utf8),
            Self::Known(Multipart, Utf8),
            Self::Known(Text, Utf16Le),
            Self::Known(Json, Utf16Be),
            Self::Known(Markup, Other(encoding_rs::WINDOWS_1252)),
            Self::Known(Text, Other(encoding_rs::SHIFT_JIS)),
            Self::Known(Json, Other(encoding_rs::GB18030)),
            Self::Known(Form, Other(encoding_rs::KOI8_U)),
            Self::Head(HeadPart::Url),
            Self::Head(HeadPart::Cookies),
            Self::Head(HeadPart::Text),
            Self::Typed(None),
            Self::Typed(Some("text/plain")),
            Self::Typed(Some("application/json")),
            Self::Typed(Some("application/x-www-form-urlencoded")),
            Self::Typed(Some("multipart/form-data; boundary=\"b\"")),
            Self::Typed(Some("text/event-stream; charset=utf-8")),
            Self::Typed(Some("text/html; charset=iso-8859-1")),
        ];
        doors[usize::from(die) % doors.len()]
    }

    /// A redactor that stands behind it.
    pub fn redactor(self, rules: &Arc<Rules>, options: Options) -> Redactor {
        let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
        match self {
            Self::Typed(content_type) => Redactor::new(rules, hand, content_type, options),
            Self::Known(known, charset) => {
                Redactor::of(rules, hand, &known.content(), charset, options)
            }
            Self::Head(part) => Redactor::of_head(rules, hand, part, options),
        }
    }

    /// What comes out behind it.
    pub fn redact(self, rules: &Arc<Rules>, pieces: &[&[u8]]) -> Result<Vec<u8>, Blocked> {
        // How much is held at a cut is a matter of the cut: with a limit, so would a refusal be.
        let options = Options { held: usize::MAX, ..Options::default() };
        let mut redactor = self.redactor(rules, options);
        let mut out = Vec::new();
        for piece in pieces {
            redactor.push(piece, &mut out)?;
        }
        redactor.finish(&mut out)?;
        Ok(out)
    }
}

/// Bytes as a failure shows them.
pub fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}
