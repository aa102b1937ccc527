//! How a command fails: what is said on standard error, and the exit code.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The configuration is wrong, or a file that it names. Exit code 64.
    Config(String),
    /// What was asked for cannot be done. Exit code 2, as for arguments that cannot be read.
    Usage(String),
    /// Whoever reads our output has had enough (`cloakroom kinds | head -1`). Nothing is said,
    /// and nothing is wrong: exit code 0.
    Unheard,
    /// Anything else. Exit code 1.
    Other(String),
}

/// `EX_USAGE` of sysexits(3): what was given to us is wrong, trying again is useless.
const WRONG_CONFIG: u8 = 64;

impl Failure {
    /// What went wrong while doing something.
    pub(super) fn new(doing: impl Display, error: impl Display) -> Self {
        Self::Other(format!("{doing}: {error}"))
    }

    /// Says it on standard error; returns the exit code.
    pub fn report(self) -> ExitCode {
        let code = match self {
            Self::Config(_) => ExitCode::from(WRONG_CONFIG),
            Self::Usage(_) => ExitCode::from(2),
            Self::Other(_) => ExitCode::FAILURE,
            Self::Unheard => return ExitCode::SUCCESS,
        };
        let text = self.words();
        // Where standard error is closed the exit code must do.
        writeln!(io::stderr(), "{}", text.trim_end()).map_or(code, |()| code)
    }

    /// What is to be said.
    pub(super) fn words(self) -> String {
        match self {
            Self::Config(text) | Self::Usage(text) | Self::Other(text) => text,
            Self::Unheard => String::new(),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unheard,
            _ => Self::new("output", error),
        }
    }
}
