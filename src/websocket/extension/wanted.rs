//! What would we like to agree on?

/// What cloakroom wants of compression, on either leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whether messages may refer to earlier ones. Small messages become a good deal smaller, and
    /// every open connection holds some 300 KiB for it; without, an idle one holds nothing.
    pub context_takeover: bool,
}

/// `Sec-WebSocket-Extensions` of a handshake with a backend. The backend may choose a smaller
/// window for what is sent to it.
pub fn offer(wanted: &Wanted) -> String {
    let takeover = if wanted.context_takeover {
        ""
    } else {
        "; server_no_context_takeover; client_no_context_takeover"
    };
    format!("permessage-deflate{takeover}; client_max_window_bits")
}
