//! `cloakroom schema`: what may stand in a configuration file, for editors and validators, or
//! for people.

use crate::command::Failure;
use crate::config;
use clap::Args;
use std::io::Write;

/// Print what may stand in a configuration file.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// A reference in Markdown for people, instead of a JSON Schema.
    #[arg(long)]
    markdown: bool,
}

impl Schema {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut out = std::io::stdout();
        if self.markdown {
            out.write_all(config::markdown().as_bytes())?;
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&config::schema())
            .map_err(|e| Failure::new("schema", e))?;
        writeln!(out, "{text}")?;
        Ok(())
    }
}
