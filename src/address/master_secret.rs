//! How does a fleet without a shared store agree on the secret of a period?
//!
//! Each instance derives it from one master secret. The price: while the master secret
//! exists, no period is truly forgotten.

use super::period::{Period, PeriodSecret};
use aws_lc_rs::hkdf;
use data_encoding::HEXLOWER_PERMISSIVE;
use std::fmt;
use zeroize::Zeroizing;

/// A secret from which those of all periods follow. Wiped on drop.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterSecret(Zeroizing<Vec<u8>>);

impl MasterSecret {
    /// Reads a secret file: hexadecimal with white space at its end, or raw bytes as they
    /// stand; at least 32 bytes either way. What consists of hexadecimal digits is read as
    /// such (32 random bytes do so once in 10³⁴ files).
    pub fn from_bytes(file: &[u8]) -> Result<Self, BadMasterSecret> {
        let text = file.trim_ascii_end();
        let secret = Zeroizing::new(if text.iter().all(u8::is_ascii_hexdigit) {
            HEXLOWER_PERMISSIVE.decode(text).map_err(|_| BadMasterSecret::OddDigits)?
        } else {
            file.to_vec()
        });
        if secret.len() < SHORTEST {
            return Err(BadMasterSecret::Short { bytes: secret.len() });
        }
        if secret.windows(2).all(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(BadMasterSecret::Constant);
        }
        Ok(Self(secret))
    }

    /// A key for this purpose alone; it says nothing of the secret or of other keys.
    pub fn key(&self, purpose: &[u8]) -> Zeroizing<[u8; 32]> {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(&self.0);
        let mut key = Zeroizing::new([0; 32]);
        extracted
            .expand(&[b"key", purpose], hkdf::HKDF_SHA256)
            .and_then(|expanded| expanded.fill(&mut *key))
            .expect("32 bytes are one length of SHA-256, within the 255 of RFC 5869");
        key
    }

    /// The secret of this period.
    pub fn derive(&self, period: Period) -> PeriodSecret {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(&self.0);
        let (number, seconds) = (period.number.to_be_bytes(), period.seconds.to_be_bytes());
        let mut secret = Zeroizing::new([0; 32]);
        extracted
            .expand(&[&number, &seconds], hkdf::HKDF_SHA256)
            .and_then(|expanded| expanded.fill(&mut *secret))
            .expect("32 bytes are one length of SHA-256, within the 255 of RFC 5869");
        PeriodSecret::new(*secret)
    }
}

impl fmt::Debug for MasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterSecret")
    }
}

/// Why a master secret is refused. Sizes only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadMasterSecret {
    /// It has fewer than 32 bytes.
    Short {
        /// Bytes given, after hexadecimal is decoded.
        bytes: usize,
    },
    /// It is hexadecimal with half a byte at its end.
    OddDigits,
    /// Every byte is the same.
    Constant,
}

impl fmt::Display for BadMasterSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { bytes } => {
                write!(f, "expected a master secret of {SHORTEST} bytes or more, found {bytes}")
            }
            Self::OddDigits => f.write_str("expected an even number of hexadecimal digits"),
            Self::Constant => f.write_str("expected random bytes, found one byte repeated"),
        }
    }
}

impl std::error::Error for BadMasterSecret {}

/// As many bytes as the hash that stretches them yields (RFC 5869 §3.3 wants no less entropy).
const SHORTEST: usize = 32;

/// Keeps these secrets apart from any other use of a master secret. Changing it renames
/// every visitor of a fleet.
const SALT: &[u8] = b"cloakroom period secret v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_file_is_raw_bytes_or_hexadecimal() {
        let raw: Vec<u8> = (0..32).collect();
        let hex = data_encoding::HEXLOWER.encode(&raw);
        let secret = MasterSecret::from_bytes(&raw).expect("raw");
        for text in [hex.clone(), format!("{hex}\n"), format!("{}\r\n", hex.to_uppercase())] {
            assert_eq!(MasterSecret::from_bytes(text.as_bytes()), Ok(secret.clone()));
        }
        // A raw byte that happens to be a newline is part of the secret.
        let ends_in_newline = [&raw[..], b"\n"].concat();
        assert_ne!(MasterSecret::from_bytes(&ends_in_newline), Ok(secret));
    }

    #[test]
    fn a_weak_secret_is_refused() {
        for (file, why) in [
            (&b""[..], BadMasterSecret::Short { bytes: 0 }),
            (b"\n", BadMasterSecret::Short { bytes: 0 }),
            (b"correct horse battery staple", BadMasterSecret::Short { bytes: 28 }),
            (b"0123456789abcdef0123456789abcdef\n", BadMasterSecret::Short { bytes: 16 }),
            (&[b'a'; 65], BadMasterSecret::OddDigits),
            (&[0; 32], BadMasterSecret::Constant),
            (&[b'0'; 64], BadMasterSecret::Constant),
        ] {
            assert_eq!(MasterSecret::from_bytes(file), Err(why));
        }
    }

    #[test]
    fn every_instance_of_a_fleet_derives_the_same_secret() {
        // Computed apart from this code, by RFC 5869 over SHA-256.
        let raw: Vec<u8> = (0..32).collect();
        let secret = MasterSecret::from_bytes(&raw).expect("raw");
        for (number, seconds, expected) in [
            (19_675, 86_400, "39482e131bc0eba60e4ecec6a214224d14d7b4431a6baf889dd75b7e002e90c6"),
            (19_676, 86_400, "80a767e68cf698e3de14d54894d20f9064a71f8456cf2d23bb7d58e06d471652"),
        ] {
            let derived = secret.derive(Period { number, seconds });
            assert_eq!(data_encoding::HEXLOWER.encode(derived.bytes()), expected);
        }
    }

    #[test]
    fn another_length_of_period_is_another_period() {
        let raw: Vec<u8> = (0..32).collect();
        let secret = MasterSecret::from_bytes(&raw).expect("raw");
        let day = secret.derive(Period { number: 5, seconds: 86_400 });
        let hour = secret.derive(Period { number: 5, seconds: 3_600 });
        assert_ne!(day, hour);
    }
}
