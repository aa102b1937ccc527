//! Where does text stand in a payload? Each format walks its bytes once, as they come, and
//! tells a [`Sink`] which of them are text, how that text is spelled and what it is called.
//!
//! ```text
//! payload ──> Json │ Form │ Multipart │ EventStream │ Plain ──> Sink: begin, more, more, end
//!             walks structure, changes nothing                  what is text, and where
//! ```
//!
//! No format copies or changes a byte: it gives offsets of the payload, and whoever listens
//! decides what is replaced. What lies outside the texts leaves as it came. The result never
//! depends on how the payload was cut. [`view`] turns a text's raw bytes into what a person
//! reads, with the way back.

pub mod charset;
pub mod content;
pub mod data_url;
pub mod event_stream;
pub mod form;
mod guess;
#[cfg(test)]
mod heard;
pub mod json;
mod located;
mod media_type;
pub mod multipart;
mod parameter;
pub mod path;
pub mod plain;
pub mod pluck;
pub mod reader;
pub mod recoded;
mod sniff;
pub mod url;
pub mod view;

use std::fmt;

/// Hears of each text of a payload, in the order of the payload.
///
/// Texts do not overlap. The pieces of one text come in order but need not touch: a text may
/// be spread over several lines with something else between them.
pub trait Sink {
    /// A text begins at this offset.
    fn begin(&mut self, at: u64, text: Text<'_>);
    /// More of the text, as it stands in the payload; `at` is the offset of its first byte.
    fn more(&mut self, at: u64, raw: &[u8]);
    /// The text ended before this offset.
    fn end(&mut self, at: u64);
    /// The payload ended before this offset, and the text with it: the quote that would have
    /// closed it is not there.
    fn break_off(&mut self, at: u64) {
        self.end(at);
    }
    /// A text that is here from beginning to end.
    fn whole(&mut self, at: u64, raw: &[u8], text: Text<'_>) {
        self.begin(at, text);
        if !raw.is_empty() {
            self.more(at, raw);
        }
        self.end(at + raw.len() as u64);
    }
}

/// What is known of a text when it begins.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// How its characters are written.
    pub spelling: Spelling,
    /// What it is to the format around it.
    pub role: Role,
    /// The key or field name that it stands under, decoded; empty where it has none. In an
    /// array: the name of the array. Of a key: the key of the object that it is in.
    pub name: &'a [u8],
    /// The first of the configured [`path::Paths`] that leads here.
    pub field: Option<u16>,
}

/// A name is content.
impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text")
            .field("spelling", &self.spelling)
            .field("role", &self.role)
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}

/// How the characters of a text are written in the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// As they are.
    Plain,
    /// Between the quotes of a JSON string: `\n`, `\u0040`, `\/`.
    JsonString,
    /// As a path or a fragment has them: `%40`.
    Percent,
    /// As a query or a form has them: `%40`, and `+` for a blank.
    Form,
    /// Between the quotes of a header parameter (`filename="…"`): `\"`, and `%22` as browsers
    /// write it.
    Quoted,
    /// Markup: `&amp;`, `&#64;`, tags.
    Markup,
}

/// What a text is to the format around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A value, or the text of a payload that is nothing but text.
    Value,
    /// A name: the key of a JSON object, the name of a form field.
    Name,
    /// A JSON number. What replaces it has to bring its own quotes.
    Number,
    /// `true` or `false` in JSON. Told only where [`Text::field`] is set, since nothing else
    /// is looked for in it.
    Word,
}

/// What a format does not walk through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Arrays and objects inside one another, parts inside parts.
    pub depth: usize,
}

/// 128 levels, as other JSON readers allow (serde_json: 128).
impl Default for Bounds {
    fn default() -> Self {
        Self { depth: 128 }
    }
}

/// Why a payload cannot be walked through. Offsets only: the content is what we hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// More levels than [`Bounds::depth`].
    TooDeep {
        /// The offset of the level that is one too many.
        at: u64,
    },
    /// A multipart body without a boundary, or whose part headers have no end.
    NoParts {
        /// Where that showed.
        at: u64,
    },
    /// Something that is no text where the policy lets only text pass.
    Binary {
        /// Where it begins.
        at: u64,
    },
    /// What claims to be a protobuf message and is none.
    NoMessage {
        /// Where it begins.
        at: u64,
    },
    /// Text in a transfer encoding or a character encoding that cannot be read in place.
    Encoding {
        /// Where it begins.
        at: u64,
    },
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooDeep { at } => write!(f, "nested too deep at byte {at}"),
            Self::NoParts { at } => write!(f, "no multipart body at byte {at}"),
            Self::Binary { at } => write!(f, "no text at byte {at}"),
            Self::NoMessage { at } => write!(f, "no protobuf message at byte {at}"),
            Self::Encoding { at } => write!(f, "text in an encoding that is not read at byte {at}"),
        }
    }
}

impl std::error::Error for Unreadable {}
