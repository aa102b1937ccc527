//! A country database is looked up by visitor; a damaged one is refused, never a panic.

use cloakroom::address::VisitorAddr;
use cloakroom::address::country::{BadCountryDb, Country, CountryDb};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

#[test]
fn visitors_are_placed_by_the_longest_record_that_holds_them() {
    let file = database(6, &country_records());
    let db = CountryDb::from_bytes(file).expect("a sound database");
    for (address, country) in [
        ("192.0.2.1", Some("DE")),
        ("192.0.2.255", Some("DE")),
        ("::ffff:192.0.2.1", Some("DE")),
        ("192.0.3.0", None),
        ("198.51.100.7", Some("FR")),
        ("2001:db8::1", Some("AT")),
        ("2001:db8:8000::1", Some("CH")),
        ("2001:db9::1", None),
        ("203.0.113.7", None),
        ("0.0.0.0", None),
        ("ffff::", None),
    ] {
        check(&db, address, country);
    }
}

#[test]
fn a_database_of_ipv4_alone_knows_no_ipv6() {
    let records = country_records().into_iter().filter(|record| record.network.is_ipv4());
    let file = database(4, &records.collect::<Vec<_>>());
    let db = CountryDb::from_bytes(file).expect("a sound database");
    check(&db, "192.0.2.1", Some("DE"));
    check(&db, "2001:db8::1", None);
}

#[test]
fn a_file_that_is_no_country_database_is_refused() {
    let asn = [record("192.0.2.0", 24, map(&[("autonomous_system_number", string("64496"))]))];
    for (file, why) in [
        (Vec::new(), BadCountryDb::Damaged),
        (b"not a database".to_vec(), BadCountryDb::Damaged),
        (b"\xab\xcd\xefMaxMind.com".to_vec(), BadCountryDb::Damaged),
        (database(6, &asn), BadCountryDb::NoCountries),
        (database(6, &[]), BadCountryDb::NoCountries),
    ] {
        assert_eq!(CountryDb::from_bytes(file).map(drop), Err(why));
    }
}

#[test]
fn a_file_cut_short_is_refused_wherever_it_is_cut() {
    let file = database(6, &country_records());
    for length in 0..file.len() {
        let cut = CountryDb::from_bytes(file[..length].to_vec());
        // The last field of the metadata may lose its end and still be whole.
        assert!(cut.is_err(), "{length} of {} bytes", file.len());
    }
}

