//! What a visitor is told when the backend fails: a gateway's status and no word of the
//! request, or a response that is visibly cut; never a short one that looks whole, and never
//! silence.

use crate::harness::backend::{self, Step};
use crate::harness::cloakroom::{self, Door};
use crate::harness::message::Message;
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use http::Method;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Short times, for backends that do not keep them.
const IMPATIENT: &str =
    "timeouts = { connect = \"300ms\", first_byte = \"300ms\", stall = \"1s\" }";

#[tokio::test]
async fn a_backend_that_gives_no_answer_is_a_bad_gateway() {
    for (what, steps) in [
        ("closes at once", vec![Step::Close]),
        ("speaks another protocol", vec![Step::write("SSH-2.0-OpenSSH_9.9\r\n\r\n"), Step::Close]),
        (
            "speaks HTTP/2",
            vec![Step::write("\0\0\x0c\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\0\0\0")],
        ),
        ("closes in the status line", vec![Step::write("HTTP/1.1 20"), Step::Close]),
        ("closes in the head", vec![Step::write("HTTP/1.1 200 OK\r\nServer: x\r\n"), Step::Close]),
        ("has no status", vec![Step::write("HTTP/1.1 OK\r\n\r\n")]),
        (
            "says two lengths",
            vec![Step::write(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            )],
        ),
        ("has a bad length", vec![Step::write("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\na")]),
        (
            "switches unasked",
            vec![Step::write(
                "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            )],
        ),
    ] {
        let shop = backend::answering(move |_| steps.clone()).start().await;
        let door = cloakroom::before(&shop).start().await;
        for_each_way_to_ask(&door, what, 502, "upstream-broken").await;
    }
}

#[tokio::test]
async fn a_backend_that_is_not_there_is_a_bad_gateway() {
    let refuses = format!("servers = [\"http://{}\"]", backend::nowhere().await);
    for (what, upstream) in [
        ("a port that refuses", refuses.as_str()),
        ("a socket that does not exist", "servers = [\"unix:/nonexistent/backend.sock\"]"),
        ("a name that does not resolve", "servers = [\"http://backend.invalid:80\"]"),
    ] {
        let door = cloakroom::towards(upstream).start().await;
        for_each_way_to_ask(&door, what, 502, "upstream-unreachable").await;
    }
}

#[tokio::test]
async fn a_backend_that_never_answers_is_a_gateway_timeout() {
    let shop = backend::answering(|_| vec![Step::Await(Arc::default())]).start().await;
    let door = cloakroom::before(&shop).upstream(IMPATIENT).start().await;
    for_each_way_to_ask(&door, "silence", 504, "upstream-first-byte-timeout").await;
}

#[tokio::test]
async fn a_backend_that_does_not_finish_its_handshake_is_a_gateway_timeout() {
    // The system accepts for it; nobody ever says a word.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let upstream = format!("servers = [\"https://localhost:{port}\"]\n{IMPATIENT}");
    let door = cloakroom::towards(&upstream).start().await;
    for_each_way_to_ask(&door, "no TLS", 504, "upstream-connect-timeout").await;
}

#[tokio::test]
async fn requests_that_wait_for_one_handshake_fail_together() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let upstream = format!(
        "servers = [\"https://localhost:{port}\"]\nprotocol = \"http2\"\n\
         timeouts = {{ connect = \"500ms\" }}"
    );
    let door = cloakroom::towards(&upstream).start().await;
    let talk = visitor::at("203.0.113.77").over_http2().connect(&door).await;
    let mut all = JoinSet::new();
    let began = Instant::now();
    for _ in 0..20 {
        let mut twin = talk.twin();
        all.spawn(async move { twin.get("/").await.status() });
    }
    assert_eq!(soon("all answers", all.join_all()).await, [504; 20]);
    assert!(began.elapsed() < Duration::from_secs(5), "one after another: {:?}", began.elapsed());
}

#[tokio::test]
async fn a_backend_that_stops_reading_a_body_is_a_gateway_timeout() {
    let shop = backend::answering(|_| vec![Step::Await(Arc::default())]);
    let shop = shop.before_the_body().start().await;
    let door = cloakroom::before(&shop).upstream(IMPATIENT).start().await;
    // More than all buffers on the way hold.
    let body = vec![b'x'; 32 << 20];
    for ann in both_protocols() {
        let answer = ann.post(&door, "/", &body).await;
        check_refused(&answer, "a body that nobody reads", 504, "upstream-first-byte-timeout");
    }
}

#[tokio::test]
async fn a_response_that_breaks_off_is_cut_and_never_looks_whole() {
    let sized = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut all = JoinSet::new();
    for (what, text) in [
        ("in a sized body", sized.to_owned()),
        ("before a sized body", sized.trim_end_matches("hello").to_owned()),
        ("before a chunk", chunked.to_owned()),
        ("in a chunk", format!("{chunked}64\r\nhello")),
        ("between two chunks", format!("{chunked}5\r\nhello\r\n")),
        ("in the last chunk", format!("{chunked}5\r\nhello\r\n0\r\n")),
    ] {
        for (how, last, upstream) in [
            ("closes", Step::Close, ""),
            ("stalls", Step::Await(Arc::default()), IMPATIENT),
            // A chunk cannot begin with this; a sized body is too short all the same.
            ("writes nonsense and closes", Step::write("zz\r\n"), ""),
        ] {
            let steps = vec![Step::write(&text), last, Step::Close];
            all.spawn(async move {
                let shop = backend::answering(move |_| steps.clone()).start().await;
                let door = cloakroom::before(&shop).upstream(upstream).start().await;
                for ann in both_protocols() {
                    let mut talk = ann.connect(&door).await;
                    let answer = talk.ask(Method::GET, "/", b"").await;
                    assert!(answer.is_err(), "{how} {what}: {answer:?}");
                }
            });
        }
    }
    soon("all cuts", all.join_all()).await;
}

#[tokio::test]
async fn a_backend_that_answers_again_after_a_failure_is_asked_again() {
    let shop = backend::answering(|request| match request.target() {
        "/fail" => vec![Step::Close],
        _ => vec![Step::ok("welcome")],
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).upstream("health = { failures = 1 }").start().await;
    for ann in both_protocols() {
        let mut talk = ann.connect(&door).await;
        // The only server there is: passed over, it is tried all the same.
        for target in ["/fail", "/good", "/fail", "/fail", "/good"] {
            let expected = if target == "/fail" { 502 } else { 200 };
            assert_eq!(talk.get(target).await.status(), expected, "{target}");
        }
    }
}

fn both_protocols() -> [Visitor; 2] {
    let ann = visitor::at("203.0.113.77");
    [ann.clone(), ann.over_http2()]
}

/// Words in every part of a request that can hold one; no answer may repeat them.
const WORD: &str = "mallory";

async fn for_each_way_to_ask(door: &Door, what: &str, status: u16, code: &str) {
    for ann in both_protocols() {
        let ann = ann.with("x-who", WORD).with("cookie", &format!("who={WORD}"));
        let mut talk = ann.connect(door).await;
        // One connection: a failing backend is no reason to leave the visitor.
        for (method, body) in [(Method::GET, ""), (Method::POST, WORD), (Method::DELETE, "")] {
            let target = format!("/{WORD}?who={WORD}");
            let answer = talk.ask(method, &target, body.as_bytes()).await.expect("an answer");
            check_refused(&answer, what, status, code);
        }
    }
}

#[track_caller]
fn check_refused(answer: &Message, what: &str, status: u16, code: &str) {
    assert_eq!(answer.status(), status, "{what}: {}", answer.text());
    assert_eq!(answer.field("content-type"), "application/problem+json", "{what}");
    assert!(answer.text().contains(&format!("\"code\":\"{code}\"")), "{what}: {}", answer.text());
    let flat = String::from_utf8_lossy(&answer.flat()).into_owned();
    for secret in [WORD, "203.0.113.77", "127.0.0.", "localhost", cloakroom::SHOP] {
        assert!(!flat.contains(secret), "{what}: {flat}");
    }
}
