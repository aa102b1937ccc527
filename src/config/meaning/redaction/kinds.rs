//! Which kinds does a set look for? Kinds and groups come in, those with a `-` go out, and the
//! order in which they stand decides nothing.

use crate::config::file::redaction as typed;
use crate::config::file::value::{KindName, Placed, either};
use crate::config::nearest::nearest;
use crate::config::report::Reports;
use crate::detect::catalog::{DEFAULT, kind, kinds as all};
use crate::detect::kind::{Group, Kind};
use std::collections::{BTreeSet, HashSet};

/// The kinds of a set, in the order of the catalog.
pub(super) struct Kinds {
    pub(super) list: Vec<&'static Kind>,
    /// Whether every entry was understood: else nobody knows what is missing.
    pub(super) are_known: bool,
}

impl Kinds {
    /// Whether the kind of this name is among them.
    pub(super) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|kind| kind.name == name)
    }
}

/// What an entry of `kinds` stands for.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// One kind: `email`.
    Kind(&'static Kind),
    /// All of a group: `group:de`.
    Group(Group),
    /// Those that an operator gets without naming any: `default`.
    Default,
    /// All that there are: `all`.
    All,
}

impl Entry {
    /// Whether it stands for this kind, too.
    pub fn covers(self, other: &Kind) -> bool {
        match self {
            Self::Kind(kind) => kind.name == other.name,
            Self::Group(group) => group == other.group,
            Self::Default => DEFAULT.contains(&other.name),
            Self::All => true,
        }
    }

    /// Reads an entry without its `-`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn read(text: &str) -> Result<Self, String> {
        if let Some(kind) = kind(text) {
            return Ok(Self::Kind(kind));
        }
        match text {
            "default" => return Ok(Self::Default),
            "all" => return Ok(Self::All),
            _ => {}
        }
        let Some(name) = text.strip_prefix("group:") else { return Err(unknown(text)) };
        let group = all().map(|kind| kind.group).find(|group| group_name(*group) == name);
        group.map(Self::Group).ok_or_else(|| {
            let names: BTreeSet<Group> = all().map(|kind| kind.group).collect();
            let names: Vec<&str> = names.into_iter().map(group_name).collect();
            format!("a group of kinds: {}", either(&names))
        })
    }
}

/// The kinds of a set; `regional` is whether it names countries for telephone numbers.
pub(super) fn kinds(typed: &typed::Redaction, regional: bool, reports: &mut Reports) -> Kinds {
    let (mut come, mut go) = (Vec::new(), Vec::new());
    let before = reports.len();
    match &typed.kinds {
        None => come.push(Entry::Default),
        Some(Placed { at, value: list }) => {
            let mut seen = HashSet::new();
            for Placed { at, value: KindName(text) } in list {
                if !seen.insert(text) {
                    reports.value(at, "each kind or group once");
                }
                let (list, name) = match text.strip_prefix('-') {
                    Some(name) => (&mut go, name),
                    None => (&mut come, text.as_str()),
                };
                match Entry::read(name) {
                    Ok(entry) => list.push(entry),
                    Err(expected) => reports.value(at, expected),
                }
            }
            if come.is_empty() && !go.is_empty() && reports.len() == before {
                reports.value(at, "\"default\", or other kinds, beside those that are taken out");
            }
        }
    }
    let are_known = reports.len() == before;
    if are_known {
        check_removals(typed, &come, reports);
    }
    let covers = |entries: &[Entry], kind: &Kind| entries.iter().any(|entry| entry.covers(kind));
    // Who names countries for `phone` means numbers as they are dialled there.
    if regional && all().any(|kind| kind.name == PHONE && covers(&come, kind)) {
        come.extend(kind(PHONE_NATIONAL).map(Entry::Kind));
    }
    let list = all().filter(|kind| covers(&come, kind) && !covers(&go, kind)).collect();
    let kinds = Kinds { list, are_known };
    if let Some(Placed { at, .. }) = &typed.regions
        && regional
        && kinds.are_known
        && !kinds.has(PHONE_NATIONAL)
    {
        reports.value(at, format!("kinds with \"{PHONE}\" or \"{PHONE_NATIONAL}\" beside it"));
    }
    kinds
}

/// International telephone numbers.
const PHONE: &str = "phone";

/// Those that need a country.
const PHONE_NATIONAL: &str = "phone-national";

/// What takes nothing out is a slip, and would be found too late.
fn check_removals(typed: &typed::Redaction, come: &[Entry], reports: &mut Reports) {
    for Placed { at, value: KindName(text) } in typed.kinds.iter().flat_map(|list| &list.value) {
        let Some(Ok(gone)) = text.strip_prefix('-').map(Entry::read) else { continue };
        let regional = typed.regions.is_some();
        let takes = |kind: &&Kind| {
            gone.covers(kind)
                && (come.iter().any(|entry| entry.covers(kind))
                    || (regional && kind.name == PHONE_NATIONAL))
        };
        if !all().any(|kind| takes(&kind)) {
            reports.value(at, "a kind or a group that the list has without it");
        }
    }
}

/// What to say of a name that nothing has.
fn unknown(text: &str) -> String {
    let groups: BTreeSet<Group> = all().map(|kind| kind.group).collect();
    if groups.iter().any(|group| group_name(*group).eq_ignore_ascii_case(text)) {
        return format!("a kind; the group is \"group:{}\"", text.to_ascii_lowercase());
    }
    match nearest(text, all().map(|kind| kind.name).chain(["default", "all"])) {
        Some(near) => format!("a kind or a group; did you mean \"{near}\"?"),
        None => "a kind such as \"email\", a group such as \"group:de\", \"default\" or \"all\""
            .to_owned(),
    }
}

/// What a group is called behind `group:`.
pub fn group_name(group: Group) -> &'static str {
    match group {
        Group::Global => "global",
        Group::Secrets => "secrets",
        Group::Country(code) => code,
    }
}
