//! What chat widgets send, through a redactor on every cut: where nothing is found not a byte
//! changes, and where something is, that one place does.

#![allow(clippy::panic, reason = "a test fails by panicking")]

mod redacting;

use cloakroom::detect::catalog::DEFAULT;
use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use cloakroom::redact::{HeadPart, Options, Redactor, Rules, Spec};
use redacting::{hand, kinds_spec, shown};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[test]
fn rules_that_find_nothing_change_nothing() {
    // Vehicles and wallets: nobody here has one.
    for spec in [Spec::default(), kinds_spec(&["vin", "crypto-wallet"])] {
        let rules = Arc::new(Rules::compile(&spec).expect("rules"));
        let met = each_payload(|flow, input, _| check(&rules, flow, input, input));
        assert!(met >= 55, "met {met} payloads");
    }
}

#[test]
fn the_default_kinds_change_what_is_personal() {
    let rules = Arc::new(Rules::compile(&kinds_spec(DEFAULT)).expect("rules"));
    let mut changed = 0;
    each_payload(|flow, input, expected| {
        check(&rules, flow, input, expected);
        changed += usize::from(input != expected);
    });
    assert!(changed >= 25, "{changed} payloads changed");
}

#[test]
fn json_stays_json() {
    let rules = Arc::new(Rules::compile(&kinds_spec(DEFAULT)).expect("rules"));
    each_payload(|flow, input, _| {
        if let Ok(sent) = serde_json::from_slice::<serde_json::Value>(input) {
            let out = redact(&Way::Json, &rules, &[input]);
            let read: serde_json::Value = serde_json::from_slice(&out)
                .unwrap_or_else(|error| panic!("{flow}: {error}: {}", shown(&out)));
            strings_stay_json(&sent, &read, flow);
        }
    });
}

/// Where a string was JSON, it is.
fn strings_stay_json(before: &serde_json::Value, after: &serde_json::Value, flow: &str) {
    use serde_json::Value::{Array, Object, String};
    match (before, after) {
        (String(before), String(after)) => {
            if let Ok(before @ (Array(_) | Object(_))) = serde_json::from_str(before) {
                let after = serde_json::from_str(after)
                    .unwrap_or_else(|error| panic!("{flow}: {error}: {after}"));
                strings_stay_json(&before, &after, flow);
            }
        }
        (Array(before), Array(after)) => {
            assert_eq!(before.len(), after.len(), "{flow}");
            before.iter().zip(after).for_each(|(a, b)| strings_stay_json(a, b, flow));
        }
        (Object(before), Object(after)) => {
            assert_eq!(before.len(), after.len(), "{flow}");
            before.values().zip(after.values()).for_each(|(a, b)| strings_stay_json(a, b, flow));
        }
        _ => {}
    }
}

/// Calls it with each payload and what is expected of it, and counts them.
fn each_payload(mut with: impl FnMut(&str, &[u8], &[u8])) -> usize {
    let mut met = 0;
    for file in files() {
        let flow = file.file_name().and_then(|name| name.to_str()).expect("a name");
        let input = fs::read(&file).expect("a readable file");
        let expectation = expectation(&file);
        if std::env::var_os("GOLDEN").is_some_and(|mode| mode == "write") {
            write(&expectation, flow, &input);
        }
        let expected = fs::read(expectation).unwrap_or_else(|_| input.clone());
        let (inputs, expected) = (payloads(flow, &input), payloads(flow, &expected));
        assert_eq!(inputs.len(), expected.len(), "{flow}");
        for (input, expected) in inputs.iter().zip(&expected) {
            with(flow, input, expected);
            met += 1;
        }
    }
    met
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocols");
    let entries = fs::read_dir(folder).expect("the protocols are there");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let is_input = |path: &PathBuf| {
        !path.extension().is_some_and(|ending| ending == "expected" || ending == "md")
    };
    let mut files: Vec<_> = paths.filter(is_input).collect();
    files.sort();
    files
}

fn expectation(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".expected");
    name.into()
}

fn write(expectation: &Path, flow: &str, input: &[u8]) {
    let rules = Arc::new(Rules::compile(&kinds_spec(DEFAULT)).expect("rules"));
    let lines =
        payloads(flow, input).into_iter().map(|line| redact(&ways(flow)[0], &rules, &[line]));
    let out = lines.collect::<Vec<_>>().join(&b'\n');
    let out = if flow.ends_with(".multipart") { out } else { [&out[..], b"\n"].concat() };
    if out == input {
        fs::remove_file(expectation).unwrap_or_default();
    } else {
        fs::write(expectation, out).expect("a writable folder");
    }
}

fn payloads<'f>(flow: &str, file: &'f [u8]) -> Vec<&'f [u8]> {
    match file.strip_suffix(b"\n") {
        Some(lines) if !flow.ends_with(".multipart") => {
            lines.split(|&byte| byte == b'\n').collect()
        }
        _ => vec![file],
    }
}

/// How a payload comes in.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Known to be JSON.
    Json,
    /// With this `Content-Type`, or with none.
    Typed(Option<&'static str>),
    /// As a part of a request's head.
    Head(HeadPart),
}

/// All ways in which the payloads of a file come in.
fn ways(flow: &str) -> &'static [Way] {
    const FORM: &str = "application/x-www-form-urlencoded";
    match flow.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "jsonl" => &[
            Way::Json,
            Way::Typed(Some("application/json")),
            Way::Typed(Some("text/plain")),
            Way::Typed(None),
        ],
        "form" => &[Way::Typed(Some(FORM)), Way::Head(HeadPart::Query)],
        "multipart" => &[Way::Typed(Some("multipart/form-data; boundary=----x"))],
        "url" => &[Way::Head(HeadPart::Url), Way::Head(HeadPart::Text)],
        "txt" => &[Way::Typed(Some("text/plain")), Way::Typed(Some("text/javascript"))],
        other => panic!("a file of payloads ends in {other}"),
    }
}

/// In every way in which it may come: whole, at every cut, and byte by byte.
#[track_caller]
fn check(rules: &Arc<Rules>, flow: &str, input: &[u8], expected: &[u8]) {
    for way in ways(flow) {
        let same = |pieces: &[&[u8]], cut: &str| {
            let out = redact(way, rules, pieces);
            assert_eq!(shown(&out), shown(expected), "{flow}, {way:?}, {cut}");
        };
        same(&[input], "whole");
        for cut in 1..input.len() {
            let (left, right) = input.split_at(cut);
            same(&[left, right], &format!("cut at {cut}"));
        }
        same(&input.chunks(1).collect::<Vec<_>>(), "byte by byte");
    }
}

fn redact(way: &Way, rules: &Arc<Rules>, pieces: &[&[u8]]) -> Vec<u8> {
    let options = Options::default();
    let mut redactor = match way {
        Way::Json => Redactor::of(rules, hand(), &Content::Json, Charset::Utf8, options),
        Way::Typed(content_type) => Redactor::new(rules, hand(), *content_type, options),
        Way::Head(part) => Redactor::of_head(rules, hand(), *part, options),
    };
    let mut out = Vec::new();
    for piece in pieces {
        redactor.push(piece, &mut out).expect("nothing to block");
    }
    redactor.finish(&mut out).expect("nothing to block");
    out
}
