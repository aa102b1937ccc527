//! How is a true address written so that only the key holder reads it?
//!
//! By ipcrypt (draft-denis-ipcrypt). The text is `variant.hexadecimal`, lower case: with a
//! tag, so that a reader years later knows how to open it, and not as an address, because
//! that of the variants `deterministic` and `pfx` is mostly somebody else's.
//!
//! ```text
//! deterministic.<16 bytes>             pfx.<4 bytes of IPv4, 16 of IPv6>
//! nd.<tweak, 8 bytes><16 bytes>        ndx.<tweak, 16 bytes><16 bytes>
//! ```
//!
//! ipcrypt hides but does not authenticate: whoever opens a text with another key, or one
//! that was tampered with, gets another address and no error.

use super::visitor::VisitorAddr;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use ipcrypt_rs::{Ipcrypt, IpcryptNd, IpcryptNdx, IpcryptPfx, bytes_to_ip, ip_to_bytes};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Variant and key of the sealed address. The key is wiped on drop and never printed.
///
/// Ciphers are set up anew for each address: that takes a fraction of a microsecond, and
/// the expanded keys, which the cipher does not wipe, live no longer than one call.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Sealing(Key);

#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
enum Key {
    Deterministic([u8; 16]),
    Nd([u8; 16]),
    Ndx([u8; 32]),
    Pfx([u8; 32]),
}

impl Sealing {
    /// Takes a key of [`Variant::key_bytes`] bytes.
    pub fn from_key_bytes(variant: Variant, key: &[u8]) -> Result<Self, BadKey> {
        let length = BadKey::Length { found: key.len(), expected: variant.key_bytes() };
        if key.len() != variant.key_bytes() {
            return Err(length);
        }
        if key.iter().all(|&byte| byte == 0) {
            return Err(BadKey::Zero);
        }
        if let Some((first, second)) = key.split_at_checked(16)
            && first == second
        {
            return Err(BadKey::EqualHalves);
        }
        let short = || key.try_into().map_err(|_| length);
        let long = || key.try_into().map_err(|_| length);
        Ok(Self(match variant {
            Variant::Deterministic => Key::Deterministic(short()?),
            Variant::Nd => Key::Nd(short()?),
            Variant::Ndx => Key::Ndx(long()?),
            Variant::Pfx => Key::Pfx(long()?),
        }))
    }

    /// Takes a key in hexadecimal, as a key file holds it: white space around it is ignored.
    pub fn from_key_hex(variant: Variant, key: &str) -> Result<Self, BadKey> {
        let bytes = HEXLOWER_PERMISSIVE.decode(key.trim().as_bytes()).map(Zeroizing::new);
        Self::from_key_bytes(variant, &bytes.map_err(|_| BadKey::NotHex)?)
    }

    /// How addresses are encrypted.
    pub fn variant(&self) -> Variant {
        match self.0 {
            Key::Deterministic(_) => Variant::Deterministic,
            Key::Nd(_) => Variant::Nd,
            Key::Ndx(_) => Variant::Ndx,
            Key::Pfx(_) => Variant::Pfx,
        }
    }

    /// The visitor's address as sealed text. `tweak` is fresh random bytes: `nd` takes the
    /// first eight, `ndx` all of them, the others none.
    pub fn seal(&self, visitor: VisitorAddr, tweak: [u8; 16]) -> String {
        let address = visitor.reveal();
        match &self.0 {
            Key::Deterministic(key) => {
                let mut block = ip_to_bytes(address);
                Ipcrypt::new(*key).encrypt_ip16(&mut block);
                self.text(&block)
            }
            Key::Nd(key) => {
                let [a, b, c, d, e, f, g, h, ..] = tweak;
                let tweak = [a, b, c, d, e, f, g, h];
                self.text(&IpcryptNd::new(*key).encrypt_ipaddr(address, Some(tweak)))
            }
            Key::Ndx(key) => self.text(&IpcryptNdx::new(*key).encrypt_ipaddr(address, Some(tweak))),
            Key::Pfx(key) => {
                let encrypted = IpcryptPfx::new(*key).encrypt_ipaddr(address);
                match (address, encrypted) {
                    (IpAddr::V4(_), IpAddr::V4(encrypted)) => self.text(&encrypted.octets()),
                    // A sealed IPv6 address is 16 bytes even where they read as IPv4.
                    _ => self.text(&ip_to_bytes(encrypted)),
                }
            }
        }
    }

