//! `[properties]` and `[[property]]` as typed.

use super::binding::Binding;
use super::rate::{Rate, WsRate};
use super::source::Source;
use super::value::{FilePath, HostName, Placed};
use schemars::JsonSchema;
use serde::Deserialize;

/// How properties are found, and what they have where they say nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Properties {
    /// Where a request names its property, all of them asked in this order. Sources that
    /// disagree are refused with 400.
    pub sources: Option<Placed<Vec<Placed<Source>>>>,
    /// Tokens that a backend hands out to a visitor of a property that is known, so that a later
    /// request or message that shows nothing else finds it again.
    pub binding: Option<Vec<Placed<Binding>>>,
    /// A directory with one property per file: `*.toml`, the keys of `[[property]]` at top level.
    pub directory: Option<Placed<FilePath>>,
    /// What happens to requests that name no property, or one that nobody knows. Nothing is
    /// taken from `default`.
    pub unknown: Option<Placed<Unknown>>,
    /// What a property has where it says nothing itself.
    pub default: Option<Placed<Defaults>>,
}

/// Adds to a struct the choices that a property, the default and the unknown property share.
macro_rules! with_choices {
    ($(#[$doc:meta])* pub struct $name:ident {
        $($(#[$field_doc:meta])* pub $field:ident: $kind:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
            /// What the backend may learn of a visitor's address.
            pub record: Option<Placed<Record>>,
            /// How much mode `truncate` keeps.
            pub truncate: Option<Placed<Truncate>>,
            /// Key and cipher of mode `sealed`.
            pub sealed: Option<Placed<Sealed>>,
            /// What stands where mode `off` leaves no address.
            pub stand_in: Option<Placed<StandIn>>,
            /// Whether the backend is told the visitor's country. Needs `address.country_file`.
            pub country: Option<Placed<bool>>,
            /// The name of the upstream. Where nobody says one: the first in the file.
            pub upstream: Option<Placed<String>>,
            /// The name of the `[[redaction]]` whose rules hold for requests; "none" where there
            /// shall be none. Where nobody says one, nothing is taken out.
            pub redact: Option<Placed<String>>,
            /// The name of the `[[redaction]]` whose rules hold for responses; "none" where there
            /// shall be none. Where nobody says one, nothing is taken out.
            pub redact_responses: Option<Placed<String>>,
            /// How often one visitor may ask. Where nobody says so: as often as it likes.
            pub rate: Option<Placed<Rate>>,
            /// How often a visitor may say something on one WebSocket. Where nobody says so: as
            /// often as it likes.
            pub ws_rate: Option<Placed<WsRate>>,
        }

        impl $name {
            /// The choices alone.
            pub fn choices(&self) -> Choices<'_> {
                Choices {
                    record: self.record.as_ref(),
                    truncate: self.truncate.as_ref(),
                    sealed: self.sealed.as_ref(),
                    stand_in: self.stand_in.as_ref(),
                    country: self.country.as_ref(),
                    upstream: self.upstream.as_ref(),
                    redact: self.redact.as_ref(),
                    redact_responses: self.redact_responses.as_ref(),
                    rate: self.rate.as_ref(),
                    ws_rate: self.ws_rate.as_ref(),
                }
            }
        }
    };
}

with_choices! {
    /// One customer's website that embeds the chat widget.
    pub struct Property {
        /// Its name in logs, metrics and pseudonyms: 1 to 128 letters, digits and . _ : @ -
        pub id: Placed<String>,
        /// The keys by which requests name it. Where they are left out: its id.
        pub keys: Option<Placed<Vec<Placed<String>>>>,
        /// The host names that are its own; `*.example.org` stands for all names below.
        pub hosts: Option<Placed<Vec<Placed<HostName>>>>,
    }
}

with_choices! {
    /// What a property has where it says nothing itself.
    pub struct Defaults {}
}

with_choices! {
    /// What happens to requests that name no property, or one that nobody knows.
    pub struct Unknown {
        /// Refuses them with 404 instead of serving them.
        pub refuse: Option<Placed<bool>>,
    }
}

/// What a property, the default or the unknown property chose.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices<'a> {
    /// `record`
    pub record: Option<&'a Placed<Record>>,
    /// `truncate`
    pub truncate: Option<&'a Placed<Truncate>>,
    /// `sealed`
    pub sealed: Option<&'a Placed<Sealed>>,
    /// `stand_in`
    pub stand_in: Option<&'a Placed<StandIn>>,
    /// `country`
    pub country: Option<&'a Placed<bool>>,
    /// `upstream`
    pub upstream: Option<&'a Placed<String>>,
    /// `redact`
    pub redact: Option<&'a Placed<String>>,
    /// `redact_responses`
    pub redact_responses: Option<&'a Placed<String>>,
    /// `rate`
    pub rate: Option<&'a Placed<Rate>>,
    /// `ws_rate`
    pub ws_rate: Option<&'a Placed<WsRate>>,
}

impl Choices<'_> {
    /// Whether nothing was chosen.
    pub fn is_empty(&self) -> bool {
        let Self {
            record,
            truncate,
            sealed,
            stand_in,
            country,
            upstream,
            redact,
            redact_responses,
            rate,
            ws_rate,
        } = self;
        record.is_none()
            && truncate.is_none()
            && sealed.is_none()
            && stand_in.is_none()
            && country.is_none()
            && upstream.is_none()
            && redact.is_none()
            && redact_responses.is_none()
            && rate.is_none()
            && ws_rate.is_none()
    }
}

/// What the backend may learn of a visitor's address, strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Record {
    /// No address at all.
    Off,
    /// A stand-in, the same for one visitor of one property during one rotation period.
    Pseudonym,
    /// The network only.
    Truncate,
    /// A pseudonym, and the true address encrypted in a field of its own.
    Sealed,
    /// The address.
    Full,
}

/// How much mode `truncate` keeps.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Truncate {
    /// Leading bits of an IPv4 address.
    #[schemars(range(min = 0, max = 32))]
    pub v4: Option<Placed<u8>>,
    /// Leading bits of an IPv6 address.
    #[schemars(range(min = 0, max = 128))]
    pub v6: Option<Placed<u8>>,
    /// Allows more than 24 bits of IPv4 or 48 of IPv6, which single out a household.
    pub allow_weak: Option<bool>,
}

/// Key and cipher of mode `sealed`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The file with the key, as bytes or in hexadecimal: 16 bytes for `deterministic` and `nd`,
    /// 32 for `ndx` and `pfx`.
    pub key_file: Option<Placed<FilePath>>,
    /// The cipher of the ipcrypt family.
    pub variant: Option<Placed<Variant>>,
}

/// A cipher of the ipcrypt family.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// The same address gives the same text.
    Deterministic,
    /// A new text each time, with an 8-byte tweak.
    Nd,
    /// A new text each time, with a 16-byte tweak.
    Ndx,
    /// Addresses of one network share the beginning of their texts.
    Pfx,
}

/// What stands where mode `off` leaves no address.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StandIn {
    /// Nothing.
    None,
    /// A random address of `address.landing`, one per connection.
    Random,
}
