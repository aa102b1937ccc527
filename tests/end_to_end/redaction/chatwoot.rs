//! The flows of a chat widget, end to end, before backends that validate and merge contacts as
//! real ones do.

use crate::contacts::{Contact, Contacts};
use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom;
use crate::harness::message::Message;
use crate::harness::personal::assert_gone;
use crate::harness::visitor::{self, Visitor};
use http::Method;
use serde_json::{Value, json};
use std::sync::Arc;

const TOKEN: &str = "Xk3mPq7WzR9tLb2Vn5cD8fHs";

/// E-mail addresses and telephone numbers become stand-ins; card numbers and the like labels.
const SET: &str = "kinds = [\"default\"]\n\
                   actions = { email = \"stand-in\", phone = \"stand-in\" }\n\
                   regions = [\"DE\"]";

#[tokio::test]
async fn two_visitors_stay_two_contacts() {
    let desk = Desk::default();
    let shop = desk.clone().start().await;
    let door = cloakroom::before(&shop).redacting(SET).start().await;
    let jane = Flow { name: "Jane Doe", email: "jane.doe@example.org", phone: "+491701234567" };
    let john = Flow { name: "John Roe", email: "john.roe@example.org", phone: "+491701234568" };
    for http2 in [false, true] {
        for flow in [&jane, &john] {
            flow.run(&door, http2).await;
        }
    }
    let contacts = desk.contacts();
    assert_eq!(contacts.len(), 2, "one contact each, whichever call came first: {contacts:?}");
    for (contact, flow) in contacts.iter().zip([&jane, &john]) {
        // What the desk drops is not what it was sent.
        let email = contact.email.as_deref().expect("an e-mail address that the desk takes");
        let phone = contact.phone.as_deref().expect("a telephone number that the desk takes");
        assert!(email.ends_with("@visitor.invalid") && phone.starts_with("+999"), "{contact:?}");
        assert_eq!(contact.name, flow.name);
    }
    for seen in shop.requests() {
        for flow in [&jane, &john] {
            for part in [flow.email, flow.phone, "0170 1234567", "j.doe+shop@example.org"] {
                assert_gone(part, &seen.flat(), seen.target());
            }
            assert_gone("DE89 3704 0044 0532 0130 00", &seen.flat(), seen.target());
        }
    }
}

#[tokio::test]
async fn without_stand_ins_visitors_would_be_merged_or_dropped() {
    // What the stand-ins are for: the desk takes no label for an address.
    let desk = Desk::default();
    let shop = desk.clone().start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    Flow { name: "Jane Doe", email: "jane.doe@example.org", phone: "+491701234567" }
        .run(&door, false)
        .await;
    assert!(desk.contacts().iter().all(|contact| contact.email.is_none()));
}

#[tokio::test]
async fn calls_with_nothing_personal_arrive_byte_for_byte() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting(SET).start().await;
    let event = json!({
        "name": "webwidget.triggered",
        "event_info": {
            "initiated_at": { "timestamp": "Tue Sep 29 2026 10:16:03 GMT+0200" },
            "referer": "https://shop.example/account/orders",
        },
    });
    for (method, call, content_type, body) in [
        (
            Method::POST,
            "conversations/toggle_typing",
            JSON,
            "{\"typing_status\":\"on\"}".to_owned(),
        ),
        (Method::POST, "conversations/update_last_seen", JSON, "{}".to_owned()),
        (Method::POST, "events", JSON, event.to_string()),
        (Method::POST, "messages", PARTS, attachment("passport.jpg")),
        (Method::GET, "conversations/toggle_status", JSON, String::new()),
        (Method::PATCH, "messages/90210", JSON, "{\"submitted_values\":[]}".to_owned()),
    ] {
        for http2 in [false, true] {
            let target = format!("/api/v1/widget/{call}?website_token={TOKEN}&locale=de");
            let visitor = with_token(http2).with("content-type", content_type);
            let answer = visitor.ask(&door, method.clone(), &target, body.as_bytes()).await;
            assert_eq!(answer.status(), 200, "{call}");
            let seen = shop.requests().pop().expect("a request");
            assert_eq!((seen.text(), seen.target()), (body.clone(), target.as_str()), "{call}");
            assert_eq!(seen.field("x-auth-token"), SESSION, "{call}");
            if !body.is_empty() {
                assert_eq!(seen.field("content-length"), body.len().to_string(), "{call}");
            }
        }
    }
}

#[tokio::test]
async fn a_seal_over_a_field_that_is_kept_stays_whole() {
    let shop = backend::start().await;
    let set = format!("{SET}\n[[redaction.field]]\npath = \"$.identifier\"\naction = \"keep\"");
    let door = cloakroom::before(&shop).redacting(&set).start().await;
    let body = json!({
        "identifier": "jane.doe@example.org",
        "identifier_hash": "6d1f3d6d7c0c9a0b6a3f0f9c9a8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6",
        "email": "jane.doe@example.org",
    });
    let target = format!("/api/v1/widget/contact/set_user?website_token={TOKEN}");
    let visitor = with_token(false).with("content-type", JSON);
    let answer = visitor.ask(&door, Method::PATCH, &target, body.to_string().as_bytes()).await;
    assert_eq!(answer.status(), 200);
    let seen: Value = serde_json::from_slice(&shop.only().body).expect("JSON");
    assert_eq!(seen["identifier"], body["identifier"]);
    assert_eq!(seen["identifier_hash"], body["identifier_hash"]);
    assert_ne!(seen["email"], body["email"]);
}

