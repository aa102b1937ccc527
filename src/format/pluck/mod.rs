//! Which value stands at one place of a payload? For a body that says which property it is
//! for: the reader of its format walks it, and this listens.
//!
//! The place may lie in JSON that stands in a string: what the string says is then walked by a
//! reader of its own, while it comes, to which another [`Pluck`] listens.

#[cfg(test)]
mod tests;
mod unescaped;

use super::json::Json;
use super::path::{Path, Paths};
use super::{Bounds, Role, Sink, Spelling, Text, Unreadable};
use std::fmt;
use std::sync::Arc;
use unescaped::Unescaped;

/// Listens for the value at one path. The reader must be built with [`Pluck::paths`].
///
/// ```
/// use cloakroom::format::{Bounds, json::Json, path::Path, pluck::{Pluck, Plucked}};
///
/// let body = br#"{"website_token": "Xk3m\u0050q7", "message": {"content": "Hello"}}"#;
/// let mut pluck = Pluck::new(Path::parse("website_token")?, 64);
/// let mut json = Json::new(Bounds::default(), pluck.paths());
/// json.push(0, body, &mut pluck)?;
/// json.finish(body.len() as u64, &mut pluck)?;
/// assert_eq!(pluck.value(), Plucked::One("Xk3mPq7".to_owned()));
///
/// let body = br#"{"identifier": "{\"channel\":\"RoomChannel\"}"}"#;
/// let (path, inside) = (Path::parse("identifier")?, Path::parse("channel")?);
/// let mut pluck = Pluck::inside(path, inside, Bounds::default(), 64);
/// let mut json = Json::new(Bounds::default(), pluck.paths());
/// json.push(0, body, &mut pluck)?;
/// json.finish(body.len() as u64, &mut pluck)?;
/// assert_eq!(pluck.value(), Plucked::One("RoomChannel".to_owned()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pluck {
    paths: Arc<Paths>,
    limit: usize,
    /// Where the values at the path are JSON in strings: who walks them.
    inside: Option<Box<Inside>>,
    /// The value that is being heard of: its bytes as they are written.
    heard: Option<(Spelling, Vec<u8>)>,
    found: Plucked,
    /// Whether there was a value that is not text.
    unreadable: bool,
    failed: Option<Unreadable>,
}

/// What walks the JSON in the strings at a place.
struct Inside {
    unescaped: Unescaped,
    json: Json,
    pluck: Pluck,
    /// Where the string began that is being heard of.
    open: Option<u64>,
    /// How much was read of what it says.
    read: u64,
}

/// What stands at a place.
#[derive(Clone, PartialEq, Eq)]
pub enum Plucked {
    /// Nothing that could be a value.
    None,
    /// One value, decoded; perhaps several times.
    One(String),
    /// Values that differ, or an object. Whoever sent it has to decide.
    Several,
}

impl Pluck {
    /// Listens for what stands at `path`. What is longer than `limit` bytes, or not UTF-8, is
    /// no value.
    pub fn new(path: Path, limit: usize) -> Self {
        let paths = Arc::new(Paths::new(vec![path]));
        Self {
            paths,
            limit,
            inside: None,
            heard: None,
            found: Plucked::None,
            unreadable: false,
            failed: None,
        }
    }

    /// Listens for what stands at `inside` in the JSON that the strings at `path` hold, however
    /// long these are. What is no string there holds nothing. `bounds` are those of each such
    /// string, and `limit` is that of the value.
    pub fn inside(path: Path, inside: Path, bounds: Bounds, limit: usize) -> Self {
        let pluck = Self::new(inside, limit);
        let json = Json::new(bounds, pluck.paths());
        let inside = Inside { json, pluck, unescaped: Unescaped::default(), open: None, read: 0 };
        Self { inside: Some(Box::new(inside)), ..Self::new(path, limit) }
    }

    /// What the reader must know for this to hear of the value.
    pub fn paths(&self) -> Arc<Paths> {
        Arc::clone(&self.paths)
    }

    /// What stands there. A number is its spelling, and an array as many values as it has.
    pub fn value(&self) -> Plucked {
        match (&self.found, &self.inside) {
            // It cannot be said that the other one is the same.
            (Plucked::One(_), _) if self.unreadable => Plucked::Several,
            (Plucked::None, Some(inside)) => inside.pluck.value(),
            (found, _) => found.clone(),
        }
    }

    /// Whether JSON in a string could not be walked, so that what stands there is not known;
    /// the offset is that of the string.
    pub fn failed(&self) -> Option<Unreadable> {
        self.failed
    }

    /// What walks the string that is being heard of.
    fn open(&mut self) -> Option<&mut Inside> {
        self.inside.as_deref_mut().filter(|inside| inside.open.is_some())
    }

