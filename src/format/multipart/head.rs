//! What does the head of a part say, and which texts stand in it (RFC 7578 section 4.2)?
//!
//! ```text
//! Content-Disposition: form-data; name="note[text]"; filename="ann lee.txt"
//!                                       └─ name ─┘             └─ value ─┘
//! Content-Type: text/plain
//! ```

use crate::format::charset::Charset;
use crate::format::content::Content;
use crate::format::form::{LONGEST_NAME, decode};
use crate::format::media_type::MediaType;
use crate::format::parameter::{Parameter, is_blank, parameters, unquoted};
use crate::format::{Role, Sink, Spelling, Text};
use std::ops::Range;

/// What the head of a part says.
#[derive(Default)]
pub(super) struct Head {
    /// The names of the field, decoded, or as much of them as is kept: one, unless somebody
    /// wants two readers to see two.
    pub(super) names: Vec<Vec<u8>>,
    /// What the body claims to be; `None` where that is not said, or not in one voice.
    pub(super) content: Option<Content>,
    /// Whether its text is written in a way that cannot be read where it stands.
    pub(super) is_encoded: bool,
    types: usize,
}

impl Head {
    /// Reads the lines of a head, whose first byte stands at `at`, and tells their texts.
    pub(super) fn read<S: Sink + ?Sized>(block: &[u8], at: u64, sink: &mut S) -> Self {
        let mut head = Self::default();
        let mut from = 0;
        while let Some(rest) = block.get(from..).filter(|rest| !rest.is_empty()) {
            let line = rest.get(..field_end(rest)).unwrap_or(rest);
            head.line(line, at + from as u64, sink);
            from += line.len();
        }
        head
    }

    fn line<S: Sink + ?Sized>(&mut self, line: &[u8], at: u64, sink: &mut S) {
        let colon = line.iter().position(|byte| *byte == b':');
        let name = trimmed(line, 0..colon.unwrap_or(0));
        let value = trimmed(line, colon.map_or(0, |colon| colon + 1)..line.len());
        let name = line.get(name).unwrap_or_default();
        let field = line.get(value.clone()).unwrap_or_default();
        let at = at + value.start as u64;
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        if is("content-disposition") {
            self.disposition(field, at, sink);
        } else if is("content-type") {
            self.content_type(field, at, sink);
        } else if is("content-transfer-encoding") {
            let identity = [&b"7bit"[..], b"8bit", b"binary"];
            self.is_encoded |= !identity.iter().any(|word| field.eq_ignore_ascii_case(word));
        } else if is("content-length") || is("content-id") || field.is_empty() {
            // An id is what other parts call this one by, and looks like an e-mail address.
        } else {
            let (spelling, role) = (Spelling::Plain, Role::Value);
            sink.begin(at, Text { spelling, role, name, field: None });
            sink.more(at, field);
            sink.end(at + field.len() as u64);
        }
    }

    fn disposition<S: Sink + ?Sized>(&mut self, field: &[u8], at: u64, sink: &mut S) {
        let mut told = Values { field, at, sink, of_part: true, open: None };
        for parameter in parameters(field) {
            let value = told.tell(&parameter);
            if let Value { base: b"name", decoded, continues } = value {
                match self.names.last_mut() {
                    Some(name) if continues => name.extend_from_slice(&decoded),
                    _ => self.names.push(decoded),
                }
            }
        }
        told.end();
        self.names.iter_mut().for_each(|name| name.truncate(LONGEST_NAME));
    }

    fn content_type<S: Sink + ?Sized>(&mut self, field: &[u8], at: u64, sink: &mut S) {
        let mut told = Values { field, at, sink, of_part: false, open: None };
        for parameter in parameters(field) {
            let name = field.get(parameter.name.clone()).unwrap_or_default();
            let structural = [&b"boundary"[..], b"charset", b"start", b"type"];
            if !structural.iter().any(|word| name.eq_ignore_ascii_case(word)) {
                told.tell(&parameter);
            }
        }
        told.end();
        self.types += 1;
        self.content = None;
        if let Some(media_type) = MediaType::read(field) {
            let charset = media_type.parameter("charset");
            let charset = charset.map_or(Ok(Charset::Utf8), |label| Charset::labelled(&label));
            self.is_encoded |= !charset.is_ok_and(Charset::has_ascii);
            // Of two types nobody knows which one counts, so it is read as text.
            if self.types == 1 {
                self.content = Some(Content::claimed(&media_type).unwrap_or(Content::Binary));
            }
        }
    }
}

/// Tells the values of the parameters of one field.
struct Values<'a, S: ?Sized> {
    field: &'a [u8],
    at: u64,
    sink: &'a mut S,
    /// Whether a `name` among them is that of the part.
    of_part: bool,
    open: Option<Open<'a>>,
}

