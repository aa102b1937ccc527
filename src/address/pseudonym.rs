//! Which stand-in does a visitor get from one property in one period?
//!
//! ```text
//! period's secret ─ HKDF-SHA256 ─ mode, property ─> PseudonymKey
//! canonical address ─ HMAC-SHA256 under that key ─> 128 bits ─> an address of the landing range
//! ```

use super::landing::Landing;
use super::mode::Mode;
use super::period::PeriodSecret;
use super::visitor::VisitorAddr;
use aws_lc_rs::{hkdf, hmac};
use std::fmt;
use std::net::IpAddr;

/// The key of one property's pseudonyms in one mode and one period.
///
/// Making one costs several times as much as using it: keep it while the period lasts, and
/// drop it (which wipes it) when the period's secret is destroyed. One is about 700 bytes.
pub struct PseudonymKey(hmac::Key);

impl PseudonymKey {
    /// The key for this property in this mode. Modes do not share keys, so that a property
    /// that changes its mode does not link what it recorded before to what it records after.
    pub fn derive(secret: &PeriodSecret, mode: Mode, property: &str) -> Self {
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(secret.bytes());
        // No mode's name contains a NUL: two different pairs never join to the same bytes.
        let info = [mode.as_str().as_bytes(), b"\0", property.as_bytes()];
        let expanded = extracted
            .expand(&info, hmac::HMAC_SHA256)
            .expect("one hash length is within the 255 of RFC 5869");
        Self(expanded.into())
    }

    /// The visitor's stand-in: the same for the same visitor, in the range of its family.
    pub fn stand_in(&self, visitor: VisitorAddr, landing: &Landing) -> IpAddr {
        let tag = match visitor.reveal() {
            // 4 and 16 bytes: one family's addresses never equal the other's.
            IpAddr::V4(address) => hmac::sign(&self.0, &address.octets()),
            IpAddr::V6(address) => hmac::sign(&self.0, &address.octets()),
        };
        let bits = tag.as_ref().first_chunk().expect("a SHA-256 tag has 32 bytes");
        landing.like(visitor, u128::from_be_bytes(*bits))
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey")
    }
}

/// Keeps these keys apart from any other use of a period's secret. Changing it renames
/// every visitor.
const SALT: &[u8] = b"cloakroom pseudonym v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_of_a_fleet_agree_on_every_stand_in() {
        // Computed apart from this code, by RFC 5869 and RFC 2104 over SHA-256: a change
        // here is a change that an operator sees.
        for (property, mode, address, stand_in) in [
            ("shop", Mode::Pseudonym, "192.0.2.1", "255.104.113.81"),
            ("shop", Mode::Sealed, "192.0.2.1", "250.62.191.25"),
            ("forum", Mode::Pseudonym, "192.0.2.1", "241.210.169.156"),
            ("shop", Mode::Pseudonym, "2001:db8::1", "2001:db8:ae65:4ea6:f197:b95a:9e5a:2757"),
        ] {
            let key = PseudonymKey::derive(&PeriodSecret::new([7; 32]), mode, property);
            let visitor = VisitorAddr::new(address.parse().expect("address"));
            let found = key.stand_in(visitor, &Landing::default());
            assert_eq!(found.to_string(), stand_in, "{property} {mode} {address}");
        }
    }
}
