//! What a property's choices mean, taken together with the default's and the floor.

use super::rate;
use super::redaction::{NONE, Named};
use super::vault::{NoKey, Vault};
use crate::address::recording::{Mode, Recording, StandIn, Truncation};
use crate::address::sealing::Variant;
use crate::config::file::property::{self as typed, Choices, Record};
use crate::config::file::value::{FilePath, Placed, either};
use crate::config::nearest::nearest;
use crate::config::report::Reports;
use crate::policy::property::{TRUNCATE_V4_BITS, TRUNCATE_V6_BITS};
use crate::policy::rate::Pace;
use crate::policy::{Policy, Rate};
use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// What choices are measured against.
#[derive(Debug)]
pub(super) struct Ground<'c> {
    /// Where relative paths start.
    pub(super) base: &'c Path,
    /// The loosest mode that is allowed, where the operator says one.
    pub(super) floor: Option<Record>,
    /// Whether there is a country database.
    pub(super) has_countries: bool,
    /// The names of the upstreams, in order; `None` where not all could be read.
    pub(super) upstreams: Option<Vec<String>>,
    /// The sets of rules, in order; `None` where not all could be read.
    pub(super) redactions: Option<Vec<Named>>,
    /// What holds where a property says nothing; `None` where that could not be read.
    pub(super) default: Option<Choices<'c>>,
}

/// Turns choices into policies; whoever chose alike shares one.
pub(super) struct Chooser<'c> {
    ground: Ground<'c>,
    vault: Vault<'c>,
    upstreams: HashMap<String, usize>,
    redactions: HashMap<String, usize>,
    policies: HashMap<Chosen, Arc<Policy>>,
    /// What the default allows of a visitor: how often it may ask, and speak.
    default_rates: (Option<Rate>, Option<Pace>),
}

/// A policy in a form that can be looked up. What the mode does not use is left out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Chosen {
    recording: ChosenRecording,
    country: bool,
    upstream: usize,
    redact: Option<usize>,
    redact_responses: Option<usize>,
    rate: Option<Rate>,
    ws_rate: Option<Pace>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum ChosenRecording {
    Off { random: bool },
    Pseudonym,
    Truncate { v4: u8, v6: u8, weak: bool },
    Sealed(usize),
    Full,
}

impl<'c> Chooser<'c> {
    pub(super) fn new(ground: Ground<'c>, vault: Vault<'c>) -> Self {
        let names = ground.upstreams.iter().flatten().enumerate();
        let upstreams = names.map(|(index, name)| (name.clone(), index)).collect();
        let sets = ground.redactions.iter().flatten().enumerate();
        let redactions = sets.map(|(index, set)| (set.name.clone(), index)).collect();
        let (policies, default_rates) = (HashMap::new(), (None, None));
        Self { ground, vault, upstreams, redactions, policies, default_rates }
    }

    /// Judges the default itself. It may hold settings for modes that it does not choose:
    /// they wait for a property that does.
    pub(super) fn judge_default(&mut self, reports: &mut Reports) {
        let Some(default) = self.ground.default else { return };
        self.check_floor(default, reports);
        self.upstream(default, Choices::default(), reports);
        self.country(default, Choices::default(), reports);
        self.redaction(default.redact, None, reports);
        self.redaction(default.redact_responses, None, reports);
        self.default_rates = self.rates(default, Choices::default(), reports);
        if default.truncate.is_some() {
            self.truncation(default, Choices::default(), reports);
        }
        if default.sealed.is_some_and(|sealed| sealed.value.key_file.is_some()) {
            self.sealing(default, Choices::default(), &(0..0), reports);
        }
    }

    /// The policy of a property, whose table is at this range.
    pub(super) fn property(
        &mut self,
        own: Choices<'_>,
        table: &Range<usize>,
        reports: &mut Reports,
    ) -> Option<Arc<Policy>> {
        match self.ground.default {
            Some(default) => self.choose(own, default, table, reports),
            None => {
                self.check_floor(own, reports);
                None
            }
        }
    }

    /// The policy of unknown properties, which take nothing from the default.
    pub(super) fn unknown(
        &mut self,
        own: Choices<'_>,
        table: &Range<usize>,
        reports: &mut Reports,
    ) -> Option<Arc<Policy>> {
        self.choose(own, Choices::default(), table, reports)
    }

