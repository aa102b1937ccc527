//! Zammad's chat, as far as a visitor meets it: events in objects, answers in arrays, sessions
//! that keep the address from which they came.

use crate::harness::message::Message;
use crate::presets::product::{Outbox, Product, say};
use serde_json::{Value, json};
use std::sync::Mutex;

/// The addresses that the operator has blocked for its chats.
pub(super) const BLOCKED: &str = "192.0.2.*";

/// The chats that there are.
const CHATS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

/// One system.
#[derive(Default)]
pub(super) struct Zammad(Mutex<Vec<Session>>);

/// A conversation that began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) chat: String,
    pub(super) remote_ip: Option<String>,
    pub(super) said: Vec<String>,
    pub(super) is_closed: bool,
}

impl Zammad {
    /// All conversations, in their order.
    pub(super) fn sessions(&self) -> Vec<Session> {
        self.0.lock().expect("sessions").clone()
    }

    fn event(&self, name: &str, data: &Value, remote_ip: &Option<String>) -> Option<Value> {
        let answer = |event: &str, data: Value| Some(json!({"event": event, "data": data}));
        let error = |state: &str| answer("chat_error", json!({"state": state}));
        let chat = match &data["chat_id"] {
            Value::Number(number) => number.to_string(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        let mut sessions = self.0.lock().expect("sessions");
        match name {
            "ping" => return answer("pong", json!({})),
            "chat_status_customer" | "chat_session_init" if !CHATS.contains(&chat.as_str()) => {
                return error("no_such_chat");
            }
            "chat_status_customer" if remote_ip.as_deref().is_some_and(is_blocked) => {
                return error("chat_unavailable");
            }
            "chat_status_customer" => return answer(name, json!({"state": "online"})),
            "chat_session_init" => {
                let session_id = session_id(sessions.len());
                sessions.push(Session { chat, remote_ip: remote_ip.clone(), ..Session::default() });
                let data = json!({"state": "queue", "position": 1, "session_id": session_id});
                return answer("chat_session_queue", data);
            }
            _ => {}
        }
        let of_session = |at: &usize| data["session_id"] == session_id(*at);
        let Some(at) = (0..sessions.len()).find(of_session) else {
            return error("Need session_id.");
        };
        match name {
            "chat_session_message" => {
                let content = data["content"].as_str()?.to_owned();
                let message = json!({"id": 12, "chat_session_id": 9, "content": content});
                sessions[at].said.push(content);
                let session_id = session_id(at);
                answer(
                    name,
                    json!({"session_id": session_id, "message": message, "self_written": true}),
                )
            }
            "chat_session_close" => {
                sessions[at].is_closed = true;
                answer("chat_session_left", json!({"session_id": session_id(at)}))
            }
            _ => None,
        }
    }
}

impl Product for Zammad {
    /// The address that the head of the socket told.
    type Session = Option<String>;

    fn answer(&self, _: &Message) -> (u16, String) {
        (200, "{}".to_owned())
    }

    fn open(&self, request: &Message, remote_ip: &mut Self::Session, _: &Outbox) -> &'static str {
        assert_eq!(request.target(), "/ws");
        *remote_ip = Some(request.field("x-forwarded-for")).filter(|address| !address.is_empty());
        ""
    }

    fn hear(&self, text: &str, remote_ip: &mut Self::Session, out: &Outbox) {
        let event: Value = serde_json::from_str(text).expect("JSON");
        let name = event["event"].as_str().expect("an event");
        // Whatever is answered comes in an array.
        if let Some(answer) = self.event(name, &event["data"], remote_ip) {
            say(out, format!("[{answer}]"));
        }
    }
}

fn is_blocked(address: &str) -> bool {
    address.starts_with(BLOCKED.trim_end_matches('*'))
}

/// 32 hexadecimal digits.
fn session_id(number: usize) -> String {
    format!("f8b3cd2e1a0947b6a6f3d5c4{number:08x}")
}
