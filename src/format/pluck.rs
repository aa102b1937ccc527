//! Which value stands at one place of a payload? For a body that says which property it is
//! for: the reader of its format walks it, and this listens.

use super::path::{Path, Paths};
use super::{Role, Sink, Spelling, Text};
use std::fmt;
use std::sync::Arc;

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
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pluck {
    paths: Arc<Paths>,
    limit: usize,
    /// The value that is being heard of: its bytes as they are written.
    heard: Option<(Spelling, Vec<u8>)>,
    found: Plucked,
    /// Whether there was a value that is not text.
    unreadable: bool,
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
        Self { paths, limit, heard: None, found: Plucked::None, unreadable: false }
    }

    /// What the reader must know for this to hear of the value.
    pub fn paths(&self) -> Arc<Paths> {
        Arc::clone(&self.paths)
    }

    /// What stands there. A number is its spelling, and an array as many values as it has.
    pub fn value(&self) -> Plucked {
        match &self.found {
            // It cannot be said that the other one is the same.
            Plucked::One(_) if self.unreadable => Plucked::Several,
            found => found.clone(),
        }
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
    fn begin(&mut self, _: u64, text: Text<'_>) {
        if text.field.is_none() {
            return;
        }
        match (text.role, text.spelling) {
            // A key inside of the place: it is an object.
            (Role::Name, Spelling::JsonString) => self.found = Plucked::Several,
            (Role::Name, _) => {}
            (Role::Value | Role::Number | Role::Word, spelling) => {
                self.heard = Some((spelling, Vec::new()));
            }
        }
    }

    fn more(&mut self, _: u64, raw: &[u8]) {
        if let Some((_, heard)) = &mut self.heard {
            // One byte more than fits is enough to see that it does not.
            let most = self.limit.saturating_mul(LONGEST_SPELLING).saturating_add(1);
            let room = most.saturating_sub(heard.len());
            heard.extend_from_slice(raw.get(..room).unwrap_or(raw));
        }
    }

    fn end(&mut self, _: u64) {
        if let Some((spelling, raw)) = self.heard.take() {
            let fits = raw.len() <= self.limit.saturating_mul(LONGEST_SPELLING);
            self.add(fits.then(|| decoded(spelling, raw)).flatten());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Bounds, json::Json};

    #[test]
    fn the_value_is_decoded() {
        check("tenant", r#"{"tenant":"shop"}"#, "shop");
        check("tenant", r#"{"a":[{"Tenant":"sh\u006fp \ud83d\ude00"}]}"#, "shop 😀");
        check("contact.id", r#"{"contact":{"id":4711},"id":1}"#, "4711");
        check("id", r#"{"id":-1.50e3}"#, "-1.50e3");
        check("id", r#"{"id":true}"#, "true");
        check("id", r#"{"id":""}"#, "");
        check("[1]", r#"["a","b"]"#, "b");
        check("id", r#"{"id":"é"}"#, "é");
    }

    #[test]
    fn the_same_value_twice_is_one() {
        check("id", r#"{"id":"a","x":{"id":"\u0061"}}"#, "a");
        check("id", r#"{"id":["1",1]}"#, "1");
    }

    #[test]
    fn values_that_differ_are_several() {
        several("id", r#"{"id":"a","id":"b"}"#);
        several("id", r#"{"id":"a","x":{"id":"A"}}"#);
        several("id", r#"{"id":["a","b"]}"#);
        several("id", r#"{"id":{"x":"a"}}"#);
        several("id", r#"{"id":"a"}{"id":"b"}{"id":"a"}"#);
        // 17 bytes are no value, and still not the other one.
        several("id", r#"{"id":"a","x":{"id":"12345678901234567"}}"#);
    }

    #[test]
    fn what_is_not_there_or_not_text_is_none() {
        none("id", r#"{"idx":"a","x":"id"}"#);
        none("id", r#"{"id":null}"#);
        none("$.id", r#"{"x":{"id":"a"}}"#);
        none("id", r#"{"id":[]}"#);
        none("id", r#"{"id":"12345678901234567"}"#);
        none("id", &format!(r#"{{"id":"{}"}}"#, "x".repeat(10_000)));
        none("id", r#"{"id":"\ud83d"}"#);
        assert_eq!(plucked("id", b"{\"id\":\"\xff\"}", 100), Plucked::None);
    }

    #[test]
    fn the_limit_is_of_bytes_decoded() {
        check("id", r#"{"id":"1234567890123456"}"#, "1234567890123456");
        check("id", &format!(r#"{{"id":"{}"}}"#, r"\u0061".repeat(16)), &"a".repeat(16));
        none("id", &format!(r#"{{"id":"{}"}}"#, r"\u0061".repeat(17)));
        none("id", r#"{"id":"éééééééé."}"#);
    }

    #[test]
    fn other_spellings_are_decoded_as_they_are_spelled() {
        for (spelling, raw, expected) in [
            (Spelling::Form, "a+b%2Bc%c3%A9%", Some("a b+cé%")),
            (Spelling::Form, "%4", Some("%4")),
            (Spelling::Form, "%%34g%zz", Some("%4g%zz")),
            (Spelling::Form, "%ff", None),
            (Spelling::Percent, "a+b%20", Some("a+b ")),
            (Spelling::Plain, "a+%20\\n", Some("a+%20\\n")),
            (Spelling::Markup, "a", None),
        ] {
            let mut pluck = Pluck::new(Path::parse("a").unwrap(), 16);
            let name = Text { spelling, role: Role::Name, name: b"", field: Some(0) };
            pluck.begin(0, name);
            pluck.more(0, b"name");
            pluck.end(4);
            pluck.begin(5, Text { role: Role::Value, ..name });
            raw.bytes().zip(5..).for_each(|(byte, at)| pluck.more(at, &[byte]));
            pluck.end(5 + raw.len() as u64);
            let expected = expected.map_or(Plucked::None, |value| Plucked::One(value.to_owned()));
            assert!(pluck.value() == expected, "{spelling:?} {raw}");
        }
    }

    #[test]
    fn a_debug_print_tells_no_value() {
        let value = plucked("id", br#"{"id":"ann@example.org"}"#, 100);
        assert_eq!(format!("{value:?}"), "One(…)");
    }

    #[track_caller]
    fn check(path: &str, body: &str, expected: &str) {
        all_cuts(path, body, &Plucked::One(expected.to_owned()));
    }

    #[track_caller]
    fn several(path: &str, body: &str) {
        all_cuts(path, body, &Plucked::Several);
    }

    #[track_caller]
    fn none(path: &str, body: &str) {
        all_cuts(path, body, &Plucked::None);
    }

    #[track_caller]
    fn all_cuts(path: &str, body: &str, expected: &Plucked) {
        for cut in 0..=body.len() {
            let found = plucked(path, body.as_bytes(), cut);
            assert!(found == *expected, "{path} in {body}, cut at {cut}: {found:?}");
        }
    }

    fn plucked(path: &str, body: &[u8], cut: usize) -> Plucked {
        let mut pluck = Pluck::new(Path::parse(path).unwrap(), 16);
        let mut json = Json::new(Bounds::default(), pluck.paths());
        let (before, behind) = body.split_at(cut.min(body.len()));
        json.push(0, before, &mut pluck).unwrap();
        json.push(before.len() as u64, behind, &mut pluck).unwrap();
        json.finish(body.len() as u64, &mut pluck).unwrap();
        pluck.value()
    }
}
