//! Has one of these files changed? Asked every few seconds: a look at the file system is
//! cheap, and it sees what a notification misses (a mounted secret that is swapped by a
//! symbolic link, a network file system).

use std::path::PathBuf;
use std::time::SystemTime;

/// Files, and how they looked the last time.
#[derive(Debug)]
pub(super) struct Watch {
    files: Vec<PathBuf>,
    seen: Vec<Option<(SystemTime, u64)>>,
}

impl Watch {
    /// Begins with the files as they are now.
    pub(super) fn new(mut files: Vec<PathBuf>) -> Self {
        files.sort();
        files.dedup();
        let seen = look(&files);
        Self { files, seen }
    }

    /// Whether any file looks different from the last time that this was asked.
    pub(super) fn changed(&mut self) -> bool {
        let now = look(&self.files);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

/// Time of change and length; `metadata` follows symbolic links.
fn look(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let one = |file: &PathBuf| {
        let metadata = std::fs::metadata(file).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(one).collect()
}
