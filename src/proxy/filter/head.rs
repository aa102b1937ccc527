//! What is taken out of a request's head and trailers.

use crate::policy::redaction::Parts as Where;
use crate::proxy::filter::screen::Screen;
use crate::proxy::names::alike;
use crate::proxy::refusal::Refusal;
use crate::redact::HeadPart;
use http::header::{COOKIE, REFERER};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// Takes out what the set finds in the target and in the fields that it names.
pub fn rewrite_head(screen: &Screen, parts: &mut Parts) -> Result<(), Refusal> {
    target(screen, &mut parts.uri)?;
    fields(screen, &mut parts.headers)
}

/// Takes out what the set finds in trailers, whatever their names: they are part of the body.
pub fn rewrite_trailers(screen: &Screen, trailers: &mut HeaderMap) -> Result<(), Refusal> {
    if !screen.set().parts.body {
        return fields(screen, trailers);
    }
    trailers.iter_mut().try_for_each(|(_, value)| field(screen, HeadPart::Text, value))
}

/// Path and query, each where the set wants it. Read together they are a URL; a path alone is
/// one as well.
fn target(screen: &Screen, uri: &mut Uri) -> Result<(), Refusal> {
    let Where { path, query, .. } = screen.set().parts;
    let Some(target) = uri.path_and_query() else { return Ok(()) };
    let whole = target.as_str().as_bytes();
    // Neither has anything to tell.
    if whole.len() < 2 {
        return Ok(());
    }
    let rewritten = match (path, query, target.query()) {
        (true, true, _) | (true, false, None) => screen.take_out(HeadPart::Url, whole)?,
        (true, false, Some(query)) => screen
            .take_out(HeadPart::Url, target.path().as_bytes())?
            .map(|path| [&path, &b"?"[..], query.as_bytes()].concat()),
        (false, true, Some(query)) if !query.is_empty() => screen
            .take_out(HeadPart::Query, query.as_bytes())?
            .map(|query| [target.path().as_bytes(), b"?", &query].concat()),
        _ => None,
    };
    let Some(rewritten) = rewritten else { return Ok(()) };
    let rewritten = PathAndQuery::try_from(rewritten).map_err(|_| Refusal::Unwritable)?;
    let mut pieces = std::mem::take(uri).into_parts();
    pieces.path_and_query = Some(rewritten);
    *uri = Uri::from_parts(pieces).map_err(|_| Refusal::Unwritable)?;
    Ok(())
}

fn fields(screen: &Screen, fields: &mut HeaderMap) -> Result<(), Refusal> {
    for (name, value) in fields.iter_mut() {
        if let Some(part) = part(screen, name) {
            field(screen, part, value)?;
        }
    }
    Ok(())
}

fn field(screen: &Screen, part: HeadPart, value: &mut HeaderValue) -> Result<(), Refusal> {
    if value.is_empty() {
        return Ok(());
    }
    if let Some(rewritten) = screen.take_out(part, value.as_bytes())? {
        *value = HeaderValue::from_bytes(&rewritten).map_err(|_| Refusal::Unwritable)?;
    }
    Ok(())
}

/// How the field of this name is read, if it is.
fn part(screen: &Screen, name: &HeaderName) -> Option<HeadPart> {
    let set = screen.set();
    if *name == REFERER {
        return set.parts.referer.then_some(HeadPart::Url);
    }
    if *name == COOKIE && set.parts.cookies {
        return Some(HeadPart::Cookies);
    }
    // A backend may take other spellings for the name that the operator means.
    let named = set.headers.iter().any(|wanted| alike(wanted, name.as_str()));
    named.then_some(HeadPart::Text)
}
