//! Does a spelling of the visitor's address begin here, and where does it end?
//!
//! Spellings are read, not listed: IPv6 alone has thousands for one address. What is read at
//! one place is bounded (eight groups, four numbers, 32 nibbles, one run of digits), and a
//! run of digits is a place to begin only at its start, so a whole text is read in linear time.

use super::beginnings::Beginnings;
use super::groups::{Groups, group};
use super::numbers::{Number, dotted_tail, number, quad};
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
            colons.add_hex_digits();
            colons.add_colon();
        }
        if let Some(v6) = v6 {
            plain.add_number(v6);
            plain.add_nibble(v6);
            plain.add_nibble(v6 >> 124);
            // The first group without its leading zeros.
            let group = v6 >> 112;
            plain.add_nibble(group >> (group.checked_ilog2().unwrap_or(0) / 4 * 4));
            if group == 0 {
                colons.add_colon();
            }
        }
        colons.add_all(plain);
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
            if separator != Some(next) || groups.are_full() {
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
