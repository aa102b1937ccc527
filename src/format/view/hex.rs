//! Which value has a hexadecimal digit? A table: escapes stand close together where text is not
//! English.

/// The value of a hexadecimal digit, in either case.
#[inline]
pub(super) fn digit(byte: u8) -> Option<u8> {
    VALUES.get(usize::from(byte)).copied().filter(|&value| value < 16)
}

/// For each byte its value; 0xFF is none.
static VALUES: [u8; 256] = {
    let mut values = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        values[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_cases_and_nothing_else() {
        for byte in 0..=u8::MAX {
            let value = char::from(byte).to_digit(16);
            assert_eq!(digit(byte).map(u32::from), value, "{byte}");
        }
    }
}
