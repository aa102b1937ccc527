//! WebSockets whose messages are read: a peer on each leg, not a pipe between them.
//!
//! ```text
//!             Asked                                          Call
//! visitor ──── handshake, compression ──> onward ──> handshake, compression ──── backend
//!
//!              Conversation: Relay ─┬─ Flow inward    Reader -> Messages -> Writer
//!                                   └─ Flow outward   Writer <- Messages <- Reader
//! ```
//!
//! Each leg has frames, masks and compression of its own; what is said goes through the rules of
//! the property that [`Chair`] holds. Where a property has no rules for messages, the bytes go
//! through a [`tunnel`](super::tunnel) as they are.

pub mod asked;
pub mod call;
pub mod chair;
pub mod conversation;
pub mod first;
pub mod flow;
mod leg;
pub mod masks;
pub mod messages;
pub mod relay;

pub use asked::{Asked, Terms, Welcome};
pub use call::{Agreed, Call};
pub use chair::Chair;
pub use conversation::Conversation;
