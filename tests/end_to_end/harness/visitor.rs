//! Somebody who asks: through an HTTP library, or byte by byte.

use super::authority::AUTHORITY;
use super::cloakroom::{Door, SHOP};
use super::message::{Frames, Framing, Message, Reader, fields, map};
use super::soon;
use http::{Method, Request, Response, Uri, Version};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;

/// A visitor at this address. The harness is the trusted hop that says so in `X-Forwarded-For`.
pub(crate) fn at(address: &str) -> Visitor {
    Visitor { fields: vec![("x-forwarded-for".to_owned(), address.to_owned())], ..nobody() }
}

/// A visitor of whom no hop says anything.
pub(crate) fn nobody() -> Visitor {
    Visitor {
        from: SocketAddr::from(([127, 0, 0, 1], 0)),
        preface: Vec::new(),
        fields: Vec::new(),
        trailers: Vec::new(),
        http2: false,
        host: SHOP.to_owned(),
    }
}

/// A visitor, and how it asks.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    from: SocketAddr,
    preface: Vec<u8>,
    fields: Vec<(String, String)>,
    trailers: Vec<(String, String)>,
    http2: bool,
    host: String,
}

impl Visitor {
    /// Asks over HTTP/2.
    pub(crate) fn over_http2(mut self) -> Self {
        self.http2 = true;
        self
    }

    /// Connects from this address, any of loopback's.
    pub(crate) fn from(mut self, address: &str) -> Self {
        self.from = SocketAddr::new(address.parse().expect("an address"), 0);
        self
    }

    /// Sends these bytes before anything else, TLS included: a PROXY header.
    pub(crate) fn behind(mut self, preface: impl AsRef<[u8]>) -> Self {
        self.preface = preface.as_ref().to_vec();
        self
    }

    /// Sends this field too.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends this trailer field behind the body.
    pub(crate) fn with_trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Asks for this host.
    pub(crate) fn host(mut self, host: &str) -> Self {
        self.host = host.to_owned();
        self
    }

    /// Asks for this path on a connection of its own.
    pub(crate) async fn get(&self, door: &Door, target: &str) -> Message {
        self.ask(door, Method::GET, target, b"").await
    }

    /// Posts this body on a connection of its own.
    pub(crate) async fn post(&self, door: &Door, target: &str, body: &[u8]) -> Message {
        self.ask(door, Method::POST, target, body).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask(
        &self,
        door: &Door,
        method: Method,
        target: &str,
        body: &[u8],
    ) -> Message {
        let mut talk = self.connect(door).await;
        talk.ask(method, target, body).await.expect("an answer")
    }

    /// A connection on which one request can follow another.
    pub(crate) async fn connect(&self, door: &Door) -> Talk {
        let io = TokioIo::new(self.dial(door).await);
        let sender = if self.http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            let (sender, connection) =
                soon("HTTP/2", builder.max_header_list_size(1 << 20).handshake(io))
                    .await
                    .expect("HTTP/2");
            tokio::spawn(connection);
            Sender::Http2(sender)
        } else {
            let (sender, connection) =
                soon("HTTP/1", http1::Builder::new().handshake(io)).await.expect("HTTP/1");
            tokio::spawn(connection);
            Sender::Http1(sender)
        };
        Talk { visitor: self.clone(), sender, scheme: if door.is_tls() { "https" } else { "http" } }
    }

    /// A connection on which any bytes can be sent.
    pub(crate) async fn wire(&self, door: &Door) -> Wire {
        Wire { reader: Reader::new(self.dial(door).await) }
    }

    /// The same without TLS, whatever the listener speaks.
    pub(crate) async fn clear_wire(&self, door: &Door) -> Wire {
        let io: Box<dyn Stream> = Box::new(self.socket(door).await);
        Wire { reader: Reader::new(io) }
    }

    /// The same in the clear, at a listener other than the first.
    pub(crate) async fn wire_to(&self, address: SocketAddr) -> Wire {
        let socket = soon("a connection", TcpStream::connect(address)).await;
        Wire { reader: Reader::new(Box::new(socket.expect("a connection"))) }
    }

    /// The head of a request as this visitor would write it, for a [`Wire`].
    pub(crate) fn head(&self, request_line: &str) -> String {
        let mut head = format!("{request_line}\r\nHost: {}\r\n", self.host);
        for (name, value) in &self.fields {
            head += &format!("{name}: {value}\r\n");
        }
        head + "\r\n"
    }

    /// The fields that it sends.
    pub(crate) fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// A connection in the protocol that it speaks, on which nothing was said.
    pub(crate) async fn dial(&self, door: &Door) -> Box<dyn Stream> {
        let socket = self.socket(door).await;
        if !door.is_tls() {
            return Box::new(socket);
        }
        let alpn = if self.http2 { "h2" } else { "http/1.1" };
        let connector = TlsConnector::from(AUTHORITY.client(&[alpn]));
        // Whatever host is asked for: which certificate answers is another matter.
        let name = ServerName::try_from("localhost").expect("a name");
        Box::new(soon("TLS", connector.connect(name, socket)).await.expect("TLS"))
    }

    async fn socket(&self, door: &Door) -> TcpStream {
        let dial = async {
            let socket = TcpSocket::new_v4().expect("a socket");
            socket.bind(self.from).expect("an address of this machine");
            let mut socket = socket.connect(door.address()).await.expect("a connection");
            socket.set_nodelay(true).expect("a socket");
            socket.write_all(&self.preface).await.expect("the preface is sent");
            socket
        };
        soon("a connection to the proxy", dial).await
    }
}

