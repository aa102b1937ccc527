//! The image: one binary, no shell, no root. It is read here and not built: that takes a daemon.

use crate::read;
use serde_json::Value;

#[test]
fn the_last_stage_is_a_binary_and_nothing_else() {
    let stages = stages();
    let last = stages.last().expect("a stage");
    assert_eq!(last[0], ("FROM".to_owned(), "scratch".to_owned()));
    for (word, rest) in &last[1..] {
        let is_fine = match word.as_str() {
            "COPY" => rest.starts_with("--from=build "),
            "USER" => rest.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)),
            "ENTRYPOINT" | "CMD" => list(rest).is_some_and(|words| !words.is_empty()),
            "STOPSIGNAL" => rest == "SIGTERM",
            "EXPOSE" => rest == "8443",
            // Nothing can be run where there is no shell, and nothing is fetched.
            _ => false,
        };
        assert!(is_fine, "{word} {rest}");
    }
    for word in ["USER", "STOPSIGNAL", "ENTRYPOINT", "CMD"] {
        assert_eq!(last.iter().filter(|(name, _)| name == word).count(), 1, "{word}");
    }
}

#[test]
fn it_is_the_user_of_the_sidecar() {
    let stages = stages();
    let last = stages.last().expect("a stage");
    let (_, user) = last.iter().find(|(word, _)| word == "USER").expect("a user");
    let (id, group) = user.split_once(':').expect("a group");
    let deployment = read("deploy/kubernetes/base/deployment.yaml");
    assert!(deployment.contains(&format!("runAsUser: {id}\n")));
    assert!(deployment.contains(&format!("runAsGroup: {group}\n")));
}

#[test]
fn it_is_built_with_the_rust_that_the_crate_asks_for() {
    let stages = stages();
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let version = manifest["package"]["rust-version"].as_str().expect("a version");
    assert_eq!(stages[0][0].1, format!("rust:{version}-bookworm AS build"));
    let build = stages[0].iter().find(|(word, rest)| word == "RUN" && rest.contains("cargo build"));
    assert!(build.expect("is built").1.contains(" --locked "));
}

/// Cargo refuses a manifest whose targets are missing, and a key in an image is nobody's secret.
#[test]
fn what_is_sent_is_the_crate_without_keys() {
    let ignored = read("deploy/Dockerfile.dockerignore");
    let lines: Vec<&str> = ignored.lines().collect();
    for line in ["*", "!Cargo.toml", "!Cargo.lock", "!build.rs", "!src", "!benches", "!tests"] {
        assert!(lines.contains(&line), "{line}");
    }
    assert!(lines.ends_with(&["**/*.key", "**/*.pem"]), "the last line that fits counts");
}

/// The stages, each instruction with what follows it.
fn stages() -> Vec<Vec<(String, String)>> {
    let text = read("deploy/Dockerfile");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let mut stages: Vec<Vec<(String, String)>> = Vec::new();
    for line in lines.join("\n").replace("\\\n", " ").lines().filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').expect("an instruction");
        let instruction = (word.to_owned(), rest.split_whitespace().collect::<Vec<_>>().join(" "));
        match stages.last_mut() {
            Some(stage) if word != "FROM" => stage.push(instruction),
            _ => {
                assert_eq!(word, "FROM", "{line} is in no stage");
                stages.push(vec![instruction]);
            }
        }
    }
    stages
}

/// The words of an instruction in exec form.
fn list(text: &str) -> Option<Vec<Value>> {
    serde_json::from_str(text).ok()
}
