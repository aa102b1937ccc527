//! Does an address occur in these bytes, in whatever spelling? Written anew for the tests:
//! it shares nothing with the proxy's own scan, and is less careful about false alarms.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where the address occurs in `bytes`: as plain text of any spelling, or in bytes that are
/// percent-encoded once or twice. `None` where it does not.
pub(crate) fn find(address: IpAddr, bytes: &[u8]) -> Option<String> {
    let once = percent_decoded(bytes);
    let twice = percent_decoded(&once);
    [bytes, &once, &twice].into_iter().find_map(|bytes| find_plain(address, bytes))
}

/// Fails where the address occurs in `bytes`.
#[track_caller]
pub(crate) fn assert_absent(address: &str, bytes: &[u8], what: &str) {
    let address = address.parse().expect("an address");
    if let Some(found) = find(address, bytes) {
        panic!("{what}: the visitor's address stands in …{found}…");
    }
}

fn find_plain(address: IpAddr, bytes: &[u8]) -> Option<String> {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
    (0..bytes.len()).find_map(|start| {
        let rest = &bytes[start..];
        let length = rest.iter().take(LONGEST).take_while(|byte| is_digit(**byte)).count();
        let hit = (SHORTEST..=length).any(|length| {
            let text = std::str::from_utf8(&rest[..length]).unwrap_or_default();
            means(text, address)
        });
        hit.then(|| {
            let around = &bytes[start.saturating_sub(40)..bytes.len().min(start + 60)];
            String::from_utf8_lossy(around).into_owned()
        })
    })
}

/// Whether the text means this address, or one that holds it.
fn means(text: &str, address: IpAddr) -> bool {
    let v4 = |text: &str| -> Option<Ipv4Addr> {
        let parts: Vec<&str> = text.split('.').collect();
        let octet = |part: &&str| part.parse::<u8>().ok().filter(|_| part.len() <= 3);
        // Unlike the standard library's: leading zeros are read as people read them.
        let octets: Vec<u8> = parts.iter().filter_map(octet).collect();
        (parts.len() == 4).then_some(octets)?.try_into().ok().map(|o: [u8; 4]| o.into())
    };
    match (text.contains(':'), address) {
        (false, IpAddr::V4(address)) => v4(text) == Some(address),
        (false, IpAddr::V6(address)) => {
            address.to_ipv4_mapped().is_some_and(|inner| v4(text) == Some(inner))
        }
        (true, _) => text.parse::<Ipv6Addr>().is_ok_and(|found| match address {
            IpAddr::V6(address) => found == address,
            IpAddr::V4(address) => holds(found, address),
        }),
    }
}

/// Whether an IPv6 address is this IPv4 one: mapped, compatible, 6to4 or NAT64.
fn holds(v6: Ipv6Addr, v4: Ipv4Addr) -> bool {
    let octets = v6.octets();
    let [a, b, c, d] = v4.octets();
    let tail = octets[12..] == [a, b, c, d];
    let six_to_four = octets[..6] == [0x20, 0x02, a, b, c, d];
    let nat64 = octets[..12] == [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];
    let mapped = octets[..12] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    six_to_four || (tail && (nat64 || mapped || octets[..12] == [0; 12]))
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = hex(bytes.get(at + 1)).zip(hex(bytes.get(at + 2)));
        match pair {
            Some((high, low)) if bytes[at] == b'%' => {
                out.push(u8::try_from(high * 16 + low).expect("two hexadecimal digits"));
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// `1.1.1.1`, or `::1`.
const SHORTEST: usize = 3;
/// An expanded mapped address with a dotted end.
const LONGEST: usize = 45;

#[test]
fn every_spelling_is_found_and_nothing_else() {
    for (address, text, expected) in [
        ("203.0.113.77", "203.0.113.77", true),
        ("203.0.113.77", "for=203.0.113.77;proto=https", true),
        ("203.0.113.77", "[203.0.113.77]:8080", true),
        ("203.0.113.77", "x203.000.113.077y", true),
        ("203.0.113.77", "::ffff:203.0.113.77", true),
        ("203.0.113.77", "::FFFF:cb00:714D", true),
        ("203.0.113.77", "0:0:0:0:0:ffff:cb00:714d", true),
        ("203.0.113.77", "2002:cb00:714d::1", true),
        ("203.0.113.77", "64:ff9b::cb00:714d", true),
        ("203.0.113.77", "%32%30%33.0%2e113%2E77", true),
        ("203.0.113.77", "203%252e0.113.77", true),
        ("203.0.113.77", "203.0.113.0", false),
        ("203.0.113.77", "203.0.113.7", false),
        ("203.0.113.77", "203.0.113 .77", false),
        ("2001:db8::7", "2001:db8::7", true),
        ("2001:db8::7", "[2001:DB8:0:0:0:0:0:7]:443", true),
        ("2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0007", true),
        ("2001:db8::7", "2001%3Adb8%3A%3A7", true),
        ("2001:db8::7", "2001:db8::", false),
        ("2001:db8::7", "2001:db8::8", false),
    ] {
        let address = address.parse().expect("an address");
        assert_eq!(find(address, text.as_bytes()).is_some(), expected, "{text}");
    }
}
