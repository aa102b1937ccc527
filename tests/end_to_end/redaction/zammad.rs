//! The calls of a chat whose every message names its chat, with HTML inside JSON: as a long-polling
//! client sends them, one a request.

use crate::harness::backend;
use crate::harness::cloakroom;
use crate::harness::visitor;
use serde_json::Value;

/// What a client sends from page load to farewell, and what the backend is to get.
const FLOW: [(&str, &str); 7] = [
    (
        r#"{"event":"chat_status_customer","data":{"session_id":null,"url":"https://shop.example/account?u=jane.doe%40example.org","chat_id":1}}"#,
        r#"{"event":"chat_status_customer","data":{"session_id":null,"url":"https://shop.example/account?u=%5Bemail%5D","chat_id":1}}"#,
    ),
    (
        r#"{"event":"chat_session_init","data":{"url":"https://shop.example/account","chat_id":"1"}}"#,
        r#"{"event":"chat_session_init","data":{"url":"https://shop.example/account","chat_id":"1"}}"#,
    ),
    (
        r#"{"event":"chat_session_message","data":{"content":"<div>I am Jane&nbsp;Doe, jane.<b>doe</b>@example.org, call +49&nbsp;170 1234567</div><img src=\"data:image/jpeg;base64,/9j/4AAQSkZJRg==\">","id":1,"session_id":"f8b3cd2e1a0947b6a6f3d5c4","chat_id":1}}"#,
        r#"{"event":"chat_session_message","data":{"content":"<div>I am Jane&nbsp;Doe, [email]<b></b>, call [phone]</div><img src=\"data:image/jpeg;base64,/9j/4AAQSkZJRg==\">","id":1,"session_id":"f8b3cd2e1a0947b6a6f3d5c4","chat_id":1}}"#,
    ),
    (
        r#"{"event":"chat_session_typing","data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c4","chat_id":1}}"#,
        r#"{"event":"chat_session_typing","data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c4","chat_id":1}}"#,
    ),
    (
        r#"{"event":"chat_session_notice","data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c4","message":"https://shop.example/orders#jane","chat_id":1}}"#,
        r#"{"event":"chat_session_notice","data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c4","message":"https://shop.example/orders#jane","chat_id":1}}"#,
    ),
    (r#"{"event":"ping","data":{"chat_id":1}}"#, r#"{"event":"ping","data":{"chat_id":1}}"#),
    (
        r#"{"event":"chat_session_close","data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c4","chat_id":1}}"#,
        r#"{"event":"chat_session_close","data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c4","chat_id":1}}"#,
    ),
];

#[tokio::test]
async fn every_message_finds_its_property_and_only_what_is_personal_changes() {
    let shop = backend::start().await;
    // A chat id is a number on some pages and a text on others.
    let door = cloakroom::before(&shop)
        .shop("keys = [\"1\"]\nrecord = \"truncate\"\nredact = \"chat\"")
        .toml("[properties]\nsources = [\"host\", { json = \"data.chat_id\" }]")
        .toml("[[redaction]]\nname = \"chat\"")
        .start()
        .await;
    for http2 in [false, true] {
        for (sent, expected) in FLOW {
            let visitor = visitor::at("203.0.113.77")
                .host("chat.example.org")
                .with("content-type", "application/json");
            let visitor = if http2 { visitor.over_http2() } else { visitor };
            let answer = visitor.post(&door, "/api/v1/message_send", sent.as_bytes()).await;
            assert_eq!(answer.status(), 200, "{sent}");
            let seen = shop.requests().pop().expect("a request");
            assert_eq!(seen.text(), expected);
            assert_eq!(seen.field("x-forwarded-for"), "203.0.113.0", "{sent}");
            let event: Value = serde_json::from_str(&seen.text()).expect("JSON");
            assert!(event["data"]["chat_id"] == 1 || event["data"]["chat_id"] == "1");
        }
    }
}
