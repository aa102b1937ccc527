//! The example of every kind, in each format and coding, over each version, small and large: it
//! stands nowhere in what the backend received. And what is harmless arrives byte for byte.

use crate::harness::backend;
use crate::harness::cloakroom;
use crate::harness::coding::{decoded, encoded};
use crate::harness::message::Message;
use crate::harness::personal::{Readings, assert_gone, percent_encoded};
use crate::harness::visitor;
use ::cloakroom::detect::catalog::kinds;

#[tokio::test]
async fn no_example_reaches_the_backend_in_a_body() {
    let mut met = 0;
    for http2 in [false, true] {
        let shop = if http2 { backend::start_http2().await } else { backend::start().await };
        let door = cloakroom::before(&shop).redacting("kinds = [\"all\"]").start().await;
        for (content_type, body) in bodies() {
            for codings in CODINGS {
                for long in [false, true] {
                    let body = if long { lengthened(content_type, &body) } else { body.clone() };
                    let ann = visitor::at("203.0.113.77")
                        .with("content-type", content_type)
                        .with("content-encoding", codings);
                    let ann = if http2 { ann.over_http2() } else { ann };
                    let wire = encoded(codings, body.as_bytes());
                    let what = format!("{content_type} in {codings:?}, long: {long}");
                    let answer = ann.post(&door, "/messages", &wire).await;
                    assert_eq!(answer.status(), 200, "{what}: {}", answer.text());
                    let seen = shop.requests().pop().expect("a request");
                    check(&seen, codings, &what);
                    met += 1;
                }
            }
        }
    }
    assert_eq!(met, 2 * 6 * 6 * 2, "all of them");
}

#[tokio::test]
async fn no_example_reaches_the_backend_in_a_head() {
    let shop = backend::start().await;
    let set = "kinds = [\"all\"]\nheaders = [\"x-note\"]";
    let door = cloakroom::before(&shop).redacting(set).start().await;
    let mut met = 0;
    for kind in kinds() {
        let (text, part) = kind.example;
        let coded = percent_encoded(text);
        // A field of text has no line breaks.
        let note = text.replace('\n', " ");
        let ann = visitor::at("203.0.113.77")
            .with("referer", &format!("https://shop.example.org/a/{coded}?note={coded}#{coded}"))
            .with("cookie", &format!("a=b; note={coded}"))
            .with("cookie", &format!("note2={coded}; c=d"));
        // Field values are ASCII here.
        let ann = if note.is_ascii() { ann.with("x-note", &note) } else { ann };
        for http2 in [false, true] {
            let ann = if http2 { ann.clone().over_http2() } else { ann.clone() };
            let target = format!("/chat/{coded}/x?note={}&b=1", coded.replace("%20", "+"));
            let answer = ann.get(&door, &target).await;
            assert_eq!(answer.status(), 200, "{}", kind.name);
            let seen = shop.requests().pop().expect("a request");
            let what = format!("{}, HTTP/2: {http2}", kind.name);
            assert_gone(part, seen.target().as_bytes(), &what);
            for name in ["referer", "cookie", "x-note"] {
                assert_gone(part, seen.field(name).as_bytes(), &format!("{what}, {name}"));
            }
            assert!(seen.field("cookie").starts_with("a=b; note="), "{}", seen.field("cookie"));
            assert!(seen.target().ends_with("&b=1"), "{}", seen.target());
            met += 1;
        }
    }
    assert!(met >= 200, "met {met}");
}

