//! The kinds that are the same everywhere, against numbers of known origin: each file of
//! `tests/vectors/global` holds what is one (`+`) and what only looks like it (`-`).

use std::fs;
use std::path::Path;

use cloakroom::detect::kind::{Context, Edges, Group, Kind};
use cloakroom::detect::{contact, device, network, payment, person, secret, wallet};
use regex::bytes::Regex;

const FAMILIES: &[&[Kind]] = &[
    contact::KINDS,
    payment::KINDS,
    network::KINDS,
    device::KINDS,
    person::KINDS,
    wallet::KINDS,
    secret::KINDS,
];

#[test]
fn every_kind_has_its_numbers_and_judges_them_right() {
    kinds().for_each(check);
}

#[test]
fn every_file_of_numbers_has_its_kind() {
    let mut met = 0;
    for entry in fs::read_dir(folder()).expect("the folder of vectors") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy();
        assert!(kinds().any(|kind| kind.name == name), "{name}");
        met += 1;
    }
    assert!(met > 0);
}

#[test]
fn examples_are_found_and_bait_is_left() {
    for kind in kinds() {
        let (text, part) = kind.example;
        assert_eq!(find(kind, text), Some(part), "{}", kind.name);
        assert_eq!(find(kind, kind.bait), None, "{}", kind.name);
    }
}

#[test]
fn names_are_unique_and_in_one_spelling_and_shapes_have_an_end() {
    let mut names: Vec<&str> = kinds().map(|kind| kind.name).collect();
    for kind in kinds() {
        let lower = kind.name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(lower, "{}", kind.name);
        assert!(kind.longest() > 0, "{}", kind.name);
        assert!(matches!(kind.group, Group::Global | Group::Secrets), "{}", kind.name);
    }
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

fn kinds() -> impl Iterator<Item = &'static Kind> {
    FAMILIES.iter().copied().flatten()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/global")
}

/// Walks the kind's file: at least 20 of either sort, each judged as it is marked.
#[track_caller]
fn check(kind: &Kind) {
    let path = folder().join(kind.name).with_extension("txt");
    let file = fs::read_to_string(&path).expect("a file of numbers for the kind");
    let whole = Regex::new(&format!(r"\A(?:{})\z", kind.shape)).expect("a shape");
    let (mut right, mut wrong, mut misjudged) = (0, 0, Vec::new());
    for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (mark, number) = line.split_at_checked(2).expect("a mark and a number");
        let fits = whole.is_match(number.as_bytes()) && (kind.check)(number.as_bytes());
        assert!(matches!(mark, "+ " | "- "), "{}: {line}", kind.name);
        right += usize::from(mark == "+ ");
        wrong += usize::from(mark == "- ");
        if fits != (mark == "+ ") {
            misjudged.push(line);
        }
    }
    assert!(misjudged.is_empty(), "{}: {misjudged:#?}", kind.name);
    assert!(right >= 20 && wrong >= 20, "{}: {right} and {wrong}", kind.name);
}

/// The first find of a kind, the longest of those that begin there.
fn find<'t>(kind: &Kind, text: &'t str) -> Option<&'t str> {
    let whole = Regex::new(&format!(r"\A(?:{})\z", kind.shape)).expect("a shape");
    let bytes = text.as_bytes();
    (0..bytes.len()).find_map(|start| {
        let longest = bytes.len().min(start + kind.longest());
        let end = (start + 1..=longest).rev().find(|&end| {
            let part = &bytes[start..end];
            stands_alone(kind.edges, bytes, start, end)
                && whole.is_match(part)
                && (kind.check)(part)
        })?;
        has_context(kind, &text[..start]).then(|| &text[start..end])
    })
}

fn has_context(kind: &Kind, before: &str) -> bool {
    match kind.context {
        Context::Helps(_) => true,
        Context::Required(words) => {
            let before = before.to_lowercase();
            words.iter().any(|word| before.contains(word))
        }
    }
}

fn stands_alone(edges: Edges, text: &[u8], start: usize, end: usize) -> bool {
    let before = |steps: usize| start.checked_sub(steps).map_or(b' ', |at| text[at]);
    let behind = |steps: usize| text.get(end + steps - 1).copied().unwrap_or(b' ');
    let beside = [(before(1), before(2)), (behind(1), behind(2))];
    beside.iter().all(|(next, second)| match edges {
        Edges::Open => true,
        Edges::Word => !next.is_ascii_alphanumeric(),
        Edges::Number => {
            !(next.is_ascii_digit() || b".-,".contains(next) && second.is_ascii_digit())
        }
        Edges::Dotted => {
            !(next.is_ascii_alphanumeric() || *next == b'.' && second.is_ascii_digit())
        }
    })
}
