//! Keys of sealed addresses: each file is read once, however many properties use it.

use crate::address::sealing::{Sealing, Variant};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// How a file is read. The core opens none itself.
pub type ReadFile<'r> = dyn Fn(&Path) -> io::Result<Vec<u8>> + 'r;

/// The keys that were read so far.
pub(super) struct Vault<'r> {
    read: &'r ReadFile<'r>,
    keys: HashMap<PathBuf, Option<Zeroizing<Vec<u8>>>>,
    sealings: Vec<Arc<Sealing>>,
    by_key: HashMap<(PathBuf, Variant), Result<usize, String>>,
}

/// Why there is no sealing.
pub(super) enum NoKey {
    /// What was expected of the file.
    Expected(String),
    /// It has been said already.
    Said,
}

impl<'r> Vault<'r> {
    pub(super) fn new(read: &'r ReadFile<'r>) -> Self {
        Self { read, keys: HashMap::new(), sealings: Vec::new(), by_key: HashMap::new() }
    }

    /// The number of the sealing with the key in this file.
    pub(super) fn sealing(&mut self, file: &Path, variant: Variant) -> Result<usize, NoKey> {
        let of_file = (file.to_owned(), variant);
        if let Some(known) = self.by_key.get(&of_file) {
            return known.clone().map_err(NoKey::Expected);
        }
        let sealing = Sealing::from_key_bytes(variant, self.key(file)?);
        let numbered = match sealing {
            Ok(sealing) => {
                self.sealings.push(Arc::new(sealing));
                Ok(self.sealings.len() - 1)
            }
            Err(problem) => Err(format!("a key file for {variant}; this one has {problem}")),
        };
        self.by_key.insert(of_file, numbered.clone());
        numbered.map_err(NoKey::Expected)
    }

    /// The sealing of this number.
    pub(super) fn get(&self, number: usize) -> Option<&Arc<Sealing>> {
        self.sealings.get(number)
    }

    /// The bytes of the key in this file. A failure is told once.
    fn key(&mut self, file: &Path) -> Result<&[u8], NoKey> {
        if !self.keys.contains_key(file) {
            let read = (self.read)(file);
            let problem = read.as_ref().err().map(io::Error::kind);
            self.keys
                .insert(file.to_owned(), read.ok().map(|bytes| decoded(Zeroizing::new(bytes))));
            if let Some(problem) = problem {
                return Err(NoKey::Expected(format!("a file that can be read: {problem}")));
            }
        }
        match self.keys.get(file) {
            Some(Some(key)) => Ok(key),
            _ => Err(NoKey::Said),
        }
    }
}

/// The key itself, whether the file holds its bytes or their hexadecimal form.
fn decoded(bytes: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    let text = bytes.trim_ascii();
    // 16 bytes are the shortest key of the family, hence 32 digits; fewer are no key in hex.
    if text.len() >= 32
        && let Ok(key) = data_encoding::HEXLOWER_PERMISSIVE.decode(text)
    {
        return Zeroizing::new(key);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_file_is_read_once() {
        let reads = Cell::new(0);
        let read = |_: &Path| {
            reads.set(reads.get() + 1);
            Ok(vec![7; 16])
        };
        let mut vault = Vault::new(&read);
        let first = vault.sealing(Path::new("a"), Variant::Nd).ok();
        assert_eq!(first, Some(0));
        assert_eq!(vault.sealing(Path::new("a"), Variant::Nd).ok(), first);
        assert_eq!(vault.sealing(Path::new("a"), Variant::Deterministic).ok(), Some(1));
        assert_eq!(reads.get(), 1);
        assert!(vault.get(1).is_some());
    }

    #[test]
    fn a_missing_file_is_told_once() {
        let read = |_: &Path| Err(io::Error::from(io::ErrorKind::NotFound));
        let mut vault = Vault::new(&read);
        let first = vault.sealing(Path::new("a"), Variant::Nd);
        assert!(matches!(first, Err(NoKey::Expected(words)) if words.contains("not found")));
        assert!(matches!(vault.sealing(Path::new("a"), Variant::Nd), Err(NoKey::Said)));
    }

    #[test]
    fn a_key_may_be_written_in_hexadecimal() {
        let bytes = |text: &[u8]| decoded(Zeroizing::new(text.to_vec())).len();
        assert_eq!(bytes(b"000102030405060708090A0b0c0d0e0f\n"), 16);
        assert_eq!(bytes(&[0xff; 32]), 32);
        assert_eq!(bytes(b"0123456789abcdef"), 16);
    }
}
