//! One end of a WebSocket.

use crate::harness::message::Message;
use crate::harness::soon;
use crate::harness::visitor::Stream;
use ::cloakroom::websocket::extension::Agreement;
use ::cloakroom::websocket::{Code, Event, Kind, Limits, Reader, Writer};
use std::fmt;
use std::future::Future;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// The masking key of a guest's frames, the one of RFC 6455 §5.7.
const KEY_OF_FRAMES: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// One end of a WebSocket: a guest's, or a backend's.
pub(crate) struct End {
    io: Box<dyn Stream>,
    reader: Reader,
    writer: Writer,
    mask: Option<[u8; 4]>,
    /// The other side's head of the handshake: what a backend was asked, or a guest was answered.
    pub(crate) head: Message,
    /// Bytes that came and were not looked at.
    unread: Vec<u8>,
    /// The message that is under way.
    open: Option<(Kind, Vec<u8>, usize)>,
    cut: Cut,
}

/// How the connection below is cut off.
pub(crate) enum Cut {
    /// By letting go of it.
    Drop,
    /// By a reset of this socket.
    Socket(OwnedFd),
    /// By telling whoever drives the HTTP/2 connection.
    Connection(Arc<Notify>),
}

/// What an end hears.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A whole message, in so many frames.
    Message(Kind, Vec<u8>, usize),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    /// The code, 1005 where there was none, and the reason.
    Close(u16, String),
    /// The end of the stream, however it came.
    End,
}

impl Heard {
    /// A text in one frame.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Message(Kind::Text, text.as_ref().as_bytes().to_vec(), 1)
    }

    /// This end of a conversation.
    pub(crate) fn close(code: u16, reason: &str) -> Self {
        Self::Close(code, reason.to_owned())
    }
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |bytes: &[u8]| {
            let (head, more) = bytes.split_at(bytes.len().min(200));
            format!("{}{}", String::from_utf8_lossy(head), if more.is_empty() { "" } else { "…" })
        };
        match self {
            Self::Message(kind, payload, frames) => {
                let length = payload.len();
                write!(f, "{kind:?} of {length} in {frames} frames: {}", short(payload))
            }
            Self::Ping(payload) => write!(f, "ping {}", short(payload)),
            Self::Pong(payload) => write!(f, "pong {}", short(payload)),
            Self::Close(code, reason) => write!(f, "close {code} {reason}"),
            Self::End => f.write_str("end"),
        }
    }
}

impl End {
    /// An end over this stream. A client's frames are masked; what was agreed on says how both
    /// sides compress.
    pub(super) fn new(
        io: Box<dyn Stream>,
        is_client: bool,
        agreed: Option<&Agreement>,
        head: Message,
        cut: Cut,
    ) -> Self {
        let limits = Limits { frame: 1 << 30, message: 1 << 30, fragments: u32::MAX };
        Self {
            io,
            reader: Reader::new(!is_client, agreed.map(|it| it.inflate(!is_client)), limits),
            writer: Writer::new(agreed.map(|it| it.deflate(is_client))),
            mask: is_client.then_some(KEY_OF_FRAMES),
            head,
            unread: Vec::new(),
            open: None,
            cut,
        }
    }

    /// Says a text in one frame.
    pub(crate) async fn say(&mut self, text: &str) {
        self.message(Kind::Text, text.as_bytes()).await;
    }

    /// Says a message in one frame.
    pub(crate) async fn message(&mut self, kind: Kind, payload: &[u8]) {
        let frames = self.frames(kind, &[payload]);
        self.send(&frames).await;
    }

    /// The frames of a message in these fragments, for the caller to [send](End::send).
    pub(crate) fn frames(&mut self, kind: Kind, fragments: &[&[u8]]) -> Vec<u8> {
        let mut bytes = self.begin(kind, fragments[0], fragments.len() == 1);
        for (number, fragment) in fragments.iter().enumerate().skip(1) {
            bytes.extend(self.fragment(fragment, number + 1 == fragments.len()));
        }
        bytes
    }

    /// The first frame of a message.
    pub(crate) fn begin(&mut self, kind: Kind, payload: &[u8], last: bool) -> Vec<u8> {
        self.writer.begin(kind);
        self.fragment(payload, last)
    }

    /// Another frame of the message that was begun.
    pub(crate) fn fragment(&mut self, payload: &[u8], last: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.writer.frame(payload, last, self.mask, &mut bytes);
        bytes
    }

