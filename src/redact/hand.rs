//! What stands in the place of a find? Labels, masks, keyed hashes, stand-ins.
//!
//! Whatever is written uses only characters that need no escape in JSON, HTML and plain text,
//! and none of it is found again: redacting twice changes nothing more.

use super::allow;
use super::spec::Action;
use aws_lc_rs::hmac;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// What actions need to know of the property and of the day.
#[derive(Clone)]
pub struct Hand {
    key: Arc<HashKey>,
    property: Arc<str>,
    disclose: Option<Disclose>,
}

/// The key of hashes and stand-ins.
pub struct HashKey(hmac::Key);

impl HashKey {
    /// A key of at least 32 bytes, drawn by lot.
    pub fn new(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey")
    }
}

/// What the property's recording mode discloses of an address; `None`: nothing.
pub type Disclose = Arc<dyn Fn(IpAddr) -> Option<String> + Send + Sync>;

impl Hand {
    /// The hand of one property. The same key and property give the same hashes and stand-ins.
    pub fn new(key: Arc<HashKey>, property: Arc<str>) -> Self {
        Self { key, property, disclose: None }
    }

    /// With what `address` writes. Without it, `address` is `label`.
    #[must_use]
    pub fn disclosing(mut self, disclose: Disclose) -> Self {
        self.disclose = Some(disclose);
        self
    }

    /// Writes what stands in the place of `text`.
    pub(super) fn write(&self, action: Action, name: &str, text: &[u8], out: &mut Vec<u8>) {
        match action {
            Action::Remove => {}
            Action::Mask { first, last } => mask(text, first.into(), last.into(), out),
            Action::Hash => self.hash(name, text, out),
            Action::StandIn => self.stand_in(name, text, out),
            Action::Address => {
                let told = allow::address(text)
                    .and_then(|address| self.disclose.as_ref().and_then(|tell| tell(address)));
                match told {
                    Some(told) => out.extend_from_slice(told.as_bytes()),
                    None => label(name, out),
                }
            }
            Action::Label | Action::Block | Action::Keep => label(name, out),
        }
    }

    fn hash(&self, name: &str, text: &[u8], out: &mut Vec<u8>) {
        out.push(b'[');
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        letters(self.digest(name, text), out);
        out.push(b']');
    }

    /// An e-mail address, a telephone number or a name that nobody has; a hash where the value
    /// looks like none of them.
    fn stand_in(&self, name: &str, text: &[u8], out: &mut Vec<u8>) {
        let digest = self.digest(name, text);
        let is = |form: &str| name.to_ascii_lowercase().contains(form);
        let is_address = text.contains(&b'@') && memchr::memmem::find(text, b"://").is_none();
        if is("mail") || is_address {
            out.extend_from_slice(STAND_IN_LOCAL);
            letters(digest, out);
            out.extend_from_slice(STAND_IN_DOMAIN);
        } else if is("phone") || is("mobile") || text.starts_with(b"+") {
            // Country code 999 is reserved and not in service (ITU-T E.164.D).
            out.extend_from_slice(format!("+999{:011}", digest % 100_000_000_000).as_bytes());
        } else if is("name") {
            out.extend_from_slice(b"Visitor ");
            letters(digest, out);
        } else {
            self.hash(name, text, out);
        }
    }

    /// Of the same value the same digest: case, blanks and separators aside.
    fn digest(&self, name: &str, text: &[u8]) -> u64 {
        let mut context = hmac::Context::with_key(&self.key.0);
        for part in [self.property.as_bytes(), name.as_bytes()] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let is_written = text.iter().any(|byte| byte.is_ascii_alphabetic() || *byte == b'@');
        for &byte in text.trim_ascii() {
            // Digits are the same number however they are grouped.
            if is_written || byte.is_ascii_digit() || byte == b'+' {
                context.update(&[byte.to_ascii_lowercase()]);
            }
        }
        let digest = context.sign();
        let mut first = [0; 8];
        first.copy_from_slice(digest.as_ref().get(..8).unwrap_or(&[0; 8]));
        u64::from_be_bytes(first)
    }
}

impl fmt::Debug for Hand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hand({})", self.property)
    }
}

/// Whether this is something that stands in for somebody already.
pub(super) fn is_stand_in(text: &[u8]) -> bool {
    text.ends_with(STAND_IN_DOMAIN) && text.starts_with(STAND_IN_LOCAL)
}

const STAND_IN_LOCAL: &[u8] = b"v-";

/// Nobody has an address there: the domain `invalid` is reserved (RFC 6761 section 6.4).
const STAND_IN_DOMAIN: &[u8] = b"@visitor.invalid";

fn label(name: &str, out: &mut Vec<u8>) {
    out.push(b'[');
    out.extend_from_slice(name.as_bytes());
    out.push(b']');
}

/// 64 bits as 16 letters from a to p: no digits, so that no sum ever fits one.
fn letters(digest: u64, out: &mut Vec<u8>) {
    out.extend(
        digest.to_be_bytes().iter().flat_map(|byte| [b'a' + (byte >> 4), b'a' + (byte & 15)]),
    );
}

/// Keeps the first and last letters and digits, and of the rest the separators.
fn mask(text: &[u8], first: usize, last: usize, out: &mut Vec<u8>) {
    let shown = |byte: &&u8| byte.is_ascii_alphanumeric();
    let count = text.iter().filter(shown).count();
    let (first, last) = if first + last < count { (first, last) } else { (0, 0) };
    let mut seen = 0;
    for &byte in text {
        if byte.is_ascii_alphanumeric() {
            let stays = seen < first || seen >= count - last;
            out.push(if stays { byte } else { b'*' });
            seen += 1;
        } else if b" -./:@+()_,".contains(&byte) {
            out.push(byte);
        } else if byte & 0xc0 != 0x80 {
            // One for each character, whatever its length.
            out.push(b'*');
        }
    }
}
