//! What is typed in pieces: a number or an address that several messages of one sender say
//! together, and none of them alone.
//!
//! ```text
//! message ──> texts of people ──> Heard ──┬──> behind what earlier messages said ──> search ──> hit
//!                 Memory <── Piece ───────┘
//! ```
//!
//! What went on before cannot be taken back: of what is found, the part goes that stands in the
//! message that completes it. Only what proves itself is looked for, and only where people write:
//! an order number and the time of day may well be a telephone number together, and the numbers
//! by which programs count their messages are nobody's.

mod heard;
mod memory;
mod piece;
mod search;

pub use memory::Memory;

#[cfg(test)]
mod tests;
