//! Which fields prove that both sides mean WebSocket (RFC 6455 §1.3)?

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::BASE64;

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`: what only somebody who has read the key as
/// WebSocket would answer. It proves no more than that.
pub fn accept(key: &[u8]) -> String {
    let proof = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key, GUID].concat());
    BASE64.encode(proof.as_ref())
}

/// Whether this may be a `Sec-WebSocket-Key`: 16 bytes in base64. The four bits that such a
/// text has to spare may be set: many clients throw dice for characters.
pub fn is_key(value: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    matches!(value, [digits @ .., b'=', b'='] if digits.len() == 22 && digits.iter().all(is_digit))
}

/// `Sec-WebSocket-Key` of 16 random bytes.
pub fn key(dice: [u8; 16]) -> String {
    BASE64.encode(&dice)
}

/// RFC 6455 §1.3: a name for the protocol that nobody else uses.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6455 §1.3.
    #[test]
    fn the_example_of_the_standard() {
        assert_eq!(key(*b"the sample nonce"), "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn a_key_is_sixteen_bytes_in_base64() {
        for (value, expected) in [
            ("dGhlIHNhbXBsZSBub25jZQ==", true),
            ("AQIDBAUGBwgJCgsMDQ4PEC==", true),
            ("++++++//////0000000000==", true),
            ("", false),
            ("==", false),
            ("dGhlIHNhbXBsZSBub25jZQ=", false),
            ("dGhlIHNhbXBsZSBub25jZQ", false),
            ("dGhlIHNhbXBsZSBub25jZQ== ", false),
            ("dGhlIHNhbXBsZSBub25jZTE=", false),
            ("dGhlIHNhbXBsZSBub25jZTEy", false),
            ("dGhlIHNhbXBsZSBub25j-_==", false),
            ("dGhlIHNhbXBs=SBub25jZQ==", false),
        ] {
            assert_eq!(is_key(value.as_bytes()), expected, "{value}");
        }
    }
}
