//! What `properties.sources` mean: where requests name their property.

use super::words::{self, is_token};
use crate::config::file::property::Properties;
use crate::config::file::source as typed;
use crate::config::file::value::{FieldName, PathText, PayloadPath, Placed};
use crate::config::report::Reports;
use crate::format::path::{Path, PathError};
use crate::policy::{JsonPlace, PathPattern, Source};

/// Where requests name their property. Hosts alone, unless the operator says more.
pub(super) fn sources(typed: &Properties, reports: &mut Reports) -> Vec<Source> {
    let Some(Placed { at, value: list }) = &typed.sources else { return vec![Source::Host] };
    if list.is_empty() {
        reports.value(at, "at least one source such as \"host\"");
    }
    let mut sources = Vec::new();
    for Placed { at, value } in list {
        match source(value) {
            Err(expected) => reports.value(at, expected),
            Ok(source) if sources.contains(&source) => reports.value(at, "each source once"),
            Ok(source) => sources.push(source),
        }
    }
    sources
}

/// A place in which a request can name something.
pub(super) fn source(typed: &typed::Source) -> Result<Source, String> {
    use typed::NamedSource as Named;
    let named = match typed {
        typed::Source::Named(named) => named,
        typed::Source::Json(place) => return json_place(place).map(Source::Json),
    };
    match named {
        Named::Host => Ok(Source::Host),
        Named::Path(PathText(text)) => PathPattern::parse(text)
            .map(Source::Path)
            .map_err(|problem| format!("{}: {problem}", PathText::expected())),
        Named::Query(name) if !name.is_empty() => Ok(Source::Query(name.clone())),
        Named::Query(_) => Err("the name of a query parameter".to_owned()),
        Named::Header(FieldName(name)) => match words::field(name)?.as_str() {
            name @ ("host" | "cookie") => Err(format!("another field; {name} is a source itself")),
            name => Ok(Source::Header(name.to_owned())),
        },
        Named::Cookie(name) if is_token(name) => Ok(Source::Cookie(name.clone())),
        Named::Cookie(_) => Err("the name of a cookie".to_owned()),
        Named::Form(name) if !name.is_empty() => Ok(Source::Form(name.clone())),
        Named::Form(_) => Err("the name of a form field".to_owned()),
    }
}

/// A place whose paths lead somewhere.
pub(super) fn json_place(typed: &typed::JsonPlace) -> Result<JsonPlace, String> {
    let path = |PayloadPath(text): &PayloadPath| {
        let told = |error: PathError| format!("{} at byte {}", error.expected, error.at);
        Path::parse(text).map(|_| text.clone()).map_err(told)
    };
    let inside = typed.inside.as_ref().map(path).transpose();
    Ok(JsonPlace {
        path: path(&typed.json)?,
        inside: inside.map_err(|expected| format!("{expected} of inside"))?,
    })
}
