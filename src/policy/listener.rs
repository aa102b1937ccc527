//! Where clients connect, and whom a listener believes.

use crate::address::{Chain, Source, Trust};
use crate::policy::rate::Rate;
use std::net::SocketAddr;
use std::path::PathBuf;

/// One place where clients connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The name that logs and metrics use.
    pub name: String,
    /// Addresses to bind.
    pub bind: Vec<SocketAddr>,
    /// What is spoken on the socket.
    pub transport: Transport,
    /// Whether each connection begins with a PROXY header (v1 or v2) from a trusted peer.
    pub proxy_protocol: bool,
    /// Whose word on the client's address is taken.
    pub chain: Chain,
    /// What the backend is told of the visitor's scheme where no trusted hop says otherwise.
    pub scheme: Scheme,
    /// How often one visitor may ask, whatever it asks for; `None`: as often as it likes. Over it:
    /// 429.
    pub rate: Option<Rate>,
}

impl Listener {
    /// A listener with every default: named after its first address, believing nobody.
    pub fn new(bind: Vec<SocketAddr>, transport: Transport) -> Self {
        Self {
            name: bind.first().map(SocketAddr::to_string).unwrap_or_default(),
            bind,
            scheme: transport.scheme(),
            transport,
            proxy_protocol: false,
            chain: Chain { trust: Trust::Nobody, source: Source::XForwardedFor },
            rate: None,
        }
    }
}

/// What is spoken on a listener's socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTP in the clear, behind a load balancer that terminates TLS.
    Plain {
        /// HTTP/2 with prior knowledge instead of HTTP/1.1.
        http2: bool,
    },
    /// HTTP over TLS; ALPN chooses between HTTP/2 and HTTP/1.1.
    Tls(Tls),
}

impl Transport {
    /// The scheme that a client on this socket used.
    pub fn scheme(&self) -> Scheme {
        match self {
            Self::Plain { .. } => Scheme::Http,
            Self::Tls(_) => Scheme::Https,
        }
    }
}

/// The scheme that the visitor's browser used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

impl Scheme {
    /// As it is written in a URL.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// How TLS is terminated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Certificates with their keys; the client's SNI chooses, the first is the default.
    pub certificates: Vec<CertificateFiles>,
    /// The oldest version that is spoken.
    pub minimum: TlsVersion,
    /// Whether HTTP/2 is offered beside HTTP/1.1.
    pub http2: bool,
    /// Whether clients show certificates of their own.
    pub client_auth: ClientAuth,
}

impl Tls {
    /// TLS with every default: 1.2 or newer, HTTP/2 offered, no certificates of clients.
    pub fn new(certificates: Vec<CertificateFiles>) -> Self {
        Self {
            certificates,
            minimum: TlsVersion::default(),
            http2: true,
            client_auth: ClientAuth::default(),
        }
    }
}

/// A certificate chain and its private key, both PEM.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificateFiles {
    /// The chain, leaf first.
    pub chain: PathBuf,
    /// The leaf's private key.
    pub key: PathBuf,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246)
    #[default]
    V1_2,
    /// TLS 1.3 (RFC 8446)
    V1_3,
}

/// Whether clients show certificates of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ClientAuth {
    /// Not asked for.
    #[default]
    None,
    /// Asked for; one that is shown must be signed by an authority of this PEM file.
    Optional(PathBuf),
    /// Needed; without one the handshake fails.
    Required(PathBuf),
}
