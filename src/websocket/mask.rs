//! How is a payload masked, and unmasked? By the same step (RFC 6455 §5.3).

/// The key of a frame, turned so that its first byte is the next one to be used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mask([u8; 4]);

impl Mask {
    /// What changes nothing: the mask of frames that have none.
    pub(super) const NONE: Self = Self([0; 4]);

    /// At the first byte of a payload.
    pub(super) const fn new(key: [u8; 4]) -> Self {
        Self(key)
    }

    /// Masks or unmasks what stands here. The mask does not move on.
    pub(super) fn apply(self, bytes: &mut [u8]) {
        if self == Self::NONE {
            return;
        }
        let [a, b, c, d] = self.0;
        let pattern = [a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d];
        let wide = u128::from_ne_bytes(pattern);
        let (blocks, rest) = bytes.as_chunks_mut::<16>();
        for block in blocks {
            *block = (u128::from_ne_bytes(*block) ^ wide).to_ne_bytes();
        }
        for (byte, key) in rest.iter_mut().zip(pattern) {
            *byte ^= key;
        }
    }

    /// Moves on behind so many bytes.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.0.rotate_left(bytes % 4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6455 §5.7: a masked "Hello".
    #[test]
    fn the_example_of_the_standard() {
        let mut bytes = *b"\x7f\x9f\x4d\x51\x58";
        Mask::new([0x37, 0xfa, 0x21, 0x3d]).apply(&mut bytes);
        assert_eq!(&bytes, b"Hello");
    }

    #[test]
    fn it_is_one_byte_after_the_other_at_every_length_and_cut() {
        let key = [0x01, 0x80, 0xfe, 0x55];
        for length in 0..70u8 {
            let plain: Vec<u8> = (0..length).collect();
            let expected: Vec<u8> =
                plain.iter().enumerate().map(|(at, byte)| byte ^ key[at % 4]).collect();
            for cut in 0..=plain.len() {
                let mut bytes = plain.clone();
                let (left, right) = bytes.split_at_mut(cut);
                let mut mask = Mask::new(key);
                mask.apply(left);
                mask.advance(cut);
                mask.apply(right);
                assert_eq!(bytes, expected, "{length} cut at {cut}");
            }
        }
    }
}
