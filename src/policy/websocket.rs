//! How WebSockets are spoken whose messages are read (RFC 6455): what was chosen for both legs,
//! the visitor's and the backend's.

use std::sync::Arc;

/// How WebSockets are spoken. Sizes and times of theirs are in [`Limits`](super::Limits) and
/// [`Timeouts`](super::Timeouts).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebSocket {
    /// With whom permessage-deflate (RFC 7692) is agreed to.
    pub compress: Compress,
    /// Whether the compressor's memory is kept from one message to the next. Messages get
    /// shorter, and an idle connection costs up to some 300 KiB instead of nothing.
    pub context_takeover: bool,
    /// What becomes of open sockets when another configuration is put in force.
    pub reload: OnReload,
    /// The text message that a visitor is sent while the property is still awaited from the
    /// first message, where the protocol lets the server speak first: `{"type":"welcome"}` of
    /// ActionCable. The backend's own first message is dropped if it says the same. `None`: the
    /// visitor has to speak first. At most [`GREETING_BYTES`].
    pub greeting: Option<Arc<str>>,
}

/// The longest greeting in bytes: it is held once, and a handshake of a chat protocol takes some
/// hundred.
pub const GREETING_BYTES: usize = 4 << 10;

/// With whom permessage-deflate (RFC 7692) is agreed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compress {
    /// With visitors only: the backend of a sidecar is near.
    #[default]
    Visitors,
    /// With visitors and backends.
    Both,
    /// With nobody.
    None,
}

/// What becomes of open sockets when another configuration is put in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnReload {
    /// They go on under the policy that they began with.
    #[default]
    Stay,
    /// Each moves to its property's new policy at its next message.
    Move,
}
