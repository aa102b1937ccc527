//! Conversations that outlive what they began with: another configuration, silence, and the
//! end of the proxy.

use super::{ALL, Talk};
use crate::harness::cloakroom::{self, Builder};
use crate::harness::socket::Heard;
use crate::harness::soon;
use ::cloakroom::websocket::Kind;

/// Both directions under such rules.
fn under(door: Builder, kinds: &str, reload: &str) -> Builder {
    door.shop("record = \"off\"\nredact = \"all\"\nredact_responses = \"all\"").toml(&format!(
        "[[redaction]]\nname = \"all\"\nkinds = [{kinds:?}]\n[websocket]\nreload = {reload:?}"
    ))
}

#[tokio::test]
async fn an_open_conversation_stays_under_its_rules_or_moves_at_the_next_message() {
    const SAID: &str = "ann@example.org";
    for legs in ALL {
        for (reload, expected) in [("stay", SAID), ("move", "[email]")] {
            let what = (legs, reload);
            let talk = Talk::open(legs, |door| under(door, "vin", reload)).await;
            let Talk { mut ann, mut shop, mut chat, mut door } = talk;
            ann.say(SAID).await;
            assert_eq!(shop.hear().await, Heard::text(SAID), "{what:?}");
            // A message has begun in either direction.
            for end in [&mut ann, &mut shop] {
                let begun = end.begin(Kind::Text, b"ann@", false);
                end.send(&begun).await;
                end.ping(b"").await;
            }
            assert_eq!(shop.hear().await, Heard::Ping(Vec::new()), "{what:?}");
            assert_eq!(ann.hear().await, Heard::Ping(Vec::new()), "{what:?}");
            door.reload(&under(cloakroom::towards(&chat.upstream()), "email", reload)).await;
            for end in [&mut ann, &mut shop] {
                let ended = end.fragment(b"example.org", true);
                end.send(&ended).await;
            }
            for end in [&mut shop, &mut ann] {
                // It ends under the rules that it began with.
                match end.hear().await {
                    Heard::Message(_, payload, _) => {
                        assert_eq!(payload, SAID.as_bytes(), "{what:?}")
                    }
                    other => panic!("{what:?}: {other:?}"),
                }
            }
            for _ in 0..2 {
                ann.say(SAID).await;
                assert_eq!(shop.hear().await, Heard::text(expected), "{what:?}");
                shop.say(SAID).await;
                assert_eq!(ann.hear().await, Heard::text(expected), "{what:?}");
            }
            // Who comes now has the new rules.
            let mut bob = legs.guest().open(&door).await;
            bob.say(SAID).await;
            assert_eq!(chat.next().await.hear().await, Heard::text("[email]"), "{what:?}");
        }
    }
}

#[tokio::test]
async fn a_conversation_whose_property_is_gone_is_an_unknown_one_at_the_next_message() {
    const SAID: &str = "ann@example.org";
    for legs in ALL {
        for refuse in [false, true] {
            let what = (legs, refuse);
            let talk = Talk::open(legs, |door| under(door, "vin", "move")).await;
            let Talk { mut ann, mut shop, chat, mut door } = talk;
            ann.say(SAID).await;
            assert_eq!(shop.hear().await, Heard::text(SAID), "{what:?}");
            let unknown = if refuse { "refuse = true" } else { "redact = \"all\"" };
            let door_without = under(cloakroom::towards(&chat.upstream()), "email", "move")
                .named("another")
                .toml(&format!("[properties.unknown]\n{unknown}"));
            door.reload(&door_without).await;
            ann.say(SAID).await;
            if refuse {
                shop.hear_close(1001, "", what).await;
                ann.hear_close(1008, "", what).await;
            } else {
                assert_eq!(shop.hear().await, Heard::text("[email]"), "{what:?}");
            }
        }
    }
}

#[tokio::test]
async fn silence_is_the_end() {
    for legs in ALL {
        let times = "[timeouts]\ntunnel_idle = \"1s\"\nws_ping = \"0s\"";
        let Talk { mut ann, mut shop, chat: _chat, door: _door } =
            Talk::open(legs, |door| door.redacting("").toml(times)).await;
        ann.say("hello").await;
        assert_eq!(shop.hear().await, Heard::text("hello"), "{legs:?}");
        ann.hear_close(1001, "", legs).await;
        shop.hear_close(1001, "", legs).await;
    }
}

#[tokio::test]
async fn who_is_silent_is_asked_and_the_answer_is_ours() {
    for legs in ALL {
        let times = "[timeouts]\nws_ping = \"1s\"";
        let Talk { mut ann, mut shop, chat: _chat, door: _door } =
            Talk::open(legs, |door| door.redacting("").toml(times)).await;
        for end in [&mut ann, &mut shop] {
            let Heard::Ping(payload) = end.hear().await else { panic!("{legs:?}: no ping") };
            end.pong(&payload).await;
            // Its neighbour's sign of life is not for us.
            end.pong(b"I live").await;
            end.say("here").await;
        }
        for end in [&mut ann, &mut shop] {
            let heard = loop {
                match end.hear().await {
                    Heard::Ping(_) => {}
                    heard => break heard,
                }
            };
            assert_eq!(heard, Heard::Pong(b"I live".to_vec()), "{legs:?}");
            assert_eq!(end.hear().await, Heard::text("here"), "{legs:?}");
        }
    }
}

#[tokio::test]
async fn a_proxy_that_stops_says_so() {
    for legs in ALL {
        let Talk { mut ann, mut shop, chat: _chat, door } =
            Talk::open(legs, |door| door.redacting("").toml("[timeouts]\ndrain = \"500ms\"")).await;
        ann.say("hello").await;
        assert_eq!(shop.hear().await, Heard::text("hello"), "{legs:?}");
        let drained = tokio::spawn(door.drain());
        ann.hear_close(1001, "", legs).await;
        shop.hear_close(1001, "", legs).await;
        soon("the drain", drained).await.expect("a task");
    }
}
