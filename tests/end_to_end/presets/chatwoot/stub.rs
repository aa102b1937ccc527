//! Chatwoot, as far as a widget meets it: inboxes, contacts and their sessions, conversations, and
//! ActionCable, which speaks first and carries JSON in JSON.

use super::throttle::Throttle;
use crate::contacts::{Contact, Contacts};
use crate::harness::message::Message;
use crate::presets::product::{Outbox, Product, say};
use aws_lc_rs::hmac;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The inboxes that there are, by their tokens.
pub(super) const INBOXES: [&str; 2] = ["Xk3mPq7WzR9tLb2Vn5cD8fHs", "Wn4kTq8RzB2xLc6Vm9dF3gHj"];

/// An agent who may log in.
pub(super) const AGENT: (&str, &str) = ("agent@desk.example.org", "correct horse battery");

/// What every property's server and Chatwoot share.
const HMAC_TOKEN: &[u8] = b"hmac-token-of-the-inbox";

/// One account.
pub(super) struct Chatwoot {
    pub(super) contacts: Contacts,
    pub(super) throttle: Throttle,
    /// Of each widget that was opened; its place is its number.
    sessions: Mutex<Vec<Session>>,
    /// Where to say something to the holder of a token.
    streams: Mutex<HashMap<String, Outbox>>,
    /// What was said in conversations.
    said: Mutex<Vec<String>>,
}

struct Session {
    inbox: usize,
    contact: usize,
    pubsub_token: String,
}

impl Chatwoot {
    /// An account that the proxy reaches from this address.
    pub(super) fn behind(peer: &str) -> Arc<Self> {
        Arc::new(Self {
            contacts: Contacts::default(),
            throttle: Throttle::new(peer),
            sessions: Mutex::default(),
            streams: Mutex::default(),
            said: Mutex::default(),
        })
    }

    /// The contents of all messages that were taken.
    pub(super) fn said(&self) -> Vec<String> {
        self.said.lock().expect("messages").clone()
    }

    /// A new contact, before its visitor has done anything.
    fn open_widget(&self, inbox: usize, request: &Message) -> String {
        let contact = self.contacts.create(&self.throttle.rails_ip(request));
        let mut sessions = self.sessions.lock().expect("sessions");
        let number = sessions.len();
        let pubsub_token = pubsub_token(number, 0);
        let auth = auth_token(number);
        let page = format!(
            "<html><script>window.authToken = '{auth}'\n\
             window.chatwootPubsubToken = '{pubsub_token}'</script></html>"
        );
        sessions.push(Session { inbox, contact, pubsub_token });
        page
    }

    /// The number of the session whose token comes with a request.
    fn session(&self, inbox: usize, request: &Message) -> Option<usize> {
        let sessions = self.sessions.lock().expect("sessions");
        let token = request.field("x-auth-token");
        (0..sessions.len()).find(|at| auth_token(*at) == token && sessions[*at].inbox == inbox)
    }

    fn widget(&self, call: &str, session: usize, request: &Message) -> (u16, Value) {
        if call == "messages" && request.field("content-type").starts_with("multipart/") {
            let has = request.text().contains("name=\"message[attachments][]\"; filename=\"");
            return (if has { 200 } else { 422 }, json!({}));
        }
        let body = match request.body.as_slice() {
            b"" => json!({}),
            body => match serde_json::from_slice(body) {
                Ok(body) => body,
                Err(_) => return (400, json!({})),
            },
        };
        match call {
            "config" => return (200, self.config(session)),
            "contact/set_user" => {
                let (said, seal) = (&body["identifier"], &body["identifier_hash"]);
                if !seal.is_null() && seal.as_str() != Some(&sealed(said.as_str().unwrap_or(""))) {
                    return (
                        401,
                        json!({"error": "HMAC failed: Invalid Identifier Hash Provided"}),
                    );
                }
                self.identify(session, &body);
            }
            "contact" => self.identify(session, &body),
            _ if body["contact"].is_object() => self.identify(session, &body["contact"]),
            _ => {}
        }
        if let Some(content) = body["message"]["content"].as_str() {
            self.said.lock().expect("messages").push(content.to_owned());
            self.broadcast(session, &self.created(session, content));
        }
        (200, json!({"id": 90210}))
    }

    fn config(&self, session: usize) -> Value {
        let sessions = self.sessions.lock().expect("sessions");
        let Session { inbox, contact, pubsub_token } = &sessions[session];
        let who = self.contacts.now(*contact);
        let Contact { identifier, name, email, phone, .. } = self.contacts.get(who);
        json!({
            "website_channel_config": {
                "auth_token": auth_token(session), "website_token": INBOXES[*inbox],
                "pre_chat_form_enabled": true, "allow_messages_after_resolved": true,
            },
            "contact": {
                "email": email, "id": who, "identifier": identifier, "name": name,
                "phone_number": phone, "pubsub_token": pubsub_token,
            },
        })
    }

    /// Takes what was said of the contact. If it is somebody who is known, the widget is told to
    /// listen with another token.
    fn identify(&self, session: usize, said: &Value) {
        let who = self.sessions.lock().expect("sessions")[session].contact;
        let known = self.contacts.identify(Some(who), said);
        if known == self.contacts.now(who) && known == who {
            return;
        }
        let token = pubsub_token(session, 1);
        let event = json!({"event": "contact.merged", "data": {"pubsub_token": token}});
        self.broadcast(session, &event);
        let mut sessions = self.sessions.lock().expect("sessions");
        (sessions[session].contact, sessions[session].pubsub_token) = (known, token);
    }

