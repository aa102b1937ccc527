//! Which numbers stand in a text, in the spellings that `inet_aton` takes for parts of an
//! IPv4 address: decimal, octal behind `0`, hexadecimal behind `0x`.

use super::units::{Units, nibble};

/// A number as it may be meant: decimal, or octal behind a zero; or hexadecimal behind `0x`.
pub(super) struct Number {
    /// `None` where the digits are too many for 64 bits.
    readings: [Option<u64>; 2],
    /// Where its digits begin.
    digits: usize,
    /// Where they end.
    pub(super) end: usize,
    base: u8,
}

impl Number {
    /// Whether it can be meant as `value`.
    pub(super) fn says(&self, value: u64) -> bool {
        self.readings.contains(&Some(value))
    }

    /// Whether it is `value`, which has more than 64 bits, in decimal or hexadecimal.
    pub(super) fn says_long<T: Units>(&self, text: &T, value: u128) -> bool {
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
pub(super) fn number<T: Units>(text: &T, start: usize) -> Option<Number> {
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
pub(super) fn quad<T: Units>(
    text: &T,
    first: &Number,
    octets: [u8; 4],
    separators: &[u8],
) -> Option<usize> {
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
pub(super) fn dotted_tail<T: Units>(text: &T, at: usize) -> Option<(u32, usize)> {
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
