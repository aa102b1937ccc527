//! One redactor for one message after another: as a new one for each.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use cloakroom::detect::catalog::{DEFAULT, kind};
use cloakroom::redact::hand::{Hand, HashKey};
use cloakroom::redact::spec::{Action, Spec, Wanted};
use cloakroom::redact::{Blocked, Options, Redactor, Rules};
use std::sync::Arc;

/// Each is followed by each: nothing of one is left when the next one begins.
const MESSAGES: [&str; 12] = [
    r#"{"text":"write to ann@example.org","id":4711}"#,
    r#"{"text":"no","at":1790000000000}"#,
    "my card is 4111 1111 1111 1111",
    "hello",
    "",
    r#"{"text":"it breaks off at ann@example.o"#,
    r#"{"a":[[{"b":"#,
    r#"{"a":1}}} ann@example.org"#,
    "4111111111111111",
    r#"["ann\u0040example.org","ann"#,
    r#" {"e":"ann"} {"f":"@example.org"}"#,
    r#"{"ann@example.org":"x"#,
];

#[test]
fn nothing_is_left_of_the_message_before() {
    for before in MESSAGES {
        for message in MESSAGES {
            for size in [1, 2, 3, 7, 64] {
                check(before, message, size);
            }
            for cut in 0..=message.len() {
                check_cut(before, message, cut);
            }
        }
    }
}

#[test]
fn one_that_was_broken_off_is_begun_anew() {
    let mut redactor = redactor(Action::Label);
    let mut out = Vec::new();
    redactor.push(b"{\"text\":\"write to ann@exam", &mut out).unwrap();
    redactor.next_message();
    assert_eq!(taken(&mut redactor, &[MESSAGES[0].as_bytes()]), fresh(MESSAGES[0]));
}

#[test]
fn one_that_is_blocked_stays_so() {
    let mut redactor = redactor(Action::Block);
    let mut out = Vec::new();
    let blocked =
        redactor.push(MESSAGES[0].as_bytes(), &mut out).and_then(|()| redactor.finish(&mut out));
    assert!(matches!(blocked, Err(Blocked::Forbidden { .. })));
    redactor.next_message();
    assert_eq!(redactor.push(b"hello", &mut out), blocked);
}

#[track_caller]
fn check(before: &str, message: &str, size: usize) {
    let chunks: Vec<_> = message.as_bytes().chunks(size).collect();
    check_chunks(before, message, &chunks);
}

#[track_caller]
fn check_cut(before: &str, message: &str, cut: usize) {
    let (one, other) = message.as_bytes().split_at(cut);
    check_chunks(before, message, &[one, other]);
}

#[track_caller]
fn check_chunks(before: &str, message: &str, chunks: &[&[u8]]) {
    let mut redactor = redactor(Action::Label);
    taken(&mut redactor, &[before.as_bytes()]);
    redactor.next_message();
    let again = taken(&mut redactor, chunks);
    assert_eq!(again, fresh(message), "{before:?}, then {message:?} as {chunks:?}");
}

fn fresh(message: &str) -> (String, u64) {
    taken(&mut redactor(Action::Label), &[message.as_bytes()])
}

/// What goes on of these chunks, and how much was taken out of them.
fn taken(redactor: &mut Redactor, chunks: &[&[u8]]) -> (String, u64) {
    let mut out = Vec::new();
    for chunk in chunks {
        redactor.push(chunk, &mut out).expect("readable");
    }
    redactor.finish(&mut out).expect("readable");
    assert_eq!(redactor.held(), 0);
    (String::from_utf8(out).expect("text"), redactor.tally().total())
}

thread_local! {
    static RULES: [Arc<Rules>; 2] = [Action::Label, Action::Block].map(rules);
}

fn redactor(action: Action) -> Redactor {
    let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
    let index = usize::from(action == Action::Block);
    RULES.with(|rules| Redactor::of_message(&rules[index], hand, Options::default()))
}

fn rules(action: Action) -> Arc<Rules> {
    let wanted = |kind| Wanted { kind, action, context_optional: false };
    let kinds = DEFAULT.iter().filter_map(|name| kind(name));
    let spec = Spec { kinds: kinds.map(wanted).collect(), ..Spec::default() };
    Arc::new(Rules::compile(&spec).expect("rules"))
}
