//! What kind of payload is it? What its type claims, unless its first bytes know better.
//!
//! A claim is believed where it makes us look closer, and checked where it would make us look
//! away: `text/plain` may be JSON (`sendBeacon` of browsers says so), and so may a form (`curl
//! -d` says so) and `application/octet-stream`. Without a claim, or with one that says
//! nothing, the first bytes decide. What claims to be some other binary type is taken for
//! that: text in it passes unread where the policy lets binary payloads pass, and only there.

use super::charset;
use super::media_type::MediaType;
use super::sniff;
use std::fmt;

/// A kind of payload.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// JSON, one document or many.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Parts, whatever the subtype.
    Multipart {
        /// What parts them; empty where the type does not say.
        boundary: Vec<u8>,
    },
    /// Text without a structure that we know.
    Text,
    /// HTML, XML and what is built on them.
    Markup,
    /// A stream of events.
    EventStream,
    /// No text.
    Binary,
    /// No bytes.
    Empty,
}

/// A boundary is the client's choice, and may be anything.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "Json",
            Self::Form => "Form",
            Self::Multipart { .. } => "Multipart",
            Self::Text => "Text",
            Self::Markup => "Markup",
            Self::EventStream => "EventStream",
            Self::Binary => "Binary",
            Self::Empty => "Empty",
        })
    }
}

/// What becomes of a payload, or of a part, that is no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binary {
    /// It passes as it is.
    #[default]
    Pass,
    /// Nothing of it passes, and nothing of what it is part of.
    Refuse,
}

/// How many of its first bytes say what a payload is. The MIME Sniffing standard of the
/// WHATWG asks for 1,445; what we look for stands further in front.
pub const FIRST_BYTES: usize = 512;

impl Content {
    /// What a payload is that came with this `Content-Type` and begins with these bytes:
    /// [`FIRST_BYTES`], or all there are. With fewer, the answer would depend on how the
    /// network cut them.
    pub fn of(content_type: Option<&str>, first: &[u8]) -> Self {
        if first.is_empty() {
            return Self::Empty;
        }
        let first = first.get(..FIRST_BYTES).unwrap_or(first);
        let media_type = content_type.and_then(|field| MediaType::read(field.as_bytes()));
        let Some(media_type) = media_type else { return sniffed(first) };
        match Self::claimed(&media_type) {
            Some(Self::Text) if media_type.essence == "text/plain" && sniff::is_json(first) => {
                Self::Json
            }
            Some(Self::Form) if sniff::is_array_or_object(first) => Self::Json,
            Some(Self::Binary)
                if OCTETS.contains(&&media_type.essence[..])
                    && sniff::is_array_or_object(first)
                    && sniff::is_written(first) =>
            {
                Self::Json
            }
            Some(claimed) => claimed,
            None => sniffed(first),
        }
    }

    /// What a text message is that begins with these bytes, or `is_all` of them: JSON or text.
    /// `None` where more of it has to tell. The answer never changes when more comes.
    pub fn of_message(first: &[u8], is_all: bool) -> Option<Self> {
        let is_enough = is_all || first.len() >= FIRST_BYTES;
        let first = first.get(..FIRST_BYTES).unwrap_or(first);
        match sniff::is_json_so_far(first) {
            _ if first.is_empty() && is_all => Some(Self::Empty),
            None if is_enough => Some(if sniff::is_json(first) { Self::Json } else { Self::Text }),
            known => known.map(|is_json| if is_json { Self::Json } else { Self::Text }),
        }
    }

    /// How many first bytes decide, with this `Content-Type`: where it claims something that no
    /// byte disproves, as many as a character encoding shows itself in.
    pub fn decided_by(content_type: Option<&str>) -> usize {
        let media_type = content_type.and_then(|field| MediaType::read(field.as_bytes()));
        let is_sure = media_type.is_some_and(|media_type| match Self::claimed(&media_type) {
            None | Some(Self::Form) => false,
            Some(Self::Text) => media_type.essence != "text/plain",
            Some(Self::Binary) => !OCTETS.contains(&&media_type.essence[..]),
            Some(_) => true,
        });
        if is_sure { charset::FIRST_BYTES } else { FIRST_BYTES }
    }

