//! Where requests go, and in which fields a backend reads the visitor's address.

use crate::policy::listener::CertificateFiles;
use std::path::PathBuf;
use std::time::Duration;

/// A chat backend: one or more servers that are equal to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The name that properties, logs and metrics use.
    pub name: String,
    /// Its servers, used in turn.
    pub servers: Vec<Server>,
    /// What is spoken to all of them.
    pub protocol: Protocol,
    /// How `https` servers are verified.
    pub tls: UpstreamTls,
    /// What the backend finds in `Host`.
    pub host: HostField,
    /// The fields in which this backend reads the visitor's address.
    pub address_fields: Vec<AddressField>,
    /// The field that carries the sealed address in mode `sealed`.
    pub sealed_field: String,
    /// The field that carries the visitor's country where a property asks for it.
    pub country_field: String,
    /// Whether `Via: cloakroom` is added (RFC 9110 §7.6.3).
    pub via: bool,
    /// How long a connection may take to be established. Over it: the next server, then 504.
    pub connect: Duration,
    /// How long the backend may take for its first byte once it has the request. Over it: 504.
    pub first_byte: Duration,
    /// How long the backend may pause within a response. Over it the response is cut.
    pub stall: Duration,
    /// How long an unused connection is kept.
    pub idle: Duration,
    /// Connections to one server (streams, over HTTP/2).
    pub connections: usize,
    /// Upgraded connections to one server, which last for as long as a visitor stays (streams,
    /// over HTTP/2). Over it: 503.
    pub sockets: usize,
    /// Requests that may wait for a connection. Over it: 503.
    pub waiting: usize,
    /// How long a request may wait for a connection. Over it: 503.
    pub wait: Duration,
    /// Failures in a row after which a server is passed over.
    pub failures: u32,
    /// How long a failing server is passed over.
    pub pause: Duration,
}

impl Upstream {
    /// An upstream with every default: HTTP/1.1, `Host` kept, the address in `X-Forwarded-For`.
    pub fn new(name: impl Into<String>, servers: Vec<Server>) -> Self {
        Self {
            name: name.into(),
            servers,
            protocol: Protocol::Http1,
            tls: UpstreamTls::default(),
            host: HostField::Visitor,
            address_fields: vec![AddressField::new("x-forwarded-for")],
            sealed_field: "x-sealed-address".into(),
            country_field: "x-visitor-country".into(),
            via: false,
            connect: Duration::from_secs(3),
            first_byte: Duration::from_secs(60),
            stall: Duration::from_secs(300),
            idle: Duration::from_secs(90),
            connections: 512,
            // Of the 28,232 ports that Linux gives out by default, so that requests have theirs.
            sockets: 16_384,
            waiting: 1_024,
            wait: Duration::from_secs(5),
            failures: 3,
            pause: Duration::from_secs(10),
        }
    }
}

/// One server of an upstream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Server {
    /// `http://host:port` or `https://host:port`
    Tcp {
        /// A name or an address without brackets.
        host: String,
        /// TCP port.
        port: u16,
        /// Whether TLS is spoken.
        tls: bool,
    },
    /// `unix:/path/to/socket`, HTTP in the clear.
    Unix(PathBuf),
}

/// What is spoken to an upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 with connections that are kept and used again.
    #[default]
    Http1,
    /// HTTP/2: by ALPN over TLS, with prior knowledge in the clear.
    Http2,
}

/// How `https` servers are verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpstreamTls {
    /// A PEM file with the authorities to believe; the system's roots where there is none.
    pub ca: Option<PathBuf>,
    /// The name to ask for (SNI) and to verify; the server's host where there is none.
    pub server_name: Option<String>,
    /// The certificate that we show.
    pub client_certificate: Option<CertificateFiles>,
}

/// What the backend finds in `Host`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HostField {
    /// The name that the visitor's browser asked for.
    #[default]
    Visitor,
    /// The server's own host and port.
    Server,
}

/// A field in which a backend reads the visitor's address, and the form that it expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressField {
    /// Field name, lower case.
    pub name: String,
    /// `for=…` as in RFC 7239 instead of the bare address.
    pub forwarded: bool,
}

impl AddressField {
    /// The field of this name; `forwarded` is written in the form of RFC 7239.
    pub fn new(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self { forwarded: name == "forwarded", name }
    }
}
