//! What `[websocket]` means.

use crate::config::file::value::Placed;
use crate::config::file::websocket as typed;
use crate::config::report::Reports;
use crate::policy::WebSocket;
use crate::policy::websocket::{Compress, GREETING_BYTES, OnReload};

/// How WebSockets are spoken.
pub(super) fn websocket(typed: &typed::WebSocket, reports: &mut Reports) -> WebSocket {
    let default = WebSocket::default();
    WebSocket {
        compress: match typed.compress {
            None => default.compress,
            Some(typed::Compress::Visitors) => Compress::Visitors,
            Some(typed::Compress::Both) => Compress::Both,
            Some(typed::Compress::None) => Compress::None,
        },
        context_takeover: typed.context_takeover.unwrap_or(default.context_takeover),
        reload: match typed.reload {
            None => default.reload,
            Some(typed::OnReload::Stay) => OnReload::Stay,
            Some(typed::OnReload::Move) => OnReload::Move,
        },
        greeting: typed.greeting.as_ref().map(|Placed { at, value }| {
            if !(1..=GREETING_BYTES).contains(&value.len()) {
                reports.value(at, format!("a text of 1 to {GREETING_BYTES} bytes"));
            }
            value.as_str().into()
        }),
    }
}
