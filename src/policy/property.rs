//! A property: one customer's website, and what it chose.

use crate::address::Recording;
use crate::address::recording::StandIn;
use crate::policy::rate::{Pace, Rate};
use crate::policy::redaction::Redaction;
use std::sync::Arc;

/// One customer's website that embeds the chat widget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name in logs, metrics and pseudonym keys.
    pub id: Arc<str>,
    /// What it chose; properties that chose alike share one.
    pub policy: Arc<Policy>,
}

/// What a property chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the backend may learn of a visitor's address.
    pub recording: Recording,
    /// Whether the backend is told the visitor's country.
    pub country: bool,
    /// Index into [`Settings::upstreams`](super::Settings::upstreams).
    pub upstream: usize,
    /// What is taken out of requests; `None`: nothing is.
    pub redact: Option<Arc<Redaction>>,
    /// What is taken out of responses; `None`: nothing is.
    pub redact_responses: Option<Arc<Redaction>>,
    /// How often one visitor may ask; `None`: as often as it likes. Over it: 429.
    pub rate: Option<Rate>,
    /// How often a visitor may say something on one WebSocket; `None`: as often as it likes. Over
    /// it: close 1008.
    pub ws_rate: Option<Pace>,
}

/// Nobody learns an address, and the first upstream answers. Payloads pass as they are: which
/// rules they need, nobody but the operator knows.
impl Default for Policy {
    fn default() -> Self {
        Self {
            recording: Recording::Off { stand_in: StandIn::None },
            country: false,
            upstream: 0,
            redact: None,
            redact_responses: None,
            rate: None,
            ws_rate: None,
        }
    }
}

/// Leading bits of an IPv4 address that mode `truncate` keeps where nothing else is said.
pub const TRUNCATE_V4_BITS: u8 = 24;

/// Leading bits of an IPv6 address that mode `truncate` keeps where nothing else is said.
pub const TRUNCATE_V6_BITS: u8 = 32;

/// What happens to a request that names no property, or one that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnknownProperty {
    /// It is served under this policy; the strictest one unless the operator says otherwise.
    Serve(Property),
    /// It is refused with 404.
    Refuse,
}

/// The id under which unknown properties are counted and logged.
pub const UNKNOWN_ID: &str = "(unknown)";