#[tokio::test]
async fn what_is_harmless_arrives_byte_for_byte() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    for (content_type, body) in HARMLESS {
        for codings in CODINGS {
            for http2 in [false, true] {
                let wire = encoded(codings, body.as_bytes());
                let ann = visitor::at("203.0.113.77")
                    .with("content-type", content_type)
                    .with("content-encoding", codings)
                    .with("content-digest", "sha-256=:YWJj:")
                    .with(
                        "referer",
                        "https://shop.example.org/orders/20260929-0001?t=1790669742123",
                    )
                    .with("cookie", "_s=b1c2d3e4-1111-4222-8333-444455556666; v=1.2.3");
                let ann = if http2 { ann.over_http2() } else { ann };
                let target =
                    "/api/v1/widget/messages?website_token=Xk3mPq7WzR9tLb2Vn5cD8fHs&b=%5b1";
                assert_eq!(ann.post(&door, target, &wire).await.status(), 200);
                let seen = shop.requests().pop().expect("a request");
                let what = format!("{content_type} in {codings:?}, HTTP/2: {http2}");
                assert!(seen.body == wire, "{what}: {}", seen.text());
                assert_eq!(seen.field("content-length"), wire.len().to_string(), "{what}");
                assert_eq!(seen.target(), target, "{what}");
                assert_eq!(seen.field("content-encoding"), codings, "{what}");
                assert_eq!(seen.field("content-digest"), "sha-256=:YWJj:", "{what}");
                assert!(seen.field("referer").ends_with("0001?t=1790669742123"), "{what}");
                assert!(seen.field("cookie").contains("444455556666; v=1.2.3"), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_holds_no_text_passes_as_it_comes() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    let image = [&b"\x89PNG\r\n\x1a\n\0 ann@example.org "[..], &[0xa5; 200_000]].concat();
    for (content_type, coding) in
        [("image/png", ""), ("image/png", "unheard-of"), ("application/grpc", "")]
    {
        let ann = visitor::at("203.0.113.77")
            .with("content-type", content_type)
            .with("content-length", &image.len().to_string());
        let ann = if coding.is_empty() { ann } else { ann.with("content-encoding", coding) };
        assert_eq!(ann.post(&door, "/", &image).await.status(), 200);
        let seen = shop.requests().pop().expect("a request");
        assert!(seen.body == image, "{content_type} {coding}");
        assert_eq!(seen.field("content-length"), image.len().to_string(), "{content_type}");
    }
}

/// No kind's example is left in what came, however it is read.
#[track_caller]
fn check(seen: &Message, codings: &str, what: &str) {
    assert_eq!(seen.field("content-encoding"), codings, "{what}");
    let body = String::from_utf8(decoded(codings, &seen.body)).expect("text");
    // The talk before it is known to be harmless, and long.
    let body = body.replace(TALK, "").replace(&TALK.replace(' ', "+"), "");
    assert!(1_000 < body.len() && body.len() < 60_000, "{what}: {} bytes are left", body.len());
    let said = Readings::of(body.as_bytes());
    for kind in kinds() {
        said.assert_gone(kind.example.1, &format!("{what}: {}", kind.name));
    }
}

const CODINGS: [&str; 6] = ["", "gzip", "deflate", "br", "zstd", "deflate, br"];

/// Every kind's example, once in each format.
fn bodies() -> Vec<(&'static str, String)> {
    let texts: Vec<&str> = kinds().map(|kind| kind.example.0).collect();
    assert!(texts.len() >= 100, "met {} kinds", texts.len());
    let json = serde_json::json!({ "messages": texts, "last": { "content": texts.join("\n") } });
    let form = |text: &&str| format!("note={}", percent_encoded(text).replace("%20", "+"));
    let part = |text: &&str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n{text}\r\n")
    };
    let event = |text: &&str| format!("data: {}\n\n", text.replace('\n', "\ndata: "));
    let paragraph = |text: &&str| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('@', "&#64;");
        format!("<p>{text}</p>\n")
    };
    vec![
        ("application/json", json.to_string()),
        ("application/x-www-form-urlencoded", texts.iter().map(form).collect::<Vec<_>>().join("&")),
        (
            "multipart/form-data; boundary=x",
            texts.iter().map(part).collect::<String>() + "--x--\r\n",
        ),
        ("text/plain", texts.join("\n\n")),
        ("text/event-stream", texts.iter().map(event).collect()),
        ("text/html", texts.iter().map(paragraph).collect()),
    ]
}

const TALK: &str = "Good morning, is anybody there? ";

/// The same body with more than 64 KiB of small talk before it.
fn lengthened(content_type: &str, body: &str) -> String {
    let talk = TALK.repeat(3_000);
    match content_type {
        "application/json" => format!("{{\"talk\":\"{talk}\",{}", &body[1..]),
        "text/event-stream" => format!("data: {talk}\n\n{body}"),
        "text/html" => format!("<p>{talk}</p>{body}"),
        "text/plain" => format!("{talk}\n{body}"),
        _ if content_type.starts_with("multipart") => {
            format!("--x\r\nContent-Disposition: form-data; name=\"talk\"\r\n\r\n{talk}\r\n{body}")
        }
        _ => format!("talk={}&{body}", talk.replace(' ', "+")),
    }
}

/// What chats send all day, and looks like something.
const HARMLESS: [(&str, &str); 6] = [
    (
        "application/json",
        "{\"command\":\"subscribe\",\"identifier\":\"{\\\"channel\\\":\\\"RoomChannel\\\",\
         \\\"pubsub_token\\\":\\\"Pq3zB7kLm9nR5sT1vW4xYc8d\\\"}\"}",
    ),
    (
        "application/json; charset=utf-8",
        " {\"t\" : 1790669742123, \"ns\":1790669742123456789,\"id\":\"64f0c0ffee0123456789abcd\",\n\
         \"u\":\"b1c2d3e4-1111-4222-8333-444455556666\",\"p\":\"\\/ \\u00fc\",\"p\":1.50e3,\
         \"order\":\"20260929-0001\",\"v\":\"v1.2.3-rc.4\"}\r\n",
    ),
    ("application/x-www-form-urlencoded", "typing_status=on&a=%5b1%5D&&b=+&c=100%25&t=1790669742"),
    (
        "multipart/form-data; boundary=----x",
        "------x\r\nContent-Disposition: form-data; name=\"message[referer_url]\"\r\n\r\n\
         https://shop.example/account/orders\r\n------x\r\nContent-Disposition: form-data; \
         name=\"custom_attributes[order_id]\"\r\n\r\n20260929-0001\r\n------x--\r\n",
    ),
    ("text/plain", "std::vec<int> a@b C++ 100% &amp; 1.2.3 10:15:42 GMT+0200 SKU-4711-22 9.99"),
    ("text/event-stream", "\u{feff}id: 7\nretry: 1000\n: ping\ndata: {\"n\":1790669742}\n\n"),
];
