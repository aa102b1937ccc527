//! Which reader does a payload get? The one of its content.

use super::content::{Binary, Content};
use super::event_stream::EventStream;
use super::form::Form;
use super::json::Json;
use super::multipart::Multipart;
use super::path::Paths;
use super::plain::Plain;
use super::url::Url;
use super::{Bounds, Sink, Spelling, Unreadable};
use std::sync::Arc;

/// A reader of any content.
///
/// ```
/// use cloakroom::format::{Bounds, Sink, Text};
/// use cloakroom::format::content::{Binary, Content};
/// use cloakroom::format::{path::Paths, reader::Reader};
/// use std::sync::Arc;
///
/// struct Names(Vec<Vec<u8>>);
///
/// impl Sink for Names {
///     fn begin(&mut self, _: u64, text: Text<'_>) {
///         self.0.push(text.name.to_vec());
///     }
///     fn more(&mut self, _: u64, _: &[u8]) {}
///     fn end(&mut self, _: u64) {}
/// }
///
/// let body = b"mail=ann%40example.org";
/// let content = Content::of(Some("application/x-www-form-urlencoded"), body);
/// let mut reader = Reader::new(&content, Bounds::default(), Arc::default(), Binary::Pass);
/// let mut names = Names(Vec::new());
/// reader.push(0, body, &mut names)?;
/// reader.finish(body.len() as u64, &mut names)?;
/// assert_eq!(names.0, [&b""[..], b"mail"]);
/// # Ok::<(), cloakroom::format::Unreadable>(())
/// ```
#[derive(Debug)]
pub struct Reader(Kind);

#[derive(Debug)]
enum Kind {
    Plain(Plain),
    Json(Box<Json>),
    Form(Box<Form>),
    Url(Box<Url>),
    Multipart(Box<Multipart>),
    EventStream(Box<EventStream>),
    Binary(Binary),
}

impl Reader {
    /// A reader of this content. Of a binary one it tells nothing, or refuses its first byte.
    /// What is said to be empty is a text if it is not.
    pub fn new(content: &Content, bounds: Bounds, paths: Arc<Paths>, binary: Binary) -> Self {
        Self(match content {
            Content::Text | Content::Empty => Kind::Plain(Plain::new(Spelling::Plain)),
            Content::Markup => Kind::Plain(Plain::new(Spelling::Markup)),
            Content::Json => Kind::Json(Box::new(Json::new(bounds, paths))),
            Content::Form => Kind::Form(Box::new(Form::new(paths))),
            Content::Multipart { boundary } => {
                Kind::Multipart(Box::new(Multipart::new(boundary, bounds, paths, binary)))
            }
            Content::EventStream => Kind::EventStream(Box::new(EventStream::new(bounds, paths))),
            Content::Binary => Kind::Binary(binary),
        })
    }

