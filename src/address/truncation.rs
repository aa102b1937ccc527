//! Which part of an address names only a network?
//!
//! Some IPv6 addresses carry an IPv4 address inside. It is somebody's whole address, so it
//! is cut off where it begins, whatever prefix length the property chose.

use super::visitor::VisitorAddr;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many leading bits of an address are kept; the rest becomes zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Truncation {
    v4: u8,
    v6: u8,
}

impl Truncation {
    /// Keeps `v4` bits of an IPv4 address and `v6` bits of an IPv6 address. More than 24 or
    /// 48 needs `allow_weak`; all of them is [`Mode::Full`](super::mode::Mode::Full)'s name,
    /// not a truncation's.
    pub fn new(v4: u8, v6: u8, allow_weak: bool) -> Result<Self, BadTruncation> {
        if u32::from(v4) >= Ipv4Addr::BITS {
            return Err(BadTruncation::WholeV4);
        }
        if u32::from(v6) >= Ipv6Addr::BITS {
            return Err(BadTruncation::WholeV6);
        }
        if v4 > STRONG_V4 && !allow_weak {
            return Err(BadTruncation::WeakV4);
        }
        if v6 > STRONG_V6 && !allow_weak {
            return Err(BadTruncation::WeakV6);
        }
        Ok(Self { v4, v6 })
    }

    /// Bits kept of an IPv4 address.
    pub fn v4_bits(self) -> u8 {
        self.v4
    }

    /// Bits kept of an IPv6 address, at most.
    pub fn v6_bits(self) -> u8 {
        self.v6
    }

    /// The network of this visitor.
    pub fn network_of(self, visitor: VisitorAddr) -> IpAddr {
        match visitor.reveal() {
            IpAddr::V4(address) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.v4)).unwrap_or(0);
                Ipv4Addr::from_bits(address.to_bits() & mask).into()
            }
            IpAddr::V6(address) => {
                let kept = keep(address.to_bits(), self.v6);
                let kept = keep(kept, before_embedded_v4(address.to_bits()));
                // A cut in the middle of one form can leave what reads as another, and a
                // network must truncate to itself.
                Ipv6Addr::from_bits(keep(kept, before_embedded_v4(kept))).into()
            }
        }
    }
}

/// /24 and /32: the longest IPv4 and the usual IPv6 prefix that name a provider's network
/// rather than a household.
impl Default for Truncation {
    fn default() -> Self {
        Self { v4: 24, v6: 32 }
    }
}

/// Why prefix lengths are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTruncation {
    /// More than 24 bits of IPv4, and nobody said that this is wanted.
    WeakV4,
    /// More than 48 bits of IPv6, and nobody said that this is wanted.
    WeakV6,
    /// 32 bits of IPv4 or more.
    WholeV4,
    /// 128 bits of IPv6 or more.
    WholeV6,
}

impl fmt::Display for BadTruncation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WeakV4 => "at most 24 bits of IPv4, or allow_weak = true",
            Self::WeakV6 => "at most 48 bits of IPv6, or allow_weak = true",
            Self::WholeV4 => "at most 31 bits of IPv4; the whole address is record = \"full\"",
            Self::WholeV6 => "at most 127 bits of IPv6; the whole address is record = \"full\"",
        })
    }
}

impl std::error::Error for BadTruncation {}

