//! Numbers of persons of the north, the east and the rest of the world: each list of numbers
//! is told right from wrong, and each kind finds its own example and not its bait.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cloakroom::detect::kind::Edges;
use cloakroom::detect::{
    Kind, africa, americas, baltic, east, east_asia, nordic, oceania, south_asia, south_east,
    south_east_asia,
};
use regex::bytes::Regex;

/// Every kind told about here.
fn kinds() -> impl Iterator<Item = &'static Kind> {
    [
        nordic::KINDS,
        baltic::KINDS,
        east::KINDS,
        south_east::KINDS,
        south_asia::KINDS,
        oceania::KINDS,
        americas::KINDS,
        east_asia::KINDS,
        south_east_asia::KINDS,
        africa::KINDS,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn numbers_are_told_right_from_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/world");
    let mut misjudged = Vec::new();
    for kind in kinds() {
        let whole = Regex::new(&format!("^(?:{})$", kind.shape)).expect("a shape");
        let path = folder.join(format!("{}.txt", kind.name));
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}: no list", kind.name));
        let (mut right, mut wrong) = (BTreeSet::new(), BTreeSet::new());
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (number, expected) = match line.split_once(' ') {
                Some(("+", number)) => (number, true),
                Some(("-", number)) => (number, false),
                _ => panic!("{}: neither + nor -: {line}", kind.name),
            };
            let bytes = number.as_bytes();
            if (whole.is_match(bytes) && (kind.check)(bytes)) != expected {
                misjudged.push(format!("{}: {line}", kind.name));
            }
            if expected { &mut right } else { &mut wrong }.insert(number);
        }
        assert!(right.len() >= 20, "{}: {} right ones", kind.name, right.len());
        assert!(wrong.len() >= 20, "{}: {} wrong ones", kind.name, wrong.len());
    }
    assert_eq!(misjudged, [""; 0]);
    let lists = fs::read_dir(&folder).expect("the folder of lists").count();
    assert_eq!(lists, kinds().count(), "each list has a kind");
}

#[test]
fn every_example_is_found_and_no_bait() {
    for kind in kinds() {
        let (text, part) = kind.example;
        assert_eq!(finds(kind, text), [part.as_bytes()], "{}", kind.name);
        assert_eq!(finds(kind, kind.bait), [b""; 0], "{}: its bait", kind.name);
        // The bait has the looks: what holds it off is the proof or an edge.
        assert!(shape(kind).is_match(kind.bait.as_bytes()), "{}: no bait", kind.name);
    }
}

#[test]
fn names_are_unique_and_matches_end() {
    let mut names = BTreeSet::new();
    for kind in kinds() {
        assert!(names.insert(kind.name), "{} twice", kind.name);
        let kebab = kind.name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(kebab, "{} is not in kebab case", kind.name);
        assert!(kind.longest() > 0, "{} may have no end", kind.name);
    }
    assert_eq!(names.len(), 39);
}

#[test]
fn a_check_meets_any_bytes() {
    let odd: &[&[u8]] = &[b"", b"+", b"-", b"\xff\xff", b"K", b"0", b"/////////////////////////"];
    for kind in kinds() {
        for bytes in odd {
            assert!(!(kind.check)(bytes), "{}: {bytes:?}", kind.name);
        }
        assert!(!(kind.check)(&[b'0'; 64]), "{}: zeros", kind.name);
        // Every cut of the example, and with each byte in turn put out of its place.
        let part = kind.example.1.as_bytes();
        for cut in 0..part.len() {
            (kind.check)(&part[cut..]);
            (kind.check)(&part[..cut]);
            let mut bent = part.to_vec();
            bent[cut] = 0xff;
            assert!(!(kind.check)(&bent), "{}: bent at {cut}", kind.name);
        }
    }
}

/// What of a text is of this kind, words aside.
fn finds<'t>(kind: &Kind, text: &'t str) -> Vec<&'t [u8]> {
    let bytes = text.as_bytes();
    shape(kind)
        .find_iter(bytes)
        .filter(|found| stands_alone(kind.edges, &bytes[..found.start()], &bytes[found.end()..]))
        .map(|found| found.as_bytes())
        .filter(|found| (kind.check)(found))
        .collect()
}

fn shape(kind: &Kind) -> Regex {
    Regex::new(&format!("(?-u){}", kind.shape)).expect("a shape")
}

/// Whether what stands before and behind leaves a candidate whole.
fn stands_alone(edges: Edges, before: &[u8], behind: &[u8]) -> bool {
    let before: Vec<u8> = before.iter().rev().copied().take(2).collect();
    [before.as_slice(), behind].into_iter().all(|side| match (edges, side) {
        (Edges::Word, [next, ..]) => !next.is_ascii_alphanumeric(),
        (Edges::Number, [b'0'..=b'9', ..] | [b'.' | b'-' | b',', b'0'..=b'9', ..]) => false,
        _ => true,
    })
}