    /// What a media type claims; `None` for types that we do not know.
    pub(super) fn claimed(media_type: &MediaType<'_>) -> Option<Self> {
        let essence = &media_type.essence[..];
        let (kind, subtype) = essence.split_once('/')?;
        let suffix = subtype.rsplit_once('+').map_or("", |(_, suffix)| suffix);
        Some(match (kind, subtype) {
            ("multipart", _) => {
                Self::Multipart { boundary: media_type.parameter("boundary").unwrap_or_default() }
            }
            _ if JSON.contains(&subtype) || matches!(suffix, "json" | "json-seq") => Self::Json,
            ("application", "x-www-form-urlencoded") => Self::Form,
            (_, "html" | "xml" | "xml-dtd") => Self::Markup,
            _ if suffix == "xml" => Self::Markup,
            ("text", "event-stream") => Self::EventStream,
            ("text" | "message", _) => Self::Text,
            ("application", _) if TEXT.contains(&subtype) => Self::Text,
            ("image" | "audio" | "video" | "font", _) => Self::Binary,
            _ if OCTETS.contains(&essence) => Self::Binary,
            ("application", _) if BINARY.contains(&subtype) => Self::Binary,
            ("application", _) if BINARY_FAMILIES.iter().any(|f| subtype.starts_with(f)) => {
                Self::Binary
            }
            _ if matches!(suffix, "zip" | "gzip" | "cbor" | "wbxml" | "der" | "protobuf") => {
                Self::Binary
            }
            _ => return None,
        })
    }
}

/// The `charset` that a `Content-Type` names.
pub fn charset_parameter(content_type: &str) -> Option<String> {
    let value = MediaType::read(content_type.as_bytes())?.parameter("charset")?;
    String::from_utf8(value).ok()
}

fn sniffed(first: &[u8]) -> Content {
    if sniff::is_binary_file(first) {
        Content::Binary
    } else if sniff::is_json(first) {
        Content::Json
    } else if sniff::is_markup(first) {
        Content::Markup
    } else if sniff::is_text(first) {
        Content::Text
    } else {
        Content::Binary
    }
}

/// Subtypes that are JSON, of whatever type, beside those that end in `+json`.
const JSON: &[&str] = &[
    "json",
    "x-json",
    "json5",
    "json-seq",
    "jsonl",
    "x-jsonl",
    "jsonlines",
    "x-jsonlines",
    "ndjson",
    "x-ndjson",
    "jsonrequest",
    "csp-report",
    "expect-ct-report",
];

/// Subtypes of `application` that are text.
const TEXT: &[&str] = &[
    "javascript",
    "x-javascript",
    "ecmascript",
    "x-ecmascript",
    "typescript",
    "css",
    "graphql",
    "yaml",
    "x-yaml",
    "toml",
    "sql",
    "rtf",
    "csv",
    "x-sh",
    "x-httpd-php",
    "x-subrip",
    "n-triples",
    "n-quads",
    "sparql-query",
    "pgp-keys",
    "pgp-signature",
    "x-pem-file",
];

/// Types of which nothing is known but that they are bytes.
const OCTETS: &[&str] = &["application/octet-stream", "binary/octet-stream"];

/// Subtypes of `application` that are no text.
const BINARY: &[&str] = &[
    "zip",
    "x-zip-compressed",
    "gzip",
    "x-gzip",
    "zstd",
    "x-bzip2",
    "x-xz",
    "x-7z-compressed",
    "x-rar-compressed",
    "vnd.rar",
    "x-tar",
    "pdf",
    "wasm",
    "ogg",
    "mp4",
    "msword",
    "protobuf",
    "x-protobuf",
    "vnd.google.protobuf",
    "msgpack",
    "x-msgpack",
    "vnd.msgpack",
    "cbor",
    "avro",
    "x-shockwave-flash",
    "x-msdownload",
    "vnd.apple.pkpass",
    "vnd.sqlite3",
    "dns-message",
    "ocsp-request",
    "ocsp-response",
    "pkcs7-mime",
    "pkcs8",
    "pkcs12",
    "x-pkcs12",
];

