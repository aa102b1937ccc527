//! Do the kinds of the United States and of western Europe find their numbers, and nothing else?
//!
//! `vectors/west/<kind>.txt` holds a number a line: `+` is one, `-` is none. Lines that begin
//! with `#` say where the numbers are from.

use cloakroom::detect::kind::{Context, Edges, Kind};
use cloakroom::detect::{at, be, ch, de, es, fr, gb, ie, it, nl, pl, pt, us};
use regex::bytes::Regex;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn numbers_are_told_from_what_looks_like_them() {
    for kind in kinds() {
        check(kind);
    }
}

#[test]
fn an_example_is_found_and_bait_is_not() {
    for kind in kinds() {
        let (text, part) = kind.example;
        assert_eq!(found(kind, text), [part], "{}", kind.name);
        assert_eq!(found(kind, kind.bait), [""; 0], "{}", kind.name);
    }
}

#[test]
fn a_part_of_something_longer_is_not_found() {
    for kind in kinds() {
        let (text, part) = kind.example;
        for longer in [format!("0{part}"), format!("{part}0"), format!("x{part}x")] {
            let found = found(kind, &text.replace(part, &longer));
            assert!(!found.contains(&part.to_owned()), "{}: {longer}", kind.name);
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
fn times_ids_and_prices_are_nobody() {
    let bait = "1700000000 1732371294 1732371294123 1732371294123456 1732371294123456789 \
        3f2b8c1e-5a47-4d09-9b61-0c7d2e8f1a34 65f1c0ffee1234567890abcd v1.20.300 \
        01HZX3K5J7Q8R9S0T1V2W3X4Y5 2026-11-23T20:14:54.123Z 1.234.567,89 #100200300 C++";
    for kind in kinds() {
        assert_eq!(found(kind, bait), [""; 0], "{}", kind.name);
    }
}

#[test]
fn every_kind_is_named_once_bounded_and_explained() {
    let mut names = BTreeSet::new();
    for kind in kinds() {
        assert!(names.insert(kind.name), "{} is there twice", kind.name);
        let kebab = kind.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        assert!(kebab && !kind.name.starts_with('-') && !kind.name.ends_with('-'), "{}", kind.name);
        assert!((5..=32).contains(&kind.longest()), "{}: {}", kind.name, kind.longest());
        assert!(!kind.what.is_empty() && !kind.source.is_empty(), "{}", kind.name);
        assert!(words(kind).len() >= 8, "{}", kind.name);
        for word in words(kind) {
            assert_eq!(*word, word.to_lowercase(), "{}", kind.name);
        }
    }
    assert_eq!(names.len(), 34);
}

/// Bytes of a peer reach a check as they are.
#[test]
fn no_bytes_make_a_check_panic() {
    for kind in kinds() {
        for length in 0..40 {
            for byte in [0, b' ', b'-', b'0', b'9', b'A', b'Z', b'z', b'_', 0x7f, 0xff] {
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

fn kinds() -> impl Iterator<Item = &'static Kind> {
    [
        us::KINDS,
        gb::KINDS,
        de::KINDS,
        fr::KINDS,
        es::KINDS,
        it::KINDS,
        pl::KINDS,
        nl::KINDS,
        be::KINDS,
        pt::KINDS,
        ie::KINDS,
        at::KINDS,
        ch::KINDS,
    ]
    .into_iter()
    .flatten()
}

/// All numbers of the kind's file are what the file says, and there are enough of them.
#[track_caller]
fn check(kind: &Kind) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/west");
    let file = fs::read_to_string(folder.join(format!("{}.txt", kind.name))).expect(kind.name);
    let whole = Regex::new(&format!("^(?:{})$", kind.shape)).expect(kind.name);
    let (mut right, mut wrong) = (BTreeSet::new(), BTreeSet::new());
    for line in file.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (sign, number) = line.split_once(' ').expect(line);
        assert!(sign == "+" || sign == "-", "{}: {line}", kind.name);
        let expected = sign == "+";
        if expected {
            right.insert(number)
        } else {
            wrong.insert(number)
        };
        let is_one = whole.is_match(number.as_bytes()) && (kind.check)(number.as_bytes());
        assert_eq!(is_one, expected, "{}: {line}", kind.name);
    }
    assert!(right.len() >= 20 && wrong.len() >= 20, "{}: {right:?} {wrong:?}", kind.name);
}

/// What a search for this kind alone would take out of the text.
fn found(kind: &Kind, text: &str) -> Vec<String> {
    let shape = Regex::new(kind.shape).expect(kind.name);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(candidate) = shape.find_at(text.as_bytes(), from) {
        let (before, after) = (&text[..candidate.start()], &text[candidate.end()..]);
        let part = &text[candidate.range()];
        if stands_alone(kind, before, after)
            && (kind.check)(part.as_bytes())
            && in_context(kind, before, part)
        {
            found.push(part.to_owned());
            from = candidate.end();
        } else {
            from = candidate.start() + 1;
        }
    }
    found
}

fn stands_alone(kind: &Kind, before: &str, after: &str) -> bool {
    assert_eq!(kind.edges, Edges::Word, "{}", kind.name);
    !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
}

fn in_context(kind: &Kind, before: &str, part: &str) -> bool {
    let grouped = !part.bytes().all(|byte| byte.is_ascii_digit());
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
