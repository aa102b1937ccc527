//! Laws of `address` that hold for any input, tried on random ones.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use cloakroom::address::forwarded::{self, Elements};
use cloakroom::address::proxy_protocol::{self, Header, LONGEST_V1, LONGEST_V2, Origin};
use cloakroom::address::scan::Scan;
use cloakroom::address::{Chain, Client, Source, Trust, VisitorAddr};
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const PEER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 8));

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Hearsay stays hearsay: whatever stands left of the element that a trusted hop wrote
    /// of a stranger, in its line or in lines before it, changes nothing.
    #[test]
    fn nothing_left_of_a_stranger_changes_the_answer(
        element in elements(),
        hops in prop::collection::vec(Just(Element::Hop), 0..5),
        hearsay in prop::collection::vec(hearsay(), 0..4),
        new_line in any::<bool>(),
        forwarded in any::<bool>(),
    ) {
        let chain = chain(forwarded);
        let vouched: Vec<_> = std::iter::once(&element).chain(&hops).map(|e| e.text(forwarded)).collect();
        let vouched = vouched.join(", ").into_bytes();
        let plain = chain.resolve(Some(PEER), [vouched.as_slice()]);

        let mut lines = hearsay;
        match lines.last_mut() {
            Some(last) if !new_line => {
                last.extend_from_slice(b", ");
                last.extend_from_slice(&vouched);
            }
            _ => lines.push(vouched.clone()),
        }
        let with_hearsay = chain.resolve(Some(PEER), lines.iter().map(Vec::as_slice));
        prop_assert_eq!(plain, with_hearsay);
        prop_assert_eq!(plain.hops, hops.len());
        if let Element::Stranger(address) = element {
            prop_assert_eq!(plain.client, Client::Known(VisitorAddr::new(address)));
        }
    }

    /// The same with hops counted: what stands left of the element that counts is hearsay.
    #[test]
    fn nothing_left_of_the_counted_element_changes_the_answer(
        addresses in prop::collection::vec(address(), 1..6),
        hearsay in hearsay(),
        forwarded in any::<bool>(),
    ) {
        let count = u8::try_from(addresses.len()).unwrap();
        let chain = Chain { trust: Trust::Hops(count), ..chain(forwarded) };
        let texts: Vec<_> = addresses.iter().map(|a| Element::Stranger(*a).text(forwarded)).collect();
        let line = [&hearsay, b",".as_slice(), texts.join(",").as_bytes()].concat();
        let found = chain.resolve(Some(PEER), [line.as_slice()]);
        prop_assert_eq!(found.client, Client::Known(VisitorAddr::new(addresses[0])));
    }

    /// What hops write by the book is read as they wrote it, from the right, whatever their
    /// quoted strings hold.
    #[test]
    fn a_well_formed_line_is_read_as_it_was_written(
        written in prop::collection::vec((address(), "[\\t -~\u{e9}]{0,12}", any::<bool>()), 1..6),
    ) {
        let element = |(address, quoted, first): &(IpAddr, String, bool)| {
            let node = match address {
                IpAddr::V4(v4) => v4.to_string(),
                IpAddr::V6(v6) => format!("\"[{v6}]\""),
            };
            let quoted = quoted.replace('\\', "\\\\").replace('"', "\\\"");
            if *first { format!("for={node};x=\"{quoted}\"") } else { format!("x=\"{quoted}\";For={node}") }
        };
        let line = written.iter().map(element).collect::<Vec<_>>().join(", ");
        let read: Vec<_> = Elements::new(line.as_bytes()).collect();
        let expected = written.iter().rev().map(|(address, ..)| forwarded::Element::Node(Ok(VisitorAddr::new(*address))));
        prop_assert_eq!(read, expected.collect::<Vec<_>>(), "{}", line);
    }

    /// An untrusted peer is the client, whatever its head says.
    #[test]
    fn an_untrusted_peer_is_the_client(
        peer in address(),
        lines in prop::collection::vec(hearsay(), 0..4),
        forwarded in any::<bool>(),
    ) {
        let found = chain(forwarded).resolve(Some(peer), lines.iter().map(Vec::as_slice));
        prop_assert_eq!(found.client, Client::Known(VisitorAddr::new(peer)));
    }

    /// `::ffff:a.b.c.d` is `a.b.c.d`, as a peer and as an element.
    #[test]
    fn mapped_equals_plain(peer in any::<u32>(), elements in prop::collection::vec(v4(), 1..5)) {
        let peer = Ipv4Addr::from(peer);
        let plain: Vec<_> = elements.iter().map(ToString::to_string).collect();
        let mapped: Vec<_> = elements.iter().map(|e| format!("{:x}", HexMapped(*e))).collect();
        let (plain, mapped) = (plain.join(", "), mapped.join(", "));
        for trust in ["10.0.0.0/8", "::ffff:10.0.0.0/104", "0.0.0.0/1", "::ffff:0.0.0.0/97"] {
            let trust = Trust::Networks(vec![trust.parse().unwrap()]);
            let chain = Chain { trust, source: Source::XForwardedFor };
            let one = chain.resolve(Some(peer.into()), [plain.as_bytes()]);
            let other = chain.resolve(Some(peer.to_ipv6_mapped().into()), [mapped.as_bytes()]);
            prop_assert_eq!(one, other);
        }
    }

    /// Any bytes at all get an answer, and no more elements are passed than the limit says.
    #[test]
    fn any_line_is_answered(lines in prop::collection::vec(hearsay(), 0..6), forwarded in any::<bool>()) {
        let found = chain(forwarded).resolve(Some(PEER), lines.iter().map(Vec::as_slice));
        prop_assert!(found.hops <= cloakroom::address::chain::MOST_ELEMENTS);
    }

    /// What an encoder writes is read back, whole, and nothing before it is whole.
    #[test]
    fn a_proxy_header_survives_encoding(
        source in address(), destination in address(), ports in any::<(u16, u16)>(),
        tlvs in prop::collection::vec((4u8.., prop::collection::vec(any::<u8>(), 0..40)), 0..4),
        second in any::<bool>(), checksum in any::<bool>(),
    ) {
        let destination = match (source, destination) {
            (IpAddr::V4(_), IpAddr::V6(_)) => IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            (IpAddr::V6(_), IpAddr::V4(v4)) => IpAddr::V6(v4.to_ipv6_compatible()),
            _ => destination,
        };
        let source = SocketAddr::new(source, ports.0);
        let destination = SocketAddr::new(destination, ports.1);
        let bytes = if second {
            version_2(source, destination, &tlvs, checksum)
        } else {
            let family = if source.is_ipv4() { 4 } else { 6 };
            format!("PROXY TCP{family} {} {} {} {}\r\n", source.ip(), destination.ip(), ports.0, ports.1).into_bytes()
        };
        let header = Header { length: bytes.len(), origin: Origin::Proxied { source, destination } };
        prop_assert_eq!(proxy_protocol::parse(&bytes), Ok(Some(header)));
        for cut in 0..bytes.len() {
            prop_assert_eq!(proxy_protocol::parse(&bytes[..cut]), Ok(None), "cut at {}", cut);
        }
    }

    /// Any bytes, near a header or not: no panic, a no is never taken back, and nothing waits
    /// for more than the longest header.
    #[test]
    fn a_no_is_final(
        start in prop::sample::select(vec![
            b"".as_slice(), b"PROXY ", b"PROXY TCP4 ", b"PROXY UNKNOWN ", b"\r\n\r\n\0\r\nQUIT\n",
            b"\r\n\r\n\0\r\nQUIT\n\x21\x11", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x20",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let bytes = [start, &rest].concat();
        let mut settled: Option<Result<_, _>> = None;
        for cut in 0..=bytes.len() {
            let now = proxy_protocol::parse(&bytes[..cut]);
            match (settled, now) {
                // More bytes may find more to be wrong, never less.
                (Some(Err(_)), _) => prop_assert!(now.is_err(), "taken back at {}", cut),
                (Some(Ok(_)), _) => prop_assert_eq!(Some(now), settled),
                (None, Ok(None)) => {}
                (None, _) => settled = Some(now),
            }
        }
        if settled.is_none() {
            let limit = if bytes.starts_with(b"P") { LONGEST_V1 } else { LONGEST_V2 };
            prop_assert!(bytes.len() < limit);
        }
    }

    /// Whatever the spelling, wherever it stands: it goes, the rest stays, none is left.
    #[test]
    fn every_spelling_is_removed(
        visitor in address(), form in any::<prop::sample::Index>(), escapes in escapes(),
        left in surroundings(), right in surroundings(),
    ) {
        let spellings = spellings(visitor);
        let spelling = form.get(&spellings);
        let value = format!("{left}<{}>{right}", escaped(spelling, &escapes));
        let scan = Scan::new(VisitorAddr::new(visitor));
        prop_assert!(scan.contains(value.as_bytes()), "{} in {}", spelling, value);
        let out = scan.rewrite(value.as_bytes(), "#").unwrap_or_default();
        prop_assert_eq!(String::from_utf8_lossy(&out), format!("{left}<#>{right}"));
        prop_assert!(!scan.contains(&out));
    }

    /// Spellings side by side, nested and cut into each other leave nothing either.
    #[test]
    fn no_crafted_mixture_leaves_a_spelling(
        visitor in address(),
        pieces in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), escapes()), 1..6),
        replacement in prop::sample::select(vec!["", "#", "0", ":", "203.0.113.0", "2001:db8::"]),
    ) {
        let spellings = spellings(visitor);
        let mut value = String::new();
        for (form, place, escapes) in &pieces {
            let at = if value.is_empty() { 0 } else { place.index(value.len()) };
            let spelling: &String = form.get(&spellings);
            value.insert_str(at, &escaped(spelling, escapes));
        }
        let scan = Scan::new(VisitorAddr::new(visitor));
        match scan.rewrite(value.as_bytes(), replacement) {
            Some(out) => prop_assert!(!scan.contains(&out), "{} became {}", value, String::from_utf8_lossy(&out)),
            None => prop_assert!(!scan.contains(value.as_bytes())),
        }
    }

    /// A value without the address stays as it is, other addresses in it too.
    #[test]
    fn other_values_are_left_alone(
        visitor in address(), other in address(), form in any::<prop::sample::Index>(),
        text in "[ -~]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        prop_assume!(visitor != other);
        let scan = Scan::new(VisitorAddr::new(visitor));
        prop_assert_eq!(scan.rewrite(&bytes, "#"), None);
        prop_assert_eq!(scan.rewrite(text.as_bytes(), "#"), None);
        let spellings = spellings(other);
        prop_assert_eq!(scan.rewrite(form.get(&spellings).as_bytes(), "#"), None);
    }
}

