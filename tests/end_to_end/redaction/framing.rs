//! How a body is framed when it is not what it was: a small one by its exact length, a large one
//! as it comes; nothing stalls, and nothing says what is true no more.

use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom;
use crate::harness::coding::{Flushing, begun, decoded, encoded};
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Visitor over HTTP/2, backend over HTTP/2.
const PROTOCOLS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[tokio::test]
async fn a_small_body_has_its_exact_length() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        let door = cloakroom::before(&shop).redacting("").start().await;
        for codings in ["", "gzip"] {
            let body = encoded(codings, b"{\"to\":\"ann@example.org\"}");
            let ann = with_sums(by(http2_visitor)).with("content-encoding", codings);
            assert_eq!(ann.post(&door, "/", &body).await.status(), 200);
            let seen = shop.requests().pop().expect("a request");
            assert_eq!(decoded(codings, &seen.body), b"{\"to\":\"[email]\"}");
            assert_eq!(seen.field("content-length"), seen.body.len().to_string());
            assert_eq!(seen.field("transfer-encoding"), "");
            check_sums(&seen.names(), false);
        }
    }
}

#[tokio::test]
async fn a_large_body_has_none() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        let door = cloakroom::before(&shop).redacting("").start().await;
        for method in [Method::POST, Method::GET, Method::DELETE] {
            let talk = "Good morning. ".repeat(20_000);
            let body = format!("{{\"talk\":\"{talk}\",\"to\":\"ann@example.org\"}}");
            let ann = with_sums(by(http2_visitor)).with("content-length", &body.len().to_string());
            let answer = ann.ask(&door, method.clone(), "/", body.as_bytes()).await;
            assert_eq!(answer.status(), 200);
            let seen = shop.requests().pop().expect("a request");
            assert!(seen.text() == body.replace("ann@example.org", "[email]"), "{method}");
            assert_eq!(seen.field("content-length"), "");
            let framing = if http2_backend { "" } else { "chunked" };
            assert_eq!(seen.field("transfer-encoding"), framing);
            check_sums(&seen.names(), false);
        }
    }
}

#[tokio::test]
async fn at_the_limit_a_body_is_small() {
    let shop = backend::start().await;
    let limit = "[limits]\nsmall_body = \"1KiB\"";
    let door = cloakroom::before(&shop).toml(limit).redacting("").start().await;
    for (length, expected) in [(1023, "1023"), (1024, "1024"), (1025, "")] {
        let body = "x".repeat(length);
        for framing in ["content-length", "transfer-encoding"] {
            let value =
                if framing == "content-length" { &body.len().to_string() } else { "chunked" };
            let ann = by(false).with(framing, value).with("content-type", "text/html");
            assert_eq!(ann.post(&door, "/", body.as_bytes()).await.status(), 200);
            let seen = shop.requests().pop().expect("a request");
            assert_eq!(seen.text(), body);
            assert_eq!(seen.field("content-length"), expected, "{framing}");
        }
    }
}

