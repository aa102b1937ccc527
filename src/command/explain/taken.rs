//! What would be taken out of a request, part by part, by the rules of its property.

use crate::policy::Redaction;
use crate::proxy::names::alike;
use crate::redact::Options;
use crate::redact::tally::Note;
use crate::redact::{Blocked, Hand, HeadPart, Redactor};
use http::Uri;
use http::header::{COOKIE, HeaderName, HeaderValue, REFERER};
use http::request::Parts;
use http::uri::PathAndQuery;

/// The rules of a property, and who writes.
pub(super) struct Taking<'a> {
    pub(super) set: &'a Redaction,
    pub(super) hand: &'a Hand,
    /// Notes are asked for.
    pub(super) options: Options,
}

/// What was taken out of a part. Offsets are the part's own.
pub(super) struct Taken {
    pub(super) part: String,
    pub(super) notes: Vec<Note>,
}

/// A part holds what the rules forbid, or cannot be read.
pub(super) struct Refused {
    pub(super) part: String,
    pub(super) why: Blocked,
}

impl Taking<'_> {
    /// Rewrites the target and the fields that the rules look at.
    pub(super) fn head(&self, parts: &mut Parts) -> Result<Vec<Taken>, Refused> {
        let mut taken = Vec::new();
        self.target(&mut parts.uri, &mut taken)?;
        for (name, value) in &mut parts.headers {
            let Some(kind) = self.looks_at(name) else { continue };
            let written = self.text(kind, value.as_bytes(), name.as_str(), &mut taken)?;
            if written != value.as_bytes() {
                *value = HeaderValue::from_bytes(&written).unwrap_or(HeaderValue::from_static(""));
            }
        }
        Ok(taken)
    }

    /// The body as it would be sent, and what was taken out of it.
    pub(super) fn body(
        &self,
        body: &[u8],
        content_type: Option<&str>,
    ) -> Result<(Vec<u8>, Taken), Refused> {
        let (rules, hand) = (&self.set.rules, self.hand.clone());
        let mut redactor = Redactor::new(rules, hand, content_type, self.options);
        through(&mut redactor, body, "body")
    }

    fn target(&self, uri: &mut Uri, taken: &mut Vec<Taken>) -> Result<(), Refused> {
        let Some(target) = uri.path_and_query().map(PathAndQuery::as_str) else { return Ok(()) };
        let (path, query) = target.split_at(target.find('?').unwrap_or(target.len()));
        let parts = self.set.parts;
        let (mut written, kind, from) = match (parts.path, parts.query) {
            (true, true) => (Vec::new(), HeadPart::Url, target),
            (true, false) => (Vec::new(), HeadPart::Url, path),
            (false, true) => (path.into(), HeadPart::Query, query.trim_start_matches('?')),
            (false, false) => return Ok(()),
        };
        if kind == HeadPart::Query && !query.is_empty() {
            written.push(b'?');
        }
        written.extend(self.text(kind, from.as_bytes(), "target", taken)?);
        if !parts.query {
            written.extend_from_slice(query.as_bytes());
        }
        if written != target.as_bytes() {
            let mut whole = std::mem::take(uri).into_parts();
            let target = PathAndQuery::try_from(written);
            whole.path_and_query = Some(target.unwrap_or(PathAndQuery::from_static("/")));
            *uri = Uri::from_parts(whole).unwrap_or_default();
        }
        Ok(())
    }

    /// How the field of this name is read, if it is.
    fn looks_at(&self, name: &HeaderName) -> Option<HeadPart> {
        if *name == REFERER {
            return self.set.parts.referer.then_some(HeadPart::Url);
        }
        if *name == COOKIE && self.set.parts.cookies {
            return Some(HeadPart::Cookies);
        }
        let named = self.set.headers.iter().any(|wanted| alike(wanted, name.as_str()));
        named.then_some(HeadPart::Text)
    }

    fn text(
        &self,
        kind: HeadPart,
        text: &[u8],
        part: &str,
        taken: &mut Vec<Taken>,
    ) -> Result<Vec<u8>, Refused> {
        let (rules, hand) = (&self.set.rules, self.hand.clone());
        let mut redactor = Redactor::of_head(rules, hand, kind, self.options);
        let (written, of_part) = through(&mut redactor, text, part)?;
        taken.push(of_part);
        Ok(written)
    }
}

fn through(redactor: &mut Redactor, text: &[u8], part: &str) -> Result<(Vec<u8>, Taken), Refused> {
    let mut written = Vec::with_capacity(text.len());
    let done = redactor.push(text, &mut written).and_then(|()| redactor.finish(&mut written));
    match done {
        Ok(()) => Ok((written, Taken { part: part.to_owned(), notes: redactor.take_notes() })),
        Err(why) => Err(Refused { part: part.to_owned(), why }),
    }
}
