//! A property: one customer's website, and what it chose.

use crate::address::Recording;
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
}

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
