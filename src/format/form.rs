//! Where does text stand in a form, a query or a cookie? In the names and the values.
//!
//! ```text
//! contact[email]=ann%40example.org&step=2        sid=8f3a; mail=ann%40example.org
//! └─ name ─────┘ └─ value ───────┘               form and query: `&`; cookies: `;` and blanks
//! ```
//!
//! Only the first `=` of a field parts; `;` parts no fields of a form (WHATWG URL, section
//! 5.1), so that it is part of a value there.

use super::path::{Paths, Trail};
use super::{Role, Sink, Spelling, Text, Unreadable};
use memchr::{memchr, memchr2};
use std::fmt;
use std::sync::Arc;

/// Tells names and values of `application/x-www-form-urlencoded`, of a query without its `?`,
/// or of a `Cookie` field. Empty ones are not told.
pub struct Form {
    separator: u8,
    spelling: Spelling,
    trail: Trail,
    place: Place,
    /// The name under way, as it is written.
    written: Vec<u8>,
    /// The name of the value under way, decoded.
    name: Vec<u8>,
    field: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before a field.
    Start,
    /// In a name that was told.
    Name,
    /// Behind the `=`.
    Equals,
    /// In a value that was told.
    Value,
}

/// Names may be personal.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Form").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Form {
    /// A form or a query.
    pub fn new(paths: Arc<Paths>) -> Self {
        Self::parted_by(b'&', Spelling::Form, paths)
    }

    /// A `Cookie` field (RFC 6265 section 4.2.1). What a cookie's value means is its server's
    /// affair; those who encode it do so in percent, where `+` is no blank.
    pub fn cookies(paths: Arc<Paths>) -> Self {
        Self::parted_by(b';', Spelling::Percent, paths)
    }

    fn parted_by(separator: u8, spelling: Spelling, paths: Arc<Paths>) -> Self {
        Self {
            separator,
            spelling,
            trail: Trail::new(paths),
            place: Place::Start,
            written: Vec::new(),
            name: Vec::new(),
            field: None,
        }
    }

    /// More of the payload; pieces come in order but need not touch.
    ///
    /// # Errors
    /// None: any bytes are a form.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        mut at: u64,
        mut raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        while let Some(&first) = raw.first() {
            let read = match self.place {
                Place::Start => self.start(at, first, sink),
                Place::Name => self.in_name(at, raw, sink),
                Place::Equals => self.equals(at, first, sink),
                Place::Value => self.in_value(at, raw, sink),
            };
            at += read as u64;
            raw = raw.get(read..).unwrap_or_default();
        }
        Ok(())
    }

    /// The payload is over; what comes then is another one.
    ///
    /// # Errors
    /// None.
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        if matches!(self.place, Place::Name | Place::Value) {
            sink.end(at);
        }
        self.place = Place::Start;
        self.written.clear();
        Ok(())
    }

    fn start<S: Sink + ?Sized>(&mut self, at: u64, first: u8, sink: &mut S) -> usize {
        if first == self.separator || (self.separator == b';' && matches!(first, b' ' | b'\t')) {
            return 1;
        }
        if first == b'=' {
            self.named();
            return 1;
        }
        let (spelling, role) = (self.spelling, Role::Name);
        sink.begin(at, Text { spelling, role, name: b"", field: None });
        self.place = Place::Name;
        0
    }

    fn in_name<S: Sink + ?Sized>(&mut self, at: u64, raw: &[u8], sink: &mut S) -> usize {
        let end = memchr2(self.separator, b'=', raw);
        let run = raw.get(..end.unwrap_or(raw.len())).unwrap_or_default();
        if !run.is_empty() {
            sink.more(at, run);
            let room = LONGEST_WRITTEN.saturating_sub(self.written.len());
            self.written.extend_from_slice(run.get(..room).unwrap_or(run));
        }
        let Some(end) = end else { return raw.len() };
        sink.end(at + end as u64);
        if raw.get(end) == Some(&b'=') {
            self.named();
        } else {
            self.place = Place::Start;
            self.written.clear();
        }
        end + 1
    }

    /// The name is complete, and a value may follow.
    fn named(&mut self) {
        self.name.clear();
        decode(&self.written, self.spelling == Spelling::Form, &mut self.name);
        self.name.truncate(LONGEST_NAME);
        self.written.clear();
        self.field = None;
        if !self.trail.is_empty() {
            self.trail.enter_bracketed(&self.name);
            self.field = self.trail.matched();
            self.trail.leave();
        }
        self.place = Place::Equals;
    }

    fn equals<S: Sink + ?Sized>(&mut self, at: u64, first: u8, sink: &mut S) -> usize {
        if first == self.separator {
            self.place = Place::Start;
            return 1;
        }
        let (spelling, role) = (self.spelling, Role::Value);
        sink.begin(at, Text { spelling, role, name: &self.name, field: self.field });
        self.place = Place::Value;
        0
    }

    fn in_value<S: Sink + ?Sized>(&mut self, at: u64, raw: &[u8], sink: &mut S) -> usize {
        let end = memchr(self.separator, raw);
        let run = raw.get(..end.unwrap_or(raw.len())).unwrap_or_default();
        if !run.is_empty() {
            sink.more(at, run);
        }
        let Some(end) = end else { return raw.len() };
        sink.end(at + end as u64);
        self.place = Place::Start;
        end + 1
    }
}

