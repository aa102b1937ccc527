//! Which addresses are one visitor's?

use crate::address::VisitorAddr;
use std::net::{IpAddr, Ipv6Addr};

/// What is counted as one visitor: an IPv4 address, or the first `v6` bits of an IPv6 address,
/// the rest zero. An IPv4 address comes in its mapped form (RFC 4291 §2.5.5.2), which no IPv6
/// visitor has.
///
/// Translators that put an IPv4 address behind a prefix of their own make neighbours of people
/// who have nothing to do with one another: there, all bits count.
pub fn network_of(visitor: VisitorAddr, v6: u8) -> u128 {
    match visitor.reveal() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let is_shared =
                SHARED.iter().any(|(prefix, length)| keep(bits, *length) == prefix.to_bits());
            if is_shared { bits } else { keep(bits, v6) }
        }
    }
}

/// Prefixes behind which each IPv4 address is somebody else.
const SHARED: [(Ipv6Addr, u8); 3] = [
    // NAT64: the last 32 bits behind the well-known prefix (RFC 6052 §2.1).
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96),
    // NAT64, local use (RFC 8215 §3).
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48),
    // Teredo: behind the address of a server that many share (RFC 4380 §4).
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32),
];

fn keep(address: u128, bits: u8) -> u128 {
    let rest = 128_u32.saturating_sub(bits.into());
    address & u128::MAX.checked_shl(rest).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_one_network_are_one_visitor() {
        for (v6, one, other, are_one) in [
            (64, "203.0.113.77", "203.0.113.77", true),
            (64, "203.0.113.77", "::ffff:203.0.113.77", true),
            (64, "203.0.113.77", "203.0.113.78", false),
            (64, "203.0.113.77", "::cb00:714d", false),
            (64, "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true),
            (64, "2001:db8:1:2::1", "2001:db8:1:3::1", false),
            (56, "2001:db8:1:2::1", "2001:db8:1:3::1", true),
            (56, "2001:db8:1:2::1", "2001:db8:1:102::1", false),
            (128, "2001:db8:1:2::1", "2001:db8:1:2::2", false),
            (128, "2001:db8:1:2::1", "2001:db8:1:2::1", true),
            (64, "64:ff9b::203.0.113.77", "64:ff9b::203.0.113.78", false),
            (64, "64:ff9b:1::203.0.113.77", "64:ff9b:1::203.0.113.78", false),
            (64, "2001:0:1:2::1", "2001:0:1:2::2", false),
            (32, "2001:0:1:2::1", "2001:0:1:2::2", false),
            (32, "2001:db8:1::1", "2001:db8:ffff::2", true),
            (0, "2001:db8::1", "3fff::1", true),
        ] {
            let network =
                |text: &str| network_of(VisitorAddr::new(text.parse().expect("an address")), v6);
            assert_eq!(network(one) == network(other), are_one, "/{v6}: {one} {other}");
        }
    }
}