/// A connection, whatever it is made of.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// A connection of an HTTP library.
pub(crate) struct Talk {
    visitor: Visitor,
    sender: Sender,
    scheme: &'static str,
}

enum Sender {
    Http1(http1::SendRequest<Frames>),
    Http2(http2::SendRequest<Frames>),
}

impl Talk {
    /// One request. An error where no answer comes, or not all of it.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        target: &str,
        body: &[u8],
    ) -> Result<Message, hyper::Error> {
        let (parts, body) = self.begin(method, target, body).await?.into_parts();
        let body = soon("the answer's body", body.collect()).await?;
        Ok(Message {
            start: format!("{:?} {}", parts.version, parts.status.as_u16()),
            fields: fields(&parts.headers),
            trailers: body.trailers().map(fields).unwrap_or_default(),
            body: body.to_bytes().to_vec(),
        })
    }

    /// One request; returns as soon as the answer's head is there.
    pub(crate) async fn begin(
        &mut self,
        method: Method,
        target: &str,
        body: &[u8],
    ) -> Result<Response<Incoming>, hyper::Error> {
        let Visitor { fields: own, trailers, host, .. } = &self.visitor;
        let mut request = Request::new(Frames::of(body, trailers));
        *request.method_mut() = method;
        *request.headers_mut() = map(own);
        // Between two HTTP/1 hops only trailers that were announced are passed on.
        let names: Vec<_> = trailers.iter().map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            let names = names.join(", ").parse().expect("names");
            request.headers_mut().insert("trailer", names);
        }
        match &mut self.sender {
            Sender::Http1(sender) => {
                *request.uri_mut() = target.parse::<Uri>().expect("a target");
                let headers = request.headers_mut();
                if !headers.contains_key("host") {
                    headers.insert("host", host.parse().expect("a host"));
                }
                if !trailers.is_empty() {
                    headers.insert("transfer-encoding", "chunked".parse().expect("a coding"));
                }
                soon("an answer", sender.send_request(request)).await
            }
            Sender::Http2(sender) => {
                let uri = format!("{}://{host}{target}", self.scheme);
                *request.uri_mut() = uri.parse::<Uri>().expect("a target");
                *request.version_mut() = Version::HTTP_2;
                soon("an answer", sender.send_request(request)).await
            }
        }
    }

    /// Whether the connection takes no further request.
    pub(crate) fn is_closed(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_closed(),
            Sender::Http2(sender) => sender.is_closed(),
        }
    }

    /// Sends this field too, from here on.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.visitor = self.visitor.with(name, value);
        self
    }

    /// Another hand on the same HTTP/2 connection.
    pub(crate) fn twin(&self) -> Self {
        let Sender::Http2(sender) = &self.sender else { panic!("a twin is for HTTP/2") };
        let sender = Sender::Http2(sender.clone());
        Self { visitor: self.visitor.clone(), sender, scheme: self.scheme }
    }

    /// A GET that is answered.
    pub(crate) async fn get(&mut self, target: &str) -> Message {
        self.ask(Method::GET, target, b"").await.expect("an answer")
    }
}

/// A connection on which any bytes can be sent.
pub(crate) struct Wire {
    reader: Reader<Box<dyn Stream>>,
}

impl Wire {
    /// Sends these bytes. Whether the proxy still reads them is not asked.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let io = self.reader.io();
        let sending = async {
            if io.write_all(bytes.as_ref()).await.is_ok() {
                drop(io.flush().await);
            }
        };
        soon("bytes to be taken", sending).await;
    }

    /// Sends these bytes one by one.
    pub(crate) async fn send_bytewise(&mut self, bytes: impl AsRef<[u8]>) {
        for byte in bytes.as_ref() {
            self.send([*byte]).await;
            tokio::task::yield_now().await;
        }
    }

    /// The next answer to a request that was no HEAD; `None` where the connection ends before
    /// its head. A body that is cut short is returned as far as it came.
    pub(crate) async fn answer(&mut self) -> Option<Message> {
        let reading = async {
            let mut message = self.reader.head().await?;
            let framing = match message.field("content-length").parse() {
                _ if [101, 204, 304].contains(&message.status()) => Framing::Length(0),
                _ if message.status() < 200 => Framing::Length(0),
                Ok(length) => Framing::Length(length),
                Err(_) if message.field("transfer-encoding") == "chunked" => Framing::Chunked,
                Err(_) => Framing::Rest,
            };
            self.reader.body(&mut message, framing).await;
            Some(message)
        };
        soon("an answer", reading).await
    }

    /// Whatever comes next, at least a byte; `None` at the end of the connection.
    pub(crate) async fn some(&mut self) -> Option<Vec<u8>> {
        soon("bytes from the proxy", self.reader.some()).await
    }

    /// The next head alone; `None` at the end of the connection.
    pub(crate) async fn head(&mut self) -> Option<Message> {
        soon("a head from the proxy", self.reader.head()).await
    }

    /// The connection itself.
    pub(crate) fn io(&mut self) -> &mut Box<dyn Stream> {
        self.reader.io()
    }

    /// Exactly so many bytes.
    pub(crate) async fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        soon("bytes from the proxy", self.reader.exactly(length)).await
    }

    /// Everything up to the end of the connection, which is expected soon.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        soon("the end of the connection", self.reader.rest()).await
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        // The proxy may have closed already.
        drop(soon("the end to be taken", self.reader.io().shutdown()).await);
    }
}
