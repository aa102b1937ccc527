//! The law of cuts for messages: how a message was fragmented, how the network cut the bytes of
//! its frames, and how either leg compresses them changes nothing about what the backend hears.

use super::{ALL, Talk, redacting};
use crate::harness::socket::Heard;
use ::cloakroom::websocket::Kind;

const SAID: &[u8] = b"to ann@example.org!";
const HEARD: &[u8] = b"to [email]!";

#[tokio::test]
async fn two_fragments_not_compressed() {
    check(0, false, "none").await;
}

#[tokio::test]
async fn two_fragments_compressed_by_the_visitor() {
    check(1, true, "visitors").await;
}

#[tokio::test]
async fn two_fragments_compressed_on_both_legs() {
    check(2, true, "both").await;
}

#[tokio::test]
async fn two_fragments_compressed_for_the_backend() {
    check(3, false, "both").await;
}

#[tokio::test]
async fn frames_that_come_byte_by_byte() {
    for legs in ALL {
        let mut talk = Talk::of(legs.guest().deflating(), legs, redacting).await;
        let each: Vec<_> = SAID.chunks(1).collect();
        for fragments in [&[SAID][..], &[b"", SAID, b""], &each] {
            let frames = talk.ann.frames(Kind::Text, fragments);
            for byte in frames {
                talk.ann.send(&[byte]).await;
                tokio::task::yield_now().await;
            }
            hear(&mut talk, &(legs, fragments.len())).await;
        }
    }
}

/// Every split of the message into two fragments, every split of their frames into two, on one
/// connection over these legs.
async fn check(legs: usize, deflates: bool, compress: &str) {
    let legs = ALL[legs];
    let guest = if deflates { legs.guest().deflating() } else { legs.guest() };
    let toml = format!("[websocket]\ncompress = {compress:?}");
    let mut talk = Talk::of(guest, legs, |door| redacting(door).toml(&toml)).await;
    for split in 0..=SAID.len() {
        let (left, right) = SAID.split_at(split);
        let mut cut = 0;
        loop {
            let frames = talk.ann.frames(Kind::Text, &[left, right]);
            let Some((first, second)) = frames.split_at_checked(cut) else {
                // Longer than these are: they still have to be said for what comes after.
                talk.ann.send(&frames).await;
                hear(&mut talk, &(split, cut)).await;
                break;
            };
            talk.ann.send(first).await;
            // The proxy has its turn between the two.
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            talk.ann.send(second).await;
            hear(&mut talk, &(split, cut)).await;
            cut += 1;
        }
        assert!(cut > SAID.len() / 2, "{cut} cuts of a message in two frames");
    }
}

/// The backend hears the message, in as many frames as may be.
async fn hear(talk: &mut Talk, what: &impl std::fmt::Debug) {
    match talk.shop.hear().await {
        Heard::Message(Kind::Text, payload, _) => assert_eq!(payload, HEARD, "{what:?}"),
        other => panic!("{what:?}: {other:?}"),
    }
}
