//! A chat backend that keeps every byte it receives and answers as a test tells it.

use super::authority::AUTHORITY;
use super::message::{Frames, Framing, Message, Reader, fields, map};
use super::soon;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Notify, watch};
use tokio_rustls::TlsAcceptor;

/// A backend that answers 200 with a short body. HTTP/1.1 over TCP.
pub(crate) async fn start() -> Backend {
    answering(|_| vec![Step::ok("welcome")]).start().await
}

/// The same over HTTP/2 with prior knowledge.
pub(crate) async fn start_http2() -> Backend {
    answering(|_| vec![Step::ok("welcome")]).over_http2().start().await
}

/// A backend that does these steps for each request, once it has read all of it.
pub(crate) fn answering(
    script: impl Fn(&Message) -> Vec<Step> + Send + Sync + 'static,
) -> BackendBuilder {
    BackendBuilder {
        script: Script { steps: Arc::new(script), at_head: false },
        http2: false,
        tls: false,
        unix: false,
        address: "127.0.0.1:0".to_owned(),
    }
}

/// An address that refuses connections. Nothing else in the tests listens on 127.0.0.2, so
/// the port stays free until a backend is [started there](BackendBuilder::at).
pub(crate) async fn nowhere() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.2:0").await.expect("a port");
    listener.local_addr().expect("an address")
}

/// What a backend does about a request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Answers with this message. Over HTTP/1.1 a body with trailers is chunked.
    Answer(Message),
    /// Writes these bytes as they are (HTTP/1.1 only).
    Write(Vec<u8>),
    /// Waits until the test says so.
    Await(Arc<Notify>),
    /// Sends back whatever it receives, in capitals, up to the end (HTTP/1.1 only).
    Echo,
    /// Closes the connection.
    Close,
}

impl Step {
    /// 200 with this body.
    pub(crate) fn ok(body: &str) -> Self {
        Self::answer(200, &[], body)
    }

    /// An answer with these fields and this body.
    pub(crate) fn answer(status: u16, fields: &[(&str, &str)], body: &str) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self::Answer(Message {
            start: format!("HTTP/1.1 {status} Scripted"),
            fields: fields.iter().map(own).collect(),
            body: body.as_bytes().to_vec(),
            trailers: Vec::new(),
        })
    }

    /// An answer whose body is no text.
    pub(crate) fn answer_bytes(status: u16, fields: &[(&str, &str)], body: &[u8]) -> Self {
        match Self::answer(status, fields, "") {
            Self::Answer(message) => Self::Answer(Message { body: body.to_vec(), ..message }),
            other => other,
        }
    }

    /// The same with a trailer field behind it, announced in the head.
    pub(crate) fn with_trailer(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer(message) = &mut self {
            message.fields.push(("trailer".to_owned(), name.to_owned()));
            message.trailers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// These bytes as they are.
    pub(crate) fn write(bytes: &str) -> Self {
        Self::Write(bytes.as_bytes().to_vec())
    }
}

/// A backend before it listens.
pub(crate) struct BackendBuilder {
    script: Script,
    http2: bool,
    tls: bool,
    unix: bool,
    address: String,
}

/// What to do about a request.
type Steps = dyn Fn(&Message) -> Vec<Step> + Send + Sync;

#[derive(Clone)]
struct Script {
    steps: Arc<Steps>,
    at_head: bool,
}

impl BackendBuilder {
    /// Answers as soon as it has read the head; the body is not read (HTTP/1.1 only).
    pub(crate) fn before_the_body(mut self) -> Self {
        self.script.at_head = true;
        self
    }

    /// Speaks HTTP/2.
    pub(crate) fn over_http2(mut self) -> Self {
        self.http2 = true;
        self
    }

    /// Speaks TLS with a certificate of the tests' authority.
    pub(crate) fn over_tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Listens on this address instead of a free port.
    pub(crate) fn at(mut self, address: SocketAddr) -> Self {
        self.address = address.to_string();
        self
    }

    /// Listens on a Unix socket.
    pub(crate) fn on_a_unix_socket(mut self) -> Self {
        self.unix = true;
        self
    }

    /// Listens. Connections that come at once are served.
    pub(crate) async fn start(self) -> Backend {
        let (record, received) = watch::channel(Record::default());
        let record = Arc::new(record);
        let (http2, tls) = (self.http2, self.tls);
        let acceptor = tls
            .then(|| TlsAcceptor::from(AUTHORITY.server(&[if http2 { "h2" } else { "http/1.1" }])));
        let serve = Serve { script: self.script, record, http2, acceptor };
        let place = if self.unix {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let path = directory.path().join("backend.sock");
            let listener = UnixListener::bind(&path).expect("a socket");
            tokio::spawn(async move {
                while let Ok((socket, _)) = listener.accept().await {
                    tokio::spawn(serve.clone().connection(socket));
                }
            });
            Place::Unix(path, directory)
        } else {
            let listener = TcpListener::bind(&self.address).await.expect("a port");
            let address = listener.local_addr().expect("an address");
            tokio::spawn(async move {
                while let Ok((socket, _)) = listener.accept().await {
                    tokio::spawn(serve.clone().connection(socket));
                }
            });
            Place::Tcp(address)
        };
        Backend { place, http2, tls, received }
    }
}

/// A backend that listens. It goes with the test's runtime.
pub(crate) struct Backend {
    place: Place,
    http2: bool,
    tls: bool,
    received: watch::Receiver<Record>,
}

enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf, #[expect(dead_code, reason = "it removes the directory when dropped")] TempDir),
}