/// Appends what a percent-encoded name reads as. A `%` without two digits is itself.
pub(super) fn decode(written: &[u8], plus_is_blank: bool, out: &mut Vec<u8>) {
    let mut rest = written;
    while let [first, after @ ..] = rest {
        let hex = |digit: &u8| char::from(*digit).to_digit(16).and_then(|d| u8::try_from(d).ok());
        let escaped = match after {
            [high, low, ..] if *first == b'%' => hex(high).zip(hex(low)),
            _ => None,
        };
        out.push(match (escaped, first) {
            (Some((high, low)), _) => high << 4 | low,
            (None, b'+') if plus_is_blank => b' ',
            (None, other) => *other,
        });
        let read = if escaped.is_some() { 3 } else { 1 };
        rest = rest.get(read..).unwrap_or_default();
    }
}

/// How much of a name its value is told with, decoded: real ones are words. What is longer
/// is cut.
pub(super) const LONGEST_NAME: usize = 256;

/// That much again where each byte is written `%XX`.
const LONGEST_WRITTEN: usize = 3 * LONGEST_NAME;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::heard::{lines, paths, reads};
    use proptest::prelude::*;

    reads!(Form);

    #[test]
    fn names_and_values_of_a_form() {
        for (payload, expected) in [
            (
                "contact[name]=Ann+Lee&contact%5Bemail%5D=ann%40example.org",
                &[
                    "name form : contact[name]",
                    "value form contact[name]: Ann+Lee",
                    "name form : contact%5Bemail%5D",
                    "value form contact[email] #0: ann%40example.org",
                ][..],
            ),
            ("a=1;b=2=3", &["name form : a", "value form a: 1;b=2=3"]),
            ("a b+c%2Bd=x", &["name form : a b+c%2Bd", "value form a b c+d: x"]),
            (
                "%=x&%4=y&%zz=z",
                &[
                    "name form : %",
                    "value form %: x",
                    "name form : %4",
                    "value form %4: y",
                    "name form : %zz",
                    "value form %zz: z",
                ],
            ),
            // Nobody else looks at a name without a value.
            ("ann@example.org", &["name form : ann@example.org"]),
            ("=ann@example.org", &["value form : ann@example.org"]),
            ("&&a=&b&=&", &["name form : a", "name form : b"]),
            ("", &[]),
        ] {
            check(Form::new, payload, expected);
        }
    }

    #[test]
    fn cookies_stand_behind_semicolons_and_blanks() {
        for (payload, expected) in [
            (
                "sid=8f3a; mail=ann%40example.org;a=b+c&d",
                &[
                    "name percent : sid",
                    "value percent sid: 8f3a",
                    "name percent : mail",
                    "value percent mail #1: ann%40example.org",
                    "name percent : a",
                    "value percent a: b+c&d",
                ][..],
            ),
            ("; ;\tq=\"a b\"", &["name percent : q", "value percent q: \"a b\""]),
        ] {
            check(Form::cookies, payload, expected);
        }
    }

    #[test]
    fn an_overlong_name_is_told_whole_and_remembered_in_part() {
        let long = "%61".repeat(300);
        let told = lines(format!("{long}=x&b=y").as_bytes(), || Form::new(Arc::default()));
        let short = "a".repeat(256);
        assert_eq!(told[0], format!("name form : {long}"));
        assert_eq!(told[1], format!("value form {short}: x"));
        assert_eq!(told[3], "value form b: y");
    }

    #[test]
    fn a_form_may_follow_a_form() {
        let mut form = Form::new(Arc::default());
        let mut starts = Starts::default();
        for at in [0, 10, 20] {
            form.push(at, b"a", &mut starts).unwrap();
            form.finish(at + 1, &mut starts).unwrap();
        }
        assert_eq!(starts.0, [0, 10, 20]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_form(payload in "[a&=;%+4 ]{0,24}") {
            lines(payload.as_bytes(), || Form::new(Arc::default()));
            lines(payload.as_bytes(), || Form::cookies(Arc::default()));
        }
    }

    #[derive(Default)]
    struct Starts(Vec<u64>);

    impl Sink for Starts {
        fn begin(&mut self, at: u64, _: Text<'_>) {
            self.0.push(at);
        }
        fn more(&mut self, _: u64, _: &[u8]) {}
        fn end(&mut self, _: u64) {}
    }

    #[track_caller]
    fn check(reader: fn(Arc<Paths>) -> Form, payload: &str, expected: &[&str]) {
        let paths = paths(&["contact.email", "mail"]);
        assert_eq!(lines(payload.as_bytes(), || reader(Arc::clone(&paths))), expected);
    }
}
