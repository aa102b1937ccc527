//! HTTP/2 with one request after the other.

use super::dial::Dial;
use super::plain::names;
use crate::command::audit::probe::Ask;
use crate::command::audit::target::Target;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::io;

/// A body with its trailers.
type Body = BoxBody<Bytes, Infallible>;

/// A visitor over HTTP/2, with a connection that is kept while the proxy keeps it.
pub(super) struct Multiplexed {
    dial: Dial,
    kept: Option<SendRequest<Body>>,
}

impl Multiplexed {
    /// Before the first request.
    pub(super) fn new(dial: Dial) -> Self {
        Self { dial, kept: None }
    }

    /// Sends a request; returns the status of the answer.
    pub(super) async fn send(&mut self, target: &Target, ask: &Ask) -> io::Result<u16> {
        let mut kept = self.kept.take();
        if let Some(sender) = &mut kept
            && sender.ready().await.is_err()
        {
            kept = None;
        }
        let mut sender = match kept {
            Some(sender) => sender,
            None => self.connect().await?,
        };
        let response = sender.send_request(request(target, ask)?).await;
        let (head, body) = response.map_err(io::Error::other)?.into_parts();
        // An answer without an end is one as well.
        body.collect().await.ok();
        self.kept = Some(sender);
        Ok(head.status.as_u16())
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
        for (name, value) in target.fields.iter().chain(&ask.fields) {
            let (name, value) = field(name, value)?;
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
