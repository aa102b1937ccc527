//! Personal data on its way through the proxy: what a property's set of rules takes out of
//! heads and bodies.
//!
//! ```text
//! Screens ─┬─ request:  Screen ─┬─ head      path, query, Referer, Cookie, named fields
//!          │                    └─ Filter    [decoder] -> Work -> [encoder]
//!          │                         Redactor │ Prefixed: gRPC │ Bare: one protobuf message
//!          └─ response: Screen ─── Filter ─> Passage   the frames of a body, through a filter
//! ```
//!
//! What could not be read does not go on, unless the set says `unreadable = "pass"`. A set that
//! observes counts, and changes nothing at all.
//!
//! What a message says of its bytes goes once they are, or may be, others: checksums, strong tags,
//! the length of what is rewritten as it comes. Ranges fit no rewritten body:
//!
//! - Of a response that is looked at, a visitor gets all: `Range` does not reach the backend, and
//!   a part that it sends all the same counts as unreadable.
//! - A request that sends a part of something, by `Content-Range` or an offset in a field of its
//!   own, is rewritten like any other. Where that changes its length, its offsets are wrong:
//!   uploads in pieces are for properties that do not look at bodies, or for types without text.

mod body;
mod grpc;
mod hand;
mod head;
mod held;
mod message;
mod messages;
mod passage;
mod screen;
mod screens;
mod work;

pub use body::Filter;
pub use hand::hand;
pub use head::{rewrite_head, rewrite_trailers};
pub use passage::{Passage, Passed};
pub use screen::Screen;
pub use screens::{Screens, ask_for_known_codings};
