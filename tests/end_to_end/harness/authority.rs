//! Certificates made for one test run, in a directory that goes with it.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// One authority with one server certificate, shared by all tests of the process: making
/// them takes longer than most tests.
pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

/// The names that the certificate is good for.
const NAMES: [&str; 5] = ["localhost", "127.0.0.1", "::1", "example.org", "*.example.org"];

/// An authority, and a server certificate that it has signed.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: TempDir,
}

impl Authority {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("an authority");
        let server = CertificateParams::new(NAMES.map(str::to_owned)).expect("names");
        let key = KeyPair::generate().expect("a key");
        let chain = server.signed_by(&key, &issuer).expect("a certificate");
        let put = |name: &str, text: String| {
            std::fs::write(directory.path().join(name), text).expect("a file");
        };
        put("ca.pem", issuer.pem());
        put("server.pem", chain.pem());
        put("server.key", key.serialize_pem());
        Self { issuer, directory }
    }

    /// A new certificate for these names and its key, both as PEM.
    pub(crate) fn issue(&self, names: &[&str]) -> (String, String) {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(names).expect("names");
        let chain = params.signed_by(&key, &self.issuer).expect("a certificate");
        (chain.pem(), key.serialize_pem())
    }

    /// The authority's certificate, for clients to believe.
    pub(crate) fn ca(&self) -> PathBuf {
        self.file("ca.pem")
    }

    /// The server's certificate.
    pub(crate) fn chain(&self) -> PathBuf {
        self.file("server.pem")
    }

    /// The server's private key.
    pub(crate) fn key(&self) -> PathBuf {
        self.file("server.key")
    }

    /// The server's side of TLS, with these protocols to choose from.
    pub(crate) fn server(&self, alpn: &[&str]) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::from_pem_file(self.key()).expect("a key");
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(certificates(&self.chain()), key)
            .expect("a certificate with its key");
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }

    /// The client's side of TLS, offering these protocols.
    pub(crate) fn client(&self, alpn: &[&str]) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&self.ca()) {
            roots.add(certificate).expect("an authority");
        }
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        Arc::new(config)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn certificates(file: &Path) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_file_iter(file).and_then(Iterator::collect).expect("certificates")
}
