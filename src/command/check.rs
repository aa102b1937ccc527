//! `cloakroom check`: would this configuration run?

use crate::command::{Failure, load};
use crate::policy::UnknownProperty;
use crate::server;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Check a configuration.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The configuration file.
    #[arg(long, short, value_name = "FILE", default_value = "/etc/cloakroom/cloakroom.toml")]
    config: PathBuf,
}

impl Check {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = load::settings(&self.config)?;
        server::verify(&settings).map_err(|error| Failure::Config(error.to_string()))?;
        let unknown = match settings.book.unknown() {
            UnknownProperty::Serve(property) => property.policy.recording.mode().as_str(),
            UnknownProperty::Refuse => "refused",
        };
        writeln!(
            std::io::stdout(),
            "{}: good. {} listener(s), {} upstream(s), {} propert{}; unknown ones: {unknown}",
            self.config.display(),
            settings.listeners.len(),
            settings.upstreams.len(),
            settings.book.properties().len(),
            if settings.book.properties().len() == 1 { "y" } else { "ies" },
        )?;
        Ok(())
    }
}
