//! Which host and port does a Host field, or the authority of a target, name?

use std::net::Ipv6Addr;

/// A host and perhaps a port, in the one spelling that no reader takes for something else:
/// no user, no percent-encoding, no empty port, no list.
///
/// RFC 3986 would allow more in a name (`%2e`, `!`, `=`). No name in the DNS has them, and
/// backends differ in what they make of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Authority<'a> {
    host: &'a [u8],
    port: Option<u16>,
}

impl<'a> Authority<'a> {
    /// Reads `name`, `name:port`, `192.0.2.1:port`, `[2001:db8::1]:port`.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (host, port) = match bytes {
            [b'[', rest @ ..] => {
                let end = memchr::memchr(b']', rest)?;
                let (inside, behind) = rest.split_at_checked(end)?;
                // A zone means something on one machine only, so it parses as no address.
                std::str::from_utf8(inside).ok()?.parse::<Ipv6Addr>().ok()?;
                (bytes.get(..end + 2)?, behind.get(1..)?)
            }
            _ => {
                let end = memchr::memchr(b':', bytes).unwrap_or(bytes.len());
                let (host, port) = bytes.split_at_checked(end)?;
                (is_name(host).then_some(host)?, port)
            }
        };
        let port = match port {
            [] => None,
            [b':', digits @ ..] => Some(port_number(digits)?),
            _ => return None,
        };
        Some(Self { host, port })
    }

    /// The host as it was spelt, with the brackets of an IPv6 address.
    pub fn host(&self) -> &'a [u8] {
        self.host
    }

    /// The port, where one was named.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether both name the same place, where a missing port stands for `default_port`.
    pub fn same_as(&self, other: &Authority<'_>, default_port: u16) -> bool {
        self.host.eq_ignore_ascii_case(other.host)
            && self.port.unwrap_or(default_port) == other.port.unwrap_or(default_port)
    }
}

/// A host may name a customer; what it is called is not for a log.
impl std::fmt::Debug for Authority<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "authority({} bytes, port {:?})", self.host.len(), self.port)
    }
}

/// Labels of letters, digits, `-` and `_`, with a dot between them and perhaps one behind.
/// An IPv4 address is such a name too.
fn is_name(bytes: &[u8]) -> bool {
    let mut in_label = false;
    for b in bytes {
        in_label = match b {
            b'.' if in_label => false,
            b'-' | b'_' => true,
            _ if b.is_ascii_alphanumeric() => true,
            _ => return false,
        };
    }
    !bytes.is_empty() && bytes.len() <= LONGEST_NAME
}

fn port_number(digits: &[u8]) -> Option<u16> {
    // `parse` would take a sign, and `000080` is a number that few write.
    if digits.len() > 5 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|port| *port != 0)
}

/// A full name in text form is at most 254 bytes with its last dot: RFC 1035 §2.3.4 allows
/// 255 on the wire, of which one is the first length and one the root.
const LONGEST_NAME: usize = 254;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_with_and_without_a_port() {
        check("chat.example.org", Some(("chat.example.org", None)));
        check("Chat.Example.org.:8443", Some(("Chat.Example.org.", Some(8443))));
        check("my_host-1", Some(("my_host-1", None)));
        check("192.0.2.1:80", Some(("192.0.2.1", Some(80))));
        check("[2001:db8::1]", Some(("[2001:db8::1]", None)));
        check("[2001:db8::192.0.2.1]:443", Some(("[2001:db8::192.0.2.1]", Some(443))));
        check(&"a".repeat(254), Some((&"a".repeat(254), None)));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in [
            "",
            ":80",
            ".",
            "..",
            "a..b",
            ".a",
            "a b",
            "a,b",
            "a/b",
            "a\\b",
            "a@b",
            "u:p@b",
            "a%2eb",
            "a=b",
            "a?b",
            "a#b",
            "ü",
            "a:",
            "a:0",
            "a:-1",
            "a:+1",
            "a:65536",
            "a:000080",
            "a:80:80",
            "a:8o",
            "2001:db8::1",
            "[2001:db8::1",
            "[::1%25eth0]",
            "[::1]x",
            "[::1]:",
            "[v1.x]",
            "[]",
            "[192.0.2.1]",
            "a]",
        ] {
            check(text, None);
        }
        check(&"a".repeat(255), None);
    }

    #[test]
    fn a_default_port_may_be_left_out() {
        for (a, b, port, same) in [
            ("EXAMPLE.org", "example.ORG:80", 80, true),
            ("example.org:443", "example.org", 443, true),
            ("example.org:443", "example.org", 80, false),
            ("example.org.", "example.org", 80, false),
            ("a.example.org", "example.org", 80, false),
        ] {
            let (a, b) = (Authority::parse(a.as_bytes()), Authority::parse(b.as_bytes()));
            assert_eq!(a.unwrap().same_as(&b.unwrap(), port), same);
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Option<u16>)>) {
        let found = Authority::parse(text.as_bytes());
        let found = found.map(|a| (std::str::from_utf8(a.host()).unwrap(), a.port()));
        assert_eq!(found, expected, "{text:?}");
    }
}
