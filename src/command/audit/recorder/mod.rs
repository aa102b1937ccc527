//! What would a backend get? A recorder in its place: plain HTTP/1.1, HTTP/2 by prior
//! knowledge, WebSocket over both, with or without a PROXY header in front.
//!
//! ```text
//! accept -> [PROXY header] -> HTTP/1.1 or HTTP/2 -> request::keep -> Log
//!                                                    └ call::listen ┘
//! ```

mod call;
mod log;
mod request;
mod tap;

use super::received::{Place, Received};
use crate::address::proxy_protocol::{self, LONGEST_V2, Origin};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use log::{Log, Sender};
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tap::{Tap, Unread};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// A backend that keeps all that it receives.
pub(super) struct Recorder {
    log: Log,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Listens at this address; what comes from now on is kept.
    pub(super) async fn start(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let log = Log::default();
        let task = tokio::spawn(accept(listener, log.clone()));
        Ok(Self { log, task })
    }

    /// What came since the last call, once nothing is on its way any more.
    pub(super) async fn take(&self) -> Vec<Received> {
        let deadline = Instant::now() + PATIENCE;
        while !self.log.is_quiet() && Instant::now() < deadline {
            sleep(PAUSE).await;
        }
        self.log.take()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Longest wait for a request that is on its way: by then its visitor has an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(1);

/// Time for a connection to say what it speaks, once it says anything.
const OPENING: Duration = Duration::from_secs(5);

async fn accept(listener: TcpListener, log: Log) {
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                tokio::spawn(converse(socket, peer.ip(), log.clone()));
            }
            // Most likely out of descriptors. Asking again at once would only spin.
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn converse(mut socket: TcpStream, peer: IpAddr, log: Log) {
    // Without it an acknowledgement waits for the one of the packet before.
    socket.set_nodelay(true).ok();
    if socket.readable().await.is_err() {
        return;
    }
    let Ok(Ok(announced)) = timeout(OPENING, proxy_header(&mut socket)).await else { return };
    let sender = Sender { peer, announced };
    let is_http2 = timeout(OPENING, opens_with(&socket, HTTP2)).await;
    let unread = Unread::default();
    let service = |request: Request<Incoming>| {
        let (log, unread) = (log.clone(), unread.clone());
        async move { Ok::<_, Infallible>(request::keep(request, log, sender, unread).await) }
    };
    if let Ok(Ok(true)) = is_http2 {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.enable_connect_protocol().max_header_list_size(1 << 20);
        // How it ends is the proxy's affair.
        builder.serve_connection(TokioIo::new(socket), service_fn(service)).await.ok();
        return;
    }
    let tapped = Tap::new(socket, unread.clone());
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .max_headers(1000)
        .serve_connection(TokioIo::new(tapped), service_fn(service))
        .with_upgrades()
        .await;
    let rest = unread.take();
    if served.is_err() && !rest.is_empty() {
        log.begin(sender).part(Place::Bytes, &rest);
    }
}

/// How HTTP/2 begins (RFC 9113 §3.4).
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Whom a PROXY header announces, which is then read; nobody where there is none.
async fn proxy_header(socket: &mut TcpStream) -> io::Result<Option<IpAddr>> {
    let mut bytes = vec![0; LONGEST_V2];
    loop {
        let length = socket.peek(&mut bytes).await?;
        let begun = bytes.get(..length).unwrap_or_default();
        match proxy_protocol::parse(begun) {
            Ok(None) if length > 0 => sleep(PAUSE).await,
            Ok(Some(header)) => {
                let mut taken = vec![0; header.length];
                socket.read_exact(&mut taken).await?;
                return Ok(match header.origin {
                    Origin::Proxied { source, .. } => Some(source.ip()),
                    Origin::Local | Origin::Unknown => None,
                });
            }
            _ => return Ok(None),
        }
    }
}

/// Whether the connection goes on with these bytes, which are left to be read.
async fn opens_with(socket: &TcpStream, expected: &[u8]) -> io::Result<bool> {
    let mut bytes = vec![0; expected.len()];
    loop {
        let length = socket.peek(&mut bytes).await?;
        let begun = bytes.get(..length).unwrap_or_default();
        if begun == expected || length == 0 || !expected.starts_with(begun) {
            return Ok(begun == expected);
        }
        sleep(PAUSE).await;
    }
}
