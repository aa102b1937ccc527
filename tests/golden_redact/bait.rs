//! What looks like personal data and is none; and what chat widgets send.

use cloakroom::detect::catalog::{DEFAULT, kinds};
use cloakroom::format::content::Content;
use cloakroom::redact::{Rules, Spec};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::redacting::{Cuts, Door, every_way, kinds_spec, shown};

#[test]
fn bait_of_the_default_kinds_stays_as_it_is() {
    let met = each("default", &[(rules(DEFAULT), Stays::Always)]);
    assert!(met >= 17, "met {met} files");
}

#[test]
fn bait_of_all_kinds_stays_as_it_is() {
    let names: Vec<&str> = kinds().map(|kind| kind.name).collect();
    let met = each("all", &[(rules(&names), Stays::Always)]);
    assert!(met >= 12, "met {met} files");
}

#[test]
fn what_widgets_send_changes_only_where_it_is_personal() {
    let nothing = Arc::new(Rules::compile(&Spec::default()).expect("rules"));
    let met = each("protocols", &[(nothing, Stays::Always), (rules(DEFAULT), Stays::Unexpected)]);
    assert!(met >= 26, "met {met} files");
}

/// What comes out.
#[derive(Clone, Copy)]
enum Stays {
    /// What went in.
    Always,
    /// What stands in the file `.expected`, or what went in where there is none.
    Unexpected,
}

fn rules(names: &[&str]) -> Arc<Rules> {
    Arc::new(Rules::compile(&kinds_spec(names)).expect("rules"))
}

/// Checks every file of a folder under each of these rules, and counts the files.
#[track_caller]
fn each(folder: &str, rules: &[(Arc<Rules>, Stays)]) -> usize {
    let mut wrong = Vec::new();
    let (mut met, mut cuts) = (0, 0);
    for file in files(folder) {
        let input = fs::read(&file).expect("a readable file");
        let expected = fs::read(expectation(&file)).unwrap_or_else(|_| input.clone());
        let door = Door::content(content(&file));
        for (rules, stays) in rules {
            let expected = match stays {
                Stays::Always => &input,
                Stays::Unexpected => &expected,
            };
            for out in every_way(rules, &door, &input, Cuts::Every) {
                cuts += 1;
                if out.bytes != *expected {
                    let (name, way) = (file.display(), &out.way);
                    wrong.push(format!("{name}, {way}:\n{}", difference(&out.bytes, expected)));
                    break;
                }
            }
        }
        met += 1;
    }
    println!("{folder}: {met} files, {cuts} cuts");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    met
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bait").join(folder);
    let entries = fs::read_dir(&folder).expect("the bait is there");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let mut files: Vec<_> = paths.filter(|path| ending(path) != "expected").collect();
    files.sort();
    files
}

fn expectation(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".expected");
    name.into()
}

fn ending(file: &Path) -> &str {
    file.extension().and_then(|ending| ending.to_str()).unwrap_or_default()
}

fn content(file: &Path) -> Content {
    match ending(file) {
        "json" => Content::Json,
        "html" => Content::Markup,
        "form" => Content::Form,
        "multipart" => Content::Multipart { boundary: b"----x".to_vec() },
        "events" => Content::EventStream,
        _ => Content::Text,
    }
}

/// The first place at which they differ, with what is around it.
fn difference(got: &[u8], want: &[u8]) -> String {
    let same = got.iter().zip(want).take_while(|(a, b)| a == b).count();
    let around = |bytes: &[u8]| {
        let near = bytes.get(same.saturating_sub(40)..(same + 60).min(bytes.len()));
        shown(near.unwrap_or_default())
    };
    format!("   got {}\n  want {}", around(got), around(want))
}
