//! Does any other value still contain the visitor's address, in whatever spelling?
//!
//! Fields that carry addresses are removed by name ([`fields`](super::fields)); this is the
//! last look, over every value that remains, the path and the query. Seen through are:
//!
//! - IPv4 in dotted, dashed and underscored form, each part decimal, octal or hexadecimal;
//!   as one decimal, octal or `0x` number; as an `in-addr.arpa` name; and inside IPv6:
//!   mapped, translated, compatible, NAT64, ISATAP, 6to4, Teredo;
//! - IPv6 with any zeros compressed, any case, a dotted tail, dashes for colons, as 32
//!   digits in a row, as a number, as an `ip6.arpa` name; with brackets, zone, port or prefix
//!   length around it, which stay;
//! - each of these percent-encoded in part or whole, once or twice.
//!
//! Letters may touch an address (`x203.0.113.77y`); digits make it another number. Not seen
//! through: base64, encryption, compression, hexadecimal IPv4 without `0x`, dotted forms of
//! fewer than four parts (`10.1` is a version). Decimal numbers count as spellings, so values
//! that frame a message (`Content-Length`) are not for this scan.
//!
//! ```text
//! raw ─────────┬─ spelling at any place? ─┐
//! unescaped ───┤ (only where a % stands)  ├─ spans ─ merged ─ replaced in the raw bytes
//! unescaped 2× ┘                          ┘
//! ```

mod beginnings;
mod groups;
mod numbers;
mod spelling;
#[cfg(test)]
mod tests;
mod units;

use super::visitor::VisitorAddr;
use spelling::Target;
use std::convert::Infallible;
use std::fmt;
use std::ops::{ControlFlow, Range};
use units::{Raw, Unescaped, Units};

/// Looks for one visitor's address.
///
/// ```
/// use cloakroom::address::{VisitorAddr, scan::Scan};
///
/// let scan = Scan::new(VisitorAddr::new("203.0.113.77".parse().unwrap()));
/// assert!(!scan.contains(b"Mozilla/5.0 (X11; Linux x86_64)"));
/// assert_eq!(
///     scan.rewrite(b"from [::ffff:cb00:714d]:443", "203.0.113.0"),
///     Some(b"from [203.0.113.0]:443".to_vec()),
/// );
/// ```
#[derive(Clone, Copy)]
pub struct Scan {
    visitor: VisitorAddr,
    target: Target,
}

/// A scan knows an address: printing one reveals only its family.
impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scan({:?})", self.visitor)
    }
}

impl Scan {
    /// A scan for this address.
    pub fn new(visitor: VisitorAddr) -> Self {
        Self { visitor, target: Target::new(visitor) }
    }

    /// Whether any spelling of the address stands in `value`. One pass over the bytes, three
    /// where a `%` stands among them; no allocation.
    pub fn contains(&self, value: &[u8]) -> bool {
        self.spans(value, &mut |_| ControlFlow::Break(())).is_break()
    }

    /// `value` with every spelling of the address replaced, or `None` where there is none.
    /// All other bytes stay as they are. Where pieces on both sides of a spelling would join
    /// the replacement to a new one (somebody crafted that), the words around go with it.
    pub fn rewrite(&self, value: &[u8], replacement: &str) -> Option<Vec<u8>> {
        let mut spans = Vec::new();
        let ControlFlow::<Infallible>::Continue(()) = self.spans(value, &mut |span| {
            spans.push(span);
            ControlFlow::Continue(())
        });
        if spans.is_empty() {
            return None;
        }
        spans.sort_unstable_by_key(|span| span.start);
        let replaced = replace(value, spans.iter().cloned(), replacement);
        // A replacement that is the address itself can be no reason to go on.
        if !self.contains(&replaced) || self.contains(replacement.as_bytes()) {
            return Some(replaced);
        }
        // No spelling reaches beyond a word, so what is left between words is no address. A
        // word is measured once, however many spans stand in it.
        let mut last = 0..0;
        let words = spans.into_iter().map(|span| {
            if span.start >= last.end {
                last = word(value, span);
            }
            last.clone()
        });
        Some(replace(value, words, replacement))
    }

    /// [`Scan::rewrite`] for a path or a query: the replacement is percent-encoded but for
    /// letters, digits and `-._~:`, which are themselves in both (RFC 3986 §3.3, §3.4).
    pub fn rewrite_url(&self, value: &[u8], replacement: &str) -> Option<Vec<u8>> {
        if !self.contains(value) {
            return None;
        }
        let mut encoded = String::with_capacity(replacement.len());
        for byte in replacement.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
        self.rewrite(value, &encoded)
    }

    /// Calls `each` with every span of `value` that spells the address in some layer of
    /// encoding, until it breaks off. Spans of one layer come in order and apart.
    fn spans<B>(
        &self,
        value: &[u8],
        each: &mut impl FnMut(Range<usize>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let raw = Raw(value);
        // No IPv6 address has fewer than two; `https://` has one.
        let colons = memchr::memchr_iter(b':', value).nth(1).is_some();
        self.layer(&raw, colons, each)?;
        let mut escapes = memchr::memchr_iter(b'%', value).peekable();
        if escapes.peek().is_none() {
            return ControlFlow::Continue(());
        }
        self.layer(&Unescaped(raw), true, each)?;
        // Only `%25`, or a `%` that begins no escape, can leave one for a second time.
        let is_final = |at: usize| match value.get(at + 1..at + 3) {
            Some(digits) => digits.iter().all(u8::is_ascii_hexdigit) && digits != b"25",
            None => false,
        };
        if !escapes.all(is_final) {
            self.layer(&Unescaped(Unescaped(raw)), true, each)?;
        }
        ControlFlow::Continue(())
    }

    fn layer<T: Units, B>(
        &self,
        text: &T,
        colons: bool,
        each: &mut impl FnMut(Range<usize>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let beginnings = self.target.beginnings(colons);
        let mut before = None;
        let mut at = 0;
        while let Some((byte, next)) = text.unit(at) {
            if beginnings.hold(byte)
                && let Some(end) = self.target.spelt_at(text, at, before)
            {
                each(at..end)?;
                before = None;
                at = end;
            } else {
                before = Some(byte);
                at = next;
            }
        }
        ControlFlow::Continue(())
    }
}

/// `value` with `replacement` once for all that each run of overlapping spans covers. Spans
/// come sorted by their start.
fn replace(value: &[u8], spans: impl Iterator<Item = Range<usize>>, replacement: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + replacement.len());
    let mut done = 0;
    for span in spans {
        if span.start >= done {
            out.extend_from_slice(value.get(done..span.start).unwrap_or_default());
            out.extend_from_slice(replacement.as_bytes());
        }
        done = done.max(span.end);
    }
    out.extend_from_slice(value.get(done..).unwrap_or_default());
    out
}

/// `span` and what touches it of bytes that spellings and escapes are made of.
fn word(value: &[u8], span: Range<usize>) -> Range<usize> {
    let outside = |byte: &u8| !(byte.is_ascii_alphanumeric() || b".:%_-".contains(byte));
    let before = value.get(..span.start).unwrap_or_default();
    let after = value.get(span.end..).unwrap_or_default();
    let start = before.iter().rposition(outside).map_or(0, |at| at + 1);
    let end = after.iter().position(outside).map_or(value.len(), |at| span.end + at);
    start..end
}
