//! What does the backend say in a chat? To every message, what it received, and an agent's
//! reply, who has read no more than that.
//!
//! ```text
//! socket ──bytes──▶ hear ──frames──▶ socket
//!
//! at first   {"type":"welcome","property":…,"received":{the handshake}}
//! "Hello"    {"type":"message","received":"Hello","reply":"You wrote: “Hello”"}
//! ```
//!
//! A message may be any text; of a JSON object the agent reads its `text`.

use super::received::Received;
use crate::websocket::{Code, Event, Kind, Limits, Reader, Writer};
use serde::Serialize;
use serde_json::Value;
use std::borrow::Cow;
use std::ops::ControlFlow;

/// The backend's side of one chat, without its socket.
pub(super) struct Chat {
    reader: Reader,
    writer: Writer,
    /// What has come of the present message.
    message: Vec<u8>,
    /// Whether the peer was told that nothing more is said.
    has_left: bool,
}

/// Longest message in octets: far more than a person types.
const LONGEST_MESSAGE: u64 = 64 << 10;

/// A browser sends a message as one frame; a proxy may make a few of it.
const FRAGMENTS: u32 = 1000;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Said<'a> {
    Welcome { property: &'a str, received: &'a Received },
    Message { received: &'a str, reply: String },
}

impl Chat {
    /// Before the first message. What goes out is appended to `out`: here, what was received
    /// of the handshake.
    pub(super) fn begin(property: &str, received: &Received, out: &mut Vec<u8>) -> Self {
        let limits =
            Limits { frame: LONGEST_MESSAGE, message: LONGEST_MESSAGE, fragments: FRAGMENTS };
        let mut chat = Self {
            reader: Reader::new(true, None, limits),
            writer: Writer::new(None),
            message: Vec::new(),
            has_left: false,
        };
        chat.say(&Said::Welcome { property, received }, out);
        chat
    }

    /// Takes what came, and appends what is said to it. `Break`: the chat is over once that
    /// is sent.
    pub(super) fn hear(&mut self, mut bytes: &mut [u8], out: &mut Vec<u8>) -> ControlFlow<()> {
        loop {
            match self.reader.next(&mut bytes) {
                Ok(None) => return ControlFlow::Continue(()),
                Ok(Some(Event::Begin(_))) => self.message.clear(),
                Ok(Some(Event::Piece(piece))) => self.message.extend_from_slice(piece),
                Ok(Some(Event::Fragment | Event::Pong(_))) => {}
                Ok(Some(Event::End)) => self.answer(out),
                Ok(Some(Event::Ping(payload))) => self.writer.pong(payload, None, out),
                Ok(Some(Event::Close(why))) => {
                    let code = why.map(|(code, _)| (code, ""));
                    self.close(code, out);
                    return ControlFlow::Break(());
                }
                Err(violation) => {
                    self.close(Some((violation.code, violation.what)), out);
                    return ControlFlow::Break(());
                }
            }
        }
    }

    /// Says that nothing more is said. The peer's answer is still to be heard.
    pub(super) fn leave(&mut self, out: &mut Vec<u8>) {
        self.close(Some((Code::GOING_AWAY, "the demo ends")), out);
    }

    fn close(&mut self, code: Option<(Code, &str)>, out: &mut Vec<u8>) {
        // A Close frame is the last one, so there is never a second (RFC 6455 §5.5.1).
        if !std::mem::replace(&mut self.has_left, true) {
            self.writer.close(code, None, out);
        }
    }

    fn answer(&mut self, out: &mut Vec<u8>) {
        let message = std::mem::take(&mut self.message);
        let received = String::from_utf8_lossy(&message);
        let reply = match read(&received) {
            Some(text) => format!("You wrote: “{text}”"),
            None => "There was nothing for me to read.".to_owned(),
        };
        self.say(&Said::Message { received: &received, reply }, out);
    }

    fn say(&mut self, said: &Said<'_>, out: &mut Vec<u8>) {
        if self.has_left {
            return;
        }
        let text = serde_json::to_vec(said).expect("strings in structs are JSON");
        self.writer.begin(Kind::Text);
        self.writer.frame(&text, true, None, out);
    }
}

