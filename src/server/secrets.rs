//! The secrets that pseudonyms are made with: one a rotation period, destroyed at its end.
//!
//! A random secret is written to the state directory, so that a restart within the period
//! keeps every pseudonym, and is overwritten before the next one takes its place: what it
//! could have told is gone. A file system that keeps old blocks (copy on write, snapshots,
//! flash) may keep them all the same; a state directory in memory does not.

use crate::address::master_secret::MasterSecret;
use crate::address::period::{Period, PeriodSecret};
use crate::address::period_file;
use crate::policy::settings::{Rotation, Secrets};
use crate::server::certificates::BadFile;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use zeroize::Zeroizing;

/// The file in the state directory.
pub const STATE_FILE: &str = "period-secret";

/// Where secrets come from, made ready.
#[derive(Debug)]
pub struct Keeper {
    length: Duration,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    Memory,
    Directory(PathBuf),
    Master(MasterSecret),
}

impl Keeper {
    /// Reads the master secret, or makes sure of the state directory.
    pub fn new(rotation: &Rotation) -> Result<Self, BadFile> {
        let origin = match &rotation.secrets {
            Secrets::Random { state: None } => Origin::Memory,
            Secrets::Random { state: Some(directory) } => {
                let mut private = DirBuilder::new();
                private.recursive(true).mode(0o700);
                private.create(directory).map_err(|e| BadFile::new(directory, e))?;
                Origin::Directory(directory.clone())
            }
            Secrets::Derived { master } => {
                let bytes = Zeroizing::new(fs::read(master).map_err(|e| BadFile::new(master, e))?);
                Origin::Master(
                    MasterSecret::from_bytes(&bytes).map_err(|e| BadFile::new(master, e))?,
                )
            }
        };
        Ok(Self { length: rotation.period, origin })
    }

    /// The period that holds this moment (time since the Unix epoch).
    pub fn period(&self, now: Duration) -> Period {
        Period::at(now, self.length)
    }

    /// The secret of a period: derived, read back, or new. A new one takes the place of
    /// whatever was kept. The second value says why it could not be kept, if it could not.
    pub fn secret(&self, period: Period) -> Result<(PeriodSecret, Option<BadFile>), BadFile> {
        let directory = match &self.origin {
            Origin::Master(master) => return Ok((master.derive(period), None)),
            Origin::Memory => return Ok((random()?, None)),
            Origin::Directory(directory) => directory,
        };
        let file = directory.join(STATE_FILE);
        match read(&file)? {
            Some((kept, secret)) if kept == period => return Ok((secret, None)),
            Some(_) => {
                if let Err(error) = destroy(&file) {
                    // The old secret must not outlive its period; not starting is the lesser evil.
                    return Err(BadFile::new(&file, error));
                }
            }
            None => {}
        }
        let secret = random()?;
        let kept = keep(directory, &file, period_file::encode(period, &secret).as_bytes());
        Ok((secret, kept.err().map(|error| BadFile::new(&file, error))))
    }
}

/// A random secret that is kept nowhere.
pub fn random() -> Result<PeriodSecret, BadFile> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| BadFile::new(Path::new("random"), "no randomness"))?;
    Ok(PeriodSecret::new(bytes))
}

fn read(file: &Path) -> Result<Option<(Period, PeriodSecret)>, BadFile> {
    let metadata = match fs::metadata(file) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BadFile::new(file, error)),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(BadFile::new(file, "is open to others; its mode must be 0600"));
    }
    let text = Zeroizing::new(fs::read(file).map_err(|e| BadFile::new(file, e))?);
    if !text.is_empty() && text.iter().all(|byte| *byte == 0) {
        // Overwritten by us, and not removed: the machine went down in between.
        return Ok(None);
    }
    period_file::decode(&text).map(Some).map_err(|e| BadFile::new(file, e))
}

/// Overwrites the file, then removes it.
fn destroy(file: &Path) -> io::Result<()> {
    let length = fs::metadata(file)?.len();
    let mut open = OpenOptions::new().write(true).open(file)?;
    io::copy(&mut io::Read::take(io::repeat(0), length), &mut open)?;
    open.sync_all()?;
    fs::remove_file(file)
}

/// Writes the file whole or not at all.
fn keep(directory: &Path, file: &Path, text: &[u8]) -> io::Result<()> {
    let fresh = file.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut open = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    open.write_all(text)?;
    open.sync_all()?;
    fs::rename(&fresh, file)?;
    File::open(directory)?.sync_all()
}