/// All that a backend has received.
#[derive(Default)]
struct Record {
    /// The bytes of each connection; over HTTP/2 the text of its messages.
    connections: Vec<Vec<u8>>,
    /// Heads that were read.
    heads: usize,
    /// Messages that were read whole.
    requests: Vec<Message>,
}

impl Backend {
    /// Its TCP address.
    pub(crate) fn address(&self) -> SocketAddr {
        match &self.place {
            Place::Tcp(address) => *address,
            Place::Unix(..) => panic!("a Unix socket has no such address"),
        }
    }

    /// The lines of an `[[upstream]]` that leads here.
    pub(crate) fn upstream(&self) -> String {
        let server = match &self.place {
            Place::Tcp(address) if self.tls => format!("https://localhost:{}", address.port()),
            Place::Tcp(address) => format!("http://{address}"),
            Place::Unix(path, _) => format!("unix:{}", path.display()),
        };
        let protocol = if self.http2 { "http2" } else { "http1" };
        let tls = format!("tls = {{ ca = {:?} }}\n", AUTHORITY.ca());
        let tls = if self.tls { tls } else { String::new() };
        format!("servers = [{server:?}]\nprotocol = \"{protocol}\"\n{tls}")
    }

    /// Every byte received so far, over all connections.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.received.borrow().connections.concat()
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> usize {
        self.received.borrow().connections.len()
    }

    /// How many requests began.
    pub(crate) fn heads(&self) -> usize {
        self.received.borrow().heads
    }

    /// The requests that were received whole.
    pub(crate) fn requests(&self) -> Vec<Message> {
        self.received.borrow().requests.clone()
    }

    /// The requests received whole, once there are at least so many.
    #[track_caller]
    pub(crate) fn after(&self, count: usize) -> impl Future<Output = Vec<Message>> {
        let mut received = self.received.clone();
        soon("requests at the backend", async move {
            let enough = |record: &Record| record.requests.len() >= count;
            received.wait_for(enough).await.expect("the backend runs").requests.clone()
        })
    }

    /// Waits until so many request heads were received.
    #[track_caller]
    pub(crate) fn after_heads(&self, count: usize) -> impl Future<Output = ()> {
        let mut received = self.received.clone();
        soon("heads at the backend", async move {
            received.wait_for(|record| record.heads >= count).await.expect("the backend runs");
        })
    }

    /// Waits until what was received holds these bytes.
    #[track_caller]
    pub(crate) fn after_bytes(&self, bytes: &[u8]) -> impl Future<Output = ()> {
        let mut received = self.received.clone();
        soon("bytes at the backend", async move {
            let holds = |c: &Vec<u8>| c.windows(bytes.len()).any(|window| window == bytes);
            let met = |record: &Record| record.connections.iter().any(holds);
            received.wait_for(met).await.expect("the backend runs");
        })
    }

    /// The one request that was received.
    #[track_caller]
    pub(crate) fn only(&self) -> Message {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "requests at the backend");
        requests[0].clone()
    }
}

#[derive(Clone)]
struct Serve {
    script: Script,
    record: Arc<watch::Sender<Record>>,
    http2: bool,
    acceptor: Option<TlsAcceptor>,
}

