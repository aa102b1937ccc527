//! How does the audit reach the proxy? From a source address of its own, over TLS or not.

use crate::command::audit::target::Target;
use crate::policy::upstream::{Protocol as Alpn, UpstreamTls};
use crate::proxy::upstream::client_config;
use rustls::ClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

/// A connection to the proxy.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What the proxy's certificate has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Belief {
    /// Whatever it likes.
    Anything,
    /// Signed by an authority in this file; by one of the system's where there is none.
    Signed(Option<PathBuf>),
}

/// All that dialling needs.
#[derive(Clone)]
pub(crate) struct Dial {
    address: SocketAddr,
    source: Option<IpAddr>,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls {
    name: ServerName<'static>,
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl Dial {
    /// Towards the target at this address.
    ///
    /// # Errors
    /// What is wrong with the name or with the authorities.
    pub(crate) fn new(
        target: &Target,
        address: SocketAddr,
        belief: &Belief,
    ) -> Result<Self, String> {
        let tls = match target.tls {
            false => None,
            true => Some(Tls {
                name: ServerName::try_from(target.name().to_owned()).map_err(|e| e.to_string())?,
                http1: config(belief, Alpn::Http1)?,
                http2: config(belief, Alpn::Http2)?,
            }),
        };
        Ok(Self { address, source: None, tls })
    }

    /// From this address of the machine.
    pub(crate) fn from(self, source: IpAddr) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Which address of the machine the proxy sees.
    pub(crate) async fn local_address(&self) -> io::Result<IpAddr> {
        Ok(self.socket()?.connect(self.address).await?.local_addr()?.ip())
    }

    /// A new connection, with these bytes before everything else.
    pub(super) async fn connect(&self, http2: bool, preface: &[u8]) -> io::Result<Box<dyn Stream>> {
        let mut socket = self.socket()?.connect(self.address).await?;
        socket.set_nodelay(true)?;
        socket.write_all(preface).await?;
        let Some(tls) = &self.tls else { return Ok(Box::new(socket)) };
        let config = if http2 { &tls.http2 } else { &tls.http1 };
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = connector.connect(tls.name.clone(), socket).await?;
        if http2 && stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(io::Error::other("HTTP/2 is not offered"));
        }
        Ok(Box::new(stream))
    }

    fn socket(&self) -> io::Result<TcpSocket> {
        let socket =
            if self.address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(source) = self.source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        Ok(socket)
    }
}

fn config(belief: &Belief, alpn: Alpn) -> Result<Arc<ClientConfig>, String> {
    if let Belief::Signed(ca) = belief {
        let tls = UpstreamTls { ca: ca.clone(), ..UpstreamTls::default() };
        return client_config(&tls, alpn).map_err(|e| e.to_string());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anything(provider)))
        .with_no_client_auth();
    config.alpn_protocols = match alpn {
        Alpn::Http1 => vec![b"http/1.1".to_vec()],
        Alpn::Http2 => vec![b"h2".to_vec()],
    };
    Ok(Arc::new(config))
}

/// Believes every certificate: what the audit sends is nobody's secret, and a certificate for
/// tests has to do. Signatures are verified.
#[derive(Debug)]
struct Anything(Arc<CryptoProvider>);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
