//! The systemd unit: is the sandbox closed, and does it fit what the configuration asks for?

use crate::settings::Deployed;
use crate::{read, tool};
use std::fs;

const FILE: &str = "deploy/systemd/cloakroom.service";

#[test]
fn the_sandbox_is_closed() {
    let unit = Unit::read();
    for key in [
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "ProtectClock",
        "ProtectControlGroups",
        "ProtectHostname",
        "ProtectKernelLogs",
        "ProtectKernelModules",
        "ProtectKernelTunables",
        "RestrictNamespaces",
        "RestrictRealtime",
        "RestrictSUIDSGID",
        "LockPersonality",
        "MemoryDenyWriteExecute",
    ] {
        assert_eq!(unit.all(key), ["yes"], "{key}");
    }
    for (key, values) in [
        ("User", &["cloakroom"][..]),
        ("UMask", &["0077"]),
        ("ProtectSystem", &["strict"]),
        ("RestrictAddressFamilies", &["AF_INET AF_INET6 AF_UNIX"]),
        ("SystemCallFilter", &["@system-service", "~@privileged @resources"]),
        ("CapabilityBoundingSet", &["CAP_NET_BIND_SERVICE"]),
        ("AmbientCapabilities", &["CAP_NET_BIND_SERVICE"]),
        ("LimitCORE", &["0"]),
    ] {
        assert_eq!(unit.all(key), values, "{key}");
    }
}

#[test]
fn the_unit_fits_its_configuration() {
    let unit = Unit::read();
    let deployed = Deployed::load("deploy/systemd/cloakroom.toml");
    let handed_over: Vec<String> = unit
        .all("LoadCredential")
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| format!("/run/credentials/cloakroom.service/{name}"))
        .collect();
    let key = deployed.settings.hash_key.as_ref().and_then(|file| file.to_str()).expect("named");
    assert_eq!(handed_over, [key]);
    let state = deployed.state().expect("named");
    assert_eq!(state.to_str(), Some(&*format!("/var/lib/{}", unit.one("StateDirectory"))));
    // Two sockets for each connection, and 80 % of all descriptors for sockets.
    let connections = deployed.settings.limits.connections;
    let files: usize = unit.one("LimitNOFILE").parse().expect("a number");
    assert_eq!(files, connections * 5 / 2);
    let drain = deployed.settings.timeouts.drain.as_secs();
    let stop = unit.one("TimeoutStopSec").strip_suffix('s').expect("seconds");
    assert!(stop.parse::<u64>().expect("a number") > drain);
    assert!(deployed.admin.ip().is_loopback(), "no firewall stands before it");
    let check = unit.one("ExecStart").replace(" serve ", " check ");
    assert_eq!(unit.all("ExecReload"), [check.as_str(), "/bin/kill -HUP $MAINPID"]);
    let users = read("deploy/systemd/cloakroom.sysusers");
    assert!(users.contains(&format!("\nu {} ", unit.one("User"))));
}

#[test]
fn systemd_has_nothing_to_say_against_it() {
    let place = tempfile::tempdir().expect("a directory");
    let file = place.path().join("cloakroom.service");
    // It wants a program that is there.
    let text = read(FILE).replace("/usr/local/bin/cloakroom", "/bin/true");
    fs::write(&file, text).expect("can be written");
    let path = file.to_str().expect("text");
    // What other units of this machine lack is not ours.
    let verify = ["verify", "--recursive-errors=no", "--man=no", path];
    if tool::run("systemd-analyze", &verify, place.path()).is_none() {
        return;
    }
    // Exposure at most 2.0 of 10: what is left is the network, and no root directory of its own.
    let security = ["security", "--offline=true", "--no-pager", "--threshold=20", path];
    let told = tool::run("systemd-analyze", &security, place.path()).unwrap_or_default();
    assert!(told.contains("Overall exposure level"), "{told}");
}

/// The lines of the unit that set something.
struct Unit(Vec<(String, String)>);

impl Unit {
    fn read() -> Self {
        let text = read(FILE);
        let lines = text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty());
        let pairs = lines.map(|line| line.split_once('=').expect("key=value"));
        Self(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    fn all(&self, key: &str) -> Vec<&str> {
        let lines = self.0.iter().filter(|(name, _)| name == key);
        lines.map(|(_, value)| value.as_str()).collect()
    }

    #[track_caller]
    fn one(&self, key: &str) -> &str {
        let all = self.all(key);
        assert_eq!(all.len(), 1, "{key}");
        all[0]
    }
}
