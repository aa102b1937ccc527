//! A visitor's WebSocket, as a browser opens it: with compression offered, and messages of text.

use crate::harness::cloakroom::Door;
use crate::harness::visitor::{Visitor, Wire};
use cloakroom::websocket::extension::{Agreement, Wanted, offer};
use cloakroom::websocket::{Event, Kind, Limits, Reader, Writer};
use std::collections::VecDeque;

/// A visitor's end.
pub(super) struct Socket {
    wire: Wire,
    frames: Frames,
    heard: VecDeque<String>,
}

impl Socket {
    /// Opens one at this target, with this subprotocol.
    pub(super) async fn open(visitor: &Visitor, door: &Door, target: &str, protocol: &str) -> Self {
        let wanted = Wanted { context_takeover: false };
        let mut visitor = visitor
            .clone()
            .with("connection", "Upgrade")
            .with("upgrade", "websocket")
            .with("sec-websocket-version", "13")
            .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .with("sec-websocket-extensions", &offer(&wanted));
        if !protocol.is_empty() {
            visitor = visitor.with("sec-websocket-protocol", protocol);
        }
        let mut wire = visitor.wire(door).await;
        wire.send(visitor.head(&format!("GET {target} HTTP/1.1"))).await;
        let answer = wire.head().await.expect("an answer");
        assert_eq!(answer.status(), 101, "{answer:?}");
        assert_eq!(answer.field("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        let chosen = protocol.split(',').next().unwrap_or_default();
        assert_eq!(answer.field("sec-websocket-protocol"), chosen);
        let lines = answer.values("sec-websocket-extensions");
        let agreed = Agreement::read(lines.iter().map(|line| line.as_bytes()), &wanted);
        let agreed = agreed.expect("what was offered");
        Self { wire, frames: Frames::new(Side::Visitor, agreed.as_ref()), heard: VecDeque::new() }
    }

    /// Says this.
    pub(super) async fn say(&mut self, text: &str) {
        let mut bytes = Vec::new();
        self.frames.write(text, &mut bytes);
        self.wire.send(bytes).await;
    }

    /// What is said next; `None` where the socket was closed.
    pub(super) async fn hear(&mut self) -> Option<String> {
        loop {
            if let Some(text) = self.heard.pop_front() {
                return Some(text);
            }
            let bytes = self.wire.some().await?;
            self.heard.extend(self.frames.read(bytes));
        }
    }
}

/// Which end of a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Visitor,
    Backend,
}

/// Messages of text as frames, and frames as messages. Pings and pongs pass unheard.
pub(super) struct Frames {
    reader: Reader,
    writer: Writer,
    mask: Option<[u8; 4]>,
    message: Vec<u8>,
}

impl Frames {
    /// The frames that this side writes, and those that it reads.
    pub(super) fn new(side: Side, agreed: Option<&Agreement>) -> Self {
        let is_visitor = side == Side::Visitor;
        let limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 1000 };
        Self {
            reader: Reader::new(!is_visitor, agreed.map(|it| it.inflate(!is_visitor)), limits),
            writer: Writer::new(agreed.map(|it| it.deflate(is_visitor))),
            mask: is_visitor.then_some([0x37, 0xfa, 0x21, 0x3d]),
            message: Vec::new(),
        }
    }

    /// Writes a message: products send it in one frame, this visitor in two.
    pub(super) fn write(&mut self, text: &str, out: &mut Vec<u8>) {
        self.writer.begin(Kind::Text);
        let middle = if self.mask.is_some() { text.len() / 2 } else { 0 };
        let (first, rest) = text.as_bytes().split_at(middle);
        if !first.is_empty() {
            self.writer.frame(first, false, self.mask, out);
        }
        self.writer.frame(rest, true, self.mask, out);
    }

    /// The messages that end in these bytes.
    pub(super) fn read(&mut self, mut bytes: Vec<u8>) -> Vec<String> {
        let mut messages = Vec::new();
        let mut bytes = bytes.as_mut_slice();
        while let Some(event) = self.reader.next(&mut bytes).expect("good frames") {
            match event {
                Event::Piece(piece) => self.message.extend_from_slice(piece),
                Event::End => {
                    let message = std::mem::take(&mut self.message);
                    messages.push(String::from_utf8(message).expect("text"));
                }
                _ => {}
            }
        }
        messages
    }
}