/// An element as a well-behaved hop writes it.
#[derive(Clone, Debug)]
enum Element {
    Hop,
    Stranger(IpAddr),
    Hidden,
    Unknown,
    Garbage,
}

impl Element {
    fn text(&self, forwarded: bool) -> String {
        let node = match self {
            Self::Hop => "10.0.0.7".to_owned(),
            Self::Stranger(IpAddr::V4(v4)) => v4.to_string(),
            Self::Stranger(IpAddr::V6(v6)) => format!("[{v6}]:443"),
            Self::Hidden => "_hidden".to_owned(),
            Self::Unknown => "unknown".to_owned(),
            Self::Garbage => "not/an/address".to_owned(),
        };
        if forwarded { format!("for=\"{node}\";proto=https;host=\"a\\\"b\"") } else { node }
    }
}

fn chain(forwarded: bool) -> Chain {
    let trust = Trust::Networks(vec!["10.0.0.0/8".parse().unwrap()]);
    let source = if forwarded { Source::Forwarded } else { Source::XForwardedFor };
    Chain { trust, source }
}

fn elements() -> impl Strategy<Value = Element> {
    prop_oneof![
        4 => address().prop_map(Element::Stranger),
        1 => Just(Element::Hidden),
        1 => Just(Element::Unknown),
        1 => Just(Element::Garbage),
    ]
}

