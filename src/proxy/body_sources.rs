//! What does a body say of the property that it is for? Read from its beginning, before
//! anything is decided about the request.
//!
//! Only as much is looked at as a small body may have: what stands further back says nothing.
//! A body that cannot be read is refused, since nobody knows whose it is.

use crate::format::charset::Charset;
use crate::format::content::{Binary, Content, FIRST_BYTES, charset_parameter};
use crate::format::path::{Path, PathError, Paths};
use crate::format::pluck::{self, Pluck};
use crate::format::reader::Reader;
use crate::format::recoded::Recoded;
use crate::format::{self, Bounds, Role, Sink, Spelling, Text};
use crate::policy::binding::LONGEST_TOKEN;
use crate::policy::source::{Plucked, Source};
use crate::policy::{Book, JsonPlace, Limits};
use crate::proxy::coding::Decoder;
use crate::proxy::head;
use crate::proxy::intake::Intake;
use crate::proxy::payload;
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use http::request::Parts;
use std::sync::Arc;

/// What the body says for each source that it has. Reads ahead for it, where there are such
/// sources and a body that may speak for one.
pub async fn plucked<'a>(
    plan: &'a Plan,
    parts: &Parts,
    intake: &mut Intake,
) -> Result<Vec<Plucked<'a>>, Refusal> {
    let (book, limits) = (&plan.settings.book, &plan.settings.limits);
    let content_type = payload::content_type(&parts.headers);
    if book.body_sources().next().is_none() || intake.is_end_stream() || is_mute(content_type) {
        return Ok(Vec::new());
    }
    // What is refused for its head alone is not read on.
    head::admit(parts, limits)?;
    intake.gather(limits.small_body).await?;
    let beginning = decoded(parts, intake, limits)?;
    of_beginning(book, limits, content_type, beginning, intake.is_whole())
}

/// The same of a body that is all there, and whose codings are undone.
pub fn of_body<'a>(
    plan: &'a Plan,
    parts: &Parts,
    body: &[u8],
) -> Result<Vec<Plucked<'a>>, Refusal> {
    let (book, limits) = (&plan.settings.book, &plan.settings.limits);
    head::admit(parts, limits)?;
    let content_type = payload::content_type(&parts.headers);
    let beginning = body.get(..limits.small_body);
    let is_whole = beginning.is_none_or(|beginning| beginning.len() == body.len());
    of_beginning(book, limits, content_type, beginning.unwrap_or(body).to_vec(), is_whole)
}

/// What this text message, the first of a WebSocket and whole, says for each source that lies
/// in JSON. A message that is no JSON says nothing.
pub fn of_message<'a>(
    book: &'a Book,
    bounds: Bounds,
    text: &[u8],
) -> Result<Vec<Plucked<'a>>, Refusal> {
    Beginning { content: Content::Json, text, is_whole: true, bounds }.plucked(book)
}

/// The one value that stands at this place of a whole JSON text; `None` where there is none,
/// several, or the text cannot be read.
pub fn at_place(place: &JsonPlace, bounds: Bounds, text: &[u8]) -> Option<String> {
    let whole = Beginning { content: Content::Json, text, is_whole: true, bounds };
    match whole.value_at(place) {
        Ok(pluck::Plucked::One(value)) => Some(value),
        _ => None,
    }
}

fn of_beginning<'a>(
    book: &'a Book,
    limits: &Limits,
    content_type: Option<&str>,
    beginning: Vec<u8>,
    is_whole: bool,
) -> Result<Vec<Plucked<'a>>, Refusal> {
    let content = Content::of(content_type, &beginning);
    if !speaks(&content) {
        return Ok(Vec::new());
    }
    let label = content_type.and_then(charset_parameter);
    let charset = Charset::of(label.as_deref(), &beginning)
        .map_err(|_| Refusal::Unreadable(format::Unreadable::Encoding { at: 0 }))?;
    let text = &in_utf8(charset, beginning);
    let bounds = Bounds { depth: limits.json_depth };
    Beginning { content, text, is_whole, bounds }.plucked(book)
}

/// Whether a body of this type has nothing to say, whatever its bytes are.
fn is_mute(content_type: Option<&str>) -> bool {
    Content::decided_by(content_type) < FIRST_BYTES && !speaks(&Content::of(content_type, b"a"))
}

/// Whether such a body can name a property.
fn speaks(content: &Content) -> bool {
    matches!(content, Content::Json | Content::Form | Content::Multipart { .. })
}

/// What was read ahead, with its content codings undone.
fn decoded(parts: &Parts, intake: &Intake, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let codings = payload::codings(&parts.headers)?;
    if codings.is_empty() {
        return Ok(intake.ahead().to_vec());
    }
    let mut decoder = Decoder::new(&codings, payload::decoded_limits(limits));
    let mut wire = intake.ahead();
    let mut text = Vec::new();
    while let Some(piece) = decoder.next(&mut wire)? {
        text.extend_from_slice(piece);
    }
    if intake.is_whole() {
        decoder.finish()?;
    }
    Ok(text)
}

fn in_utf8(charset: Charset, raw: Vec<u8>) -> Vec<u8> {
    if charset == Charset::Utf8 {
        return raw;
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut recoded = Recoded::new(charset);
    recoded.push(&raw, &mut text);
    recoded.finish(&mut text);
    text
}

/// The beginning of a body, decoded.
struct Beginning<'t> {
    content: Content,
    text: &'t [u8],
    is_whole: bool,
    bounds: Bounds,
}

