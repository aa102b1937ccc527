//! What `[[properties.binding]]` means: which tokens stand for a property.

use super::numbers::time;
use super::source::{json_place, source};
use super::words;
use crate::config::file::binding as typed;
use crate::config::file::source as places;
use crate::config::file::value::Placed;
use crate::config::report::Reports;
use crate::policy::binding::EXPIRES;
use crate::policy::{Binding, JsonPlace, Source};
use std::collections::HashSet;

/// All bindings; no two have the same name. `sources` are where requests name their property.
pub(super) fn bindings(
    typed: &[Placed<typed::Binding>],
    sources: &[Source],
    reports: &mut Reports,
) -> Vec<Binding> {
    let mut names = HashSet::new();
    let mut bindings = Vec::new();
    for Placed { value: typed, .. } in typed {
        let Placed { at, value: name } = &typed.name;
        match words::name(name, 64) {
            Err(expected) => reports.value(at, expected),
            Ok(()) if !names.insert(name) => {
                reports.value(at, "a name that no other binding has");
            }
            Ok(()) => {}
        }
        let mut expires = EXPIRES;
        time(typed.expires.as_ref(), "1m"..="366d", &mut expires, reports);
        bindings.push(Binding {
            name: name.as_str().into(),
            learn: learn(&typed.learn, reports),
            show: show(&typed.show, sources, reports),
            expires,
        });
    }
    bindings
}

fn learn(typed: &Placed<Vec<Placed<typed::Learn>>>, reports: &mut Reports) -> Vec<JsonPlace> {
    let mut places = Vec::new();
    if typed.value.is_empty() {
        reports.value(&typed.at, "at least one place such as \"contact.token\"");
    }
    for Placed { at, value } in &typed.value {
        let place = match value {
            typed::Learn::Place(place) => json_place(place),
            typed::Learn::Path(path) => {
                json_place(&places::JsonPlace { json: path.clone(), inside: None })
            }
        };
        match place {
            Err(expected) => reports.value(at, expected),
            Ok(place) if places.contains(&place) => reports.value(at, "each place once"),
            Ok(place) => places.push(place),
        }
    }
    places
}

fn show(
    typed: &Placed<Vec<Placed<places::Source>>>,
    sources: &[Source],
    reports: &mut Reports,
) -> Vec<Source> {
    let mut show = Vec::new();
    if typed.value.is_empty() {
        reports.value(&typed.at, "at least one source such as { query = \"token\" }");
    }
    for Placed { at, value } in &typed.value {
        match source(value) {
            Err(expected) => reports.value(at, expected),
            Ok(Source::Host) => reports.value(at, "another source: a host is no token"),
            // There every token would be a key that nobody knows.
            Ok(source) if sources.contains(&source) => {
                reports.value(at, "a place that is not in properties.sources");
            }
            Ok(source) if show.contains(&source) => reports.value(at, "each source once"),
            Ok(source) => show.push(source),
        }
    }
    show
}
