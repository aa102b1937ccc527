//! What a `[[redaction]]` means: rules made ready, and how they are applied.

mod action;
mod allow;
mod field;
mod kinds;
mod pattern;

pub use kinds::{Entry, group_name};

use super::words::{self, free_field};
use crate::config::file::redaction as typed;
use crate::config::file::value::{Country, FieldName, Placed};
use crate::config::report::Reports;
use crate::policy::Redaction;
use crate::policy::redaction::{Binary, Parts, Protobuf, Unreadable};
use crate::redact::spec::Names;
use crate::redact::{Fault, Part, Rules, Spec};
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

/// A set under its name. There is no set where something was reported of it.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) set: Option<Arc<Redaction>>,
}

/// The word by which a property says that it wants no set.
pub(super) const NONE: &str = "none";

/// All sets; no two have the same name.
pub(super) fn redactions(typed: &[Placed<typed::Redaction>], reports: &mut Reports) -> Vec<Named> {
    let mut names = HashSet::new();
    let mut sets = Vec::new();
    for Placed { value: typed, .. } in typed {
        let before = reports.len();
        let Placed { at, value: name } = &typed.name;
        match words::name(name, 64) {
            Err(expected) => reports.value(at, expected),
            Ok(()) if name == NONE => {
                reports.value(at, "another name: this one says that nothing is taken out");
            }
            Ok(()) if !names.insert(name.clone()) => {
                reports.value(at, "a name that no other redaction has");
            }
            Ok(()) => {}
        }
        let set = redaction(typed, reports).filter(|_| reports.len() == before);
        sets.push(Named { name: name.clone(), set: set.map(Arc::new) });
    }
    sets
}

fn redaction(typed: &typed::Redaction, reports: &mut Reports) -> Option<Redaction> {
    let spec = spec(typed, reports);
    let parts = parts(typed, reports);
    let headers = headers(typed.headers.as_deref().unwrap_or_default(), reports);
    let rules = match Rules::compile(&spec) {
        Ok(rules) => rules,
        Err(faults) => {
            for Fault { part, problem } in faults {
                let expected = problem.strip_prefix("expected ").unwrap_or(&problem).to_owned();
                reports.value(place(part, typed), expected);
            }
            return None;
        }
    };
    Some(Redaction {
        name: typed.name.value.as_str().into(),
        rules: Arc::new(rules),
        parts,
        headers,
        unreadable: match typed.unreadable {
            None => Unreadable::default(),
            Some(typed::Outcome::Refuse) => Unreadable::Refuse,
            Some(typed::Outcome::Pass) => Unreadable::Pass,
        },
        binary: match typed.binary {
            None => Binary::default(),
            Some(typed::Outcome::Refuse) => Binary::Refuse,
            Some(typed::Outcome::Pass) => Binary::Pass,
        },
        protobuf: match typed.protobuf {
            None => Protobuf::default(),
            Some(typed::Protobuf::Pass) => Protobuf::Pass,
            Some(typed::Protobuf::Redact) => Protobuf::Redact,
            Some(typed::Protobuf::Refuse) => Protobuf::Refuse,
        },
        across_messages: typed.across_messages.as_ref().map_or(0, |messages| messages.value),
        observe: typed.observe.unwrap_or(false),
    })
}

/// The rules, in the order in which they were typed: their places are found by their index.
fn spec(typed: &typed::Redaction, reports: &mut Reports) -> Spec {
    let regions = regions(typed, reports);
    let kinds = kinds::kinds(typed, !regions.is_empty(), reports);
    let action = typed.action.map(action::action).unwrap_or_default();
    let wanted = action::wanted(typed, action, &kinds, reports);
    let patterns =
        pattern::patterns(typed.pattern.as_deref().unwrap_or_default(), action, &kinds, reports);
    let fields = field::fields(typed.field.as_deref().unwrap_or_default(), action, reports);
    if kinds.are_known && wanted.is_empty() && patterns.is_empty() && fields.is_empty() {
        let at = typed.kinds.as_ref().map_or(&typed.name.at, |kinds| &kinds.at);
        reports.value(at, "at least one kind, or a pattern or a field beside it");
    }
    Spec {
        kinds: wanted,
        patterns,
        fields,
        allow: typed.allow.as_ref().map(|typed| allow::allow(typed, reports)).unwrap_or_default(),
        names: match typed.names {
            None => Names::default(),
            Some(typed::Names::Redact) => Names::Redact,
            Some(typed::Names::Pass) => Names::Pass,
        },
        regions,
        private_domains: allow::private_domains(
            typed.private_domains.as_deref().unwrap_or_default(),
            reports,
        ),
        public_addresses_only: typed.public_addresses_only.unwrap_or(false),
        base64: typed.base64.unwrap_or(false),
    }
}

fn regions(typed: &typed::Redaction, reports: &mut Reports) -> Vec<[u8; 2]> {
    let mut regions = Vec::new();
    for Placed { at, value: Country(text) } in typed.regions.iter().flat_map(|list| &list.value) {
        match text.to_ascii_uppercase().as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => {
                let region = [*a, *b];
                if regions.contains(&region) {
                    reports.value(at, "each country once");
                }
                regions.push(region);
            }
            _ => reports.value(at, Country::expected()),
        }
    }
    regions
}

fn parts(typed: &typed::Redaction, reports: &mut Reports) -> Parts {
    let Some(Placed { at, value: list }) = &typed.parts else { return Parts::default() };
    if list.is_empty() && typed.headers.as_ref().is_none_or(Vec::is_empty) {
        reports.value(at, "at least one part, or headers beside it");
    }
    let mut parts = Parts::NONE;
    for Placed { at, value } in list {
        let part = match value {
            typed::Part::Body => &mut parts.body,
            typed::Part::Path => &mut parts.path,
            typed::Part::Query => &mut parts.query,
            typed::Part::Referer => &mut parts.referer,
            typed::Part::Cookies => &mut parts.cookies,
        };
        if std::mem::replace(part, true) {
            reports.value(at, "each part once");
        }
    }
    parts
}

fn headers(typed: &[Placed<FieldName>], reports: &mut Reports) -> Vec<String> {
    let mut headers: Vec<String> = Vec::new();
    for Placed { at, value: FieldName(text) } in typed {
        match free_field(text) {
            Err(expected) => reports.value(at, expected),
            Ok(name) if name == "referer" => {
                reports.value(at, "another field; \"referer\" is one of the parts that `in` names");
            }
            Ok(name) if headers.contains(&name) => reports.value(at, "each field once"),
            Ok(name) => headers.push(name),
        }
    }
    headers
}

/// Where this part of the rules was typed.
fn place(part: Part, typed: &typed::Redaction) -> &Range<usize> {
    let place = match part {
        Part::Pattern(index) => {
            let pattern = typed.pattern.iter().flatten().nth(index);
            pattern.map(|pattern| &pattern.value.regex.at)
        }
        Part::Field(index) => {
            let field = typed.field.iter().flatten().nth(index);
            field.map(|field| &field.value.path.at)
        }
        Part::AllowPattern(index) => {
            let allow = typed.allow.iter().flat_map(|allow| &allow.patterns).flatten().nth(index);
            allow.map(|pattern| &pattern.at)
        }
        Part::Kinds => typed.kinds.as_ref().map(|kinds| &kinds.at),
    };
    place.unwrap_or(&typed.name.at)
}

#[cfg(test)]
mod tests;
