//! In which ranges do stand-ins land, and which address there do given bits choose?

use super::visitor::VisitorAddr;
use ipnet::{Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges that no real visitor has, where stand-ins land.
///
/// By default IPv4's reserved class E (240.0.0.0/4, RFC 1112 §4) and IPv6's documentation
/// prefix (2001:db8::/32, RFC 3849). Private ranges would do, but for backends that skip
/// them as their own proxies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    v4: Ipv4Net,
    v6: Ipv6Net,
}

impl Landing {
    /// 240.0.0.0/4 and 2001:db8::/32.
    pub const DEFAULT: Self = Self {
        v4: Ipv4Net::new_assert(Ipv4Addr::new(240, 0, 0, 0), 4),
        v6: Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    };

    /// Takes ranges as an operator names them; host bits are ignored.
    pub fn new(v4: Ipv4Net, v6: Ipv6Net) -> Result<Self, BadLanding> {
        let (v4, v6) = (v4.trunc(), v6.trunc());
        if v4.prefix_len() > LONGEST_V4 {
            return Err(BadLanding::TooSmallV4);
        }
        if v6.prefix_len() > LONGEST_V6 {
            return Err(BadLanding::TooSmallV6);
        }
        if NOT_UNICAST_V4.iter().any(|net| net.contains(&v4) || v4.contains(net)) {
            return Err(BadLanding::NotUnicastV4);
        }
        if NOT_UNICAST_V6.iter().any(|net| net.contains(&v6) || v6.contains(net)) {
            return Err(BadLanding::NotUnicastV6);
        }
        Ok(Self { v4, v6 })
    }

    /// Where stand-ins for IPv4 visitors land.
    pub fn v4(&self) -> Ipv4Net {
        self.v4
    }

    /// Where stand-ins for IPv6 visitors land.
    pub fn v6(&self) -> Ipv6Net {
        self.v6
    }

    /// The address that `bits` choose in the range of the visitor's own family.
    pub(crate) fn like(&self, visitor: VisitorAddr, bits: u128) -> IpAddr {
        if visitor.reveal().is_ipv4() {
            self.choose_v4(bits).into()
        } else {
            self.choose_v6(bits).into()
        }
    }

    /// The IPv4 address that `bits` choose.
    pub(crate) fn choose_v4(&self, bits: u128) -> Ipv4Addr {
        let host = host(bits, 32 - self.v4.prefix_len());
        // The widest range that `new` accepts (128.0.0.0/2) leaves 30 bits: they always fit.
        Ipv4Addr::from_bits(self.v4.network().to_bits() | u32::try_from(host).unwrap_or(1))
    }

    fn choose_v6(&self, bits: u128) -> Ipv6Addr {
        let host = host(bits, 128 - self.v6.prefix_len());
        Ipv6Addr::from_bits(self.v6.network().to_bits() | host)
    }
}

impl Default for Landing {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why a range cannot take stand-ins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadLanding {
    /// The IPv4 range is longer than /24.
    TooSmallV4,
    /// The IPv6 range is longer than /64.
    TooSmallV6,
    /// The IPv4 range touches addresses that no host can have.
    NotUnicastV4,
    /// The IPv6 range touches addresses that no host can have, or that stand for IPv4 ones.
    NotUnicastV6,
}

impl fmt::Display for BadLanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooSmallV4 => {
                "an IPv4 range of /24 or larger: in a smaller one too \
                                 many visitors would share one stand-in"
            }
            Self::TooSmallV6 => {
                "an IPv6 range of /64 or larger: many backends take a \
                                 smaller one for a single visitor"
            }
            Self::NotUnicastV4 => {
                "an IPv4 range of unicast addresses, clear of \
                                   0.0.0.0/8, 127.0.0.0/8 and 224.0.0.0/4"
            }
            Self::NotUnicastV6 => {
                "an IPv6 range of unicast addresses, clear of ::/8, \
                                   2001::/32, 2002::/16, fe80::/10 and ff00::/8"
            }
        })
    }
}

impl std::error::Error for BadLanding {}

