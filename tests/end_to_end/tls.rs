//! TLS as the listener speaks it: which certificate, which version, which protocol, whose
//! client; and what changes on disk while it runs.

use crate::harness::authority::AUTHORITY;
use crate::harness::backend;
use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::soon;
use crate::harness::visitor;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

#[tokio::test]
async fn the_name_that_is_asked_for_chooses_the_certificate() {
    let shelf = Shelf::new();
    let pairs = [
        shelf.put("first", &["first.example"]),
        shelf.put("chat", &["chat.example", "*.chat.example"]),
        shelf.put("shop", &["shop.example", "a.chat.example"]),
    ];
    let door = start(|door| door.certificates(&pairs)).await;
    for (asked, expected) in [
        ("first.example", "first"),
        ("chat.example", "chat"),
        ("CHAT.example", "chat"),
        ("b.chat.example", "chat"),
        ("a.chat.example", "shop"),
        ("shop.example", "shop"),
        // A wildcard stands for one label, and only for labels.
        ("b.a.chat.example", "first"),
        ("other.example", "first"),
        // No name is sent for an address.
        ("192.0.2.1", "first"),
    ] {
        let met = meet(&door, asked, believing_all(&[])).await.expect("TLS");
        assert_eq!(met.certificate, shelf.certificate(expected), "{asked}");
    }
}

#[tokio::test]
async fn versions_are_those_that_the_operator_allows() {
    let (v12, v13) = (&rustls::version::TLS12, &rustls::version::TLS13);
    for (minimum, offered, expected) in [
        ("1.2", vec![v12], Some(ProtocolVersion::TLSv1_2)),
        ("1.2", vec![v13], Some(ProtocolVersion::TLSv1_3)),
        ("1.2", vec![v12, v13], Some(ProtocolVersion::TLSv1_3)),
        ("1.3", vec![v12], None),
        ("1.3", vec![v12, v13], Some(ProtocolVersion::TLSv1_3)),
    ] {
        let door = start(|door| door.listener(&format!("tls.minimum = {minimum:?}"))).await;
        let met = meet(&door, "localhost", believing_all(&offered)).await;
        assert_eq!(met.ok().map(|met| met.version), expected, "{minimum}");
    }
}

#[tokio::test]
async fn the_protocol_is_negotiated() {
    for (http2, offered, expected) in [
        (true, &["h2"][..], Some("h2")),
        (true, &["http/1.1", "h2"], Some("h2")),
        (true, &["http/1.1"], Some("http/1.1")),
        (true, &[], None),
        (false, &["h2", "http/1.1"], Some("http/1.1")),
        (false, &[], None),
    ] {
        let door = start(|door| door.listener(&format!("tls.http2 = {http2}"))).await;
        let met = meet(&door, "localhost", AUTHORITY.client(offered)).await.expect("TLS");
        assert_eq!(met.alpn.as_deref(), expected, "{offered:?}");
        if expected != Some("h2") {
            assert!(met.answer.starts_with("HTTP/1.1 200"), "{offered:?}: {}", met.answer);
        }
    }
    // Nothing in common is no reason to guess.
    let door = start(|door| door.listener("tls.http2 = false")).await;
    assert!(meet(&door, "localhost", AUTHORITY.client(&["h2"])).await.is_err());
}

#[tokio::test]
async fn clients_show_certificates_where_they_must() {
    let shelf = Shelf::new();
    shelf.put("client", &["client.example"]);
    for (say, bare, shown) in [("optional", true, true), ("required", false, true)] {
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let ca = AUTHORITY.ca();
            let asks = format!("tls.client_ca = {ca:?}\ntls.client_certificates = {say:?}");
            let door = start(|door| door.listener(&asks)).await;
            for (what, config, expected) in [
                ("none", believing_all(&[version]), bare),
                ("one of ours", showing(version, shelf.pair("client")), shown),
                ("a stranger's", showing(version, shelf.stranger()), false),
            ] {
                let met = meet(&door, "localhost", config).await;
                let answered = met.is_ok_and(|met| met.answer.starts_with("HTTP/1.1 200"));
                assert_eq!(answered, expected, "{say}: {what}, {version:?}");
            }
        }
    }
}

#[tokio::test]
async fn sessions_are_resumed_also_under_another_certificate() {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let shelf = Shelf::new();
        let pair = shelf.put("shop", &["localhost"]);
        let door = start(|door| door.certificates(std::slice::from_ref(&pair))).await;
        let config = believing_all(&[version]);
        let kinds = [false, true, true];
        for resumed in kinds {
            let met = meet(&door, "localhost", Arc::clone(&config)).await.expect("TLS");
            assert_eq!(met.kind == HandshakeKind::Resumed, resumed, "{version:?}");
        }
        let old = shelf.certificate("shop");
        shelf.put("shop", &["localhost"]);
        until_served(&door, &shelf, "shop").await;
        assert_ne!(old, shelf.certificate("shop"));
        let met = meet(&door, "localhost", Arc::clone(&config)).await.expect("TLS");
        assert_eq!(met.kind, HandshakeKind::Resumed, "{version:?}: after the change");
    }
}

