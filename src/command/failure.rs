//! How a command fails: what is said on standard error, and the exit code.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The configuration is wrong, or a file that it names. Exit code 64.
    Config(String),
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
        let (text, code) = match self {
            Self::Config(text) => (text, ExitCode::from(WRONG_CONFIG)),
            Self::Other(text) => (text, ExitCode::FAILURE),
        };
        let text = text.trim_end();
        // Where standard error is closed the exit code must do.
        writeln!(io::stderr(), "{text}").map_or(code, |()| code)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new("output", error)
    }
}
