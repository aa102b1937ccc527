//! What happens to what is found: the action of each kind, and whether it needs context.

use super::kinds::{Entry, Kinds};
use crate::config::file::redaction as typed;
use crate::config::file::value::Placed;
use crate::config::report::Reports;
use crate::detect::kind::{Context, Kind};
use crate::redact::spec::{Action, Wanted};

/// An action as meant.
pub(super) fn action(typed: typed::Action) -> Action {
    match typed {
        typed::Action::Named(name) => match name {
            typed::NamedAction::Label => Action::Label,
            typed::NamedAction::Mask => Action::Mask { first: 0, last: 0 },
            typed::NamedAction::Hash => Action::Hash,
            typed::NamedAction::Remove => Action::Remove,
            typed::NamedAction::Address => Action::Address,
            typed::NamedAction::Block => Action::Block,
            typed::NamedAction::StandIn => Action::StandIn,
        },
        typed::Action::Masked(typed::Masked { mask }) => {
            Action::Mask { first: mask.first.unwrap_or(0), last: mask.last.unwrap_or(0) }
        }
    }
}

/// The kinds of a set with what happens to each: what is said of the kind, of its group, of the
/// whole set, in this order.
pub(super) fn wanted(
    typed: &typed::Redaction,
    default: Action,
    kinds: &Kinds,
    reports: &mut Reports,
) -> Vec<Wanted> {
    let mut said: Vec<(Entry, Action)> = Vec::new();
    for (key, Placed { at, value }) in typed.actions.iter().flat_map(|actions| &actions.0) {
        match Entry::read(key) {
            Err(expected) => reports.value(at, format!("as its key {expected}")),
            Ok(Entry::Default | Entry::All) => {
                reports.value(at, "as its key a kind or a group; for the rest there is `action`");
            }
            Ok(entry) => {
                if kinds.are_known && !kinds.list.iter().any(|kind| entry.covers(kind)) {
                    reports.value(at, format!("kinds with {key:?} beside it"));
                }
                said.push((entry, action(*value)));
            }
        }
    }
    // A kind's own word goes before its group's.
    said.sort_by_key(|(entry, _)| matches!(entry, Entry::Group(_)));
    let all_optional =
        typed.context.as_ref().is_some_and(|context| context.value == typed::Context::Optional);
    let optional = optional_context(typed, all_optional, kinds, reports);
    let wanted = |kind: &&'static Kind| Wanted {
        kind,
        action: said
            .iter()
            .find(|(entry, _)| entry.covers(kind))
            .map_or(default, |(_, action)| *action),
        context_optional: all_optional || optional.contains(&kind.name),
    };
    kinds.list.iter().map(wanted).collect()
}

/// The kinds that alone need no context.
fn optional_context(
    typed: &typed::Redaction,
    all_optional: bool,
    kinds: &Kinds,
    reports: &mut Reports,
) -> Vec<&'static str> {
    let mut optional = Vec::new();
    for Placed { at, value } in typed.optional_context.iter().flatten() {
        match Entry::read(value) {
            Err(expected) => reports.value(at, expected),
            Ok(Entry::Kind(kind)) => {
                if all_optional {
                    reports.value(at, "context = \"required\" beside it");
                } else if kinds.are_known && !kinds.has(kind.name) {
                    reports.value(at, format!("kinds with {value:?} beside it"));
                } else if matches!(kind.context, Context::Helps(_)) {
                    reports.value(at, "a kind that asks for context; this one never does");
                }
                optional.push(kind.name);
            }
            Ok(_) => reports.value(at, "single kinds, or context = \"optional\" for all of them"),
        }
    }
    optional
}
