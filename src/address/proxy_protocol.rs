//! What does a PROXY protocol header (v1 or v2) say of the connection behind it?
//!
//! Follows HAProxy's `proxy-protocol.txt`, sections 2.1 (v1) and 2.2 (v2). Whether the sender
//! may be believed is the [`chain`](super::chain)'s to say, how long to wait for it the
//! caller's. The caller reads, calls [`parse`], and reads on while it says `None`:
//!
//! ```text
//! v1  PROXY TCP4 203.0.113.77 192.0.2.1 51000 443\r\n
//! v2  signature (12) | version, command | family | length (2) | addresses | TLV ... TLV
//! ```

use super::crc32c::Crc32c;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Longest v1 header with its CRLF, from section 2.1: `PROXY UNKNOWN` and two full-length IPv6
/// addresses with ports.
pub const LONGEST_V1: usize = 107;

/// Longest v2 header that is accepted. The format allows 16 + 65,535 bytes; addresses take 216
/// at most, and TLVs of load balancers (ALPN, authority, VPC endpoint, client certificate
/// names) some hundred. A buffer of this size holds every header that is accepted.
pub const LONGEST_V2: usize = 4096;

/// A header read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes that the header took; what follows is the connection's own.
    pub length: usize,
    /// Whose connection it is.
    pub origin: Origin,
}

/// Whose connection a PROXY header announces.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody behind the sender.
    Proxied {
        /// Where the connection came from.
        source: SocketAddr,
        /// Where it was going.
        destination: SocketAddr,
    },
    /// The sender itself, a health check for example (v2 `LOCAL`). Any addresses that stand
    /// in such a header mean nothing, so they are not told.
    Local,
    /// Somebody whose address is not told (v1 `UNKNOWN`, v2 `UNSPEC` or a Unix socket).
    Unknown,
}

/// An origin is somebody's address: printing one reveals only its shape.
impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proxied { .. } => "Proxied",
            Self::Local => "Local",
            Self::Unknown => "Unknown",
        })
    }
}

/// Why a header is refused. The connection is closed without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The first bytes are neither `PROXY ` nor the signature of v2.
    NotProxy,
    /// Longer than [`LONGEST_V1`] or [`LONGEST_V2`].
    TooLong,
    /// v1: the line is not spelt as section 2.1 says.
    Line,
    /// v2: a version other than 2, or a command other than `LOCAL` and `PROXY`.
    Command,
    /// v2: an address family or transport that section 2.2 does not name.
    Family,
    /// v2: the announced length has no room for the family's addresses.
    Length,
    /// v2: a TLV reaches beyond the header, or a checksum that is not four bytes, or two.
    Tlv,
    /// v2: the header does not match its own checksum (`PP2_TYPE_CRC32C`).
    Checksum,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProxy => "no PROXY header where one is required",
            Self::TooLong => "PROXY header too long",
            Self::Line => "PROXY v1 line malformed",
            Self::Command => "PROXY v2 version or command unknown",
            Self::Family => "PROXY v2 address family unknown",
            Self::Length => "PROXY v2 header too short for its addresses",
            Self::Tlv => "PROXY v2 TLV malformed",
            Self::Checksum => "PROXY v2 checksum wrong",
        })
    }
}

impl std::error::Error for Malformed {}

/// Reads a header at the start of `bytes`: `Ok(None)` asks for more, and an error is final.
/// Never looks at more than [`LONGEST_V2`] bytes, so calling it again after each read is fine.
///
/// ```
/// use cloakroom::address::proxy_protocol::{Origin, parse};
///
/// let bytes = b"PROXY TCP4 203.0.113.77 192.0.2.1 51000 443\r\nGET / HTTP/1.1\r\n";
/// let header = parse(bytes).unwrap().expect("whole");
/// assert_eq!(header.length, 45);
/// assert!(matches!(header.origin, Origin::Proxied { source, .. } if source.port() == 51000));
/// ```
pub fn parse(bytes: &[u8]) -> Result<Option<Header>, Malformed> {
    if begins_alike(bytes, V1_START) {
        return v1(bytes);
    }
    if begins_alike(bytes, V2_SIGNATURE) {
        return v2(bytes);
    }
    Err(Malformed::NotProxy)
}

const V1_START: &[u8] = b"PROXY ";

const V2_SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Whether `bytes` begins with `start`, or could when more has arrived.
fn begins_alike(bytes: &[u8], start: &[u8]) -> bool {
    bytes.iter().zip(start).all(|(a, b)| a == b)
}