/// A text that may go on in the next parameter.
struct Open<'a> {
    base: &'a [u8],
    /// Where it ends so far.
    end: u64,
    is_numbered: bool,
}

/// One of them.
struct Value<'a> {
    /// The name of the parameter without the marks of RFC 2231.
    base: &'a [u8],
    decoded: Vec<u8>,
    /// Whether it goes on with what the one before began.
    continues: bool,
}

impl<'a, S: Sink + ?Sized> Values<'a, S> {
    /// Tells the value of a parameter. `name*=utf-8''ann%20lee` is spelled in percent (RFC 8187
    /// section 3.2); `name*0=ann; name*1=" lee"` is one text (RFC 2231 section 3).
    fn tell(&mut self, parameter: &Parameter) -> Value<'a> {
        let name = self.field.get(parameter.name.clone()).unwrap_or_default();
        let star = name.iter().position(|byte| *byte == b'*').unwrap_or(name.len());
        let base = lower_case_of_known(name.get(..star).unwrap_or_default());
        let marks = name.get(star..).unwrap_or_default();
        let is_percent = marks.last() == Some(&b'*');
        let number = marks.strip_prefix(b"*").unwrap_or_default();
        let number = number.strip_suffix(b"*").unwrap_or(number);
        let goes_on = |open: &Open<'_>| open.is_numbered && open.base == base;
        let continues =
            !number.is_empty() && number != b"0" && self.open.as_ref().is_some_and(goes_on);
        let mut value = parameter.value.clone();
        if is_percent && !continues {
            value.start += prefix_len(self.field.get(value.clone()).unwrap_or_default());
        }
        let raw = self.field.get(value.clone()).unwrap_or_default();
        let from = self.at + value.start as u64;
        if !continues {
            self.end();
        }
        if !raw.is_empty() {
            if self.open.is_none() {
                self.begin(from, base, is_percent);
            }
            self.sink.more(from, raw);
            let end = from + raw.len() as u64;
            self.open = Some(Open { base, end, is_numbered: !number.is_empty() });
        }
        let mut decoded = Vec::new();
        if is_percent {
            decode(raw, false, &mut decoded);
        } else if parameter.quoted {
            decoded = read_as_browsers_write(&unquoted(raw));
        } else {
            decoded.extend_from_slice(raw);
        }
        Value { base, decoded, continues }
    }

    fn begin(&mut self, at: u64, base: &[u8], is_percent: bool) {
        let spelling = if is_percent { Spelling::Percent } else { Spelling::Quoted };
        let text = match base {
            b"name" if self.of_part => Text { spelling, role: Role::Name, name: b"", field: None },
            name => Text { spelling, role: Role::Value, name, field: None },
        };
        self.sink.begin(at, text);
    }

    fn end(&mut self) {
        if let Some(open) = self.open.take() {
            self.sink.end(open.end);
        }
    }
}

/// The names that matter, in lower case; others as they are.
fn lower_case_of_known(name: &[u8]) -> &[u8] {
    let known = [&b"name"[..], b"filename"];
    known.into_iter().find(|known| name.eq_ignore_ascii_case(known)).unwrap_or(name)
}

/// How long `UTF-8'en'` is at the beginning of a value.
fn prefix_len(value: &[u8]) -> usize {
    let quotes = value.iter().enumerate().filter(|(_, byte)| **byte == b'\'');
    quotes.map(|(at, _)| at + 1).nth(1).unwrap_or(0)
}

/// Browsers escape three characters of a name, and nothing else (WHATWG HTML, section 4.10.21.8
/// "multipart form data").
fn read_as_browsers_write(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, after @ ..] = rest {
        let (byte, behind) = match rest {
            [b'%', b'2', b'2', behind @ ..] => (b'"', behind),
            [b'%', b'0', b'D' | b'd', behind @ ..] => (b'\r', behind),
            [b'%', b'0', b'A' | b'a', behind @ ..] => (b'\n', behind),
            _ => (*first, after),
        };
        out.push(byte);
        rest = behind;
    }
    out
}

/// Where the field that `block` begins with ends: behind the first line break that no blank
/// follows, which would fold it.
fn field_end(block: &[u8]) -> usize {
    let feeds = memchr::memchr_iter(b'\n', block);
    let is_end = |at: &usize| !matches!(block.get(at + 1), Some(b' ' | b'\t'));
    feeds.into_iter().find(is_end).map_or(block.len(), |at| at + 1)
}

fn trimmed(line: &[u8], range: Range<usize>) -> Range<usize> {
    let bytes = line.get(range.clone()).unwrap_or_default();
    let front = bytes.iter().take_while(|byte| is_blank(**byte)).count();
    let back = bytes.iter().skip(front).rev().take_while(|byte| is_blank(**byte)).count();
    range.start + front..range.end - back
}
