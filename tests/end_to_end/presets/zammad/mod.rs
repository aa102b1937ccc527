//! Zammad's chat behind `config/presets/zammad.toml`: everything is said over one socket, and the
//! first message tells which chat it is for.

mod stub;

use crate::harness::cloakroom::Door;
use crate::harness::personal::assert_gone;
use crate::harness::visitor;
use crate::presets::preset;
use crate::presets::product::{self, Running};
use crate::presets::socket::Socket;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use stub::Zammad;

#[tokio::test]
async fn a_chat_reaches_the_agents_without_what_is_personal() {
    let (zammad, backend, door) = zammad().await;
    // A picture that looks like a telephone number to whoever reads it as text.
    let image = format!("<img src=\"data:image/jpeg;base64,{}\">", "/9j/4AAQSkZJRg".repeat(9000));
    // Pages have the number of their chat as a number or as a text.
    for (address, chat) in [("203.0.113.77", json!(1)), ("198.51.100.23", json!("2"))] {
        let mut socket = Socket::open(&visitor::at(address), &door, "/ws", "").await;
        let page = "https://shop.example/account?u=jane.doe%40example.org&step=2";
        let status = json!({"session_id": null, "url": page, "chat_id": chat});
        let online = json!([{"event": "chat_status_customer", "data": {"state": "online"}}]);
        assert_eq!(ask(&mut socket, "chat_status_customer", &status).await, online);
        let start = json!({"url": page, "chat_id": chat});
        let queue = ask(&mut socket, "chat_session_init", &start).await;
        let session = &queue[0]["data"]["session_id"];
        let content = format!(
            "<div>I am Jane&nbsp;Doe, jane.<b>doe</b>@example.org, call +49&nbsp;170 1234567, \
             card 4111<i> 1111</i> 1111&#32;1111</div>{image}"
        );
        let message = json!({"content": content, "id": 1, "session_id": session, "chat_id": chat});
        let echo = ask(&mut socket, "chat_session_message", &message).await;
        let content = echo[0]["data"]["message"]["content"].as_str().expect("text");
        assert_eq!(
            content,
            format!(
                "<div>I am Jane&nbsp;Doe, [email]<b></b>, call [phone], card [payment-card]<i></i></div>{image}"
            ),
        );
        let notice = json!({"session_id": session, "message": page, "chat_id": chat});
        say(&mut socket, "chat_session_notice", &notice).await;
        let pong = json!([{"event": "pong", "data": {}}]);
        assert_eq!(ask(&mut socket, "ping", &json!({})).await, pong);
        let close = json!({"session_id": session, "chat_id": chat});
        ask(&mut socket, "chat_session_close", &close).await;
    }
    let sessions = zammad.sessions();
    let [shop, clinic] = sessions.as_slice() else { panic!("{} sessions", sessions.len()) };
    assert_eq!((shop.chat.as_str(), clinic.chat.as_str()), ("1", "2"));
    let stand_in: Ipv4Addr = shop.remote_ip.as_deref().expect("one").parse().expect("an address");
    assert!(stand_in.octets()[0] >= 240, "{stand_in}");
    assert_eq!(clinic.remote_ip, None, "nobody may know");
    assert!(sessions.iter().all(|session| session.is_closed && session.said.len() == 1));
    for piece in backend.received().pieces() {
        for part in [
            "jane.doe@example.org",
            "@example.org",
            "170 1234567",
            "4111 1111",
            "203.0.113.77",
            "198.51.100",
        ] {
            assert_gone(part, &piece, "what the agents' side received");
        }
    }
}