/// What an agent reads of a message.
fn read(message: &str) -> Option<Cow<'_, str>> {
    match serde_json::from_str(message) {
        Ok(Value::Object(mut fields)) => match fields.remove("text") {
            Some(Value::String(text)) => Some(text.into()),
            _ => None,
        },
        _ => Some(message.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_answered_with_what_was_received() {
        let said = |received: &str, reply: &str| json!({ "type": "message", "received": received, "reply": reply });
        check(&[Text("Hello")], &[said("Hello", "You wrote: “Hello”")]);
        let message = r#"{"text":"to [email] \u00fc"}"#;
        check(&[Text(message)], &[said(message, "You wrote: “to [email] ü”")]);
        for nothing in [r#"{"text":null}"#, "{}"] {
            check(&[Text(nothing)], &[said(nothing, "There was nothing for me to read.")]);
        }
        check(&[Text(""), Text("4")], &[said("", "You wrote: “”"), said("4", "You wrote: “4”")]);
    }

    #[test]
    fn fragments_are_one_message_with_pings_between() {
        check(
            &[Fragments(&["Gr\u{fc}", "", "\u{df}e"])],
            &[
                json!("pong"),
                json!("pong"),
                json!({ "type": "message", "received": "Grüße", "reply": "You wrote: “Grüße”" }),
            ],
        );
    }

    #[test]
    fn the_end_is_said_once() {
        check(&[Bye(Some(Code::NORMAL)), Text("heard by nobody")], &[json!(1000)]);
        check(&[Bye(None)], &[json!(null)]);
        // A frame that is not masked (RFC 6455 §5.1), one with a reserved bit, too long a one.
        check(&[Raw(b"\x81\x01a")], &[json!(1002)]);
        check(&[Raw(b"\xc1\x81\0\0\0\0a")], &[json!(1002)]);
        check(&[Raw(b"\x81\xff\0\0\0\0\0\x01\0\x01\0\0\0\0")], &[json!(1009)]);
        let (mut chat, mut out) = begun();
        chat.leave(&mut out);
        chat.leave(&mut out);
        assert!(chat.hear(&mut written(&[Text("late")]), &mut out).is_continue());
        assert!(chat.hear(&mut written(&[Bye(Some(Code::NORMAL))]), &mut out).is_break());
        assert_eq!(told(out), [json!(1001)]);
    }

    use Does::{Bye, Fragments, Raw, Text};

    /// What a client does.
    enum Does<'a> {
        Text(&'a str),
        /// One message in so many frames, with a ping behind each but the last.
        Fragments(&'a [&'a str]),
        Bye(Option<Code>),
        Raw(&'a [u8]),
    }

    /// However the bytes are cut, this is said to them.
    #[track_caller]
    fn check(done: &[Does<'_>], expected: &[Value]) {
        let bytes = written(done);
        let cuts = (0..=bytes.len()).map(|at| vec![at, bytes.len() - at]);
        for cut in cuts.chain([vec![1; bytes.len()]]) {
            let (mut chat, mut out) = begun();
            let (mut bytes, mut rest) = (bytes.clone(), 0);
            for length in cut {
                let piece = &mut bytes[rest..rest + length];
                rest += length;
                if chat.hear(piece, &mut out).is_break() {
                    break;
                }
            }
            assert_eq!(told(out), expected);
        }
    }

    /// A chat whose welcome was sent.
    fn begun() -> (Chat, Vec<u8>) {
        let (head, ()) = http::Request::get("/demo/shop/chat").body(()).unwrap().into_parts();
        let mut out = Vec::new();
        let chat = Chat::begin("shop", &Received::new(&head, b"", None), &mut out);
        let welcome = told(std::mem::take(&mut out));
        assert_eq!(welcome[0]["type"], "welcome");
        assert_eq!(welcome[0]["property"], "shop");
        assert_eq!(welcome[0]["received"]["target"], "/demo/shop/chat");
        (chat, out)
    }

    fn written(done: &[Does<'_>]) -> Vec<u8> {
        let mask = Some([0x12, 0xfe, 0, 0x80]);
        let (mut writer, mut out) = (Writer::new(None), Vec::new());
        for does in done {
            match does {
                Text(text) => {
                    writer.begin(Kind::Text);
                    writer.frame(text.as_bytes(), true, mask, &mut out);
                }
                Fragments(fragments) => {
                    writer.begin(Kind::Text);
                    for (at, fragment) in fragments.iter().enumerate() {
                        let last = at + 1 == fragments.len();
                        writer.frame(fragment.as_bytes(), last, mask, &mut out);
                        if !last {
                            writer.ping(b"?", mask, &mut out);
                        }
                    }
                }
                Bye(code) => writer.close(code.map(|code| (code, "bye")), mask, &mut out),
                Raw(bytes) => out.extend_from_slice(bytes),
            }
        }
        out
    }

    /// Texts as JSON, pongs by name, the end by its code.
    fn told(mut out: Vec<u8>) -> Vec<Value> {
        let limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 1 };
        let (mut reader, mut told, mut text) = (Reader::new(false, None, limits), vec![], vec![]);
        let mut bytes = out.as_mut_slice();
        while let Some(event) = reader.next(&mut bytes).unwrap() {
            match event {
                Event::Begin(kind) => assert_eq!(kind, Kind::Text),
                Event::Piece(piece) => text.extend_from_slice(piece),
                Event::End => {
                    told.push(serde_json::from_slice(&std::mem::take(&mut text)).unwrap())
                }
                Event::Pong(payload) => {
                    assert_eq!(payload, b"?");
                    told.push(json!("pong"));
                }
                Event::Close(why) => told.push(json!(why.map(|(code, _)| code.value()))),
                Event::Fragment | Event::Ping(_) => panic!("{event:?}"),
            }
        }
        told
    }
}
