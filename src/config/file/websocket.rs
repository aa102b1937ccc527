//! `[websocket]` as typed.

use super::value::Placed;
use schemars::JsonSchema;
use serde::Deserialize;

/// How WebSockets are spoken whose messages are read.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebSocket {
    /// With whom permessage-deflate is agreed to.
    pub compress: Option<Compress>,
    /// Whether the compressor's memory is kept from one message to the next: messages get
    /// shorter, and an idle connection costs up to some 300 KiB instead of nothing.
    pub context_takeover: Option<bool>,
    /// What becomes of open sockets when another configuration is put in force.
    pub reload: Option<OnReload>,
    /// The text message that a visitor is sent while the property is still awaited from the
    /// first message, where the protocol lets the server speak first. The backend's own first
    /// message is dropped if it says the same. Where it is left out: none. At most 4096 bytes.
    pub greeting: Option<Placed<String>>,
}

/// With whom permessage-deflate is agreed to.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compress {
    /// With visitors only: the backend of a sidecar is near.
    Visitors,
    /// With visitors and backends.
    Both,
    /// With nobody.
    None,
}

/// What becomes of open sockets when another configuration is put in force.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnReload {
    /// They go on under the policy that they began with.
    Stay,
    /// Each moves to its property's new policy at its next message.
    Move,
}
