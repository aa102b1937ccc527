//! Where a request names its property, and what it says there.
//!
//! A head tells most of it. What a body says has to be plucked from it first, by whoever has
//! it: [`WithBody`] puts both side by side.

use super::json_place::JsonPlace;
use std::borrow::Cow;
use std::fmt;

/// The parts of a request in which a property may be named.
pub trait RequestView {
    /// Host without port, as sent.
    fn host(&self) -> Option<&str>;
    /// Path as sent, percent-encoded.
    fn path(&self) -> &str;
    /// Query as sent, without `?`.
    fn query(&self) -> Option<&str>;
    /// Calls `each` with every value of the field of this name (lower case).
    fn field(&self, name: &str, each: &mut dyn FnMut(&[u8]));
    /// Calls `each` with every value that the body has for this source, decoded. A head alone
    /// has none.
    fn body(&self, _source: &Source, _each: &mut dyn FnMut(&[u8])) {}
}

/// A place in which a request names its property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The host name, compared with the properties' `hosts`.
    Host,
    /// A segment of the path.
    Path(PathPattern),
    /// A query parameter of this name.
    Query(String),
    /// A header field of this name, lower case.
    Header(String),
    /// A cookie of this name.
    Cookie(String),
    /// A value of a JSON body, or of a WebSocket's first message, at this place.
    Json(JsonPlace),
    /// A field of this name in a form, urlencoded or multipart.
    Form(String),
}

impl Source {
    /// Whether it is the body that speaks, not the head.
    pub fn is_in_body(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Form(_))
    }

    /// Calls `claim` with every key that the request names here, decoded and not empty.
    /// [`Source::Host`] claims the host name itself.
    pub fn claims(&self, request: &dyn RequestView, claim: &mut dyn FnMut(&str)) {
        let mut said = |key: &str| {
            if !key.is_empty() {
                claim(key);
            }
        };
        match self {
            Self::Host => said(request.host().unwrap_or_default()),
            Self::Path(pattern) => said(&pattern.capture(request.path()).unwrap_or_default()),
            Self::Query(name) => {
                for pair in request.query().unwrap_or_default().split(['&', ';']) {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    if decoded(key, Plus::IsSpace) == name.as_str() {
                        said(&decoded(value, Plus::IsSpace));
                    }
                }
            }
            Self::Header(name) => request.field(name, &mut |value| {
                // A value that is no text names no property, and must not pass for silence.
                said(&String::from_utf8_lossy(value.trim_ascii()));
            }),
            Self::Cookie(name) => request.field("cookie", &mut |value| {
                let text = String::from_utf8_lossy(value);
                for pair in text.split(';') {
                    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                    if key.trim() == name {
                        said(&decoded(value.trim().trim_matches('"'), Plus::IsPlus));
                    }
                }
            }),
            Self::Json(_) | Self::Form(_) => request.body(self, &mut |value| {
                said(&String::from_utf8_lossy(value));
            }),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Path(pattern) => write!(f, "path {}", pattern.text),
            Self::Query(name) => write!(f, "query {name}"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Cookie(name) => write!(f, "cookie {name}"),
            Self::Json(place) => write!(f, "json {place}"),
            Self::Form(name) => write!(f, "form {name}"),
        }
    }
}

/// A value that a body has for a source, decoded.
#[derive(Clone, PartialEq, Eq)]
pub struct Plucked<'a> {
    /// The source that it is for.
    pub source: &'a Source,
    /// What stands there.
    pub value: Vec<u8>,
}

/// A value may be anything that a visitor wrote: only its length is shown.
impl fmt::Debug for Plucked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} bytes", self.source, self.value.len())
    }
}

/// A request head together with what was plucked from its body.
#[derive(Clone, Copy)]
pub struct WithBody<'a> {
    /// The head.
    pub head: &'a dyn RequestView,
    /// Every value that the body has for one of the sources, in the order of the body.
    pub plucked: &'a [Plucked<'a>],
}

impl fmt::Debug for WithBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithBody").field("plucked", &self.plucked).finish_non_exhaustive()
    }
}

impl RequestView for WithBody<'_> {
    fn host(&self) -> Option<&str> {
        self.head.host()
    }
    fn path(&self) -> &str {
        self.head.path()
    }
    fn query(&self) -> Option<&str> {
        self.head.query()
    }
    fn field(&self, name: &str, each: &mut dyn FnMut(&[u8])) {
        self.head.field(name, each);
    }
    fn body(&self, source: &Source, each: &mut dyn FnMut(&[u8])) {
        for plucked in self.plucked.iter().filter(|plucked| plucked.source == source) {
            each(&plucked.value);
        }
    }
}