fn v1(bytes: &[u8]) -> Result<Option<Header>, Malformed> {
    let window = bytes.get(..LONGEST_V1).unwrap_or(bytes);
    let Some(end) = window.iter().position(|&b| matches!(b, b'\r' | b'\n')) else {
        // The CRLF needs two bytes of what is allowed.
        if bytes.len() > LONGEST_V1 - 2 {
            return Err(Malformed::TooLong);
        }
        return v1_line(bytes, false).map(|_| None);
    };
    if end > LONGEST_V1 - 2 {
        return Err(Malformed::TooLong);
    }
    let (line, rest) = bytes.split_at_checked(end).ok_or(Malformed::Line)?;
    let origin = v1_line(line, true)?;
    match rest {
        [b'\r', b'\n', ..] => Ok(origin.map(|origin| Header { length: end + 2, origin })),
        [b'\r'] => Ok(None),
        _ => Err(Malformed::Line),
    }
}

/// Reads `line`, which is all of it if `whole`, and otherwise what has arrived.
fn v1_line(line: &[u8], whole: bool) -> Result<Option<Origin>, Malformed> {
    let Some(line) = line.strip_prefix(V1_START) else {
        return if whole { Err(Malformed::Line) } else { Ok(None) };
    };
    // What follows UNKNOWN "must be ignored", addresses or not.
    if line == b"UNKNOWN" || line.starts_with(b"UNKNOWN ") {
        return Ok(whole.then_some(Origin::Unknown));
    }
    let mut words = Words { rest: Some(line), whole };
    let Some(family) = words.next(|word, ended| {
        let known: [&[u8]; 3] = [b"TCP4", b"TCP6", b"UNKNOWN"];
        let fits = |name: &&[u8]| if ended { *name == word } else { name.starts_with(word) };
        known.into_iter().find(fits)
    })?
    else {
        return Ok(None);
    };
    match family {
        b"TCP4" => words.endpoints::<Ipv4Addr>(),
        b"TCP6" => words.endpoints::<Ipv6Addr>(),
        _ => Ok(None),
    }
}

/// The words of a v1 line, each one space apart.
struct Words<'a> {
    rest: Option<&'a [u8]>,
    whole: bool,
}

impl<'a> Words<'a> {
    /// The next word as `read` understands it; `None` if it has not all arrived. `read` is
    /// told whether the word has ended, and refuses one that cannot become right.
    fn next<T>(
        &mut self,
        read: impl Fn(&'a [u8], bool) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        let Some(rest) = self.rest else {
            return if self.whole { Err(Malformed::Line) } else { Ok(None) };
        };
        let mut parts = rest.splitn(2, |&b| b == b' ');
        let word = parts.next().unwrap_or_default();
        self.rest = parts.next();
        let ended = self.whole || self.rest.is_some();
        let value = read(word, ended).ok_or(Malformed::Line)?;
        Ok(ended.then_some(value))
    }

    /// Two addresses of one family and two ports, and nothing behind them.
    fn endpoints<A>(mut self) -> Result<Option<Origin>, Malformed>
    where
        A: FromStr + Into<std::net::IpAddr> + Copy,
    {
        let Some(Some(source)) = self.next(v1_address::<A>)? else { return Ok(None) };
        let Some(Some(destination)) = self.next(v1_address::<A>)? else { return Ok(None) };
        let Some(source_port) = self.next(v1_port)? else { return Ok(None) };
        let port = self.next(v1_port)?;
        if self.rest.is_some() {
            return Err(Malformed::Line);
        }
        Ok(port.map(|port| Origin::Proxied {
            source: SocketAddr::new(source.into(), source_port),
            destination: SocketAddr::new(destination.into(), port),
        }))
    }
}

/// An address, or `Some(None)` for the beginning of one.
fn v1_address<A: FromStr>(word: &[u8], ended: bool) -> Option<Option<A>> {
    if ended {
        return std::str::from_utf8(word).ok()?.parse().ok().map(Some);
    }
    let spelt = |b: &u8| b.is_ascii_hexdigit() || matches!(b, b'.' | b':');
    // Longest spelling: six groups and a dotted quad.
    (word.len() <= 45 && word.iter().all(spelt)).then_some(None)
}

/// A port, or of one that has not ended, the value so far. No sign, no leading zero.
fn v1_port(word: &[u8], ended: bool) -> Option<u16> {
    match word {
        [] => (!ended).then_some(0),
        [b'0'] => Some(0),
        [b'0', ..] => None,
        digits if digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok()?.parse().ok()
        }
        _ => None,
    }
}

