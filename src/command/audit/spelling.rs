//! How can an address be written, and how is it written here?
//!
//! The proxy's own [`Scan`] reads every textual spelling. On top come those that it does not
//! claim to see through, since a proxy may write them itself: request identifiers hold an
//! address as bare hexadecimal digits, cookies of load balancers hold it in Base64.

use crate::address::VisitorAddr;
use crate::address::scan::Scan;
use data_encoding::{BASE64, HEXLOWER};
use std::fmt;
use std::net::IpAddr;

/// Looks for one address in every spelling.
pub(super) struct Finder {
    address: IpAddr,
    scan: Scan,
    /// Texts that say the address, each with what it is called.
    texts: Vec<(&'static str, String)>,
}

/// It knows an address: printing one reveals only its family.
impl fmt::Debug for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Finder({:?})", self.scan)
    }
}

impl Finder {
    /// A finder for this address.
    pub(super) fn new(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let scan = Scan::new(VisitorAddr::new(address));
        Self { address, scan, texts: written(address) }
    }

    /// The address that is looked for.
    pub(super) fn address(&self) -> IpAddr {
        self.address
    }

    /// What the first spelling is called that stands in `bytes`; `None` where there is none.
    pub(super) fn find(&self, bytes: &[u8]) -> Option<&'static str> {
        if self.scan.contains(bytes) {
            let stands = |(_, text): &&(&str, String)| contains(bytes, text.as_bytes());
            return Some(
                self.texts.iter().find(stands).map_or("another spelling", |(name, _)| name),
            );
        }
        let octets = octets(self.address);
        let digits = HEXLOWER.encode(&octets);
        let unescaped = percent_decoded(bytes);
        [bytes, &unescaped].into_iter().find_map(|bytes| {
            if contains(&bytes.to_ascii_lowercase(), digits.as_bytes()) {
                return Some("bare hexadecimal");
            }
            if contains(bytes, &octets) {
                return Some("raw octets");
            }
            let is_text = self.address.to_string().len() >= SHORTEST;
            let says = |bytes: Vec<u8>| {
                contains(&bytes, &octets) || (is_text && self.scan.contains(&bytes))
            };
            words(bytes).any(|word| (0..4).any(|at| says(decoded(word, at)))).then_some("Base64")
        })
    }
}

/// `1.1.1.1`: of random letters that are no Base64, something shorter would be read too often.
const SHORTEST: usize = 7;

/// The spellings in which a proxy should see the address, each with what it is called. The
/// longer ones first where one holds the other.
pub(super) fn written(address: IpAddr) -> Vec<(&'static str, String)> {
    let plain = address.to_string();
    let escaped = plain.replace('.', "%2E").replace(':', "%3A");
    let twice = escaped.replace('%', "%25");
    let mut texts = match address {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            vec![
                ("mapped", format!("::ffff:{plain}")),
                ("mapped, hexadecimal", format!("::ffff:{a:02x}{b:02x}:{c:02x}{d:02x}")),
                ("dashed", format!("{a}-{b}-{c}-{d}")),
                ("decimal number", v4.to_bits().to_string()),
                ("hexadecimal number", format!("0x{:08x}", v4.to_bits())),
                ("reverse name", format!("{d}.{c}.{b}.{a}.in-addr.arpa")),
                ("with a port", format!("{plain}:4711")),
            ]
        }
        IpAddr::V6(v6) => {
            let full = v6.segments().map(|part| format!("{part:04x}")).join(":");
            vec![
                ("expanded", full),
                ("upper case", plain.to_ascii_uppercase()),
                ("with a port", format!("[{plain}]:4711")),
            ]
        }
    };
    texts.extend([("percent-encoded", escaped), ("percent-encoded twice", twice)]);
    // Some spellings are the same for addresses of digits alone.
    texts.retain(|(_, text)| *text != plain);
    texts.push(("plain", plain));
    texts
}

/// The address in Base64, as text.
pub(super) fn base64(address: IpAddr) -> String {
    BASE64.encode(address.to_string().as_bytes())
}

/// Percent-decodes once; what is no escape stays.
pub(super) fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let nibble = |at: usize| {
        let digit = bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16))?;
        u8::try_from(digit).ok()
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (byte, nibble(at + 1), nibble(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// Whether `part` stands in `bytes`.
pub(super) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

/// The words of `bytes` that may be Base64 (RFC 4648 §4, §5) and long enough to hold an address.
fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| letter(*byte).is_none()).filter(|word| word.len() >= 6)
}

/// What a word of Base64 says that begins with so many letters of something else.
fn decoded(word: &[u8], at: usize) -> Vec<u8> {
    let letters = word.iter().skip(at).filter_map(|byte| letter(*byte)).collect::<Vec<_>>();
    let fours = letters.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, letter| bits << 6 | u32::from(*letter));
        let [_, octets @ ..] = (bits << (6 * (4 - four.len()))).to_be_bytes();
        octets.into_iter().take(four.len() * 6 / 8)
    });
    fours.collect()
}

/// What a letter of Base64 stands for, in either alphabet.
fn letter(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_found_and_called_by_its_name() {
        for address in ["127.77.13.9", "2001:db8:77::5"] {
            let finder = Finder::new(address.parse().unwrap());
            for (name, text) in written(finder.address()) {
                check(address, &format!("a={text}&b"), Some(name));
            }
        }
    }

    #[test]
    fn what_a_proxy_writes_by_itself_is_found() {
        for (text, name) in [
            ("id=7F4D0D09:D3E2_00000000", "bare hexadecimal"),
            ("s=MTI3Ljc3LjEzLjk=", "Base64"),
            // `{"ip":"127.77.13.9"}`
            ("s=eyJpcCI6IjEyNy43Ny4xMy45In0%3D", "Base64"),
            // The octets behind none, one and two others, and behind a word.
            ("s=f00NCQ==", "Base64"),
            ("s=AH9NDQk", "Base64"),
            ("s=AAB_TQ0J", "Base64"),
            ("s=AAB%2FTQ0J", "Base64"),
            ("sidf00NCQ", "Base64"),
            ("0177.77.13.011", "another spelling"),
        ] {
            check("127.77.13.9", text, Some(name));
        }
        assert_eq!(
            Finder::new("127.77.13.9".parse().unwrap()).find(b"\x7fM\r\x09"),
            Some("raw octets")
        );
    }

    #[test]
    fn another_address_is_not_found() {
        for text in [
            "127.77.13.0",
            "127.77.13.99",
            "1127.77.13.9",
            "2135756042",
            "MTI3Ljc3LjEz",
            "f00NCA==",
        ] {
            check("127.77.13.9", text, None);
        }
        check("2001:db8:77::5", "2001:db8:77::", None);
        // `::1` in Base64.
        check("::1", "dGhlIHNhOjoxbXBsZQ==", None);
    }

    #[track_caller]
    fn check(address: &str, text: &str, expected: Option<&str>) {
        let finder = Finder::new(address.parse().unwrap());
        assert_eq!(finder.find(text.as_bytes()), expected, "{text}");
    }
}
