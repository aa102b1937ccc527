//! What did the backend get? A request as values, to be shown as JSON or as HTTP-like text.

use http::HeaderMap;
use http::request::Parts;
use serde::Serialize;

/// A request as it arrived. Text is lossy: what is not UTF-8 shows as U+FFFD.
#[derive(Serialize)]
pub(super) struct Received {
    method: String,
    target: String,
    version: String,
    /// Names and values in order of arrival; the lines of a repeated name stand together.
    fields: Vec<(String, String)>,
    body: String,
    trailers: Vec<(String, String)>,
}

/// The answer to a request: what was received, and under which property.
#[derive(Serialize)]
struct Answer<'a> {
    property: Option<&'a str>,
    received: &'a Received,
}

impl Received {
    /// Puts together what was read of a request.
    pub(super) fn new(head: &Parts, body: &[u8], trailers: Option<&HeaderMap>) -> Self {
        Self {
            method: head.method.to_string(),
            target: head.uri.to_string(),
            version: format!("{:?}", head.version),
            fields: lines(&head.headers),
            body: String::from_utf8_lossy(body).into_owned(),
            trailers: trailers.map(lines).unwrap_or_default(),
        }
    }

    /// For programs and for the page: `{"property": …, "received": {…}}`, indented.
    pub(super) fn to_json(&self, property: Option<&str>) -> serde_json::Result<String> {
        let mut text = serde_json::to_string_pretty(&Answer { property, received: self })?;
        text.push('\n');
        Ok(text)
    }

    /// For a terminal: request line, fields, blank line, body, then trailers if there are any.
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{} {} {}\n", self.method, self.target, self.version);
        let push = |text: &mut String, lines: &[(String, String)]| {
            for (name, value) in lines {
                text.extend([name, ": ", value, "\n"]);
            }
        };
        push(&mut text, &self.fields);
        text.push('\n');
        text.push_str(&self.body);
        if !self.body.is_empty() && !self.body.ends_with('\n') {
            text.push('\n');
        }
        push(&mut text, &self.trailers);
        text
    }
}

fn lines(fields: &HeaderMap) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}