/// What a visitor may write to be somebody else: well-formed, broken, and arbitrary.
fn hearsay() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"192.0.2.66".to_vec()),
        Just(b"for=192.0.2.66".to_vec()),
        Just(b"for=\"192.0.2.66".to_vec()),
        Just(b"10.0.0.9".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"\\".to_vec()),
        Just(b",".to_vec()),
        Just(b";".to_vec()),
        Just(b"=".to_vec()),
        Just(b" \t".to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Any address that is neither a trusted hop's nor of a range that names nobody.
fn address() -> impl Strategy<Value = IpAddr> {
    let v6 = prop_oneof![
        any::<u128>(),
        any::<u16>().prop_map(|low| 0x2001_0db8 << 96 | u128::from(low)),
        any::<u64>().prop_map(|low| 0x2001_0db8 << 96 | u128::from(low)),
        (1u16.., any::<u16>()).prop_map(|(a, b)| u128::from(a) << 112 | u128::from(b)),
    ];
    prop_oneof![
        v4().prop_filter("a hop", |v4| v4.octets()[0] != 10).prop_map(IpAddr::V4),
        v6.prop_map(Ipv6Addr::from)
            .prop_filter("IPv4 inside", |v6| v6.to_ipv4().is_none())
            .prop_map(IpAddr::V6),
    ]
}

fn v4() -> impl Strategy<Value = Ipv4Addr> {
    (0x0100_0000u32..).prop_map(Ipv4Addr::from)
}

/// Writes a mapped address with hexadecimal groups alone.
struct HexMapped(Ipv4Addr);

impl std::fmt::LowerHex for HexMapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bits = self.0.to_bits();
        write!(f, "::ffff:{:x}:{:x}", bits >> 16, bits & 0xffff)
    }
}

