//! What the input is, as it is typed.

use crate::format::content::Content;

/// What the input is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// What its type claims and its first bytes say.
    Auto,
    /// This, whatever it looks like.
    Known(Content),
}

/// A format by its name.
pub(super) fn format(text: &str) -> Result<Format, String> {
    if let Some(boundary) = text.strip_prefix("multipart:").filter(|text| !text.is_empty()) {
        return Ok(Format::Known(Content::Multipart { boundary: boundary.into() }));
    }
    Ok(match text {
        "auto" => Format::Auto,
        "json" => Format::Known(Content::Json),
        "text" => Format::Known(Content::Text),
        "form" => Format::Known(Content::Form),
        "html" => Format::Known(Content::Markup),
        "sse" => Format::Known(Content::EventStream),
        _ => return Err("expected auto, json, text, form, multipart:BOUNDARY, html or sse".into()),
    })
}