#[tokio::test]
async fn frames_with_nothing_personal_pass_byte_for_byte() {
    let (_, backend, door) = zammad().await;
    let mut socket = Socket::open(&visitor::at("203.0.113.77"), &door, "/ws", "").await;
    let sent = [
        r#"{"event":"chat_status_customer","data":{"session_id":null,"url":"https:\/\/shop.example\/","chat_id":1}}"#,
        r#"{ "event" : "chat_session_typing" ,"data":{"session_id":"f8b3cd2e1a0947b6a6f3d5c400000000","chat_id":1} }"#,
        r#"{"event":"chat_session_message","data":{"content":"<img src=\"data:image\/jpeg;base64,\/9j\/4AAQSkZJRg==\">\u00fc","id":1.0e0,"session_id":"f8b3cd2e1a0947b6a6f3d5c400000000","chat_id":1}}"#,
        r#"{"event":"ping","data":{}}"#,
    ];
    for text in sent {
        socket.say(text).await;
    }
    while !socket.hear().await.expect("a pong").contains("pong") {}
    assert_eq!(backend.received().messages, sent);
}

#[tokio::test]
async fn a_chat_that_nobody_knows_gets_what_strangers_get() {
    let (zammad, backend, door) = zammad().await;
    let mut socket = Socket::open(&visitor::at("203.0.113.77"), &door, "/ws", "").await;
    let status = json!({"url": "https://shop.example/?u=jane.doe@example.org", "chat_id": 9});
    let answer = ask(&mut socket, "chat_status_customer", &status).await;
    assert_eq!(answer, json!([{"event": "chat_error", "data": {"state": "no_such_chat"}}]));
    for piece in backend.received().pieces() {
        assert_gone("jane.doe@example.org", &piece, "what the agents' side received");
        assert_gone("203.0.113", &piece, "what the agents' side received");
    }
    assert!(zammad.sessions().is_empty());
}

#[tokio::test]
async fn whom_zammad_has_blocked_is_told_from_others_by_the_disclosed_address() {
    let cases = [("full", true), ("truncate", true), ("pseudonym", false), ("off", false)];
    let zammad = Arc::new(Zammad::default());
    let backend = product::start(&zammad).await;
    let website = |(chat, (mode, _)): (usize, &(&str, bool))| {
        format!("[[property]]\nid = {mode:?}\nkeys = [\"{}\"]\nrecord = {mode:?}\n", chat + 3)
    };
    let more: String = cases.iter().enumerate().map(website).collect();
    let door = preset::before("zammad", &backend, &more).await;
    let visitor = visitor::at(&stub::BLOCKED.replace('*', "7"));
    for (chat, (mode, is_blocked)) in cases.into_iter().enumerate() {
        let mut socket = Socket::open(&visitor, &door, "/ws", "").await;
        let answer = ask(&mut socket, "chat_status_customer", &json!({"chat_id": chat + 3})).await;
        let state = if is_blocked { "chat_unavailable" } else { "online" };
        assert_eq!(answer[0]["data"]["state"], state, "{mode}");
    }
}

#[tokio::test]
async fn agents_write_as_they_are_on_a_host_of_their_own() {
    let (_, backend, door) = zammad().await;
    let agent = visitor::at("203.0.113.77").host("desk.example.org");
    let agent = agent.with("content-type", "application/json");
    let login = r#"{"username":"agent@desk.example.org","password":"correct horse battery"}"#;
    assert_eq!(agent.post(&door, "/api/v1/signin", login.as_bytes()).await.status(), 200);
    let mut socket = Socket::open(&agent, &door, "/ws", "").await;
    say(&mut socket, "chat_session_typing", &json!({"note": "jane.doe@example.org"})).await;
    ask(&mut socket, "ping", &json!({})).await;
    let received = backend.received();
    assert_eq!(received.requests[0].text(), login);
    assert!(received.messages[0].contains("jane.doe@example.org"));
}

/// A system with the preset before it.
async fn zammad() -> (Arc<Zammad>, Running, Door) {
    let zammad = Arc::new(Zammad::default());
    let backend = product::start(&zammad).await;
    let door = preset::before("zammad", &backend, "").await;
    (zammad, backend, door)
}

async fn say(socket: &mut Socket, event: &str, data: &Value) {
    socket.say(&json!({"event": event, "data": data}).to_string()).await;
}

/// Says this, and returns what is said next.
async fn ask(socket: &mut Socket, event: &str, data: &Value) -> Value {
    say(socket, event, data).await;
    serde_json::from_str(&socket.hear().await.expect("an answer")).expect("JSON")
}