/// A PROXY header of version 2, with a checksum if asked for.
fn version_2(
    source: SocketAddr,
    destination: SocketAddr,
    tlvs: &[(u8, Vec<u8>)],
    checksum: bool,
) -> Vec<u8> {
    let mut block = Vec::new();
    for end in [source, destination] {
        match end.ip() {
            IpAddr::V4(v4) => block.extend(v4.octets()),
            IpAddr::V6(v6) => block.extend(v6.octets()),
        }
    }
    block.extend(source.port().to_be_bytes());
    block.extend(destination.port().to_be_bytes());
    let mut sum_at = None;
    if checksum {
        block.extend([3, 0, 4]);
        sum_at = Some(16 + block.len());
        block.extend([0; 4]);
    }
    for (kind, value) in tlvs {
        block.push(*kind);
        block.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        block.extend(value);
    }
    let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
    bytes.push(if source.is_ipv4() { 0x11 } else { 0x21 });
    bytes.extend(u16::try_from(block.len()).unwrap().to_be_bytes());
    bytes.extend(block);
    if let Some(at) = sum_at {
        let sum = crc32c(&bytes);
        bytes[at..at + 4].copy_from_slice(&sum.to_be_bytes());
    }
    bytes
}

/// Bit by bit, to check the parser's table against.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 }
        })
    })
}

/// Text around a spelling: no digit of an address touches it, `<` and `>` see to that.
fn surroundings() -> impl Strategy<Value = String> {
    "([ -9;-~]|\u{e9}|%20|https://|a=1&){0,6}".prop_map(|text| text.replace('%', "%20"))
}

/// For each character of a spelling: as it is, escaped once, escaped twice in either way.
fn escapes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => Just(vec![0]),
        1 => Just(vec![1]),
        1 => Just(vec![2]),
        1 => Just(vec![3]),
        2 => prop::collection::vec(0u8..2, 1..20),
        2 => prop::sample::select(vec![vec![0, 2], vec![0, 0, 3], vec![2, 3]]),
    ]
}

