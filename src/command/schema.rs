//! `cloakroom schema`: what may stand in a configuration file, for editors and validators.

use crate::command::Failure;
use crate::config;
use std::io::Write;

pub(super) fn run() -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(&config::schema()).map_err(|e| Failure::new("schema", e))?;
    writeln!(std::io::stdout(), "{text}")?;
    Ok(())
}
