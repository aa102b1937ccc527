//! Law: nothing is found twice. Text that a redactor has written is not found again: where
//! values stand apart the second pass changes nothing at all, and in whatever else comes, nothing
//! is found that begins in a label.

#![no_main]

use cloakroom::detect::catalog::DEFAULT;
use cloakroom::format::charset::Charset;
use cloakroom::redact::Options;
use cloakroom_fuzz::{Door, Known, Thrown, rules, shown};
use libfuzzer_sys::fuzz_target;
use std::ops::Range;

fuzz_target!(|input: &[u8]| {
    let Some(thrown) = Thrown::of(input) else { return };
    let [form, known, ..] = thrown.dice;
    let known = match known % 3 {
        0 => Known::Text,
        1 => Known::Json,
        _ => Known::Markup,
    };
    let door = Door::Known(known, Charset::Utf8);
    if form % 2 == 0 {
        check_apart(door, known, thrown.payload);
    } else {
        check_labels(door, thrown.payload);
    }
});

/// Sentences whose values stand apart: each byte chooses a piece.
fn check_apart(door: Door, known: Known, payload: &[u8]) {
    let pieces: Vec<&str> =
        payload.iter().map(|&byte| PIECES[usize::from(byte) % PIECES.len()]).collect();
    let text = match known {
        Known::Json => format!("[\"{}\"]", pieces.join(" \", \" ")),
        _ => pieces.join(" ; "),
    };
    // Every action that writes something.
    for rule_set in [0, 4, 6] {
        let rules = rules::of(rule_set);
        let once = door.redact(&rules, &[text.as_bytes()]).expect("nothing to block");
        let twice = door.redact(&rules, &[&once]).expect("nothing to block");
        assert_eq!(shown(&twice), shown(&once), "rules {rule_set}");
    }
}

fn check_labels(door: Door, payload: &[u8]) {
    let rules = rules::default();
    let Ok(once) = door.redact(&rules, &[payload]) else { return };
    let options = Options { held: usize::MAX, explain: true, ..Options::default() };
    let mut redactor = door.redactor(&rules, options);
    let mut twice = Vec::new();
    redactor.push(&once, &mut twice).expect("was readable");
    redactor.finish(&mut twice).expect("was readable");
    let labels = labels(&once);
    for note in redactor.tally().notes() {
        // What begins before a label may go on in it: it is found now that it has no blanks.
        let within = labels.iter().any(|label| label.contains(&(note.at as usize)));
        assert!(!within, "{note:?}: {} -> {}", shown(&once), shown(&twice));
    }
}

/// Where the labels of the default kinds stand in a text.
fn labels(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in text.iter().enumerate().filter(|(_, byte)| **byte == b'[') {
        let rest = &text[at + 1..];
        let Some(end) = rest.iter().position(|&byte| byte == b']') else { break };
        if DEFAULT.iter().any(|kind| kind.as_bytes() == &rest[..end]) {
            found.push(at..at + end + 2);
        }
    }
    found
}

const PIECES: &[&str] = &[
    "ann@example.org",
    "ann.lee+chat@example.org",
    "+44 20 7946 0018",
    "+1 (212) 555-0142",
    "4111 1111 1111 1111",
    "5555555555554444",
    "DE89 3704 0044 0532 0130 00",
    "203.0.113.77",
    "[2001:db8::7]:443",
    "2001:db8::7/64",
    "https://ann:s3cret@example.org/x",
    "call me",
    "or write",
    "card",
    "1790669742123",
    "b1c2d3e4-1111-4222-8333-444455556666",
    "v1.2.3",
    "&amp;",
    "%40",
    "<b>",
    "\u{e9}",
    "\u{ff20}",
    "@",
    "+",
    "[",
    "]",
];
