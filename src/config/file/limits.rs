//! `[limits]`, `[timeouts]` and `[log]` as typed.

use super::value::{Placed, Size, Time};
use schemars::JsonSchema;
use serde::Deserialize;

/// Sizes and counts of what clients send.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// A request head: request line and all fields. Over it: 431. 1KiB to 1MiB.
    pub head_bytes: Option<Placed<Size>>,
    /// Fields of a request head. Over it: 431.
    #[schemars(range(min = 8, max = 10_000))]
    pub head_fields: Option<Placed<u32>>,
    /// One line of a head. Over it: 414 for the request line, 431 for a field. 256 bytes to
    /// 1MiB, and no more than `head_bytes`.
    pub line_bytes: Option<Placed<Size>>,
    /// A request body. Over it: 413. 0 (none at all) to 1024GiB.
    pub body_bytes: Option<Placed<Size>>,
    /// Requests on one HTTP/1.1 connection, after which it is closed.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub requests_per_connection: Option<Placed<u32>>,
    /// Connections of all listeners together. At the limit accepting pauses.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub connections: Option<Placed<u32>>,
    /// Connections of one peer. Over it the new one is closed. Not applied to trusted peers.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub connections_per_peer: Option<Placed<u32>>,
    /// TLS handshakes under way at one time. Over it new ones wait.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub handshakes: Option<Placed<u32>>,
    /// HTTP/2: streams open at one time on a connection.
    #[schemars(range(min = 1, max = 10_000))]
    pub h2_streams: Option<Placed<u32>>,
    /// HTTP/2: streams that the client reset and that are not yet forgotten. Over it the
    /// connection is closed.
    #[schemars(range(min = 1, max = 10_000))]
    pub h2_pending_resets: Option<Placed<u32>>,
    /// HTTP/2: the flow-control window of a connection; a stream gets a quarter of it.
    /// 1MiB to 64MiB.
    pub h2_window: Option<Placed<Size>>,
    /// A body that is redacted whole, before its head is sent, so that the head says its exact
    /// length; longer ones are sent without a length, as they are rewritten. 0 to 16MiB.
    pub small_body: Option<Placed<Size>>,
    /// Arrays and objects inside one another in JSON, and parts inside parts. Over it the body
    /// is unreadable.
    #[schemars(range(min = 1, max = 1_000))]
    pub json_depth: Option<Placed<u32>>,
    /// A body once its content coding is undone. Over it: 413. 1KiB to 1024GiB.
    pub decoded_bytes: Option<Placed<Size>>,
    /// How many times longer than it was sent a body may be once its content coding is undone.
    /// Over it: 413.
    #[schemars(range(min = 2, max = 100_000))]
    pub decoded_ratio: Option<Placed<u32>>,
    /// A WebSocket message, all its fragments together, once it is inflated. Over it: close
    /// 1009. 1KiB to 1GiB.
    pub ws_message: Option<Placed<Size>>,
    /// The payload of one WebSocket frame as it was sent. Over it: close 1009. 1KiB to 1GiB.
    pub ws_frame: Option<Placed<Size>>,
    /// Fragments of one WebSocket message. Over it: close 1009.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub ws_fragments: Option<Placed<u32>>,
    /// Bytes of bodies and messages that are held back at one time, since they have to be read whole or
    /// may still become a find; of all exchanges together. Over it: 503, or close 1013. 1MiB to 1024GiB.
    pub held_bytes: Option<Placed<Size>>,
    /// Tokens that `[[properties.binding]]` remember at one time. Over it the one is forgotten
    /// that was not used for the longest. 0: none is ever learnt.
    #[schemars(range(min = 0, max = 10_000_000))]
    pub bindings: Option<Placed<u32>>,
}

/// How long a client may take.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timeouts {
    /// For the PROXY header, from accept on. Over it: close. 100ms to 1m.
    pub proxy_header: Option<Placed<Time>>,
    /// For the TLS handshake. Over it: close. 100ms to 5m.
    pub tls_handshake: Option<Placed<Time>>,
    /// For a request head, from its first byte to its last. Over it: 408. 100ms to 5m.
    pub head: Option<Placed<Time>>,
    /// Between two requests of a connection. Over it: close. 1s to 1h.
    pub keep_alive: Option<Placed<Time>>,
    /// Between two pieces of a request body. Over it: 408. 1s to 1h.
    pub body_idle: Option<Placed<Time>>,
    /// The slowest request body in bytes per second. 0 switches the check off.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub body_rate: Option<Placed<u32>>,
    /// How long a body may be slower than `body_rate`. 1s to 1h.
    pub body_rate_after: Option<Placed<Time>>,
    /// For a client that takes nothing of a response. Over it: close. 1s to 1h.
    pub send: Option<Placed<Time>>,
    /// For the first message of a WebSocket where that names the property. Over it: what
    /// `[properties.unknown]` says, a policy or close 1008. 100ms to 5m.
    pub first_message: Option<Placed<Time>>,
    /// A WebSocket peer that is silent for this long is asked whether it is there. 0s: never;
    /// else 1s to 1h.
    pub ws_ping: Option<Placed<Time>>,
    /// An upgraded connection, or a gRPC call that its client has not ended, without a byte in
    /// either direction. Over it: close. Of a WebSocket
    /// whose messages are read, a peer that sends nothing, not even the answer to a ping. Over
    /// it: close 1001. 1s to 7d.
    pub tunnel_idle: Option<Placed<Time>>,
    /// For open exchanges after SIGTERM. 0s to 1h.
    pub drain: Option<Placed<Time>>,
}

/// What is logged. No line ever holds an address, a path or a query.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Form of the lines.
    pub format: Option<Placed<LogFormat>>,
    /// The least severity: off, error, warn, info, debug or trace; also per module, as in
    /// "info,cloakroom::proxy=debug".
    pub level: Option<Placed<String>>,
    /// Whether each exchange is logged.
    pub access: Option<bool>,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}
