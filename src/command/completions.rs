//! `cloakroom completions`: what a shell offers behind the TAB key.

use crate::command::Failure;
use clap::{Args, Command};
use clap_complete::{Shell, generate};

/// Print completions for a shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Which shell.
    shell: Shell,
}

impl Completions {
    /// `command` is what is to be completed.
    pub(super) fn run(self, mut command: Command) -> Result<(), Failure> {
        generate(self.shell, &mut command, "cloakroom", &mut std::io::stdout());
        Ok(())
    }
}
