//! Why a payload was stopped.

use crate::format::Unreadable;
use std::fmt;

/// Why a payload was stopped. Positions and sizes only: the content is what we are hiding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// Something stands in it that the rules forbid.
    Forbidden {
        /// Offset in the payload.
        at: u64,
    },
    /// It cannot be read, and what cannot be read is not forwarded.
    Unreadable(Unreadable),
    /// More would have to be held back than is allowed.
    Overlong {
        /// How many bytes.
        held: usize,
        /// How many are allowed.
        limit: usize,
    },
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forbidden { at } => write!(f, "forbidden data at byte {at}"),
            Self::Unreadable(why) => write!(f, "unreadable: {why}"),
            Self::Overlong { held, limit } => {
                write!(f, "{held} bytes had to be held back, {limit} are allowed")
            }
        }
    }
}

impl std::error::Error for Blocked {}
