//! A redactor under test: the same output whole, at every cut, and byte by byte.

#![allow(dead_code, reason = "each test binary uses its own part")]

use cloakroom::detect::catalog::{DEFAULT, kind};
use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use cloakroom::redact::hand::{Hand, HashKey};
use cloakroom::redact::spec::{Action, Spec, Wanted};
use cloakroom::redact::{Blocked, Options, Redactor, Rules};
use std::sync::Arc;

/// The default kinds, labelled.
pub(crate) fn default_spec() -> Spec {
    kinds_spec(DEFAULT)
}

/// These kinds, labelled.
pub(crate) fn kinds_spec(names: &[&str]) -> Spec {
    let wanted = |name: &&str| Wanted {
        kind: kind(name).expect("a kind"),
        action: Action::Label,
        context_optional: false,
    };
    Spec { kinds: names.iter().map(wanted).collect(), ..Spec::default() }
}

#[track_caller]
pub(crate) fn unchanged(content: &Content, input: &str) {
    check(content, input, input);
}

#[track_caller]
pub(crate) fn check(content: &Content, input: &str, expected: &str) {
    check_with(&default_spec(), content, input, expected);
}

#[track_caller]
pub(crate) fn check_with(spec: &Spec, content: &Content, input: &str, expected: &str) {
    let rules = Arc::new(Rules::compile(spec).expect("rules"));
    check_rules(&rules, content, input.as_bytes(), expected.as_bytes());
}

/// Whole, at every cut, and byte by byte.
#[track_caller]
pub(crate) fn check_rules(
    rules: &Arc<Rules>,
    content: &Content,
    input: &[u8],
    expected: &[u8],
) -> usize {
    let whole = redact(rules, content, &[input]).expect("not blocked");
    assert_eq!(show(&whole), show(expected), "whole: {}", show(input));
    for cut in 1..input.len() {
        let (left, right) = input.split_at(cut);
        let out = redact(rules, content, &[left, right]).expect("not blocked");
        assert_eq!(show(&out), show(expected), "cut at {cut}: {}", show(input));
    }
    let bytes: Vec<&[u8]> = input.chunks(1).collect();
    let out = redact(rules, content, &bytes).expect("not blocked");
    assert_eq!(show(&out), show(expected), "byte by byte: {}", show(input));
    input.len()
}

pub(crate) fn redact(
    rules: &Arc<Rules>,
    content: &Content,
    pieces: &[&[u8]],
) -> Result<Vec<u8>, Blocked> {
    let mut redactor = Redactor::of(rules, hand(), content, Charset::Utf8, Options::default());
    let mut out = Vec::new();
    for piece in pieces {
        redactor.push(piece, &mut out)?;
    }
    redactor.finish(&mut out)?;
    Ok(out)
}

pub(crate) fn hand() -> Hand {
    Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into())
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
