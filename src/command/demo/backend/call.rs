//! A chat that was agreed on: how long does it last?

use super::chat::Chat;
use super::received::Received;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::ops::ControlFlow;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A WebSocket that is about to be.
pub(super) struct Call {
    /// The property that was named.
    pub(super) property: String,
    /// The handshake.
    pub(super) received: Received,
    /// The connection, once it is one.
    pub(super) upgrade: OnUpgrade,
}

/// How long a peer may say nothing, or take nothing of what it is sent. A proxy that looks
/// after its conversations asks more often than that whether they are still there.
const SILENCE: Duration = Duration::from_secs(300);

/// Octets that are read at a time.
const SIP: usize = 4096;

impl Call {
    /// Chats until either side has had enough. When it is `closing`, the peer is told, and its
    /// answer awaited.
    pub(super) async fn chat(self, closing: &CancellationToken) {
        let Ok(upgraded) = self.upgrade.await else { return };
        let mut socket = TokioIo::new(upgraded);
        let (mut out, mut sip) = (Vec::new(), vec![0; SIP]);
        let mut chat = Chat::begin(&self.property, &self.received, &mut out);
        let (mut goes_on, mut has_left) = (ControlFlow::Continue(()), false);
        loop {
            match timeout(SILENCE, socket.write_all(&out)).await {
                Ok(Ok(())) => out.clear(),
                _ => return,
            }
            if goes_on.is_break() {
                break;
            }
            tokio::select! {
                read = timeout(SILENCE, socket.read(&mut sip)) => match read {
                    Ok(Ok(length @ 1..)) => {
                        goes_on = chat.hear(sip.get_mut(..length).unwrap_or_default(), &mut out);
                    }
                    _ => return,
                },
                () = closing.cancelled(), if !has_left => {
                    has_left = true;
                    chat.leave(&mut out);
                }
            }
        }
        // What the peer makes of the end is its own affair.
        socket.shutdown().await.ok();
    }
}