fn v2(bytes: &[u8]) -> Result<Option<Header>, Malformed> {
    let fixed = bytes.get(V2_SIGNATURE.len()..).unwrap_or_default();
    let local = match fixed.first() {
        None => return Ok(None),
        Some(0x20) => true,
        Some(0x21) => false,
        Some(_) => return Err(Malformed::Command),
    };
    let Some(&family) = fixed.get(1) else { return Ok(None) };
    // Of LOCAL even the family "is ignored".
    let family = if local { Family::Unspecified } else { Family::of(family)? };
    let Some(&[high, low]) = fixed.get(2..4) else { return Ok(None) };
    let total = V2_SIGNATURE.len() + 4 + usize::from(u16::from_be_bytes([high, low]));
    if total > LONGEST_V2 {
        return Err(Malformed::TooLong);
    }
    let start = V2_SIGNATURE.len() + 4;
    if total < start + family.size() {
        return Err(Malformed::Length);
    }
    let Some(header) = bytes.get(..total) else { return Ok(None) };
    let block = header.get(start..).unwrap_or_default();
    let origin = match family {
        _ if local => Origin::Local,
        Family::Inet | Family::Inet6 => ends(block, family).ok_or(Malformed::Length)?,
        Family::Unix | Family::Unspecified => Origin::Unknown,
    };
    if family != Family::Unspecified {
        check_tlvs(header, start + family.size())?;
    }
    Ok(Some(Header { length: total, origin }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Either half of the family byte is unspecified: what follows has no known form.
    Unspecified,
    Inet,
    Inet6,
    Unix,
}

impl Family {
    fn of(byte: u8) -> Result<Self, Malformed> {
        match (byte >> 4, byte & 0x0f) {
            (0, 0..=2) | (1..=3, 0) => Ok(Self::Unspecified),
            (1, 1 | 2) => Ok(Self::Inet),
            (2, 1 | 2) => Ok(Self::Inet6),
            (3, 1 | 2) => Ok(Self::Unix),
            _ => Err(Malformed::Family),
        }
    }

    /// Bytes of both addresses, with ports.
    fn size(self) -> usize {
        match self {
            Self::Unspecified => 0,
            Self::Inet => 12,
            Self::Inet6 => 36,
            Self::Unix => 216,
        }
    }
}

/// Source and destination of an address block.
fn ends(block: &[u8], family: Family) -> Option<Origin> {
    let (source, destination, ports) = match family {
        Family::Inet => {
            let (source, rest) = block.split_first_chunk::<4>()?;
            let (destination, ports) = rest.split_first_chunk::<4>()?;
            (Ipv4Addr::from(*source).into(), Ipv4Addr::from(*destination).into(), ports)
        }
        _ => {
            let (source, rest) = block.split_first_chunk::<16>()?;
            let (destination, ports) = rest.split_first_chunk::<16>()?;
            (Ipv6Addr::from(*source).into(), Ipv6Addr::from(*destination).into(), ports)
        }
    };
    let &[a, b, c, d] = ports.first_chunk::<4>()?;
    Some(Origin::Proxied {
        source: SocketAddr::new(source, u16::from_be_bytes([a, b])),
        destination: SocketAddr::new(destination, u16::from_be_bytes([c, d])),
    })
}

/// `PP2_TYPE_CRC32C`
const CHECKSUM_TYPE: u8 = 0x03;

/// Walks the TLVs from `start` on, and compares the checksum where there is one.
fn check_tlvs(header: &[u8], start: usize) -> Result<(), Malformed> {
    let mut checksum = None;
    let mut at = start;
    while let Some(&kind) = header.get(at) {
        let Some(&[high, low]) = header.get(at + 1..at + 3) else { return Err(Malformed::Tlv) };
        let value = at + 3;
        let next = value + usize::from(u16::from_be_bytes([high, low]));
        let Some(bytes) = header.get(value..next) else { return Err(Malformed::Tlv) };
        if kind == CHECKSUM_TYPE {
            let &sum: &[u8; 4] = bytes.try_into().map_err(|_| Malformed::Tlv)?;
            if checksum.replace((value, u32::from_be_bytes(sum))).is_some() {
                return Err(Malformed::Tlv);
            }
        }
        at = next;
    }
    let Some((value, told)) = checksum else { return Ok(()) };
    // The sum is taken over the whole header with its own four bytes as zero.
    let computed = Crc32c::default()
        .over(header.get(..value).unwrap_or_default())
        .over(&[0; 4])
        .over(header.get(value + 4..).unwrap_or_default())
        .value();
    if computed == told { Ok(()) } else { Err(Malformed::Checksum) }
}
