//! Where in a text does a picture stand, or another file that is no text? A `data:` URL (RFC
//! 2397) has one in Base64, of which no person reads a word: `data:image/png;base64,iVBORw0…`.
//!
//! ```text
//! <img src="data:image/jpeg;base64,/9j/4AAQSkZJRg…2Q==" alt="Ann">
//! └─ text ────────────────────────┘└─ data ──────────┘└─ text ──┘
//! ```
//!
//! What is taken for data passes unread, so it takes more than a claim:
//!
//! - The URL names a type that is no text. `text/…`, JSON, XML (SVG with it), HTML, scripts and
//!   forms are read like any text, and so is what names no type.
//! - Its first sixteen characters say what only such a file begins with (`magic` has the list): who types
//!   a card number behind `data:image/png;base64,` has typed a card number.
//! - It ends at the first byte that Base64 does not have: a blank, a line break, a quote, and behind
//!   `=` everything. What follows is text again, with no memory of what stood before.
//!
//! `/`, `+` and `=` may be written as JSON, URLs and HTML have them (`\/`, `%2F`, `&#x2F;`), at any
//! depth, and so may the signs of the URL's head. Where a blank is written `+`, a `+` is one.
//!
//! What stays possible: somebody who wants to can encode anything behind the first bytes of a
//! picture, as in an uploaded file. And what is typed right behind Base64 that has no `=` at its
//! end, without a blank between, is taken for more of it.

mod magic;
mod sign;

use super::located::Located;
use magic::{EVIDENCE, is_file};
use memchr::memmem::{self, Finder};
use sign::{Sign, base64_value, is_base64, sign};
use std::fmt;
use std::sync::OnceLock;

/// Parts a text in what is text and what is data, as it comes. For one text after another.
pub struct DataUrls {
    /// Whether `+` is a blank.
    plus_is_blank: bool,
    state: State,
    /// How much of [`WORD`] the text ends in.
    word: usize,
    /// The end of the text so far, in which the head of a URL may have begun.
    tail: Vec<u8>,
    /// What is not decided, and where each of its bytes stands.
    held: Vec<u8>,
    places: Vec<u64>,
}

/// A part of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// This is text; it stands at this offset.
    Text(u64, &'a [u8]),
    /// All is data up to this offset.
    Data(u64),
}

/// Nothing of the text.
impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(at, raw) => f.debug_tuple("Text").field(at).field(&raw.len()).finish(),
            Self::Data(to) => f.debug_tuple("Data").field(to).finish(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// Behind `base64`, where a comma may come, of which so many bytes came.
    Comma(usize),
    /// Behind the comma: is it what the URL claims?
    Claimed,
    Data,
    /// Behind an `=`, where there may be one more.
    Padded,
}

/// Nothing of the text.
impl fmt::Debug for DataUrls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataUrls").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Default for DataUrls {
    fn default() -> Self {
        Self {
            plus_is_blank: false,
            state: State::Text,
            word: 0,
            tail: Vec::new(),
            held: Vec::new(),
            places: Vec::new(),
        }
    }
}

impl DataUrls {
    /// A text begins.
    pub fn begin(&mut self, plus_is_blank: bool) {
        self.plus_is_blank = plus_is_blank;
        self.state = State::Text;
        self.word = 0;
        self.tail.clear();
        self.forget_held();
    }

    /// From where on it is not decided what was pushed.
    pub fn held(&self) -> Option<u64> {
        self.places.first().copied()
    }