/// A host number of this many bits that is neither all zeros (the network's own name) nor
/// all ones (its broadcast address; in 240.0.0.0/4 that is 255.255.255.255, everybody's).
fn host(bits: u128, width: u8) -> u128 {
    // `new` accepts ranges of 8 to 126 bits. In the default ones the remainder prefers no
    // address by more than one part in 2³².
    let hosts = (1u128 << width) - 2;
    1 + match u64::try_from(hosts) {
        // 64-bit division is the processor's own; 128-bit division is a subroutine.
        Ok(few) => u128::from(low_half(bits) % few),
        Err(_) => bits % hosts,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
const fn low_half(bits: u128) -> u64 {
    bits as u64
}

/// 254 stand-ins: the least that we call a range.
const LONGEST_V4: u8 = 24;
/// One link (RFC 4291 §2.5.1). Throttles that count IPv6 visitors by link see one in it.
const LONGEST_V6: u8 = 64;

/// "This network", loopback and multicast (RFC 6890, RFC 5771).
const NOT_UNICAST_V4: [Ipv4Net; 3] = [
    Ipv4Net::new_assert(Ipv4Addr::new(0, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(224, 0, 0, 0), 4),
];

/// Loopback, mapped and translated addresses (all in ::/8), Teredo, 6to4, link-local and
/// multicast (RFC 4291, RFC 6052, RFC 4380, RFC 3056).
const NOT_UNICAST_V6: [Ipv6Net; 5] = [
    Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 8),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32),
    Ipv6Net::new_assert(Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
    Ipv6Net::new_assert(Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_accepted_or_refused_for_a_named_reason() {
        for (v4, v6, expected) in [
            ("240.0.0.0/4", "2001:db8::/32", Ok(())),
            ("198.18.0.0/15", "3fff::/20", Ok(())),
            ("203.0.113.9/24", "2001:db8:0:7::1/64", Ok(())),
            ("203.0.113.0/25", "2001:db8::/32", Err(BadLanding::TooSmallV4)),
            ("240.0.0.0/4", "2001:db8::/65", Err(BadLanding::TooSmallV6)),
            ("0.0.0.0/0", "2001:db8::/32", Err(BadLanding::NotUnicastV4)),
            ("64.0.0.0/2", "2001:db8::/32", Err(BadLanding::NotUnicastV4)),
            ("127.3.0.0/16", "2001:db8::/32", Err(BadLanding::NotUnicastV4)),
            ("224.0.0.0/3", "2001:db8::/32", Err(BadLanding::NotUnicastV4)),
            ("240.0.0.0/4", "::/0", Err(BadLanding::NotUnicastV6)),
            ("240.0.0.0/4", "::ffff:0:0/64", Err(BadLanding::NotUnicastV6)),
            ("240.0.0.0/4", "2001::/16", Err(BadLanding::NotUnicastV6)),
            ("240.0.0.0/4", "2002:c000::/24", Err(BadLanding::NotUnicastV6)),
            ("240.0.0.0/4", "ff02::/16", Err(BadLanding::NotUnicastV6)),
        ] {
            let built = Landing::new(v4.parse().expect("v4"), v6.parse().expect("v6"));
            assert_eq!(built.map(drop), expected, "{v4} {v6}");
        }
    }

    #[test]
    fn the_default_is_one_that_an_operator_could_have_named() {
        let landing = Landing::default();
        assert_eq!(Landing::new(landing.v4(), landing.v6()), Ok(landing));
    }

    #[test]
    fn no_bits_choose_the_first_or_last_address_of_a_range() {
        let v4 = "203.0.113.0/24".parse().expect("v4");
        let v6 = "2001:db8::/64".parse().expect("v6");
        let landing = Landing::new(v4, v6).expect("good ranges");
        for bits in (0..600).chain(u128::MAX - 600..=u128::MAX) {
            let chosen = landing.choose_v4(bits);
            assert!(v4.contains(&chosen) && chosen != v4.network() && chosen != v4.broadcast());
            let chosen = landing.choose_v6(bits);
            assert!(v6.contains(&chosen) && chosen != v6.network() && chosen != v6.broadcast());
        }
    }

    #[test]
    fn every_other_address_of_a_range_can_be_chosen() {
        let v4: Ipv4Net = "203.0.113.0/24".parse().expect("v4");
        let landing = Landing { v4, ..Landing::default() };
        let chosen: std::collections::BTreeSet<_> =
            (0..254).map(|bits| landing.choose_v4(bits)).collect();
        assert!(chosen.into_iter().eq(v4.hosts()));
    }
}
