//! The widget in a visitor's browser: what it asks for, and with which tokens.

use super::stub::subscription;
use crate::harness::cloakroom::Door;
use crate::harness::visitor::{self, Visitor};
use crate::presets::socket::Socket;
use http::Method;
use serde_json::{Value, json};

/// What browsers offer at `/cable`.
pub(super) const ACTION_CABLE: &str = "actioncable-v1-json, actioncable-unsupported";

/// A widget that is open on one website.
pub(super) struct Widget {
    visitor: Visitor,
    address: String,
    inbox: &'static str,
    auth_token: String,
}

impl Widget {
    /// Opens it, as the page does before anybody clicks.
    pub(super) async fn open(door: &Door, address: &str, inbox: &'static str, http2: bool) -> Self {
        let visitor = visitor::at(address);
        let visitor = if http2 { visitor.over_http2() } else { visitor };
        let page = visitor.get(door, &format!("/widget?website_token={inbox}&locale=de")).await;
        assert_eq!(page.status(), 200, "{}", page.text());
        let auth_token = quoted(&page.text(), "authToken = '");
        // It comes again with its session, as it is.
        let again = format!("/widget?website_token={inbox}&cw_conversation={auth_token}");
        assert_eq!(visitor.get(door, &again).await.status(), 200);
        Self { visitor, address: address.to_owned(), inbox, auth_token }
    }

    /// Where this call goes.
    pub(super) fn target(&self, call: &str) -> String {
        format!("/api/v1/widget/{call}?website_token={}&locale=de", self.inbox)
    }

    /// The visitor with the token of the session.
    pub(super) fn visitor(&self) -> Visitor {
        let visitor = self.visitor.clone().with("x-auth-token", &self.auth_token);
        visitor.with("content-type", "application/json")
    }

    /// A call that is answered with 200.
    pub(super) async fn ask(&self, door: &Door, method: Method, call: &str, body: &Value) -> Value {
        let body = body.to_string();
        let answer = self.visitor().ask(door, method, &self.target(call), body.as_bytes()).await;
        assert_eq!(answer.status(), 200, "{call}: {}", answer.text());
        serde_json::from_slice(&answer.body).expect("JSON")
    }

    /// A picture of this name.
    pub(super) async fn attach(&self, door: &Door, name: &str) {
        let parts = format!(
            "------x\r\nContent-Disposition: form-data; name=\"message[attachments][]\"; \
             filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n\u{0}\u{1}JFIF\r\n\
             ------x\r\nContent-Disposition: form-data; name=\"message[referer_url]\"\r\n\r\n\
             https://shop.example/account/orders\r\n------x--\r\n"
        );
        let visitor = self.visitor.clone().with("x-auth-token", &self.auth_token);
        let visitor = visitor.with("content-type", "multipart/form-data; boundary=----x");
        let answer = visitor.post(door, &self.target("messages"), parts.as_bytes()).await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }

    /// Asks which token it listens with, and opens the socket.
    pub(super) async fn cable(&self, door: &Door) -> (Socket, String) {
        let config = self.ask(door, Method::POST, "config", &json!({})).await;
        let token = config["contact"]["pubsub_token"].as_str().expect("a token").to_owned();
        (self.subscribe(door, &token).await, token)
    }

    /// A socket that listens with this token.
    pub(super) async fn subscribe(&self, door: &Door, token: &str) -> Socket {
        // Browsers open sockets over HTTP/1.1 where they are not told of anything else.
        let mut socket =
            Socket::open(&visitor::at(&self.address), door, "/cable", ACTION_CABLE).await;
        assert_eq!(socket.hear().await.as_deref(), Some(r#"{"type":"welcome"}"#));
        let name = serde_json::to_string(&subscription(token)).expect("JSON");
        socket.say(&format!("{{\"command\":\"subscribe\",\"identifier\":{name}}}")).await;
        // The welcome comes once, though the desk says it, too.
        let answer = socket.hear().await.expect("an answer");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["identifier"], subscription(token));
        assert_eq!(answer["type"], "confirm_subscription");
        let ping = socket.hear().await;
        assert_eq!(ping.as_deref(), Some(r#"{"type":"ping","message":1790669742}"#));
        socket
    }
}

/// What stands between these words and the next quote.
fn quoted(page: &str, words: &str) -> String {
    let at = page.find(words).expect("the words") + words.len();
    page[at..].split('\'').next().expect("a text").to_owned()
}
