//! A backend that speaks TLS: whom the proxy believes, what it asks for and what it shows.

use crate::harness::authority::AUTHORITY;
use crate::harness::backend;
use crate::harness::cloakroom;
use crate::harness::soon;
use crate::harness::visitor;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

#[tokio::test]
async fn the_name_and_the_authority_of_a_backend_are_verified() {
    let ours = format!("ca = {:?}", AUTHORITY.ca());
    let renamed = |name: &str| format!("{ours}, server_name = {name:?}");
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("one");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let foreign = directory.path().join("foreign.pem");
    std::fs::write(&foreign, other.cert.pem()).expect("a file");
    for http2 in [false, true] {
        let shop = backend::answering(|_| vec![backend::Step::ok("welcome")]).over_tls();
        let shop = if http2 { shop.over_http2() } else { shop }.start().await;
        for (what, host, tls, expected) in [
            ("its name", "localhost", ours.clone(), 200),
            ("its address", "127.0.0.1", ours.clone(), 200),
            ("a name in its place", "127.0.0.1", renamed("chat.example.org"), 200),
            ("a wrong name in its place", "localhost", renamed("other.invalid"), 502),
            ("the system's authorities", "localhost", String::new(), 502),
            ("an authority of others", "localhost", format!("ca = {foreign:?}"), 502),
        ] {
            let protocol = if http2 { "http2" } else { "http1" };
            let upstream = format!(
                "servers = [\"https://{host}:{}\"]\nprotocol = {protocol:?}\ntls = {{ {tls} }}",
                shop.address().port()
            );
            let door = cloakroom::towards(&upstream).start().await;
            let answer = visitor::at("203.0.113.77").post(&door, "/", b"hello").await;
            assert_eq!(answer.status(), expected, "{what}: {}", answer.text());
        }
        // Nothing is said before the backend has proved who it is.
        assert_eq!(shop.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_backend_that_does_not_offer_http2_is_not_spoken_to_in_it() {
    let shop = backend::answering(|_| vec![backend::Step::ok("welcome")]).over_tls().start().await;
    let upstream = shop.upstream().replace("http1", "http2");
    let door = cloakroom::towards(&upstream).start().await;
    assert_eq!(visitor::at("203.0.113.77").get(&door, "/").await.status(), 502);
    assert_eq!(shop.heads(), 0);
}

#[tokio::test]
async fn a_backend_that_wants_tls_is_no_backend_in_the_clear() {
    let shop = backend::answering(|_| vec![backend::Step::ok("welcome")]).over_tls().start().await;
    let door = cloakroom::towards(&format!("servers = [\"http://{}\"]", shop.address()));
    assert_eq!(visitor::at("203.0.113.77").get(&door.start().await, "/").await.status(), 502);
}

#[tokio::test]
async fn a_backend_that_asks_for_a_certificate_gets_the_configured_one() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let place = |name: &str| directory.path().join(name);
    let (chain, key) = (place("client.pem"), place("client.key"));
    let (chain_text, key_text) = AUTHORITY.issue(&["cloakroom.example.org"]);
    std::fs::write(&chain, chain_text).expect("a file");
    std::fs::write(&key, key_text).expect("a file");
    let shown = format!(", client_certificate = {{ chain = {chain:?}, key = {key:?} }}");
    for (what, certificate, expected) in [("ours", shown.as_str(), 200), ("none", "", 502)] {
        let (port, seen) = demanding().await;
        let upstream = format!(
            "servers = [\"https://localhost:{port}\"]\ntls = {{ ca = {:?}{certificate} }}",
            AUTHORITY.ca()
        );
        let door = cloakroom::towards(&upstream).start().await;
        let answer = visitor::at("203.0.113.77").get(&door, "/").await;
        assert_eq!(answer.status(), expected, "{what}: {}", answer.text());
        let seen = soon("the handshake", seen).await.expect("a backend");
        let file = CertificateDer::from_pem_file(&chain).expect("a certificate");
        assert_eq!(seen, (expected == 200).then(|| file.to_vec()), "{what}");
    }
}

/// A backend that lets nobody in without a certificate of the tests' authority, and tells
/// which one it was shown.
async fn demanding() -> (u16, oneshot::Receiver<Option<Vec<u8>>>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(AUTHORITY.ca()).expect("one")).expect("an authority");
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let chain = vec![CertificateDer::from_pem_file(AUTHORITY.chain()).expect("a certificate")];
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier.build().expect("a verifier"))
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(AUTHORITY.key()).expect("a key"))
        .expect("a certificate with its key");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("a connection");
        let shaken = TlsAcceptor::from(Arc::new(config)).accept(socket).await;
        let certificates = shaken.as_ref().ok().and_then(|tls| tls.get_ref().1.peer_certificates());
        let shown = certificates.map(|all| all[0].to_vec());
        tell.send(shown).expect("the test waits");
        if let Ok(mut tls) = shaken {
            let mut head = [0; 4096];
            assert!(tls.read(&mut head).await.expect("a request") > 0);
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            tls.write_all(answer).await.expect("written");
            tls.flush().await.expect("written");
            drop(tls.read(&mut head).await);
        }
    });
    (port, told)
}