    /// The address in a sealed text, with or without its tag.
    pub fn open(&self, sealed: &str) -> Result<IpAddr, Unopenable> {
        let bytes = self.bytes(sealed.trim())?;
        let length = Unopenable::Length { bytes: bytes.len(), variant: self.variant() };
        match &self.0 {
            Key::Deterministic(key) => {
                let mut block = bytes.try_into().map_err(|_| length)?;
                Ipcrypt::new(*key).decrypt_ip16(&mut block);
                Ok(bytes_to_ip(block))
            }
            Key::Nd(key) => {
                let sealed = bytes.try_into().map_err(|_| length)?;
                Ok(IpcryptNd::new(*key).decrypt_ipaddr(&sealed))
            }
            Key::Ndx(key) => {
                let sealed = bytes.try_into().map_err(|_| length)?;
                Ok(IpcryptNdx::new(*key).decrypt_ipaddr(&sealed))
            }
            Key::Pfx(key) => {
                let sealed = match (<[u8; 4]>::try_from(&*bytes), <[u8; 16]>::try_from(&*bytes)) {
                    (Ok(octets), _) => IpAddr::from(octets),
                    (_, Ok(octets)) => Ipv6Addr::from(octets).into(),
                    _ => return Err(length),
                };
                Ok(IpcryptPfx::new(*key).decrypt_ipaddr(sealed))
            }
        }
    }

    fn text(&self, bytes: &[u8]) -> String {
        let tag = self.variant().as_str();
        let mut text = String::with_capacity(tag.len() + 1 + 2 * bytes.len());
        text.push_str(tag);
        text.push('.');
        HEXLOWER.encode_append(bytes, &mut text);
        text
    }

    fn bytes(&self, sealed: &str) -> Result<Vec<u8>, Unopenable> {
        let digits = match sealed.split_once('.') {
            None => sealed,
            Some((tag, digits)) => {
                let variant = tag.parse().map_err(|_| Unopenable::UnknownTag)?;
                if variant != self.variant() {
                    return Err(Unopenable::OtherVariant { sealed: variant, key: self.variant() });
                }
                digits
            }
        };
        HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| Unopenable::NotHex)
    }
}

impl fmt::Debug for Sealing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealing({})", self.variant())
    }
}

/// How the sealed address is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// The same address always gives the same text: the backend can count visitors by it.
    Deterministic,
    /// A fresh text each time. Good for 2³² texts under one key (64 bits of tweak).
    #[default]
    Nd,
    /// A fresh text each time, with a tweak twice as long.
    Ndx,
    /// Addresses of one network give texts with one beginning: the backend can see networks.
    Pfx,
}

impl Variant {
    /// Every variant.
    pub const ALL: [Self; 4] = [Self::Deterministic, Self::Nd, Self::Ndx, Self::Pfx];

    /// The name in configuration, and the tag of the sealed text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deterministic => "deterministic",
            Self::Nd => "nd",
            Self::Ndx => "ndx",
            Self::Pfx => "pfx",
        }
    }

    /// Length of a key in bytes.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Deterministic | Self::Nd => 16,
            Self::Ndx | Self::Pfx => 32,
        }
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Variant {
    type Err = UnknownVariant;

    fn from_str(name: &str) -> Result<Self, UnknownVariant> {
        Self::ALL.into_iter().find(|variant| variant.as_str() == name).ok_or(UnknownVariant)
    }
}

/// The name is no variant's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownVariant;

impl fmt::Display for UnknownVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected deterministic, nd, ndx or pfx")
    }
}

impl std::error::Error for UnknownVariant {}

/// Why a key is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadKey {
    /// It is not hexadecimal.
    NotHex,
    /// It is too long or too short for the variant.
    Length {
        /// Bytes given.
        found: usize,
        /// Bytes that the variant wants.
        expected: usize,
    },
    /// Every byte is zero: a placeholder, not a key.
    Zero,
    /// Both halves of a 32-byte key are the same. `pfx` would encrypt nothing, and `ndx`
    /// would lose what its second key is for.
    EqualHalves,
}

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHex => f.write_str("something that is not hexadecimal"),
            Self::Length { found, expected } => {
                write!(f, "{found} bytes where {expected} are needed")
            }
            Self::Zero => f.write_str("nothing but zeros"),
            Self::EqualHalves => f.write_str("two equal halves"),
        }
    }
}

impl std::error::Error for BadKey {}

/// Why a sealed text cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopenable {
    /// What stands before the dot is no variant's name.
    UnknownTag,
    /// It was sealed by another variant than this key's.
    OtherVariant {
        /// The variant in the text.
        sealed: Variant,
        /// The variant of the key.
        key: Variant,
    },
    /// It is not hexadecimal.
    NotHex,
    /// It is too long or too short for the variant.
    Length {
        /// Bytes given.
        bytes: usize,
        /// The variant of the key.
        variant: Variant,
    },
}