#[test]
fn a_changed_byte_makes_an_error_or_another_database_but_no_panic() {
    let file = database(6, &country_records());
    let visitors = ["192.0.2.1", "198.51.100.7", "203.0.113.7", "2001:db8::1", "ffff::"];
    let visitors = visitors.map(|address| VisitorAddr::new(address.parse().expect("address")));
    let (mut refused, mut opened) = (0, 0);
    for at in 0..file.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut changed = file.clone();
            changed[at] ^= change;
            match CountryDb::from_bytes(changed) {
                Ok(db) => {
                    for country in visitors.iter().filter_map(|visitor| db.country(*visitor)) {
                        assert_eq!(country.as_str().len(), 2);
                    }
                    opened += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 0 && opened > 0, "{refused} refused, {opened} opened");
}

#[test]
fn a_tree_that_leads_back_into_itself_is_refused() {
    let mut file = database(6, &country_records());
    // Both branches of the first node lead to the first node.
    file[..6].fill(0);
    assert_eq!(CountryDb::from_bytes(file).map(drop), Err(BadCountryDb::Damaged));
}

#[track_caller]
fn check(db: &CountryDb, address: &str, country: Option<&str>) {
    let visitor = VisitorAddr::new(address.parse().expect("address"));
    assert_eq!(db.country(visitor), country.and_then(Country::new), "{address}");
}

fn country_records() -> Vec<Record> {
    let country = |code| map(&[("country", map(&[("iso_code", string(code))]))]);
    vec![
        record("192.0.2.0", 24, country("DE")),
        record("198.51.100.0", 24, country("fr")),
        // A record may lack the country, or hold what is no country.
        record("203.0.113.0", 25, map(&[("continent", string("EU"))])),
        record("203.0.113.128", 25, country("EUROPE")),
        record("2001:db8::", 33, country("AT")),
        record("2001:db8:8000::", 33, country("CH")),
    ]
}

struct Record {
    network: IpAddr,
    prefix_len: u32,
    data: Vec<u8>,
}

fn record(network: &str, prefix_len: u32, data: Vec<u8>) -> Record {
    Record { network: network.parse().expect("a network"), prefix_len, data }
}

/// A database in MaxMind's format 2.0 with records of 24 bits: a binary tree over the bits
/// of the address, 16 zero bytes, the data, a marker, and the metadata. A tree for IPv6
/// holds the IPv4 addresses under ::/96.
fn database(ip_version: u16, records: &[Record]) -> Vec<u8> {
    #[derive(Clone, Copy)]
    enum Branch {
        Nowhere,
        Node(usize),
        Data(usize),
    }
    let mut nodes = vec![[Branch::Nowhere; 2]];
    let mut data = Vec::new();
    for record in records {
        let (bits, length) = match record.network {
            IpAddr::V4(v4) if ip_version == 4 => {
                (u128::from(v4.to_bits()) << 96, record.prefix_len)
            }
            IpAddr::V4(v4) => (v4.to_ipv6_compatible().to_bits(), record.prefix_len + 96),
            IpAddr::V6(v6) => (Ipv6Addr::to_bits(v6), record.prefix_len),
        };
        let mut node = 0;
        for depth in 0..length {
            let side = usize::from(bits >> (127 - depth) & 1 == 1);
            if depth + 1 == length {
                nodes[node][side] = Branch::Data(data.len());
            } else if let Branch::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Branch::Nowhere; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Branch::Node(next);
                node = next;
            }
        }
        data.extend_from_slice(&record.data);
    }
    let mut file = Vec::new();
    for branch in nodes.iter().flatten() {
        let value = match *branch {
            Branch::Nowhere => nodes.len(),
            Branch::Node(number) => number,
            Branch::Data(offset) => nodes.len() + 16 + offset,
        };
        file.extend_from_slice(&u32::try_from(value).expect("a small tree").to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    let count = u16::try_from(nodes.len()).expect("a small tree");
    file.extend_from_slice(&map(&[
        ("node_count", number(6, &count.to_be_bytes())),
        ("record_size", number(5, &24u16.to_be_bytes())),
        ("ip_version", number(5, &ip_version.to_be_bytes())),
        ("binary_format_major_version", number(5, &2u16.to_be_bytes())),
        ("binary_format_minor_version", number(5, &0u16.to_be_bytes())),
        ("build_epoch", number(9, &1_700_000_000u64.to_be_bytes())),
        ("database_type", string("Test-Country")),
        ("languages", vec![0, 4]),
        ("description", map(&[("en", string("made for a test"))])),
    ]));
    file
}

/// Type 2: control byte with the length, then the text.
fn string(text: &str) -> Vec<u8> {
    let mut out = vec![2 << 5 | short(text.len())];
    out.extend_from_slice(text.as_bytes());
    out
}

/// Types 5 (16 bits), 6 (32 bits) and 9 (64 bits, an extended type: 9 - 7 in a second byte).
fn number(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = if kind > 7 {
        vec![short(bytes.len()), kind - 7]
    } else {
        vec![kind << 5 | short(bytes.len())]
    };
    out.extend_from_slice(bytes);
    out
}

/// Type 7: control byte with the number of pairs, then key, value, key, value.
fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let sorted: BTreeMap<_, _> = pairs.iter().map(|(key, value)| (*key, value)).collect();
    let mut out = vec![7 << 5 | short(sorted.len())];
    for (key, value) in sorted {
        out.extend_from_slice(&string(key));
        out.extend_from_slice(value);
    }
    out
}

/// Lengths of 29 and more are written otherwise.
fn short(length: usize) -> u8 {
    u8::try_from(length).ok().filter(|length| *length < 29).expect("a short value")
}
