//! `cloakroom completions`: what a shell offers behind the TAB key.

use crate::command::{Arguments, Failure};
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

/// Print completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<(), Failure> {
        generate(self.shell, &mut Arguments::command(), "cloakroom", &mut std::io::stdout());
        Ok(())
    }
}
