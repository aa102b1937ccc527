//! Does a spelling of the visitor's address begin here, and where does it end?
//!
//! Spellings are read, not listed: IPv6 alone has thousands for one address. What is read at
//! one place is bounded (eight groups, four numbers, 32 nibbles, one run of digits), and a
//! run of digits is a place to begin only at its start, so a whole text is read in linear time.

use super::units::{Units, nibble};
use crate::address::visitor::VisitorAddr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that are looked for.
#[derive(Clone, Copy)]
pub(super) struct Target {
    /// The visitor's IPv4 address, or the one inside their IPv6 address (6to4, NAT64, Teredo).
    v4: Option<[u8; 4]>,
    /// The visitor's IPv6 address. `::` is nobody's, and stands between names in many texts.
    v6: Option<u128>,
    plain: Beginnings,
    colons: Beginnings,
}

impl Target {
    pub(super) fn new(visitor: VisitorAddr) -> Self {
        let (v4, v6) = match visitor.reveal() {
            IpAddr::V4(v4) => (Some(v4), None),
            IpAddr::V6(v6) => (inside(v6), (!v6.is_unspecified()).then_some(v6.to_bits())),
        };
        let mut plain = Beginnings::default();
        let mut colons = Beginnings::default();
        if let Some(v4) = v4 {
            let [a, _, _, d] = v4.octets();
            plain.add_number(a.into());
            plain.add_number(d.into());
            plain.add_number(v4.to_bits().into());
            colons.0 |= HEX_DIGITS | COLON;
        }
        if let Some(v6) = v6 {
            plain.add_number(v6);
            plain.add_nibble(v6);
            plain.add_nibble(v6 >> 124);
            // The first group without its leading zeros.
            let group = v6 >> 112;
            plain.add_nibble(group >> (group.checked_ilog2().unwrap_or(0) / 4 * 4));
            colons.0 |= if group == 0 { COLON } else { 0 };
        }
        colons.0 |= plain.0;
        Self { v4: v4.map(|v4| v4.octets()), v6, plain, colons }
    }

    /// Bytes with which a spelling can begin in a text with colons, or without.
    pub(super) fn beginnings(&self, colons: bool) -> Beginnings {
        if colons { self.colons } else { self.plain }
    }

    /// Where the longest spelling that begins at `at` ends. `before` is the unit in front.
    pub(super) fn spelt_at<T: Units>(
        &self,
        text: &T,
        at: usize,
        before: Option<u8>,
    ) -> Option<usize> {
        let (byte, _) = text.unit(at)?;
        let (digit, after) = (byte.is_ascii_digit(), before.and_then(nibble));
        match after {
            // 1203.0.113.77 is another number.
            Some(0..=9) if byte != b':' => return None,
            // No scheme that holds IPv4 begins with a letter right behind another.
            Some(_) if self.v6.is_none() && !digit && byte != b':' => return None,
            _ => {}
        }
        let mut end = self.groups(text, at, after.is_some());
        if digit {
            end = end.max(number(text, at).and_then(|first| self.number(text, &first)));
        }
        if let Some(v6) = self.v6 {
            end = end.max(hex_string(text, at, v6)).max(reversed_nibbles(text, at, v6));
        }
        end
    }

    /// A spelling that begins with this number: four of them, or one that says it all.
    fn number<T: Units>(&self, text: &T, first: &Number) -> Option<usize> {
        let mut end = None;
        if let Some(v4) = self.v4 {
            let [a, b, c, d] = v4;
            // As in ISP host names too: 203-0-113-77.
            end = quad(text, first, v4, b".-_");
            let reversed = quad(text, first, [d, c, b, a], b".");
            end = end.max(reversed.and_then(|at| follows(text, at, b".in-addr.arpa")));
            // Smaller ones are everyday numbers, here and below (`::1` is 1).
            if a > 0 && first.says(u32::from_be_bytes(v4).into()) {
                end = end.max(Some(first.end));
            }
        }
        if self.v6.is_some_and(|v6| v6 >> 64 > 0 && first.says_long(text, v6)) {
            end = end.max(Some(first.end));
        }
        end
    }

