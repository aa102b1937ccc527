//! `[address]` as typed: what holds for every property.

use super::property::Record;
use super::value::{FieldName, FilePath, Network, Placed, Time};
use schemars::JsonSchema;
use serde::Deserialize;

/// What holds for the addresses of every property's visitors.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// The loosest mode that a property may have. Strictest first: off, pseudonym, truncate,
    /// sealed, full.
    pub floor: Option<Placed<Record>>,
    /// Fields to remove from every request, beside the built-in list of those that can carry
    /// an address. `_` counts as `-`.
    pub remove: Option<Vec<Placed<FieldName>>>,
    /// Ranges in which stand-ins for addresses land. No real visitor may have them.
    pub landing: Option<Landing>,
    /// How long a pseudonym stays the same, and where its secrets come from.
    pub rotation: Option<Rotation>,
    /// A country database in MaxMind's format, for properties with `country = true`.
    pub country_file: Option<Placed<FilePath>>,
}

/// Ranges in which stand-ins for addresses land.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Landing {
    /// For visitors with an IPv4 address; at most /16, so that visitors stay apart.
    pub v4: Option<Placed<Network>>,
    /// For visitors with an IPv6 address; at most /64.
    pub v6: Option<Placed<Network>>,
}

/// How long a pseudonym stays the same, and where its secrets come from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// After this time every visitor gets a new pseudonym. 1m to 366d.
    pub period: Option<Placed<Time>>,
    /// A directory for the running period's random secret, so that pseudonyms survive a
    /// restart. It is destroyed when the period ends. Where it is left out: memory alone.
    pub state: Option<Placed<FilePath>>,
    /// A file with a master secret that several instances share, instead of random secrets.
    /// Whoever keeps it can compute every past pseudonym.
    pub master_file: Option<Placed<FilePath>>,
}