    /// More of the text. Pieces come in order but need not touch.
    pub fn push(&mut self, at: u64, raw: &[u8], hear: &mut impl FnMut(Part<'_>)) {
        let mut rest = Located { at, raw };
        while let Some(&first) = rest.raw.first() {
            match self.state {
                State::Text => self.text(&mut rest, hear),
                State::Comma(read) => self.comma(first, read, &mut rest, hear),
                State::Claimed => self.claimed(first, &mut rest, hear),
                State::Data | State::Padded => self.data(first, &mut rest, hear),
            }
        }
    }

    /// The text is over: what is not decided is text.
    pub fn finish(&mut self, hear: &mut impl FnMut(Part<'_>)) {
        while !self.held.is_empty() {
            self.tell_held(hear);
        }
    }

    /// Text, up to the word with which the head of a URL may end.
    fn text(&mut self, rest: &mut Located<'_>, hear: &mut impl FnMut(Part<'_>)) {
        let length = self.word_end(rest.raw);
        if length.is_some() {
            self.state = State::Comma(0);
        }
        self.tell(rest.take(length.unwrap_or(rest.raw.len())), hear);
    }

    /// Behind the next [`WORD`]; none: all of it was looked at.
    fn word_end(&mut self, raw: &[u8]) -> Option<usize> {
        if self.word > 0 {
            let more = WORD.iter().skip(self.word).zip(raw).take_while(|(a, b)| a == b).count();
            let seen = std::mem::take(&mut self.word) + more;
            if seen == WORD.len() {
                return Some(more);
            }
            if more == raw.len() {
                self.word = seen;
                return None;
            }
        }
        if let Some(found) = word().find(raw) {
            return Some(found + WORD.len());
        }
        // No beginning of the word stands within it: the longest one counts.
        let most = raw.len().min(WORD.len() - 1);
        let ends_in = |&length: &usize| raw.ends_with(WORD.get(..length).unwrap_or_default());
        self.word = (1..=most).rev().find(ends_in).unwrap_or_default();
        None
    }

    fn comma(
        &mut self,
        first: u8,
        read: usize,
        rest: &mut Located<'_>,
        hear: &mut impl FnMut(Part<'_>),
    ) {
        let escape = PERCENT_COMMA.get(read);
        let is_escape = escape.is_some_and(|sign| sign.eq_ignore_ascii_case(&first));
        let is_comma = read == 0 && first == b',';
        if !is_comma && !is_escape {
            self.state = State::Text;
            return;
        }
        self.tell(rest.take(1), hear);
        self.state = match is_escape && read + 1 < PERCENT_COMMA.len() {
            true => State::Comma(read + 1),
            false if is_head(&self.tail) => State::Claimed,
            false => State::Text,
        };
    }

    /// Nothing of it is told before it has shown what it is.
    fn claimed(&mut self, first: u8, rest: &mut Located<'_>, hear: &mut impl FnMut(Part<'_>)) {
        self.hold(first, rest);
        let mut evidence = [0; EVIDENCE];
        let (mut at, mut count) = (0, 0);
        while let Some(value) = evidence.get_mut(count) {
            match sign(self.held.get(at..).unwrap_or_default(), false) {
                Sign::Cut => return,
                Sign::Byte(byte, length) if self.is_sign(byte, length) => {
                    let Some(six_bits) = base64_value(byte) else { break };
                    *value = six_bits;
                    (at, count) = (at + length, count + 1);
                }
                Sign::Byte(..) | Sign::None => break,
            }
        }
        if count == EVIDENCE && is_file(&evidence) {
            self.state = State::Data;
            self.forget_held();
            hear(Part::Data(rest.at));
        } else {
            self.tell_held(hear);
        }
    }

    fn data(&mut self, first: u8, rest: &mut Located<'_>, hear: &mut impl FnMut(Part<'_>)) {
        if self.held.is_empty() && self.state == State::Data {
            let is_more = |byte: u8| is_base64(byte) && !(self.plus_is_blank && byte == b'+');
            let run = rest.raw.iter().position(|&byte| !is_more(byte));
            let length = run.unwrap_or(rest.raw.len());
            if length > 0 {
                rest.take(length);
                return hear(Part::Data(rest.at));
            }
        }
        // A sign that is none of these: `=`, an escape, or the end.
        self.hold(first, rest);
        let next = match sign(&self.held, false) {
            Sign::Cut => return,
            Sign::Byte(b'=', _) if self.state == State::Data => Some(State::Padded),
            // There are never more than two.
            Sign::Byte(b'=', _) => Some(State::Text),
            Sign::Byte(byte, length) if self.state == State::Data => {
                (is_base64(byte) && self.is_sign(byte, length)).then_some(State::Data)
            }
            Sign::Byte(..) | Sign::None => None,
        };
        match next {
            Some(state) => {
                self.forget_held();
                self.state = state;
                hear(Part::Data(rest.at));
            }
            None => self.tell_held(hear),
        }
    }

