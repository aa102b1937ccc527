//! The documents: does what they name exist?

use crate::read;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const DOCUMENTS: &[&str] = &[
    "README.md",
    "SECURITY.md",
    "deploy/README.md",
    "docs/configuration.md",
    "docs/operations.md",
    "docs/threat-model.md",
];

#[test]
fn every_link_leads_somewhere() {
    let mut met = 0;
    for document in DOCUMENTS {
        let text = read(document);
        let folder = Path::new(document).parent().expect("a folder");
        for rest in text.split("](").skip(1) {
            let (link, _) = rest.split_once(')').expect("closed");
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = match file {
                "" => (*document).to_owned(),
                file => folder.join(file).to_str().expect("text").to_owned(),
            };
            assert!(Path::new(&file).exists(), "{document}: {link} leads nowhere");
            if !anchor.is_empty() {
                assert!(headings(&file).contains(anchor), "{document}: {link} leads nowhere");
            }
            met += 1;
        }
    }
    assert!(met >= 100, "met {met} links");
}

/// `docs/threat-model.md` says which test proves a promise: `file.rs: name_of_a_test`.
#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let text = read("docs/threat-model.md");
    let mut met = 0;
    for word in text.split('`').skip(1).step_by(2) {
        let Some((file, name)) = word.split_once(".rs: ") else { continue };
        let source = read(&format!("tests/{file}.rs"));
        assert!(source.contains(&format!("fn {name}(")), "{word} is not there");
        met += 1;
    }
    assert!(met >= 40, "met {met} tests");
}

/// `docs/operations.md` has a row for each reason, with its status.
#[test]
fn every_refusal_is_explained() {
    let text = read("docs/operations.md");
    let (_, section) = text.split_once("\n## What each refusal means\n").expect("a section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut explained = BTreeMap::new();
    for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (name, rest) = row.split_once("` | ").expect("a name");
        let status = rest.split(" | ").next().unwrap_or_default();
        assert_eq!(explained.insert(name, status), None, "{name} stands for one reason");
    }
    let mut names = BTreeSet::new();
    for (name, status) in refusals_of_the_framing() {
        let row = explained.get(&*name).unwrap_or_else(|| panic!("{name} is not explained"));
        assert!(row.split(", ").any(|listed| listed == status), "{name}: {row} and not {status}");
        names.insert(name);
    }
    for name in refusals_of_the_proxy() {
        assert!(explained.contains_key(&*name), "{name} is not explained");
        names.insert(name);
    }
    assert!(names.len() >= 60, "met {}", names.len());
    for name in explained.keys() {
        assert!(names.contains(*name), "{name} is no refusal");
    }
}

/// Names and statuses: `=> ("line-end", 400, "…"`.
fn refusals_of_the_framing() -> Vec<(String, String)> {
    let source = read("src/framing/refusal.rs");
    let rows = source.split("(\"").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once("\", ")?;
        let (status, _) = rest.split_once(", ")?;
        status.parse::<u16>().ok()?;
        Some((name.to_owned(), status.to_owned()))
    });
    rows.collect()
}

/// The names that `name()` gives: `=> "host",`.
fn refusals_of_the_proxy() -> Vec<String> {
    let source = read("src/proxy/refusal.rs");
    let (_, body) = source.split_once("fn name(self)").expect("names");
    let body = body.split("\n    }\n").next().unwrap_or_default();
    let arms = body.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    arms.map(str::to_owned).collect()
}

/// What a link within a document may lead to: anchors as they are written, and headings as
/// they become anchors.
pub(crate) fn headings(file: &str) -> BTreeSet<String> {
    let text = read(file);
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| line.starts_with('#')) {
        let title = line.trim_start_matches('#').trim();
        let kept = title.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        found.insert(kept.collect::<String>().to_lowercase().replace(' ', "-"));
    }
    for rest in text.split("<a id=\"").skip(1) {
        found.extend(rest.split('"').next().map(str::to_owned));
    }
    found
}
