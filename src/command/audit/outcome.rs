//! What came of an audit, probe after probe.

use super::probe::Probe;
use super::protocol::Protocol;
use super::received::Received;
use super::spelling::Finder;
use super::verdict::{Found, disclosed, leaks};
use std::collections::{BTreeMap, BTreeSet};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Protocols over which a plain request reached the recorder.
    pub(super) spoken: Vec<Protocol>,
    /// Protocols over which none did, and what was answered instead.
    pub(super) unspoken: Vec<(Protocol, String)>,
    /// Probes that were sent, once for each protocol.
    pub(super) sent: usize,
    /// Those of them that reached the recorder.
    pub(super) arrived: usize,
    /// Those of them that leaked.
    pub(super) leaking: usize,
    /// What leaked.
    pub(super) leaks: Finds,
    /// What came through and is not held against the proxy.
    pub(super) passed: Finds,
    /// Probes that did not reach the recorder: what they tried, over what, what was answered.
    pub(super) refused: Vec<(String, Protocol, String)>,
    /// Addresses that the proxy tells instead: field, what they seem to be, how often.
    pub(super) disclosed: BTreeMap<(String, String), usize>,
}

/// Finds, each with the probes that made it.
pub(super) type Finds = BTreeMap<Found, Seen>;

/// In which probes something was found.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How many.
    pub(super) probes: usize,
    /// Over which protocols.
    pub(super) over: BTreeSet<Protocol>,
    /// What the first of them tried.
    pub(super) first: String,
}

impl Outcome {
    /// Adds what became of one probe: what the recorder got of it, and the answer.
    pub(super) fn add(
        &mut self,
        probe: &Probe,
        over: Protocol,
        received: &[Received],
        answer: Result<u16, String>,
        own: &Finder,
    ) {
        self.sent += 1;
        if received.is_empty() {
            let why = answer.map_or_else(|why| why, |status| status.to_string());
            self.refused.push((probe.what.clone(), over, why));
            return;
        }
        self.arrived += 1;
        for told in disclosed(received, own, &probe.bait) {
            *self.disclosed.entry(told).or_default() += 1;
        }
        let found: BTreeSet<Found> = leaks(received, own, &probe.bait).into_iter().collect();
        if probe.counts && !found.is_empty() {
            self.leaking += 1;
        }
        let finds = if probe.counts { &mut self.leaks } else { &mut self.passed };
        for found in found {
            let seen = finds.entry(found).or_default();
            seen.probes += 1;
            seen.over.insert(over);
            if seen.first.is_empty() {
                seen.first.clone_from(&probe.what);
            }
        }
    }

    /// The suite is through.
    pub(super) fn end(&mut self) {
        // What leaks anyway leaks in those probes as well that do not count.
        let leaks = &self.leaks;
        self.passed.retain(|found, _| !leaks.contains_key(found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::audit::probe::Ask;
    use crate::command::audit::received::Place;

    #[test]
    fn finds_are_counted_by_where_they_stand() {
        let own = Finder::new("127.77.1.2".parse().unwrap());
        let mut outcome = Outcome::default();
        let leaking = |place| {
            let parts = vec![(place, b"127.77.1.2".to_vec())];
            vec![Received { parts, ..Received::default() }]
        };
        let head = || leaking(Place::Field("x-real-ip".to_owned()));
        let probe = Probe::own("one", Ask::default());
        outcome.add(&probe, Protocol::Http1, &head(), Ok(204), &own);
        outcome.add(&probe, Protocol::Http2, &head(), Ok(204), &own);
        outcome.add(&probe, Protocol::Http1, &[Received::default()], Ok(204), &own);
        outcome.add(&probe, Protocol::WebSocket, &[], Ok(400), &own);
        let note = Probe::own("two", Ask::default()).counting(false);
        outcome.add(&note, Protocol::Http1, &head(), Ok(204), &own);
        outcome.add(&note, Protocol::Http1, &leaking(Place::Query), Ok(204), &own);
        outcome.end();
        assert_eq!((outcome.sent, outcome.arrived, outcome.leaking), (6, 5, 2));
        let (found, seen) = outcome.leaks.first_key_value().unwrap();
        assert_eq!((found.place.to_string().as_str(), seen.probes), ("field x-real-ip", 2));
        assert_eq!((outcome.leaks.len(), seen.over.len(), seen.first.as_str()), (1, 2, "one"));
        assert_eq!(
            outcome.passed.keys().map(|found| &found.place).collect::<Vec<_>>(),
            [&Place::Query]
        );
        assert_eq!(outcome.refused, [("one".to_owned(), Protocol::WebSocket, "400".to_owned())]);
    }
}
