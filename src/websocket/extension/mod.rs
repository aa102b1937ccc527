//! What do the two sides of a leg agree on about compression (permessage-deflate, RFC 7692)?
//!
//! Each leg is negotiated on its own, whatever the other one agreed on: messages are read and
//! written anew between them. No other extension is understood, so none is ever agreed on.
//!
//! ```text
//! visitor ──Sec-WebSocket-Extensions──▶ Offers::parse ─▶ accept ─▶ Agreement::response ──▶ 101
//! backend ◀── offer()          101 ──Sec-WebSocket-Extensions──▶ Agreement::read
//! Agreement ─▶ inflate, deflate: what the Reader and the Writer of the leg need
//! ```

mod agreement;
mod element;
mod malformed;
mod offers;
mod parameters;
mod wanted;

pub use agreement::{Agreement, Disagreement};
pub use malformed::Malformed;
pub use offers::Offers;
pub use wanted::{Wanted, offer};