    fn add(&mut self, value: Option<String>) {
        let Some(value) = value.filter(|value| value.len() <= self.limit) else {
            self.unreadable = true;
            return;
        };
        self.found = match &self.found {
            Plucked::None => Plucked::One(value),
            Plucked::One(other) if *other == value => return,
            Plucked::One(_) | Plucked::Several => Plucked::Several,
        };
    }
}

impl Sink for Pluck {
    fn begin(&mut self, at: u64, text: Text<'_>) {
        if text.field.is_none() {
            return;
        }
        match (text.role, text.spelling) {
            // A key inside of the place: it is an object.
            (Role::Name, Spelling::JsonString) => self.found = Plucked::Several,
            (Role::Name, _) => {}
            (role, spelling) if let Some(inside) = &mut self.inside => {
                if role == Role::Value && spelling == Spelling::JsonString {
                    (inside.open, inside.read) = (Some(at), 0);
                }
            }
            (Role::Value | Role::Number | Role::Word, spelling) => {
                self.heard = Some((spelling, Vec::new()));
            }
        }
    }

    fn more(&mut self, _: u64, raw: &[u8]) {
        if let Some(inside) = self.open() {
            let failed = inside.push(raw);
            self.failed = self.failed.or(failed);
        }
        if let Some((_, heard)) = &mut self.heard {
            // One byte more than fits is enough to see that it does not.
            let most = self.limit.saturating_mul(LONGEST_SPELLING).saturating_add(1);
            let room = most.saturating_sub(heard.len());
            heard.extend_from_slice(raw.get(..room).unwrap_or(raw));
        }
    }

    fn end(&mut self, _: u64) {
        if let Some(inside) = self.open() {
            let failed = inside.finish();
            self.failed = self.failed.or(failed);
        }
        if let Some((spelling, raw)) = self.heard.take() {
            let fits = raw.len() <= self.limit.saturating_mul(LONGEST_SPELLING);
            self.add(fits.then(|| decoded(spelling, raw)).flatten());
        }
    }
}

impl Inside {
    /// More of the string.
    fn push(&mut self, raw: &[u8]) -> Option<Unreadable> {
        let text = self.unescaped.push(raw);
        let failed = self.json.push(self.read, text, &mut self.pluck).err();
        self.read += text.len() as u64;
        failed.map(|why| self.placed(why))
    }

    /// The string is over, and another one may follow.
    fn finish(&mut self) -> Option<Unreadable> {
        let text = self.unescaped.finish();
        let read = self.read + text.len() as u64;
        let pushed = self.json.push(self.read, text, &mut self.pluck);
        let failed = pushed.and_then(|()| self.json.finish(read, &mut self.pluck)).err();
        let failed = failed.map(|why| self.placed(why));
        self.open = None;
        failed
    }

    /// Of what the string says an offset would tell nobody anything.
    fn placed(&self, why: Unreadable) -> Unreadable {
        let at = self.open.unwrap_or_default();
        match why {
            Unreadable::TooDeep { .. } => Unreadable::TooDeep { at },
            Unreadable::NoParts { .. } => Unreadable::NoParts { at },
            Unreadable::Binary { .. } => Unreadable::Binary { at },
            Unreadable::Encoding { .. } => Unreadable::Encoding { at },
            Unreadable::NoMessage { .. } => Unreadable::NoMessage { at },
        }
    }
}

/// Bytes that one byte takes at most: `\u0061` in JSON; a form takes three.
const LONGEST_SPELLING: usize = 6;

/// What a value says; none if it is not text, or spelled as no property source has it.
fn decoded(spelling: Spelling, raw: Vec<u8>) -> Option<String> {
    match spelling {
        Spelling::Plain => String::from_utf8(raw).ok(),
        Spelling::JsonString => serde_json::from_slice(&[b"\"", &*raw, b"\""].concat()).ok(),
        Spelling::Percent => String::from_utf8(percent_decoded(&raw)).ok(),
        Spelling::Form => {
            let blanks = raw.iter().map(|&byte| if byte == b'+' { b' ' } else { byte });
            String::from_utf8(percent_decoded(&blanks.collect::<Vec<u8>>())).ok()
        }
        Spelling::Quoted | Spelling::Markup => None,
    }
}

/// A `%` without two hexadecimal digits behind it stays (WHATWG URL, percent-decode).
fn percent_decoded(raw: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let [byte, behind @ ..] = rest {
        let escaped = match behind {
            [high, low, ..] if *byte == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        decoded.push(escaped.map_or(*byte, |(high, low)| high << 4 | low));
        rest = behind.get(if escaped.is_some() { 2 } else { 0 }..).unwrap_or_default();
    }
    decoded
}

fn digit(sign: u8) -> Option<u8> {
    char::from(sign).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The value is content.
impl fmt::Debug for Plucked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::One(_) => "One(…)",
            Self::Several => "Several",
        })
    }
}

impl fmt::Debug for Pluck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pluck").field("found", &self.found).finish_non_exhaustive()
    }
}
