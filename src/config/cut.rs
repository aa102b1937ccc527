//! Cuts a long file into excerpts that can be read one after the other.
//!
//! A parsed document takes many times the memory of its text. A file of 100,000 properties
//! is therefore read some hundred at a time, and everything else beside them:
//!
//! ```text
//! [[listener]] …   ┐
//! [limits] …       ├─ excerpt 0: all that is not a property
//! [log] …          ┘
//! [[property]] …   ┐
//! [[property]] …   ├─ excerpts 1…: properties, each with its own tables
//! [property.x] …   ┘
//! ```
//!
//! Where the text is short, or written in a way that this file does not see through, there
//! is one excerpt: all of it. The meaning is the same either way.

use std::borrow::Cow;
use std::ops::Range;

/// A part of a text that is a document of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Byte ranges of the text, in order; together they are the excerpt.
    ranges: Vec<Range<usize>>,
    /// How many properties stand before it.
    pub(super) properties_before: usize,
}

impl Excerpt {
    /// The whole text.
    pub(super) fn whole(text: &str) -> Self {
        let all = 0..text.len();
        Self { ranges: vec![all], properties_before: 0 }
    }

    /// The words of it.
    pub(super) fn of<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let piece = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        match self.ranges.as_slice() {
            [only] => Cow::Borrowed(piece(only)),
            many => Cow::Owned(many.iter().map(piece).collect()),
        }
    }

    /// Where a byte of it stands in the text.
    pub(super) fn origin(&self, mut at: usize) -> usize {
        for range in &self.ranges {
            if at < range.len() {
                return range.start + at;
            }
            at -= range.len();
        }
        self.ranges.last().map_or(0, |range| range.end)
    }
}

/// Excerpts of at least this many bytes: long enough that reading each costs little beside
/// its bytes, and parsed still well under a megabyte.
pub(super) const EXCERPT_BYTES: usize = 64 << 10;

/// Cuts a text into excerpts; properties are gathered until there are `least` bytes of them.
/// The first excerpt holds all that is not a property.
pub(super) fn cut(text: &str, least: usize) -> Vec<Excerpt> {
    let whole = || vec![Excerpt::whole(text)];
    if text.len() <= least {
        return whole();
    }
    Cutter::new(text.as_bytes(), least).run().unwrap_or_else(whole)
}

struct Cutter<'t> {
    bytes: &'t [u8],
    least: usize,
    rest: Vec<Range<usize>>,
    batches: Vec<Excerpt>,
    /// Where the present piece began, and whether it is of properties.
    start: usize,
    in_properties: bool,
    properties: usize,
    batch_began_with: usize,
}

/// What a line at the outer level is.
enum Line {
    /// `[[property]]`
    Property,
    /// A table of the property above: `[property.x]`
    OfProperty,
    /// Any other header.
    Header,
    /// A key, a comment or nothing.
    Other,
}

impl<'t> Cutter<'t> {
    fn new(bytes: &'t [u8], least: usize) -> Self {
        Self {
            bytes,
            least,
            rest: Vec::new(),
            batches: Vec::new(),
            start: 0,
            in_properties: false,
            properties: 0,
            batch_began_with: 0,
        }
    }

    /// All excerpts; `None` where the text is not seen through.
    fn run(mut self) -> Option<Vec<Excerpt>> {
        let mut at = 0;
        let mut headers = 0;
        while at < self.bytes.len() {
            match line(self.bytes.get(at..)?, headers == 0)? {
                Line::Property => {
                    if !self.in_properties || at - self.start >= self.least {
                        self.end_piece(at);
                        self.in_properties = true;
                    }
                    self.properties += 1;
                    headers += 1;
                }
                Line::OfProperty if self.in_properties => {}
                // A table that reaches back over another one: legal, and nobody's habit.
                Line::OfProperty => return None,
                Line::Header => {
                    if self.in_properties {
                        self.end_piece(at);
                        self.in_properties = false;
                    }
                    headers += 1;
                }
                Line::Other => {}
            }
            at = line_end(self.bytes, at)?;
        }
        self.end_piece(at);
        let mut excerpts = vec![Excerpt { ranges: self.rest, properties_before: 0 }];
        excerpts.append(&mut self.batches);
        Some(excerpts)
    }

    fn end_piece(&mut self, at: usize) {
        let range = std::mem::replace(&mut self.start, at)..at;
        if self.in_properties {
            let properties_before = std::mem::replace(&mut self.batch_began_with, self.properties);
            self.batches.push(Excerpt { ranges: vec![range], properties_before });
        } else {
            self.rest.push(range);
        }
    }
}

