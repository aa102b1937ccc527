//! Chatwoot behind `config/presets/chatwoot.toml`: widgets of two websites, their sockets, and
//! the agents' pages on the same host.

mod stub;
mod throttle;
mod throttling;
mod widget;

use crate::harness::cloakroom::Door;
use crate::harness::personal::assert_gone;
use crate::harness::visitor;
use crate::presets::preset;
use crate::presets::product::{self, Running};
use crate::presets::socket::Socket;
use http::Method;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use stub::{AGENT, Chatwoot, INBOXES, subscription};
use widget::Widget;

#[tokio::test]
async fn a_chat_reaches_the_desk_without_what_is_personal() {
    let (desk, backend, door) = desk().await;
    let people = [
        Person {
            identifier: "cust-99",
            email: "jane.doe@example.org",
            phone: "+491701234567",
            address: "203.0.113.77",
        },
        Person {
            identifier: "cust-100",
            email: "john.roe@example.org",
            phone: "+491701234568",
            address: "198.51.100.23",
        },
    ];
    for http2 in [false, true] {
        for (inbox, person) in INBOXES.into_iter().zip(&people) {
            let widget = Widget::open(&door, person.address, inbox, http2).await;
            person.chats(&door, &widget).await;
        }
    }
    let contacts = desk.contacts.all();
    assert_eq!(contacts.len(), 2, "each visitor is one contact, and stays it: {contacts:?}");
    for contact in &contacts {
        let email = contact.email.as_deref().expect("an e-mail address that the desk takes");
        let phone = contact.phone.as_deref().expect("a telephone number that the desk takes");
        assert!(email.ends_with("@visitor.invalid") && phone.starts_with("+999"), "{contact:?}");
        assert_eq!(contact.name, "Jane Doe");
    }
    // Each website's mode holds for what the desk keeps of an address.
    let stand_in: Ipv4Addr = contacts[0].created_at_ip.parse().expect("an address");
    assert!(stand_in.octets()[0] >= 240, "{stand_in}");
    assert_eq!(contacts[1].created_at_ip, "198.51.100.0");
    let received = backend.received();
    for piece in received.pieces() {
        for person in &people {
            for part in [person.email, person.phone, person.address] {
                assert_gone(part, &piece, "what the desk received");
            }
        }
        for part in ["0170 1234567", "j.doe+shop@example.org", "DE89 3704", "4111 1111"] {
            assert_gone(part, &piece, "what the desk received");
        }
    }
    let labelled = "late, call me on [phone-national] or mail [email]";
    assert!(desk.said().iter().any(|said| said.contains(labelled)), "{:?}", desk.said());
    // A socket's address is told as its property has it, though its head names none.
    let cables: Vec<_> = received.requests.iter().filter(|it| it.target() == "/cable").collect();
    // Who is known opens another one, with the token that came.
    assert_eq!(cables.len(), 6);
    for (cable, inbox) in cables.iter().zip([0, 1, 0, 0, 1, 1]) {
        let told = cable.field("x-forwarded-for");
        assert_eq!(told, contacts[inbox].created_at_ip);
        assert_eq!(cable.field("forwarded"), format!("for={told}"));
    }
}

#[tokio::test]
async fn frames_with_nothing_personal_arrive_byte_for_byte() {
    let (_, backend, door) = desk().await;
    let widget = Widget::open(&door, "203.0.113.77", INBOXES[0], false).await;
    let (mut socket, token) = widget.cable(&door).await;
    let name = serde_json::to_string(&subscription(&token)).expect("JSON");
    let spaced = format!(
        "{{ \"command\":\"message\" , \"identifier\":{name},\"data\":\"{{\\\"action\\\":\\\"update_presence\\\",\\\"u\\\":\\\"\\\\u00fc\\\\/\\\",\\\"n\\\":1.0e3}}\"}}"
    );
    socket.say(&spaced).await;
    socket.hear().await.expect("an echo");
    let sent = [format!("{{\"command\":\"subscribe\",\"identifier\":{name}}}"), spaced];
    assert_eq!(backend.received().messages, sent);
}

