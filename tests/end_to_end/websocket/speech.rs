//! What is said in a conversation: messages go through the rules of their direction, control
//! frames go at once, and the end is told with its code.

use super::{ALL, Talk, reading, redacting};
use crate::harness::socket::Heard;
use ::cloakroom::websocket::Kind;

#[tokio::test]
async fn what_a_visitor_says_goes_through_the_rules() {
    for legs in ALL {
        let mut talk = Talk::open(legs, redacting).await;
        for (said, heard) in [
            ("hello", "hello"),
            ("", ""),
            ("write to ann@example.org today", "write to [email] today"),
            (
                "{ \"to\":\"ann\\u0040example.org\",\"n\":1.50 }",
                "{ \"to\":\"[email]\",\"n\":1.50 }",
            ),
            (
                "[\"3\",{\"data\":\"{\\\"to\\\":\\\"ann@example.org\\\"}\"}]",
                "[\"3\",{\"data\":\"{\\\"to\\\":\\\"[email]\\\"}\"}]",
            ),
        ] {
            talk.ann.say(said).await;
            assert_eq!(talk.shop.hear().await, Heard::text(heard), "{legs:?}");
            // Nobody asked for rules in this direction.
            talk.shop.say(said).await;
            assert_eq!(talk.ann.hear().await, Heard::text(said), "{legs:?}");
        }
        talk.ann.message(Kind::Binary, b"\x00\xff\xfe\x01").await;
        let binary = Heard::Message(Kind::Binary, b"\x00\xff\xfe\x01".to_vec(), 1);
        assert_eq!(talk.shop.hear().await, binary, "{legs:?}");
    }
}

#[tokio::test]
async fn what_the_backend_says_goes_through_the_rules_for_responses() {
    for legs in ALL {
        let mut talk = Talk::open(legs, |door| door.redacting_responses("")).await;
        talk.shop.say("ann@example.org is here").await;
        assert_eq!(talk.ann.hear().await, Heard::text("[email] is here"), "{legs:?}");
        talk.ann.say("ann@example.org is here").await;
        assert_eq!(talk.shop.hear().await, Heard::text("ann@example.org is here"), "{legs:?}");
    }
}

#[tokio::test]
async fn control_frames_go_at_once_even_within_a_message() {
    for legs in ALL {
        let Talk { mut ann, mut shop, chat: _chat, door: _door } =
            Talk::open(legs, redacting).await;
        for _ in 0..2 {
            let begun = ann.begin(Kind::Text, b"write to ann@exam", false);
            ann.send(&begun).await;
            ann.ping(b"are you there?").await;
            assert_eq!(shop.hear().await, Heard::Ping(b"are you there?".to_vec()), "{legs:?}");
            // What could still become an address is not there yet.
            assert!(!String::from_utf8_lossy(shop.part()).contains("ann"), "{legs:?}");
            shop.pong(b"are you there?").await;
            assert_eq!(ann.hear().await, Heard::Pong(b"are you there?".to_vec()), "{legs:?}");
            // The backend may ask, too, and a sign of life need not be an answer.
            shop.ping(b"").await;
            assert_eq!(ann.hear().await, Heard::Ping(Vec::new()), "{legs:?}");
            ann.pong(b"I am").await;
            assert_eq!(shop.hear().await, Heard::Pong(b"I am".to_vec()), "{legs:?}");
            let ended = ann.fragment(b"ple.org today", true);
            ann.send(&ended).await;
            match shop.hear().await {
                Heard::Message(Kind::Text, payload, _) => {
                    assert_eq!(String::from_utf8_lossy(&payload), "write to [email] today");
                }
                other => panic!("{legs:?}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn the_end_is_told_with_its_code_and_answered() {
    for legs in ALL {
        for (code, reason) in
            [(1000, ""), (1001, "page left"), (1005, ""), (3000, "žluťoučký kůň"), (4999, "x")]
        {
            for by_visitor in [true, false] {
                let mut talk = Talk::open(legs, reading).await;
                let (one, other) = match by_visitor {
                    true => (&mut talk.ann, &mut talk.shop),
                    false => (&mut talk.shop, &mut talk.ann),
                };
                let what = (legs, code, by_visitor);
                one.say("last words").await;
                one.close(code, reason).await;
                assert_eq!(other.hear().await, Heard::text("last words"), "{what:?}");
                assert_eq!(other.hear().await, Heard::close(code, reason), "{what:?}");
                // What the other has still to say is heard.
                other.say("farewell").await;
                other.close(1000, "bye").await;
                assert_eq!(one.hear().await, Heard::text("farewell"), "{what:?}");
                assert_eq!(one.hear().await, Heard::close(1000, "bye"), "{what:?}");
                assert_eq!(one.hear().await, Heard::End, "{what:?}");
                one.finish().await;
                assert_eq!(other.hear().await, Heard::End, "{what:?}");
            }
        }
    }
}
