//! What would a chat backend learn? A small one that answers every request with what it
//! received, so that a visitor can compare it with what was sent.
//!
//! It keeps nothing: what it saw goes back to who asked, and is forgotten. It knows nothing
//! of the proxy and speaks plain HTTP/1.1, as a backend behind a sidecar does.
//!
//! ```text
//! GET  /, /demo                   the page
//! GET  /demo/{property}/events    three server-sent events, half a second apart
//! GET  /demo/{property}/chat      a WebSocket: to each message, what was received
//! any  /demo/{property}/…         what was received, and the property's name
//! any  any other                  what was received
//! ```
//!
//! What was received is JSON where `Accept` names it, and else text that reads like HTTP.

mod answer;
mod call;
mod chat;
mod events;
mod handshake;
mod received;

#[cfg(test)]
mod tests;

use crate::command::demo::page;
use answer::answer;
use call::Call;
use http::HeaderValue;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// A chat backend that echoes what it received.
#[derive(Debug)]
pub struct Backend {
    listener: TcpListener,
    address: SocketAddr,
    page_policy: HeaderValue,
}

impl Backend {
    /// Takes the address; port 0 takes any free one. Connections queue from here on, and are
    /// answered once [`Backend::serve`] runs.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let page_policy =
            HeaderValue::try_from(page::security_policy()).map_err(io::Error::other)?;
        Ok(Self { listener, address, page_policy })
    }

    /// Where it listens, with the port that it was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `shutdown` is ready, then finishes what it has begun: for at most
    /// [`DRAIN`], after which connections are cut.
    pub async fn serve(self, shutdown: impl Future<Output = ()>) {
        let Self { listener, page_policy, .. } = self;
        let closing = CancellationToken::new();
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept(), if connections.len() < CONNECTIONS => match accepted {
                    Ok((socket, _)) => {
                        connections.spawn(converse(socket, page_policy.clone(), closing.clone()));
                    }
                    // Most likely out of descriptors. Asking again at once would only spin.
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
            }
        }
        drop(listener);
        closing.cancel();
        let drained = async { while connections.join_next().await.is_some() {} };
        if timeout(DRAIN, drained).await.is_err() {
            connections.abort_all();
        }
    }
}

/// Connections at one time; more wait to be accepted.
const CONNECTIONS: usize = 512;

/// Wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Time to finish what was begun: longer than a stream of events.
pub const DRAIN: Duration = Duration::from_secs(3);

/// One connection, until either side has had enough.
async fn converse(socket: TcpStream, page_policy: HeaderValue, closing: CancellationToken) {
    if let Some(call) = requests(socket, &page_policy, &closing).await {
        call.chat(&closing).await;
    }
}

/// The requests of a connection, and what it became if it is to be a WebSocket.
async fn requests(
    socket: TcpStream,
    page_policy: &HeaderValue,
    closing: &CancellationToken,
) -> Option<Call> {
    let called = Mutex::new(None);
    let service = service_fn(|request| async {
        let (response, call) = answer(request, page_policy).await;
        if call.is_some() {
            *called.lock().unwrap_or_else(PoisonError::into_inner) = call;
        }
        Ok::<_, Infallible>(response)
    });
    let connection = http1::Builder::new()
        // With a timer comes hyper's limit of 30 s for a head.
        .timer(TokioTimer::new())
        // `printf … | nc` closes its half as soon as it has asked, and should see the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    // An error here is the peer's, who is gone by then.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await.ok();
        }
    }
    called.lock().unwrap_or_else(PoisonError::into_inner).take()
}
