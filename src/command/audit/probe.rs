//! What is sent, and what must not come out on the other side: as data.

use super::protocol::Protocol;
use super::spelling::Finder;
use std::net::{IpAddr, Ipv4Addr};

/// A hop that is nobody's visitor, and stands beside claims in lists. No claim is this address.
pub(super) const OTHER_HOP: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 254));

/// One request, or one conversation, with what it carries.
#[derive(Debug)]
pub(super) struct Probe {
    /// What it tries, as the report calls it.
    pub(super) what: String,
    /// What is sent.
    pub(super) ask: Ask,
    /// What is looked for beside the visitor's own address.
    pub(super) bait: Bait,
    /// Over which protocols it makes sense.
    pub(super) over: &'static [Protocol],
    /// Whether its arrival is a leak. What a visitor hides in a way that nobody can see
    /// through, or says of addresses that are not theirs, is reported and not held against
    /// the proxy.
    pub(super) counts: bool,
}

/// What a probe carries.
#[derive(Debug)]
pub(super) enum Bait {
    /// Addresses that the visitor claims to have; none where only the true one is looked for.
    Claims(Vec<Finder>),
    /// A text in which a kind of personal data stands.
    Personal {
        /// The kind's name.
        kind: &'static str,
        /// How the text is wrapped.
        format: &'static str,
        /// The personal part as it is, and as the format spells it.
        forms: Vec<Vec<u8>>,
    },
}

/// A request before it is written down in some protocol.
#[derive(Debug, Default)]
pub(super) struct Ask {
    /// Bytes in front of everything, TLS included.
    pub(super) preface: Vec<u8>,
    /// A path behind the target's own, without its first slash.
    pub(super) path: Option<String>,
    /// A query beside the target's own.
    pub(super) query: Option<String>,
    /// Fields of the head beside those that every request has.
    pub(super) fields: Vec<(String, String)>,
    /// The body.
    pub(super) body: Option<Vec<u8>>,
    /// Fields behind the body.
    pub(super) trailers: Vec<(String, String)>,
    /// The first message of a WebSocket.
    pub(super) message: Option<Vec<u8>>,
}

impl Probe {
    /// A probe that looks for the visitor's own address alone.
    pub(super) fn own(what: impl Into<String>, ask: Ask) -> Self {
        let bait = Bait::Claims(Vec::new());
        Self { what: what.into(), ask, bait, over: &Protocol::ALL, counts: true }
    }

    /// A probe that looks for a claimed address as well.
    pub(super) fn claiming(what: impl Into<String>, ask: Ask, claims: Vec<Finder>) -> Self {
        Self { bait: Bait::Claims(claims), ..Self::own(what, ask) }
    }

    /// The same over these protocols only.
    pub(super) fn over(self, over: &'static [Protocol]) -> Self {
        Self { over, ..self }
    }

    /// The same, as a leak or as a mere note.
    pub(super) fn counting(self, counts: bool) -> Self {
        Self { counts, ..self }
    }
}

impl Ask {
    /// With this path behind the target's own.
    pub(super) fn path(path: String) -> Self {
        Self { path: Some(path), ..Self::default() }
    }

    /// With this query.
    pub(super) fn query(query: String) -> Self {
        Self { query: Some(query), ..Self::default() }
    }

    /// With one field in the head.
    pub(super) fn field(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::fields(vec![(name.into(), value.into())])
    }

    /// With these fields in the head.
    pub(super) fn fields(fields: Vec<(String, String)>) -> Self {
        Self { fields, ..Self::default() }
    }

    /// With these fields behind a body.
    pub(super) fn trailers(trailers: Vec<(String, String)>) -> Self {
        Self {
            body: Some(b"hello".to_vec()),
            trailers,
            ..Self::field("Content-Type", "text/plain")
        }
    }

    /// With this body of this type.
    pub(super) fn body(media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..Self::field("Content-Type", media_type) }
    }

    /// With this as the first message.
    pub(super) fn message(message: impl Into<Vec<u8>>) -> Self {
        Self { message: Some(message.into()), ..Self::default() }
    }
}
