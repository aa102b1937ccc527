//! `[[properties.binding]]` as typed.

use super::source::{JsonPlace, Source};
use super::value::{PayloadPath, Placed, Time};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tokens that a backend hands out to a visitor of a property that is known, so that a later
/// request or message that shows nothing else finds it again. They have to be such as nobody
/// guesses. Only keyed hashes of them are kept, in memory.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What logs and counters call it: 1 to 64 letters, digits and . _ : @ -
    pub name: Placed<String>,
    /// Where the backend hands it out: places in JSON, in bodies of responses and in messages.
    /// A token that stands for one property is not learnt for another one while it lives.
    pub learn: Placed<Vec<Placed<Learn>>>,
    /// Where visitors show it: as in `sources`, but not "host" and no place that is listed
    /// there. A token that nobody knows says nothing beside a key or a host.
    pub show: Placed<Vec<Placed<Source>>>,
    /// How long it is remembered after it was handed out or shown for the last time. 1m to 366d.
    pub expires: Option<Placed<Time>>,
}

/// A place in JSON where a backend hands out a token.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Learn {
    /// The names that lead to it.
    Path(PayloadPath),
    /// `{ json = …, inside = … }`
    Place(JsonPlace),
}
