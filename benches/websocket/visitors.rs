//! Visitors who chat: what they say, and that they were heard.

use crate::backend::WORD;
use crate::relays::{Deflates, Leg};
use cloakroom::websocket::{Deflate, Kind, Writer};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// Visitors at one time.
const VISITORS: usize = 8;

/// Length of a message.
const LENGTH: usize = 200;

/// Visitors of one leg.
pub(crate) struct Visitors {
    at: std::net::SocketAddr,
    host: &'static str,
    deflates: Deflates,
    tls: Option<TlsConnector>,
    /// Connected, and how many messages a turn of them has.
    all: Vec<Visitor>,
    turn: usize,
}

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

struct Visitor {
    io: Box<dyn Io>,
    wire: Wire,
}

/// Frames that are ready to be sent again and again; or, where each refers to those before, are
/// made as they are sent.
enum Wire {
    Ready { frames: Vec<Vec<u8>>, next: usize },
    Made { writer: Writer, next: usize },
}

impl Visitors {
    /// Visitors of this leg; they knock when they are first asked to send.
    pub(crate) async fn connect(leg: &Leg, authority: &CertificateDer<'static>) -> Self {
        let tls = leg.is_tls.then(|| connector(authority));
        Self { at: leg.at, host: leg.host, deflates: leg.deflates, tls, all: Vec::new(), turn: 0 }
    }

    /// Sends at least so many messages, all visitors at once, each so many at a time and then
    /// waiting for the backend's word. Returns how many.
    pub(crate) async fn send(&mut self, count: u64, turn: usize) -> u64 {
        if self.turn != turn {
            self.all.clear();
            for _ in 0..VISITORS {
                self.all.push(self.visitor(turn).await);
            }
            self.turn = turn;
        }
        let turns = count.div_ceil((VISITORS * turn) as u64);
        let mut tasks = JoinSet::new();
        for mut visitor in self.all.drain(..) {
            tasks.spawn(async move {
                for _ in 0..turns {
                    visitor.take_turn(turn).await;
                }
                visitor
            });
        }
        self.all = tasks.join_all().await;
        turns * (VISITORS * turn) as u64
    }

    async fn visitor(&self, turn: usize) -> Visitor {
        let stream = TcpStream::connect(self.at).await.expect("somebody listens");
        stream.set_nodelay(true).expect("TCP");
        let mut io: Box<dyn Io> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let name = ServerName::try_from("localhost").expect("a name");
                Box::new(tls.connect(name, stream).await.expect("a handshake"))
            }
        };
        let extension = match self.deflates {
            Deflates::Not => "",
            _ => "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        };
        let request = format!(
            "GET /turns/{turn} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extension}\r\n",
            self.host
        );
        io.write_all(request.as_bytes()).await.expect("a request");
        io.flush().await.expect("a request");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(io.read_u8().await.expect("an answer"));
        }
        let answer = String::from_utf8_lossy(&answer).to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 101"), "{answer}");
        let agreed = answer.contains("permessage-deflate");
        assert_eq!(agreed, self.deflates != Deflates::Not, "{answer}");
        let keeps = agreed && !answer.contains("client_no_context_takeover");
        assert_eq!(keeps, self.deflates == Deflates::WithThoseBefore, "{answer}");
        Visitor { io, wire: Wire::new(self.deflates) }
    }
}

impl Visitor {
    async fn take_turn(&mut self, messages: usize) {
        let mut out = Vec::with_capacity(messages * (LENGTH + 8));
        for _ in 0..messages {
            self.wire.write(&mut out);
        }
        self.io.write_all(&out).await.expect("the relay reads");
        self.io.flush().await.expect("the relay reads");
        let mut word = [0; WORD.len()];
        self.io.read_exact(&mut word).await.expect("the backend answers");
        assert_eq!(word, WORD);
    }
}

impl Wire {
    fn new(deflates: Deflates) -> Self {
        match deflates {
            Deflates::Not => Self::ready(|| Writer::new(None)),
            Deflates::EachAlone => Self::ready(|| Writer::new(Some(Deflate::new(15, true)))),
            Deflates::WithThoseBefore => {
                Self::Made { writer: Writer::new(Some(Deflate::new(15, true))), next: 0 }
            }
        }
    }

    /// Each frame stands alone: it is written by a writer of its own.
    fn ready(writer: impl Fn() -> Writer) -> Self {
        let frame = |number| {
            let mut out = Vec::new();
            write(&mut writer(), number, &mut out);
            out
        };
        Self::Ready { frames: (0..100).map(frame).collect(), next: 0 }
    }

    fn write(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Ready { frames, next } => {
                out.extend_from_slice(&frames[*next % frames.len()]);
                *next += 1;
            }
            Self::Made { writer, next } => {
                write(writer, *next, out);
                *next += 1;
            }
        }
    }
}

fn write(writer: &mut Writer, number: usize, out: &mut Vec<u8>) {
    writer.begin(Kind::Text);
    writer.frame(message(number).as_bytes(), true, Some([0x37, 0xfa, 0x21, 0x3d]), out);
}

/// A message as a chat widget sends it, 200 bytes long. One in a hundred has an e-mail address.
pub(crate) fn message(number: usize) -> String {
    const SAID: [&str; 5] = [
        "hello, where is my order? it should be here by now",
        "thanks, and how long does the delivery take, please",
        "I would like to send one of the two shirts back",
        "the page says that the voucher has expired already",
        "no, that was all for today, have a nice evening",
    ];
    let said = SAID[number % SAID.len()];
    let personal = if number % 100 == 50 { " write to ann@example.org" } else { "" };
    let head = format!(
        r#"{{"event":"message.created","id":{},"conversation":"5f0c3a52-8d1e-4b7a-9c66-{:012x}","content":"{said}{personal}"#,
        10_000 + number % 80_000,
        number % 100_000,
    );
    let tail = format!(r#"","at":{}}}"#, 1_790_000_000_000_u64 + number as u64 % 1_000_000);
    let fill = LENGTH.saturating_sub(head.len() + tail.len());
    let message = format!("{head}{}{tail}", &" .".repeat(LENGTH)[..fill]);
    assert_eq!(message.len(), LENGTH);
    message
}

fn connector(authority: &CertificateDer<'static>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}
