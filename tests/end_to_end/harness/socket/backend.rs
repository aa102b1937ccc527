//! A chat backend that speaks WebSocket.

use super::end::{Cut, End};
use super::guest::head;
use crate::harness::message::{Frames, Message, fields, map};
use crate::harness::soon;
use crate::harness::visitor::Stream;
use ::cloakroom::websocket::extension::{Offers, Wanted};
use ::cloakroom::websocket::handshake;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};

/// A backend that takes every WebSocket, compression too where it is offered.
pub(crate) async fn chat(http2: bool) -> Chat {
    scripted(http2, |_, welcome| welcome).await
}

/// A backend that answers a handshake with what the script makes of a welcome.
pub(crate) async fn scripted(
    http2: bool,
    script: impl Fn(&Message, Message) -> Message + Send + Sync + 'static,
) -> Chat {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (arrived, arrivals) = mpsc::channel(64);
    let serve = Serve { script: Arc::new(script), arrived };
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let serve = serve.clone();
            tokio::spawn(async move {
                if http2 { serve.http2(socket).await } else { serve.http1(socket).await }
            });
        }
    });
    Chat { address, http2, arrivals }
}

/// A backend that listens.
pub(crate) struct Chat {
    address: SocketAddr,
    http2: bool,
    arrivals: mpsc::Receiver<End>,
}

impl Chat {
    /// The lines of an `[[upstream]]` that leads here.
    pub(crate) fn upstream(&self) -> String {
        let protocol = if self.http2 { "http2" } else { "http1" };
        format!("servers = [\"http://{}\"]\nprotocol = \"{protocol}\"\n", self.address)
    }

    /// The backend's end of the next WebSocket.
    #[track_caller]
    pub(crate) fn next(&mut self) -> impl Future<Output = End> {
        soon("a WebSocket", async { self.arrivals.recv().await.expect("the backend runs") })
    }

    /// Whether a WebSocket has arrived that nobody asked for.
    pub(crate) fn has_more(&mut self) -> bool {
        self.arrivals.try_recv().is_ok()
    }
}

/// What a handshake with this head is answered, made of a welcome.
type Script = dyn Fn(&Message, Message) -> Message + Send + Sync;

#[derive(Clone)]
struct Serve {
    script: Arc<Script>,
    arrived: mpsc::Sender<End>,
}

impl Serve {
    async fn http1(self, mut socket: TcpStream) {
        while let Some(asked) = head(&mut socket).await {
            let answer = (self.script)(&asked, welcome(&asked));
            let mut lines = format!("{}\r\n", answer.start);
            for (name, value) in &answer.fields {
                lines += &format!("{name}: {value}\r\n");
            }
            if answer.status() != 101 {
                lines += &format!("Content-Length: {}\r\n", answer.body.len());
            }
            lines += "\r\n";
            // What stands behind the head of a welcome comes with it: first words.
            let said = [lines.as_bytes(), &answer.body].concat();
            if socket.write_all(&said).await.is_err() {
                return;
            }
            if answer.status() == 101 {
                let cut = socket.as_fd().try_clone_to_owned().expect("a socket");
                return self.arrive(Box::new(socket), asked, &answer, Cut::Socket(cut));
            }
        }
    }

    async fn http2(self, socket: TcpStream) {
        let cut = Arc::new(Notify::new());
        let cut_off = Arc::clone(&cut);
        let service = service_fn(move |request| self.clone().answer(request, Arc::clone(&cut)));
        let served = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
            .enable_connect_protocol()
            .serve_connection(TokioIo::new(socket), service);
        tokio::select! {
            ended = served => drop(ended),
            () = cut_off.notified() => {}
        }
    }

    async fn answer(
        self,
        mut request: Request<Incoming>,
        cut: Arc<Notify>,
    ) -> Result<Response<Frames>, Infallible> {
        let protocol = request.extensions().get::<hyper::ext::Protocol>();
        let protocol = protocol.map_or("none", |protocol| protocol.as_str());
        let asked = Message {
            start: format!("{} {} HTTP/2 {protocol}", request.method(), request.uri()),
            fields: fields(request.headers()),
            ..Message::default()
        };
        let answer = (self.script)(&asked, welcome(&asked));
        let upgrade = hyper::upgrade::on(&mut request);
        let body = if answer.status() == 200 { &[][..] } else { &answer.body };
        let mut response = Response::new(Frames::of(body, &[]));
        *response.status_mut() = StatusCode::from_u16(answer.status()).expect("a status");
        *response.headers_mut() = map(&answer.fields);
        if answer.status() == 200 {
            tokio::spawn(async move {
                // The proxy may have left already.
                let Ok(mut io) = upgrade.await.map(TokioIo::new) else { return };
                if io.write_all(&answer.body).await.is_ok() {
                    self.arrive(Box::new(io), asked, &answer, Cut::Connection(cut));
                }
            });
        }
        Ok(response)
    }

    fn arrive(&self, io: Box<dyn Stream>, asked: Message, answer: &Message, cut: Cut) {
        let agreed = answer.values("sec-websocket-extensions").first().and_then(|_| agreed(&asked));
        // The test may have seen enough.
        drop(self.arrived.try_send(End::new(io, false, agreed.as_ref(), asked, cut)));
    }
}

/// The answer that takes what was offered.
fn welcome(asked: &Message) -> Message {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
    let over_http2 = asked.start.contains(" HTTP/2");
    if !over_http2 {
        add("Connection", "Upgrade");
        add("Upgrade", "websocket");
        let key = asked.field("sec-websocket-key");
        add("Sec-WebSocket-Accept", &handshake::accept(key.as_bytes()));
    }
    if let Some(agreed) = agreed(asked) {
        add("Sec-WebSocket-Extensions", &agreed.response());
    }
    let start = if over_http2 { "HTTP/2 200" } else { "HTTP/1.1 101 Switching Protocols" };
    Message { start: start.to_owned(), fields, ..Message::default() }
}

fn agreed(asked: &Message) -> Option<::cloakroom::websocket::extension::Agreement> {
    let lines = asked.values("sec-websocket-extensions").into_iter().map(str::as_bytes);
    let offers = Offers::parse(lines).expect("offers");
    offers.accept(&Wanted { context_takeover: true })
}
