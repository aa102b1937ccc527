//! `cloakroom redact`: personal data out of a file or of standard input, in constant memory.
//!
//! ```text
//! options ─> choice: rules, hand, options ─┐
//! FILE or standard input ──────────────────┴─> pump ──> standard output
//!                                                └────> notes, progress: standard error
//! ```

mod action;
mod choice;
mod format;
mod progress;
mod pump;

use crate::command::Failure;
use crate::config::Entry;
use crate::format::content;
use crate::redact::spec::Action;
use choice::Choice;
use clap::{Args, ValueEnum};
use format::Format;
use progress::Progress;
use pump::Pump;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

/// Take personal data out of a file or of standard input.
///
/// Without options, what proves itself wherever it stands is replaced by its name; `cloakroom
/// kinds` lists it. What is not taken out leaves byte for byte as it came.
#[derive(Debug, Args)]
pub(super) struct Redact {
    /// A configuration, for the rules of one of its properties.
    #[arg(long, short, value_name = "FILE", requires = "property")]
    config: Option<PathBuf>,
    /// The property, by its id.
    #[arg(long, short, value_name = "ID", requires = "config")]
    property: Option<String>,
    /// The rules for the property's responses instead of those for its requests.
    #[arg(long, requires = "config")]
    responses: bool,
    /// What to look for, as in a configuration: kinds, groups as group:de, default, all; -KIND
    /// takes out.
    #[arg(
        long,
        value_name = "KIND,...",
        value_delimiter = ',',
        value_parser = choice::kind,
        allow_hyphen_values = true,
        conflicts_with = "config"
    )]
    kinds: Vec<(bool, Entry)>,
    /// What happens to finds: label, mask, mask:FIRST:LAST, hash, remove, block or stand-in.
    #[arg(
        long,
        value_name = "ACTION",
        value_parser = action::action,
        default_value = "label",
        conflicts_with = "config"
    )]
    action: Action,
    /// Whether kinds with a common shape need a word before them that says what they are.
    #[arg(long, value_name = "WHETHER", default_value = "required", conflicts_with = "config")]
    context: Context,
    /// What happens to an input, or a part of it, that is no text. A person who asks for personal
    /// data to be taken out seldom wants a copy that nobody looked at.
    #[arg(long, value_name = "WHAT", default_value = "refuse", conflicts_with = "config")]
    binary: Binary,
    /// What the input is: auto, json, text, form, multipart:BOUNDARY, html or sse.
    #[arg(long, value_name = "FORMAT", value_parser = format::format, default_value = "auto")]
    format: Format,
    /// The Content-Type that the input would come with; auto makes use of it.
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// The key of hashes and stand-ins: 32 bytes or more, or their hexadecimal form.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Say on standard error where something was taken out and why, never what.
    #[arg(long)]
    explain: bool,
    /// The input; standard input where none is named.
    #[arg(value_name = "FILE")]
    input: Option<PathBuf>,
}

/// Whether a word of context is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Context {
    Required,
    Optional,
}

/// What happens to what is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Binary {
    Pass,
    Refuse,
}

impl Redact {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut choice = match (&self.config, &self.property) {
            (Some(config), Some(property)) => {
                Choice::configured(config, property, self.responses, self.key_file.as_deref())?
            }
            _ => Choice::typed(
                &self.kinds,
                self.action,
                self.context == Context::Optional,
                match self.binary {
                    Binary::Pass => content::Binary::Pass,
                    Binary::Refuse => content::Binary::Refuse,
                },
                self.key_file.as_deref(),
            )?,
        };
        choice.options.explain = self.explain;
        let name = self.input.as_ref().map(|file| file.display().to_string());
        let name = name.as_deref().unwrap_or("standard input");
        let pump = Pump {
            choice: &choice,
            format: &self.format,
            content_type: self.content_type.as_deref(),
            name,
        };
        let out = io::stdout().lock();
        // Output and progress on one terminal would overwrite one another.
        let watched = io::stderr().is_terminal() && !out.is_terminal() && !self.explain;
        match &self.input {
            None => pump.run(io::stdin().lock(), out, Progress::none()),
            Some(file) => {
                let open = File::open(file).map_err(|e| Failure::new(name, e))?;
                let size = open.metadata().map_or(0, |metadata| metadata.len());
                let progress =
                    if watched && size > 0 { Progress::of(size) } else { Progress::none() };
                pump.run(open, out, progress)
            }
        }
    }
}
