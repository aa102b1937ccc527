//! The official vectors of ipcrypt, through the sealed text and back.

use cloakroom::address::VisitorAddr;
use cloakroom::address::sealing::{Sealing, Variant};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use std::net::{IpAddr, Ipv4Addr};

#[test]
fn every_official_vector_is_met() {
    let met: Vec<Variant> = vectors().map(|vector| vector.check(vector.address)).collect();
    for (variant, count) in
        [(Variant::Deterministic, 5), (Variant::Nd, 7), (Variant::Ndx, 7), (Variant::Pfx, 16)]
    {
        assert_eq!(met.iter().filter(|met| **met == variant).count(), count, "{variant}");
    }
}

#[test]
fn a_mapped_address_is_sealed_as_the_ipv4_address_that_it_is() {
    let mut met = 0;
    for vector in vectors() {
        if let IpAddr::V4(address) = vector.address {
            vector.check(address.to_ipv6_mapped().into());
            met += 1;
        }
    }
    assert_eq!(met, 23);
}

#[test]
fn addresses_of_one_network_stay_together_under_pfx_alone() {
    let networks = |variant| {
        let mut networks: Vec<String> = (0..=255)
            .map(|host| {
                let visitor = VisitorAddr::new(Ipv4Addr::new(192, 0, 2, host).into());
                let key: Vec<u8> = (1..=32).take(Variant::key_bytes(variant)).collect();
                let sealing = Sealing::from_key_bytes(variant, &key).expect("a good key");
                let text = sealing.seal(visitor, [host; 16]);
                text.split_once('.').expect("a tag").1[..6].to_owned()
            })
            .collect();
        networks.sort();
        networks.dedup();
        networks.len()
    };
    assert_eq!(networks(Variant::Pfx), 1);
    for variant in [Variant::Deterministic, Variant::Nd, Variant::Ndx] {
        assert!(networks(variant) > 250, "{variant}");
    }
}

struct Vector {
    sealing: Sealing,
    address: IpAddr,
    tweak: [u8; 16],
    sealed: String,
}

fn vectors() -> impl Iterator<Item = Vector> {
    let lines = include_str!("vectors/ipcrypt.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Vector::read)
}

impl Vector {
    fn read(line: &str) -> Self {
        let [variant, key, address, tweak, result] =
            line.split(' ').collect::<Vec<_>>().try_into().expect("five columns");
        let variant: Variant = variant.parse().expect("a variant");
        let mut padded = [0; 16];
        if tweak != "-" {
            let tweak = HEXLOWER.decode(tweak.as_bytes()).expect("a tweak");
            padded[..tweak.len()].copy_from_slice(&tweak);
        }
        let hex = match (variant, result.parse()) {
            (Variant::Pfx, Ok(IpAddr::V4(result))) => HEXLOWER.encode(&result.octets()),
            (_, Ok(IpAddr::V6(result))) => HEXLOWER.encode(&result.octets()),
            (_, Ok(IpAddr::V4(_))) => unreachable!("only pfx keeps the family: {line}"),
            (_, Err(_)) => result.to_owned(),
        };
        let key = HEXLOWER_PERMISSIVE.decode(key.as_bytes()).expect("a key");
        Self {
            sealing: Sealing::from_key_bytes(variant, &key).expect("a good key"),
            address: address.parse().expect("an address"),
            tweak: padded,
            sealed: format!("{variant}.{hex}"),
        }
    }

    #[track_caller]
    fn check(&self, address: IpAddr) -> Variant {
        assert_eq!(self.sealing.seal(VisitorAddr::new(address), self.tweak), self.sealed);
        assert_eq!(self.sealing.open(&self.sealed), Ok(self.address), "{}", self.sealed);
        self.sealing.variant()
    }
}
