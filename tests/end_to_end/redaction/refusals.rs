//! What cannot be read is refused, and so is what the set forbids: by status and name, and
//! without a word of it.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom;
use crate::harness::coding::encoded;
use crate::harness::message::Message;
use crate::harness::visitor::{self, Visitor};
use http::Method;

#[tokio::test]
async fn bodies_that_cannot_be_read_are_refused() {
    let gzip = encoded("gzip", b"{\"to\":\"ann@example.org\"}");
    let deep = "[".repeat(200);
    for (what, fields, body, status, name) in [
        ("coding", [JSON, ("content-encoding", "compress")], &gzip[..], 415, "unknown-coding"),
        ("four codings", [JSON, ("content-encoding", "br,br,br,br")], &gzip, 415, "unknown-coding"),
        ("no gzip", [JSON, GZIP], b"{\"to\":\"ann@example.org\"}", 400, "malformed-coding"),
        ("half a gzip", [JSON, GZIP], &gzip[..gzip.len() - 9], 400, "malformed-coding"),
        ("a wrong sum", [JSON, GZIP], &damaged(&gzip), 400, "malformed-coding"),
        ("more behind", [JSON, GZIP], &[&gzip[..], b"x"].concat(), 400, "malformed-coding"),
        ("charset", [("content-type", "text/plain; charset=utf-7"), A], b"abc", 415, "unreadable"),
        ("UTF-32", [("content-type", "text/plain"), A], b"\xff\xfe\0\0a\0\0\0", 415, "unreadable"),
        ("depth", [JSON, A], deep.as_bytes(), 400, "unreadable"),
        ("no boundary", [("content-type", "multipart/form-data"), A], b"--x", 400, "unreadable"),
    ] {
        for http2 in [false, true] {
            let shop = backend::start().await;
            let door = cloakroom::before(&shop).redacting("").start().await;
            let ann = fields.iter().fold(by(http2), |ann, (name, value)| ann.with(name, value));
            let answer = ann.post(&door, "/?to=bob", body).await;
            check(&answer, &shop, what, status, name);
        }
    }
}

#[tokio::test]
async fn bombs_are_refused_small_and_large() {
    let limits = "[limits]\ndecoded_bytes = \"1MiB\"\nbody_bytes = \"64MiB\"";
    for (what, codings, body) in [
        ("ratio", "gzip", vec![b' '; 900_000]),
        ("ratio of br", "br", vec![b' '; 900_000]),
        ("a bomb in a bomb", "gzip, gzip", vec![0; 30 << 20]),
        ("size", "zstd", words(2 << 20)),
    ] {
        let wire = encoded(codings, &body);
        for http2 in [false, true] {
            let shop = backend::start().await;
            let door = cloakroom::before(&shop).toml(limits).redacting("").start().await;
            let ann = by(http2).with("content-type", "text/html").with("content-encoding", codings);
            let answer = ann.post(&door, "/", &wire).await;
            assert_eq!(answer.status(), 413, "{what}: {}", answer.text());
            assert!(answer.text().contains("\"decoded-too-large\""), "{what}: {}", answer.text());
            assert_eq!(shop.requests().len(), 0, "{what}: half a body is no request");
        }
    }
}

#[tokio::test]
async fn what_the_set_forbids_is_refused_wherever_it_stands() {
    let set = "action = \"block\"\nheaders = [\"x-note\"]";
    for http2 in [false, true] {
        for (target, field, body) in [
            ("/ann@example.org", None, ""),
            ("/?to=ann%40example.org", None, ""),
            ("/", Some(("referer", "https://a.example/?to=ann%40example.org")), ""),
            ("/", Some(("cookie", "mail=ann@example.org")), ""),
            ("/", Some(("x-note", "ann@example.org")), ""),
            ("/", None, "to ann@example.org"),
        ] {
            let shop = backend::start().await;
            let door = cloakroom::before(&shop).redacting(set).start().await;
            let ann = match field {
                Some((name, value)) => by(http2).with(name, value),
                None => by(http2),
            };
            let answer = ann.post(&door, target, body.as_bytes()).await;
            check(&answer, &shop, target, 422, "forbidden-content");
            assert_eq!(by(http2).post(&door, "/", b"hello").await.status(), 200);
        }
    }
}

