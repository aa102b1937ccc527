//! With which bytes can a spelling of the visitor's address begin?
//!
//! Most places of most texts are passed with one look at this set.

use super::units::nibble;

/// A set of hexadecimal digits, in either case, and the colon.
#[derive(Clone, Copy, Default)]
pub(super) struct Beginnings(u32);

/// For each byte its bit in [`Beginnings`]; 31 is that of no beginning.
static BITS: [u8; 256] = {
    let mut bits = [31; 256];
    bits[b':' as usize] = 16;
    let mut byte = 0u8;
    loop {
        if let Some(nibble) = nibble(byte) {
            bits[byte as usize] = nibble;
        }
        if byte == u8::MAX {
            break bits;
        }
        byte += 1;
    }
};

impl Beginnings {
    /// Whether a spelling can begin with `byte`.
    #[inline]
    pub(super) fn hold(self, byte: u8) -> bool {
        let bit = BITS.get(usize::from(byte)).copied().unwrap_or(31);
        self.0 >> bit & 1 == 1
    }

    pub(super) fn add_hex_digits(&mut self) {
        self.0 |= 0xffff;
    }

    pub(super) fn add_colon(&mut self) {
        self.0 |= 1 << 16;
    }

    pub(super) fn add_all(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// The first digit of `number`, and the zero of its octal and hexadecimal spellings.
    pub(super) fn add_number(&mut self, number: u128) {
        self.add_nibble(0);
        self.add_nibble(number / 10u128.pow(number.checked_ilog10().unwrap_or(0)));
    }

    /// The digit of the lowest four bits.
    pub(super) fn add_nibble(&mut self, nibble: u128) {
        self.0 |= 1 << (nibble & 15);
    }
}
