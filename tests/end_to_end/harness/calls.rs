//! gRPC calls from both ends, frame by frame: a client and a server that send and read when the
//! test says so, and see what the other side of the proxy makes of it.

use super::cloakroom::Door;
use super::message::{fields, map};
use super::soon;
use super::visitor::Visitor;
use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::server::SendResponse;
use h2::{Reason, RecvStream, SendStream};
use http::{HeaderMap, Method, Request, Response, Version};
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// Fields by name and value.
pub(crate) type Fields<'a> = [(&'a str, &'a str)];

/// A server of calls: HTTP/2 with prior knowledge.
pub(crate) async fn server() -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (arrived, arrivals) = mpsc::channel(64);
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let arrived = arrived.clone();
            tokio::spawn(async move {
                let Ok(mut connection) = h2::server::handshake(socket).await else { return };
                while let Some(Ok((request, respond))) = connection.accept().await {
                    let (parts, body) = request.into_parts();
                    let inbox = Inbox { stream: body, read: Vec::new() };
                    let method = parts.method.as_str().to_owned();
                    let target = parts.uri.path().to_owned();
                    let fields = fields(&parts.headers);
                    // The test may have seen enough.
                    drop(arrived.try_send(Served { method, target, fields, inbox, respond }));
                }
            });
        }
    });
    Server { address, arrivals }
}

/// A server of calls.
pub(crate) struct Server {
    address: SocketAddr,
    arrivals: mpsc::Receiver<Served>,
}

impl Server {
    /// The lines of an `[[upstream]]` that leads here.
    pub(crate) fn upstream(&self) -> String {
        format!("servers = [\"http://{}\"]\nprotocol = \"http2\"\n", self.address)
    }

    /// The next call that arrives.
    #[track_caller]
    pub(crate) fn next(&mut self) -> impl Future<Output = Served> {
        soon("a call", async { self.arrivals.recv().await.expect("the server runs") })
    }

    /// Whether a call has arrived that nobody asked for.
    pub(crate) fn has_more(&mut self) -> bool {
        self.arrivals.try_recv().is_ok()
    }
}

/// A call as its server has it.
pub(crate) struct Served {
    pub(crate) method: String,
    pub(crate) target: String,
    fields: Vec<(String, String)>,
    pub(crate) inbox: Inbox,
    respond: SendResponse<Bytes>,
}

impl Served {
    /// The value of a field, all its lines joined; `""` where there is none.
    pub(crate) fn field(&self, name: &str) -> String {
        let values = self.fields.iter().filter(|field| field.0 == name);
        values.map(|field| field.1.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Answers with a head; messages and trailers follow.
    pub(crate) fn answer(&mut self, more: &Fields<'_>) -> Outbox {
        let stream = self.respond.send_response(head(more), false).expect("a head is sent");
        Outbox { stream }
    }

    /// Answers with trailers only (gRPC over HTTP/2, "Responses").
    pub(crate) fn answer_only(&mut self, more: &Fields<'_>) {
        self.respond.send_response(head(more), true).expect("a head is sent");
    }

    /// Gives the call up.
    pub(crate) fn reset(&mut self, reason: Reason) {
        self.respond.send_reset(reason);
    }

    /// Why the other side gave the call up.
    #[track_caller]
    pub(crate) fn given_up(&mut self) -> impl Future<Output = Reason> {
        soon("a reset", async {
            poll_fn(|cx| self.respond.poll_reset(cx)).await.expect("the connection stays")
        })
    }
}

fn head(more: &Fields<'_>) -> Response<()> {
    let mut response = Response::new(());
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let more: Vec<_> = more.iter().map(own).collect();
    *response.headers_mut() = map(&more);
    response.headers_mut().entry("content-type").or_insert(GRPC.parse().expect("a type"));
    response
}

/// A connection of this visitor on which calls are made.
pub(crate) async fn connect(visitor: &Visitor, door: &Door) -> Client {
    let visitor = visitor.clone().over_http2();
    let io = visitor.dial(door).await;
    let (sender, connection) = soon("HTTP/2", h2::client::handshake(io)).await.expect("HTTP/2");
    tokio::spawn(connection);
    Client { visitor, sender }
}

/// A connection on which calls are made.
pub(crate) struct Client {
    visitor: Visitor,
    sender: SendRequest<Bytes>,
}

impl Client {
    /// Begins a call of this method; nothing is sent of its messages.
    pub(crate) async fn call(&mut self, method: &str, more: &Fields<'_>) -> Call {
        let uri = format!("https://{}{method}", super::cloakroom::SHOP);
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.parse().expect("a target");
        *request.version_mut() = Version::HTTP_2;
        let headers = request.headers_mut();
        *headers = map(self.visitor.fields());
        headers.insert("content-type", GRPC.parse().expect("a type"));
        headers.insert("te", "trailers".parse().expect("a coding"));
        for (name, value) in map(&more.iter().map(|f| (f.0.into(), f.1.into())).collect::<Vec<_>>())
        {
            headers.insert(name.expect("each once"), value);
        }
        poll_fn(|cx| self.sender.poll_ready(cx)).await.expect("room for a call");
        let (response, stream) = self.sender.send_request(request, false).expect("a call");
        Call { outbox: Outbox { stream }, response: Some(response) }
    }
}

/// A call as its client has it.
pub(crate) struct Call {
    pub(crate) outbox: Outbox,
    response: Option<ResponseFuture>,
}

impl Call {
    /// The head of the answer, as soon as it is there.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> impl Future<Output = Answer> + use<> {
        let response = self.response.take().expect("one answer");
        soon("an answer", async {
            let (parts, stream) = response.await.expect("an answer").into_parts();
            let inbox = Inbox { stream, read: Vec::new() };
            Answer { status: parts.status.as_u16(), headers: parts.headers, inbox }
        })
    }

    /// Why no answer came.
    #[track_caller]
    pub(crate) fn failure(&mut self) -> impl Future<Output = Option<Reason>> {
        let response = self.response.take().expect("one answer");
        soon("a failure", async { response.await.expect_err("no answer").reason() })
    }
}

/// An answer as it comes.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) inbox: Inbox,
}

