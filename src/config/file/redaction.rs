//! `[[redaction]]` as typed: named sets of rules for what is taken out of payloads.

use super::value::{
    ByName, Country, DomainName, FieldName, KindName, Network, PayloadPath, Placed, Regex,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A named set of rules for what is taken out of payloads. Properties name it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// The name that properties, logs and metrics use.
    pub name: Placed<String>,
    /// What is looked for: kinds, `group:` and a group, `default` or `all`. A leading `-` takes
    /// out, wherever it stands.
    pub kinds: Option<Placed<Vec<Placed<KindName>>>>,
    /// What happens to what is found, where nothing else is said.
    pub action: Option<Action>,
    /// What happens to kinds or groups of `kinds` that are named here.
    pub actions: Option<ByName<Action>>,
    /// Whether kinds whose shape is too common have to have a word before them that says what
    /// they are.
    pub context: Option<Placed<Context>>,
    /// Kinds that alone need no such word.
    pub optional_context: Option<Vec<Placed<String>>>,
    /// What happens to keys of JSON objects and names of form fields.
    pub names: Option<Names>,
    /// Countries whose national telephone numbers are found without a word before them. With
    /// these `phone` stands for `phone-national` as well.
    pub regions: Option<Placed<Vec<Placed<Country>>>>,
    /// Top-level domains of e-mail addresses beside the public ones.
    pub private_domains: Option<Vec<Placed<DomainName>>>,
    /// Whether private, loopback and documentation addresses are left alone.
    pub public_addresses_only: Option<bool>,
    /// Whether text is also looked at as Base64.
    pub base64: Option<bool>,
    /// The parts of a request that are looked at. Of a response it is the body.
    #[serde(rename = "in")]
    pub parts: Option<Placed<Vec<Placed<Part>>>>,
    /// Fields that are looked at as well.
    pub headers: Option<Vec<Placed<FieldName>>>,
    /// What happens to a body that cannot be read: of an unknown charset or content coding,
    /// nested too deep, damaged.
    pub unreadable: Option<Outcome>,
    /// What happens to a body that holds no text, such as an image.
    pub binary: Option<Outcome>,
    /// What happens to protobuf messages, in calls of gRPC and as bodies.
    pub protobuf: Option<Protobuf>,
    /// How many of the last WebSocket messages of the same sender are remembered, for what is typed
    /// in pieces: a card number in three messages. 0: none.
    #[schemars(range(min = 0, max = 16))]
    pub across_messages: Option<Placed<u8>>,
    /// Whether finds are only counted, and everything goes on as it came.
    pub observe: Option<bool>,
    /// Patterns of the operator's own.
    pub pattern: Option<Vec<Placed<Pattern>>>,
    /// Places whose whole value is taken out; of two that fit, the first.
    pub field: Option<Vec<Placed<Field>>>,
    /// What is never taken out.
    pub allow: Option<Allow>,
}

/// A pattern of the operator's own.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// What labels and counters call it: letters, digits, - and _
    pub name: Placed<String>,
    /// A regular expression in the syntax of Rust's `regex` crate, with a longest match.
    pub regex: Placed<Regex>,
    /// What a match has to prove.
    pub validate: Option<Validate>,
    /// Words, one of which has to stand before a match. Where they are left out: none has to.
    pub context: Option<Vec<Placed<String>>>,
    /// The capture group that is taken out; 0 is the whole match.
    #[schemars(range(min = 0, max = 100))]
    pub group: Option<Placed<u8>>,
    /// What happens to it. Where it is left out: the `action` of the set.
    pub action: Option<Action>,
}

/// What a match has to prove.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub enum Validate {
    /// Luhn's sum over its digits (ISO/IEC 7812-1).
    #[serde(rename = "luhn")]
    Luhn,
    /// MOD 97-10 over its letters and digits, the first four moved to the end (ISO/IEC 7064).
    #[serde(rename = "mod97")]
    Mod97,
    /// MOD 11-10 over its digits (ISO/IEC 7064).
    #[serde(rename = "mod11-10")]
    Mod11_10,
    /// Verhoeff's sum over its digits.
    #[serde(rename = "verhoeff")]
    Verhoeff,
}

/// A place whose whole value is taken out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Where it is.
    pub path: Placed<PayloadPath>,
    /// How what stands there is written, if it is a payload of its own: JSON in a string. Needs
    /// `inside`.
    pub decode: Option<Placed<Decode>>,
    /// Where in what was decoded it is. Needs `decode`.
    pub inside: Option<Placed<PayloadPath>>,
    /// What labels and counters call it: letters, digits, - and _. Where it is left out: the
    /// last name in the path.
    pub name: Option<Placed<String>>,
    /// What happens to what stands there. Where it is left out: the `action` of the set.
    pub action: Option<FieldAction>,
}

/// How a payload within a payload is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decode {
    /// JSON in a string.
    Json,
}

/// What is never taken out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// These texts, in upper or lower case.
    pub values: Option<Vec<Placed<String>>>,
    /// E-mail addresses and links at these domains and below them.
    pub domains: Option<Vec<Placed<DomainName>>>,
    /// Addresses in these networks.
    pub networks: Option<Vec<Placed<Network>>>,
    /// What one of these regular expressions matches whole.
    pub patterns: Option<Vec<Placed<Regex>>>,
}

/// What happens to a find.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Action {
    /// An action by its name.
    Named(NamedAction),
    /// `{ mask = … }`
    Masked(Masked),
}

/// An action that needs nothing but its name.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NamedAction {
    /// Its name in brackets stands there: `[email]`.
    Label,
    /// Stars stand there.
    Mask,
    /// Its name and a keyed hash, the same for the same value of one property.
    Hash,
    /// Nothing stands there; in JSON `null`.
    Remove,
    /// What the property's recording mode discloses of an address; for others as `label`.
    Address,
    /// The exchange is refused.
    Block,
    /// Something of the same form that belongs to nobody, the same for the same value of one
    /// property.
    StandIn,
}

/// All but the first and last characters become `*`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Masked {
    /// What stays.
    pub mask: Mask,
}

/// What stays where the rest becomes `*`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mask {
    /// How many letters and digits stay at the beginning.
    #[schemars(range(min = 0, max = 64))]
    pub first: Option<u8>,
    /// How many stay at the end.
    #[schemars(range(min = 0, max = 64))]
    pub last: Option<u8>,
}

/// What happens to what stands at a place.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FieldAction {
    /// As with finds.
    Action(Action),
    /// `keep`
    Keep(Keep),
}

/// It stays.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Keep {
    /// Nothing is looked for in it.
    Keep,
}

/// Whether kinds whose shape is too common have to have a word before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Context {
    /// They have to.
    Required,
    /// They act wherever they stand.
    Optional,
}

/// What happens to keys of JSON objects and names of form fields.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Names {
    /// They are looked at like any text.
    Redact,
    /// They pass as they are.
    Pass,
}

/// A part of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The body, and the messages of a WebSocket.
    Body,
    /// The path.
    Path,
    /// The query.
    Query,
    /// The path and the query in `Referer`.
    Referer,
    /// The values in `Cookie`.
    Cookies,
}

/// What happens to protobuf messages.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protobuf {
    /// The same as to other bodies that hold no text: what `binary` says.
    Pass,
    /// Their strings are looked at like any text.
    Redact,
    /// The exchange is refused.
    Refuse,
}

/// What happens to a body as a whole.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The exchange is refused.
    Refuse,
    /// It goes on as it came.
    Pass,
}
