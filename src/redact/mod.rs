//! Bytes in, bytes out: what a property wants taken out of its payloads is replaced, and
//! nothing else is touched.

pub mod spec;

pub use spec::Spec;
