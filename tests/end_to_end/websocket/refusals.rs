//! What is no WebSocket, too much of one, or forbidden: its sender is told why, the other side
//! that it is over, and nothing of the message arrives.

use super::{ALL, Talk, redacting};
use crate::harness::cloakroom;
use crate::harness::socket::Heard;
use ::cloakroom::websocket::Kind;

/// A frame of a client with this first byte, masked with zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short payload");
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

#[tokio::test]
async fn what_breaks_the_rules_of_the_protocol_is_the_end() {
    let text = |payload: &[u8]| frame(0x81, payload);
    let cases = [
        ("not masked", b"\x81\x02hi".to_vec(), 1002, "frame"),
        (
            "a reserved bit",
            frame(0xc1, b"hi"),
            1002,
            "a reserved bit is set that was not agreed on",
        ),
        ("another reserved bit", frame(0xa1, b"hi"), 1002, "reserved"),
        ("an unknown kind", frame(0x83, b"hi"), 1002, ""),
        ("nothing to continue", frame(0x80, b"hi"), 1002, "there is nothing to continue"),
        (
            "a message within a message",
            [frame(0x01, b"a"), text(b"b")].concat(),
            1002,
            "a message begins within another",
        ),
        ("a ping in fragments", frame(0x09, b""), 1002, ""),
        ("a long ping", [&[0x89, 0xfe, 0, 126, 0, 0, 0, 0][..], &[0; 126]].concat(), 1002, ""),
        ("half a close code", frame(0x88, b"\x03"), 1002, "a close code has one byte"),
        (
            "a close code of nobody",
            frame(0x88, b"\x03\xed"),
            1002,
            "a close code that may not be sent",
        ),
        ("no UTF-8", text(b"\xff"), 1007, "a text is not UTF-8"),
        ("half a character", text(b"a\xc3"), 1007, "a text ends inside a character"),
        ("a reason of no UTF-8", frame(0x88, b"\x03\xe8\xff"), 1007, ""),
    ];
    for legs in ALL {
        let mut chat = legs.chat().await;
        let door = redacting(cloakroom::towards(&chat.upstream())).start().await;
        for (what, said, code, reason) in &cases {
            let mut ann = legs.guest().open(&door).await;
            let mut shop = chat.next().await;
            ann.send(said).await;
            let told = ann.hear_code(*code, (what, legs));
            let (why, ()) = tokio::join!(told, shop.hear_close(1001, "", (what, legs)));
            assert!(why.contains(reason), "{what}, {legs:?}: {why}");
            assert!(shop.part().is_empty(), "{what}, {legs:?}");
        }
    }
}

#[tokio::test]
async fn a_backend_that_breaks_the_rules_is_told_and_the_visitor_is_not() {
    for (what, said, code) in [
        ("masked", frame(0x81, b"hi"), 1002),
        ("a reserved bit", b"\xc1\x02hi".to_vec(), 1002),
        ("no UTF-8", b"\x81\x01\xff".to_vec(), 1007),
    ] {
        for legs in ALL {
            let Talk { mut ann, mut shop, chat: _chat, door: _door } =
                Talk::open(legs, redacting).await;
            shop.send(&said).await;
            ann.hear_close(1011, "", (what, legs)).await;
            shop.hear_code(code, (what, legs)).await;
        }
    }
}

#[tokio::test]
async fn what_is_forbidden_does_not_arrive() {
    let card = "pay with 4111 1111 1111 1111";
    for legs in ALL {
        for fragments in [&[card][..], &["pay with 4111 ", "1111 1111 1111"]] {
            let Talk { mut ann, mut shop, chat: _chat, door: _door } =
                Talk::open(legs, |door| door.redacting("actions = { payment-card = \"block\" }"))
                    .await;
            ann.say("before").await;
            let fragments: Vec<_> = fragments.iter().map(|it| it.as_bytes()).collect();
            let frames = ann.frames(Kind::Text, &fragments);
            ann.send(&frames).await;
            ann.say("after").await;
            ann.hear_close(1008, "message not accepted", legs).await;
            assert_eq!(shop.hear().await, Heard::text("before"), "{legs:?}");
            shop.hear_close(1001, "", legs).await;
            assert!(!String::from_utf8_lossy(shop.part()).contains("4111"), "{legs:?}");
        }
    }
}

#[tokio::test]
async fn what_is_too_much_is_refused() {
    let limits = "[limits]\nws_message = \"2KiB\"\nws_frame = \"1KiB\"\nws_fragments = 3";
    let (just, over) = ("x".repeat(1024), "x".repeat(1025));
    for legs in ALL {
        for (what, fragments, fine) in [
            ("a frame", &[just.as_str()][..], true),
            ("a longer frame", &[over.as_str()], false),
            ("a message", &[just.as_str(), just.as_str()], true),
            ("a longer message", &[just.as_str(), just.as_str(), "x"], false),
            ("fragments", &["x", "x", "x", "x"], true),
            ("more fragments", &["x", "x", "x", "x", "x"], false),
        ] {
            let Talk { mut ann, mut shop, chat: _chat, door: _door } =
                Talk::open(legs, |door| redacting(door).toml(limits)).await;
            let fragments: Vec<_> = fragments.iter().map(|it| it.as_bytes()).collect();
            let frames = ann.frames(Kind::Text, &fragments);
            ann.send(&frames).await;
            if fine {
                let Heard::Message(_, payload, _) = shop.hear().await else {
                    panic!("{what}, {legs:?}: no message")
                };
                assert_eq!(payload, fragments.concat(), "{what}, {legs:?}");
                continue;
            }
            let told = ann.hear_code(1009, (what, legs));
            tokio::join!(told, shop.hear_close(1001, "", (what, legs)));
        }
    }
}

#[tokio::test]
async fn what_inflates_to_too_much_is_refused() {
    for legs in ALL {
        let guest = legs.guest().deflating();
        let limits = "[limits]\nws_message = \"64KiB\"";
        let Talk { mut ann, mut shop, chat: _chat, door: _door } =
            Talk::of(guest, legs, |door| redacting(door).toml(limits)).await;
        let bomb = ann.frames(Kind::Binary, &[&vec![0; 16 << 20]]);
        assert!(bomb.len() < 64 << 10, "{} bytes", bomb.len());
        ann.send(&bomb).await;
        ann.hear_code(1009, legs).await;
        shop.hear_close(1001, "", legs).await;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    // One deeper than is looked at, and binary where only text is wanted.
    let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
    for legs in ALL {
        for (what, set, kind, said, code) in [
            ("nested", "", Kind::Text, deep.as_bytes(), 1008),
            ("binary", "binary = \"refuse\"", Kind::Binary, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1008),
        ] {
            let Talk { mut ann, mut shop, chat: _chat, door: _door } =
                Talk::open(legs, |door| door.redacting(set)).await;
            ann.message(kind, said).await;
            let told = ann.hear_close(code, "message not accepted", (what, legs));
            tokio::join!(told, shop.hear_close(1001, "", (what, legs)));
            assert!(shop.part().is_empty(), "{what}, {legs:?}");
        }
    }
}
