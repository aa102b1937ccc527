//! The address of the person asking, as a type that does not print itself.

use std::fmt;
use std::net::IpAddr;

/// The address of the person asking, in canonical form: an IPv4 address that arrived as
/// `::ffff:a.b.c.d` is IPv4. Printing one by accident reveals only its family.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VisitorAddr(IpAddr);

impl VisitorAddr {
    /// Takes an address as met on a socket or in a header.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address itself. Whoever calls this decides what leaves the process.
    pub fn reveal(self) -> IpAddr {
        self.0
    }
}

impl fmt::Debug for VisitorAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_ipv4() { "visitor(v4)" } else { "visitor(v6)" })
    }
}

/// Who the chain says is asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// An address that a trusted hop, or the socket, vouches for.
    Known(VisitorAddr),
    /// Nobody vouches for any address; the strictest recording mode applies.
    Unknown(Unknown),
}

/// Why no address can be vouched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// The peer is trusted and the configured source says nothing.
    Silent,
    /// The deciding element is RFC 7239's `unknown`.
    Declared,
    /// The deciding element is an obfuscated node (`_hidden`, RFC 7239 §6.3).
    Obfuscated,
    /// The deciding element cannot be read as an address.
    Unreadable,
    /// Every element is a trusted hop, or more were given than are read.
    OnlyHops,
    /// The peer itself has no address (a Unix socket, PROXY `UNKNOWN` or `LOCAL`).
    NoPeer,
}