    /// A spelling in groups of hexadecimal digits. A colon at either side may belong to a
    /// label or a port (`client:2001:db8::1:443`), so any group boundary will do.
    /// `glued`: a hexadecimal digit stands right in front, which may be the end of a word or
    /// belong to the first group.
    fn groups<T: Units>(&self, text: &T, start: usize, glued: bool) -> Option<usize> {
        let mut groups = Groups::default();
        let mut separator = None;
        let mut best = None;
        let mut at = start;
        if let Some(after) = follows(text, start, b"::") {
            // Behind a group this is the middle of an address, not `::1` at its beginning.
            if self.v4.is_none() && glued {
                return None;
            }
            groups.gap = Some(0);
            separator = Some(b':');
            at = after;
        }
        loop {
            if separator == Some(b':')
                && let Some((tail, end)) = dotted_tail(text, at)
                && self.is_meant(groups.with_tail(tail))
            {
                best = best.max(Some(end));
            }
            let Some((value, end)) = group(text, at) else { break };
            if at == start && !self.may_begin(value, glued) {
                return None;
            }
            groups.push(value);
            if !digit_follows(text, end) && self.is_meant(groups.value()) {
                best = best.max(Some(end));
            }
            let Some((next, after)) = text.unit(end) else { break };
            // As in ipv6-literal.net and host names: 2001-db8--1.
            let dashed = next == b'-' && self.v6.is_some_and(|v6| v6 >> 112 == u128::from(value));
            if separator.is_none() && (next == b':' || dashed) {
                separator = Some(next);
            }
            if separator != Some(next) || groups.count == groups.values.len() {
                break;
            }
            at = after;
            if let Some((second, after)) = text.unit(at)
                && second == next
            {
                if groups.gap.is_some() {
                    break;
                }
                groups.gap = Some(groups.count);
                at = after;
                if group(text, at).is_none() && self.is_meant(groups.value()) {
                    best = best.max(Some(at));
                }
            }
        }
        best
    }

    /// Whether an address of ours can have this first group; of those that hold IPv4, where
    /// it is `glued`, only the schemes whose first group is always the same.
    fn may_begin(&self, group: u16, glued: bool) -> bool {
        self.v6.is_some_and(|v6| v6 >> 112 == u128::from(group))
            || (self.v4.is_some() && (!glued || matches!(group, 0 | 0x64 | 0x2001 | 0x2002)))
    }

    /// Whether this address is, or holds, one of ours.
    fn is_meant(&self, value: Option<u128>) -> bool {
        let Some(value) = value else { return false };
        if self.v6 == Some(value) {
            return true;
        }
        let Some(v4) = self.v4.filter(|[first, ..]| *first > 0).map(u32::from_be_bytes) else {
            return false;
        };
        let holds = |shift: u32, flip: u32| {
            u128::from(v4 ^ flip) == (value >> shift) & u128::from(u32::MAX)
        };
        // Mapped, translated, compatible, NAT64 of any prefix and ISATAP keep it last.
        let last = holds(0, 0);
        let six_to_four = value >> 112 == 0x2002 && holds(80, 0);
        let teredo = value >> 96 == 0x2001_0000 && holds(0, u32::MAX);
        last || six_to_four || teredo
    }
}

/// A set of hexadecimal digits, in either case, and the colon.
#[derive(Clone, Copy, Default)]
pub(super) struct Beginnings(u32);

const HEX_DIGITS: u32 = 0xffff;
const COLON: u32 = 1 << 16;

/// For each byte its bit in [`Beginnings`]; 31 is that of no beginning.
static BITS: [u8; 256] = {
    let mut bits = [31; 256];
    let mut byte = 0;
    while byte < 256 {
        if let Some(nibble) = nibble(byte as u8) {
            bits[byte] = nibble;
        }
        byte += 1;
    }
    bits[b':' as usize] = 16;
    bits
};

impl Beginnings {
    #[inline]
    pub(super) fn hold(self, byte: u8) -> bool {
        let bit = BITS.get(usize::from(byte)).copied().unwrap_or(31);
        self.0 >> bit & 1 == 1
    }

