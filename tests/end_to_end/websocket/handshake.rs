//! The handshakes of both legs: each proves itself, and heads go through the rules of any head.

use super::{ALL, Talk, redacting};
use crate::harness::cloakroom;
use crate::harness::message::Message;
use crate::harness::socket::{Guest, Heard, chat, guest, scripted};

#[tokio::test]
async fn the_backend_gets_a_head_like_any_other() {
    for legs in ALL {
        let guest = legs.guest().at("/cable?to=ann%40example.org");
        let guest = guest.with("x-real-ip", "203.0.113.77").with("cookie", "a=b");
        let guest = guest.with("origin", "https://shop.example.org");
        let guest = guest.with("sec-websocket-protocol", "actioncable-v1-json, other");
        let talk = Talk::of(guest, legs, |door| {
            redacting(door).shop("record = \"truncate\"\nredact = \"chat\"")
        });
        let Talk { shop, .. } = talk.await;
        let asked = &shop.head;
        assert!(asked.target().ends_with("/cable?to=%5Bemail%5D"), "{}", asked.start);
        let start = if legs.backend_http2 { "CONNECT" } else { "GET" };
        assert_eq!(asked.method(), start, "{legs:?}");
        assert_eq!(asked.start.ends_with(" HTTP/2 websocket"), legs.backend_http2, "{legs:?}");
        assert_eq!(asked.field("x-forwarded-for"), "203.0.113.0", "{legs:?}");
        assert_eq!(asked.field("x-real-ip"), "", "{legs:?}");
        assert_eq!(asked.field("cookie"), "a=b", "{legs:?}");
        assert_eq!(asked.field("origin"), "https://shop.example.org", "{legs:?}");
        assert_eq!(asked.field("sec-websocket-protocol"), "actioncable-v1-json, other");
        assert_eq!(asked.values("sec-websocket-version"), ["13"], "{legs:?}");
        // The key is ours: the visitor's own would let it foresee the answer.
        let keys = asked.values("sec-websocket-key");
        assert_eq!(keys.len(), usize::from(!legs.backend_http2), "{legs:?}");
        assert!(!keys.contains(&"dGhlIHNhbXBsZSBub25jZQ=="), "{legs:?}");
    }
}

#[tokio::test]
async fn the_backend_chooses_the_subprotocol() {
    for legs in ALL {
        let mut chat = scripted(legs.backend_http2, |_, welcome| {
            with(welcome, &[("Sec-WebSocket-Protocol", "other"), ("Set-Cookie", "a=b")])
        })
        .await;
        let door = redacting(cloakroom::towards(&chat.upstream())).start().await;
        let guest = legs.guest().with("sec-websocket-protocol", "actioncable-v1-json, other");
        let mut ann = guest.open(&door).await;
        assert_eq!(ann.head.values("sec-websocket-protocol"), ["other"], "{legs:?}");
        assert_eq!(ann.head.field("set-cookie"), "a=b", "{legs:?}");
        ann.say("hello").await;
        assert_eq!(chat.next().await.hear().await, Heard::text("hello"), "{legs:?}");
    }
}

