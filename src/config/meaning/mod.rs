//! From the file as typed to [`Settings`] as meant.
//!
//! Each section has a file of its own here, and reports all that is wrong with it; what
//! sections say of each other is judged where the later one is read.

mod address;
mod admin;
mod binding;
mod choice;
mod limits;
mod listener;
mod numbers;
mod property;
mod redaction;
mod source;
mod upstream;
mod vault;
mod websocket;
mod words;

pub use redaction::{Entry, group_name};
pub use vault::ReadFile;

use super::file::{File, property::Property, value::Placed};
use super::report::{Place, Reports};
use crate::policy::settings::{CountryFile, UPGRADES};
use crate::policy::{Book, Settings};
use choice::{Chooser, Ground};
use property::Shelf;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The meaning of all but the properties, which are still being added.
pub(super) struct Meaning<'c> {
    shelf: Shelf<'c>,
    country_file: Option<PathBuf>,
    /// Everything else, waiting for the full book.
    complete: Box<dyn FnOnce(Arc<Book>, Option<CountryFile>) -> Settings + 'c>,
}

impl<'c> Meaning<'c> {
    /// The meaning of all but the properties. Relative paths start at `base`. Of what stands
    /// under a `damaged` key, something could not be read.
    pub(super) fn of(
        file: &'c File,
        damaged: &BTreeSet<String>,
        base: &'c Path,
        read: &'c ReadFile<'c>,
        reports: &mut Reports,
    ) -> Self {
        let whole = |key: &str| !damaged.contains(key);
        if file.listener.is_empty() && whole("listener") {
            reports.missing(&NOWHERE, "listener", "at least one [[listener]]");
        }
        if file.upstream.is_empty() && whole("upstream") {
            reports.missing(&NOWHERE, "upstream", "at least one [[upstream]]");
        }
        let listeners = listener::listeners(&file.listener, base, reports);
        let upstreams = upstream::upstreams(&file.upstream, base, reports);
        let sources = source::sources(&file.properties, reports);
        let bindings = file.properties.binding.as_deref().unwrap_or_default();
        let bindings = binding::bindings(bindings, &sources, reports);
        let default = file.properties.default.as_ref();
        let names = upstreams.iter().map(|upstream| upstream.name.clone()).collect();
        let redactions = redaction::redactions(&file.redaction, reports);
        let ground = Ground {
            base,
            floor: file.address.floor.as_ref().map(|floor| floor.value),
            // Where the section was damaged nobody knows, and nobody is blamed.
            has_countries: file.address.country_file.is_some() || !whole("address"),
            upstreams: (!upstreams.is_empty() && whole("upstream")).then_some(names),
            redactions: whole("redaction").then_some(redactions),
            default: whole("properties")
                .then(|| default.map(|default| default.value.choices()).unwrap_or_default()),
        };
        let mut chooser = Chooser::new(ground, vault::Vault::new(read));
        chooser.judge_default(reports);
        let unknown = file.properties.unknown.as_ref();
        let unknown = property::unknown(unknown, &mut chooser, reports);
        let sources_known = whole("properties") && !sources.is_empty();
        let shelf = Shelf::new(sources, sources_known, bindings, unknown, chooser);
        let address_fields = address::removed(&file.address, &upstreams, reports);
        let landing = address::landing(&file.address, reports);
        let rotation = address::rotation(&file.address, base, reports);
        let websocket = websocket::websocket(&file.websocket, reports);
        let limits = limits::limits(&file.limits, reports);
        let timeouts = limits::timeouts(&file.timeouts, reports);
        let log = limits::log(&file.log, reports);
        let admin = file.admin.as_ref().map(|typed| admin::admin(typed, base, reports));
        let upgrades = upgrades(file.upgrades.as_deref(), reports);
        let hash_key = file.hash_key_file.as_ref().map(|file| base.join(&file.value.0));
        let complete = move |book, country| Settings {
            listeners,
            upstreams,
            book,
            address_fields,
            landing,
            rotation,
            country,
            websocket,
            limits,
            timeouts,
            log,
            admin,
            upgrades,
            hash_key,
        };
        let country_file = file.address.country_file.as_ref();
        let country_file = country_file.map(|file| base.join(&file.value.0));
        Self { shelf, country_file, complete: Box::new(complete) }
    }

    /// Adds a property that stands at this place.
    pub(super) fn add(&mut self, typed: &Placed<Property>, place: Place, reports: &mut Reports) {
        self.shelf.add(typed, place, reports);
    }

    /// The settings with all properties. What was reported is for the caller to heed.
    pub(super) fn finish(self) -> Settings {
        let Self { shelf, country_file, complete } = self;
        let country = country_file.filter(|_| shelf.asks_for_countries()).map(CountryFile);
        complete(shelf.build(), country)
    }
}

/// The table that has no header: the file itself.
const NOWHERE: std::ops::Range<usize> = 0..0;

fn upgrades(typed: Option<&[Placed<String>]>, reports: &mut Reports) -> Vec<String> {
    let Some(list) = typed else { return UPGRADES.iter().map(|&name| name.to_owned()).collect() };
    let mut upgrades = Vec::new();
    for Placed { at, value } in list {
        match value.to_ascii_lowercase() {
            // What is inside such a tunnel is HTTP, and would pass unseen.
            name if name == "h2c" || name == "tls" || name.starts_with("http") => {
                reports.value(at, "an upgrade that does not carry requests of its own");
            }
            name if words::is_token(&name) => upgrades.push(name),
            _ => reports.value(at, "the name of a protocol such as \"websocket\""),
        }
    }
    upgrades
}
