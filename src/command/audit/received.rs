//! What did the recorder get? One request, or one message of a WebSocket, in the places in
//! which a backend would look.

use std::fmt;
use std::net::IpAddr;

/// What came, as far as it came.
#[derive(Default)]
pub(super) struct Received {
    /// Who connected to the recorder.
    pub(super) peer: Option<IpAddr>,
    /// Whom a PROXY header on this connection announced.
    pub(super) announced: Option<IpAddr>,
    /// What came, place by place, content codings undone.
    pub(super) parts: Vec<(Place, Vec<u8>)>,
}

/// Whatever it holds is what is searched for: printing it tells only how much there is.
impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Received({} parts)", self.parts.len())
    }
}

/// Where in a request something stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// The address from which the upstream connection comes.
    Peer,
    /// The PROXY header in front of it.
    ProxyHeader,
    /// The path.
    Path,
    /// The query.
    Query,
    /// A field of the head, by its name in lower case.
    Field(String),
    /// A field behind the body.
    Trailer(String),
    /// The body.
    Body,
    /// A message of a WebSocket.
    Message,
    /// Bytes that are no HTTP.
    Bytes,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Peer => f.write_str("socket peer"),
            Self::ProxyHeader => f.write_str("PROXY header"),
            Self::Path => f.write_str("path"),
            Self::Query => f.write_str("query"),
            Self::Field(name) => write!(f, "field {name}"),
            Self::Trailer(name) => write!(f, "trailer {name}"),
            Self::Body => f.write_str("body"),
            Self::Message => f.write_str("message"),
            Self::Bytes => f.write_str("bytes that are no HTTP"),
        }
    }
}