/// What the line at the start of `bytes` is; `None` for one that could name a property in a
/// way that is not seen through. `root` is whether no header stands before it.
fn line(bytes: &[u8], root: bool) -> Option<Line> {
    let blank = |b: &&u8| matches!(b, b' ' | b'\t');
    let skip = |bytes: &'_ [u8]| bytes.iter().take_while(blank).count();
    let line = bytes.get(skip(bytes)..)?;
    let (inner, array) = match line {
        [b'[', b'[', inner @ ..] => (inner, true),
        [b'[', inner @ ..] => (inner, false),
        // `property = [{ … }]` before all headers, or a quoted key that may spell it.
        [b'"' | b'\'', ..] if root => return None,
        _ if root && names_property(line) => return None,
        _ => return Some(Line::Other),
    };
    let inner = inner.get(skip(inner)..)?;
    match inner {
        [b'"' | b'\'', ..] => None,
        _ if !names_property(inner) => Some(Line::Header),
        [b'p', b'r', b'o', b'p', b'e', b'r', b't', b'y', b']', b']', ..] if array => {
            Some(Line::Property)
        }
        [b'p', b'r', b'o', b'p', b'e', b'r', b't', b'y', b'.', ..] => Some(Line::OfProperty),
        _ => None,
    }
}

/// Whether a bare key `property` begins here.
fn names_property(bytes: &[u8]) -> bool {
    let bare = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    bytes.strip_prefix(b"property").is_some_and(|rest| !rest.first().is_some_and(bare))
}

/// Where the line that begins at `at` ends, strings and brackets over several lines included;
/// `None` where one is never closed.
fn line_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        at = match byte {
            b'\n' if depth == 0 => return Some(at + 1),
            b'"' | b'\'' => string_end(bytes, at)?,
            b'#' => at + memchr::memchr(b'\n', bytes.get(at..)?).unwrap_or(bytes.len() - at),
            b'[' | b'{' => {
                depth += 1;
                at + 1
            }
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                at + 1
            }
            _ => at + 1,
        };
    }
    (depth == 0).then_some(at)
}

/// Where the string that begins at `at` ends; `None` where it does not.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = *bytes.get(at)?;
    let escapes = quote == b'"';
    let triple = bytes.get(at..at + 3) == Some(&[quote; 3]);
    let mut here = at + if triple { 3 } else { 1 };
    loop {
        match *bytes.get(here)? {
            b'\\' if escapes => here += 2,
            b'\n' if !triple => return None,
            byte if byte == quote && !triple => return Some(here + 1),
            byte if byte == quote && bytes.get(here..here + 3) == Some(&[quote; 3]) => {
                // Up to two more quotes belong to the string: `"""he said "yes""""`.
                let more = bytes.get(here + 3..).into_iter().flatten();
                return Some(here + 3 + more.take(2).take_while(|b| **b == quote).count());
            }
            _ => here += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_apart_from_the_rest() {
        check(
            "a = 1\n[x]\n[[property]]\nid = 1\n[property.t]\n[[property]]\n[y]\n[[property]]\n",
            &[
                "a = 1\n[x]\n[y]\n",
                "[[property]]\nid = 1\n[property.t]\n",
                "[[property]]\n",
                "[[property]]\n",
            ],
        );
    }

    #[test]
    fn what_only_looks_like_a_property_is_none() {
        for text in [
            "a = \"\"\"\n[[property]]\n\"\"\"\"\"\nb = 1\n",
            "a = '''\n[[property]]\n'''\n",
            "a = [\n[[1]], # [[property]] \"\n]\n",
            "# \"\"\"\nb = '\\'\n[properties]\n",
            "b = \"\\\"\"\n[[property-x]]\n",
        ] {
            check(text, &[text]);
        }
    }

    #[test]
    fn what_is_not_seen_through_stays_whole() {
        for text in [
            "property = [{ id = 1 }]\n",
            "\"property\" = []\n",
            "[[property]]\n[log]\n[property.t]\n",
            "[[\"property\"]]\n",
            "[[ property ]]\n",
            "[property]\n",
            "a = [\n[[property]]\n",
            "a = ]\n[[property]]\n",
            "a = \"\n[[property]]\n",
            "a = \"\"\"\n[[property]]\n",
        ] {
            assert_eq!(cut(text, 0), [Excerpt::whole(text)], "{text}");
        }
    }

    #[test]
    fn short_texts_and_batches_stay_together() {
        let text = "[[property]]\n".repeat(4);
        assert_eq!(cut(&text, 1000), [Excerpt::whole(&text)]);
        let batches = cut(&text, 20);
        let before: Vec<usize> = batches.iter().map(|batch| batch.properties_before).collect();
        assert_eq!(before, [0, 0, 2]);
    }

    #[test]
    fn every_byte_remembers_its_place() {
        let text = "[a]\n[[property]]\n[b]\n";
        let rest = &cut(text, 0)[0];
        assert_eq!(rest.of(text), "[a]\n[b]\n");
        assert_eq!([0, 3, 4, 7, 8].map(|at| rest.origin(at)), [0, 3, 17, 20, 21]);
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let excerpts = cut(text, 0);
        let texts: Vec<_> = excerpts.iter().map(|excerpt| excerpt.of(text)).collect();
        assert_eq!(texts, expected, "{text}");
    }
}
