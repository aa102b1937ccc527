//! `cloakroom reveal`: the address inside a sealed value, for who holds the key.

use crate::address::sealing::{Sealing, Variant};
use crate::command::{Failure, keygen, load};
use clap::Args;
use std::io::{BufRead, Write};
use std::path::PathBuf;

/// Open sealed addresses.
#[derive(Debug, Args)]
pub(super) struct Reveal {
    /// The key file, as `keygen` wrote it.
    #[arg(long, short, value_name = "FILE")]
    key_file: PathBuf,
    /// The variant that sealed them.
    #[arg(long, value_name = "VARIANT", default_value = "nd", value_parser = keygen::variant)]
    variant: Variant,
    /// Sealed values; without any they are read from standard input, one a line.
    #[arg(value_name = "SEALED")]
    sealed: Vec<String>,
}

impl Reveal {
    pub(super) fn run(self) -> Result<(), Failure> {
        let shown = self.key_file.display();
        let key = load::key(&self.key_file).map_err(|e| Failure::new(&shown, e))?;
        let sealing =
            Sealing::from_key_hex(self.variant, &key).map_err(|e| Failure::new(&shown, e))?;
        let mut out = std::io::stdout().lock();
        let mut open = |number: usize, sealed: &str| -> Result<(), Failure> {
            // The value itself is not repeated: it may be anything that was pasted.
            let address = sealing
                .open(sealed.trim())
                .map_err(|e| Failure::new(format_args!("value {number}"), e))?;
            writeln!(out, "{address}")?;
            Ok(())
        };
        if self.sealed.is_empty() {
            for (at, line) in std::io::stdin().lock().lines().enumerate() {
                open(at + 1, &line?)?;
            }
        }
        for (at, sealed) in self.sealed.iter().enumerate() {
            open(at + 1, sealed)?;
        }
        Ok(())
    }
}
