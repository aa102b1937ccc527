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
fn what_only_looks_personal_stays() {
    for text in [
        "1700000000 1700000000000 1700000000000000 1700000000000000000",
        "550e8400-e29b-41d4-a716-446655440000 507f1f77bcf86cd799439011",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV order 20240131-000123 SKU AB-1234-XY",
        "v1.2.3.4 OID 1.3.6.1.4.1.311.60.2.1 Chrome/126.0.6478.127 rustc 1.95.0",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709 std::vec::Vec<a::b> 12:30:45",
        "2024-01-31T12:00:00+01:00 19.99 EUR, 1,234,567.89 and 0.5454545454545454",
        "#ff00aa { margin: 0 4px 8px 16px } cubic-bezier(0.4, 0, 0.2, 1)",
        "in 20 minutes at gate 12 we are 4 of 10; page 12 of 2024",
    ] {
        for kind in kinds().filter(|kind| matches!(kind.context, Context::Helps(_))) {
            assert_eq!(find(kind, text), None, "{}", kind.name);
        }
    }
}

#[test]
fn each_of_a_list_is_found() {
    for (name, text, part) in [
        ("payment-card", "1,4111111111111111,5", "4111111111111111"),
        ("payment-card", "12 4111 1111 1111 1111 123", "4111 1111 1111 1111"),
        ("ip-address", "192.0.2.1,198.51.100.2", "192.0.2.1"),
        ("ip-address", "192.0.2.1-192.0.2.9.", "192.0.2.1"),
        ("ip-address", "from 2001:db8::1, then", "2001:db8::1"),
        ("email", "ann@example.org,bea@example.org", "ann@example.org"),
        ("email", "?to=ann@example.org&x=1", "ann@example.org"),
        ("email", "mailto:ann@example.org...", "ann@example.org"),
        ("phone", "+44 20 7946 0018, +44 20 7946 0019", "+44 20 7946 0018"),
        ("iban", "IBAN:de89370400440532013000;", "de89370400440532013000"),
    ] {
        let kind = kinds().find(|kind| kind.name == name).expect("a kind");
        assert_eq!(find(kind, text), Some(part));
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
