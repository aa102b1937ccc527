//! What does a `Content-Type` say? Type and parameters (RFC 9110 section 8.3.1).

use super::parameter::{parameters, unquoted};

/// A media type: `text/plain; charset=utf-8`.
pub(super) struct MediaType<'a> {
    /// Type and subtype in lower case.
    pub(super) essence: String,
    field: &'a [u8],
}

impl<'a> MediaType<'a> {
    /// Reads a field; `None` where it names no type, or a range of them.
    pub(super) fn read(field: &'a [u8]) -> Option<Self> {
        let end = field.iter().position(|byte| *byte == b';').unwrap_or(field.len());
        let essence = str::from_utf8(field.get(..end)?).ok()?.trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/')?;
        let is_token = |word: &str| !word.is_empty() && word.bytes().all(is_in_token);
        (is_token(kind) && is_token(subtype)).then_some(Self { essence, field })
    }

    /// The value of a parameter. `None` where there is none, and where there are two that
    /// differ: nobody knows which of them a backend believes.
    pub(super) fn parameter(&self, name: &str) -> Option<Vec<u8>> {
        let mut values = parameters(self.field)
            .filter(|parameter| {
                let written = self.field.get(parameter.name.clone()).unwrap_or_default();
                written.eq_ignore_ascii_case(name.as_bytes())
            })
            .map(|parameter| {
                let value = self.field.get(parameter.value).unwrap_or_default();
                if parameter.quoted { unquoted(value) } else { value.to_vec() }
            });
        let first = values.next()?;
        values.all(|other| other == first).then_some(first)
    }
}

/// A `tchar` (RFC 9110 section 5.6.2) but for `*`, which makes a range of types.
fn is_in_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_parameters_are_read() {
        for (field, essence, charset) in [
            ("text/plain", Some("text/plain"), None),
            (" Text/HTML ;Charset = \"UTF-8\"", Some("text/html"), Some("UTF-8")),
            ("text/plain;charset=a;charset=a", Some("text/plain"), Some("a")),
            ("text/plain;charset=a;charset=b", Some("text/plain"), None),
            ("application/vnd.api+json;x", Some("application/vnd.api+json"), None),
            ("*/*", None, None),
            ("text/*", None, None),
            ("text", None, None),
            ("/plain", None, None),
            ("text/", None, None),
            ("text/plain, text/html", None, None),
            ("text/pl ain", None, None),
            ("tëxt/plain", None, None),
            ("", None, None),
        ] {
            let read = MediaType::read(field.as_bytes());
            assert_eq!(read.as_ref().map(|read| &read.essence[..]), essence, "{field}");
            let found = read.and_then(|read| read.parameter("charset"));
            assert_eq!(found.as_deref(), charset.map(str::as_bytes), "{field}");
        }
    }
}
