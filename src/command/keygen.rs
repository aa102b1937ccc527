//! `cloakroom keygen`: a fresh key, to a file of mode 0600 or to standard output.

use crate::address::sealing::{Sealing, Variant};
use crate::command::Failure;
use clap::Args;
use data_encoding::HEXLOWER;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Make a key.
#[derive(Debug, Args)]
pub(super) struct Keygen {
    /// A master secret for pseudonyms (32 bytes) instead of a key for sealed addresses.
    #[arg(long)]
    master: bool,
    /// The ipcrypt variant that the key is for.
    #[arg(long, value_name = "VARIANT", default_value = "nd", value_parser = variant, conflicts_with = "master")]
    variant: Variant,
    /// Where to write it; the file must not exist yet.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A variant by its name.
pub(super) fn variant(name: &str) -> Result<Variant, String> {
    name.parse().map_err(|_| "expected deterministic, nd, ndx or pfx".to_owned())
}

impl Keygen {
    pub(super) fn run(self) -> Result<(), Failure> {
        let length = if self.master { 32 } else { self.variant.key_bytes() };
        let mut key = Zeroizing::new(vec![0; length]);
        loop {
            aws_lc_rs::rand::fill(&mut key).map_err(|_| Failure::Other("no randomness".into()))?;
            // Never seen to fail: it refuses keys whose halves are equal.
            if self.master || Sealing::from_key_bytes(self.variant, &key).is_ok() {
                break;
            }
        }
        let text = Zeroizing::new(format!("{}\n", HEXLOWER.encode(&key)));
        let Some(file) = self.out else {
            std::io::stdout().write_all(text.as_bytes())?;
            return Ok(());
        };
        let shown = file.display();
        let mut out = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&file)
            .map_err(|e| Failure::new(&shown, e))?;
        out.write_all(text.as_bytes()).map_err(|e| Failure::new(&shown, e))
    }
}