#[tokio::test]
async fn in_json_within_json_one_place_changes() {
    let (_, backend, door) = desk().await;
    let widget = Widget::open(&door, "203.0.113.77", INBOXES[0], false).await;
    let (mut socket, token) = widget.cable(&door).await;
    let name = serde_json::to_string(&subscription(&token)).expect("JSON");
    let frame = |said: &str| {
        let inner = json!({"typed": said, "from": "checkout"}).to_string();
        let data = json!({"action": "update_presence", "inner": inner}).to_string();
        let data = serde_json::to_string(&data).expect("JSON");
        format!("{{\"command\":\"message\",\"identifier\":{name},\"data\":{data}}}")
    };
    socket.say(&frame("\u{201e}jane.doe@example.org\u{201c}, +49 170 1234567")).await;
    socket.hear().await.expect("an echo");
    let got = backend.received().messages.pop();
    assert_eq!(got, Some(frame("\u{201e}[email]\u{201c}, [phone]")));
}

#[tokio::test]
async fn a_visitor_who_is_known_gets_another_token_that_finds_the_property_too() {
    let (desk, backend, door) = desk().await;
    let at_home = Widget::open(&door, "203.0.113.77", INBOXES[1], false).await;
    let on_the_way = Widget::open(&door, "198.51.100.23", INBOXES[1], false).await;
    let user = json!({"identifier": "cust-99", "email": "jane.doe@example.org"});
    at_home.ask(&door, Method::PATCH, "contact/set_user", &user).await;
    let (mut socket, _) = on_the_way.cable(&door).await;
    on_the_way.ask(&door, Method::PATCH, "contact/set_user", &user).await;
    assert_eq!(desk.contacts.all().len(), 1, "the same stand-in is the same person");
    let event = said(&mut socket).await;
    assert_eq!(event["message"]["event"], "contact.merged");
    let token = event["message"]["data"]["pubsub_token"].as_str().expect("a token");
    on_the_way.subscribe(&door, token).await;
    let last = backend.received().requests.pop().expect("a request");
    assert_eq!((last.target(), last.field("x-forwarded-for")), ("/cable", "198.51.100.0".into()));
}

