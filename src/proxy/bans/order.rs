//! What an agent asks for who has had enough of somebody, and why it may not be had.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Nobody with this handle is to reach this property any more, for a time.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// The property's id.
    pub property: &'a str,
    /// The address that the property's backend saw.
    pub handle: &'a str,
    /// Whether it may hit all of a network, where the backend sees no more of anybody.
    pub network: bool,
    /// For how long. At most [`LONGEST`].
    pub lasts: Duration,
}

/// The longest ban. Who is to be kept out for ever is for a firewall to keep out.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// A handle can be a visitor's own address.
impl fmt::Debug for Order<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Order")
            .field("property", &self.property)
            .field("network", &self.network)
            .field("lasts", &self.lasts)
            .finish_non_exhaustive()
    }
}

/// A ban that is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banned {
    /// The property's id.
    pub property: Arc<str>,
    /// The handle, where it is a stand-in or a network. A visitor's own address (mode `full`)
    /// is not kept.
    pub handle: Option<ShownHandle>,
    /// How much longer it holds.
    pub left: Duration,
    /// To how many visitors it is bound by their own addresses, whatever handle they have next.
    /// With 0 a stand-in that nobody was seen with yet is waited for until its period ends; a
    /// network has no visitors.
    pub visitors: usize,
}

/// A handle that is nobody's address, and may be shown to those who ask for bans.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShownHandle(pub(super) IpAddr);

impl ShownHandle {
    /// The stand-in or the network.
    pub fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Debug for ShownHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShownHandle")
    }
}

/// Why a ban was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotBanned {
    /// There is no property of this id.
    NoProperty,
    /// The handle is no address.
    NoAddress,
    /// In mode `off` a backend is told nothing of anybody, or something else each time.
    NothingTold,
    /// The backend of this property is never told such an address: another one's handle, or a
    /// visitor's own.
    NeverTold,
    /// In mode `truncate` all of a network has one handle, and nobody said that all of it is
    /// meant.
    WholeNetwork,
    /// It would last for no time, or for longer than [`LONGEST`].
    Lasts,
    /// There are as many bans as `limits.bans` allows.
    Full {
        /// How many that are.
        limit: usize,
    },
}

impl NotBanned {
    /// A stable name for answers and counters.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoProperty => "no-property",
            Self::NoAddress => "no-address",
            Self::NothingTold => "nothing-told",
            Self::NeverTold => "never-told",
            Self::WholeNetwork => "whole-network",
            Self::Lasts => "lasts",
            Self::Full { .. } => "full",
        }
    }
}

impl fmt::Display for NotBanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProperty => f.write_str("there is no such property"),
            Self::NoAddress => f.write_str("the handle is no address; it is what the backend saw"),
            Self::NothingTold => f.write_str(
                "the property's mode is off: its backend sees nothing by which visitors could be \
                 told apart",
            ),
            Self::NeverTold => f.write_str(
                "the property's backend never sees such an address; the handle is what it saw \
                 in this rotation period",
            ),
            Self::WholeNetwork => f.write_str(
                "the property's mode is truncate: the handle is that of a whole network, and all \
                 of its visitors would be banned; with \"network\": true they are",
            ),
            Self::Lasts => {
                write!(f, "a ban lasts from 1s to {}d", LONGEST.as_secs() / (24 * 60 * 60))
            }
            Self::Full { limit } => {
                write!(f, "there are {limit} bans, as many as limits.bans allows")
            }
        }
    }
}

impl std::error::Error for NotBanned {}
