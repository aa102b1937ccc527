//! Where on the network is somebody? Addresses of hosts and devices, and links that carry a
//! password.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::kind::{Context, Edges, Group, Kind};

/// An IPv4 address with this first number, and its port or prefix length.
macro_rules! v4 {
    ($first:literal) => {
        concat!($first, r"\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?:/[0-9]{1,2}|:[0-9]{1,5})?")
    };
}

/// An IPv6 address with these first groups, and its zone, port or prefix length. The last
/// group may be an IPv4 address; where there may be none, `$last` says so.
macro_rules! v6 {
    ($first:literal, $last:literal) => {
        concat!(
            r"\[?",
            $first,
            r"(?:[0-9A-Fa-f]{1,4}|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}",
            $last,
            r"(?:%[0-9A-Za-z_.~-]{1,15})?(?:/[0-9]{1,3}|\](?::[0-9]{1,5})?)?",
        )
    };
}

/// IP and MAC addresses, and passwords in links.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "ip-address",
        group: Group::Global,
        what: "An IPv4 or IPv6 address, with its port, prefix length or zone.",
        // By how an address begins, so that other numbers are soon told apart: the length of an
        // IPv4 address' first number, and the first groups that IPv6 addresses of somebody have
        // (RFC 4291, RFC 4193, RFC 6052).
        shape: concat!(
            "(?:",
            v4!("[0-9]"),
            "|",
            v4!("[0-9]{2}"),
            "|",
            v4!("[0-9]{3}"),
            "|",
            v6!("[23Ff][0-9A-Fa-f]{3}:(?:[0-9A-Fa-f]{0,4}:){1,6}", "|:)?"),
            "|",
            v6!("0{1,4}:(?:[0-9A-Fa-f]{0,4}:){1,6}", "|:)?"),
            "|",
            v6!("(?:00)?64:(?:[0-9A-Fa-f]{0,4}:){1,6}", "|:)?"),
            "|",
            v6!("::(?:[0-9A-Fa-f]{1,4}:){0,6}", ")"),
            ")",
        ),
        edges: Edges::Dotted,
        check: is_ip,
        context: Context::Helps(&["ip", "address", "adresse", "dirección", "indirizzo", "adres"]),
        example: ("from [2001:db8::7]:443 today", "[2001:db8::7]:443"),
        bait: "v1.2.3.4, 1.3.6.1.4.1.311, 256.1.1.1, std::vec, dead::beef, 12:30:45, a::b",
        source: "RFC 791; RFC 4291 section 2.2; RFC 4007; IANA IPv6 Address Space registry",
    },
    Kind {
        name: "mac-address",
        group: Group::Global,
        what: "The hardware address of one network device.",
        shape: concat!(
            "(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}",
            r"|[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4})",
        ),
        edges: Edges::Dotted,
        check: is_mac,
        context: Context::Helps(&["mac", "ethernet", "hardware", "bssid", "wlan", "bluetooth"]),
        example: ("its MAC is 00:00:5E:00:53:AF here", "00:00:5E:00:53:AF"),
        bait: "ff:ff:ff:ff:ff:ff, 00:00:00:00:00:00, 01:00:5e:90:10:10, 12:30:45",
        source: "IEEE 802-2024 clause 8; examples of RFC 7042",
    },
    Kind {
        name: "url-credentials",
        group: Group::Global,
        what: "The scheme, user and password that a link begins with, up to the `@`.",
        // A user may be an address: `https://ann@example.org:s3cret@`.
        shape: "[A-Za-z][A-Za-z0-9+.-]{1,15}://[!-.0-9;-~]{0,64}:[!-.0-9:-?A-~]{1,128}@",
        edges: Edges::Open,
        check: is_credentials,
        context: Context::Helps(&["url", "link", "login", "password", "dsn"]),
        example: ("open https://ann:s3cret@example.org/x", "https://ann:s3cret@"),
        bait: "ssh://git@example.org https://ann:<password>@example.org http://x.org:80/a@b",
        source: "RFC 3986 section 3.2.1",
    },
];

fn is_ip(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    if let Some(inside) = text.strip_prefix('[') {
        let Some((address, rest)) = inside.split_once(']') else { return false };
        let port = rest.strip_prefix(':');
        return (rest.is_empty() || port.is_some_and(is_port)) && is_v6(address);
    }
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    match address.split_once(':') {
        Some((host, port)) if host.contains('.') && prefix.is_none() => {
            is_v4(host) && is_port(port)
        }
        Some(_) => is_v6(address) && prefix.is_none_or(|bits| is_at_most(bits, 128)),
        None => is_v4(address) && prefix.is_none_or(|bits| is_at_most(bits, 32)),
    }
}

/// Four numbers up to 255, with zeros in front where three digits are written. Nobody is in
/// 0.0.0.0/8 (RFC 791 section 3.2).
fn is_v4(text: &str) -> bool {
    let mut octets = text.split('.').map(str::parse::<u8>);
    let first = octets.next();
    matches!(first, Some(Ok(1..))) && octets.all(|octet| octet.is_ok())
}

/// An address in a block that IANA has given out: `dead::beef` is a piece of source code.
fn is_v6(text: &str) -> bool {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    let Ok(address) = text.parse::<Ipv6Addr>() else { return false };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => true,
        // Mapped, and compatible, which RFC 4291 section 2.5.5.1 deprecates.
        [0, 0, 0, 0, 0, 0xffff, ..] => address.to_ipv4_mapped() != Some(Ipv4Addr::UNSPECIFIED),
        [0, 0, 0, 0, 0, 0, high, _] => high >= 0x100 && text.contains('.'),
        [0x64, 0xff9b, ..] => true,
        [0x100, 0, 0, 0, ..] => true,
        [first, ..] => {
            matches!(first, 0x2000..=0x3fff | 0xfc00..=0xfdff | 0xfe80..=0xfebf | 0xff00..)
        }
    }
}

fn is_port(text: &str) -> bool {
    is_at_most(text, u16::MAX.into())
}

fn is_at_most(text: &str, most: u32) -> bool {
    text.parse::<u32>().is_ok_and(|number| number <= most)
}

/// One device has it: not a group's, not nobody's.
fn is_mac(text: &[u8]) -> bool {
    let mut nibbles = text.iter().filter_map(|&byte| char::from(byte).to_digit(16));
    let (Some(_), Some(second)) = (nibbles.next(), nibbles.next()) else { return false };
    let zeros = text.iter().all(|byte| b"0:.-".contains(byte));
    second % 2 == 0 && !zeros && nibbles.count() == 10
}

fn is_credentials(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    let Some((_, rest)) = text.split_once("://") else { return false };
    let Some((_, password)) = rest.trim_end_matches('@').split_once(':') else { return false };
    // What a manual writes where the password goes.
    let placeholder = password.starts_with(['$', '<', '{', '%'])
        || password.bytes().all(|byte| byte == b'*' || byte == b'x' || byte == b'.');
    !password.is_empty() && !placeholder
}
