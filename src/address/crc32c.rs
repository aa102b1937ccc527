//! The checksum of PROXY v2 headers: CRC-32C (Castagnoli), as in RFC 9260 appendix A.

/// A sum under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crc32c(u32);

impl Default for Crc32c {
    fn default() -> Self {
        Self(!0)
    }
}

impl Crc32c {
    /// The sum with these bytes added.
    pub(super) fn over(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |sum, &byte| {
            let [low, ..] = sum.to_le_bytes();
            (sum >> 8) ^ entry(low ^ byte)
        }))
    }

    /// The sum of all bytes so far.
    pub(super) fn value(self) -> u32 {
        !self.0
    }
}

fn entry(byte: u8) -> u32 {
    TABLE.get(usize::from(byte)).copied().unwrap_or_default()
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    /// The polynomial 0x1EDC6F41, bits reversed.
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let mut table = [0; 256];
    let mut byte = 0u32;
    while byte < 256 {
        let mut sum = byte;
        let mut bit = 0;
        while bit < 8 {
            sum = (sum >> 1) ^ (POLYNOMIAL * (sum & 1));
            bit += 1;
        }
        table[byte as usize] = sum;
        byte += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_rfc_3720_appendix_b4_hold() {
        let up: Vec<u8> = (0..32).collect();
        let down: Vec<u8> = (0..32).rev().collect();
        for (bytes, sum) in [
            (&b"123456789"[..], 0xe306_9283),
            (&[0; 32], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&up, 0x46dd_794e),
            (&down, 0x113f_db5c),
        ] {
            assert_eq!(Crc32c::default().over(bytes).value(), sum);
        }
    }

    #[test]
    fn a_sum_may_be_taken_in_pieces() {
        let pieces = Crc32c::default().over(b"1234").over(b"").over(b"56789");
        assert_eq!(pieces.value(), 0xe306_9283);
    }
}
