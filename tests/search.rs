//! Does the search find what its kinds mean, on every cut?

use cloakroom::detect::catalog::kinds;
use cloakroom::detect::search::scanner::{Find, Scanner};
use cloakroom::detect::search::set::{Detector, Detectors, all};
use std::sync::OnceLock;

fn everything() -> &'static Detectors {
    static ALL: OnceLock<Detectors> = OnceLock::new();
    ALL.get_or_init(all)
}

#[test]
fn every_example_is_found_among_all_kinds_and_alone() {
    for kind in kinds() {
        let (text, part) = kind.example;
        let alone = Detectors::new(vec![Detector::kind(kind, false)]);
        assert_eq!(parts(&alone, text), [(kind.name.to_owned(), part.to_owned())], "{}", kind.name);
        let found = parts(everything(), text);
        assert!(
            found.iter().any(|(name, found)| name == kind.name && found == part),
            "{}: {found:?}",
            kind.name
        );
    }
}

#[test]
fn no_bait_is_taken_by_its_kind() {
    for kind in kinds() {
        let alone = Detectors::new(vec![Detector::kind(kind, false)]);
        assert_eq!(parts(&alone, kind.bait), [], "{}", kind.name);
    }
}

#[test]
fn tables_are_small() {
    let mut longest = Vec::new();
    for kind in kinds() {
        let one = Detector::kind(kind, false);
        longest.push((one.longest(), kind.name));
    }
    longest.sort_unstable();
    assert!(longest.last().is_some_and(|(longest, _)| *longest < 6000), "{longest:?}");
}

#[test]
fn finds_are_the_same_at_every_cut() {
    for kind in kinds() {
        for text in [kind.example.0, kind.bait] {
            let text = format!("{text} {} {text}", kind.example.1);
            check_cuts(&text);
        }
    }
}

fn check_cuts(text: &str) {
    let set = everything();
    let whole = find(set, &[text.as_bytes()]);
    for cut in 0..=text.len() {
        let (left, right) = text.as_bytes().split_at(cut);
        assert_eq!(find(set, &[left, right]), whole, "cut at {cut}: {text}");
    }
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    assert_eq!(find(set, &bytes), whole, "byte by byte: {text}");
}

fn find(set: &Detectors, pieces: &[&[u8]]) -> Vec<Find> {
    let mut scanner = Scanner::default();
    scanner.begin(set, b"");
    let mut found = Vec::new();
    let mut settled = 0;
    for piece in pieces {
        scanner.text().extend_from_slice(piece);
        let before = found.len();
        scanner.scan(set, false, &mut found);
        assert!(found[before..].iter().all(|find| find.start >= settled), "{found:?} {settled}");
        assert!(scanner.settled(set) >= settled);
        settled = scanner.settled(set);
        scanner.forget(settled);
    }
    let before = found.len();
    scanner.scan(set, true, &mut found);
    assert!(found[before..].iter().all(|find| find.start >= settled));
    assert_eq!(scanner.settled(set), scanner.len());
    // The rest of a key is told in as many pieces as it came.
    let mut joined: Vec<Find> = Vec::new();
    for find in found {
        match joined.last_mut() {
            Some(last) if last.continued && find.continued && last.end == find.start => {
                last.end = find.end;
            }
            _ => joined.push(find),
        }
    }
    joined.sort_by_key(|find| (find.start, find.end, find.detector));
    joined
}

fn parts(set: &Detectors, text: &str) -> Vec<(String, String)> {
    let found = find(set, &[text.as_bytes()]);
    let part = |find: &Find| {
        let place = |offset| usize::try_from(offset).expect("a short text");
        let range = place(find.start)..place(find.end);
        (set.list()[usize::from(find.detector)].name.to_string(), text[range].to_owned())
    };
    found.iter().filter(|find| !find.continued).map(part).collect()
}
