//! The sums that numbers carry to prove themselves. Each takes the digits (or letters and
//! digits) without separators, check digit included, and says whether it is right.

/// The digits of a text as values, separators left out; `None` where another byte stands in
/// it or more than `N` digits do.
pub fn digits<const N: usize>(text: &[u8]) -> Option<([u8; N], usize)> {
    let mut out = [0; N];
    let mut length = 0;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                *out.get_mut(length)? = byte - b'0';
                length += 1;
            }
            b' ' | b'-' | b'.' | b'/' => {}
            _ => return None,
        }
    }
    Some((out, length))
}

/// ISO/IEC 7812-1 annex B: the Luhn sum of payment cards, IMEI, SIN and others.
pub fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, &digit)| {
            let value = u32::from(digit) << (place % 2);
            if value > 9 { value - 9 } else { value }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// The sum of digits times weights, for the many rules that are one.
pub fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(&digit, &weight)| u32::from(digit) * weight).sum()
}

/// The number that up to 9 digits spell; more wrap around.
pub fn short_number(digits: &[u8]) -> u32 {
    digits.iter().fold(0u32, |sum, &digit| sum.wrapping_mul(10).wrapping_add(u32::from(digit)))
}

/// Whether all digits are the same: what people type to fill a field.
pub fn repeated(digits: &[u8]) -> bool {
    digits.first().is_some_and(|first| digits.iter().all(|digit| digit == first))
}

/// ISO/IEC 7064 MOD 97-10, where letters count as 10 to 35. `None` in an item that is
/// neither letter nor digit makes it wrong. For an IBAN the first four characters come last.
pub fn mod97(text: impl IntoIterator<Item = u8>) -> bool {
    let mut rest = 0u32;
    for byte in text {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            b'a'..=b'z' => rest * 100 + u32::from(byte - b'a') + 10,
            _ => return false,
        } % 97;
    }
    rest == 1
}

/// ISO/IEC 7064 MOD 11,10: German tax ids, Croatian OIB.
pub fn mod11_10(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let mut product = 10;
    for &digit in body {
        let sum = match (u32::from(digit) + product) % 10 {
            0 => 10,
            sum => sum,
        };
        product = sum * 2 % 11;
    }
    (product + u32::from(*check)) % 10 == 1
}

/// The Verhoeff sum over the dihedral group D5: Aadhaar.
pub fn verhoeff(digits: &[u8]) -> bool {
    let sum = digits.iter().rev().enumerate().try_fold(0usize, |sum, (place, &digit)| {
        let turned = PERMUTED.get(place % 8)?.get(usize::from(digit))?;
        PRODUCT.get(sum)?.get(usize::from(*turned)).map(|&sum| usize::from(sum))
    });
    !digits.is_empty() && sum == Some(0)
}

/// The group's product.
const PRODUCT: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// What becomes of a digit at each place, from the right, counted modulo 8.
const PERMUTED: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// The letters (in upper case) and digits of a text, separators left out; `None` where another
/// byte stands in it or more than `N` of them do.
pub fn characters<const N: usize>(text: &[u8]) -> Option<([u8; N], usize)> {
    let mut out = [0; N];
    let mut length = 0;
    for &byte in text {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                *out.get_mut(length)? = byte.to_ascii_uppercase();
                length += 1;
            }
            b' ' | b'-' | b'.' | b'/' => {}
            _ => return None,
        }
    }
    Some((out, length))
}

/// The digit that an ASCII character is; another one is `None`.
pub fn digit(character: u8) -> Option<u8> {
    character.is_ascii_digit().then(|| character - b'0')
}

/// The number that up to 19 digits spell.
pub fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0u64, |sum, &digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_numbers_are_right_and_no_neighbour_is() {
        check(luhn, &["4111111111111111", "79927398713", "490154203237518"]);
        check(mod11_10, &["36574261809", "94577403194"]);
        check(verhoeff, &["2363", "123451"]);
        check(|d| mod97(d.iter().map(|d| d + b'0')), &["3214282912345698765432161182"]);
        assert!(mod97(*b"370400440532013000DE89"));
        assert!(!mod97(*b"370400440532013000DE88"));
        assert!(!mod97(*b"37040044 532013000DE89"));
    }

    #[test]
    fn nothing_proves_nothing() {
        for sum in [luhn, mod11_10, verhoeff] {
            assert!(!sum(&[]));
        }
    }

    #[test]
    fn separators_are_no_digits() {
        assert_eq!(digits::<4>(b"1-2 3.4"), Some(([1, 2, 3, 4], 4)));
        assert_eq!(digits::<4>(b"12345"), None);
        assert_eq!(digits::<4>(b"12a"), None);
    }

    #[test]
    fn letters_and_digits_come_without_what_parts_them() {
        assert_eq!(characters::<3>(b"a-1 Z"), Some((*b"A1Z", 3)));
        assert_eq!(characters::<3>(b"a1z9"), None);
        assert_eq!(characters::<3>(b"a_1"), None);
        assert_eq!((digit(b'7'), digit(b'x')), (Some(7), None));
    }

    #[test]
    fn digits_spell_a_number_and_may_be_all_alike() {
        assert_eq!(number(&[0, 1, 2, 0]), 120);
        assert_eq!(short_number(&[2, 0, 2, 4]), 2024);
        assert!(repeated(&[7, 7, 7]));
        assert!(!repeated(&[7, 7, 1]));
        assert!(!repeated(&[]));
    }

    /// Each is right, and no longer with another last digit.
    #[track_caller]
    fn check(sum: fn(&[u8]) -> bool, numbers: &[&str]) {
        for number in numbers {
            let (mut values, length) = digits::<32>(number.as_bytes()).expect("digits");
            assert!(sum(&values[..length]), "{number}");
            for _ in 0..9 {
                values[length - 1] = (values[length - 1] + 1) % 10;
                assert!(!sum(&values[..length]), "{number}");
            }
        }
    }
}
