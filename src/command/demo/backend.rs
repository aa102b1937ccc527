//! What would a chat backend learn? A small one that answers every request with what it
//! received, so that a visitor can compare it with what was sent.
//!
//! It keeps nothing: what it saw goes back to who asked, and is forgotten. It knows nothing
//! of the proxy and speaks plain HTTP/1.1, as a backend behind a sidecar does.
//!
//! ```text
//! GET  /, /demo                   the page
//! GET  /demo/{property}/events    three server-sent events, half a second apart
//! any  /demo/{property}/…         what was received, and the property's name
//! any  any other                  what was received
//! ```
//!
//! What was received is JSON where `Accept` names it, and else text that reads like HTTP.

use super::page;
use super::received::Received;
use bytes::Bytes;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Sleep, sleep, timeout};
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
    let service =
        service_fn(|request| async { Ok::<_, Infallible>(answer(request, &page_policy).await) });
    let connection = http1::Builder::new()
        // With a timer comes hyper's limit of 30 s for a head.
        .timer(TokioTimer::new())
        // `printf … | nc` closes its half as soon as it has asked, and should see the answer.
        .half_close(true)
        .serve_connection(TokioIo::new(socket), service);
    let mut connection = pin!(connection);
    // An error here is the peer's, who is gone by then.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await.ok();
}

type AnswerBody = Either<Full<Bytes>, Events>;

/// Every request has an answer: the page, the events, or what was received.
async fn answer(request: Request<Incoming>, page_policy: &HeaderValue) -> Response<AnswerBody> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let property = property_of(path);
    let reading = head.method == Method::GET || head.method == Method::HEAD;
    match property {
        None if reading && matches!(path, "/" | "/demo" | "/demo/") => {
            let mut response = text("text/html; charset=utf-8", page::HTML);
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, page_policy.clone());
            response
        }
        Some((property, "events")) if reading => {
            respond("text/event-stream", Either::Right(Events::about(property)))
        }
        _ => match timeout(BODY_TIME, Limited::new(body, LONGEST_BODY).collect()).await {
            Ok(Ok(body)) => {
                let trailers = body.trailers().cloned();
                let body = body.to_bytes();
                let received = Received::new(&head, &body, trailers.as_ref());
                echo(&head, &received, property.map(|(name, _)| name))
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "this backend reads no more than 1 MiB\n")
            }
            Ok(Err(_)) => refuse(StatusCode::BAD_REQUEST, "the body could not be read\n"),
            Err(_) => refuse(StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
        },
    }
}

/// Longest body that is read, in octets: far above any chat message, far below the memory
/// of the smallest machine.
const LONGEST_BODY: usize = 1 << 20;

/// Time for a whole body. A person typing into `curl -d @-` should not run out of it.
const BODY_TIME: Duration = Duration::from_secs(60);

/// `/demo/{property}/{rest}`: the property's name and the rest.
fn property_of(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/demo/")?.split_once('/').filter(|(property, _)| !property.is_empty())
}

fn echo(
    head: &http::request::Parts,
    received: &Received,
    property: Option<&str>,
) -> Response<AnswerBody> {
    let mut response = if accepts_json(&head.headers) {
        match received.to_json(property) {
            Ok(json) => text("application/json", json),
            Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "no JSON could be made of it\n"),
        }
    } else {
        text("text/plain; charset=utf-8", received.to_text())
    };
    // A 2xx would turn the connection into a tunnel (RFC 9110 section 9.3.6).
    if head.method == Method::CONNECT {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}

/// Whether JSON is asked for by name. `*/*` is what curl says, and a person reads that.
fn accepts_json(fields: &HeaderMap) -> bool {
    fields.get_all(ACCEPT).iter().any(|value| {
        value
            .as_bytes()
            .split(|byte| matches!(byte, b',' | b';'))
            .any(|part| part.trim_ascii().eq_ignore_ascii_case(b"application/json"))
    })
}

fn text(kind: &'static str, content: impl Into<Bytes>) -> Response<AnswerBody> {
    respond(kind, Either::Left(Full::new(content.into())))
}

fn refuse(status: StatusCode, why: &'static str) -> Response<AnswerBody> {
    let mut response = text("text/plain; charset=utf-8", why);
    *response.status_mut() = status;
    response
}