#[tokio::test]
async fn messages_of_html_keep_their_markup() {
    // As a desk gets them that is spoken to in frames, when they are posted instead.
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("regions = [\"DE\"]").start().await;
    let image = format!("<img src=\"data:image/jpeg;base64,{}\">", "/9j/4AAQSkZJRg".repeat(100));
    let content = format!(
        "<div>I am Jane&nbsp;Doe, jane.<b>doe</b>@example.org, call +49&nbsp;170 1234567</div>{image}"
    );
    let body = json!({
        "event": "chat_session_message",
        "data": { "content": content, "id": 1, "session_id": "f8b3cd2e1a0947b6a6f3d5c4", "chat_id": 1 },
    });
    let visitor = with_token(false).with("content-type", JSON);
    assert_eq!(visitor.post(&door, "/chat", body.to_string().as_bytes()).await.status(), 200);
    let seen: Value = serde_json::from_slice(&shop.only().body).expect("JSON");
    let text = seen["data"]["content"].as_str().expect("text");
    assert_eq!(text, format!("<div>I am Jane&nbsp;Doe, [email]<b></b>, call [phone]</div>{image}"),);
    assert_eq!(seen["data"]["session_id"], body["data"]["session_id"]);
    assert_eq!(seen["data"]["chat_id"], 1);
}

const JSON: &str = "application/json";
const PARTS: &str = "multipart/form-data; boundary=----x";
const SESSION: &str = "eyJhbGciOiJIUzI1NiJ9.e30.sig";

fn with_token(http2: bool) -> Visitor {
    let visitor = visitor::at("203.0.113.77").with("x-auth-token", SESSION);
    if http2 { visitor.over_http2() } else { visitor }
}

/// A picture under this name, with the fields that go with it, bracketed as Rails reads them.
fn attachment(name: &str) -> String {
    format!(
        "------x\r\nContent-Disposition: form-data; name=\"message[attachments][]\"; \
         filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n\u{0}\u{1}JFIF\r\n\
         ------x\r\nContent-Disposition: form-data; name=\"message[referer_url]\"\r\n\r\n\
         https://shop.example/account/orders\r\n\
         ------x\r\nContent-Disposition: form-data; name=\"custom_attributes[order_id]\"\r\n\r\n\
         20260929-0001\r\n------x--\r\n"
    )
}

/// What one visitor does.
struct Flow {
    name: &'static str,
    email: &'static str,
    phone: &'static str,
}

impl Flow {
    /// Opens a conversation, writes, attaches a file, is identified and mended.
    async fn run(&self, door: &cloakroom::Door, http2: bool) {
        let Self { name, email, phone } = self;
        let referer = format!("https://shop.example/checkout?email={}", email.replace('@', "%40"));
        let opening = json!({
            "contact": { "name": name, "email": email, "phone_number": phone },
            "message": {
                "content": "Hi, my order 20260929-0001 is late, call me on 0170 1234567 or mail j.doe+shop@example.org",
                "timestamp": "Tue Sep 29 2026 10:15:42 GMT+0200 (Central European Summer Time)",
                "referer_url": referer,
            },
            "custom_attributes": { "order_id": "20260929-0001", "privacy_ok": true },
        });
        let message = json!({ "message": {
            "content": "My IBAN is DE89 3704 0044 0532 0130 00", "reply_to": null,
            "referer_url": "https://shop.example/account/orders",
        }});
        let user = json!({
            "identifier": format!("cust-{}", name.replace(' ', "-")), "email": email,
            "name": name, "phone_number": phone, "avatar_url": "https://shop.example/u/99.png",
        });
        let contact = json!({ "contact": { "email": email, "phone_number": phone, "name": name } });
        for (method, call, content_type, body) in [
            (Method::POST, "conversations", JSON, opening.to_string()),
            (Method::POST, "messages", JSON, message.to_string()),
            (Method::POST, "messages", PARTS, attachment(&format!("{email} passport.jpg"))),
            (Method::PATCH, "contact/set_user", JSON, user.to_string()),
            (Method::PATCH, "messages/90210", JSON, contact.to_string()),
        ] {
            let target = format!("/api/v1/widget/{call}?website_token={TOKEN}&locale=de");
            let visitor =
                with_token(http2).with("content-type", content_type).with("referer", &referer);
            let answer = visitor.ask(door, method, &target, body.as_bytes()).await;
            assert_eq!(answer.status(), 200, "{call}: {}", answer.text());
        }
    }
}

/// A backend that keeps contacts.
#[derive(Clone, Default)]
struct Desk(Arc<Contacts>);

impl Desk {
    async fn start(self) -> Backend {
        backend::answering(move |request| vec![self.answer(request)]).start().await
    }

    fn contacts(&self) -> Vec<Contact> {
        self.0.all()
    }

    fn answer(&self, request: &Message) -> Step {
        if !request.target().contains(&format!("website_token={TOKEN}")) {
            return Step::answer(404, &[], "no such inbox");
        }
        if request.field("content-type") == JSON {
            let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
                return Step::answer(400, &[], "no JSON");
            };
            let contact = if body["contact"].is_object() { &body["contact"] } else { &body };
            if contact["name"].is_string() {
                self.0.identify(None, contact);
            }
        } else if !request.text().contains("name=\"message[attachments][]\"; filename=\"") {
            return Step::answer(422, &[], "no attachment");
        }
        Step::answer(200, &[("content-type", JSON)], "{\"id\":90210}")
    }
}
