//! Does each kind know its own, and nothing else?
//!
//! `vectors/kinds/<kind>.txt` holds a candidate a line: `+` is one, `-` only looks like it.
//! Lines that begin with `#` say where they are from. The search here is the plainest there
//! is, kind by kind: it tells what a kind means, not how one is found fast.

#![expect(clippy::panic, reason = "a list that cannot be read fails its test")]

use cloakroom::detect::catalog::{kind, kinds};
use cloakroom::detect::kind::{Context, Edges, Kind};
use regex::bytes::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_kind_has_its_list_and_judges_it_right() {
    let mut met = 0;
    for kind in kinds() {
        check(kind);
        met += 1;
    }
    assert!(met >= 101, "met {met} kinds");
}

#[test]
fn every_list_has_its_kind() {
    let lists = fs::read_dir(folder()).expect("the folder of lists");
    let names: Vec<String> = lists
        .map(|entry| entry.expect("an entry").path())
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    for name in &names {
        assert!(kind(name).is_some(), "{name} is no kind");
    }
    assert_eq!(names.len(), kinds().count());
}

#[test]
fn examples_are_found_and_bait_is_left() {
    for kind in kinds() {
        let (text, part) = kind.example;
        assert_eq!(found(kind, text), [part], "{}", kind.name);
        assert_eq!(found(kind, kind.bait), [""; 0], "{}", kind.name);
    }
}

#[test]
fn a_part_of_something_longer_is_not_found() {
    for kind in kinds().filter(|kind| kind.edges == Edges::Word) {
        let (text, part) = kind.example;
        for longer in [format!("0{part}"), format!("{part}0"), format!("x{part}x")] {
            let text = text.replace(part, &longer);
            let found = found(kind, &text);
            assert!(!found.contains(&part), "{}: {longer}", kind.name);
        }
    }
}

#[test]
fn digits_alone_need_a_word_where_others_may_look_alike() {
    for kind in kinds() {
        let Context::RequiredUngrouped(words) = kind.context else { continue };
        let (_, part) = kind.example;
        let bare = part.replace(|c: char| !c.is_ascii_digit(), "");
        assert_eq!(found(kind, &format!("It is {part}.")), [part], "{}", kind.name);
        assert_eq!(found(kind, &format!("It is {bare}.")), [""; 0], "{}", kind.name);
        for word in words {
            assert_eq!(found(kind, &format!("{word} {bare}")), [bare.as_str()], "{}", kind.name);
        }
    }
}

#[test]
fn names_are_unique_and_matches_end() {
    let mut names = BTreeSet::new();
    for kind in kinds() {
        assert!(names.insert(kind.name), "{} is there twice", kind.name);
        let kebab = kind.name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        assert!(kebab, "{} is not in kebab case", kind.name);
        assert!(kind.longest() > 0, "{} may have no end", kind.name);
        assert!(!kind.what.is_empty() && !kind.source.is_empty(), "{}", kind.name);
        for word in words(kind) {
            assert_eq!(*word, word.to_lowercase(), "{}", kind.name);
        }
    }
}

/// Bytes of a peer reach a check as they are.
#[test]
fn no_bytes_make_a_check_panic() {
    for kind in kinds() {
        for length in 0..80 {
            for byte in [0, b' ', b'-', b'0', b'9', b'A', b'Z', b'z', b'_', b':', 0x7f, 0xff] {
                (kind.check)(&vec![byte; length]);
                let mut text = kind.example.1.as_bytes().to_vec();
                if let Some(place) = text.get_mut(length) {
                    *place = byte;
                }
                (kind.check)(&text);
                text.truncate(length);
                (kind.check)(&text);
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/kinds")
}

/// All candidates of the kind's list are what the list says, and there are enough of them.
#[track_caller]
fn check(kind: &Kind) {
    let path = folder().join(format!("{}.txt", kind.name));
    let list = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}: no list", kind.name));
    let whole = whole(kind);
    let (mut right, mut wrong, mut misjudged) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for line in list.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (candidate, expected) = match line.split_at_checked(2) {
            Some(("+ ", candidate)) => (candidate, true),
            Some(("- ", candidate)) => (candidate, false),
            _ => panic!("{}: neither + nor -: {line}", kind.name),
        };
        if (whole.is_match(candidate.as_bytes()) && (kind.check)(candidate.as_bytes())) != expected
        {
            misjudged.push(line);
        }
        if expected { &mut right } else { &mut wrong }.insert(candidate);
    }
    assert_eq!(misjudged, [""; 0], "{}", kind.name);
    // There are nine kinds of private key, and no tenth to list.
    let enough = if kind.name == "private-key" { 9 } else { 20 };
    assert!(right.len() >= enough, "{}: {} right ones", kind.name, right.len());
    assert!(wrong.len() >= 20, "{}: {} wrong ones", kind.name, wrong.len());
}

/// What a search for this kind alone takes out of a text: at each place the longest that is one.
fn found<'t>(kind: &Kind, text: &'t str) -> Vec<&'t str> {
    let (whole, bytes) = (whole(kind), text.as_bytes());
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let longest = bytes.len().min(start + kind.longest());
        let end = (start + 1..=longest).rev().find(|&end| {
            let part = &bytes[start..end];
            stands_alone(kind.edges, bytes, start, end)
                && whole.is_match(part)
                && (kind.check)(part)
                && in_context(kind, &text[..start], part)
        });
        match end {
            Some(end) => {
                found.push(&text[start..end]);
                start = end;
            }
            None => start += 1,
        }
    }
    found
}

fn whole(kind: &Kind) -> Regex {
    Regex::new(&format!(r"\A(?:{})\z", kind.shape)).expect("a shape")
}

fn in_context(kind: &Kind, before: &str, part: &[u8]) -> bool {
    let grouped = !part.iter().all(u8::is_ascii_digit);
    match kind.context {
        Context::Helps(_) => true,
        Context::RequiredUngrouped(_) if grouped => true,
        _ => words(kind).iter().any(|word| before.to_lowercase().contains(word)),
    }
}

fn words(kind: &Kind) -> &'static [&'static str] {
    match kind.context {
        Context::Helps(words) | Context::Required(words) | Context::RequiredUngrouped(words) => {
            words
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
            !(next.is_ascii_alphanumeric() || b".-".contains(next) && second.is_ascii_digit())
        }
        Edges::Dotted => {
            !(next.is_ascii_alphanumeric() || *next == b'.' && second.is_ascii_digit())
        }
    })
}
