//! Requests that come before their predecessors were answered: each gets its own answer, in
//! order, also where a later one is refused.

use crate::harness::backend::{self, Step};
use crate::harness::cloakroom;
use crate::harness::visitor::{self, Visitor};
use std::sync::Arc;
use tokio::sync::Notify;

#[tokio::test]
async fn answers_come_in_the_order_of_requests() {
    let shop = backend::answering(|request| vec![Step::ok(request.target())]).start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = ann().wire(&door).await;
    let post = ann().with("content-length", "5");
    let all: String = (0..20)
        .map(|number| match number % 2 {
            0 => ann().head(&format!("GET /{number} HTTP/1.1")),
            _ => post.head(&format!("POST /{number} HTTP/1.1")) + "hello",
        })
        .collect();
    wire.send(all).await;
    for number in 0..20 {
        assert_eq!(wire.answer().await.expect("an answer").text(), format!("/{number}"));
    }
}

#[tokio::test]
async fn a_message_that_is_refused_takes_nothing_from_those_before_it() {
    for (what, bad, status) in [
        ("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("garbage", "\0\0\0\0", 400),
        (
            "a length and chunks",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (
            "a bad chunk",
            "POST / HTTP/1.1\r\nHost: shop.example.org\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            400,
        ),
    ] {
        let (go, shop) = holding().await;
        let door = cloakroom::before(&shop).start().await;
        let mut wire = ann().wire(&door).await;
        // In one piece, so that the refusal is known before the first request is looked at.
        let good = ann().head("GET /hold HTTP/1.1");
        let last = ann().with("content-length", "5").head("POST /next HTTP/1.1") + "hello";
        wire.send(format!("{good}{last}{bad}{good}")).await;
        go.notify_one();
        for expected in [200, 200, status] {
            let answer = wire.answer().await.unwrap_or_default();
            assert_eq!(answer.status(), expected, "{what}: {}", answer.text());
        }
        assert_eq!(wire.rest().await, b"", "{what}: nothing behind it is answered");
        assert_eq!(shop.requests().len(), 2, "{what}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_slow_takes_nothing_from_the_exchange_before_it() {
    let (go, shop) = holding().await;
    let door = cloakroom::before(&shop).toml("[timeouts]\nhead = \"200ms\"").start().await;
    let mut wire = ann().wire(&door).await;
    wire.send(format!("{}GET / HT", ann().head("GET /hold HTTP/1.1"))).await;
    shop.after(1).await;
    // Past the time of the second head, while the first one is being answered.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    go.notify_one();
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    assert_eq!(wire.answer().await.expect("an answer").status(), 408);
    assert_eq!(wire.rest().await, b"");
}

fn ann() -> Visitor {
    visitor::at("203.0.113.77")
}

/// A backend that answers `/hold` when it is told to.
async fn holding() -> (Arc<Notify>, backend::Backend) {
    let go = Arc::new(Notify::new());
    let shop = {
        let go = Arc::clone(&go);
        backend::answering(move |request| {
            let wait = (request.target() == "/hold").then(|| Step::Await(Arc::clone(&go)));
            wait.into_iter().chain([Step::ok("welcome")]).collect()
        })
    };
    (go, shop.start().await)
}
