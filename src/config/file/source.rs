//! The places in which a request names its property, as typed.

use super::value::{FieldName, PathText, PayloadPath};
use schemars::JsonSchema;
use serde::Deserialize;

/// A place in which a request names its property.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Source {
    /// A place of any kind but JSON.
    Named(NamedSource),
    /// A value of a JSON body, or of a WebSocket's first message.
    Json(JsonPlace),
}

/// A place that one word or name says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NamedSource {
    /// The host name, compared with the properties' `hosts`.
    Host,
    /// The `{property}` segment of a path.
    Path(PathText),
    /// A query parameter of this name.
    Query(String),
    /// A header field of this name.
    Header(FieldName),
    /// A cookie of this name.
    Cookie(String),
    /// A field of this name in a form, urlencoded or multipart.
    Form(String),
}

/// A place in JSON, and in JSON that stands in a string of it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JsonPlace {
    /// The names that lead to the value.
    pub json: PayloadPath,
    /// That value is a string and JSON itself: the names that lead on inside of it.
    pub inside: Option<PayloadPath>,
}