impl Serve {
    async fn connection<I>(self, io: I)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut number = 0;
        self.record.send_modify(|record| {
            number = record.connections.len();
            record.connections.push(Vec::new());
        });
        match self.acceptor.clone() {
            None => self.speak(io, number).await,
            Some(acceptor) => {
                // A proxy that breaks off the handshake is seen by what it answers.
                if let Ok(io) = acceptor.accept(io).await {
                    self.speak(io, number).await;
                }
            }
        }
    }

    async fn speak<I>(self, io: I, number: usize)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if self.http2 { self.http2(io, number).await } else { self.http1(io, number).await }
    }

    async fn http1<I: AsyncRead + AsyncWrite + Unpin>(self, io: I, number: usize) {
        let (from, mut to) = tokio::io::split(io);
        let record = Arc::clone(&self.record);
        let mut reader = Reader::tapped(from, move |bytes| {
            record.send_modify(|record| record.connections[number].extend(bytes));
        });
        while let Some(mut message) = reader.head().await {
            self.record.send_modify(|record| record.heads += 1);
            if !self.script.at_head {
                let framing = framing_of_request(&message);
                if !reader.body(&mut message, framing).await {
                    return;
                }
                self.record.send_modify(|record| record.requests.push(message.clone()));
            }
            for step in (self.script.steps)(&message) {
                let written = match step {
                    Step::Answer(answer) => to.write_all(&spelt(&answer, message.method())).await,
                    Step::Write(bytes) => to.write_all(&bytes).await,
                    Step::Await(signal) => {
                        signal.notified().await;
                        Ok(())
                    }
                    Step::Echo => loop {
                        let Some(piece) = reader.some().await else { return };
                        if to.write_all(&piece.to_ascii_uppercase()).await.is_err() {
                            return;
                        }
                    },
                    Step::Close => return,
                };
                if written.is_err() {
                    return;
                }
            }
            if self.script.at_head {
                // What follows is a body that nobody reads; keep it for the record.
                reader.rest().await;
                return;
            }
        }
    }

    async fn http2<I>(self, io: I, number: usize)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = service_fn(move |request| {
            let this = self.clone();
            async move { this.answer_http2(request, number).await }
        });
        let served = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(1 << 20)
            .serve_connection(TokioIo::new(io), service);
        // How the connection ends is the proxy's affair.
        drop(served.await);
    }

    async fn answer_http2(
        self,
        request: Request<Incoming>,
        number: usize,
    ) -> Result<Response<Frames>, Infallible> {
        self.record.send_modify(|record| record.heads += 1);
        let (parts, body) = request.into_parts();
        let mut message = Message {
            start: format!("{} {} HTTP/2", parts.method, parts.uri),
            fields: fields(&parts.headers),
            ..Message::default()
        };
        // What was received of a body that broke is recorded all the same.
        let whole = match body.collect().await {
            Ok(collected) => {
                message.trailers = collected.trailers().map(fields).unwrap_or_default();
                message.body = collected.to_bytes().to_vec();
                true
            }
            Err(_) => false,
        };
        self.record.send_modify(|record| {
            record.connections[number].extend(message.flat());
            if whole {
                record.requests.push(message.clone());
            }
        });
        let mut answer = Message::default();
        for step in (self.script.steps)(&message) {
            match step {
                Step::Answer(message) => answer = message,
                Step::Await(signal) => signal.notified().await,
                Step::Write(_) | Step::Echo | Step::Close => {
                    panic!("{step:?} is for HTTP/1.1")
                }
            }
        }
        let mut response = Response::new(Frames::of(&answer.body, &answer.trailers));
        *response.status_mut() = StatusCode::from_u16(answer.status()).expect("a status");
        *response.headers_mut() = map(&answer.fields);
        Ok(response)
    }
}

fn framing_of_request(message: &Message) -> Framing {
    if message.field("transfer-encoding").eq_ignore_ascii_case("chunked") {
        return Framing::Chunked;
    }
    Framing::Length(message.field("content-length").parse().unwrap_or(0))
}

/// A scripted answer as HTTP/1.1 writes it. Fields that frame it are added where it has none.
fn spelt(answer: &Message, method: &str) -> Vec<u8> {
    let mut head = format!("{}\r\n", answer.start);
    for (name, value) in &answer.fields {
        head += &format!("{name}: {value}\r\n");
    }
    let framed = !answer.field("content-length").is_empty()
        || !answer.field("transfer-encoding").is_empty()
        || [101, 204, 304].contains(&answer.status());
    let chunked = !answer.trailers.is_empty();
    if chunked {
        head += "transfer-encoding: chunked\r\n";
    } else if !framed {
        head += &format!("content-length: {}\r\n", answer.body.len());
    }
    head += "\r\n";
    let mut bytes = head.into_bytes();
    if method == "HEAD" {
        return bytes;
    }
    if chunked {
        bytes.extend(format!("{:x}\r\n", answer.body.len()).into_bytes());
        bytes.extend(&answer.body);
        bytes.extend(b"\r\n0\r\n");
        for (name, value) in &answer.trailers {
            bytes.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        bytes.extend(b"\r\n");
    } else {
        bytes.extend(&answer.body);
    }
    bytes
}