    /// Whether a sign that takes so many bytes means itself: only three are ever escaped, and of
    /// those `+` may be a blank if it is not.
    fn is_sign(&self, byte: u8, length: usize) -> bool {
        match length {
            1 => !(self.plus_is_blank && byte == b'+'),
            _ => b"+/=".contains(&byte),
        }
    }

    fn hold(&mut self, byte: u8, rest: &mut Located<'_>) {
        self.held.push(byte);
        self.places.push(rest.at);
        rest.take(1);
    }

    fn forget_held(&mut self) {
        self.held.clear();
        self.places.clear();
    }

    /// What is held is text; in it another head may begin.
    fn tell_held(&mut self, hear: &mut impl FnMut(Part<'_>)) {
        self.state = State::Text;
        let (held, places) = (std::mem::take(&mut self.held), std::mem::take(&mut self.places));
        for (byte, &at) in held.chunks(1).zip(&places) {
            self.push(at, byte, hear);
        }
        if self.held.is_empty() {
            // The room is used again.
            (self.held, self.places) = (held, places);
            self.forget_held();
        }
    }

    fn tell(&mut self, text: Located<'_>, hear: &mut impl FnMut(Part<'_>)) {
        let Located { at, raw } = text;
        if raw.is_empty() {
            return;
        }
        let last = raw.get(raw.len().saturating_sub(HEAD)..).unwrap_or(raw);
        let gone = (self.tail.len() + last.len()).saturating_sub(HEAD);
        self.tail.drain(..gone.min(self.tail.len()));
        self.tail.extend_from_slice(last);
        hear(Part::Text(at, raw));
    }
}

/// What stands before the comma.
const WORD: &[u8] = b"base64";

/// What looks for it, made once.
fn word() -> &'static Finder<'static> {
    static FINDER: OnceLock<Finder<'static>> = OnceLock::new();
    FINDER.get_or_init(|| Finder::new(WORD))
}

/// The comma as a URL within a URL has it.
const PERCENT_COMMA: &[u8] = b"%2C";

/// The longest head of a `data:` URL that is looked at, in bytes as it is written: a type has at
/// most two names of 127 characters (RFC 6838 section 4.2), in practice much less.
const HEAD: usize = 128;

/// Whether this text ends in the head of a `data:` URL whose data is no text.
fn is_head(text: &[u8]) -> bool {
    let mut head = [0; HEAD];
    let (mut at, mut length) = (0, 0);
    while let (Some(&byte), Some(place)) = (text.get(at), head.get_mut(length)) {
        let (byte, taken) = match sign(text.get(at..).unwrap_or_default(), true) {
            Sign::Byte(byte, taken) => (byte, taken),
            Sign::Cut | Sign::None => (byte, 1),
        };
        *place = byte.to_ascii_lowercase();
        (at, length) = (at + taken, length + 1);
    }
    let head = head.get(..length).unwrap_or_default();
    let Some(scheme) = memmem::rfind(head, SCHEME) else { return false };
    let Some(claim) =
        head.get(scheme + SCHEME.len()..).and_then(|all| all.strip_suffix(b";base64,"))
    else {
        return false;
    };
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"/;=.+-_\"".contains(byte);
    let media_type = claim.split(|&byte| byte == b';').next().unwrap_or_default();
    claim.iter().all(is_sign) && may_be_a_file(media_type)
}

const SCHEME: &[u8] = b"data:";

/// Whether what has this type, in lower case, is a file that nobody reads as text.
fn may_be_a_file(media_type: &[u8]) -> bool {
    let Some(slash) = memchr::memchr(b'/', media_type) else { return false };
    let (kind, subtype) = media_type.split_at(slash);
    let is_text = |word: &&[u8]| memmem::find(subtype, word).is_some();
    KINDS.contains(&kind) && !TEXTS.iter().any(is_text)
}

/// Top-level types of files (RFC 6838 section 4.2.1 and after, IANA).
const KINDS: &[&[u8]] = &[b"image", b"audio", b"video", b"font", b"application", b"model"];

/// What stands in the subtypes of text that is none by its top-level type.
const TEXTS: &[&[u8]] =
    &[b"json", b"xml", b"html", b"script", b"text", b"csv", b"yaml", b"form", b"sql", b"rtf"];

#[cfg(test)]
mod tests;
