//! HTTP/2 with one request, or one conversation, after the other.

use super::dial::{Dial, Stream};
use super::plain::names;
use crate::command::audit::probe::Ask;
use crate::command::audit::target::Target;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::io;
use std::time::Duration;
use tokio::time::sleep;

/// A body with its trailers.
type Body = BoxBody<Bytes, Infallible>;

/// A visitor over HTTP/2, with a connection that is kept while the proxy keeps it.
pub(super) struct Multiplexed {
    dial: Dial,
    kept: Option<SendRequest<Body>>,
}

/// How often it is looked for the proxy's first settings, which come with its first bytes.
const TRIES: u32 = 10;

/// Between two looks.
const SETTINGS: Duration = Duration::from_millis(20);

impl Multiplexed {
    /// Before the first request.
    pub(super) fn new(dial: Dial) -> Self {
        Self { dial, kept: None }
    }

    /// Sends a request; returns the status of the answer.
    pub(super) async fn send(&mut self, target: &Target, ask: &Ask) -> io::Result<u16> {
        let response = self.exchange(|| request(target, ask)).await?;
        let status = response.status().as_u16();
        // An answer without an end is one as well.
        response.into_body().collect().await.ok();
        Ok(status)
    }

    /// Asks for a WebSocket (RFC 8441 §5); returns the status of the answer, and the stream
    /// where it was agreed on.
    pub(super) async fn connect_websocket(
        &mut self,
        target: &Target,
        ask: &Ask,
    ) -> io::Result<(u16, Option<Box<dyn Stream>>)> {
        let asking = || {
            let mut request = request(target, ask)?;
            *request.method_mut() = Method::CONNECT;
            request.extensions_mut().insert(Protocol::from_static("websocket"));
            let (name, value) = field("sec-websocket-version", "13")?;
            request.headers_mut().append(name, value);
            Ok(request)
        };
        let mut tries = 0;
        let response = loop {
            match self.exchange(asking).await {
                // It cannot be asked for before the proxy's first settings have come.
                Err(_) if tries < TRIES => tries += 1,
                done => break done?,
            }
            sleep(SETTINGS).await;
        };
        let status = response.status().as_u16();
        if !response.status().is_success() {
            return Ok((status, None));
        }
        let upgraded = hyper::upgrade::on(response).await.map_err(io::Error::other)?;
        Ok((status, Some(Box::new(TokioIo::new(upgraded)))))
    }

    /// One request over the connection that is kept, or over a new one where that has ended in
    /// the meantime.
    async fn exchange(
        &mut self,
        request: impl Fn() -> io::Result<Request<Body>>,
    ) -> io::Result<Response<Incoming>> {
        if let Some(mut kept) = self.kept.take()
            && kept.ready().await.is_ok()
            && let Ok(response) = kept.send_request(request()?).await
        {
            self.kept = Some(kept);
            return Ok(response);
        }
        let mut fresh = self.connect().await?;
        let sent = fresh.send_request(request()?).await;
        self.kept = Some(fresh);
        sent.map_err(io::Error::other)
    }

    async fn connect(&self) -> io::Result<SendRequest<Body>> {
        let io = TokioIo::new(self.dial.connect(true, &[]).await?);
        let (sender, connection) =
            handshake(TokioExecutor::new(), io).await.map_err(io::Error::other)?;
        // It ends when the sender is dropped; how, the request that was lost tells.
        tokio::spawn(async { connection.await.ok() });
        Ok(sender)
    }
}

/// A request as the library takes it. Of names only lower case can be sent (RFC 9113 §8.2.1).
fn request(target: &Target, ask: &Ask) -> io::Result<Request<Body>> {
    let scheme = if target.tls { "https" } else { "http" };
    let line = target.line(ask.path.as_deref(), ask.query.as_deref());
    let mut request = Request::builder()
        .version(Version::HTTP_2)
        .method(if ask.body.is_some() { Method::POST } else { Method::GET })
        .uri(format!("{scheme}://{}{line}", target.authority));
    if let Some(head) = request.headers_mut() {
        for (name, value) in target.with(&ask.fields) {
            let (name, value) = field(&name, &value)?;
            head.append(name, value);
        }
        if !ask.trailers.is_empty() {
            let (te, trailers) = field("te", "trailers")?;
            head.append(te, trailers);
            let (trailer, names) = field("trailer", &names(&ask.trailers))?;
            head.append(trailer, names);
        }
    }
    let mut trailers = HeaderMap::new();
    for (name, value) in &ask.trailers {
        let (name, value) = field(name, value)?;
        trailers.append(name, value);
    }
    let body = Full::new(Bytes::from(ask.body.clone().unwrap_or_default()));
    let body = match trailers.is_empty() {
        true => body.boxed(),
        false => body.with_trailers(async { Some(Ok(trailers)) }).boxed(),
    };
    request.body(body).map_err(io::Error::other)
}

fn field(name: &str, value: &str) -> io::Result<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
    Ok((name.map_err(io::Error::other)?, HeaderValue::from_str(value).map_err(io::Error::other)?))
}