    /// What it reads, in a word: `json`, `form`, `url`, `multipart`, `events`, `text`, `markup` or
    /// `binary`. Cookies are read as a form is.
    pub fn format(&self) -> &'static str {
        match &self.0 {
            Kind::Plain(plain) if plain.spelling() == Spelling::Markup => "markup",
            Kind::Plain(_) => "text",
            Kind::Json(_) => "json",
            Kind::Form(_) => "form",
            Kind::Url(_) => "url",
            Kind::Multipart(_) => "multipart",
            Kind::EventStream(_) => "events",
            Kind::Binary(_) => "binary",
        }
    }

    /// A reader of a URL.
    pub fn url(paths: Arc<Paths>) -> Self {
        Self(Kind::Url(Box::new(Url::new(paths))))
    }

    /// A reader of a `Cookie` field.
    pub fn cookies(paths: Arc<Paths>) -> Self {
        Self(Kind::Form(Box::new(Form::cookies(paths))))
    }

    /// More of the payload, whose first byte stands at `at`.
    ///
    /// # Errors
    /// What cannot or must not be read. After that, nothing that it says counts.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        match &mut self.0 {
            Kind::Plain(plain) => plain.push(at, raw, sink),
            Kind::Json(json) => json.push(at, raw, sink),
            Kind::Form(form) => form.push(at, raw, sink),
            Kind::Url(url) => url.push(at, raw, sink),
            Kind::Multipart(multipart) => multipart.push(at, raw, sink),
            Kind::EventStream(events) => events.push(at, raw, sink),
            Kind::Binary(Binary::Refuse) if !raw.is_empty() => Err(Unreadable::Binary { at }),
            Kind::Binary(_) => Ok(()),
        }
    }

    /// From where on what was pushed was not told yet, and may still turn out to be text.
    pub fn held(&self) -> Option<u64> {
        match &self.0 {
            Kind::Json(json) => json.held(),
            Kind::Multipart(multipart) => multipart.held(),
            Kind::EventStream(events) => events.held(),
            Kind::Plain(_) | Kind::Form(_) | Kind::Url(_) | Kind::Binary(_) => None,
        }
    }

    /// Whether a payload is likely to have many texts, told whole.
    pub fn has_short_texts(&self) -> bool {
        matches!(self.0, Kind::Json(_) | Kind::Multipart(_) | Kind::EventStream(_))
    }

    /// Whether it reads JSON, one document after another: when a payload is over, it may read the
    /// next.
    pub fn is_json(&self) -> bool {
        matches!(self.0, Kind::Json(_))
    }

    /// The payload is over, and has this length.
    ///
    /// # Errors
    /// As [`Reader::push`].
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        match &mut self.0 {
            Kind::Plain(plain) => plain.finish(at, sink),
            Kind::Json(json) => json.finish(at, sink),
            Kind::Form(form) => form.finish(at, sink),
            Kind::Url(url) => url.finish(at, sink),
            Kind::Multipart(multipart) => multipart.finish(at, sink),
            Kind::EventStream(events) => events.finish(at, sink),
            Kind::Binary(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::heard::{hear, lines, paths, reads};

    reads!(Reader);

    #[test]
    fn each_content_has_its_reader() {
        for (content_type, payload, expected) in [
            (
                "application/json",
                "{\"mail\": \"a\"}",
                &["name jsonstring : mail", "value jsonstring mail #0: a"][..],
            ),
            (
                "application/x-www-form-urlencoded",
                "mail=a",
                &["name form : mail", "value form mail #0: a"],
            ),
            (
                "multipart/form-data; boundary=x",
                "--x\r\nContent-Disposition: form-data; name=mail\r\n\r\na\r\n--x--",
                &["name quoted : mail", "value plain mail #0: a"],
            ),
            ("text/event-stream", "data: a\n\n", &["value plain : a"]),
            ("text/plain", "a", &["value plain : a"]),
            ("text/html", "<b>a", &["value markup : <b>a"]),
            ("image/png", "a", &[]),
            ("text/plain", "", &[]),
        ] {
            let content = Content::of(Some(content_type), payload.as_bytes());
            assert_eq!(lines(payload.as_bytes(), || reader(&content, Binary::Pass)), expected);
        }
    }

    #[test]
    fn what_is_binary_is_refused_where_the_policy_says_so() {
        let told = hear(b"\x89PNG", || reader(&Content::Binary, Binary::Refuse));
        assert_eq!(told, (vec![], Err(Unreadable::Binary { at: 0 })));
        let told = hear(b"", || reader(&Content::Binary, Binary::Refuse));
        assert_eq!(told, (vec![], Ok(())));
    }

    #[test]
    fn what_was_said_to_be_empty_and_is_not_is_text() {
        assert_eq!(lines(b"a", || reader(&Content::Empty, Binary::Pass)), ["value plain : a"]);
    }

    #[test]
    fn nothing_of_a_payload_is_printed() {
        for (content, payload) in [
            (Content::Text, "ann"),
            (Content::Json, "{\"ann\": \"ann\", ann"),
            (Content::Form, "ann=1&ann"),
            (Content::Form, "ann=1"),
            (Content::EventStream, "data: [1, \"ann"),
            (Content::EventStream, "data: [true\nann: b"),
            (Content::Multipart { boundary: b"ann".to_vec() }, "--ann\r\nann: ann"),
            (Content::Multipart { boundary: b"ann".to_vec() }, "--ann\r\nann: ann\r\n\r\nann"),
            (Content::Binary, "ann"),
        ] {
            let mut reader = reader(&content, Binary::Pass);
            reader.push(0, payload.as_bytes(), &mut Nobody).unwrap();
            let printed = format!("{content:?} {reader:?} {reader:#?}");
            assert!(!printed.contains("ann") && !printed.contains("97"), "{printed}");
        }
    }

    struct Nobody;

    impl Sink for Nobody {
        fn begin(&mut self, _: u64, _: crate::format::Text<'_>) {}
        fn more(&mut self, _: u64, _: &[u8]) {}
        fn end(&mut self, _: u64) {}
    }

    fn reader(content: &Content, binary: Binary) -> Reader {
        Reader::new(content, Bounds::default(), paths(&["mail"]), binary)
    }
}
