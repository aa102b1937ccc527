//! What lies in `deploy/` and `docs/`, held against the code that it speaks of.
//!
//! `GOLDEN=write cargo test --test deploy` writes `docs/configuration.md` anew; the diff is for
//! reading. What `kubectl` and `systemd-analyze` have to say is heard where they are installed.

#![expect(clippy::panic, reason = "a file that cannot be read fails its test")]

#[path = "deploy/dockerfile.rs"]
mod dockerfile;
#[path = "deploy/documents.rs"]
mod documents;
#[path = "deploy/kubernetes.rs"]
mod kubernetes;
#[path = "deploy/metrics.rs"]
mod metrics;
#[cfg(feature = "shell")]
#[path = "deploy/sandbox.rs"]
mod sandbox;
#[path = "deploy/settings.rs"]
mod settings;
#[path = "deploy/tool.rs"]
mod tool;
#[path = "deploy/unit.rs"]
mod unit;

use serde_json::Value;
use std::fs;

#[test]
fn the_reference_of_the_configuration_is_current() {
    let file = "docs/configuration.md";
    let text = cloakroom::config::markdown();
    if std::env::var_os("GOLDEN").is_some() {
        fs::write(file, &text).expect("can be written");
    }
    assert!(read(file) == text, "{file} is not what the code says; GOLDEN=write writes it anew");
}

/// A file of the repository.
#[track_caller]
fn read(file: &str) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The documents of a YAML text.
#[track_caller]
fn yaml(text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{error}"))
}
