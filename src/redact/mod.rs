//! Bytes in, bytes out: what a property wants taken out of its payloads is replaced, and
//! nothing else is touched.
//!
//! ```text
//! Spec ──> Rules (shared) ─┐
//! Hand (keys, disclosure) ─┴─> Redactor: push, push, ..., finish
//! ```
//!
//! What we could not read, the backend does not receive, unless its policy says so: a redactor
//! that is [`Blocked`] stays so.

mod across;
mod allow;
mod base64;
pub mod blocked;
mod edit;
pub mod hand;
mod inside;
mod lane;
mod open;
pub mod options;
pub mod protobuf;
mod quote;
pub mod redactor;
pub mod rules;
pub mod spec;
pub mod tally;
mod texts;
mod value;

pub use across::Memory;
pub use blocked::Blocked;
pub use hand::Hand;
pub use options::{HeadPart, Options};
pub use protobuf::Protobuf;
pub use redactor::Redactor;
pub use rules::{Fault, Part, Rules};
pub use spec::Spec;