#[tokio::test]
async fn certificates_that_change_on_disk_are_served_and_broken_ones_are_not() {
    let shelf = Shelf::new();
    let pair = shelf.put("shop", &["localhost", cloakroom::SHOP]);
    let door = start(|door| door.certificates(std::slice::from_ref(&pair))).await;
    let old = meet(&door, "localhost", believing_all(&[])).await.expect("TLS").certificate;
    let mut open = visitor::at("203.0.113.77").connect(&door).await;
    // A key that is not the certificate's, half a file, and no file at all: what is served
    // stays as it was through several looks at the files.
    let (_, key) = AUTHORITY.issue(&["localhost"]);
    for broken in [Some(key.as_str()), Some("-----BEGIN PRIVATE KEY-----\nMIG"), None] {
        match broken {
            Some(text) => std::fs::write(&pair.1, text).expect("a file"),
            None => std::fs::remove_file(&pair.1).expect("a file"),
        }
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let met = meet(&door, "localhost", believing_all(&[])).await.expect("TLS");
        assert!(met.certificate == old, "{broken:?}");
        assert!(met.answer.starts_with("HTTP/1.1 200"), "{broken:?}");
    }
    shelf.put("shop", &["localhost", cloakroom::SHOP]);
    until_served(&door, &shelf, "shop").await;
    assert_ne!(old, shelf.certificate("shop"));
    assert_eq!(open.get("/").await.status(), 200, "open connections go on");
}

#[tokio::test]
async fn certificates_that_change_right_behind_a_reload_are_served() {
    let shelf = Shelf::new();
    let pair = shelf.put("shop", &["localhost"]);
    let shop = backend::start().await;
    let builder = cloakroom::before(&shop).certificates(&[pair]);
    let mut door = builder.clone().start().await;
    door.reload(&builder).await;
    shelf.put("shop", &["localhost"]);
    until_served(&door, &shelf, "shop").await;
}

/// Certificates in files that can change.
struct Shelf {
    directory: TempDir,
}

impl Shelf {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a temporary directory") }
    }

    /// A new certificate for these names, in files of this name.
    fn put(&self, file: &str, names: &[&str]) -> (PathBuf, PathBuf) {
        let (chain, key) = AUTHORITY.issue(names);
        let pair = self.pair(file);
        std::fs::write(&pair.0, chain).expect("a file");
        std::fs::write(&pair.1, key).expect("a file");
        pair
    }

    fn pair(&self, file: &str) -> (PathBuf, PathBuf) {
        let place = |ending: &str| self.directory.path().join(format!("{file}.{ending}"));
        (place("pem"), place("key"))
    }

    fn certificate(&self, file: &str) -> Vec<u8> {
        let (chain, _) = self.pair(file);
        CertificateDer::from_pem_file(chain).expect("a certificate").to_vec()
    }

    /// A certificate that nobody known has signed.
    fn stranger(&self) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(["client.example".to_owned()]);
        let made = made.expect("a certificate");
        let pair = self.pair("stranger");
        std::fs::write(&pair.0, made.cert.pem()).expect("a file");
        std::fs::write(&pair.1, made.signing_key.serialize_pem()).expect("a file");
        pair
    }
}

/// What a client learns in a handshake, and the beginning of the answer to one request.
struct Met {
    certificate: Vec<u8>,
    version: ProtocolVersion,
    alpn: Option<String>,
    kind: HandshakeKind,
    answer: String,
}

async fn meet(door: &Door, name: &str, config: Arc<ClientConfig>) -> std::io::Result<Met> {
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    let meeting = async {
        let socket = TcpStream::connect(door.address()).await?;
        let mut tls = TlsConnector::from(config).connect(name, socket).await?;
        let request =
            format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", cloakroom::SHOP);
        let mut answer = Vec::new();
        if tls.get_ref().1.alpn_protocol() != Some(b"h2") {
            tls.write_all(request.as_bytes()).await?;
            // A server may end without a word; what it said before counts.
            drop(tls.read_to_end(&mut answer).await);
        }
        let session = tls.get_ref().1;
        let certificates = session.peer_certificates().expect("certificates");
        Ok(Met {
            certificate: certificates[0].to_vec(),
            version: session.protocol_version().expect("a version"),
            alpn: session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
            kind: session.handshake_kind().expect("a handshake"),
            answer: String::from_utf8_lossy(&answer).into_owned(),
        })
    };
    soon("a handshake", meeting).await
}

/// Meets the proxy until it shows the certificate that is on the shelf now.
async fn until_served(door: &Door, shelf: &Shelf, file: &str) {
    let expected = shelf.certificate(file);
    let served = async {
        loop {
            // A fresh client each time: in a resumed session the old certificate is remembered.
            let met = meet(door, "localhost", believing_all(&[])).await.expect("TLS");
            if met.certificate == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    soon("the new certificate", served).await;
}

async fn start(with: impl FnOnce(Builder) -> Builder) -> Door {
    let shop = backend::start().await;
    with(cloakroom::before(&shop)).start().await
}

/// A client that offers these versions, all where there is none, and any name will do.
fn believing_all(versions: &[&'static rustls::SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = if versions.is_empty() { rustls::ALL_VERSIONS } else { versions };
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    Arc::new(config)
}

/// A client that shows this certificate.
fn showing(
    version: &'static rustls::SupportedProtocolVersion,
    (chain, key): (PathBuf, PathBuf),
) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain: &Path = &chain;
    let chain = vec![CertificateDer::from_pem_file(chain).expect("a certificate")];
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key).expect("a key"))
        .expect("a certificate with its key");
    Arc::new(config)
}

/// Believes every certificate, whatever name it is for; signatures are verified.
#[derive(Debug)]
struct Anyone(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
