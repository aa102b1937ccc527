//! Personal data on its way through the proxy: what a property's set of rules takes out of
//! heads and bodies.
//!
//! ```text
//! Screens ─┬─ request:  Screen ─┬─ head      path, query, Referer, Cookie, named fields
//!          │                    └─ Filter    [decoder] -> Redactor -> [encoder]
//!          └─ response: Screen ─── Filter ─> Passage   the frames of a body, through a filter
//! ```
//!
//! What could not be read does not go on, unless the set says `unreadable = "pass"`. A set that
//! observes counts, and changes nothing at all.

mod body;
mod hand;
mod head;
mod passage;
mod screen;
mod screens;

pub use body::Filter;
pub use hand::hand;
pub use head::{rewrite_head, rewrite_trailers};
pub use passage::{Passage, Passed};
pub use screen::Screen;
pub use screens::Screens;