impl fmt::Display for Unopenable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTag => write!(f, "unknown tag before the dot; {UnknownVariant}"),
            Self::OtherVariant { sealed, key } => {
                write!(f, "sealed as {sealed}, but the key is for {key}")
            }
            Self::NotHex => f.write_str("expected hexadecimal digits, two for each byte"),
            Self::Length { bytes, variant } => {
                let expected = match variant {
                    Variant::Deterministic => "16 bytes",
                    Variant::Nd => "24 bytes",
                    Variant::Ndx => "32 bytes",
                    Variant::Pfx => "4 or 16 bytes",
                };
                write!(f, "expected {expected} sealed as {variant}, found {bytes}")
            }
        }
    }
}

impl std::error::Error for Unopenable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_and_without_its_tag() {
        for variant in Variant::ALL {
            for (address, opened) in [
                ("192.0.2.1", "192.0.2.1"),
                ("2001:db8::1", "2001:db8::1"),
                ("::ffff:192.0.2.1", "192.0.2.1"),
                ("0.0.0.0", "0.0.0.0"),
                ("::", "::"),
            ] {
                let sealing = sealing(variant);
                let sealed = sealing.seal(VisitorAddr::new(parse(address)), [9; 16]);
                let (tag, bare) = sealed.split_once('.').expect("a tag");
                assert_eq!(tag, variant.as_str());
                for text in [&sealed, bare, &format!(" {sealed}\n"), &bare.to_uppercase()] {
                    assert_eq!(sealing.open(text), Ok(parse(opened)), "{variant} {address}");
                }
            }
        }
    }

    #[test]
    fn a_text_that_cannot_be_opened_says_why() {
        use Unopenable::{Length, NotHex, OtherVariant, UnknownTag};
        use Variant::{Deterministic, Nd, Ndx, Pfx};
        for (variant, text, why) in [
            (Nd, "", Length { bytes: 0, variant: Nd }),
            (Nd, "nd.", Length { bytes: 0, variant: Nd }),
            (Nd, "nd.00112233", Length { bytes: 4, variant: Nd }),
            (Ndx, "00", Length { bytes: 1, variant: Ndx }),
            (Deterministic, "deterministic.00", Length { bytes: 1, variant: Deterministic }),
            (Pfx, "pfx.0011223344", Length { bytes: 5, variant: Pfx }),
            (Nd, "nd.0", NotHex),
            (Nd, "nd.zz", NotHex),
            (Nd, "nd.é", NotHex),
            (Nd, "nd.00.11", NotHex),
            (Nd, "ndx.00", OtherVariant { sealed: Ndx, key: Nd }),
            (Nd, "ND.00", UnknownTag),
            (Pfx, "192.0.2.1", UnknownTag),
        ] {
            assert_eq!(sealing(variant).open(text), Err(why), "{variant} {text}");
        }
    }

    #[test]
    fn a_key_that_protects_nothing_is_refused() {
        let halves = [[5; 16], [5; 16]].concat();
        for (variant, key, why) in [
            (Variant::Nd, vec![1; 15], BadKey::Length { found: 15, expected: 16 }),
            (Variant::Deterministic, vec![1; 32], BadKey::Length { found: 32, expected: 16 }),
            (Variant::Ndx, vec![1; 16], BadKey::Length { found: 16, expected: 32 }),
            (Variant::Pfx, vec![], BadKey::Length { found: 0, expected: 32 }),
            (Variant::Nd, vec![0; 16], BadKey::Zero),
            (Variant::Pfx, vec![0; 32], BadKey::Zero),
            (Variant::Ndx, halves.clone(), BadKey::EqualHalves),
            (Variant::Pfx, halves, BadKey::EqualHalves),
        ] {
            assert_eq!(Sealing::from_key_bytes(variant, &key), Err(why), "{variant}");
        }
    }

    #[test]
    fn a_key_file_may_end_in_a_newline_but_holds_nothing_else() {
        let text = "2B7e151628aed2a6abf7158809cf4f3c\n";
        assert!(Sealing::from_key_hex(Variant::Nd, text).is_ok());
        for bad in ["2b7e 1516", "abc", "key", "é"] {
            assert_eq!(Sealing::from_key_hex(Variant::Nd, bad), Err(BadKey::NotHex), "{bad}");
        }
    }

    #[test]
    fn printing_a_key_shows_its_variant_alone() {
        assert_eq!(format!("{:?}", sealing(Variant::Ndx)), "Sealing(ndx)");
    }

    fn sealing(variant: Variant) -> Sealing {
        let key: Vec<u8> = (1..=32).take(variant.key_bytes()).collect();
        Sealing::from_key_bytes(variant, &key).expect("a good key")
    }

    fn parse(address: &str) -> IpAddr {
        address.parse().expect("address")
    }
}
