//! Which bodies are made of messages, and how does each of them begin?
//!
//! ```text
//! application/grpc            1 byte of flags, 4 of length, message; and again
//! application/grpc-web        the same, and trailers behind a flag of their own
//! application/connect+proto   the same, and how the stream ended behind a flag of its own
//! application/x-protobuf      one message, and nothing else
//! ```

use http::{HeaderMap, HeaderName};

/// A body that is made of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Messages {
    /// How they stand in it.
    pub(super) framing: Framing,
    /// How each of them is written.
    pub(super) format: Format,
}

/// How messages stand in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// Each behind a prefix.
    Prefixed(Prefixes),
    /// The body is one.
    Bare,
    /// Behind prefixes, in Base64: gRPC of browsers that take nothing but text.
    Base64,
}

/// What the prefix of a message says besides its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefixes {
    /// The field that names the coding of messages.
    pub(super) coding: &'static str,
    /// The flag of a message that is none of the application's but text: trailers, or how the
    /// stream ended. None in gRPC.
    pub(super) about: u8,
}

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
}

impl Messages {
    /// What a body of this type is made of; `None` for others, and for messages in formats that
    /// are not read here.
    pub(super) fn of(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        let subtype = strip(essence, "application/")?;
        let (family, suffix) = subtype.rsplit_once('+').unwrap_or((subtype, ""));
        let is_bare = BARE.iter().any(|name| subtype.eq_ignore_ascii_case(name));
        if is_bare || suffix.eq_ignore_ascii_case("protobuf") {
            return Some(Self { framing: Framing::Bare, format: Format::Protobuf });
        }
        let format = match suffix {
            "" if !family.eq_ignore_ascii_case("connect") => Format::Protobuf,
            _ if suffix.eq_ignore_ascii_case("proto") => Format::Protobuf,
            _ if suffix.eq_ignore_ascii_case("json") => Format::Json,
            _ => return None,
        };
        let framing = match &family.to_ascii_lowercase()[..] {
            "grpc" => Framing::Prefixed(GRPC),
            "grpc-web" => Framing::Prefixed(WEB),
            "grpc-web-text" => Framing::Base64,
            "connect" => {
                Framing::Prefixed(Prefixes { coding: "connect-content-encoding", about: 0x02 })
            }
            _ => return None,
        };
        Some(Self { framing, format })
    }

    /// Whether they come one by one, each of which may wait for an answer to the one before.
    pub(super) fn are_streamed(self) -> bool {
        // Browsers send all of theirs at once.
        matches!(self.framing, Framing::Prefixed(prefixes) if prefixes != WEB)
    }
}

impl Prefixes {
    /// The coding of messages that these fields name, as they name it; `None` where they name
    /// none, or several.
    pub(super) fn coding(self, fields: &HeaderMap) -> Option<&[u8]> {
        let mut all = fields.get_all(HeaderName::from_static(self.coding)).iter();
        let first = all.next().filter(|_| all.next().is_none())?;
        Some(first.as_bytes())
    }
}

/// The text behind this beginning, in whatever case.
fn strip<'a>(text: &'a str, begin: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(begin.len())?;
    first.eq_ignore_ascii_case(begin).then_some(rest)
}

/// The fields in which a client says which codings of messages it reads.
pub(super) const ACCEPTED: [&str; 2] = ["grpc-accept-encoding", "connect-accept-encoding"];

const GRPC: Prefixes = Prefixes { coding: "grpc-encoding", about: 0 };

const WEB: Prefixes = Prefixes { about: 0x80, ..GRPC };

/// Subtypes of `application` for a body that is one protobuf message. The first is registered,
/// `proto` is what Connect calls it.
const BARE: [&str; 4] = ["protobuf", "x-protobuf", "vnd.google.protobuf", "proto"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_says_how_messages_stand_in_a_body() {
        let connect = Prefixes { coding: "connect-content-encoding", about: 2 };
        for (content_type, framing, format) in [
            ("application/grpc", Framing::Prefixed(GRPC), Format::Protobuf),
            ("Application/gRPC+Proto; charset=a", Framing::Prefixed(GRPC), Format::Protobuf),
            ("application/grpc+json", Framing::Prefixed(GRPC), Format::Json),
            ("application/grpc-web", Framing::Prefixed(WEB), Format::Protobuf),
            ("application/grpc-web+json", Framing::Prefixed(WEB), Format::Json),
            ("application/grpc-web-text+proto", Framing::Base64, Format::Protobuf),
            ("application/connect+proto", Framing::Prefixed(connect), Format::Protobuf),
            ("application/connect+json", Framing::Prefixed(connect), Format::Json),
            ("application/x-protobuf", Framing::Bare, Format::Protobuf),
            ("application/protobuf;proto=a.B", Framing::Bare, Format::Protobuf),
            ("application/vnd.example+protobuf", Framing::Bare, Format::Protobuf),
            ("application/proto", Framing::Bare, Format::Protobuf),
        ] {
            assert_eq!(Messages::of(content_type), Some(Messages { framing, format }));
        }
        for content_type in [
            "",
            "application/",
            "application/json",
            "application/connect",
            "application/grpc+thrift",
            "application/grpcs",
            "application/protobuffer",
            "text/protobuf",
            "application/gr\u{e9}",
        ] {
            assert_eq!(Messages::of(content_type), None, "{content_type}");
        }
    }
}
