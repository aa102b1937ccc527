//! Which protocols does the audit speak, and what are they called?

use std::fmt;

/// A way to talk to the audited proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Protocol {
    /// HTTP/1.1, a connection for many requests.
    Http1,
    /// HTTP/2: chosen by ALPN under TLS, by prior knowledge in the clear.
    Http2,
    /// WebSocket over HTTP/1.1 (RFC 6455), a connection for each conversation.
    WebSocket,
    /// WebSocket over HTTP/2 (RFC 8441), a stream for each conversation.
    WebSocketHttp2,
}

impl Protocol {
    /// All of them, in the order in which they are tried.
    pub(super) const ALL: [Self; 4] =
        [Self::Http1, Self::Http2, Self::WebSocket, Self::WebSocketHttp2];

    /// Those that send requests with bodies.
    pub(super) const HTTP: &[Self] = &[Self::Http1, Self::Http2];

    /// Those that send messages.
    pub(super) const SOCKETS: &[Self] = &[Self::WebSocket, Self::WebSocketHttp2];
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http1 => "HTTP/1.1",
            Self::Http2 => "HTTP/2",
            Self::WebSocket => "WebSocket",
            Self::WebSocketHttp2 => "WebSocket over HTTP/2",
        })
    }
}