impl Beginning<'_> {
    /// What stands there for each source.
    fn plucked<'a>(&self, book: &'a Book) -> Result<Vec<Plucked<'a>>, Refusal> {
        let mut plucked = Vec::new();
        for source in book.body_sources() {
            let value = match self.value(source)? {
                pluck::Plucked::None => continue,
                pluck::Plucked::One(value) => value.into_bytes(),
                pluck::Plucked::Several => return Err(Refusal::Conflict),
            };
            plucked.push(Plucked { source, value });
        }
        Ok(plucked)
    }

    /// What stands there for this source.
    fn value(&self, source: &Source) -> Result<pluck::Plucked, Refusal> {
        match (source, &self.content) {
            (Source::Json(place), Content::Json) => self.value_at(place),
            (Source::Form(name), Content::Form | Content::Multipart { .. }) => {
                let Ok(mut pluck) = self.pluck(&JsonPlace::at("$")) else {
                    return Ok(pluck::Plucked::None);
                };
                self.read(Arc::default(), &mut Field { name, pluck: &mut pluck })?;
                heard(&pluck)
            }
            _ => Ok(pluck::Plucked::None),
        }
    }

    fn value_at(&self, place: &JsonPlace) -> Result<pluck::Plucked, Refusal> {
        // The configuration has read the paths long before.
        let Ok(mut pluck) = self.pluck(place) else { return Ok(pluck::Plucked::None) };
        self.read(pluck.paths(), &mut pluck)?;
        heard(&pluck)
    }

    fn pluck(&self, place: &JsonPlace) -> Result<Pluck, PathError> {
        let path = Path::parse(&place.path)?;
        Ok(match &place.inside {
            None => Pluck::new(path, LONGEST_TOKEN),
            Some(inside) => Pluck::inside(path, Path::parse(inside)?, self.bounds, LONGEST_TOKEN),
        })
    }

    fn read(&self, paths: Arc<Paths>, sink: &mut impl Sink) -> Result<(), Refusal> {
        let mut reader = Reader::new(&self.content, self.bounds, paths, Binary::Pass);
        reader.push(0, self.text, sink).map_err(Refusal::Unreadable)?;
        if self.is_whole {
            reader.finish(self.text.len() as u64, sink).map_err(Refusal::Unreadable)?;
        }
        Ok(())
    }
}

fn heard(pluck: &Pluck) -> Result<pluck::Plucked, Refusal> {
    pluck.failed().map_or_else(|| Ok(pluck.value()), |why| Err(Refusal::Unreadable(why)))
}

/// Hears of the form field of this name alone.
struct Field<'a> {
    name: &'a str,
    pluck: &'a mut Pluck,
}

impl Sink for Field<'_> {
    fn begin(&mut self, at: u64, text: Text<'_>) {
        // A key of JSON in a part is no field, whatever its name.
        let is_field = text.role == Role::Value && text.spelling != Spelling::JsonString;
        let is_it = is_field && text.name == self.name.as_bytes();
        self.pluck.begin(at, Text { field: is_it.then_some(0), ..text });
    }

    fn more(&mut self, at: u64, raw: &[u8]) {
        self.pluck.more(at, raw);
    }

    fn end(&mut self, at: u64) {
        self.pluck.end(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::UnknownProperty;

    #[test]
    fn a_first_message_says_what_its_json_does() {
        let subscribe = r#"{"command":"subscribe","identifier":"{\"channel\":\"a\"}"}"#;
        check(subscribe, Ok(&["json identifier inside channel: a"]));
        check(r#"{"key":"shop"}"#, Ok(&["json key: shop"]));
        let both = r#"{"identifier":"{\"channel\":\"b\"}","x":{"KEY":7}}"#;
        check(both, Ok(&["json key: 7", "json identifier inside channel: b"]));
        check(r#"{"type":"ping"}"#, Ok(&[]));
        check("key=shop", Ok(&[]));
        check("", Ok(&[]));
    }

    #[test]
    fn a_message_that_says_two_things_or_cannot_be_read_is_refused() {
        check(r#"{"key":"a","x":{"key":"b"}}"#, Err("conflict"));
        check(r#"{"identifier":"{\"channel\":\"a\",\"channel\":\"b\"}"}"#, Err("conflict"));
        check(&"[".repeat(9), Err("unreadable"));
        check(&format!(r#"{{"identifier":"{}"}}"#, "[".repeat(9)), Err("unreadable"));
    }

    #[track_caller]
    fn check(text: &str, expected: Result<&[&str], &str>) {
        let sources = vec![
            Source::Host,
            Source::Json(JsonPlace::at("key")),
            Source::Form("key".into()),
            Source::Json(JsonPlace { path: "identifier".into(), inside: Some("channel".into()) }),
        ];
        let book = Book::builder(sources, UnknownProperty::Refuse).build();
        let said = |plucked: Plucked<'_>| {
            format!("{}: {}", plucked.source, String::from_utf8_lossy(&plucked.value))
        };
        let found = match of_message(&book, Bounds { depth: 8 }, text.as_bytes()) {
            Ok(plucked) => Ok(plucked.into_iter().map(said).collect()),
            Err(Refusal::Conflict) => Err("conflict"),
            Err(Refusal::Unreadable(_)) => Err("unreadable"),
            Err(other) => Err(other.name()),
        };
        let expected = expected.map(|said| said.iter().map(ToString::to_string).collect());
        assert_eq!(found, expected as Result<Vec<String>, &str>, "{text}");
    }
}
