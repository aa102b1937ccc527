//! A WebSocket at the recorder: every message is kept, and then acknowledged.

use super::log::{Draft, Log, Sender};
use crate::websocket::{Event, Kind, Limits, Reader, Writer};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// No probe is longer.
const LIMITS: Limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 1000 };

/// A visitor of the suite says what it has to say at once.
const SILENCE: Duration = Duration::from_secs(60);

/// Listens until the other side has had enough.
pub(super) async fn listen(upgrade: OnUpgrade, log: Log, sender: Sender) {
    let Ok(upgraded) = upgrade.await else { return };
    let mut socket = TokioIo::new(upgraded);
    let (mut reader, mut writer) = (Reader::new(true, None, LIMITS), Writer::new(None));
    let (mut sip, mut out) = (vec![0; 4096], Vec::new());
    let mut message: Option<Draft> = None;
    while let Ok(Ok(length @ 1..)) = timeout(SILENCE, socket.read(&mut sip)).await {
        let mut bytes = sip.get_mut(..length).unwrap_or_default();
        let is_over = loop {
            match reader.next(&mut bytes) {
                Ok(None) => break false,
                Ok(Some(Event::Begin(_))) => {
                    let mut draft = log.begin(sender);
                    draft.is_message();
                    message = Some(draft);
                }
                Ok(Some(Event::Piece(piece))) => {
                    if let Some(draft) = &mut message {
                        draft.piece(piece);
                    }
                }
                Ok(Some(Event::End)) => {
                    // Kept first: whoever hears of it may look.
                    message = None;
                    writer.begin(Kind::Text);
                    writer.frame(b"kept", true, None, &mut out);
                }
                Ok(Some(Event::Ping(payload))) => writer.pong(payload, None, &mut out),
                Ok(Some(Event::Fragment | Event::Pong(_))) => {}
                Ok(Some(Event::Close(why))) => {
                    writer.close(why.map(|(code, _)| (code, "")), None, &mut out);
                    break true;
                }
                Err(violation) => {
                    writer.close(Some((violation.code, violation.what)), None, &mut out);
                    break true;
                }
            }
        };
        if socket.write_all(&out).await.is_err() || is_over {
            break;
        }
        out.clear();
    }
    // What the peer makes of the end is its own affair.
    socket.shutdown().await.ok();
}
