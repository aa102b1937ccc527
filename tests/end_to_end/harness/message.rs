//! An HTTP/1 message taken apart, by a reader that shares no code with the proxy's.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::{Body, Frame};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt};

/// A request or a response, as it was received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// The first line without its end; over HTTP/2 one that says the same.
    pub(crate) start: String,
    /// Names as they were received, and values.
    pub(crate) fields: Vec<(String, String)>,
    /// The body without its framing.
    pub(crate) body: Vec<u8>,
    /// What came behind the body.
    pub(crate) trailers: Vec<(String, String)>,
}

impl Message {
    /// The value of a field, all its lines joined; `""` where there is none.
    pub(crate) fn field(&self, name: &str) -> String {
        self.values(name).join(", ")
    }

    /// The values of a field, one a line.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let same = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).map(|(_, value)| value.as_str()).collect()
    }

    /// The names of all fields in lower case, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| name.to_ascii_lowercase()).collect()
    }

    /// The value of a trailer field; `""` where there is none.
    pub(crate) fn trailer(&self, name: &str) -> &str {
        let same = |(n, _): &&(String, String)| n.eq_ignore_ascii_case(name);
        self.trailers.iter().find(same).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The method of a request.
    pub(crate) fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// The target of a request.
    pub(crate) fn target(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// The status of a response.
    pub(crate) fn status(&self) -> u16 {
        self.target().parse().unwrap_or_default()
    }

    /// Everything in one piece, for searching.
    pub(crate) fn flat(&self) -> Vec<u8> {
        let mut flat = format!("{}\n", self.start).into_bytes();
        for (name, value) in self.fields.iter().chain(&self.trailers) {
            flat.extend(format!("{name}: {value}\n").into_bytes());
        }
        flat.extend(&self.body);
        flat
    }
}

/// How a body is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// So many bytes.
    Length(usize),
    /// Chunks, and perhaps trailers.
    Chunked,
    /// Up to the end of the connection.
    Rest,
}

/// Is shown bytes.
type Tap = dyn FnMut(&[u8]) + Send;

/// Reads messages from a connection, and keeps what it has read.
pub(crate) struct Reader<R> {
    io: R,
    /// Is shown every piece as soon as it was read.
    tap: Box<Tap>,
    /// All bytes that were read so far.
    read: Vec<u8>,
    /// So many of them belong to messages that were handed out.
    used: usize,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) fn new(io: R) -> Self {
        Self::tapped(io, |_| ())
    }

    /// A reader that shows `tap` every piece as soon as it was read.
    pub(crate) fn tapped(io: R, tap: impl FnMut(&[u8]) + Send + 'static) -> Self {
        Self { io, tap: Box::new(tap), read: Vec::new(), used: 0 }
    }

    /// The next head, or `None` at the end of the connection.
    pub(crate) async fn head(&mut self) -> Option<Message> {
        let end = loop {
            if let Some(at) = position(&self.read[self.used..], b"\r\n\r\n") {
                break self.used + at;
            }
            self.more().await?;
        };
        let head = String::from_utf8_lossy(&self.read[self.used..end]).into_owned();
        self.used = end + 4;
        let mut lines = head.split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        Some(Message { start, fields: lines.filter_map(split).collect(), ..Message::default() })
    }

    /// Reads the body of `message`. `false` where the connection ended before it.
    pub(crate) async fn body(&mut self, message: &mut Message, framing: Framing) -> bool {
        match framing {
            Framing::Length(length) => match self.exactly(length).await {
                Some(body) => message.body = body,
                None => return false,
            },
            Framing::Rest => {
                while self.more().await.is_some() {}
                message.body = self.read.split_off(self.used);
            }
            Framing::Chunked => loop {
                let Some(line) = self.line().await else { return false };
                let size = line.split(';').next().unwrap_or_default().trim();
                let size = usize::from_str_radix(size, 16).expect("a chunk size");
                if size > 0 {
                    let Some(piece) = self.exactly(size).await else { return false };
                    message.body.extend(piece);
                    let Some(_) = self.line().await else { return false };
                    continue;
                }
                loop {
                    let Some(line) = self.line().await else { return false };
                    match split(&line) {
                        Some(trailer) => message.trailers.push(trailer),
                        None => return true,
                    }
                }
            },
        }
        true
    }

    /// Everything up to the end of the connection that no message has used.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.more().await.is_some() {}
        self.read.split_off(self.used)
    }

    /// Exactly so many bytes; `None` where the connection ends before.
    pub(crate) async fn exactly(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.read.len() < self.used + length {
            self.more().await?;
        }
        let piece = self.read[self.used..self.used + length].to_vec();
        self.used += length;
        Some(piece)
    }

    /// Whatever comes next, at least a byte; `None` at the end of the connection.
    pub(crate) async fn some(&mut self) -> Option<Vec<u8>> {
        if self.read.len() == self.used {
            self.more().await?;
        }
        let piece = self.read[self.used..].to_vec();
        self.used = self.read.len();
        Some(piece)
    }

    async fn line(&mut self) -> Option<String> {
        let end = loop {
            if let Some(at) = position(&self.read[self.used..], b"\r\n") {
                break self.used + at;
            }
            self.more().await?;
        };
        let line = String::from_utf8_lossy(&self.read[self.used..end]).into_owned();
        self.used = end + 2;
        Some(line)
    }

    /// Reads once more; `None` at the end of the connection, however it ended.
    async fn more(&mut self) -> Option<()> {
        let before = self.read.len();
        match self.io.read_buf(&mut self.read).await {
            Ok(0) | Err(_) => None,
            Ok(_) => {
                (self.tap)(&self.read[before..]);
                Some(())
            }
        }
    }

    /// The connection itself; bytes that were read and not used are lost.
    pub(crate) fn io(&mut self) -> &mut R {
        &mut self.io
    }
}

fn split(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_owned(), value.trim().to_owned()))
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// A body that is there already, with its trailers.
pub(crate) struct Frames(VecDeque<Frame<Bytes>>);

impl Frames {
    /// This body and these trailers.
    pub(crate) fn of(body: &[u8], trailers: &[(String, String)]) -> Self {
        let mut frames = VecDeque::new();
        if !body.is_empty() {
            frames.push_back(Frame::data(Bytes::copy_from_slice(body)));
        }
        if !trailers.is_empty() {
            frames.push_back(Frame::trailers(map(trailers)));
        }
        Self(frames)
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_empty()
    }
}

/// Fields as a message has them.
pub(crate) fn fields(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// Fields as the HTTP library has them.
pub(crate) fn map(fields: &[(String, String)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a field name");
        map.append(name, HeaderValue::from_str(value).expect("a field value"));
    }
    map
}
