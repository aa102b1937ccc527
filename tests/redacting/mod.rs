//! A redactor under test: the same output whole, at every cut, and byte by byte.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::panic, reason = "a test fails by panicking")]

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
    for out in every_way(rules, &Door::content(content.clone()), input, Cuts::Every) {
        assert_eq!(shown(&out.bytes), shown(expected), "{}: {}", out.way, shown(input));
    }
    input.len()
}

pub(crate) fn redact(
    rules: &Arc<Rules>,
    content: &Content,
    pieces: &[&[u8]],
) -> Result<Vec<u8>, Blocked> {
    Door::content(content.clone()).redact(rules, pieces)
}

/// How a payload comes in.
#[derive(Clone, Debug)]
pub(crate) enum Door {
    /// With its content and its charset known.
    Known(Content, Charset),
    /// With this `Content-Type`.
    Typed(String),
}

impl Door {
    pub(crate) fn content(content: Content) -> Self {
        Self::Known(content, Charset::Utf8)
    }

    pub(crate) fn typed(content_type: &str) -> Self {
        Self::Typed(content_type.to_owned())
    }

    pub(crate) fn in_charset(self, charset: Charset) -> Self {
        match self {
            Self::Known(content, _) => Self::Known(content, charset),
            Self::Typed(_) => self,
        }
    }

    pub(crate) fn redactor(&self, rules: &Arc<Rules>, options: Options) -> Redactor {
        match self {
            Self::Known(content, charset) => {
                Redactor::of(rules, hand(), content, *charset, options)
            }
            Self::Typed(content_type) => Redactor::new(rules, hand(), Some(content_type), options),
        }
    }

    pub(crate) fn redact(&self, rules: &Arc<Rules>, pieces: &[&[u8]]) -> Result<Vec<u8>, Blocked> {
        let mut redactor = self.redactor(rules, Options::default());
        let mut out = Vec::new();
        for piece in pieces {
            redactor.push(piece, &mut out)?;
        }
        redactor.finish(&mut out)?;
        Ok(out)
    }
}

/// At which places an input is cut in two, beside coming whole and byte by byte.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cuts {
    Every,
    /// Every seventh, from this one on.
    Seventh(usize),
    /// None, and not byte by byte.
    None,
}

/// What came out, and in which pieces it went in.
#[derive(Debug)]
pub(crate) struct Out {
    pub(crate) bytes: Vec<u8>,
    pub(crate) way: String,
}

/// What comes out whole, at these cuts, and byte by byte, in this order.
pub(crate) fn every_way(
    rules: &Arc<Rules>,
    door: &Door,
    input: &[u8],
    cuts: Cuts,
) -> impl Iterator<Item = Out> {
    let run = move |pieces: &[&[u8]], way: String| {
        let bytes = door.redact(rules, pieces).unwrap_or_else(|why| panic!("{way}: {why}"));
        Out { bytes, way }
    };
    let (first, step) = match cuts {
        Cuts::Every => (1, 1),
        Cuts::Seventh(first) => (1 + first, 7),
        Cuts::None => (input.len(), 1),
    };
    let halves = (first..input.len()).step_by(step).map(move |cut| {
        let (left, right) = input.split_at(cut);
        run(&[left, right], format!("cut at {cut}"))
    });
    let has_bytes = !matches!(cuts, Cuts::None) && !input.is_empty();
    let bytes = has_bytes.then(move || {
        let pieces: Vec<&[u8]> = input.chunks(1).collect();
        run(&pieces, "byte by byte".to_owned())
    });
    std::iter::once_with(move || run(&[input], "whole".to_owned())).chain(halves).chain(bytes)
}

pub(crate) fn hand() -> Hand {
    Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into())
}

pub(crate) fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
