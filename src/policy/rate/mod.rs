//! How often may a visitor ask?
//!
//! ```text
//! Rate ── Pace      so many at once, and so many in a time: what was chosen
//!      └─ network   which addresses are one visitor's
//! Buckets           who has asked how much: one number a visitor, in a table of fixed size (Sets)
//! ```
//!
//! Nothing here knows an address: visitors are the tags of a keyed hash that the caller makes.

pub mod buckets;
pub mod network;
pub mod pace;
pub mod sets;

pub use buckets::Buckets;
pub use network::network_of;
pub use pace::Pace;
pub use sets::Sets;

use std::time::Duration;

/// How often one visitor may ask for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate {
    /// How often.
    pub pace: Pace,
    /// Leading bits of an IPv6 address that are one visitor's.
    pub v6: u8,
}

/// The time for which a rate counts where nothing else is said.
pub const PER: Duration = Duration::from_secs(1);

/// Leading bits of an IPv6 address that are one visitor's where nothing else is said: half of
/// its bits name the interface (RFC 4291 §2.5.1), and who has one of those has all of them.
pub const V6_BITS: u8 = 64;
