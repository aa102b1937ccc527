//! The visitor that the audit plays, in each protocol.

mod chat;
mod dial;
mod multiplexed;
mod plain;

pub(super) use dial::{Belief, Dial};

use super::probe::Ask;
use super::protocol::Protocol;
use super::target::Target;
use multiplexed::Multiplexed;
use plain::Plain;
use std::io;
use std::time::Duration;
use tokio::time::timeout;

/// Somebody who asks.
pub(super) struct Visitor {
    dial: Dial,
    target: Target,
    patience: Duration,
    plain: Plain,
    multiplexed: Multiplexed,
}

impl Visitor {
    /// A visitor of this target, who waits no longer than this for an answer.
    pub(super) fn new(target: Target, dial: Dial, patience: Duration) -> Self {
        let (plain, multiplexed) = (Plain::new(dial.clone()), Multiplexed::new(dial.clone()));
        Self { dial, target, patience, plain, multiplexed }
    }

    /// Asks, and waits for an answer: its status, or a word on why there is none.
    pub(super) async fn ask(&mut self, over: Protocol, ask: &Ask) -> Result<u16, String> {
        let asking = async {
            match over {
                Protocol::Http1 => self.plain.send(&self.target, ask).await,
                Protocol::Http2 => self.multiplexed.send(&self.target, ask).await,
                Protocol::WebSocket => chat::send(&self.dial, &self.target, ask).await,
                Protocol::WebSocketHttp2 => {
                    chat::send_within(&mut self.multiplexed, &self.target, ask).await
                }
            }
        };
        match timeout(self.patience, asking).await {
            Ok(Ok(status)) => Ok(status),
            Ok(Err(error)) => Err(told(&error)),
            Err(_) => Err("no answer in time".to_owned()),
        }
    }
}

/// An error in words; what a library wraps says more than the wrapping.
fn told(error: &io::Error) -> String {
    let mut words = error.to_string();
    if let Some(inner) = error.get_ref().and_then(std::error::Error::source) {
        words = format!("{words}: {inner}");
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "connection closed without an answer".to_owned(),
        _ => words,
    }
}
