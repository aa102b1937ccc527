//! What `[properties]` and every `[[property]]` mean: the book of properties.

use super::choice::Chooser;
use super::words::{self, host_pattern};
use crate::config::file::property as typed;
use crate::config::file::value::{HostName, Placed};
use crate::config::report::{Fault, Place, Reports};
use crate::policy::property::UNKNOWN_ID;
use crate::policy::{Binding, Book, BookBuilder, Policy, Property, Source, UnknownProperty};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What happens to requests without a property: the strictest, unless the operator says more.
pub(super) fn unknown(
    typed: Option<&Placed<typed::Unknown>>,
    chooser: &mut Chooser<'_>,
    reports: &mut Reports,
) -> UnknownProperty {
    let mut policy = Arc::new(Policy::default());
    if let Some(Placed { at, value }) = typed {
        let choices = value.choices();
        match &value.refuse {
            Some(Placed { at, value: true }) => {
                if !choices.is_empty() {
                    reports.value(at, "no other key beside refuse = true");
                }
                return UnknownProperty::Refuse;
            }
            _ => policy = chooser.unknown(choices, at, reports).unwrap_or(policy),
        }
    }
    UnknownProperty::Serve(Property { id: UNKNOWN_ID.into(), policy })
}

/// The book, while it is being filled.
pub(super) struct Shelf<'c> {
    builder: BookBuilder,
    chooser: Chooser<'c>,
    by_host: bool,
    by_key: bool,
    /// Whether the sources are known well enough to say that a key has no effect.
    sources_known: bool,
    ids: HashMap<Arc<str>, Place>,
}

impl<'c> Shelf<'c> {
    pub(super) fn new(
        sources: Vec<Source>,
        sources_known: bool,
        bindings: Vec<Binding>,
        unknown: UnknownProperty,
        chooser: Chooser<'c>,
    ) -> Self {
        Self {
            by_host: sources.contains(&Source::Host),
            by_key: sources.iter().any(|source| *source != Source::Host),
            sources_known,
            builder: Book::builder(sources, unknown).with_bindings(bindings),
            chooser,
            ids: HashMap::new(),
        }
    }

    /// Adds a property that stands at this place.
    pub(super) fn add(
        &mut self,
        typed: &Placed<typed::Property>,
        place: Place,
        reports: &mut Reports,
    ) {
        let Placed { at, value: typed } = typed;
        let id = self.id(&typed.id, place, reports);
        let keys = self.keys(typed, &id, reports);
        let hosts = self.hosts(typed, at, keys.is_empty(), reports);
        let policy = self.chooser.property(typed.choices(), at, reports);
        let property = Property { id, policy: policy.unwrap_or_default() };
        if let Err(taken) = self.builder.add(property, &keys, &hosts) {
            let at = place_of(&taken.name, typed);
            reports.value(at, format!("one of its own: property {:?} has it already", taken.by));
        }
    }

    /// Whether any policy tells the backend a country.
    pub(super) fn asks_for_countries(&self) -> bool {
        self.chooser.asks_for_countries()
    }

    /// The finished book.
    pub(super) fn build(self) -> Arc<Book> {
        self.builder.build()
    }

    fn id(&mut self, typed: &Placed<String>, place: Place, reports: &mut Reports) -> Arc<str> {
        let Placed { at, value } = typed;
        let id: Arc<str> = value.as_str().into();
        if let Err(expected) = words::name(value, 128) {
            reports.value(at, expected);
        } else if let Some(first) = self.ids.get(&id) {
            let first = first.clone();
            reports.push(at, Fault::Taken { expected: "an id of its own".into(), first });
        } else {
            self.ids.insert(Arc::clone(&id), place);
        }
        id
    }

    /// The keys that name the property: those that are given, or its id.
    fn keys(&self, typed: &typed::Property, id: &Arc<str>, reports: &mut Reports) -> Vec<Arc<str>> {
        let Some(Placed { at, value: list }) = &typed.keys else {
            return if self.by_key { vec![Arc::clone(id)] } else { Vec::new() };
        };
        if self.sources_known && !self.by_key && !list.is_empty() {
            reports.value(at, "no keys, since properties.sources has nothing but \"host\"");
        }
        let mut keys = Vec::new();
        for Placed { at, value } in list {
            if is_key(value) {
                keys.push(if **value == **id { Arc::clone(id) } else { value.as_str().into() });
            } else {
                reports.value(at, "1 to 256 visible characters, none blank at either end");
            }
        }
        keys
    }

    fn hosts(
        &self,
        typed: &typed::Property,
        table: &Range<usize>,
        keyless: bool,
        reports: &mut Reports,
    ) -> Vec<String> {
        let mut hosts = Vec::new();
        if let Some(Placed { at, value: list }) = &typed.hosts {
            if self.sources_known && !self.by_host && !list.is_empty() {
                reports.value(at, "no hosts, since properties.sources does not have \"host\"");
            }
            for Placed { at, value: HostName(text) } in list {
                match host_pattern(text) {
                    Ok(host) => hosts.push(host),
                    Err(expected) => reports.value(at, expected),
                }
            }
        }
        let nothing = typed.hosts.as_ref().is_none_or(|list| list.value.is_empty());
        if self.sources_known && keyless && nothing && typed.keys.is_none() {
            let expected = format!("{}, or no request can name it", HostName::expected());
            reports.missing(table, "hosts", expected);
        }
        hosts
    }
}

/// Whether a request can carry this as a key: whole, visible, and not the mark of a value
/// that was no text.
fn is_key(text: &str) -> bool {
    (1..=256).contains(&text.len())
        && text.trim() == text
        && !text.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER)
}

/// Where the key or host of this name stands; the book spells hosts its own way.
fn place_of<'t>(name: &str, typed: &'t typed::Property) -> &'t Range<usize> {
    let keys = typed.keys.iter().flat_map(|list| &list.value);
    let key = keys.filter(|key| key.value == name).map(|key| &key.at).next();
    let hosts = typed.hosts.iter().flat_map(|list| &list.value);
    let spelled = |host: &HostName| {
        let host = host.0.strip_suffix('.').unwrap_or(&host.0);
        host.strip_prefix('*').unwrap_or(host).eq_ignore_ascii_case(name)
    };
    let host = hosts.filter(|host| spelled(&host.value)).map(|host| &host.at).next();
    key.or(host).unwrap_or(&typed.id.at)
}
