//! A chat with the demo, as a program holds one: WebSocket over TLS, by hand.

use super::demo::Demo;
use cloakroom::websocket::{Event, Kind, Limits, Reader, Writer};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};
use serde_json::Value;
use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

/// A WebSocket that was agreed on.
pub(crate) struct Chat {
    socket: StreamOwned<ClientConnection, TcpStream>,
    reader: Reader,
    writer: Writer,
    /// The message that is being heard, and those that were.
    text: Vec<u8>,
    heard: VecDeque<Value>,
}

impl Chat {
    /// A visitor at this address calls a property.
    pub(crate) fn with(demo: &Demo, property: &str, address: &str) -> Self {
        let place = demo.url.strip_prefix("https://").expect("TLS").trim_end_matches('/');
        let (_, port) = place.rsplit_once(':').expect("a port");
        let socket = TcpStream::connect(("127.0.0.1", port.parse().expect("a number")));
        let socket = socket.expect("the demo listens");
        socket.set_read_timeout(Some(Duration::from_secs(20))).expect("a time");
        let name = ServerName::try_from("localhost").expect("a name");
        let client = ClientConnection::new(Arc::new(believing_all()), name).expect("a client");
        let mut socket = StreamOwned::new(client, socket);
        write!(
            socket,
            "GET /demo/{property}/chat HTTP/1.1\r\nHost: {place}\r\nX-Forwarded-For: {address}\r\n\
             Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .expect("it takes the handshake");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            socket.read_exact(&mut byte).expect("an answer");
            head.extend(byte);
        }
        let head = String::from_utf8(head).expect("text");
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        // RFC 6455 §1.3.
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        let limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 100 };
        let (reader, writer) = (Reader::new(false, None, limits), Writer::new(None));
        Self { socket, reader, writer, text: Vec::new(), heard: VecDeque::new() }
    }

    /// Says this, in frames of so many octets.
    pub(crate) fn say(&mut self, text: &str, size: usize) {
        let mut frames = Vec::new();
        self.writer.begin(Kind::Text);
        let last = text.len().div_ceil(size);
        for (number, piece) in (1..).zip(text.as_bytes().chunks(size)) {
            self.writer.frame(piece, number == last, Some([0x12, 0xfe, 0, 0x80]), &mut frames);
        }
        self.socket.write_all(&frames).expect("it takes frames");
    }

    /// What is said next.
    pub(crate) fn hear(&mut self) -> Value {
        loop {
            if let Some(said) = self.heard.pop_front() {
                return said;
            }
            let mut buffer = [0; 4096];
            let length = self.socket.read(&mut buffer).expect("it goes on");
            assert_ne!(length, 0, "it ended");
            let mut bytes = &mut buffer[..length];
            while let Some(event) = self.reader.next(&mut bytes).expect("frames") {
                match event {
                    Event::Piece(piece) => self.text.extend_from_slice(piece),
                    Event::End => {
                        let text = std::mem::take(&mut self.text);
                        self.heard.push_back(serde_json::from_slice(&text).expect("JSON"));
                    }
                    Event::Close(_) => panic!("{event:?}"),
                    _ => {}
                }
            }
        }
    }
}

/// Whoever has a certificate is who they say: the demo's is signed by nobody.
#[derive(Debug)]
struct BelievesAll;

fn believing_all() -> ClientConfig {
    ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(BelievesAll))
        .with_no_client_auth()
}

impl ServerCertVerifier for BelievesAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}
