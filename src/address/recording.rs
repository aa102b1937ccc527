//! What may a property remember of a visitor's address?
use super::disclosure::Disclosure;
use super::period::PeriodSecret;
use super::visitor::Client;
use ipnet::{Ipv4Net, Ipv6Net};
use std::sync::Arc;

/// The name of a recording mode, strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// No address at all.
    Off,
    /// A keyed stand-in, stable for one period and one property.
    Pseudonym,
    /// The network only.
    Truncate,
    /// A pseudonym, and the true address encrypted beside it.
    Sealed,
    /// The address.
    Full,
}

/// What a property may remember of a visitor's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// No address at all, or a random one per connection.
    Off { stand_in: StandIn },
    /// A keyed stand-in, stable for one period and one property.
    Pseudonym,
    /// The network only.
    Truncate(Truncation),
    /// A pseudonym, and the true address encrypted beside it.
    Sealed(Arc<Sealing>),
    /// The address.
    Full,
}

/// What stands where no address may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StandIn {
    /// Nothing.
    #[default]
    None,
    /// A random address of a landing range, one per connection.
    Random,
}

/// How many leading bits of an address are kept. (Fields become private newtypes.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncation {
    v4: u8,
    v6: u8,
}

impl Truncation {
    /// Keeps this many bits; longer than /24 or /48 only where `allow_weak` says so.
    pub fn new(v4_bits: u8, v6_bits: u8, allow_weak: bool) -> Result<Self, String> {
        if v4_bits > 32 || v6_bits > 128 {
            return Err("at most 32 bits of IPv4 and 128 of IPv6".to_owned());
        }
        if !allow_weak && (v4_bits > 24 || v6_bits > 48) {
            return Err("at most 24 bits of IPv4 and 48 of IPv6, or allow_weak = true".to_owned());
        }
        Ok(Self { v4: v4_bits, v6: v6_bits })
    }
}

/// How a sealed address is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// ipcrypt-deterministic
    Deterministic,
    /// ipcrypt-nd
    #[default]
    Nd,
    /// ipcrypt-ndx
    Ndx,
    /// ipcrypt-pfx
    Pfx,
}

impl Sealing {
    /// Takes a key of the variant's length.
    pub fn from_key_bytes(variant: Variant, key: &[u8]) -> Result<Self, String> {
        let needed = match variant {
            Variant::Deterministic | Variant::Nd => 16,
            Variant::Ndx | Variant::Pfx => 32,
        };
        if key.len() == needed {
            Ok(Self {})
        } else {
            Err(format!("a key of {needed} bytes, not {}", key.len()))
        }
    }
}

/// Variant and key of the sealed address.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealing {}
impl std::fmt::Debug for Sealing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealing")
    }
}

/// Ranges that no real visitor has, where stand-ins land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// Default 240.0.0.0/4.
    pub v4: Ipv4Net,
    /// Default 2001:db8::/32.
    pub v6: Ipv6Net,
}

impl Default for Landing {
    fn default() -> Self {
        Self {
            v4: Ipv4Net::new_assert(std::net::Ipv4Addr::new(240, 0, 0, 0), 4),
            v6: Ipv6Net::new_assert(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
        }
    }
}

/// What a disclosure depends on beside the client and the mode.
#[derive(Debug)]
pub struct Moment<'a> {
    /// The property's id.
    pub property: &'a str,
    /// The secret of the running period.
    pub secret: &'a PeriodSecret,
    /// Where stand-ins land.
    pub landing: &'a Landing,
    /// Random bits of this connection, for `off` with a random stand-in.
    pub connection: u128,
    /// Fresh random bytes, for sealed variants with a tweak.
    pub tweak: [u8; 16],
}

impl Recording {
    /// The mode's name.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Off { .. } => Mode::Off,
            Self::Pseudonym => Mode::Pseudonym,
            Self::Truncate(_) => Mode::Truncate,
            Self::Sealed(_) => Mode::Sealed,
            Self::Full => Mode::Full,
        }
    }
    /// What the backend may learn of this client.
    pub fn disclose(&self, client: Client, moment: &Moment<'_>) -> Disclosure {
        let _ = (client, moment);
        Disclosure::default()
    }
}
