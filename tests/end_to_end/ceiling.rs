//! All bodies together hold back no more than they may: who comes then is told to come later, and
//! nobody else notices.

use crate::harness::backend;
use crate::harness::cloakroom;
use crate::harness::visitor::{self, Wire};

/// More than half of what may be held.
const BODY: usize = 600 << 10;

#[tokio::test]
async fn who_would_hold_too_much_comes_later() {
    let shop = backend::start().await;
    let limits = "[limits]\nheld_bytes = \"1MiB\"\nsmall_body = \"1MiB\"\n";
    let door = cloakroom::before(&shop).redacting("kinds = [\"email\"]").toml(limits).start().await;
    let body = "x".repeat(BODY);
    let (begun, rest) = body.split_at(BODY - 1);
    let posts = async || {
        let visitor = visitor::nobody().with("content-length", &BODY.to_string());
        let mut wire = visitor.wire(&door).await;
        wire.send(visitor.head("POST / HTTP/1.1")).await;
        wire
    };
    let mut first = posts().await;
    first.send(begun).await;
    // As soon as the first is held, there is no room for as much again.
    let refused = loop {
        let mut second = posts().await;
        second.send(&body).await;
        let answer = second.answer().await.expect("an answer");
        if answer.status() != 200 {
            break answer;
        }
    };
    assert_eq!(refused.status(), 503);
    assert!(refused.text().contains("\"code\":\"overloaded\""), "{}", refused.text());
    // What is small, or passes, is served.
    assert_eq!(visitor::nobody().post(&door, "/", b"hello").await.status(), 200);
    first.send(rest).await;
    check_served(first).await;
    let mut third = posts().await;
    third.send(&body).await;
    check_served(third).await;
}

async fn check_served(mut wire: Wire) {
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
}