    pub(crate) async fn ping(&mut self, payload: &[u8]) {
        let mut bytes = Vec::new();
        self.writer.ping(payload, self.mask, &mut bytes);
        self.send(&bytes).await;
    }

    pub(crate) async fn pong(&mut self, payload: &[u8]) {
        let mut bytes = Vec::new();
        self.writer.pong(payload, self.mask, &mut bytes);
        self.send(&bytes).await;
    }

    /// Says close; with 1005, without a code.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        let mut bytes = Vec::new();
        let said = Code::on_wire(code).map(|code| (code, reason));
        self.writer.close(said, self.mask, &mut bytes);
        self.send(&bytes).await;
    }

    /// Sends these bytes as they are. Whether anybody reads them is not asked.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        soon("bytes to be taken", self.push(bytes)).await;
    }

    /// The same for as long as it takes. An error is the end of the connection.
    pub(crate) async fn push(&mut self, bytes: &[u8]) {
        if self.io.write_all(bytes).await.is_ok() {
            drop(self.io.flush().await);
        }
    }

    /// Says that nothing more will be sent, without a close frame.
    pub(crate) async fn finish(&mut self) {
        // The other side may have closed already.
        drop(soon("the end to be taken", self.io.shutdown()).await);
    }

    /// Cuts the connection off in the middle of whatever is said.
    pub(crate) fn reset(self) {
        match self.cut {
            Cut::Drop => {}
            Cut::Connection(cut) => cut.notify_one(),
            Cut::Socket(socket) => {
                let socket = TcpStream::from_std(socket.into()).expect("a socket");
                socket.set_zero_linger().expect("a socket that is open");
            }
        }
    }

    /// What is heard next.
    #[track_caller]
    pub(crate) fn hear(&mut self) -> impl Future<Output = Heard> {
        soon("something to be heard", self.listen())
    }

    /// Hears the end of the conversation, answers it, and hears the end of the stream.
    pub(crate) async fn hear_close(&mut self, code: u16, reason: &str, what: impl fmt::Debug) {
        assert_eq!(self.hear().await, Heard::close(code, reason), "{what:?}");
        self.close(code, "").await;
        assert_eq!(self.hear().await, Heard::End, "{what:?}");
        self.finish().await;
    }

    /// What is heard next is the end, with this code; and then that of the stream.
    pub(crate) async fn hear_code(&mut self, code: u16, what: impl fmt::Debug) -> String {
        let Heard::Close(told, reason) = self.hear().await else { panic!("{what:?}: no close") };
        assert_eq!(told, code, "{what:?}: {reason}");
        self.close(code, "").await;
        assert_eq!(self.hear().await, Heard::End, "{what:?}");
        self.finish().await;
        reason
    }

    /// What of a message has come that has not ended.
    pub(crate) fn part(&self) -> &[u8] {
        self.open.as_ref().map_or(&[], |(_, payload, _)| payload)
    }

    /// As [`End::hear`], for as long as it takes.
    pub(crate) async fn listen(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.step() {
                return heard;
            }
            if !self.more().await {
                return Heard::End;
            }
        }
    }

    /// Reads once more; whether anything came.
    async fn more(&mut self) -> bool {
        self.unread.reserve(64 << 10);
        self.io.read_buf(&mut self.unread).await.is_ok_and(|count| count > 0)
    }

    /// The next that is to be told of what has come.
    fn step(&mut self) -> Option<Heard> {
        let mut left = self.unread.as_mut_slice();
        let before = left.len();
        let heard = loop {
            match self.reader.next(&mut left).expect("the proxy keeps to the standards") {
                None => break None,
                Some(Event::Begin(kind)) => self.open = Some((kind, Vec::new(), 1)),
                Some(Event::Piece(piece)) => {
                    self.open.as_mut().expect("a message").1.extend_from_slice(piece);
                }
                Some(Event::Fragment) => self.open.as_mut().expect("a message").2 += 1,
                Some(Event::End) => {
                    let (kind, payload, frames) = self.open.take().expect("a message");
                    break Some(Heard::Message(kind, payload, frames));
                }
                Some(Event::Ping(payload)) => break Some(Heard::Ping(payload.to_vec())),
                Some(Event::Pong(payload)) => break Some(Heard::Pong(payload.to_vec())),
                Some(Event::Close(None)) => break Some(Heard::close(1005, "")),
                Some(Event::Close(Some((code, reason)))) => {
                    break Some(Heard::close(code.value(), reason));
                }
            }
        };
        let read = before - left.len();
        self.unread.drain(..read);
        heard
    }
}
