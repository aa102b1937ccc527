//! Which address does one element of a forwarding field name?
//!
//! An element is text that some hop wrote. What cannot be read as exactly one address is an
//! [`Unknown`] with its reason, never a guess: the walk along the chain ends at it.

use super::visitor::{Unknown, VisitorAddr};
use std::net::{Ipv4Addr, Ipv6Addr};

/// How the writers of a field spell an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `X-Forwarded-For` and single-value fields: IPv6 with or without brackets; without
    /// brackets it has no port.
    Loose,
    /// The node of RFC 7239 §6: IPv6 only in brackets.
    Bracketed,
    /// `CloudFront-Viewer-Address`: a port always follows, and IPv6 has no brackets, so in
    /// `2001:db8::1:443` the last group is the port.
    PortLast,
}

/// Longest text that is read: 8 groups of 4 digits and 7 colons in brackets (41), and a colon
/// with an obfuscated port, for which RFC 7239 §6.3 names no length. Longer is unreadable.
const LONGEST: usize = 128;

/// The address that `text` names. Blanks around it are no part of it; zone identifiers
/// (`fe80::1%eth0`) are refused, because they mean something on one machine only, and so are
/// leading zeros in IPv4, which some read as octal.
pub fn read(text: &[u8], spelling: Spelling) -> Result<VisitorAddr, Unknown> {
    let text = trimmed(text);
    if text.len() > LONGEST {
        return Err(Unknown::Unreadable);
    }
    let text = std::str::from_utf8(text).map_err(|_| Unknown::Unreadable)?;
    match spelling {
        Spelling::Loose => match text.parse::<Ipv6Addr>() {
            Ok(address) => Ok(VisitorAddr::new(address.into())),
            Err(_) => node(text),
        },
        Spelling::Bracketed => node(text),
        Spelling::PortLast => match text.rsplit_once(':') {
            Some((name, port)) if is_number(port) => match name.parse::<Ipv6Addr>() {
                Ok(address) => Ok(VisitorAddr::new(address.into())),
                Err(_) => node(text),
            },
            _ => node(text),
        },
    }
}

/// `text` without the blanks (SP, HTAB) that RFC 9110 §5.6.3 allows around an element.
pub fn trimmed(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// `node = nodename [ ":" node-port ]` of RFC 7239 §6.
fn node(text: &str) -> Result<VisitorAddr, Unknown> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']').ok_or(Unknown::Unreadable)?;
        if !(port.is_empty() || port.strip_prefix(':').is_some_and(is_port)) {
            return Err(Unknown::Unreadable);
        }
        let address = address.parse::<Ipv6Addr>().map_err(|_| Unknown::Unreadable)?;
        return Ok(VisitorAddr::new(address.into()));
    }
    let name = match text.split_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return Err(Unknown::Unreadable),
        None => text,
    };
    if name.eq_ignore_ascii_case("unknown") {
        Err(Unknown::Declared)
    } else if is_obfuscated(name) {
        Err(Unknown::Obfuscated)
    } else {
        let address = name.parse::<Ipv4Addr>().map_err(|_| Unknown::Unreadable)?;
        Ok(VisitorAddr::new(address.into()))
    }
}

fn is_port(text: &str) -> bool {
    is_number(text) || is_obfuscated(text)
}

/// One to five digits that fit a port.
fn is_number(text: &str) -> bool {
    (1..=5).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse::<u16>().is_ok()
}