/// A path with one `{property}` segment, such as `/public/api/v1/inboxes/{property}/**`.
/// `*` stands for one segment, `**` at the end for any number of them, none included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern {
    text: String,
    segments: Vec<Segment>,
    open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Any,
    Property,
}

/// Why a path pattern is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPattern {
    /// It does not begin with `/`.
    NotAbsolute,
    /// It has no `{property}` segment, or more than one.
    NotOneProperty,
    /// `**` stands before the end, or braces within a longer segment.
    BadSegment,
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "a path pattern begins with /",
            Self::NotOneProperty => "a path pattern has exactly one {property} segment",
            Self::BadSegment => "a segment is literal text, *, {property}, or ** at the end",
        })
    }
}

impl PathPattern {
    /// Reads a pattern as typed.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        let rest = text.strip_prefix('/').ok_or(BadPattern::NotAbsolute)?;
        let mut segments = Vec::new();
        let mut open = false;
        for segment in rest.split('/') {
            if open {
                return Err(BadPattern::BadSegment);
            }
            match segment {
                "**" => open = true,
                "*" => segments.push(Segment::Any),
                "{property}" => segments.push(Segment::Property),
                _ if segment.contains(['{', '}', '*']) => return Err(BadPattern::BadSegment),
                _ => segments.push(Segment::Literal(segment.to_owned())),
            }
        }
        if segments.iter().filter(|s| matches!(s, Segment::Property)).count() != 1 {
            return Err(BadPattern::NotOneProperty);
        }
        Ok(Self { text: text.to_owned(), segments, open })
    }

    /// The pattern as typed: what a log may say of a path.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The property's key in this path, percent-decoded.
    pub fn capture<'p>(&self, path: &'p str) -> Option<Cow<'p, str>> {
        let mut found = None;
        let mut given = path.strip_prefix('/')?.split('/');
        for segment in &self.segments {
            let text = given.next()?;
            match segment {
                Segment::Literal(literal) if decoded(text, Plus::IsPlus) != literal.as_str() => {
                    return None;
                }
                Segment::Property => found = Some(decoded(text, Plus::IsPlus)),
                Segment::Literal(_) | Segment::Any => {}
            }
        }
        (self.open || given.next().is_none()).then_some(found).flatten()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    IsSpace,
    IsPlus,
}

/// Percent-decoded text; bytes that are not UTF-8 become U+FFFD, which no key contains.
fn decoded(text: &str, plus: Plus) -> Cow<'_, str> {
    let special = |b: &u8| *b == b'%' || (*b == b'+' && plus == Plus::IsSpace);
    if !text.as_bytes().iter().any(special) {
        return Cow::Borrowed(text);
    }
    let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let pair = bytes.get(at + 1).zip(bytes.get(at + 2));
        let escaped = pair.and_then(|(&high, &low)| Some(hex(high)? << 4 | hex(low)?));
        match (byte, escaped) {
            (b'%', Some(value)) => {
                out.push(value);
                at += 2;
            }
            (b'+', _) if plus == Plus::IsSpace => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_the_property_in_its_segment() {
        let pattern = PathPattern::parse("/inboxes/{property}/**").expect("good pattern");
        for (path, key) in [
            ("/inboxes/shop", Some("shop")),
            ("/inboxes/shop/contacts/1", Some("shop")),
            ("/inboxes/sh%6Fp/x", Some("shop")),
            ("/in%62oxes/shop", Some("shop")),
            ("/inboxes", None),
            ("/outboxes/shop", None),
            ("inboxes/shop", None),
        ] {
            assert_eq!(pattern.capture(path).as_deref(), key, "{path}");
        }
    }

    #[test]
    fn a_closed_pattern_ends_where_it_ends() {
        let pattern = PathPattern::parse("/p/*/{property}").expect("good pattern");
        assert_eq!(pattern.capture("/p/1/shop").as_deref(), Some("shop"));
        assert_eq!(pattern.capture("/p/1/shop/2"), None);
    }

    #[test]
    fn a_pattern_that_cannot_work_is_refused() {
        for (text, why) in [
            ("p/{property}", BadPattern::NotAbsolute),
            ("/p", BadPattern::NotOneProperty),
            ("/{property}/{property}", BadPattern::NotOneProperty),
            ("/**/{property}", BadPattern::BadSegment),
            ("/p-{property}", BadPattern::BadSegment),
        ] {
            assert_eq!(PathPattern::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn percent_signs_that_begin_nothing_stay() {
        assert_eq!(decoded("100%", Plus::IsPlus), "100%");
        assert_eq!(decoded("%zz%4", Plus::IsPlus), "%zz%4");
        assert_eq!(decoded("a+b", Plus::IsPlus), "a+b");
        assert_eq!(decoded("a+b", Plus::IsSpace), "a b");
    }
}
