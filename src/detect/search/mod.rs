//! Where in a text does something personal stand? A search for many kinds at once, over text
//! that arrives in pieces.
//!
//! ```text
//! text ──> starts (which kinds can begin here? eight bytes, one table row each)
//!      ──> shape (walk: where could it end?) ──> edges, check, context ──> Find
//! ```
//!
//! Each kind finds its own as if it were alone: leftmost, longest that proves itself, and not
//! inside another of its own. What several kinds claim is for the caller to settle. A find
//! depends on the text alone, not on its pieces: a candidate that the end of a piece cuts is
//! walked on from where it was, and nothing behind it is looked at before it is decided.

mod anchor;
pub mod automaton;
mod edge;
pub mod masks;
mod pem;
pub mod scanner;
pub mod set;
mod starts;
mod walk;
mod words;