/// An answer that is stored nowhere and taken for nothing but its kind.
fn respond(kind: &'static str, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    response.headers_mut().extend([
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]);
    response
}

/// A few server-sent events with pauses between them: who sees them arrive one by one sees
/// that nothing on the way waits for the end.
struct Events {
    property: String,
    sent: u32,
    pause: Pin<Box<Sleep>>,
}

/// Events in a stream.
const EVENTS: u32 = 3;

/// Time between two events.
const EVENT_PAUSE: Duration = Duration::from_millis(500);

impl Events {
    fn about(property: &str) -> Self {
        Self { property: property.into(), sent: 0, pause: Box::pin(sleep(Duration::ZERO)) }
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.sent == EVENTS {
            return Poll::Ready(None);
        }
        ready!(self.pause.as_mut().poll(context));
        self.sent += 1;
        self.pause = Box::pin(sleep(EVENT_PAUSE));
        // A path holds no line break, so the property cannot begin a field of its own.
        let event = format!(
            "id: {number}\nevent: message\ndata: {property}: event {number} of {EVENTS}\n\n",
            number = self.sent,
            property = self.property,
        );
        Poll::Ready(Some(Ok(Frame::data(event.into()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_message_comes_back_as_it_was_received() {
        let backend = Running::start().await;
        let (head, body) = backend
            .ask(
                "POST /demo/shop/messages?ip=203.0.113.77 HTTP/1.1\r\nHost: a\r\n\
                 X-Forwarded-For: 203.0.113.77\r\nX-Twice: 1\r\nAccept: text/html, application/json\r\n\
                 X-Twice: 2\r\nX-Latin: \u{fc}\r\nContent-Length: 13\r\n\r\n{\"text\":\"hi\"}",
            )
            .await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("content-type: application/json\r\n"), "{head}");
        let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            answer,
            serde_json::json!({ "property": "shop", "received": {
                "method": "POST",
                "target": "/demo/shop/messages?ip=203.0.113.77",
                "version": "HTTP/1.1",
                "fields": [
                    ["host", "a"], ["x-forwarded-for", "203.0.113.77"], ["x-twice", "1"],
                    ["x-twice", "2"], ["accept", "text/html, application/json"],
                    ["x-latin", "\u{fc}"], ["content-length", "13"],
                ],
                "body": "{\"text\":\"hi\"}",
                "trailers": [],
            }})
        );
    }

    #[tokio::test]
    async fn a_terminal_gets_text_with_trailers_last() {
        let backend = Running::start().await;
        let (head, body) = backend
            .ask(
                "PUT /any/path HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nTransfer-Encoding: chunked\r\n\r\n\
                 3\r\nabc\r\n2\r\nde\r\n0\r\nX-Real-IP: 203.0.113.77\r\n\r\n",
            )
            .await;
        assert!(head.contains("content-type: text/plain"), "{head}");
        assert_eq!(
            body,
            "PUT /any/path HTTP/1.1\nhost: a\naccept: */*\ntransfer-encoding: chunked\n\n\
             abcde\nx-real-ip: 203.0.113.77\n"
        );
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_are_shown_as_such() {
        let backend = Running::start().await;
        let request =
            b"POST /\xc3\xbc HTTP/1.1\r\nHost: a\r\nX-Odd: \xff\r\nContent-Length: 2\r\n\r\n\xfe!";
        let (head, body) = backend.ask(request).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(body.contains("x-odd: \u{fffd}\n") && body.ends_with("\n\u{fffd}!\n"), "{body}");
    }

    #[tokio::test]
    async fn the_page_comes_with_a_strict_policy() {
        let backend = Running::start().await;
        for path in ["/", "/demo", "/demo/"] {
            let (head, body) = backend.ask(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
            assert!(head.contains("content-security-policy: default-src 'none'; "), "{head}");
            assert!(head.contains("cache-control: no-store\r\n"), "{head}");
            assert_eq!(body, page::HTML);
        }
        let (_, body) = backend.ask("POST / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert_eq!(body, "POST / HTTP/1.1\nhost: a\n\n");
        let (head, body) = backend.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(head.contains("text/html") && body.is_empty(), "{head}");
    }

    #[tokio::test]
    async fn events_arrive_one_by_one() {
        let asked = tokio::time::Instant::now();
        let mut events = Events::about("blog");
        for number in 1..=EVENTS {
            let frame = events.frame().await.unwrap().unwrap().into_data().unwrap();
            let expected =
                format!("id: {number}\nevent: message\ndata: blog: event {number} of 3\n\n");
            assert_eq!(frame, expected);
            assert!(asked.elapsed() >= EVENT_PAUSE * (number - 1), "event {number}");
        }
        assert!(events.frame().await.is_none());
    }

    #[tokio::test]
    async fn events_are_a_stream_over_a_socket() {
        let backend = Running::start().await;
        let (head, body) = backend.ask("GET /demo/blog/events HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(head.contains("content-type: text/event-stream\r\n"), "{head}");
        assert_eq!(body.matches("data: blog: event").count(), 3, "{body}");
        // Only where a property is named; anything else is an echo.
        let (_, body) = backend.ask("GET /demo//events HTTP/1.1\r\nHost: a\r\n\r\n").await;
        assert!(body.starts_with("GET /demo//events HTTP/1.1\n"), "{body}");
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let backend = Running::start().await;
        for (length, status) in [(LONGEST_BODY, "HTTP/1.1 200"), (LONGEST_BODY + 1, "HTTP/1.1 413")]
        {
            let body = "x".repeat(length);
            let request =
                format!("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
            let (head, _) = backend.ask(request).await;
            assert!(head.starts_with(status), "{length}: {head}");
        }
    }

    #[tokio::test]
    async fn a_peer_that_speaks_nonsense_is_refused() {
        let backend = Running::start().await;
        for (request, status) in [
            ("\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", "HTTP/1.1 400"),
            (
                "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 400",
            ),
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 400"),
            ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405"),
        ] {
            let (head, _) = backend.ask(request).await;
            assert!(head.starts_with(status), "{request:?}: {head}");
        }
    }

    #[tokio::test]
    async fn what_was_begun_is_finished_after_the_word_to_stop() {
        let Running { address, stop, served } = Running::start().await;
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket
            .write_all(
                b"POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
            )
            .await
            .unwrap();
        let mut interim = [0; 25];
        socket.read_exact(&mut interim).await.unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");

        drop(stop);
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        socket.write_all(b"ok").await.unwrap();
        let mut rest = String::new();
        socket.read_to_string(&mut rest).await.unwrap();
        assert!(rest.starts_with("HTTP/1.1 200") && rest.ends_with("\n\nok\n"), "{rest}");
        served.await.unwrap();
    }

    /// A backend that serves until it is dropped.
    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        served: tokio::task::JoinHandle<()>,
    }

    impl Running {
        async fn start() -> Self {
            let backend = Backend::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
            let address = backend.address();
            let (stop, stopped) = oneshot::channel::<()>();
            let served = tokio::spawn(backend.serve(async {
                stopped.await.ok();
            }));
            Self { address, stop, served }
        }

        /// Sends raw bytes on a connection of their own and reads until it closes: the head,
        /// and the body with its framing taken off.
        async fn ask(&self, request: impl AsRef<[u8]>) -> (String, String) {
            let mut socket = TcpStream::connect(self.address).await.unwrap();
            let (mut reader, mut writer) = socket.split();
            let sending = async {
                // A refusal may come, and the connection close, before all is written.
                writer.write_all(request.as_ref()).await.ok();
                writer.shutdown().await.ok();
            };
            let mut answer = Vec::new();
            let receiving = async {
                reader.read_to_end(&mut answer).await.ok();
            };
            tokio::join!(sending, receiving);
            let answer = String::from_utf8(answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
            let head = format!("{head}\r\n");
            let body = if head.contains("transfer-encoding: chunked") {
                unchunk(body)
            } else {
                body.to_owned()
            };
            (head, body)
        }
    }

    fn unchunk(mut rest: &str) -> String {
        let mut body = String::new();
        loop {
            let (size, tail) = rest.split_once("\r\n").expect("a chunk");
            let size = usize::from_str_radix(size, 16).unwrap();
            if size == 0 {
                return body;
            }
            body.push_str(&tail[..size]);
            rest = &tail[size + 2..];
        }
    }
}
