//! `[[listener]]` as typed.

use super::rate::Rate;
use super::value::{BindAddress, FieldName, FilePath, Network, OneOrMany, Placed};
use schemars::JsonSchema;
use serde::Deserialize;

/// One place where clients connect.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listener {
    /// The name in logs and metrics. Where it is left out: the first address of `bind`.
    pub name: Option<Placed<String>>,
    /// Where to listen: an address and a port, or a list of them.
    pub bind: Placed<OneOrMany<BindAddress>>,
    /// Whether each connection begins with a PROXY header (v1 or v2). Only `trusted` peers may
    /// connect then.
    pub proxy_protocol: Option<Placed<bool>>,
    /// Networks of the proxies in front of this listener, whose word on the visitor's address
    /// is taken. Where both this and `hops` are left out nobody is believed, and whoever
    /// connects is the visitor.
    pub trusted: Option<Placed<Vec<Placed<Network>>>>,
    /// How many proxies stand in front of this listener, where their addresses are not known.
    /// Only safe where nobody else can reach the listener.
    #[schemars(range(min = 1, max = 16))]
    pub hops: Option<Placed<u8>>,
    /// The one field in which the proxies in front write the visitor's address:
    /// `x-forwarded-for`, `forwarded`, or any field with a single address in it.
    pub client_from: Option<Placed<FieldName>>,
    /// The scheme that the visitor's browser used, as the backend is told it. Where it is left
    /// out: `https` with TLS, else `http`.
    pub scheme: Option<Placed<Scheme>>,
    /// HTTP/2 with prior knowledge instead of HTTP/1.1, for a listener without TLS.
    pub h2c: Option<Placed<bool>>,
    /// How often one visitor may ask, whatever it asks for. Where it is left out: as often as it
    /// likes.
    pub rate: Option<Placed<Rate>>,
    /// How TLS is terminated. Without this table the listener speaks plain HTTP.
    pub tls: Option<Placed<Tls>>,
}

/// How TLS is terminated.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificates with their keys. The name that a client asks for (SNI) chooses among them;
    /// the first answers for all other names.
    pub certificates: Placed<Vec<Certificate>>,
    /// The oldest version of TLS that is spoken.
    pub minimum: Option<Placed<TlsVersion>>,
    /// Whether HTTP/2 is offered beside HTTP/1.1.
    pub http2: Option<bool>,
    /// A PEM file with the authorities that sign clients' certificates (mTLS).
    pub client_ca: Option<Placed<FilePath>>,
    /// Whether a client must show a certificate. Where only `client_ca` is given: `required`.
    pub client_certificates: Option<Placed<ClientCertificates>>,
}

/// A certificate chain and its private key, both PEM files.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The chain, leaf first.
    pub chain: Placed<FilePath>,
    /// The leaf's private key.
    pub key: Placed<FilePath>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
pub enum TlsVersion {
    /// TLS 1.2
    #[serde(rename = "1.2")]
    V1_2,
    /// TLS 1.3
    #[serde(rename = "1.3")]
    V1_3,
}

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientCertificates {
    /// A client may show one; what is shown must be valid.
    Optional,
    /// Without one the handshake fails.
    Required,
}

/// The scheme that the visitor's browser used.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Plain HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}
