//! What do the bytes of a WebSocket say, and how is it said anew?
//!
//! cloakroom is a peer on each leg of a proxied WebSocket: it reads what one side sends, down
//! to the text of its messages, and writes it anew towards the other side. This module knows
//! RFC 6455 and permessage-deflate (RFC 7692). It holds every peer to them, repairs nothing,
//! and keeps no message: what came of one is handed on as it comes. When to ping, what to
//! answer and how long to wait is decided elsewhere.
//!
//! ```text
//! socket ──bytes──▶ Reader::next ──Begin, Piece…, Fragment, End, Ping, Pong, Close──▶ rewriting
//!                      └──Violation──▶ a Close with its code, and the end
//!
//! rewriting ──▶ Writer::begin, frame…, ping, pong, close ──bytes──▶ socket
//! ```
//!
//! - [`handshake`]: the two fields that prove that a peer speaks WebSocket.
//! - [`extension`]: what the two sides of a leg agree on about compression.
//! - [`Reader`], [`Writer`]: the frames of one direction.

mod code;
mod deflate;
mod event;
pub mod extension;
pub mod handshake;
mod head;
mod inflate;
mod limits;
mod mask;
mod message;
mod reader;
mod utf8;
mod violation;
mod writer;

#[cfg(test)]
mod reading;
#[cfg(test)]
mod told;
#[cfg(test)]
mod trips;

pub use code::Code;
pub use deflate::Deflate;
pub use event::{Event, Kind};
pub use inflate::Inflate;
pub use limits::Limits;
pub use reader::Reader;
pub use violation::Violation;
pub use writer::Writer;
