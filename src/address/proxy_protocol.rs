//! What does a PROXY protocol header (v1 or v2) say of the connection behind it?
use std::net::SocketAddr;

/// A header read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes that the header took; what follows is the connection's own.
    pub length: usize,
    /// Whose connection it is.
    pub origin: Origin,
}

/// Whose connection a PROXY header announces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody behind the sender.
    Proxied { source: SocketAddr, destination: SocketAddr },
    /// The sender itself, a health check for example (v2 `LOCAL`).
    Local,
    /// Somebody whose address is not told (v1 `UNKNOWN`, v2 `UNSPEC` or a Unix socket).
    Unknown,
}

/// An origin is somebody's address: printing one reveals only its shape.
impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Proxied { .. } => "Proxied",
            Self::Local => "Local",
            Self::Unknown => "Unknown",
        })
    }
}

/// Why a header is refused. The connection is closed without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    NotProxy,
}

/// Reads a header at the start of `bytes`: `Ok(None)` asks for more.
pub fn parse(bytes: &[u8]) -> Result<Option<Header>, Malformed> {
    let _ = bytes;
    Ok(None)
}
