//! What shall be taken out, and what stands in its place? Plain data, as an operator says it.

use crate::detect::kind::Kind;
use ipnet::IpNet;

/// What shall be taken out of payloads.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// Kinds that are looked for.
    pub kinds: Vec<Wanted>,
    /// Patterns of the operator's own.
    pub patterns: Vec<Pattern>,
    /// Places whose whole value is taken out; of two that fit, the first.
    pub fields: Vec<Field>,
    /// What is never taken out.
    pub allow: Allow,
    /// What happens to the names of JSON objects and form fields.
    pub names: Names,
    /// Countries (ISO 3166-1, two letters, upper case) whose national telephone numbers are
    /// found without a word of context.
    pub regions: Vec<[u8; 2]>,
    /// Top-level domains beside the public ones (`internal`, `corp`), lower case, no dot.
    pub private_domains: Vec<String>,
    /// Whether private, loopback and documentation addresses are left alone.
    pub public_addresses_only: bool,
    /// Whether text is also looked at as Base64.
    pub base64: bool,
}

/// A kind that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Which.
    pub kind: &'static Kind,
    /// What happens to it.
    pub action: Action,
    /// Whether a weak candidate counts without a word of context.
    pub context_optional: bool,
}

/// A pattern of the operator's own.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What labels and counters call it.
    pub name: String,
    /// A regular expression in the syntax of the `regex` crate, with a longest match.
    pub regex: String,
    /// What a match must prove.
    pub validate: Option<Validate>,
    /// Words, lower case, one of which has to stand before it; none: it needs none.
    pub context: Vec<String>,
    /// The capture group that is taken out; 0 is the whole match.
    pub group: usize,
    /// What happens to it.
    pub action: Action,
}

/// What a match of an operator's pattern must prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validate {
    /// ISO/IEC 7812-1 annex B, over its digits.
    Luhn,
    /// ISO/IEC 7064 MOD 97-10, over its letters and digits, the first four moved to the end
    /// as in an IBAN.
    Mod97,
    /// ISO/IEC 7064 MOD 11-10, over its digits.
    Mod11_10,
    /// Verhoeff's, over its digits.
    Verhoeff,
}

/// A place whose whole value is taken out.
#[derive(Clone, Debug)]
pub struct Field {
    /// What labels and counters call it.
    pub name: String,
    /// Where: see [`crate::format::path`].
    pub path: String,
    /// Where in it, if what stands there is JSON in a string.
    pub inside: Option<String>,
    /// What happens to what stands there.
    pub action: Action,
}

/// What happens to a find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// Its name in brackets stands there: `[email]`.
    #[default]
    Label,
    /// All but the first and last characters become `*`. What is too short for that, or has
    /// nothing left to hide, is hidden whole.
    Mask {
        /// How many letters and digits stay at the beginning.
        first: u8,
        /// How many stay at the end.
        last: u8,
    },
    /// Its name and sixteen letters of a keyed hash, the same for the same value of one
    /// property: `[email:hgkdpabcoeflmnij]`.
    Hash,
    /// Nothing stands there. A JSON value that is nothing else becomes `null`.
    Remove,
    /// What the property's recording mode discloses of an address; for other kinds as `Label`.
    Address,
    /// The payload is refused.
    Block,
    /// Something of the same form that belongs to nobody, the same for the same value of one
    /// property; where no form is known as `Hash`.
    StandIn,
    /// It stays. For fields: nothing is looked for in them.
    Keep,
}

impl Action {
    /// What it is called where finds are counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Mask { .. } => "mask",
            Self::Hash => "hash",
            Self::Remove => "remove",
            Self::Address => "address",
            Self::Block => "block",
            Self::StandIn => "stand-in",
            Self::Keep => "keep",
        }
    }
}

/// What is never taken out.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// These texts, ASCII case aside.
    pub values: Vec<String>,
    /// E-mail addresses and links at these domains and below them.
    pub domains: Vec<String>,
    /// Addresses in these networks.
    pub networks: Vec<IpNet>,
    /// What one of these regular expressions matches whole.
    pub patterns: Vec<String>,
}

/// What happens to the names of JSON objects and form fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Names {
    /// They are looked at like any text.
    #[default]
    Redact,
    /// They pass as they are.
    Pass,
}
