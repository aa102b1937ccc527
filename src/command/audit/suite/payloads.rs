//! Each kind of personal data in each format in which a chat sends it.

use super::format::{self, Wrapped};
use crate::command::audit::probe::{Bait, Probe};
use crate::command::audit::protocol::Protocol;
use crate::config::Entry;
use crate::detect::catalog::kinds;
use crate::detect::kind::Kind;

/// Every probe of this kind, for the kinds that these entries name.
pub(super) fn probes(wanted: &[Entry]) -> Vec<Probe> {
    let wanted = |kind: &&Kind| wanted.iter().any(|entry| entry.covers(kind));
    kinds().filter(wanted).flat_map(of_kind).collect()
}

fn of_kind(kind: &'static Kind) -> Vec<Probe> {
    let (text, part) = kind.example;
    let wrapped = format::every(text, part).into_iter();
    wrapped.map(|wrapped| probe(kind.name, part, wrapped)).collect()
}

fn probe(kind: &'static str, part: &str, wrapped: Wrapped) -> Probe {
    let Wrapped { format, ask, spelt } = wrapped;
    let mut forms = vec![part.as_bytes().to_vec(), spelt.into_bytes()];
    forms.dedup();
    let over: &[Protocol] = match ask.message {
        Some(_) => Protocol::SOCKETS,
        None => Protocol::HTTP,
    };
    let bait = Bait::Personal { kind, format, forms };
    Probe { what: format!("{kind} in {format}"), ask, bait, over, counts: true }
}
