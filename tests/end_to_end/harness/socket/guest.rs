//! A visitor who asks for a WebSocket.

use super::end::{Cut, End};
use crate::harness::cloakroom::{Door, SHOP};
use crate::harness::message::{Frames, Framing, Message, Reader, fields, map};
use crate::harness::soon;
use crate::harness::visitor::{self, Stream};
use ::cloakroom::websocket::extension::{Agreement, Wanted};
use ::cloakroom::websocket::handshake;
use http::{Method, Request, Version};
use http_body_util::BodyExt;
use hyper::client::conn::http2;
use hyper::ext::Protocol;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, oneshot};

/// The key of the handshake of RFC 6455 §1.3.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// A visitor at 203.0.113.77 who asks for a WebSocket over HTTP/2 (RFC 8441), or HTTP/1.1.
pub(crate) fn guest(http2: bool) -> Guest {
    let guest = Guest { http2, target: "/cable".to_owned(), fields: Vec::new() };
    let guest = guest.with("sec-websocket-version", "13");
    if http2 { guest } else { guest.with("sec-websocket-key", KEY) }
}

/// A visitor who asks for a WebSocket.
#[derive(Clone, Debug)]
pub(crate) struct Guest {
    http2: bool,
    target: String,
    fields: Vec<(String, String)>,
}

impl Guest {
    /// Sends this field too.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Does not send this field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|field| field.0 != name);
        self
    }

    /// Offers to compress messages.
    pub(crate) fn deflating(self) -> Self {
        self.with("sec-websocket-extensions", "permessage-deflate; client_max_window_bits")
    }

    /// Asks for it here, instead of at `/cable`.
    pub(crate) fn at(mut self, target: &str) -> Self {
        self.target = target.to_owned();
        self
    }

    /// Asks, and is welcome.
    pub(crate) async fn open(&self, door: &Door) -> End {
        self.ask(door)
            .await
            .unwrap_or_else(|answer| panic!("{self:?}: {} {}", answer.start, answer.text()))
    }

    /// Asks; the answer where it is not yes.
    pub(crate) async fn ask(&self, door: &Door) -> Result<End, Message> {
        let (io, head, cut) =
            if self.http2 { self.connect(door).await } else { self.upgrade(door).await }?;
        let lines = head.values("sec-websocket-extensions").into_iter().map(str::as_bytes);
        let agreed = Agreement::read(lines, &Wanted { context_takeover: true });
        let agreed = agreed.expect("an extension that was offered");
        Ok(End::new(io, true, agreed.as_ref(), head, cut))
    }

    /// Over HTTP/1.1.
    async fn upgrade(&self, door: &Door) -> Result<Opened, Message> {
        let ann = visitor::at("203.0.113.77").with("connection", "keep-alive, Upgrade");
        let ann = self.fields.iter().fold(ann, |ann, (name, value)| ann.with(name, value));
        let ann = ann.with("upgrade", "websocket");
        let mut io = ann.dial(door).await;
        let request = ann.head(&format!("GET {} HTTP/1.1", self.target));
        io.write_all(request.as_bytes()).await.expect("the request is sent");
        let head = soon("an answer", head(&mut io)).await.expect("an answer");
        if head.status() == 101 {
            let accept = handshake::accept(KEY.as_bytes());
            assert_eq!(head.field("sec-websocket-accept"), accept, "one answer to our key");
            return Ok((io, head, Cut::Drop));
        }
        let mut refused = head;
        let framing = match refused.field("content-length").parse() {
            Ok(length) => Framing::Length(length),
            Err(_) => Framing::Chunked,
        };
        soon("a body", Reader::new(io).body(&mut refused, framing)).await;
        Err(refused)
    }

    /// Over HTTP/2.
    async fn connect(&self, door: &Door) -> Result<Opened, Message> {
        let ann = visitor::at("203.0.113.77").over_http2();
        let io = TokioIo::new(ann.dial(door).await);
        let builder = http2::Builder::new(TokioExecutor::new());
        let (mut sender, connection) =
            soon("HTTP/2", builder.handshake::<_, Frames>(io)).await.expect("HTTP/2");
        let (cut, (takes, taken)) = (Arc::new(Notify::new()), oneshot::channel());
        let (cut_off, mut takes) = (Arc::clone(&cut), Some(takes));
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let run = poll_fn(|cx| {
                let done = connection.as_mut().poll(cx);
                if connection.is_extended_connect_protocol_enabled() {
                    // Nobody waits for the second time.
                    takes.take().map(|takes| takes.send(()));
                } else {
                    // The library takes the settings in without waking us.
                    cx.waker().wake_by_ref();
                }
                done
            });
            tokio::select! {
                ended = run => drop(ended),
                () = cut_off.notified() => {}
            }
        });
        soon("the proxy to take an extended CONNECT", taken).await.expect("a connection");

        let mut request = Request::new(Frames::of(b"", &[]));
        *request.method_mut() = Method::CONNECT;
        *request.version_mut() = Version::HTTP_2;
        let uri = format!("https://{SHOP}{}", self.target);
        *request.uri_mut() = uri.parse().expect("a target");
        *request.headers_mut() = map(&[ann.fields(), &self.fields].concat());
        request.extensions_mut().insert(Protocol::from_static("websocket"));
        let answered = soon("an answer", sender.send_request(request)).await.expect("an answer");
        let mut head = Message {
            start: format!("HTTP/2 {}", answered.status().as_u16()),
            fields: fields(answered.headers()),
            ..Message::default()
        };
        if head.status() != 200 {
            let body = soon("a body", answered.into_body().collect()).await;
            head.body = body.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
            return Err(head);
        }
        for name in ["sec-websocket-accept", "connection", "upgrade"] {
            assert_eq!(head.field(name), "", "{name} means nothing in HTTP/2");
        }
        let io = soon("a stream", hyper::upgrade::on(answered)).await.expect("a stream");
        Ok((Box::new(TokioIo::new(io)), head, Cut::Connection(cut)))
    }
}

type Opened = (Box<dyn Stream>, Message, Cut);

/// The next head on a connection, and not a byte more.
pub(super) async fn head(io: &mut (impl tokio::io::AsyncRead + Unpin)) -> Option<Message> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.ok()?);
    }
    Reader::new(head.as_slice()).head().await
}