    fn created(&self, session: usize, content: &str) -> Value {
        let who = self.contacts.now(self.sessions.lock().expect("sessions")[session].contact);
        let Contact { identifier, name, email, phone, created_at_ip } = self.contacts.get(who);
        json!({"event": "message.created", "data": {
            "id": 90210, "content": content, "processed_message_content": content,
            "message_type": 0, "created_at": 1_790_669_742, "echo_id": "b1c2",
            "sender": {
                "additional_attributes": {"created_at_ip": created_at_ip},
                "email": email, "id": who, "identifier": identifier, "name": name,
                "phone_number": phone, "type": "contact",
            },
        }})
    }

    /// Says something to the socket of a session, if it has one.
    fn broadcast(&self, session: usize, message: &Value) {
        let token = self.sessions.lock().expect("sessions")[session].pubsub_token.clone();
        if let Some(out) = self.streams.lock().expect("streams").get(&token) {
            let text = json!({"identifier": subscription(&token), "message": message}).to_string();
            say(out, text);
        }
    }

    fn knows(&self, token: &str) -> bool {
        let sessions = self.sessions.lock().expect("sessions");
        sessions.iter().any(|session| session.pubsub_token == token)
    }
}

impl Product for Chatwoot {
    type Session = ();

    fn answer(&self, request: &Message) -> (u16, String) {
        if self.throttle.refuses(request) {
            return (429, "Retry later\n".to_owned());
        }
        let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
        let of_query = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|pair| pair.0 == name).map(|pair| pair.1)
        };
        if path == "/auth/sign_in" {
            let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let is_agent = body == json!({"email": AGENT.0, "password": AGENT.1});
            return (if is_agent { 200 } else { 401 }, "{}".to_owned());
        }
        if !path.contains("/widget") {
            return (200, "{}".to_owned());
        }
        let token = of_query("website_token").unwrap_or_default();
        let Some(inbox) = INBOXES.iter().position(|inbox| *inbox == token) else {
            return (404, "{}".to_owned());
        };
        match path.strip_prefix("/api/v1/widget/") {
            None => match of_query("cw_conversation") {
                None => (200, self.open_widget(inbox, request)),
                Some(token) => {
                    let count = self.sessions.lock().expect("sessions").len();
                    let is_known = (0..count).any(|session| auth_token(session) == token);
                    (if is_known { 200 } else { 401 }, "<html></html>".to_owned())
                }
            },
            Some(call) => match self.session(inbox, request) {
                None => (401, "{}".to_owned()),
                Some(session) => {
                    let (status, body) = self.widget(call, session, request);
                    (status, body.to_string())
                }
            },
        }
    }

    fn open(&self, request: &Message, (): &mut (), out: &Outbox) -> &'static str {
        assert_eq!(request.target(), "/cable");
        assert!(request.field("sec-websocket-protocol").contains("actioncable-v1-json"));
        say(out, r#"{"type":"welcome"}"#);
        "actioncable-v1-json"
    }

    fn hear(&self, text: &str, (): &mut (), out: &Outbox) {
        let command: Value = serde_json::from_str(text).expect("JSON");
        let name = command["identifier"].as_str().expect("an identifier").to_owned();
        let inner: Value = serde_json::from_str(&name).expect("JSON in JSON");
        let token = inner["pubsub_token"].as_str().expect("a token").to_owned();
        let answer = |kind: &str| json!({"identifier": name, "type": kind}).to_string();
        match command["command"].as_str() {
            // What names a subscription is a text, compared letter by letter.
            Some("subscribe") if name == subscription(&token) && self.knows(&token) => {
                self.streams.lock().expect("streams").insert(token, out.clone());
                say(out, answer("confirm_subscription"));
                say(out, r#"{"type":"ping","message":1790669742}"#);
            }
            Some("subscribe") => say(out, answer("reject_subscription")),
            _ if self.streams.lock().expect("streams").contains_key(&token) => {
                let data = command["data"].as_str().expect("data");
                let action: Value = serde_json::from_str(data).expect("JSON in JSON");
                let event = json!({"event": "presence.update", "data": {"heard": action}});
                say(out, json!({"identifier": name, "message": event}).to_string());
            }
            _ => panic!("a command without a subscription"),
        }
    }
}

/// The proof over an identifier that a website's server makes.
pub(super) fn sealed(identifier: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, HMAC_TOKEN);
    HEXLOWER.encode(hmac::sign(&key, identifier.as_bytes()).as_ref())
}

/// How a subscription with this token is named.
pub(super) fn subscription(token: &str) -> String {
    format!(r#"{{"channel":"RoomChannel","pubsub_token":"{token}"}}"#)
}

/// A JWT of the form that widgets get.
fn auth_token(session: usize) -> String {
    let claims =
        format!(r#"{{"source_id":"d0d4c1de-0f1a-4a1e-9a43-{session:012x}","inbox_id":7}}"#);
    format!("eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl", BASE64URL_NOPAD.encode(claims.as_bytes()))
}

/// 24 letters and digits, as `has_secure_token` makes them.
fn pubsub_token(session: usize, turn: usize) -> String {
    let mut token = BASE64URL_NOPAD.encode(sealed(&format!("{session} {turn}")).as_bytes());
    token.truncate(24);
    token
}
