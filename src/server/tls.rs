//! How a listener terminates TLS.

use crate::policy::listener::{ClientAuth, Tls, TlsVersion};
use crate::server::certificates::{BadFile, Certificates, chain};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{
    NoClientAuth, ProducesTickets, ResolvesServerCert, ServerSessionMemoryCache,
    StoresServerSessions, WebPkiClientVerifier,
};
use rustls::{RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What outlives a change of certificates: sessions that clients may resume.
#[derive(Debug)]
pub(super) struct Sessions {
    tickets: Option<Arc<dyn ProducesTickets>>,
    stored: Arc<dyn StoresServerSessions>,
}

/// TLS 1.2 sessions kept for resumption; 1.3 uses tickets.
const STORED_SESSIONS: usize = 4_096;

impl Sessions {
    pub(super) fn new() -> Self {
        Self {
            // Without randomness for ticket keys there is no resumption, and nothing worse.
            tickets: aws_lc_rs::Ticketer::new().ok(),
            stored: ServerSessionMemoryCache::new(STORED_SESSIONS),
        }
    }

    /// The sessions of a configuration that is running.
    pub(super) fn of(running: &ServerConfig) -> Self {
        Self {
            tickets: Some(Arc::clone(&running.ticketer)),
            stored: Arc::clone(&running.session_storage),
        }
    }
}

/// The server side of TLS for one listener.
#[derive(Debug)]
pub(super) struct Terminator {
    /// How it is spoken.
    pub(super) config: Arc<ServerConfig>,
    /// With what.
    pub(super) certificates: Arc<Certificates>,
}

/// The server side of TLS for one listener.
pub(super) fn terminator(tls: &Tls, sessions: &Sessions) -> Result<Terminator, BadFile> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let certificates = Arc::new(Certificates::read(&tls.certificates, &provider)?);
    let versions: &[_] = match tls.minimum {
        TlsVersion::V1_2 => &[&rustls::version::TLS13, &rustls::version::TLS12],
        TlsVersion::V1_3 => &[&rustls::version::TLS13],
    };
    let mut config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .map_err(|e| BadFile::new(Path::new("tls"), e))?
        .with_client_cert_verifier(verifier(&tls.client_auth, provider)?)
        .with_cert_resolver(Arc::clone(&certificates) as Arc<dyn ResolvesServerCert>);
    config.alpn_protocols = if tls.http2 {
        vec![b"h2".to_vec(), b"http/1.1".to_vec()]
    } else {
        vec![b"http/1.1".to_vec()]
    };
    if let Some(tickets) = &sessions.tickets {
        config.ticketer = Arc::clone(tickets);
    }
    config.session_storage = Arc::clone(&sessions.stored);
    Ok(Terminator { config: Arc::new(config), certificates })
}

fn verifier(
    auth: &ClientAuth,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, BadFile> {
    let (file, required) = match auth {
        ClientAuth::None => return Ok(Arc::new(NoClientAuth)),
        ClientAuth::Optional(file) => (file, false),
        ClientAuth::Required(file) => (file, true),
    };
    let mut roots = RootCertStore::empty();
    for authority in chain(file)? {
        roots.add(authority).map_err(|e| BadFile::new(file, e))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = if required { builder } else { builder.allow_unauthenticated() };
    builder.build().map_err(|e| BadFile::new(file, e))
}

/// The files that [`terminator`] reads.
pub(super) fn files(tls: &Tls) -> Vec<PathBuf> {
    let pairs = tls.certificates.iter().flat_map(|entry| [&entry.chain, &entry.key]);
    let authorities = match &tls.client_auth {
        ClientAuth::None => None,
        ClientAuth::Optional(file) | ClientAuth::Required(file) => Some(file),
    };
    pairs.chain(authorities).cloned().collect()
}