/// How further subtypes of `application` begin that are no text.
const BINARY_FAMILIES: &[&str] = &[
    "grpc",
    "connect+",
    "vnd.ms-",
    "vnd.openxmlformats-officedocument",
    "vnd.oasis.opendocument",
    "x-font-",
    "font-",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_type_is_believed() {
        let parts = Content::Multipart { boundary: b"----x".to_vec() };
        for (content_type, expected) in [
            ("application/json", Content::Json),
            ("Application/JSON ; charset=utf-8", Content::Json),
            ("application/vnd.api+json", Content::Json),
            ("application/x-ndjson", Content::Json),
            ("application/json-seq", Content::Json),
            ("text/json", Content::Json),
            ("application/x-www-form-urlencoded; charset=UTF-8", Content::Form),
            ("multipart/form-data; boundary=----x", parts.clone()),
            ("multipart/mixed;BOUNDARY=\"----x\"; charset=a", parts),
            ("multipart/form-data", Content::Multipart { boundary: Vec::new() }),
            ("text/plain", Content::Text),
            ("text/csv;header=present", Content::Text),
            ("application/javascript", Content::Text),
            ("text/css", Content::Text),
            ("message/rfc822", Content::Text),
            ("text/html; charset=utf-8", Content::Markup),
            ("application/xhtml+xml", Content::Markup),
            ("application/xml", Content::Markup),
            ("text/xml", Content::Markup),
            ("image/svg+xml", Content::Markup),
            ("text/event-stream", Content::EventStream),
            ("application/grpc", Content::Binary),
            ("application/grpc-web-text+proto", Content::Binary),
            ("image/png", Content::Binary),
            ("font/woff2", Content::Binary),
            ("application/octet-stream", Content::Binary),
            ("application/pdf", Content::Binary),
            (
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                Content::Binary,
            ),
        ] {
            check(Some(content_type), b"ann@example.org", expected);
        }
    }

    #[test]
    fn the_first_bytes_decide_where_the_type_says_nothing() {
        for content_type in [None, Some(""), Some("*/*"), Some("nonsense"), Some("x-a/x-b")] {
            for (first, expected) in [
                (&b"{\"a\":1}"[..], Content::Json),
                (b"  \n [1, 2]", Content::Json),
                (b"<p>ann</p>", Content::Markup),
                (b"i <3 example.org", Content::Text),
                (b"mail=ann%40example.org", Content::Text),
                (b"\x89PNG\r\n\x1a\n\0", Content::Binary),
                (b"ann\x01\x02", Content::Binary),
                (b"", Content::Empty),
            ] {
                check(content_type, first, expected);
            }
        }
    }

    #[test]
    fn json_is_known_under_the_wrong_names_that_clients_give_it() {
        for (content_type, first, expected) in [
            ("text/plain;charset=UTF-8", "{\"event\":\"open\"}", Content::Json),
            ("text/plain", "\"ann\"", Content::Json),
            ("text/plain", "{ann}", Content::Text),
            ("text/plain", "<b>", Content::Text),
            ("text/plain", "\0\0", Content::Text),
            ("application/x-www-form-urlencoded", "{\"a\": 1}", Content::Json),
            ("application/x-www-form-urlencoded", "[a]=b", Content::Form),
            ("application/x-www-form-urlencoded", "\"a\"", Content::Form),
            ("application/octet-stream", "[{\"a\": 1}]", Content::Json),
            ("application/octet-stream", "[1,2\u{1}", Content::Binary),
            ("image/png", "{\"a\": 1}", Content::Binary),
            ("text/html", "{\"a\": 1}", Content::Markup),
        ] {
            check(Some(content_type), first.as_bytes(), expected);
        }
    }

    #[test]
    fn a_message_is_what_all_of_it_is_as_soon_as_that_shows() {
        for (message, expected, from) in [
            (&b"{\"a\": 1}"[..], Content::Json, 2),
            (b" \n[1, 2]", Content::Json, 5),
            (b"[12:30] hello", Content::Text, 4),
            (b"hello", Content::Text, 1),
            (b"42[\"message\"]", Content::Text, 1),
            (b"{hello}", Content::Text, 2),
            (b"\"Hi,\" she said", Content::Text, 15),
            (b"\"Hi\"", Content::Json, 4),
            (b"{", Content::Json, 1),
            (b"  ", Content::Text, 2),
        ] {
            for end in 0..message.len() {
                let known = Content::of_message(&message[..end], false);
                assert_eq!(known, (end >= from).then_some(expected.clone()), "{message:?} {end}");
            }
            assert_eq!(Content::of_message(message, true), Some(expected), "{message:?}");
        }
        assert_eq!(Content::of_message(b"", true), Some(Content::Empty));
        assert_eq!(Content::of_message(b"", false), None);
        assert_eq!(Content::of_message(&[b' '; FIRST_BYTES], false), Some(Content::Text));
    }

    #[test]
    fn a_charset_is_found() {
        assert_eq!(charset_parameter("text/plain; charset=\"UTF-16\"").as_deref(), Some("UTF-16"));
        assert_eq!(charset_parameter("text/plain"), None);
        assert_eq!(charset_parameter("charset=a"), None);
    }

    #[track_caller]
    fn check(content_type: Option<&str>, first: &[u8], expected: Content) {
        assert_eq!(Content::of(content_type, first), expected, "{content_type:?} {first:?}");
    }
}
