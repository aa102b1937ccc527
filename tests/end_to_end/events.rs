//! Events of a server on their way to a browser: each arrives when the blank line behind it was
//! sent, whatever it says, and stays an event of its own.

use crate::harness::backend::{self, Step};
use crate::harness::cloakroom::{self, Builder};
use crate::harness::coding::{Flushing, begun};
use crate::harness::soon;
use crate::harness::visitor;
use http::Method;
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::sync::Notify;

/// What the backend sends, one event at a time, and what arrives of it where e-mail addresses are
/// taken out. The first comes behind a byte order mark.
const EVENTS: &[(&str, &str)] = &[
    ("\u{feff}retry: 500\nid: 1\ndata: hello\n\n", "\u{feff}retry: 500\nid: 1\ndata: hello\n\n"),
    // Whatever could go on: an address, a number, JSON that is not closed, an escape.
    ("data: to ann@example.org\n\n", "data: to [email]\n\n"),
    ("data: to ann@exa\n\n", "data: to ann@exa\n\n"),
    ("data: mple.org\n\n", "data: mple.org\n\n"),
    ("data: 4111 1111 1111\n\n", "data: 4111 1111 1111\n\n"),
    ("data: 1111\r\n\r\n", "data: 1111\r\n\r\n"),
    ("data: {\"to\":\"ann@exa\n\n", "data: {\"to\":\"ann@exa\n\n"),
    ("data: {\"to\":\"ann\\u0040example.org\"}\n\n", "data: {\"to\":\"[email]\"}\n\n"),
    ("data: [1,\ndata: \"ann@example.org\"]\n\n", "data: [1,\ndata: \"[email]\"]\n\n"),
    ("data: a\\u00\n\n", "data: a\\u00\n\n"),
    ("data: <b>ann@example.org</b\n\n", "data: <b>[email]</b\n\n"),
    // Fields that are not data, and none.
    (
        "event: message\nid: 7:ann\ndata: ann@example.org\n\n",
        "event: message\nid: 7:ann\ndata: [email]\n\n",
    ),
    (": still there\n\n", ": still there\n\n"),
    (":\n\n", ":\n\n"),
    ("data\n\n", "data\n\n"),
    ("data:\n\n", "data:\n\n"),
    ("\n", "\n"),
    ("data: a\n\ndata: ann@example.org\n\n", "data: a\n\ndata: [email]\n\n"),
    ("data: last to bob@example.org\r\n\r\n", "data: last to [email]\r\n\r\n"),
];

#[tokio::test]
async fn an_event_arrives_when_it_ends_and_without_what_is_personal() {
    for http2 in [false, true] {
        for codings in ["", "gzip", "br", "zstd"] {
            let redacting =
                |door: Builder| door.redacting_responses("kinds = [\"email\", \"payment-card\"]");
            check(http2, codings, redacting, |event| event.1).await;
        }
    }
}

#[tokio::test]
async fn without_rules_events_pass_as_they_come() {
    for http2 in [false, true] {
        check(http2, "", |door| door, |event| event.0).await;
        check(http2, "gzip", |door| door.redacting(""), |event| event.0).await;
        check(http2, "gzip", |door| door.redacting_responses("observe = true"), |event| event.0)
            .await;
    }
}

/// Each of the events arrives before the next one is sent.
async fn check(
    http2: bool,
    codings: &'static str,
    rules: impl Fn(Builder) -> Builder,
    expected: impl Fn(&(&'static str, &'static str)) -> &'static str,
) {
    let go = Arc::new(Notify::new());
    let shop = backend::answering({
        let go = Arc::clone(&go);
        move |_| steps(&go, codings)
    });
    let shop = shop.start().await;
    let door = rules(cloakroom::before(&shop)).start().await;
    let ann = visitor::at("203.0.113.77").with("accept", "text/event-stream");
    let ann = if http2 { ann.over_http2() } else { ann };
    let mut talk = ann.connect(&door).await;
    let mut answer = talk.begin(Method::GET, "/events", b"").await.expect("a head");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let (mut came, mut all) = (Vec::new(), Vec::new());
    for event in EVENTS {
        go.notify_one();
        all.extend_from_slice(expected(event).as_bytes());
        let what = format!("{:?} under {codings:?}, HTTP/2: {http2}", event.0);
        while begun(codings, &came).len() < all.len() {
            let frame = soon(&what, answer.body_mut().frame()).await.expect("no end");
            came.extend(frame.expect("no error").into_data().expect("data"));
        }
        let seen = begun(codings, &came);
        assert_eq!(String::from_utf8_lossy(&seen), String::from_utf8_lossy(&all), "{what}");
    }
}

/// A head, and then an event each time that the test says so; the stream stays open.
fn steps(go: &Arc<Notify>, codings: &str) -> Vec<Step> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\
         Content-Encoding: {codings}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let mut encoder = Flushing::new(codings);
    let mut steps = vec![Step::write(&head)];
    for (event, _) in EVENTS {
        let coded = encoder.push(event.as_bytes());
        let size = format!("{:x}\r\n", coded.len()).into_bytes();
        steps.push(Step::Await(Arc::clone(go)));
        steps.push(Step::Write([size, coded, b"\r\n".to_vec()].concat()));
    }
    steps.push(Step::Await(Arc::clone(go)));
    steps
}