#[tokio::test]
async fn what_shows_itself_late_cuts_the_request() {
    let talk = "Good morning. ".repeat(20_000);
    let gzip = damaged(&encoded("gzip", &words(200_000)));
    for (what, set, fields, body, status, name) in [
        (
            "forbidden",
            "action = \"block\"",
            [("content-type", "text/html"), A],
            format!("{talk} ann@example.org {talk}").into_bytes(),
            422,
            "forbidden-content",
        ),
        (
            "depth",
            "",
            [JSON, A],
            format!("[\"{talk}\",{}", "[".repeat(200)).into_bytes(),
            400,
            "unreadable",
        ),
        ("a broken coding", "", [JSON, GZIP], gzip, 400, "malformed-coding"),
    ] {
        for http2 in [false, true] {
            for shop in [backend::start().await, backend::start_http2().await] {
                let door = cloakroom::before(&shop).redacting(set).start().await;
                let ann = fields.iter().fold(by(http2), |ann, (name, value)| ann.with(name, value));
                let answer = ann.post(&door, "/", &body).await;
                assert_eq!(answer.status(), status, "{what}: {}", answer.text());
                assert!(answer.text().contains(&format!("\"{name}\"")), "{what}");
                assert_eq!(shop.requests().len(), 0, "{what}: half a body is no request");
            }
        }
    }
}

#[tokio::test]
async fn what_holds_no_text_is_refused_where_the_set_says_so() {
    let part = "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.png\"\r\n\
                Content-Type: image/png\r\n\r\n\u{0}\u{1}\r\n--x--\r\n";
    for (content_type, body) in [
        ("image/png", "\u{89}PNG"),
        ("application/octet-stream", "\u{0}\u{1}"),
        ("multipart/form-data; boundary=x", part),
    ] {
        let shop = backend::start().await;
        let door = cloakroom::before(&shop).redacting("binary = \"refuse\"").start().await;
        let ann = by(false).with("content-type", content_type);
        let answer = ann.post(&door, "/", body.as_bytes()).await;
        check(&answer, &shop, content_type, 415, "unreadable");
    }
}

#[tokio::test]
async fn what_cannot_be_read_passes_where_the_set_says_so() {
    let gzip = encoded("gzip", b"{\"to\":\"ann@example.org\"}");
    for (fields, body) in [
        ([JSON, ("content-encoding", "compress")], &gzip[..]),
        ([JSON, GZIP], b"{\"to\":\"ann@example.org\"}"),
        ([JSON, GZIP], &damaged(&gzip)),
        ([("content-type", "text/plain; charset=utf-7"), A], b"ann@example.org"),
    ] {
        let shop = backend::start().await;
        let door = cloakroom::before(&shop).redacting("unreadable = \"pass\"").start().await;
        let ann = fields.iter().fold(by(false), |ann, (name, value)| ann.with(name, value));
        let ann = ann.with("content-length", &body.len().to_string());
        assert_eq!(ann.post(&door, "/", body).await.status(), 200, "{fields:?}");
        let seen = shop.only();
        assert_eq!(seen.body, body, "{fields:?}");
        assert_eq!(seen.field("content-length"), body.len().to_string(), "{fields:?}");
        // What can be read is rewritten all the same.
        assert_eq!(by(false).post(&door, "/", b"ann@example.org").await.status(), 200);
        assert_eq!(shop.requests()[1].text(), "[email]");
    }
}

#[tokio::test]
async fn several_types_are_none() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    let ann = by(false).with("content-type", "image/png").with("content-type", "application/json");
    assert_eq!(ann.post(&door, "/", b"{\"to\":\"ann\\u0040example.org\"}").await.status(), 200);
    assert_eq!(shop.only().text(), "{\"to\":\"[email]\"}");
}

#[tokio::test]
async fn a_refused_connection_serves_no_second_request() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("action = \"block\"").start().await;
    let mut talk = by(false).connect(&door).await;
    let answer = talk.ask(Method::POST, "/", b"ann@example.org").await.expect("an answer");
    assert_eq!((answer.status(), answer.field("connection")), (422, "close".to_owned()));
}

const JSON: (&str, &str) = ("content-type", "application/json");
const GZIP: (&str, &str) = ("content-encoding", "gzip");
/// A field that says nothing.
const A: (&str, &str) = ("x-a", "b");

#[track_caller]
fn check(answer: &Message, shop: &Backend, what: &str, status: u16, name: &str) {
    assert_eq!(answer.status(), status, "{what}: {}", answer.text());
    assert!(answer.text().contains(&format!("\"code\":\"{name}\"")), "{what}: {}", answer.text());
    assert_eq!(answer.field("content-type"), "application/problem+json", "{what}");
    assert!(!answer.text().contains("ann"), "{what}: {}", answer.text());
    assert_eq!(shop.heads(), 0, "{what}: the backend heard of it");
}

/// The same with a wrong byte in the middle.
fn damaged(coded: &[u8]) -> Vec<u8> {
    let mut damaged = coded.to_vec();
    let last = damaged.len() - 6;
    damaged[last] ^= 0x55;
    damaged
}

/// Words that a coding cannot make much shorter.
fn words(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"abcdefghijklmnopqrstuvwxyz      "[(state >> 27) as usize]
    };
    (0..length).map(|_| next()).collect()
}

fn by(http2: bool) -> Visitor {
    let ann = visitor::at("203.0.113.77");
    if http2 { ann.over_http2() } else { ann }
}
