//! `cloakroom demo`, as a person starts it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// A demo on any free port, ended when it is dropped.
#[derive(Debug)]
pub(crate) struct Demo {
    process: Child,
    /// Where its page is.
    pub(crate) url: String,
    /// Open as long as it may have something to say.
    _said: BufReader<ChildStdout>,
    /// Its certificate stands there. A process that is killed leaves it to us.
    _scratch: TempDir,
}

impl Demo {
    /// Started, and listening.
    pub(crate) fn start() -> Self {
        let scratch = TempDir::new().expect("a directory");
        let mut process = Command::new(env!("CARGO_BIN_EXE_cloakroom"))
            .args(["demo", "--bind", "127.0.0.1:0"])
            .env("TMPDIR", scratch.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut said = BufReader::new(process.stdout.take().expect("a pipe"));
        let url = said.by_ref().lines().map_while(Result::ok).find_map(|line| {
            let url = line.trim().strip_prefix("Open ")?.split_whitespace().next()?;
            Some(url.to_owned())
        });
        // Its words go on behind that line; the pipe holds them.
        let url = url.expect("the demo says where it is");
        Self { process, url, _said: said, _scratch: scratch }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