    /// The first digit of `number`, and the zero of its octal and hexadecimal spellings.
    fn add_number(&mut self, number: u128) {
        self.add_nibble(0);
        self.add_nibble(number / 10u128.pow(number.checked_ilog10().unwrap_or(0)));
    }

    fn add_nibble(&mut self, nibble: u128) {
        self.0 |= 1 << (nibble & 15);
    }
}

/// The IPv4 address that an IPv6 address holds by one of the well-known schemes.
fn inside(address: Ipv6Addr) -> Option<Ipv4Addr> {
    match address.segments() {
        // 6to4, RFC 3056
        [0x2002, high, low, ..] => Some((u32::from(high) << 16 | u32::from(low)).into()),
        // NAT64, RFC 6052 §2.1; translated, RFC 2765 §2.1
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            Some((u32::from(high) << 16 | u32::from(low)).into())
        }
        // Teredo, RFC 4380 §4: flipped
        [0x2001, 0, .., high, low] => Some((!(u32::from(high) << 16 | u32::from(low))).into()),
        _ => None,
    }
}

/// A number as it may be meant: decimal, or octal behind a zero; or hexadecimal behind `0x`.
struct Number {
    /// `None` where the digits are too many for 64 bits.
    readings: [Option<u64>; 2],
    /// Where its digits begin and end.
    digits: usize,
    end: usize,
    base: u8,
}

impl Number {
    fn says(&self, value: u64) -> bool {
        self.readings.contains(&Some(value))
    }

    /// Whether it is `value`, which has more than 64 bits, in decimal or hexadecimal.
    fn says_long<T: Units>(&self, text: &T, value: u128) -> bool {
        let [None, _] = self.readings else { return false };
        let mut said = Some(0u128);
        let mut at = self.digits;
        while at < self.end
            && let Some((byte, next)) = text.unit(at)
        {
            said = nibble(byte)
                .and_then(|digit| said?.checked_mul(self.base.into())?.checked_add(digit.into()));
            at = next;
        }
        said == Some(value)
    }
}

/// The whole run of digits at `start`.
fn number<T: Units>(text: &T, start: usize) -> Option<Number> {
    let (first, second) = text.unit(start)?;
    if !first.is_ascii_digit() {
        return None;
    }
    if first == b'0'
        && let Some((b'x' | b'X', digits)) = text.unit(second)
        && text.unit(digits).is_some_and(|(b, _)| nibble(b).is_some())
    {
        return Some(hexadecimal(text, digits));
    }
    let mut decimal = Some(0u64);
    let mut octal = (first == b'0').then_some(0u64);
    let mut end = start;
    while let Some((byte @ b'0'..=b'9', next)) = text.unit(end) {
        let digit = u64::from(byte - b'0');
        decimal = decimal.and_then(|n| n.checked_mul(10)?.checked_add(digit));
        octal = octal.filter(|_| digit < 8).and_then(|n| n.checked_mul(8)?.checked_add(digit));
        end = next;
    }
    Some(Number { readings: [decimal, octal], digits: start, end, base: 10 })
}

fn hexadecimal<T: Units>(text: &T, start: usize) -> Number {
    let mut value = Some(0u64);
    let mut end = start;
    while let Some((byte, next)) = text.unit(end)
        && let Some(digit) = nibble(byte)
    {
        value = value.and_then(|n| n.checked_mul(16)?.checked_add(digit.into()));
        end = next;
    }
    Number { readings: [value, None], digits: start, end, base: 16 }
}

/// Where four numbers that say `octets` end; one and the same of `separators` between them.
fn quad<T: Units>(text: &T, first: &Number, octets: [u8; 4], separators: &[u8]) -> Option<usize> {
    let [a, rest @ ..] = octets;
    let (separator, _) = text.unit(first.end)?;
    if !first.says(a.into()) || !separators.contains(&separator) {
        return None;
    }
    rest.into_iter().try_fold(first.end, |at, octet| {
        let (_, at) = text.unit(at).filter(|&(byte, _)| byte == separator)?;
        let part = number(text, at)?;
        part.says(octet.into()).then_some(part.end)
    })
}