#[tokio::test]
async fn a_body_without_a_byte_stays_one() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    for http2 in [false, true] {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE] {
            let ann = by(http2).with("content-encoding", "gzip");
            let answer = ann.ask(&door, method.clone(), "/", b"").await;
            assert_eq!(answer.status(), 200, "{method}");
            let seen = shop.requests().pop().expect("a request");
            assert_eq!((seen.text(), seen.field("transfer-encoding")), Default::default());
        }
    }
    let mut wire = by(false).wire(&door).await;
    let head = by(false).with("transfer-encoding", "chunked").head("POST / HTTP/1.1");
    wire.send(format!("{head}0\r\n\r\n")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn how_the_network_cuts_a_body_makes_no_difference() {
    let shop = backend::start().await;
    let limit = "[limits]\nsmall_body = \"1KiB\"";
    let door = cloakroom::before(&shop).toml(limit).redacting("").plain().start().await;
    for (talk, codings) in [(10, ""), (10, "gzip"), (3_000, ""), (3_000, "br")] {
        let text = format!("{{\"talk\":\"{}\",\"to\":\"ann\\u0040example.org\"}}", noise(talk));
        let body = encoded(codings, text.as_bytes());
        for size in [1, 7, body.len()] {
            let mut wire = by(false).wire(&door).await;
            let ann = by(false)
                .with("transfer-encoding", "chunked")
                .with("content-type", "application/json")
                .with("content-encoding", codings);
            wire.send(ann.head("POST / HTTP/1.1")).await;
            for piece in body.chunks(size) {
                wire.send(chunk(piece)).await;
                tokio::task::yield_now().await;
            }
            wire.send("0\r\n\r\n").await;
            assert_eq!(wire.answer().await.expect("an answer").status(), 200);
            let seen = shop.requests().pop().expect("a request");
            let expected = text.replace("ann\\u0040example.org", "[email]");
            assert!(decoded(codings, &seen.body) == expected.as_bytes(), "{codings} by {size}");
            let length = seen.body.len().to_string();
            let length = if talk > 1_000 { "" } else { length.as_str() };
            assert_eq!(seen.field("content-length"), length, "{codings} by {size}");
        }
    }
}

#[tokio::test]
async fn what_a_client_sends_goes_on_before_it_sends_more() {
    for codings in ["", "gzip", "br", "zstd"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let upstream = format!("servers = [\"http://{address}\"]");
        let limit = "[limits]\nsmall_body = \"1KiB\"";
        let door = cloakroom::towards(&upstream).toml(limit).redacting("").start().await;
        let mut wire = by(false).wire(&door).await;
        let ann = by(false)
            .with("transfer-encoding", "chunked")
            .with("content-type", "text/html")
            .with("content-encoding", codings);
        wire.send(ann.head("POST / HTTP/1.1")).await;
        let first = format!("<p>{}</p>", noise(8 << 10));
        let mut encoder = Flushing::new(codings);
        wire.send(chunk(&encoder.push(first.as_bytes()))).await;
        let (mut socket, _) = soon("a connection", listener.accept()).await.expect("a connection");
        let mut seen = Vec::new();
        soon("the first piece", until(&mut socket, &mut seen, codings, first.len())).await;
        wire.send(chunk(&encoder.push(b"<p>to ann@example.org</p>"))).await;
        let both = first.len() + "<p>to [email]</p>".len();
        soon("the second piece", until(&mut socket, &mut seen, codings, both)).await;
        wire.send(chunk(&encoder.finish())).await;
        wire.send("0\r\n\r\n").await;
        soon("the end", async {
            while !seen.ends_with(b"\r\n0\r\n\r\n") {
                assert_ne!(socket.read_buf(&mut seen).await.expect("a body"), 0);
            }
        })
        .await;
        let text = said(&seen, codings);
        assert!(text == (first + "<p>to [email]</p>").as_bytes(), "{codings}");
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.expect("written");
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn trailers_are_looked_at_and_sums_in_them_are_dropped() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        let door = cloakroom::before(&shop).redacting("").start().await;
        for (body, changed) in [("to ann@example.org", true), ("nothing", false)] {
            let ann = by(http2_visitor)
                .with("content-type", "text/plain")
                .with("te", "trailers")
                .with_trailer("x-to", "ann@example.org")
                .with_trailer("content-digest", "sha-256=:YWJj:");
            assert_eq!(ann.post(&door, "/", body.as_bytes()).await.status(), 200);
            let seen = shop.requests().pop().expect("a request");
            assert_eq!(seen.text(), body.replace("ann@example.org", "[email]"));
            assert_eq!(seen.trailer("x-to"), "[email]");
            assert_eq!(seen.trailer("content-digest").is_empty(), changed, "{seen:?}");
        }
    }
}

#[tokio::test]
async fn a_body_is_asked_for_and_then_rewritten() {
    let shop = backend::answering(|request| vec![Step::ok(&request.text())]).start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    let mut wire = by(false).wire(&door).await;
    for _ in 0..2 {
        let ann = by(false).with("expect", "100-continue").with("content-length", "15");
        wire.send(ann.head("POST / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("a word").status(), 100);
        wire.send("ann@example.org").await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!((answer.status(), answer.text()), (200, "[email]".to_owned()));
    }
    assert_eq!(shop.requests()[0].field("expect"), "", "what was promised is not asked twice");
}

#[tokio::test]
async fn a_body_that_its_head_forbids_is_not_asked_for() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("action = \"block\"").start().await;
    let mut wire = by(false).wire(&door).await;
    let ann = by(false).with("expect", "100-continue").with("content-length", "5");
    wire.send(ann.head("POST /?to=ann%40example.org HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 422);
    assert_eq!(shop.heads(), 0);
}

#[tokio::test]
async fn a_slow_small_body_is_refused_while_it_is_gathered() {
    let shop = backend::start().await;
    let times = "[timeouts]\nbody_idle = \"1s\"";
    let door = cloakroom::before(&shop).toml(times).redacting("").start().await;
    let mut wire = by(false).wire(&door).await;
    wire.send(by(false).with("content-length", "100").head("POST / HTTP/1.1") + "hello").await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!(answer.status(), 408);
    assert!(answer.text().contains("body-too-slow"), "{}", answer.text());
    assert_eq!(shop.heads(), 0, "half a body is no request");
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_was_read_arrives() {
    let shop = backend::answering(|_| vec![Step::answer(403, &[], "no uploads")]);
    let shop = shop.before_the_body().start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    for http2 in [false, true] {
        let before = shop.connections();
        for _ in 0..2 {
            let answer = by(http2).post(&door, "/", noise(8 << 20).as_bytes()).await;
            assert_eq!((answer.status(), answer.text()), (403, "no uploads".to_owned()));
        }
        // Its connection is in the middle of a body: nothing else may be sent on it.
        assert_eq!(shop.connections(), before + 2);
    }
}

/// Fields that say something of a body's bytes.
const SUMS: [(&str, &str); 4] = [
    ("content-digest", "sha-256=:YWJj:"),
    ("digest", "sha-256=YWJj"),
    ("content-md5", "YWJj"),
    ("repr-digest", "sha-256=:YWJj:"),
];

fn with_sums(visitor: Visitor) -> Visitor {
    SUMS.iter().fold(visitor.with("content-type", "application/json"), |visitor, (name, value)| {
        visitor.with(name, value)
    })
}

#[track_caller]
fn check_sums(names: &[String], expected: bool) {
    for (name, _) in SUMS {
        assert_eq!(names.iter().any(|seen| seen == name), expected, "{name}");
    }
}

async fn shop(http2: bool) -> Backend {
    if http2 { backend::start_http2().await } else { backend::start().await }
}

fn by(http2: bool) -> Visitor {
    let ann = visitor::at("203.0.113.77");
    if http2 { ann.over_http2() } else { ann }
}

/// Empty where there is nothing to say: a chunk of none would be the end.
fn chunk(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return Vec::new();
    }
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// Reads until what came says so many bytes.
async fn until(
    socket: &mut tokio::net::TcpStream,
    seen: &mut Vec<u8>,
    codings: &str,
    length: usize,
) {
    while said(seen, codings).len() < length {
        assert_ne!(socket.read_buf(seen).await.expect("a body"), 0, "an end");
    }
}

/// What the chunks say that came so far.
fn said(seen: &[u8], codings: &str) -> Vec<u8> {
    let Some(at) = seen.windows(4).position(|end| end == b"\r\n\r\n") else { return Vec::new() };
    let mut rest = &seen[at + 4..];
    let mut coded = Vec::new();
    while let Some(at) = rest.windows(2).position(|end| end == b"\r\n") {
        let size = std::str::from_utf8(&rest[..at]).expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        let Some(piece) = rest.get(at + 2..at + 2 + size) else { break };
        coded.extend_from_slice(piece);
        rest = rest.get(at + 4 + size..).unwrap_or_default();
    }
    begun(codings, &coded)
}

/// Letters without a pattern that a coding would make short.
fn noise(length: usize) -> String {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + u8::try_from((state >> 24) % 26).expect("a letter"))
    };
    (0..length).map(|_| next()).collect()
}
