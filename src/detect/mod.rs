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
pub mod catalog;
pub mod checksum;
pub mod kind;

pub mod contact;
pub mod device;
pub mod network;
pub mod payment;
pub mod person;
pub mod secret;
pub mod wallet;

pub mod at;
pub mod be;
pub mod ch;
pub mod de;
pub mod es;
pub mod fr;
pub mod gb;
pub mod ie;
pub mod it;
pub mod nl;
pub mod pl;
pub mod pt;
pub mod us;

pub mod africa;
pub mod americas;
pub mod baltic;
pub mod east;
pub mod east_asia;
pub mod nordic;
pub mod oceania;
pub mod south_asia;
pub mod south_east;
pub mod south_east_asia;

pub use kind::{Context, Group, Kind};
pub mod search;
