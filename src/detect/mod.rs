//! What is personal? Kinds of personal data, each with its shape and its proof.
//!
//! ```text
//! text -> shape (where could one stand?) -> check (does it prove itself?) -> a find
//!                                            └ weak ones also need context: a word before it
//! ```
//!
//! One small file per family; a new kind is one entry of its family's list, with an example
//! that is found and one that is not.

pub mod calendar;
pub mod checksum;
pub mod contact;
pub mod device;
pub mod kind;
pub mod network;
pub mod payment;
pub mod person;
pub mod secret;
pub mod wallet;

pub use kind::{Context, Group, KINDS, Kind};
