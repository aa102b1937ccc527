//! Peers who do not read, who leave without a word, and who vanish in the middle of one.

use super::{ALL, Legs, Talk, reading};
use crate::harness::socket::{End, Heard};
use crate::harness::soon;
use ::cloakroom::websocket::Kind;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// A message that is said again and again.
const SIZE: usize = 64 << 10;
/// How often: 64 MiB are more than all sockets and windows on the way hold.
const TIMES: usize = 1024;

#[tokio::test]
async fn who_does_not_read_stops_who_writes_and_loses_nothing() {
    for legs in ALL {
        for by_visitor in [true, false] {
            let Talk { ann, shop, chat: _chat, door: _door } = Talk::open(legs, reading).await;
            let (mut one, mut other) = if by_visitor { (ann, shop) } else { (shop, ann) };
            let (said, mut progress) = watch::channel(0);
            let speaking = tokio::spawn(async move {
                for number in 0..TIMES {
                    let frames = one.frames(Kind::Binary, &[&payload(number)]);
                    one.push(&frames).await;
                    said.send_replace(number + 1);
                }
                one
            });
            // Until nothing moves: each side has what it can hold.
            while timeout(Duration::from_millis(300), progress.changed())
                .await
                .is_ok_and(|it| it.is_ok())
            {}
            let held = *progress.borrow();
            assert!(held < TIMES / 2, "{legs:?}, {by_visitor}: {held} messages were taken unread");
            for number in 0..TIMES {
                hear(&mut other, number).await;
            }
            let mut one = soon("the speaker", speaking).await.expect("a task");
            other.say("that was a lot").await;
            assert_eq!(one.hear().await, Heard::text("that was a lot"), "{legs:?}, {by_visitor}");
        }
    }
}

/// Bytes that tell one message from the next, and look like no text.
fn payload(number: usize) -> Vec<u8> {
    [&number.to_be_bytes()[..], &[0xff; SIZE]].concat()
}

async fn hear(end: &mut End, number: usize) {
    match end.hear().await {
        Heard::Message(Kind::Binary, heard, _) => {
            assert!(heard == payload(number), "message {number} is another one");
        }
        other => panic!("message {number}: {other:?}"),
    }
}

#[tokio::test]
async fn who_ends_without_a_word_still_hears_the_other() {
    for legs in ALL {
        for by_visitor in [true, false] {
            let what = (legs, by_visitor);
            let Talk { ann, shop, chat: _chat, door: _door } = Talk::open(legs, reading).await;
            let (mut one, mut other) = if by_visitor { (ann, shop) } else { (shop, ann) };
            one.say("that is all").await;
            one.finish().await;
            assert_eq!(other.hear().await, Heard::text("that is all"), "{what:?}");
            if by_visitor {
                assert_eq!(other.hear().await, Heard::End, "{what:?}");
                other.say("farewell").await;
                other.finish().await;
                assert_eq!(one.hear().await, Heard::text("farewell"), "{what:?}");
            } else {
                assert_eq!(other.hear().await, Heard::End, "{what:?}");
                other.finish().await;
            }
            assert_eq!(one.hear().await, Heard::End, "{what:?}");
        }
    }
}

#[tokio::test]
async fn who_vanishes_in_the_middle_of_a_fragment_leaves_nobody_waiting() {
    for legs in ALL {
        for by_visitor in [true, false] {
            let what = (legs, by_visitor);
            let Talk { ann, shop, chat: _chat, door: _door } = Talk::open(legs, reading).await;
            let (mut one, mut other) = if by_visitor { (ann, shop) } else { (shop, ann) };
            one.say("hello").await;
            assert_eq!(other.hear().await, Heard::text("hello"), "{what:?}");
            let begun = one.begin(Kind::Text, b"a fragment", false);
            let cut = one.fragment(b"that does not end", true);
            one.send(&begun).await;
            one.send(&cut[..cut.len() - 3]).await;
            one.reset();
            assert_eq!(other.hear().await, Heard::End, "{what:?}");
        }
    }
}

#[tokio::test]
async fn a_close_that_nobody_answers_is_the_end_all_the_same() {
    let mut unanswered = JoinSet::new();
    for legs in ALL {
        for by_visitor in [true, false] {
            unanswered.spawn(a_close_without_an_answer(legs, by_visitor));
        }
    }
    while let Some(done) = unanswered.join_next().await {
        done.expect("all went well");
    }
}

async fn a_close_without_an_answer(legs: Legs, by_visitor: bool) {
    let what = (legs, by_visitor);
    let Talk { ann, shop, chat: _chat, door: _door } = Talk::open(legs, reading).await;
    let (mut one, mut other) = if by_visitor { (ann, shop) } else { (shop, ann) };
    one.close(1000, "bye").await;
    assert_eq!(other.hear().await, Heard::close(1000, "bye"), "{what:?}");
    // It does not answer and does not leave: it reads on, and hears the end.
    assert_eq!(other.hear().await, Heard::End, "{what:?}");
    assert_eq!(one.hear().await, Heard::End, "{what:?}");
}

#[tokio::test]
async fn what_a_backend_said_before_it_closed_its_socket_is_heard() {
    for visitor_http2 in [false, true] {
        let legs = Legs { visitor_http2, backend_http2: false };
        let Talk { mut ann, mut shop, chat: _chat, door: _door } = Talk::open(legs, reading).await;
        ann.say("hello").await;
        shop.say("first").await;
        shop.say("last").await;
        // With what the visitor said unread in it: whoever writes to it now is reset.
        drop(shop);
        for number in 0..100 {
            ann.say(&format!("is anybody there? {number}")).await;
        }
        assert_eq!(ann.hear().await, Heard::text("first"), "{legs:?}");
        assert_eq!(ann.hear().await, Heard::text("last"), "{legs:?}");
        assert_eq!(ann.hear().await, Heard::End, "{legs:?}");
    }
}
