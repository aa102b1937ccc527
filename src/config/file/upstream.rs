//! `[[upstream]]` as typed.

use super::listener::Certificate;
use super::value::{FieldName, FilePath, Placed, ServerUrl, Time};
use schemars::JsonSchema;
use serde::Deserialize;

/// A chat backend: one or more servers that are equal to each other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// The name that properties, logs and metrics use.
    pub name: Option<Placed<String>>,
    /// Its servers, used in turn.
    pub servers: Placed<Vec<Placed<ServerUrl>>>,
    /// What is spoken to all of them.
    pub protocol: Option<Placed<Protocol>>,
    /// What the backend finds in `Host`.
    pub host: Option<Placed<HostField>>,
    /// The fields in which this backend reads the visitor's address. `forwarded` is written as
    /// RFC 7239 has it, all others hold the bare address.
    pub address_fields: Option<Placed<Vec<Placed<FieldName>>>>,
    /// The field that carries the sealed address in mode `sealed`.
    pub sealed_field: Option<Placed<FieldName>>,
    /// The field that carries the visitor's country where a property asks for it.
    pub country_field: Option<Placed<FieldName>>,
    /// Whether `Via: cloakroom` is added to requests.
    pub via: Option<bool>,
    /// How `https` servers are verified.
    pub tls: Option<Placed<UpstreamTls>>,
    /// How long the backend may take.
    pub timeouts: Option<UpstreamTimeouts>,
    /// How many connections are kept and how many requests wait for one.
    pub pool: Option<Pool>,
    /// When a server is passed over.
    pub health: Option<Health>,
}

/// What is spoken to an upstream.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1 with connections that are kept and used again.
    Http1,
    /// HTTP/2: by ALPN over TLS, with prior knowledge in the clear.
    Http2,
}

/// What the backend finds in `Host`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum HostField {
    /// The name that the visitor's browser asked for.
    Visitor,
    /// The server's own host and port.
    Server,
}

/// How `https` servers are verified.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpstreamTls {
    /// A PEM file with the authorities to believe. Where it is left out: the system's.
    pub ca: Option<Placed<FilePath>>,
    /// The name to ask for (SNI) and to verify. Where it is left out: the server's host.
    pub server_name: Option<Placed<String>>,
    /// The certificate that cloakroom shows.
    pub client_certificate: Option<Certificate>,
}

/// How long the backend may take.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpstreamTimeouts {
    /// Until a connection is established. Over it: the next server, then 504. 10ms to 5m.
    pub connect: Option<Placed<Time>>,
    /// Until the first byte of the response once the request is sent. Over it: 504. 100ms to 1h.
    pub first_byte: Option<Placed<Time>>,
    /// Between two pieces of a response. Over it the response is cut. 1s to 24h.
    pub stall: Option<Placed<Time>>,
}

/// How many connections are kept and how many requests wait for one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Connections to one server (streams, over HTTP/2).
    #[schemars(range(min = 1, max = 65_536))]
    pub connections: Option<Placed<u32>>,
    /// Upgraded connections to one server, such as WebSockets (streams, over HTTP/2). Over it:
    /// 503.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub sockets: Option<Placed<u32>>,
    /// Requests that may wait for a connection. Over it: 503.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub waiting: Option<Placed<u32>>,
    /// How long a request may wait for a connection. Over it: 503. 10ms to 5m.
    pub wait: Option<Placed<Time>>,
    /// How long an unused connection is kept. 1s to 24h.
    pub idle: Option<Placed<Time>>,
}

/// When a server is passed over.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// Failures in a row after which a server is passed over.
    #[schemars(range(min = 1, max = 1_000))]
    pub failures: Option<Placed<u32>>,
    /// How long a failing server is passed over. 100ms to 1h.
    pub pause: Option<Placed<Time>>,
}