    /// `None` where something was reported of it, now or earlier.
    fn choose(
        &mut self,
        own: Choices<'_>,
        default: Choices<'_>,
        table: &Range<usize>,
        reports: &mut Reports,
    ) -> Option<Arc<Policy>> {
        self.check_floor(own, reports);
        let record = own.record.or(default.record).map_or(Record::Off, |record| record.value);
        check_effect(own, record, reports);
        let recording = match record {
            Record::Off => {
                let stand_in = own.stand_in.or(default.stand_in).map(|stand_in| stand_in.value);
                ChosenRecording::Off { random: matches!(stand_in, Some(typed::StandIn::Random)) }
            }
            Record::Pseudonym => ChosenRecording::Pseudonym,
            Record::Truncate => self.truncation(own, default, reports)?,
            Record::Sealed => self.sealing(own, default, table, reports)?,
            Record::Full => ChosenRecording::Full,
        };
        let country = self.country(own, default, reports);
        let redact = self.redaction(own.redact, default.redact, reports);
        let redact_responses =
            self.redaction(own.redact_responses, default.redact_responses, reports);
        let (rate, ws_rate) = self.rates(own, default, reports);
        let upstream = self.upstream(own, default, reports)?;
        let (redact, redact_responses) = (redact?, redact_responses?);
        self.shared(Chosen {
            recording,
            country,
            upstream,
            redact,
            redact_responses,
            rate,
            ws_rate,
        })
    }

    /// Whether any policy tells the backend a country.
    pub(super) fn asks_for_countries(&self) -> bool {
        self.policies.keys().any(|chosen| chosen.country)
    }

    fn check_floor(&self, own: Choices<'_>, reports: &mut Reports) {
        if let (Some(floor), Some(Placed { at, value })) = (self.ground.floor, own.record)
            && mode(*value) > mode(floor)
        {
            let allowed: Vec<&str> = MODES
                .into_iter()
                .filter(|(record, _)| mode(*record) <= mode(floor))
                .map(|(_, word)| word)
                .collect();
            let (allowed, floor) = (either(&allowed), word(floor));
            reports.value(at, format!("{allowed}, since address.floor = \"{floor}\""));
        }
    }

    fn truncation(
        &self,
        own: Choices<'_>,
        default: Choices<'_>,
        reports: &mut Reports,
    ) -> Option<ChosenRecording> {
        let [own, default] = [own, default].map(|choices| choices.truncate);
        let both = [own, default].map(|placed| placed.map(|placed| &placed.value));
        let first =
            |key: fn(&typed::Truncate) -> Option<u8>| both.iter().flatten().find_map(|t| key(t));
        let v4 = first(|t| t.v4.as_ref().map(|bits| bits.value)).unwrap_or(TRUNCATE_V4_BITS);
        let v6 = first(|t| t.v6.as_ref().map(|bits| bits.value)).unwrap_or(TRUNCATE_V6_BITS);
        let weak = both.iter().flatten().find_map(|t| t.allow_weak).unwrap_or(false);
        match (Truncation::new(v4, v6, weak), own) {
            (Ok(_), _) => Some(ChosenRecording::Truncate { v4, v6, weak }),
            (Err(problem), Some(own)) => {
                reports.value(&own.at, problem.to_string());
                None
            }
            // The default is at fault, and was blamed.
            (Err(_), None) => None,
        }
    }

    fn sealing(
        &mut self,
        own: Choices<'_>,
        default: Choices<'_>,
        table: &Range<usize>,
        reports: &mut Reports,
    ) -> Option<ChosenRecording> {
        let [own, default] = [own, default].map(|choices| choices.sealed);
        let both = [own, default].map(|placed| placed.map(|placed| &placed.value));
        let Some(file) = both.iter().flatten().find_map(|sealed| sealed.key_file.as_ref()) else {
            let expected = format!("{}, which record = \"sealed\" needs", FilePath::expected());
            reports.missing(table, "sealed.key_file", expected);
            return None;
        };
        let variant = both.iter().flatten().find_map(|sealed| sealed.variant.as_ref());
        let variant = match variant.map(|variant| variant.value) {
            None => Variant::default(),
            Some(typed::Variant::Deterministic) => Variant::Deterministic,
            Some(typed::Variant::Nd) => Variant::Nd,
            Some(typed::Variant::Ndx) => Variant::Ndx,
            Some(typed::Variant::Pfx) => Variant::Pfx,
        };
        let path = self.ground.base.join(&file.value.0);
        let expected = match self.vault.sealing(&path, variant) {
            Ok(number) => return Some(ChosenRecording::Sealed(number)),
            Err(NoKey::Said) => return None,
            Err(NoKey::Expected(expected)) => expected,
        };
        // A default that is at fault by itself was blamed.
        let own = own?;
        match &own.value.key_file {
            Some(Placed { at, .. }) => reports.value(at, expected),
            None => reports.value(&own.at, expected),
        }
        None
    }

    fn country(&self, own: Choices<'_>, default: Choices<'_>, reports: &mut Reports) -> bool {
        if let Some(Placed { at, value: true }) = own.country
            && !self.ground.has_countries
        {
            reports.value(at, "false, or address.country_file with the countries");
        }
        own.country.or(default.country).is_some_and(|country| country.value)
    }

