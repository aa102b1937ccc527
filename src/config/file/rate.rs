//! `rate` and `ws_rate` as typed.

use super::value::{Placed, Time};
use schemars::JsonSchema;
use serde::Deserialize;

/// How often one visitor may ask: `requests` in each `per`, and `burst` at once. Over it: 429
/// with `Retry-After`. A new WebSocket is a request. A visitor is a true address; all whose
/// address is not known are one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many; 0: as many as it likes.
    #[schemars(range(min = 0, max = 100_000))]
    pub requests: Placed<u32>,
    /// In which time. 1s to 24h.
    pub per: Option<Placed<Time>>,
    /// How many at once, after a pause. Where it is left out: as many as `requests`.
    #[schemars(range(min = 1, max = 100_000))]
    pub burst: Option<Placed<u32>>,
    /// Leading bits of an IPv6 address that are one visitor's.
    #[schemars(range(min = 32, max = 128))]
    pub v6: Option<Placed<u8>>,
}

/// How often a visitor may say something on one WebSocket: `messages` in each `per`, and `burst`
/// at once. Over it: close 1008.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WsRate {
    /// How many; 0: as many as it likes.
    #[schemars(range(min = 0, max = 100_000))]
    pub messages: Placed<u32>,
    /// In which time. 1s to 24h.
    pub per: Option<Placed<Time>>,
    /// How many at once, after a pause. Where it is left out: as many as `messages`.
    #[schemars(range(min = 1, max = 100_000))]
    pub burst: Option<Placed<u32>>,
}
