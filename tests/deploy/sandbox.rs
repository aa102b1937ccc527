//! Does the binary start where it may do nothing? As a user that the machine does not know,
//! without a right and without a way to get one, in a place that others own.

use crate::read;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The user of the image and of the sidecar.
const USER: u32 = 65532;

#[test]
fn it_serves_and_drains_without_any_right() {
    let place = tempfile::tempdir().expect("a directory");
    let root = place.path();
    open(root, 0o755);
    let copy = root.join("cloakroom");
    fs::copy(env!("CARGO_BIN_EXE_cloakroom"), &copy).expect("can be copied");
    let make = |arguments: &[&str]| {
        let made = Command::new(&copy).args(arguments).current_dir(root).output().expect("runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    };
    make(&["certs", "--out", "tls", "--name", "tls", "chat.example.org"]);
    make(&["keygen", "--master", "--out", "hash.key"]);
    for file in ["tls/tls.key", "hash.key"] {
        open(&root.join(file), 0o444);
    }
    let state = root.join("state");
    fs::create_dir(&state).expect("can be made");
    open(&state, 0o700);
    let config = read("deploy/kubernetes/base/cloakroom.toml")
        .replace("/run/cloakroom/keys/", "")
        .replace("/run/cloakroom/tls/tls.crt", "tls/tls.pem")
        .replace("/run/cloakroom/tls/", "tls/")
        .replace("/var/lib/cloakroom", "state")
        .replace("0.0.0.0:8443", "127.0.0.1:0")
        .replace("0.0.0.0:9464", "127.0.0.1:0");
    fs::write(root.join("cloakroom.toml"), config).expect("can be written");

    let is_root = fs::metadata("/proc/self").expect("is there").uid() == 0;
    let mut rights = vec!["--no-new-privs".to_owned()];
    if is_root {
        chown(&state, Some(USER), Some(USER)).expect("can be given away");
        rights.extend([format!("--reuid={USER}"), format!("--regid={USER}")]);
        let without = ["--clear-groups", "--bounding-set=-all", "--inh-caps=-all"];
        rights.extend(without.map(str::to_owned));
    }
    let mut command = Command::new("timeout");
    // `timeout` hands SIGTERM on.
    command.args(["60", "setpriv"]).args(&rights).arg(&copy).args(["serve", "--config"]);
    command.arg(root.join("cloakroom.toml")).current_dir("/").stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            // Not `eprintln!`, which is heard only where a test fails.
            writeln!(std::io::stderr(), "nothing takes rights away here: {error}").ok();
            return;
        }
    };
    let said = listen(&mut child);
    // The kernel gives what shows a process's memory to root where the process says so.
    let own = child.id();
    let own = fs::read_to_string(format!("/proc/{own}/task/{own}/children")).expect("Linux");
    let memory = fs::metadata(format!("/proc/{}/mem", own.trim())).expect("it runs");
    assert_eq!(memory.uid(), 0, "other processes of its user can read its memory");
    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(stopped.expect("runs").success());
    assert_eq!(child.wait().expect("ends").code(), Some(0), "{said}");
    let kept: Vec<_> = fs::read_dir(&state).expect("can be read").flatten().collect();
    let [secret] = kept.as_slice() else { panic!("one secret is kept: {kept:?}") };
    let secret = secret.metadata().expect("is there");
    assert_eq!(secret.permissions().mode() & 0o777, 0o600);
    assert_eq!(secret.uid() == USER, is_root);
}

/// What it says until it listens.
#[track_caller]
fn listen(child: &mut Child) -> String {
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().expect("is heard"));
    while !said.contains("\"listening\"") {
        assert!(lines.read_line(&mut said).expect("text") > 0, "it ended: {said}");
    }
    // Whoever goes on to speak must be heard, or it is not free to end.
    child.stderr = Some(lines.into_inner());
    said
}

fn open(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("can be opened");
}