    fn upstream(
        &self,
        own: Choices<'_>,
        default: Choices<'_>,
        reports: &mut Reports,
    ) -> Option<usize> {
        let names = self.ground.upstreams.as_ref()?;
        let Some(Placed { at, value }) = own.upstream.or(default.upstream) else { return Some(0) };
        let known = self.upstreams.get(value).copied();
        if known.is_none() && own.upstream.is_some() {
            reports.value(at, format!("an upstream: {}", either(names)));
        }
        known
    }

    /// The number of the set that is chosen, if one is; nothing where that is not known.
    fn redaction(
        &self,
        own: Option<&Placed<String>>,
        default: Option<&Placed<String>>,
        reports: &mut Reports,
    ) -> Option<Option<usize>> {
        let Some(Placed { at, value }) = own.or(default) else { return Some(None) };
        if value == NONE {
            return Some(None);
        }
        let sets = self.ground.redactions.as_ref()?;
        let known = self.redactions.get(value).copied();
        if known.is_none() && own.is_some() {
            let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
            reports.value(
                at,
                match nearest(value, names.iter().copied()) {
                    Some(near) => format!("the name of a [[redaction]]; did you mean {near:?}?"),
                    None if names.is_empty() => {
                        "the name of a [[redaction]], of which there is none".to_owned()
                    }
                    None => format!("the name of a [[redaction]]: {}", either(&names)),
                },
            );
        }
        known.map(Some)
    }

    /// How often a visitor may ask, and how often it may speak.
    fn rates(
        &self,
        own: Choices<'_>,
        default: Choices<'_>,
        reports: &mut Reports,
    ) -> (Option<Rate>, Option<Pace>) {
        let rate = match (own.rate, default.rate) {
            (Some(own), _) => rate::rate(&own.value, reports),
            // It was read before, and blamed.
            (None, default) => default.and(self.default_rates.0),
        };
        let ws_rate = match (own.ws_rate, default.ws_rate) {
            (Some(own), _) => rate::ws_rate(&own.value, reports),
            (None, default) => default.and(self.default_rates.1),
        };
        (rate, ws_rate)
    }

    fn shared(&mut self, chosen: Chosen) -> Option<Arc<Policy>> {
        if let Some(policy) = self.policies.get(&chosen) {
            return Some(Arc::clone(policy));
        }
        let recording = match chosen.recording {
            ChosenRecording::Off { random: false } => Recording::Off { stand_in: StandIn::None },
            ChosenRecording::Off { random: true } => Recording::Off { stand_in: StandIn::Random },
            ChosenRecording::Pseudonym => Recording::Pseudonym,
            ChosenRecording::Truncate { v4, v6, weak } => {
                Recording::Truncate(Truncation::new(v4, v6, weak).ok()?)
            }
            ChosenRecording::Sealed(number) => {
                Recording::Sealed(Arc::clone(self.vault.get(number)?))
            }
            ChosenRecording::Full => Recording::Full,
        };
        let Chosen { country, upstream, redact, redact_responses, rate, ws_rate, .. } = chosen;
        let sets = self.ground.redactions.as_deref().unwrap_or_default();
        let set = |number: Option<usize>| {
            let set = number.and_then(|number| sets.get(number)?.set.as_ref());
            set.map(Arc::clone)
        };
        let (redact, redact_responses) = (set(redact), set(redact_responses));
        let policy =
            Policy { recording, country, upstream, redact, redact_responses, rate, ws_rate };
        let policy = Arc::new(policy);
        self.policies.insert(chosen, Arc::clone(&policy));
        Some(policy)
    }
}

/// A setting of a mode that is not chosen is a sign of two minds; the stricter would be a guess.
fn check_effect(own: Choices<'_>, record: Record, reports: &mut Reports) {
    let settings = [
        (own.truncate.map(|given| &given.at), Record::Truncate),
        (own.sealed.map(|given| &given.at), Record::Sealed),
        (own.stand_in.map(|given| &given.at), Record::Off),
    ];
    for (given, needed) in settings {
        if let Some(at) = given.filter(|_| record != needed) {
            let (needed, record) = (word(needed), word(record));
            reports.value(at, format!("record = \"{needed}\" beside it; record is \"{record}\""));
        }
    }
}

/// All modes and their words, strictest first.
const MODES: [(Record, &str); 5] = [
    (Record::Off, "off"),
    (Record::Pseudonym, "pseudonym"),
    (Record::Truncate, "truncate"),
    (Record::Sealed, "sealed"),
    (Record::Full, "full"),
];

fn word(record: Record) -> &'static str {
    MODES.into_iter().find(|(mode, _)| *mode == record).map_or("", |(_, word)| word)
}

fn mode(record: Record) -> Mode {
    match record {
        Record::Off => Mode::Off,
        Record::Pseudonym => Mode::Pseudonym,
        Record::Truncate => Mode::Truncate,
        Record::Sealed => Mode::Sealed,
        Record::Full => Mode::Full,
    }
}