impl Answer {
    /// The value of a field; `""` where there is none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// What comes in on one side of a call.
pub(crate) struct Inbox {
    stream: RecvStream,
    read: Vec<u8>,
}

impl Inbox {
    /// The next message with its flag; `None` at the end.
    #[track_caller]
    pub(crate) fn message(&mut self) -> impl Future<Output = Option<(u8, Vec<u8>)>> {
        soon("a message", async {
            let prefix = self.exactly(5).await?;
            let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]);
            let length = usize::try_from(length).expect("a length");
            let message = self.exactly(length).await.expect("a whole message");
            Some((prefix[0], message))
        })
    }

    /// All that is left of the body.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> impl Future<Output = Vec<u8>> {
        soon("the end", async {
            while self.more().await.expect("no reset").is_some() {}
            std::mem::take(&mut self.read)
        })
    }

    /// What comes behind the messages, which must be over.
    #[track_caller]
    pub(crate) fn trailers(&mut self) -> impl Future<Output = Vec<(String, String)>> {
        soon("trailers", async {
            assert_eq!(self.more().await.expect("no reset"), None, "no more messages");
            let trailers = self.stream.trailers().await.expect("no reset");
            trailers.as_ref().map(fields).unwrap_or_default()
        })
    }

    /// Why the other side gave up, whatever came before.
    #[track_caller]
    pub(crate) fn given_up(&mut self) -> impl Future<Output = Option<Reason>> {
        soon("a reset", async {
            loop {
                match self.more().await {
                    Ok(Some(())) => {}
                    Ok(None) => panic!("an end where a reset was expected"),
                    Err(error) => return error.reason(),
                }
            }
        })
    }

    async fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < length {
            self.more().await.expect("no reset")?;
        }
        let rest = self.read.split_off(length);
        Some(std::mem::replace(&mut self.read, rest))
    }

    async fn more(&mut self) -> Result<Option<()>, h2::Error> {
        let Some(data) = self.stream.data().await.transpose()? else { return Ok(None) };
        self.stream.flow_control().release_capacity(data.len()).expect("it was taken");
        self.read.extend_from_slice(&data);
        Ok(Some(()))
    }
}

/// What goes out on one side of a call.
pub(crate) struct Outbox {
    stream: SendStream<Bytes>,
}

impl Outbox {
    /// Sends a message.
    pub(crate) async fn message(&mut self, message: &[u8]) {
        self.bytes(&framed(0, message), false).await;
    }

    /// Sends bytes as they are, as soon as the other side takes them; perhaps the last.
    pub(crate) async fn bytes(&mut self, bytes: &[u8], end: bool) {
        assert!(self.try_bytes(bytes).await, "the stream is open");
        if end {
            self.stream.send_data(Bytes::new(), true).expect("sent");
        }
    }

    /// Sends bytes as they are, unless the other side has given up.
    pub(crate) async fn try_bytes(&mut self, bytes: &[u8]) -> bool {
        let mut bytes = Bytes::copy_from_slice(bytes);
        while !bytes.is_empty() {
            let Some(room) = soon("room", self.room(bytes.len())).await else { return false };
            let piece = bytes.split_to(room.min(bytes.len()));
            if self.stream.send_data(piece, false).is_err() {
                return false;
            }
        }
        true
    }

    /// How many of so many bytes the other side would take now; waits for the first.
    pub(crate) async fn room(&mut self, bytes: usize) -> Option<usize> {
        self.stream.reserve_capacity(bytes);
        let mut room = self.stream.capacity();
        while room == 0 {
            room = poll_fn(|cx| self.stream.poll_capacity(cx)).await?.ok()?;
        }
        Some(room)
    }

    /// Nothing more will be sent.
    pub(crate) fn end(&mut self) {
        self.stream.send_data(Bytes::new(), true).expect("sent");
    }

    /// The same, with trailers.
    pub(crate) fn trailers(&mut self, trailers: &Fields<'_>) {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let trailers: Vec<_> = trailers.iter().map(own).collect();
        self.stream.send_trailers(map(&trailers)).expect("sent");
    }

    /// Waits until the other side takes nothing more; whether it does so at all.
    pub(crate) async fn refused(&mut self) -> bool {
        poll_fn(|cx| self.stream.poll_reset(cx)).await.is_ok()
    }

    /// Gives the call up.
    pub(crate) fn reset(&mut self, reason: Reason) {
        self.stream.send_reset(reason);
    }
}

/// A message behind its prefix (gRPC over HTTP/2, "Length-Prefixed-Message").
pub(crate) fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    [&[flag][..], &length, message].concat()
}

const GRPC: &str = "application/grpc";