/// `obfnode` and `obfport` of RFC 7239 §6.3: an underscore and at least one more character.
fn is_obfuscated(text: &str) -> bool {
    text.strip_prefix('_').is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Spelling::{Bracketed, Loose, PortLast};

    #[test]
    fn an_address_is_read_with_and_without_its_port() {
        for (text, spelling, address) in [
            ("203.0.113.77", Loose, "203.0.113.77"),
            ("203.0.113.77:65535", Loose, "203.0.113.77"),
            ("203.0.113.77:_hidden", Loose, "203.0.113.77"),
            (" \t203.0.113.77\t ", Loose, "203.0.113.77"),
            ("2001:db8::77", Loose, "2001:db8::77"),
            ("2001:DB8:0:0::77", Loose, "2001:db8::77"),
            ("[2001:db8::77]", Loose, "2001:db8::77"),
            ("[2001:db8::77]:443", Loose, "2001:db8::77"),
            ("::ffff:203.0.113.77", Loose, "203.0.113.77"),
            ("[::ffff:cb00:714d]:80", Bracketed, "203.0.113.77"),
            ("[2001:db8::77]:_port", Bracketed, "2001:db8::77"),
            ("203.0.113.77:46532", PortLast, "203.0.113.77"),
            ("2001:db8::1:443", PortLast, "2001:db8::1"),
            ("2001:db8:0:0:0:0:0:1:443", PortLast, "2001:db8::1"),
            ("[2001:db8::1]:443", PortLast, "2001:db8::1"),
        ] {
            let address = VisitorAddr::new(address.parse().unwrap());
            check(text, spelling, Ok(address));
        }
    }

    #[test]
    fn what_is_no_address_has_a_reason() {
        for (text, spelling, why) in [
            ("unknown", Loose, Unknown::Declared),
            ("UNKNOWN", Bracketed, Unknown::Declared),
            ("unknown:80", Bracketed, Unknown::Declared),
            ("_hidden", Loose, Unknown::Obfuscated),
            ("_a.b-c_d:_p", Bracketed, Unknown::Obfuscated),
            ("_", Loose, Unknown::Unreadable),
            ("_hid/den", Loose, Unknown::Unreadable),
            ("", Loose, Unknown::Unreadable),
            ("localhost", Loose, Unknown::Unreadable),
            ("unix:", Loose, Unknown::Unreadable),
            ("unix:/run/app.sock", Bracketed, Unknown::Unreadable),
            ("\"203.0.113.77\"", Loose, Unknown::Unreadable),
            ("203.0.113.077", Loose, Unknown::Unreadable),
            ("203.0.113", Loose, Unknown::Unreadable),
            ("203.0.113.77:", Loose, Unknown::Unreadable),
            ("203.0.113.77:65536", Loose, Unknown::Unreadable),
            ("203.0.113.77:+80", Loose, Unknown::Unreadable),
            ("203.0.113.77:000080", Loose, Unknown::Unreadable),
            ("203.0.113.77:80:90", Loose, Unknown::Unreadable),
            ("203.0.113.77 203.0.113.78", Loose, Unknown::Unreadable),
            ("fe80::1%eth0", Loose, Unknown::Unreadable),
            ("[fe80::1%25eth0]", Loose, Unknown::Unreadable),
            ("[2001:db8::77", Loose, Unknown::Unreadable),
            ("[2001:db8::77]443", Loose, Unknown::Unreadable),
            ("[203.0.113.77]", Loose, Unknown::Unreadable),
            ("2001:db8::77", Bracketed, Unknown::Unreadable),
            ("2001:db8::77", PortLast, Unknown::Unreadable),
            ("2001:db8::1:beef", PortLast, Unknown::Unreadable),
            ("２０３.0.113.77", Loose, Unknown::Unreadable),
        ] {
            check(text, spelling, Err(why));
        }
    }

    #[test]
    fn a_long_or_binary_element_is_unreadable() {
        assert_eq!(read(&[b'_'; LONGEST + 1], Loose), Err(Unknown::Unreadable));
        assert_eq!(read(b"203.0.113.77\xff", Loose), Err(Unknown::Unreadable));
        assert_eq!(read(b"203.0.113.77\0", Loose), Err(Unknown::Unreadable));
    }

    #[track_caller]
    fn check(text: &str, spelling: Spelling, expected: Result<VisitorAddr, Unknown>) {
        // VisitorAddr does not print itself, so the failing text has to.
        assert!(read(text.as_bytes(), spelling) == expected, "{text:?} as {spelling:?}");
    }
}
