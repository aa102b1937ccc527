//! Golden files of redaction: what they say, and the rules that a case asks for.
//!
//! A file under `tests/golden/redact/` is a list of cases, with a line `===` between them:
//!
//! ```text
//! kinds: email, phone          or `default`, or `all`
//! content: text/plain
//! action: mask 0 4             optional: label, mask FIRST LAST, hash, remove, stand-in
//! context: optional            optional
//! ---
//! the input
//! ---
//! the expected output
//! ```
//!
//! The line break before a line `---` or `===` belongs to neither text.

use cloakroom::detect::catalog::{DEFAULT, kind, kinds};
use cloakroom::redact::Rules;
use cloakroom::redact::spec::{Action, Spec, Wanted};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One case.
pub(crate) struct Case {
    /// File name and line: what a failure names.
    pub(crate) place: String,
    pub(crate) kinds: Vec<String>,
    pub(crate) content: String,
    pub(crate) action: Action,
    pub(crate) context_optional: bool,
    pub(crate) input: String,
    pub(crate) expected: String,
}

/// The cases of each file, with the name of the file.
pub(crate) fn files() -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/redact");
    let entries = fs::read_dir(&folder).expect("the golden files are there");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    paths.sort();
    paths.iter().map(|path| in_file(path)).collect()
}

impl Case {
    /// The rules that it asks for.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        let context_optional = self.context_optional;
        let wanted = |kind| Wanted { kind, action: self.action, context_optional };
        let named = |name: &String| kind(name).unwrap_or_else(|| panic!("{}: {name}", self.place));
        let kinds = match &self.kinds[..] {
            [name] if name == "all" => kinds().map(wanted).collect(),
            [name] if name == "default" => {
                DEFAULT.iter().filter_map(|n| kind(n)).map(wanted).collect()
            }
            names => names.iter().map(named).map(wanted).collect(),
        };
        let spec = Spec { kinds, ..Spec::default() };
        Arc::new(Rules::compile(&spec).expect("rules"))
    }
}

fn in_file(path: &Path) -> (String, Vec<Case>) {
    let name = path.file_name().expect("a file").to_string_lossy().into_owned();
    let text = fs::read_to_string(path).expect("a readable file");
    let mut line = 1;
    let mut cases = Vec::new();
    for text in text.trim_end_matches('\n').split("\n===\n") {
        cases.push(read(format!("{name}:{line}"), text));
        line += text.lines().count() + 1;
    }
    (name, cases)
}

fn read(place: String, text: &str) -> Case {
    let mut parts = text.splitn(3, "\n---\n");
    let (Some(head), Some(input), Some(expected)) = (parts.next(), parts.next(), parts.next())
    else {
        panic!("{place}: a case is a head, an input and an output, with `---` between them");
    };
    let mut case = Case {
        place,
        kinds: Vec::new(),
        content: String::new(),
        action: Action::Label,
        context_optional: false,
        input: input.to_owned(),
        expected: expected.to_owned(),
    };
    for line in head.lines() {
        let place = &case.place;
        match line.split_once(": ") {
            Some(("kinds", names)) => case.kinds = names.split(", ").map(str::to_owned).collect(),
            Some(("content", content)) => case.content = content.to_owned(),
            Some(("action", words)) => case.action = action(place, words),
            Some(("context", "optional")) => case.context_optional = true,
            _ => panic!("{place}: {line}"),
        }
    }
    assert!(
        !case.kinds.is_empty() && !case.content.is_empty(),
        "{}: no kinds or content",
        case.place
    );
    case
}

fn action(place: &str, words: &str) -> Action {
    match *words.split(' ').collect::<Vec<_>>() {
        ["label"] => Action::Label,
        ["hash"] => Action::Hash,
        ["remove"] => Action::Remove,
        ["stand-in"] => Action::StandIn,
        ["mask", first, last] => {
            let number = |word: &str| word.parse().expect("a number");
            Action::Mask { first: number(first), last: number(last) }
        }
        _ => panic!("{place}: {words}"),
    }
}