#[tokio::test]
async fn each_leg_is_compressed_as_its_own_sides_agree() {
    let said = "write to ann@example.org today, ".repeat(40);
    let heard = said.replace("ann@example.org", "[email]");
    for legs in ALL {
        for (compress, offered, visitor, backend) in [
            ("none", true, false, false),
            ("visitors", true, true, false),
            ("visitors", false, false, false),
            ("both", true, true, true),
            ("both", false, false, true),
        ] {
            let what = (legs, compress, offered);
            let guest = if offered { legs.guest().deflating() } else { legs.guest() };
            let toml = format!("[websocket]\ncompress = {compress:?}\ncontext_takeover = true");
            let talk = Talk::of(guest, legs, |door| redacting(door).toml(&toml));
            let Talk { mut ann, mut shop, chat: _chat, door: _door } = talk.await;
            let answered = !ann.head.field("sec-websocket-extensions").is_empty();
            let asked = !shop.head.field("sec-websocket-extensions").is_empty();
            assert_eq!((answered, asked), (visitor, backend), "{what:?}");
            for _ in 0..3 {
                ann.say(&said).await;
                assert_eq!(shop.hear().await, Heard::text(&heard), "{what:?}");
                shop.say(&said).await;
                assert_eq!(ann.hear().await, Heard::text(&said), "{what:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_handshake_that_proves_nothing_is_refused() {
    let key = "sec-websocket-key";
    let version = "sec-websocket-version";
    for (what, guest, status, code) in [
        ("no key", guest(false).without(key), 400, "websocket-handshake"),
        ("a short key", guest(false).without(key).with(key, "abc"), 400, "websocket-handshake"),
        (
            "two keys",
            guest(false).with(key, "dGhlIHNhbXBsZSBub25jZQ=="),
            400,
            "websocket-handshake",
        ),
        ("no version", guest(false).without(version), 426, "websocket-version"),
        ("version 8", guest(false).without(version).with(version, "8"), 426, "websocket-version"),
        ("no version, HTTP/2", guest(true).without(version), 426, "websocket-version"),
        (
            "version 8, HTTP/2",
            guest(true).without(version).with(version, "8"),
            426,
            "websocket-version",
        ),
        (
            "a broken extension",
            guest(false).with("sec-websocket-extensions", "a;=;"),
            400,
            "websocket-handshake",
        ),
    ] {
        let mut chat = chat(false).await;
        let door = redacting(cloakroom::towards(&chat.upstream())).start().await;
        let answer = refused(&guest, &door, what).await;
        assert_eq!(answer.status(), status, "{what}: {}", answer.text());
        assert!(answer.text().contains(code), "{what}: {}", answer.text());
        if status == 426 {
            assert_eq!(answer.field(version), "13", "{what}");
        }
        assert!(!chat.has_more(), "{what}");
    }
}

#[tokio::test]
async fn a_backend_that_declines_answers_with_a_message() {
    for legs in ALL {
        let chat = scripted(legs.backend_http2, |_, _| Message {
            start: "HTTP/1.1 401 Unauthorized".to_owned(),
            fields: vec![("WWW-Authenticate".to_owned(), "Bearer".to_owned())],
            body: b"who are you?".to_vec(),
            ..Message::default()
        })
        .await;
        let door = redacting(cloakroom::towards(&chat.upstream())).start().await;
        let answer = refused(&legs.guest(), &door, legs).await;
        assert_eq!((answer.status(), answer.text().as_str()), (401, "who are you?"), "{legs:?}");
        assert_eq!(answer.field("www-authenticate"), "Bearer", "{legs:?}");
    }
}

#[tokio::test]
async fn a_backend_that_speaks_no_websocket_is_a_bad_gateway() {
    type Change = fn(Message) -> Message;
    let cases: [(&str, bool, Change); 8] = [
        ("a wrong proof", false, |welcome| {
            let welcome = without(welcome, "Sec-WebSocket-Accept");
            with(welcome, &[("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")])
        }),
        ("no proof", false, |welcome| without(welcome, "Sec-WebSocket-Accept")),
        ("two proofs", false, |welcome| with(welcome, &[("Sec-WebSocket-Accept", "x")])),
        ("another protocol", false, |welcome| {
            with(without(welcome, "Upgrade"), &[("Upgrade", "h2c")])
        }),
        ("a subprotocol", false, |welcome| with(welcome, &[("Sec-WebSocket-Protocol", "x")])),
        ("a subprotocol", true, |welcome| with(welcome, &[("Sec-WebSocket-Protocol", "x")])),
        ("an extension", false, |welcome| {
            with(welcome, &[("Sec-WebSocket-Extensions", "permessage-deflate")])
        }),
        ("an extension", true, |welcome| {
            with(welcome, &[("Sec-WebSocket-Extensions", "permessage-deflate")])
        }),
    ];
    for (what, backend_http2, change) in cases {
        for visitor_http2 in [false, true] {
            let chat = scripted(backend_http2, move |_, welcome| change(welcome)).await;
            let door = redacting(cloakroom::towards(&chat.upstream())).start().await;
            let what = (what, backend_http2, visitor_http2);
            let answer = refused(&guest(visitor_http2), &door, what).await;
            assert_eq!(answer.status(), 502, "{what:?}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn first_words_behind_the_handshake_are_heard() {
    for legs in ALL {
        let mut chat = scripted(legs.backend_http2, |_, welcome| Message {
            body: b"\x81\x05Hello\x89\x00".to_vec(),
            ..welcome
        })
        .await;
        let door = redacting(cloakroom::towards(&chat.upstream())).start().await;
        let mut ann = legs.guest().open(&door).await;
        let _shop = chat.next().await;
        assert_eq!(ann.hear().await, Heard::text("Hello"), "{legs:?}");
        assert_eq!(ann.hear().await, Heard::Ping(Vec::new()), "{legs:?}");
    }
}

/// What a guest is answered who is not welcome.
async fn refused(guest: &Guest, door: &cloakroom::Door, what: impl std::fmt::Debug) -> Message {
    match guest.ask(door).await {
        Err(answer) => answer,
        Ok(_) => panic!("{what:?}: it was welcome"),
    }
}

fn with(mut welcome: Message, fields: &[(&str, &str)]) -> Message {
    let own = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    welcome.fields.extend(own);
    welcome
}

fn without(mut welcome: Message, name: &str) -> Message {
    welcome.fields.retain(|field| field.0 != name);
    welcome
}