fn keep(address: u128, bits: u8) -> u128 {
    address & u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

/// How many bits stand before the first IPv4 address inside this IPv6 one; 128 if none is
/// known to be there. Prefixes that a provider chose for its own translators (RFC 6052
/// §2.2, RFC 5969) look like any other network and cannot be told apart.
fn before_embedded_v4(address: u128) -> u8 {
    let found = EMBEDDINGS.iter().find(|form| keep(address, form.prefix_len) == form.prefix);
    match found {
        Some(form) => form.v4_at,
        None if is_isatap(address) => 64,
        None => 128,
    }
}

/// ISATAP puts an IPv4 address into the second half of the interface identifier, behind
/// `0000:5efe`, or `0200:5efe` where the address is globally unique (RFC 5214 §6.1).
fn is_isatap(address: u128) -> bool {
    (address >> 32) & 0xfdff_ffff == 0x0000_5efe
}

struct Embedding {
    prefix: u128,
    prefix_len: u8,
    v4_at: u8,
}

const fn embedding(segments: [u16; 6], prefix_len: u8, v4_at: u8) -> Embedding {
    let [a, b, c, d, e, f] = segments;
    Embedding { prefix: Ipv6Addr::new(a, b, c, d, e, f, 0, 0).to_bits(), prefix_len, v4_at }
}

/// Mapped addresses are not here: a [`VisitorAddr`] holds them as the IPv4 that they are.
const EMBEDDINGS: [Embedding; 6] = [
    // IPv4-compatible (RFC 4291 §2.5.5.1), and `::1`, which no visitor has.
    embedding([0, 0, 0, 0, 0, 0], 96, 96),
    // IPv4-translated (RFC 2765 §2.1).
    embedding([0, 0, 0, 0, 0xffff, 0], 96, 96),
    // NAT64, well-known prefix (RFC 6052 §2.1).
    embedding([0x64, 0xff9b, 0, 0, 0, 0], 96, 96),
    // NAT64, local use: the IPv4 address may begin right behind the 48 bits (RFC 8215 §3).
    embedding([0x64, 0xff9b, 1, 0, 0, 0], 48, 48),
    // Teredo: the server's address, and at the end the client's, inverted (RFC 4380 §4).
    embedding([0x2001, 0, 0, 0, 0, 0], 32, 32),
    // 6to4 (RFC 3056 §2).
    embedding([0x2002, 0, 0, 0, 0, 0], 16, 16),
];

/// Longest IPv4 prefix kept without `allow_weak`: the longest that is routed on its own.
const STRONG_V4: u8 = 24;
/// Longest IPv6 prefix kept without `allow_weak`: one site (RFC 6177 §2).
const STRONG_V6: u8 = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_keeps_24_and_32_bits() {
        check(Truncation::default(), "203.0.113.77", "203.0.113.0");
        check(Truncation::default(), "2001:db8:1:2::3", "2001:db8::");
        check(Truncation::default(), "::ffff:203.0.113.77", "203.0.113.0");
    }

    #[test]
    fn bits_are_counted_not_octets() {
        for (v4, v6, address, network) in [
            (0, 0, "203.0.113.77", "0.0.0.0"),
            (0, 0, "2001:db8::1", "::"),
            (9, 0, "203.255.113.77", "203.128.0.0"),
            (31, 127, "203.0.113.77", "203.0.113.76"),
            (31, 127, "2001:db8::5:ffff", "2001:db8::5:fffe"),
            (0, 45, "2001:db8:ffff::1", "2001:db8:fff8::"),
        ] {
            check(weak(v4, v6), address, network);
        }
    }

    #[test]
    fn an_ipv4_address_inside_is_cut_off_where_it_begins() {
        for (address, network) in [
            ("::203.0.113.77", "::"),
            ("::ffff:0:203.0.113.77", "::ffff:0:0:0"),
            ("2002:cb00:714d:1::1", "2002::"),
            ("64:ff9b::203.0.113.77", "64:ff9b::"),
            ("64:ff9b:1:cb00:71:4d00::", "64:ff9b:1::"),
            ("2001:0:cb00:714d:0:1234:34ff:8eb2", "2001::"),
            ("2001:db8::5efe:203.0.113.77", "2001:db8::"),
            ("2001:db8::200:5efe:203.0.113.77", "2001:db8::"),
        ] {
            check(weak(31, 127), address, network);
        }
    }

    #[test]
    fn what_only_resembles_an_embedding_is_cut_like_any_address() {
        for (address, network) in [
            ("64:ff9b:2::cb00:714d", "64:ff9b:2::cb00:714c"),
            ("2001:1:cb00:714d::1", "2001:1:cb00:714d::"),
            ("2003:cb00:714d::1", "2003:cb00:714d::"),
            ("2001:db8::100:5efe:203.0.113.77", "2001:db8::100:5efe:203.0.113.76"),
        ] {
            check(weak(31, 127), address, network);
        }
    }

    #[test]
    fn a_cut_that_leaves_an_isatap_identifier_behind_cuts_again() {
        check(weak(0, 95), "2001:db8::5eff:1:1", "2001:db8::");
    }

    #[test]
    fn a_long_prefix_wants_consent_and_a_whole_address_is_no_prefix() {
        for (v4, v6, without, with) in [
            (24, 48, Ok(()), Ok(())),
            (25, 48, Err(BadTruncation::WeakV4), Ok(())),
            (24, 49, Err(BadTruncation::WeakV6), Ok(())),
            (31, 127, Err(BadTruncation::WeakV4), Ok(())),
            (32, 32, Err(BadTruncation::WholeV4), Err(BadTruncation::WholeV4)),
            (24, 128, Err(BadTruncation::WholeV6), Err(BadTruncation::WholeV6)),
            (255, 255, Err(BadTruncation::WholeV4), Err(BadTruncation::WholeV4)),
        ] {
            assert_eq!(Truncation::new(v4, v6, false).map(drop), without, "{v4} {v6}");
            assert_eq!(Truncation::new(v4, v6, true).map(drop), with, "{v4} {v6} weak");
        }
    }

    #[track_caller]
    fn check(truncation: Truncation, address: &str, network: &str) {
        let visitor = VisitorAddr::new(address.parse().expect("address"));
        let expected: IpAddr = network.parse().expect("network");
        assert_eq!(truncation.network_of(visitor), expected, "{address}");
        assert_eq!(truncation.network_of(VisitorAddr::new(expected)), expected, "{address} twice");
    }

    fn weak(v4: u8, v6: u8) -> Truncation {
        Truncation::new(v4, v6, true).expect("consented prefixes")
    }
}
