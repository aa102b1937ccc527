//! What does a coded body say, and how is it coded again? Content codings of HTTP
//! (RFC 9110 section 8.4), pushed in as they come, within limits.
//!
//! ```text
//! wire ──> Decoder: gzip, deflate, br, zstd, up to three ──> pieces of at most 16 KiB
//!          counts what each layer yields, and stops bombs
//! pieces ──> Encoder: the same codings ──> wire
//! ```
//!
//! Bytes in, bytes out: nothing here opens, waits or knows a body. What is done with a body
//! that cannot be read is for others to say.

pub mod accept;
pub mod decoder;
pub mod encoder;
pub mod name;

mod layer;
mod strict;
#[cfg(test)]
mod tests;

pub use accept::narrow;
pub use decoder::{Decoder, Failure, Limits};
pub use encoder::{Encoder, Unencodable};
pub use name::{Coding, Codings, UnknownCoding};
