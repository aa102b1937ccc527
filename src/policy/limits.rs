//! How much of everything is allowed, and for how long.

use std::time::Duration;

/// Sizes and counts. Each has a default that a public proxy can live with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request head: request line and all fields. Over it: 431.
    pub head_bytes: usize,
    /// Fields of a request head. Over it: 431.
    pub head_fields: usize,
    /// Bytes of one line of a head. Over it: 414 for the request line, 431 for a field.
    pub line_bytes: usize,
    /// Bytes of a request body. Over it: 413.
    pub body_bytes: u64,
    /// Requests on one HTTP/1.1 connection, after which it is closed.
    pub requests_per_connection: u64,
    /// Connections of all listeners together. At the limit accepting pauses.
    pub connections: usize,
    /// Connections of one socket peer. Over it the new one is closed. Not applied to trusted peers.
    pub connections_per_peer: usize,
    /// TLS handshakes under way at one time. Over it new ones wait their turn.
    pub handshakes: usize,
    /// HTTP/2: streams open at one time on a connection.
    pub h2_streams: u32,
    /// HTTP/2: streams that the peer reset and that are not yet forgotten. Over it: GOAWAY.
    pub h2_pending_resets: usize,
    /// HTTP/2: flow-control window of a connection in bytes; a stream gets a quarter of it.
    pub h2_window: u32,
    /// Bytes of a body that is redacted whole, before its head is sent, so that the head says
    /// its exact length. Longer ones are sent as they are rewritten, without a length.
    pub small_body: usize,
    /// Arrays and objects inside one another in JSON, and parts inside parts. Over it the body
    /// counts as unreadable.
    pub json_depth: usize,
    /// Bytes of a body once its content coding is undone. Over it: 413.
    pub decoded_bytes: u64,
    /// Bytes of a body once its content coding is undone, for each byte that was sent. Over it:
    /// 413.
    pub decoded_ratio: u32,
    /// Bytes of a WebSocket message, all its fragments together, once it is inflated. Over it:
    /// close 1009 (RFC 6455 §7.4.1).
    pub ws_message: u64,
    /// Bytes of the payload of one WebSocket frame as it was sent. Over it: close 1009.
    pub ws_frame: u64,
    /// Fragments of one WebSocket message, beside the frame that ends it. Over it: close 1009.
    pub ws_fragments: u32,
    /// Bytes of bodies and messages that are held back at one time, of all exchanges together.
    /// Over it: 503 for whoever wants to hold more, or close 1013.
    pub held_bytes: u64,
    /// Tokens that bindings remember at one time. Over it the one is forgotten that was not
    /// used for the longest; with 0 none is ever learnt. Each takes some 100 bytes.
    pub bindings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 32 << 10,
            head_fields: 100,
            line_bytes: 8 << 10,
            body_bytes: 64 << 20,
            requests_per_connection: 1_000_000,
            connections: 65_536,
            connections_per_peer: 1_024,
            handshakes: 1_024,
            h2_streams: 128,
            h2_pending_resets: 50,
            // h2 kills a connection whose window is under 1 MiB on many small frames.
            h2_window: 1 << 20,
            small_body: 64 << 10,
            // As other JSON readers allow (serde_json: 128).
            json_depth: 128,
            decoded_bytes: 64 << 20,
            // Chats shrink to a tenth, logs to a thirtieth; a deflate bomb reaches 1032.
            decoded_ratio: 100,
            // A photo in base64 has room in it; what is longer is uploaded.
            ws_message: 16 << 20,
            ws_frame: 16 << 20,
            ws_fragments: 65_536,
            held_bytes: 256 << 20,
            bindings: 100_000,
        }
    }
}

/// How long a client may take for each part of an exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// The PROXY header, from accept on. Over it: close.
    pub proxy_header: Duration,
    /// The TLS handshake. Over it: close.
    pub tls_handshake: Duration,
    /// The request head, from its first byte to its last. Over it: 408 and close.
    pub head: Duration,
    /// The time between two requests of a connection. Over it: close.
    pub keep_alive: Duration,
    /// The time between two pieces of a request body. Over it: 408 and close.
    pub body_idle: Duration,
    /// Slowest request body in bytes per second, measured once `body_rate_after` has passed.
    pub body_rate: u64,
    /// How long a body may be slower than `body_rate`.
    pub body_rate_after: Duration,
    /// The time for which a client may take nothing of a response. Over it: close.
    pub send: Duration,
    /// How long a WebSocket may take for its first message where that tells the property. Over
    /// it: what [`Book::unknown`](super::Book::unknown) says, a policy or close 1008.
    pub first_message: Duration,
    /// How long a WebSocket peer may be silent before it is asked whether it is there (ping, RFC
    /// 6455 §5.5.2); `None`: it is never asked. Of use where it is shorter than `tunnel_idle`.
    pub ws_ping: Option<Duration>,
    /// The time without a byte in either direction of an upgraded connection, or of a gRPC call
    /// that its client has not ended. Over it: close.
    /// Of a WebSocket whose messages are read, the time in which one peer sends nothing, not
    /// even the answer to a ping. Over it: close 1001.
    pub tunnel_idle: Duration,
    /// How long open exchanges may take after SIGTERM.
    pub drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            proxy_header: Duration::from_secs(3),
            tls_handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            keep_alive: Duration::from_secs(60),
            body_idle: Duration::from_secs(30),
            body_rate: 100,
            body_rate_after: Duration::from_secs(10),
            send: Duration::from_secs(60),
            first_message: Duration::from_secs(10),
            ws_ping: Some(Duration::from_secs(30)),
            tunnel_idle: Duration::from_secs(120),
            drain: Duration::from_secs(30),
        }
    }
}