#[tokio::test]
async fn a_token_that_nobody_handed_out_gets_what_strangers_get() {
    let (_, backend, door) = desk().await;
    let visitor = visitor::at("198.51.100.23");
    let mut socket = Socket::open(&visitor, &door, "/cable", widget::ACTION_CABLE).await;
    assert_eq!(socket.hear().await.as_deref(), Some(r#"{"type":"welcome"}"#));
    let name = subscription("Pq3zB7kLm9nR5sT1vW4xYc8d");
    socket.say(&json!({"command": "subscribe", "identifier": name}).to_string()).await;
    let answer = said(&mut socket).await;
    assert_eq!(
        (answer["type"].as_str(), &answer["identifier"]),
        (Some("reject_subscription"), &json!(name))
    );
    for piece in backend.received().pieces() {
        assert_gone("198.51.100", &piece, "what the desk received");
    }
}

#[tokio::test]
async fn who_says_no_address_is_not_made_one_contact_with_others() {
    let (desk, _, door) = desk().await;
    for (address, nothing) in [
        ("203.0.113.1", json!({"contact": {"name": "Jane Doe"}})),
        ("203.0.113.2", json!({"contact": {"email": null, "phone_number": null}})),
        ("203.0.113.3", json!({"contact": {"email": null, "phone_number": null}})),
        ("203.0.113.4", json!({"contact": {"email": "", "phone_number": ""}})),
        ("203.0.113.5", json!({"contact": {"email": "", "phone_number": ""}})),
    ] {
        let widget = Widget::open(&door, address, INBOXES[0], false).await;
        widget.ask(&door, Method::POST, "conversations", &nothing).await;
    }
    assert_eq!(desk.contacts.all().len(), 5, "{:?}", desk.contacts.all());
}

#[tokio::test]
async fn a_proof_over_an_identifier_holds_and_a_wrong_one_does_not() {
    let (_, _, door) = desk().await;
    let widget = Widget::open(&door, "203.0.113.77", INBOXES[0], false).await;
    let user = |seal: &str| json!({"identifier": "cust-99", "identifier_hash": seal, "email": "jane.doe@example.org"});
    let target = widget.target("contact/set_user");
    for (seal, status) in [(stub::sealed("cust-99"), 200), (stub::sealed("cust-98"), 401)] {
        let body = user(&seal).to_string();
        let visitor = widget.visitor();
        let answer = visitor.ask(&door, Method::PATCH, &target, body.as_bytes()).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
    }
}

#[tokio::test]
async fn agents_log_in_and_write_as_they_are_on_the_same_host() {
    let (_, backend, door) = desk().await;
    let agent = visitor::at("203.0.113.77").with("content-type", "application/json");
    let login = json!({"email": AGENT.0, "password": AGENT.1}).to_string();
    assert_eq!(agent.post(&door, "/auth/sign_in", login.as_bytes()).await.status(), 200);
    let contact = json!({"email": "jane.doe@example.org", "note": "card 4111 1111 1111 1111"});
    let target = "/api/v1/accounts/1/contacts";
    assert_eq!(agent.post(&door, target, contact.to_string().as_bytes()).await.status(), 200);
    let seen: Value = json_of(&backend);
    assert_eq!(seen, json!({"email": "jane.doe@example.org", "note": "card [payment-card]"}));
    // An account that is not listed is a stranger's.
    let target = "/api/v1/accounts/2/contacts";
    assert_eq!(agent.post(&door, target, contact.to_string().as_bytes()).await.status(), 200);
    assert_ne!(json_of(&backend)["email"], contact["email"]);
}

#[tokio::test]
async fn a_request_that_names_two_websites_is_refused() {
    let (_, backend, door) = desk().await;
    let visitor = visitor::at("203.0.113.77").with("content-type", "application/json");
    let target = format!("/api/v1/widget/messages?website_token={}", INBOXES[0]);
    let body = json!({"website_token": INBOXES[1], "message": {"content": "hello"}}).to_string();
    assert_eq!(visitor.post(&door, &target, body.as_bytes()).await.status(), 400);
    assert!(backend.received().requests.is_empty());
}

/// An account with the preset before it.
async fn desk() -> (Arc<Chatwoot>, Running, Door) {
    let desk = Chatwoot::behind("10.0.0.5");
    let backend = product::start(&desk).await;
    let door = preset::before("chatwoot", &backend, "").await;
    (desk, backend, door)
}

/// The body of the last request.
fn json_of(backend: &Running) -> Value {
    let last = backend.received().requests.pop().expect("a request");
    serde_json::from_slice(&last.body).expect("JSON")
}

/// The next message of a socket.
async fn said(socket: &mut Socket) -> Value {
    serde_json::from_str(&socket.hear().await.expect("a message")).expect("JSON")
}

/// Somebody who chats.
struct Person {
    identifier: &'static str,
    email: &'static str,
    phone: &'static str,
    address: &'static str,
}

impl Person {
    /// From the first subscription to the last message.
    async fn chats(&self, door: &Door, widget: &Widget) {
        let Self { identifier, email, phone, address } = self;
        let (mut socket, token) = widget.cable(door).await;
        let referer = format!("https://shop.example/checkout?email={}", email.replace('@', "%40"));
        let opening = json!({
            "contact": { "name": "Jane Doe", "email": email, "phone_number": phone },
            "message": {
                "content": "Hi, my order 20260929-0001 is late, call me on 0170 1234567 or mail j.doe+shop@example.org",
                "timestamp": "Tue Sep 29 2026 10:15:42 GMT+0200 (Central European Summer Time)",
                "referer_url": referer,
            },
            "custom_attributes": { "order_id": "20260929-0001", "privacy_ok": true },
        });
        widget.ask(door, Method::POST, "conversations", &opening).await;
        let event = said(&mut socket).await;
        // On a second visit it is somebody who is known.
        if event["message"]["event"] == "contact.merged" {
            let token = event["message"]["data"]["pubsub_token"].as_str().expect("a token");
            socket = widget.subscribe(door, token).await;
        } else {
            assert_eq!(event["identifier"], subscription(&token));
            assert_eq!(event["message"]["event"], "message.created");
            let sender = &event["message"]["data"]["sender"];
            assert!(sender["email"].as_str().is_some_and(|it| it.ends_with("@visitor.invalid")));
        }
        let message = json!({ "message": {
            "content": format!("My IBAN is DE89 3704 0044 0532 0130 00, I come from {address}"),
            "reply_to": null, "referer_url": "https://shop.example/account/orders",
        }});
        widget.ask(door, Method::POST, "messages", &message).await;
        let event = said(&mut socket).await;
        let content = event["message"]["data"]["content"].as_str().expect("text");
        assert!(content.starts_with("My IBAN is [iban], I come from "), "{content}");
        assert_eq!(event["message"]["data"]["created_at"], 1_790_669_742);
        widget.attach(door, &format!("{email} passport.jpg")).await;
        let user = json!({
            "identifier": identifier, "email": email, "name": "Jane Doe", "phone_number": phone,
            "avatar_url": "https://shop.example/u/99.png",
            "custom_attributes": {"card": "4111 1111 1111 1111"},
        });
        widget.ask(door, Method::PATCH, "contact/set_user", &user).await;
        let contact = json!({ "contact": { "email": email, "phone_number": phone } });
        widget.ask(door, Method::PATCH, "messages/90210", &contact).await;
    }
}
