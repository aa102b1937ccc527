//! How a connection to one server comes about: TCP or Unix socket, TLS, HTTP handshake.

use crate::policy::upstream::{Protocol, Server, Upstream};
use crate::proxy::refusal::Refusal;
use crate::proxy::request_body::RequestBody;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsConnector;

/// The sending half of an HTTP connection.
#[derive(Debug)]
pub(super) enum Sender {
    /// One exchange at a time.
    Http1(http1::SendRequest<RequestBody>),
    /// Many.
    Http2(Shared),
}

/// The sending half of an HTTP/2 connection.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) sender: http2::SendRequest<RequestBody>,
    /// Whether the server has said that it takes an extended CONNECT (RFC 8441 §3).
    extended: watch::Receiver<bool>,
    /// Has whoever drives the connection look again.
    look: Arc<Notify>,
}

impl Shared {
    /// Whether the server takes an extended CONNECT; its first settings are waited for.
    pub(super) async fn takes_extended_connect(&mut self) -> bool {
        // The library takes them in without waking whoever drives the connection.
        let said = async {
            loop {
                let said = self.extended.wait_for(|extended| *extended);
                match tokio::time::timeout(LOOK, said).await {
                    Ok(said) => return said.is_ok(),
                    Err(_) => self.look.notify_one(),
                }
            }
        };
        tokio::time::timeout(SETTINGS, said).await.unwrap_or_default()
    }
}

/// How often it is looked whether they have come, while a WebSocket waits for them.
const LOOK: Duration = Duration::from_millis(2);

/// How long a server may take for its first settings: they come with its first bytes.
const SETTINGS: Duration = Duration::from_secs(1);

/// Why a connection did not come about. Nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialError {
    /// Refused, unreachable, no such name, TLS or HTTP handshake failed.
    Failed,
    /// Not established in time.
    Timeout,
}

impl From<DialError> for Refusal {
    fn from(error: DialError) -> Self {
        match error {
            DialError::Failed => Self::Unreachable,
            DialError::Timeout => Self::ConnectTimeout,
        }
    }
}

/// Everything that dialling a server needs.
#[derive(Clone, Debug)]
pub(super) struct Dial {
    server: Server,
    protocol: Protocol,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
    limit: Duration,
}

impl Dial {
    /// `tls` is used where the server speaks it.
    pub(super) fn new(
        upstream: &Upstream,
        server: &Server,
        tls: Option<&Arc<ClientConfig>>,
    ) -> Self {
        let tls = match server {
            Server::Tcp { host, tls: true, .. } => {
                let name = upstream.tls.server_name.as_ref().unwrap_or(host);
                tls.zip(ServerName::try_from(name.clone()).ok()).map(|(c, n)| (Arc::clone(c), n))
            }
            _ => None,
        };
        Self { server: server.clone(), protocol: upstream.protocol, tls, limit: upstream.connect }
    }

    /// Whether the server accepts a connection within this time. Nothing is said on it.
    pub(super) async fn is_reachable(&self, limit: Duration) -> bool {
        let connected = async {
            match &self.server {
                Server::Unix(path) => UnixStream::connect(path).await.map(drop),
                Server::Tcp { host, port, .. } => {
                    TcpStream::connect((host.as_str(), *port)).await.map(drop)
                }
            }
        };
        tokio::time::timeout(limit, connected).await.is_ok_and(|connected| connected.is_ok())
    }

    /// A new connection, ready for its first request.
    pub(super) async fn connect(&self) -> Result<Sender, DialError> {
        match tokio::time::timeout(self.limit, self.establish()).await {
            Ok(Ok(sender)) => Ok(sender),
            Ok(Err(error)) => {
                tracing::debug!(server = ?self.server, %error, "dialling failed");
                Err(DialError::Failed)
            }
            Err(_) => Err(DialError::Timeout),
        }
    }

    async fn establish(&self) -> Result<Sender, Box<dyn std::error::Error + Send + Sync>> {
        match &self.server {
            Server::Unix(path) => self.speak(UnixStream::connect(path).await?).await,
            Server::Tcp { host, port, tls } => {
                let socket = TcpStream::connect((host.as_str(), *port)).await?;
                // Without it the last piece of a request waits 40 ms for an acknowledgement.
                socket.set_nodelay(true)?;
                let keepalive = TcpKeepalive::new().with_time(Duration::from_secs(30));
                SockRef::from(&socket).set_tcp_keepalive(&keepalive)?;
                match (tls, &self.tls) {
                    (false, _) => self.speak(socket).await,
                    (true, Some((config, name))) => {
                        let connector = TlsConnector::from(Arc::clone(config));
                        let stream = connector.connect(name.clone(), socket).await?;
                        let alpn = stream.get_ref().1.alpn_protocol();
                        if self.protocol == Protocol::Http2 && alpn != Some(b"h2") {
                            return Err("the server does not offer HTTP/2".into());
                        }
                        self.speak(stream).await
                    }
                    (true, None) => Err("the server's name cannot be verified".into()),
                }
            }
        }
    }

    async fn speak<I>(&self, io: I) -> Result<Sender, Box<dyn std::error::Error + Send + Sync>>
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let io = TokioIo::new(io);
        match self.protocol {
            Protocol::Http1 => {
                let (sender, connection) = http1::Builder::new().handshake(io).await?;
                // The connection's errors reach the exchange through its sender.
                tokio::spawn(connection.with_upgrades());
                Ok(Sender::Http1(sender))
            }
            Protocol::Http2 => {
                let (sender, connection) = http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    // Small frames are charged against the window: under 1 MiB h2 hangs up.
                    .initial_connection_window_size(4 << 20)
                    .initial_stream_window_size(1 << 20)
                    .keep_alive_interval(Duration::from_secs(20))
                    .keep_alive_timeout(Duration::from_secs(10))
                    .handshake(io)
                    .await?;
                let (said, extended) = watch::channel(false);
                let look = Arc::new(Notify::new());
                let looks = Arc::clone(&look);
                tokio::spawn(async move {
                    let mut connection = pin!(connection);
                    loop {
                        let run = poll_fn(|cx| {
                            let polled = connection.as_mut().poll(cx);
                            let takes = connection.is_extended_connect_protocol_enabled();
                            said.send_if_modified(|had| std::mem::replace(had, takes) != takes);
                            polled
                        });
                        tokio::select! {
                            ended = run => return ended,
                            () = looks.notified() => {}
                        }
                    }
                });
                Ok(Sender::Http2(Shared { sender, extended, look }))
            }
        }
    }
}
