//! One server of an upstream: its connections, how many there may be, and how it fares.

use crate::policy::upstream::{Protocol, Server as Address, Upstream};
use crate::proxy::request_body::RequestBody;
use crate::proxy::upstream::dial::{Dial, DialError, Sender, Shared};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::ext::Protocol as Opened;
use rustls::ClientConfig;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One server of an upstream.
#[derive(Debug)]
pub(super) struct Server {
    /// Its place in the configuration.
    pub(super) index: usize,
    /// Host and port for `Host`, where the upstream wants its own name there.
    pub(super) authority: String,
    /// The scheme it is spoken to in.
    pub(super) scheme: http::uri::Scheme,
    dial: Dial,
    protocol: Protocol,
    idle_limit: Duration,
    slots: Arc<Semaphore>,
    sockets: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
    shared: tokio::sync::Mutex<Kept>,
    health: Health,
}

#[derive(Debug)]
struct Idle {
    sender: http1::SendRequest<RequestBody>,
    since: Instant,
}

/// The one HTTP/2 connection.
#[derive(Debug, Default)]
struct Kept {
    sender: Option<Shared>,
    /// When dialling failed the last time, and how.
    failed: Option<(Instant, DialError)>,
}

#[derive(Debug)]
struct Health {
    failures: AtomicU32,
    limit: u32,
    pause: Duration,
    until: Mutex<Option<Instant>>,
}

impl Server {
    pub(super) fn new(
        upstream: &Upstream,
        index: usize,
        address: &Address,
        tls: Option<&Arc<ClientConfig>>,
    ) -> Self {
        let (authority, scheme) = match address {
            Address::Unix(_) => ("localhost".to_owned(), http::uri::Scheme::HTTP),
            Address::Tcp { host, port, tls } => {
                let (scheme, usual) = if *tls {
                    (http::uri::Scheme::HTTPS, 443)
                } else {
                    (http::uri::Scheme::HTTP, 80)
                };
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                (if *port == usual { host } else { format!("{host}:{port}") }, scheme)
            }
        };
        Self {
            index,
            authority,
            scheme,
            dial: Dial::new(upstream, address, tls),
            protocol: upstream.protocol,
            idle_limit: upstream.idle,
            slots: Arc::new(Semaphore::new(upstream.connections)),
            sockets: Arc::new(Semaphore::new(upstream.sockets)),
            idle: Mutex::default(),
            shared: tokio::sync::Mutex::default(),
            health: Health {
                failures: AtomicU32::new(0),
                limit: upstream.failures,
                pause: upstream.pause,
                until: Mutex::default(),
            },
        }
    }