/// The dotted quad at `at`, as it stands at the end of an IPv6 address.
fn dotted_tail<T: Units>(text: &T, at: usize) -> Option<(u32, usize)> {
    let mut value = 0;
    let mut end = at;
    for index in 0..4 {
        if index > 0 {
            end = text.unit(end).filter(|&(byte, _)| byte == b'.')?.1;
        }
        let part = number(text, end)?;
        let [decimal, _] = part.readings;
        value = value << 8 | u32::from(u8::try_from(decimal?).ok()?);
        end = part.end;
    }
    Some((value, end))
}

/// One to four hexadecimal digits.
fn group<T: Units>(text: &T, start: usize) -> Option<(u16, usize)> {
    let mut value = 0;
    let mut end = start;
    for _ in 0..4 {
        let Some((byte, next)) = text.unit(end) else { break };
        let Some(digit) = nibble(byte) else { break };
        value = value << 4 | u16::from(digit);
        end = next;
    }
    (end > start).then_some((value, end))
}

/// Groups of an IPv6 address, as many as have been read.
#[derive(Default)]
struct Groups {
    values: [u16; 8],
    count: usize,
    /// How many stand in front of `::`.
    gap: Option<usize>,
}

impl Groups {
    fn push(&mut self, value: u16) {
        if let Some(place) = self.values.get_mut(self.count) {
            *place = value;
            self.count += 1;
        }
    }

    /// The address, if these groups are one.
    fn value(&self) -> Option<u128> {
        let missing = self.values.len().checked_sub(self.count)?;
        if (missing == 0) == self.gap.is_some() {
            return None;
        }
        let gap = self.gap.unwrap_or(0);
        let read = self.values.iter().take(self.count).enumerate();
        Some(read.fold(0, |address, (index, &value)| {
            let place = if index < gap { index } else { index + missing };
            address | u128::from(value) << (112 - 16 * place)
        }))
    }

    /// The address with a dotted quad behind these groups.
    fn with_tail(&self, tail: u32) -> Option<u128> {
        if self.count > 6 {
            return None;
        }
        let [a, b, c, d] = tail.to_be_bytes();
        let mut whole = Self { values: self.values, count: self.count, gap: self.gap };
        whole.push(u16::from_be_bytes([a, b]));
        whole.push(u16::from_be_bytes([c, d]));
        whole.value()
    }
}

/// All 32 digits of `address` in a row.
fn hex_string<T: Units>(text: &T, start: usize, address: u128) -> Option<usize> {
    let end = (0..32).rev().try_fold(start, |at, place| nibble_at(text, at, address, place))?;
    (!digit_follows(text, end)).then_some(end)
}

/// The name of `address` under `ip6.arpa` (RFC 3596 §2.5), with or without that ending.
fn reversed_nibbles<T: Units>(text: &T, start: usize, address: u128) -> Option<usize> {
    let first = nibble_at(text, start, address, 0)?;
    let end = (1..32)
        .try_fold(first, |at, place| nibble_at(text, follows(text, at, b".")?, address, place))?;
    follows(text, end, b".ip6.arpa").or((!digit_follows(text, end)).then_some(end))
}

/// Goes past the digit at `at` if it is that of `address` at `place`, 0 being the last.
fn nibble_at<T: Units>(text: &T, at: usize, address: u128, place: u32) -> Option<usize> {
    let (byte, next) = text.unit(at)?;
    (u128::from(nibble(byte)?) == address >> (4 * place) & 15).then_some(next)
}

/// Goes past `word`, in any case.
fn follows<T: Units>(text: &T, at: usize, word: &[u8]) -> Option<usize> {
    word.iter().try_fold(at, |at, expected| {
        let (byte, next) = text.unit(at)?;
        byte.eq_ignore_ascii_case(expected).then_some(next)
    })
}

fn digit_follows<T: Units>(text: &T, at: usize) -> bool {
    text.unit(at).is_some_and(|(byte, _)| byte.is_ascii_digit())
}
