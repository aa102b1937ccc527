//! What exchanges add up to: counters and histograms of the process, over all reloads.
//!
//! Nothing here is a visitor's: labels are words of the operator's (properties, listeners, upstreams,
//! patterns) and of our own.

pub mod exchanges;
pub mod findings;
pub mod latency;

use crate::policy::Found;
use exchanges::Exchanges;
use findings::Findings;
use latency::Latency;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::Arc;

/// Counters by one label, whose values are our own words or the operator's.
pub type By<V> = Family<[(&'static str, V); 1], Counter>;

/// What exchanges add up to. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Meters {
    /// Exchanges that have ended.
    pub exchanges: Arc<Exchanges>,
    /// Exchanges that we refused, by `reason`.
    pub refusals: By<&'static str>,
    /// Responses that were cut, by `reason`.
    pub broken: By<&'static str>,
    /// What the sources said of properties, by `outcome`.
    pub lookups: Lookups,
    /// Personal data that was found.
    pub findings: Findings,
    /// Bytes of bodies and messages that clients sent.
    pub received: Counter,
    /// Bytes of bodies and messages that clients were sent.
    pub sent: Counter,
    /// What we added to the time until a response began: neither the upstream's time nor the
    /// client's.
    pub added: Latency,
    /// How long upstreams took until a response began, by `upstream`.
    pub waited: Family<[(&'static str, Arc<str>); 1], Latency>,
    /// WebSockets and tunnels that are open.
    pub conversations: Gauge,
    /// WebSocket messages that went on, by `direction`.
    pub messages: By<&'static str>,
    /// Conversations that we ended, by `reason`.
    pub ended: By<&'static str>,
}

/// What the sources said of properties.
#[derive(Clone, Debug, Default)]
pub struct Lookups {
    /// One that is known.
    pub known: Counter,
    /// Nothing.
    pub silent: Counter,
    /// One that nobody knows.
    pub unknown: Counter,
    /// Two different ones.
    pub conflict: Counter,
}

impl Lookups {
    /// The sources said this.
    pub fn count(&self, found: Found<'_>) {
        match found {
            Found::Property(..) => &self.known,
            Found::Silent => &self.silent,
            Found::Unknown(_) => &self.unknown,
            Found::Conflict(..) => &self.conflict,
        }
        .inc();
    }
}
