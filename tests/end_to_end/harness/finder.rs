//! Does an address occur in these bytes, in whatever spelling? Written anew for the tests:
//! it shares nothing with the proxy's own scan, and is less careful about false alarms.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where the address occurs in `bytes`: in any spelling, plain or percent-encoded once or
/// twice. `None` where it does not.
pub(crate) fn find(address: IpAddr, bytes: &[u8]) -> Option<String> {
    let once = percent_decoded(bytes);
    let twice = percent_decoded(&once);
    let swapped = |from: &[u8], to: u8| -> Vec<u8> {
        bytes.iter().map(|byte| if from.contains(byte) { to } else { *byte }).collect()
    };
    let (dots, colons) = (swapped(b"-_", b'.'), swapped(b"-", b':'));
    [bytes, &once, &twice, &dots, &colons]
        .into_iter()
        .find_map(|bytes| find_plain(address, bytes).or_else(|| find_number(address, bytes)))
}

/// Ways in which people and programs write this address.
pub(crate) fn spellings(address: &str) -> Vec<String> {
    let mut all = match address.parse().expect("an address") {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            vec![
                address.to_owned(),
                format!("::ffff:{address}"),
                format!("::FFFF:{a:02X}{b:02x}:{c:02x}{d:02X}"),
                format!("0:0:0:0:0:ffff:{address}"),
                format!("0000:0000:0000:0000:0000:ffff:{a:02x}{b:02x}:{c:02x}{d:02x}"),
                format!("{address}:5555"),
                format!("{a:03}.{b:03}.{c:03}.{d:03}"),
                format!("{a}-{b}-{c}-{d}"),
                v4.to_bits().to_string(),
            ]
        }
        IpAddr::V6(v6) => {
            let full = v6.segments().map(|part| format!("{part:04x}")).join(":");
            let some = v6.segments().map(|part| format!("{part:x}")).join(":");
            let [head @ .., c, d] = v6.segments();
            let tail = u32::from(c) << 16 | u32::from(d);
            let head = head.iter().map(|part| format!("{part:X}")).collect::<Vec<_>>().join(":");
            let dotted = format!("{head}:{}", Ipv4Addr::from_bits(tail));
            let bracketed = format!("[{address}]:5555");
            vec![
                address.to_owned(),
                address.to_ascii_uppercase(),
                full.to_ascii_uppercase(),
                full,
                some,
                dotted,
                bracketed,
            ]
        }
    };
    let escaped = |byte: u8| format!("%{byte:02X}");
    let whole: String = address.bytes().map(escaped).collect();
    let signs = address.replace('.', "%2E").replace(':', "%3a");
    all.extend([whole, signs.replace('%', "%25"), signs]);
    all
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
        let count = |sign: u8| rest[..length].iter().filter(|byte| **byte == sign).count();
        let hit = (count(b'.') >= 3 || count(b':') >= 2)
            && (SHORTEST..=length).any(|length| {
                let text = std::str::from_utf8(&rest[..length]).unwrap_or_default();
                means(text, address)
            });
        hit.then(|| {
            let around = &bytes[start.saturating_sub(40)..bytes.len().min(start + 60)];
            String::from_utf8_lossy(around).into_owned()
        })
    })
}

/// The address as a number in decimal, or as its digits in a row.
fn find_number(address: IpAddr, bytes: &[u8]) -> Option<String> {
    let (decimal, digits) = match address {
        IpAddr::V4(v4) => (v4.to_bits().to_string(), format!("0x{:x}", v4.to_bits())),
        IpAddr::V6(v6) => (v6.to_bits().to_string(), format!("{:032x}", v6.to_bits())),
    };
    let lower = bytes.to_ascii_lowercase();
    let holds = |text: &String| lower.windows(text.len()).any(|window| window == text.as_bytes());
    [decimal, digits].into_iter().find(holds)
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