    /// A free slot, if there is one now.
    pub(super) fn try_slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).try_acquire_owned().ok()
    }

    /// A free slot, as soon as there is one.
    pub(super) async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.slots).acquire_owned().await.ok()
    }

    /// Whether it accepts a connection within this time.
    pub(super) async fn is_reachable(&self, limit: Duration) -> bool {
        self.dial.is_reachable(limit).await
    }

    /// Whether the server is passed over now.
    pub(super) fn is_paused(&self) -> bool {
        if self.health.failures.load(Ordering::Relaxed) < self.health.limit {
            return false;
        }
        let until = self.health.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn succeeded(&self) {
        if self.health.failures.load(Ordering::Relaxed) != 0 {
            self.health.failures.store(0, Ordering::Relaxed);
        }
    }

    fn failed(&self) {
        let failures = self.health.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        if failures >= self.health.limit {
            let mut until = self.health.until.lock().unwrap_or_else(PoisonError::into_inner);
            *until = Some(Instant::now() + self.health.pause);
        }
    }

    /// A connection that can take a request: a kept one, or a new one. `fresh` refuses kept
    /// ones, after one of them turned out to be dead.
    pub(super) async fn lease(
        self: &Arc<Self>,
        slot: OwnedSemaphorePermit,
        fresh: bool,
    ) -> Result<Lease, DialError> {
        let lease = |sender, reused| Lease { server: Arc::clone(self), sender, reused, slot };
        let dialled = match self.protocol {
            Protocol::Http1 => {
                while !fresh && let Some(mut sender) = self.kept() {
                    // Ready at once, but for the moment in which it puts its last response away.
                    if sender.ready().await.is_ok() {
                        return Ok(lease(Sender::Http1(sender), true));
                    }
                }
                self.dial.connect().await
            }
            Protocol::Http2 => {
                let came = Instant::now();
                // Held while dialling: who comes meanwhile shares the new connection.
                let mut shared = self.shared.lock().await;
                let kept = shared.sender.clone();
                if let Some(mut kept) = kept.filter(|kept| !fresh && !kept.sender.is_closed())
                    && kept.sender.ready().await.is_ok()
                {
                    return Ok(lease(Sender::Http2(kept), true));
                }
                // Or the failure: one after another they would wait many times as long.
                if let Some((_, error)) = shared.failed.filter(|(at, _)| *at >= came) {
                    return Err(error);
                }
                let dialled = self.dial.connect().await;
                match &dialled {
                    Ok(Sender::Http2(sender)) => shared.sender = Some(sender.clone()),
                    Ok(Sender::Http1(_)) => {}
                    Err(error) => shared.failed = Some((Instant::now(), *error)),
                }
                dialled
            }
        };
        match dialled {
            Ok(sender) => Ok(lease(sender, false)),
            Err(error) => {
                self.failed();
                Err(error)
            }
        }
    }

    /// The connection that was used last: the others grow old and are closed.
    fn kept(&self) -> Option<http1::SendRequest<RequestBody>> {
        let mut idle = self.idle();
        while let Some(Idle { sender, since }) = idle.pop() {
            if since.elapsed() >= self.idle_limit {
                // Every other one has been idle for longer.
                idle.clear();
                return None;
            }
            if !sender.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    /// Closes connections that have been idle for too long.
    pub(super) fn sweep(&self) {
        self.idle()
            .retain(|idle| idle.since.elapsed() < self.idle_limit && !idle.sender.is_closed());
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to use a connection for one exchange.
#[derive(Debug)]
pub struct Lease {
    server: Arc<Server>,
    sender: Sender,
    reused: bool,
    slot: OwnedSemaphorePermit,
}

/// A request that got no response.
#[derive(Debug)]
pub struct Unsent {
    /// The request, where not a byte of it was sent.
    pub request: Option<Request<RequestBody>>,
}

impl Lease {
    /// Whether the connection had served before: it may have died unnoticed.
    pub fn is_reused(&self) -> bool {
        self.reused
    }

    /// Whether requests carry scheme and authority in their target.
    pub fn is_http2(&self) -> bool {
        matches!(self.sender, Sender::Http2(_))
    }

    /// The connection is to become another protocol's, and will not come back soon: its place
    /// among those for requests is free again. Whether there is room for it.
    pub fn becomes_socket(&mut self) -> bool {
        let place = Arc::clone(&self.server.sockets).try_acquire_owned();
        let has_room = place.is_ok();
        if let Ok(place) = place {
            self.slot = place;
        }
        has_room
    }

    /// The server's place in the configuration.
    pub fn server(&self) -> usize {
        self.server.index
    }

    /// The server's own host and port.
    pub fn authority(&self) -> &str {
        &self.server.authority
    }

    /// The server's scheme.
    pub fn scheme(&self) -> &http::uri::Scheme {
        &self.server.scheme
    }

    /// Sends a request and waits for the head of its response.
    pub async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, Unsent> {
        if let Sender::Http2(shared) = &mut self.sender
            && request.extensions().get::<Opened>().is_some()
            && !shared.takes_extended_connect().await
        {
            tracing::debug!(server = self.server.index, "no extended CONNECT");
            return Err(Unsent { request: None });
        }
        let sent = match &mut self.sender {
            Sender::Http1(sender) => sender.try_send_request(request).await,
            Sender::Http2(shared) => shared.sender.try_send_request(request).await,
        };
        match sent {
            Ok(response) => {
                self.server.succeeded();
                Ok(response)
            }
            Err(mut error) => {
                let request = error.take_message();
                tracing::debug!(
                    server = self.server.index,
                    sent = request.is_none(),
                    "upstream broke off"
                );
                // A kept connection that was closed meanwhile says nothing of the server's health.
                if !self.reused && !error.error().is_user() {
                    self.server.failed();
                }
                Err(Unsent { request })
            }
        }
    }

    /// No answer came in time: a server that hangs is no better than one that is gone.
    pub fn was_silent(&self) {
        self.server.failed();
    }

    /// The connection speaks another protocol from here on, and may do so for days: what is left
    /// is its place among the upstream's connections. The library's queue of requests goes; it
    /// has room for 32 of them, which are 23 KB.
    pub fn into_place(self) -> OwnedSemaphorePermit {
        self.slot
    }

    /// The exchange is over: its connection can serve another.
    pub fn give_back(self) {
        if let Sender::Http1(sender) = self.sender
            && !sender.is_closed()
        {
            self.server.idle().push(Idle { sender, since: Instant::now() });
        }
    }
}
