//! Personal data in a protobuf message, of which nobody tells the schema.
//!
//! ```text
//! message ──> wire: fields ──> content ─┬─ a message: its fields, the same way
//!                                       ├─ a text: searched
//!                                       └─ both: read as a message, then searched as a text
//!                └───────────── Patches: what is taken out, and the lengths around it
//! ```
//!
//! On the wire a string, bytes, packed numbers and a message look alike: a length, and content.
//! So the content decides. What divides wholly into fields is a message; what does not is a text
//! if it is UTF-8, or else what its first bytes say, and then mostly binary.
//!
//! Texts divide into fields by chance, and a message of texts alone may be as legible as they are.
//! Such content is both, and whatever leaves says nothing personal in either reading. Which of
//! them comes first decides what is mended: a length that is not breaks a message, and one that
//! never was a length costs a text a character. Texts begin with letters, which as tags are
//! numbers from 8 on or in the hundreds, and messages as a rule with a lower one; so:
//!
//! - What begins with a letter is searched as a text. Where nothing is found, it is read as a
//!   message.
//! - Anything else is read as a message. What that leaves is searched as a text, and if something
//!   is found in it, it is rewritten as a text.
//!
//! Time is linear: a byte is looked at once for the structure that it is part of, once more where
//! that structure turns out to be none, once in the text that it is part of, and at most eight times
//! in what may be either: twice in each of four such contents in one another.
//!
//! Numbers are no text: a telephone number in a varint goes on as it came. Fields have numbers
//! for names: kinds that need a word before them find none but in the text itself.

mod legible;
mod message;
mod patches;
#[cfg(test)]
mod tests;
mod wire;

pub use message::Protobuf;
