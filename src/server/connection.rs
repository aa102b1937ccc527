//! One client connection: PROXY header, TLS, HTTP, and its end.

use crate::address::proxy_protocol::Origin;
use crate::policy::listener::Transport;
use crate::proxy::{self, Visit, visit::State};
use crate::server::door::Door;
use crate::server::guard::Guarded;
use crate::server::preface::{Rewound, read_proxy_header};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::any::Any;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

/// How long a draining connection may be idle: a client that is about to send its next
/// request gets an answer, which says that it is the last one.
const DRAIN_IDLE: Duration = Duration::from_secs(1);

/// Serves a connection to its end. Why it ended is counted, and told at debug level
/// without the peer: its address is the visitor's. It gives back its `place` when the last of it
/// has ended.
pub(super) async fn serve(
    door: Arc<Door>,
    socket: TcpStream,
    peer: SocketAddr,
    place: Arc<dyn Any + Send + Sync>,
) {
    let conversations = TaskTracker::new();
    let stopped = async {
        door.stop.cancelled().await;
        // They are told to end, too, and say so within a time of their own.
        conversations.close();
        conversations.wait().await;
    };
    let ended = tokio::select! {
        ended = run(&door, socket, peer.ip(), (&conversations, &place)) => ended,
        () = stopped => Err("stopped"),
    };
    if let Err(why) = ended {
        tracing::debug!(listener = &*door.name, why, "connection closed");
        door.wire.close(&door.name, why);
    }
}

async fn run(
    door: &Arc<Door>,
    socket: TcpStream,
    peer: IpAddr,
    (conversations, place): (&TaskTracker, &Arc<dyn Any + Send + Sync>),
) -> Result<(), &'static str> {
    socket.set_nodelay(true).map_err(|_| "socket")?;
    let times = door.plan.load().settings.timeouts.clone();
    let local = socket.local_addr().ok().map(|local| local.ip().to_canonical());
    let (peer, io) = if door.listener.proxy_protocol {
        if !door.listener.chain.trusts(peer) {
            return Err("a PROXY listener, and the peer is not trusted");
        }
        let read = timeout(times.proxy_header, read_proxy_header(socket)).await;
        let (origin, io) =
            read.map_err(|_| "PROXY header too slow")?.map_err(|_| "PROXY header")?;
        let peer = match origin {
            Origin::Proxied { source, .. } => Some(source.ip()),
            // The sender speaks for itself: a health check.
            Origin::Local => Some(peer),
            Origin::Unknown => None,
        };
        (peer, io)
    } else {
        (Some(peer), Rewound::untouched(socket))
    };
    let ends = Ends { peer, local, conversations, place };
    match (&door.listener.transport, &door.tls) {
        (Transport::Plain { http2: true }, _) => speak_http2(door, ends, io).await,
        (Transport::Plain { http2: false }, _) => speak_http1(door, ends, io).await,
        (Transport::Tls(_), Some(tls)) => {
            let turn = door.handshakes.acquire().await.map_err(|_| "closing")?;
            let acceptor = TlsAcceptor::from(Arc::clone(&tls.load().config));
            let handshake = timeout(times.tls_handshake, acceptor.accept(io)).await;
            drop(turn);
            let stream =
                handshake.map_err(|_| "TLS handshake too slow")?.map_err(|_| "TLS handshake")?;
            door.wire.shake(&door.name, stream.get_ref().1);
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                speak_http2(door, ends, stream).await
            } else {
                speak_http1(door, ends, stream).await
            }
        }
        (Transport::Tls(_), None) => Err("no certificate"),
    }
}

/// The two ends of a connection, as far as they are known, and the conversations on it.
#[derive(Clone, Copy)]
struct Ends<'a> {
    peer: Option<IpAddr>,
    local: Option<IpAddr>,
    conversations: &'a TaskTracker,
    place: &'a Arc<dyn Any + Send + Sync>,
}

