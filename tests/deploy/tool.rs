//! Programs that judge a file better than we can, where they are installed.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Runs a program; its output if it is satisfied. `None`, and a line that says so, where it is
/// not installed.
#[track_caller]
pub(crate) fn run(program: &str, arguments: &[&str], home: &Path) -> Option<String> {
    let mut command = Command::new(program);
    // Nobody's cluster is asked for anything.
    command.args(arguments).env("HOME", home).env("KUBECONFIG", "/dev/null");
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            // Not `eprintln!`, which is heard only where a test fails.
            writeln!(std::io::stderr(), "{program} is not asked: {error}").ok();
            return None;
        }
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {complaint}");
    assert_eq!(complaint, "", "{program} {arguments:?}");
    Some(String::from_utf8(output.stdout).expect("text"))
}