fn escaped(text: &str, escapes: &[u8]) -> String {
    // Twice is twice for the whole text: a reader undoes a layer everywhere or nowhere.
    let byte = |(b, how): (u8, &u8)| match how {
        0 => char::from(b).to_string(),
        1 => format!("%{b:02x}"),
        2 => format!("%25{b:02X}"),
        _ => format!("%{b:02X}").bytes().map(|b| format!("%{b:02X}")).collect(),
    };
    text.bytes().zip(escapes.iter().cycle()).map(byte).collect()
}

/// Ways to write this address.
fn spellings(address: IpAddr) -> Vec<String> {
    match address {
        IpAddr::V4(v4) => spellings_of_v4(v4),
        IpAddr::V6(v6) => spellings_of_v6(v6),
    }
}

fn spellings_of_v4(v4: Ipv4Addr) -> Vec<String> {
    let [a, b, c, d] = v4.octets();
    let bits = v4.to_bits();
    let (high, low) = (bits >> 16, bits & 0xffff);
    let flipped = !bits;
    vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("{a}-{b}-{c}-{d}"),
        format!("{a}_{b}_{c}_{d}"),
        format!("{bits}"),
        format!("0x{bits:x}"),
        format!("0X{bits:08X}"),
        format!("0{bits:o}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("{a}.0x{b:x}.0{c:o}.{d}"),
        format!("{d}.{c}.{b}.{a}.in-addr.arpa"),
        format!("::ffff:{a}.{b}.{c}.{d}"),
        format!("::ffff:{high:x}:{low:x}"),
        format!("0:0:0:0:0:FFFF:{high:X}:{low:X}"),
        format!("::ffff:0:{high:x}:{low:x}"),
        format!("::{a}.{b}.{c}.{d}"),
        format!("::{high:x}:{low:x}"),
        format!("64:ff9b::{high:x}:{low:x}"),
        format!("64:ff9b::{a}.{b}.{c}.{d}"),
        format!("2002:{high:x}:{low:x}::"),
        format!("2002:{high:x}:{low:x}:1::5"),
        format!("2001:0:cb00:7101:0:0:{:x}:{:x}", flipped >> 16, flipped & 0xffff),
        format!("2001:db8:64::{high:04x}:{low:04x}"),
    ]
}

fn spellings_of_v6(v6: Ipv6Addr) -> Vec<String> {
    let groups = v6.segments();
    let bits = v6.to_bits();
    let joined = |part: &[u16], separator: &str| {
        part.iter().map(|g| format!("{g:x}")).collect::<Vec<_>>().join(separator)
    };
    let padded: Vec<_> = groups.iter().map(|g| format!("{g:04X}")).collect();
    let [.., c, d] = groups;
    let tail = Ipv4Addr::from(u32::from(c) << 16 | u32::from(d));
    let nibbles: Vec<_> = (0..32).map(|at| format!("{:x}", bits >> (4 * at) & 15)).collect();
    let mut all = vec![
        v6.to_string(),
        v6.to_string().to_uppercase(),
        joined(&groups, ":"),
        joined(&groups, "-"),
        padded.join(":"),
        padded.join("-"),
        format!("{bits:032x}"),
        format!("0x{bits:032X}"),
        format!("{}:{tail}", joined(&groups[..6], ":")),
        format!("{}.ip6.arpa", nibbles.join(".")),
        nibbles.join("."),
    ];
    if bits >> 64 > 0 {
        all.push(bits.to_string());
    }
    // Every run of zeros may be the one that is compressed, in whole or in part.
    for start in 0..8 {
        for end in start + 1..=8 {
            if groups[start..end].iter().all(|&g| g == 0) {
                let (left, right) = (&groups[..start], &groups[end..]);
                all.push(format!("{}::{}", joined(left, ":"), joined(right, ":")));
            }
        }
    }
    all
}
