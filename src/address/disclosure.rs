//! What does the backend learn of a visitor's address? The only place where one becomes text.

use std::fmt::{self, Write};
use std::net::IpAddr;

/// What the backend may learn. Printing one by accident reveals only a family.
///
/// ```
/// use cloakroom::address::Disclosure;
///
/// let disclosure = Disclosure::new("2001:db8::1".parse().ok(), None);
/// assert_eq!(disclosure.forwarded().as_str(), r#"for="[2001:db8::1]""#);
/// assert_eq!(Disclosure::default().scan_replacement().as_str(), "unknown");
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Disclosure {
    address: Option<IpAddr>,
    sealed: Option<String>,
}

impl Disclosure {
    /// This address, and this sealed text beside it. The default is to disclose nothing.
    pub fn new(address: Option<IpAddr>, sealed: Option<String>) -> Self {
        Self { address, sealed }
    }

    /// The address to write, if any.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The true address, encrypted, if the mode is `sealed`.
    pub fn sealed(&self) -> Option<&str> {
        self.sealed.as_deref()
    }

    /// The bare address, for `X-Forwarded-For` and its kin; `None` where the field is left out.
    pub fn address_text(&self) -> Option<AddressText> {
        self.address.map(|address| AddressText::of(format_args!("{address}")))
    }

    /// A `forwarded-element` (RFC 7239 §4 and §6). Where nothing is disclosed it is
    /// `for=unknown`, for backends that insist on the field; others get no field at all.
    pub fn forwarded(&self) -> AddressText {
        match self.address {
            Some(IpAddr::V4(address)) => AddressText::of(format_args!("for={address}")),
            Some(IpAddr::V6(address)) => AddressText::of(format_args!("for=\"[{address}]\"")),
            None => AddressText::of(format_args!("for={UNKNOWN}")),
        }
    }

    /// What stands where the visitor's address occurred in other values: the bare address,
    /// or `unknown`, which no reader takes for one.
    pub fn scan_replacement(&self) -> AddressText {
        self.address_text().unwrap_or_else(|| AddressText::of(format_args!("{UNKNOWN}")))
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.address {
            None => "disclosure(nothing",
            Some(IpAddr::V4(_)) => "disclosure(v4",
            Some(IpAddr::V6(_)) => "disclosure(v6",
        })?;
        f.write_str(if self.sealed.is_some() { ", sealed)" } else { ")" })
    }
}

/// RFC 7239 §6.2.
const UNKNOWN: &str = "unknown";

/// The text of a disclosed address, ASCII, held in place. It has neither `Display` nor a
/// telling `Debug`: who wants the text asks for it by name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AddressText {
    bytes: [u8; LONGEST],
    length: usize,
}

/// `for="[` (6), eight groups of four digits with seven colons (39), `]"` (2).
const LONGEST: usize = 47;

impl AddressText {
    /// The text.
    pub fn as_str(&self) -> &str {
        // Only whole strings were written, so this is never the empty default.
        str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn of(text: fmt::Arguments<'_>) -> Self {
        let mut written = Self { bytes: [0; LONGEST], length: 0 };
        written.write_fmt(text).expect("LONGEST is the longest text of an address");
        written
    }
}

impl fmt::Write for AddressText {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length + part.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}

impl fmt::Debug for AddressText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressText")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_gets_the_text_that_its_readers_expect() {
        for (address, bare, forwarded) in [
            ("240.1.2.3", "240.1.2.3", "for=240.1.2.3"),
            ("255.255.255.255", "255.255.255.255", "for=255.255.255.255"),
            ("2001:db8::1", "2001:db8::1", "for=\"[2001:db8::1]\""),
            (
                "2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa",
                "2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa",
                "for=\"[2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa]\"",
            ),
        ] {
            let disclosure = Disclosure::new(address.parse().ok(), None);
            let text = disclosure.address_text().expect("an address is disclosed");
            assert_eq!(text.as_str(), bare);
            assert_eq!(disclosure.scan_replacement(), text);
            assert_eq!(disclosure.forwarded().as_str(), forwarded);
        }
    }

    #[test]
    fn the_longest_text_fits_exactly() {
        let longest = "2001:db8:ffff:eeee:dddd:cccc:bbbb:aaaa".replace("db8", "0db8").len();
        assert_eq!(LONGEST, "for=\"[]\"".len() + longest);
    }

    #[test]
    fn nothing_disclosed_is_said_as_unknown_or_not_at_all() {
        let nothing = Disclosure::default();
        assert_eq!(nothing.address_text(), None);
        assert_eq!(nothing.forwarded().as_str(), "for=unknown");
        assert_eq!(nothing.scan_replacement().as_str(), "unknown");
    }

    #[test]
    fn printing_one_tells_no_address() {
        let disclosure = Disclosure::new("192.0.2.1".parse().ok(), Some("nd.00".into()));
        assert_eq!(format!("{disclosure:?}"), "disclosure(v4, sealed)");
        assert_eq!(format!("{:?}", disclosure.address_text()), "Some(AddressText)");
        assert_eq!(format!("{:?}", Disclosure::default()), "disclosure(nothing)");
    }
}
