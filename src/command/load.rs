//! From a configuration file on disk to settings: the core decides, this opens the files.

use crate::command::Failure;
use crate::config::{Draft, SourceFile};
use crate::policy::Settings;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Reads a configuration with its property and key files.
pub(super) fn settings(config: &Path) -> Result<Settings, Failure> {
    let draft = Draft::parse(source(config.to_owned())?);
    let names = match draft.directory() {
        Some(directory) => property_files(&directory)
            .map_err(|e| Failure::Config(format!("{}: {e}", directory.display())))?,
        None => Vec::new(),
    };
    let mut unreadable = None;
    // One at a time: there may be a hundred thousand. After a file that cannot be read the
    // rest is not: the answer is an error in any case.
    let files = names.into_iter().map_while(|name| match source(name) {
        Ok(file) => Some(file),
        Err(failure) => {
            unreadable = Some(failure);
            None
        }
    });
    let settings = draft.finish(files, &|file| fs::read(file));
    match unreadable {
        Some(failure) => Err(failure),
        None => settings.map_err(|errors| Failure::Config(errors.to_string())),
    }
}

/// The `*.toml` files of a directory in the order of their names; hidden ones are left out,
/// as editors and mounted secrets make them.
fn property_files(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let file = entry?.path();
        let hidden = file.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if file.extension() == Some(OsStr::new("toml")) && !hidden {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn source(file: PathBuf) -> Result<SourceFile, Failure> {
    let bytes = fs::read(&file).map_err(|e| Failure::Config(format!("{}: {e}", file.display())))?;
    SourceFile::from_bytes(file, bytes).map_err(|errors| Failure::Config(errors.to_string()))
}

/// The text of a key file.
pub(super) fn key(file: &Path) -> std::io::Result<Zeroizing<String>> {
    fs::read_to_string(file).map(Zeroizing::new)
}
