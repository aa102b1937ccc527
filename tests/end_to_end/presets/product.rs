//! A chat product, as far as a preset meets it: what it answers over HTTP, what it says over a
//! WebSocket, and all that it was told.

use super::socket::{Frames, Side};
use crate::harness::message::{Framing, Message, Reader};
use cloakroom::websocket::handshake;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Where a message to the other end of a socket is put.
pub(super) type Outbox = mpsc::Sender<String>;

/// Says something, if anybody listens still.
pub(super) fn say(out: &Outbox, text: impl Into<String>) {
    drop(out.try_send(text.into()));
}

/// A stub of a product.
pub(super) trait Product: Send + Sync + 'static {
    /// What it knows of one socket.
    type Session: Default + Send;

    /// Status and body of the answer to a request.
    fn answer(&self, request: &Message) -> (u16, String);

    /// The subprotocol of the socket that is asked for, once it is open, and a first word.
    fn open(&self, request: &Message, session: &mut Self::Session, out: &Outbox) -> &'static str;

    /// A message of a visitor, or of an agent.
    fn hear(&self, text: &str, session: &mut Self::Session, out: &Outbox);
}

/// A stub that runs.
pub(super) struct Running {
    address: SocketAddr,
    received: Arc<Mutex<Received>>,
    directory: TempDir,
}

/// All that a stub was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Received {
    /// Requests, those for sockets among them.
    pub(super) requests: Vec<Message>,
    /// Messages that came over sockets.
    pub(super) messages: Vec<String>,
}

/// Starts a stub. Connections that come at once are served.
pub(super) async fn start<P: Product>(product: &Arc<P>) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let received = Arc::new(Mutex::new(Received::default()));
    let (product, record) = (Arc::clone(product), Arc::clone(&received));
    tokio::spawn(async move {
        while let Ok((io, _)) = listener.accept().await {
            tokio::spawn(serve(Arc::clone(&product), Arc::clone(&record), io));
        }
    });
    Running { address, received, directory: tempfile::tempdir().expect("a directory") }
}

impl Running {
    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was told so far.
    pub(super) fn received(&self) -> Received {
        self.received.lock().expect("a record").clone()
    }

    /// Keeps these bytes in a file as long as it runs.
    pub(super) fn keep(&self, bytes: &[u8]) -> PathBuf {
        let file = self.directory.path().join("hash.key");
        std::fs::write(&file, bytes).expect("a file");
        file
    }
}

impl Received {
    /// Everything in pieces, for searching: heads with their bodies, and messages.
    pub(super) fn pieces(&self) -> Vec<Vec<u8>> {
        let messages = self.messages.iter().map(|text| text.clone().into_bytes());
        self.requests.iter().map(Message::flat).chain(messages).collect()
    }
}

async fn serve<P: Product>(product: Arc<P>, record: Arc<Mutex<Received>>, io: TcpStream) {
    let (from, mut to) = tokio::io::split(io);
    let mut reader = Reader::new(from);
    while let Some(mut request) = reader.head().await {
        let framing = match request.field("content-length").parse() {
            Ok(length) => Framing::Length(length),
            Err(_) if request.field("transfer-encoding") == "chunked" => Framing::Chunked,
            Err(_) => Framing::Length(0),
        };
        if !reader.body(&mut request, framing).await {
            return;
        }
        record.lock().expect("a record").requests.push(request.clone());
        if request.field("upgrade") == "websocket" {
            return converse(&*product, &record, &request, reader, to).await;
        }
        let (status, body) = product.answer(&request);
        let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
        let answer = format!(
            "HTTP/1.1 {status} Answered\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        if to.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn converse<P: Product>(
    product: &P,
    record: &Mutex<Received>,
    request: &Message,
    mut reader: Reader<impl tokio::io::AsyncRead + Unpin>,
    mut to: impl tokio::io::AsyncWrite + Unpin,
) {
    let (out, mut outgoing) = mpsc::channel(64);
    let mut session = P::Session::default();
    let protocol = product.open(request, &mut session, &out);
    let accept = handshake::accept(request.field("sec-websocket-key").as_bytes());
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-accept: {accept}\r\n"
    );
    if !protocol.is_empty() {
        answer += &format!("sec-websocket-protocol: {protocol}\r\n");
    }
    let mut frames = Frames::new(Side::Backend, None);
    let mut bytes = format!("{answer}\r\n").into_bytes();
    loop {
        if to.write_all(&std::mem::take(&mut bytes)).await.is_err() {
            return;
        }
        tokio::select! {
            Some(text) = outgoing.recv() => frames.write(&text, &mut bytes),
            came = reader.some() => {
                let Some(came) = came else { return };
                for text in frames.read(came) {
                    record.lock().expect("a record").messages.push(text.clone());
                    product.hear(&text, &mut session, &out);
                }
            }
        }
    }
}