async fn speak_http1<I>(door: &Arc<Door>, ends: Ends<'_>, io: I) -> Result<(), &'static str>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let visit = visit(door, ends)?;
    let settings = Arc::clone(&visit.plan.load().settings);
    let guarded = Guarded::new(io, &settings.limits, &settings.timeouts, Arc::clone(&visit.state));
    let service = {
        let visit = Arc::clone(&visit);
        service_fn(move |request| proxy::answer(Arc::clone(&visit), request))
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // Times, heads and framing are the guard's, before the library sees a byte.
        .header_read_timeout(None)
        .max_headers(settings.limits.head_fields.saturating_add(1))
        .max_buf_size(settings.limits.head_bytes.saturating_add(64 << 10))
        .serve_connection(TokioIo::new(guarded), service)
        .with_upgrades();
    drive(door, &visit.state, None, connection).await.map_err(|()| "HTTP/1")
}

async fn speak_http2<I>(door: &Arc<Door>, ends: Ends<'_>, io: I) -> Result<(), &'static str>
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let visit = visit(door, ends)?;
    let settings = Arc::clone(&visit.plan.load().settings);
    let limits = &settings.limits;
    let service = {
        let visit = Arc::clone(&visit);
        service_fn(move |request| proxy::answer(Arc::clone(&visit), request))
    };
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        // WebSockets (RFC 8441).
        .enable_connect_protocol()
        .max_concurrent_streams(limits.h2_streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(limits.h2_pending_resets)
        .initial_connection_window_size(limits.h2_window)
        .initial_stream_window_size(limits.h2_window / 4)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .serve_connection(TokioIo::new(io), service);
    let times = &settings.timeouts;
    let times = Http2Times { first: times.head, idle: times.keep_alive, send: times.send };
    drive(door, &visit.state, Some(times), connection).await.map_err(|()| "HTTP/2")
}

/// How often an HTTP/2 peer is asked whether it is there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);

/// A connection that can be asked to end after the exchanges that are open.
trait Drains: Future<Output = Result<(), hyper::Error>> {
    /// How long a drain waits for a next request before it closes the connection.
    const WAITS: Duration;

    fn close(self: Pin<&mut Self>);
}

impl<I, S> Drains for http1::UpgradeableConnection<I, S>
where
    Self: Future<Output = Result<(), hyper::Error>>,
    S: hyper::service::HttpService<hyper::body::Incoming>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S::ResBody: hyper::body::Body + 'static,
    <S::ResBody as hyper::body::Body>::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    const WAITS: Duration = DRAIN_IDLE;

    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S> Drains for http2::Connection<I, S, TokioExecutor>
where
    Self: Future<Output = Result<(), hyper::Error>>,
    S: hyper::service::HttpService<hyper::body::Incoming>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S::ResBody: hyper::body::Body + 'static,
    <S::ResBody as hyper::body::Body>::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    TokioExecutor: hyper::rt::bounds::Http2ServerConnExec<S::Future, S::ResBody>,
{
    /// GOAWAY says which streams were served: nothing is lost by saying it at once.
    const WAITS: Duration = Duration::ZERO;

    fn close(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// The limits of an HTTP/2 connection as a whole; for HTTP/1 the guard sees to them.
#[derive(Clone, Copy)]
struct Http2Times {
    /// Until the first request.
    first: Duration,
    /// Between two requests.
    idle: Duration,
    /// For a client that takes nothing of a response.
    send: Duration,
}

/// Polls the connection until it ends, is told to, has been idle for too long, or has not
/// taken a response for too long.
async fn drive<C: Drains>(
    door: &Door,
    state: &State,
    times: Option<Http2Times>,
    connection: C,
) -> Result<(), ()> {
    let mut connection = pin!(connection);
    let mut closing = false;
    let mut alarm =
        pin!(sleep_until(Instant::now() + times.map_or(FOREVER, |t| t.first.min(t.idle))));
    let send = times.map_or(FOREVER, |times| times.send);
    let mut patience = pin!(sleep_until(Instant::now() + send));
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => return ended.map_err(drop),
            () = door.drain.cancelled(), if !state.is_draining() => {
                state.drain();
                alarm.as_mut().reset(Instant::now() + C::WAITS);
            }
            () = alarm.as_mut(), if !closing || state.served() == 0 => {
                if closing {
                    // A peer that never began to speak HTTP/2 cannot be asked to end.
                    return Ok(());
                }
                let limit = times.map(|t| if state.served() == 0 { t.first } else { t.idle });
                let end = state.idle_since().zip(limit).map(|(since, limit)| Instant::from_std(since) + limit);
                let now = Instant::now();
                if state.is_draining() || end.is_some_and(|end| end <= now) {
                    connection.as_mut().close();
                    closing = true;
                    alarm.as_mut().reset(now + DRAIN_IDLE);
                } else {
                    alarm.as_mut().reset(end.unwrap_or(now + limit.unwrap_or(FOREVER)));
                }
            }
            () = patience.as_mut() => {
                let now = Instant::now();
                match state.paces.first_end().map(Instant::from_std) {
                    Some(end) if end <= now => return Err(()),
                    end => patience.as_mut().reset(end.unwrap_or(now + send)),
                }
            }
        }
    }
}

/// Longer than any connection lasts.
const FOREVER: Duration = Duration::from_secs(86_400 * 365);

/// What the connection carries from exchange to exchange.
fn visit(door: &Door, ends: Ends<'_>) -> Result<Arc<Visit>, &'static str> {
    let mut dice = [0; 16];
    aws_lc_rs::rand::fill(&mut dice).map_err(|_| "no randomness")?;
    Ok(Arc::new(Visit {
        plan: Arc::clone(&door.plan),
        listener: Arc::clone(&door.listener),
        name: Arc::clone(&door.name),
        peer: ends.peer,
        local: ends.local,
        dice: u128::from_ne_bytes(dice),
        tasks: door.tasks.clone(),
        conversations: ends.conversations.clone(),
        place: Arc::clone(ends.place),
        stop: door.stop.clone(),
        meters: Arc::clone(&door.meters),
        state: Arc::default(),
        memo: Mutex::default(),
    }))
}
