//! Bytes in, bytes out: what a property wants taken out of its payloads is replaced, and
//! nothing else is touched.

pub mod rules;
pub mod spec;

pub use rules::{Fault, Part, Rules};
pub use spec::Spec;
