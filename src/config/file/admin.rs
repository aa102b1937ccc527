//! `[admin]` as typed.

use super::value::{AdminBind, OneOrMany, Placed};
use schemars::JsonSchema;
use serde::Deserialize;

/// Where operators ask how it goes: health, metrics, what is in force. Without this table nowhere.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Admin {
    /// Where to bind. On an address that other machines reach there are only `/healthz`,
    /// `/readyz` and `/metrics`.
    pub bind: Option<Placed<OneOrMany<AdminBind>>>,
}
