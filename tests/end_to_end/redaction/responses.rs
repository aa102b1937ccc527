//! Answers on their way back: rewritten as they come, and nothing says what is true no more.

use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom;
use crate::harness::coding::{decoded, encoded};
use crate::harness::message::Message;
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use http::Method;
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::sync::Notify;

#[tokio::test]
async fn an_answer_is_rewritten_in_its_coding() {
    for codings in ["", "gzip", "deflate", "br", "zstd", "gzip, br"] {
        for long in [false, true] {
            let talk: String = (0..if long { 20_000 } else { 1 }).map(word).collect();
            let body = format!("{{\"talk\":\"{talk}\",\"to\":\"ann@example.org\"}}");
            let wire = encoded(codings, body.as_bytes());
            let fields = [
                ("content-type", "application/json"),
                ("content-encoding", codings),
                ("etag", "\"1\""),
                ("content-digest", "sha-256=:YWJj:"),
                ("accept-ranges", "bytes"),
                ("cache-control", "no-transform"),
            ];
            for shop in both(answer(200, &fields, wire)).await {
                let door = cloakroom::before(&shop).redacting_responses("").start().await;
                for http2 in [false, true] {
                    let answer = by(http2).get(&door, "/").await;
                    let what = format!("{codings:?}, long: {long}, HTTP/2: {http2}");
                    let text = decoded(codings, &answer.body);
                    let expected = body.replace("ann@example.org", "[email]");
                    assert!(text == expected.as_bytes(), "{what}");
                    assert_eq!(answer.field("content-encoding"), codings, "{what}");
                    assert_eq!(answer.field("content-length"), "", "{what}");
                    assert_eq!(answer.field("etag"), "W/\"1\"", "{what}");
                    for name in ["content-digest", "accept-ranges"] {
                        assert_eq!(answer.field(name), "", "{what}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn the_backend_is_asked_for_what_can_be_read() {
    for shop in both(answer(200, &[], b"hello".to_vec())).await {
        let door = cloakroom::before(&shop).redacting_responses("").start().await;
        for (asked, expected) in [
            (None, "identity"),
            (Some("gzip, br;q=0.5, compress"), "gzip, br;q=0.5"),
            (Some("compress"), "identity"),
            (Some("*;q=0.1"), "gzip;q=0.1, deflate;q=0.1, br;q=0.1, zstd;q=0.1, identity;q=0.1"),
        ] {
            let ann = by(false).with("range", "bytes=0-3").with("if-range", "\"1\"");
            let ann = match asked {
                Some(asked) => ann.with("accept-encoding", asked),
                None => ann,
            };
            let answer = ann.get(&door, "/ann@example.org").await;
            assert_eq!((answer.status(), answer.text()), (200, "hello".to_owned()));
            let seen = shop.requests().pop().expect("a request");
            assert_eq!(seen.field("accept-encoding"), expected);
            assert_eq!((seen.field("range"), seen.field("if-range")), Default::default());
            assert!(seen.target().ends_with("/ann@example.org"), "requests have no set");
        }
    }
}

#[tokio::test]
async fn events_arrive_one_by_one_as_they_are_sent() {
    for (http2, codings) in
        [(false, ""), (true, ""), (false, "gzip"), (true, "br"), (false, "zstd")]
    {
        let go = Arc::new(Notify::new());
        let shop = {
            let go = Arc::clone(&go);
            backend::answering(move |_| {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\
                     Content-Encoding: {codings}\r\nTransfer-Encoding: chunked\r\n\r\n"
                );
                let mut encoder = crate::harness::coding::Flushing::new(codings);
                let mut steps = vec![Step::write(&head)];
                for number in 0..5 {
                    let event = format!("data: {number} to ann@example.org\n\n");
                    let event = encoder.push(event.as_bytes());
                    let size = format!("{:x}\r\n", event.len()).into_bytes();
                    steps.push(Step::Await(Arc::clone(&go)));
                    steps.push(Step::Write([size, event, b"\r\n".to_vec()].concat()));
                }
                steps.push(Step::Await(Arc::clone(&go)));
                steps
            })
        };
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).redacting_responses("").start().await;
        let mut talk = by(http2).connect(&door).await;
        // The head comes before the first event, and each event before the next one is made.
        let mut answer = talk.begin(Method::GET, "/events", b"").await.expect("a head");
        let mut came = Vec::new();
        let mut expected = String::new();
        for number in 0..5 {
            go.notify_one();
            expected += &format!("data: {number} to [email]\n\n");
            while crate::harness::coding::begun(codings, &came) != expected.as_bytes() {
                let frame = soon("an event", answer.body_mut().frame()).await.expect("an event");
                came.extend(frame.expect("no error").into_data().expect("data"));
            }
        }
    }
}

#[tokio::test]
async fn trailers_arrive_behind_the_last_of_the_body() {
    let step = Step::answer(200, &[("content-type", "text/plain")], "to ann@example.org");
    let step = step.with_trailer("x-sum", "42");
    for shop in both(step).await {
        let door = cloakroom::before(&shop).redacting_responses("").start().await;
        for http2 in [false, true] {
            let answer = by(http2).with("te", "trailers").get(&door, "/").await;
            assert_eq!((answer.text().as_str(), answer.trailer("x-sum")), ("to [email]", "42"));
        }
    }
}

#[tokio::test]
async fn answers_without_a_body_are_left_in_step() {
    let about = [("content-type", "application/json"), ("etag", "\"1\"")];
    for (what, method, status, length, etag) in [
        ("HEAD", Method::HEAD, 200, Some("1000"), "W/\"1\""),
        ("304", Method::GET, 304, None, "W/\"1\""),
        ("204", Method::GET, 204, None, "\"1\""),
        ("empty", Method::GET, 200, Some("0"), "\"1\""),
    ] {
        let fields: Vec<_> =
            about.into_iter().chain(length.map(|length| ("content-length", length))).collect();
        let shop = backend::answering({
            let step = Step::answer(status, &fields, "");
            move |request| match request.target() {
                "/bare" => vec![step.clone()],
                _ => vec![Step::answer(200, &[], "to ann@example.org")],
            }
        });
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).redacting_responses("").start().await;
        for http2 in [false, true] {
            let mut talk = by(http2).connect(&door).await;
            let bare = talk.ask(method.clone(), "/bare", b"").await.expect("an answer");
            assert_eq!((bare.status(), bare.text()), (status, String::new()), "{what}");
            assert_eq!(bare.field("etag"), etag, "{what}");
            assert_ne!(bare.field("content-length"), "1000", "{what}: nobody knows its length");
            let next = talk.ask(Method::GET, "/next", b"").await.expect("a second answer");
            assert_eq!(next.text(), "to [email]", "{what}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_not_passed_on() {
    let json = ("content-type", "application/json");
    for (what, status, fields, body) in [
        ("coding", 200, [json, ("content-encoding", "compress")], &b"ann@example.org"[..]),
        ("a part", 206, [json, ("content-range", "bytes 0-3/9")], b"ann@example.org"),
    ] {
        for shop in both(answer(status, &fields, body.to_vec())).await {
            let door = cloakroom::before(&shop).redacting_responses("").start().await;
            for http2 in [false, true] {
                let answer = by(http2).get(&door, "/").await;
                assert_eq!(answer.status(), 502, "{what}: {}", answer.text());
                assert!(answer.text().contains("\"reply-unreadable\""), "{}", answer.text());
                assert_eq!(answer.field("content-type"), "application/problem+json");
            }
            let pass = "unreadable = \"pass\"";
            let door = cloakroom::before(&shop).redacting_responses(pass).start().await;
            let answer = by(false).get(&door, "/").await;
            assert_eq!((answer.status(), answer.body.as_slice()), (status, body), "{what}");
        }
    }
}

#[tokio::test]
async fn what_shows_itself_late_cuts_the_answer() {
    let json = ("content-type", "application/json");
    let gzip = ("content-encoding", "gzip");
    let deep = format!("[\"first\",{}", "[".repeat(200));
    for (what, set, fields, body) in [
        ("depth", "", [json, ("x-a", "b")], deep.into_bytes()),
        ("coding", "", [json, gzip], b"{\"to\":\"ann@example.org\"}".to_vec()),
        ("a bomb", "", [json, gzip], encoded("gzip", &vec![b' '; 20 << 20])),
        (
            "forbidden",
            "action = \"block\"",
            [json, ("x-a", "b")],
            b"{\"to\":\"ann@example.org\"}".to_vec(),
        ),
    ] {
        for shop in both(answer(200, &fields, body)).await {
            let door = cloakroom::before(&shop).redacting_responses(set).start().await;
            for http2 in [false, true] {
                let mut talk = by(http2).connect(&door).await;
                // Either no head, or no end: never an answer that looks whole.
                let whole = talk.ask(Method::GET, "/", b"").await;
                assert!(whole.is_err(), "{what}, HTTP/2: {http2}: {whole:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_picture_passes_as_it_is() {
    let image = [&b"\x89PNG\r\n\x1a\n\0 ann@example.org "[..], &[0xa5; 200_000]].concat();
    let fields = [("content-type", "image/png"), ("etag", "\"1\"")];
    for shop in both(answer(200, &fields, image.clone())).await {
        let door = cloakroom::before(&shop).redacting_responses("").start().await;
        let answer = by(false).get(&door, "/").await;
        assert!(answer.body == image);
        assert_eq!(answer.field("etag"), "\"1\"");
    }
}

/// The step that answers so.
fn answer(status: u16, fields: &[(&str, &str)], body: Vec<u8>) -> Step {
    let Step::Answer(message) = Step::answer(status, fields, "") else { unreachable!() };
    Step::Answer(Message { body, ..message })
}

/// A backend over HTTP/1.1 and one over HTTP/2 that answer so.
async fn both(step: Step) -> [Backend; 2] {
    let over = |http2| {
        let step = step.clone();
        let shop = backend::answering(move |_| vec![step.clone()]);
        if http2 { shop.over_http2() } else { shop }
    };
    [over(false).start().await, over(true).start().await]
}

/// Words that a coding cannot make a hundred times shorter.
fn word(number: usize) -> String {
    let letter = |by: usize| char::from(b'a' + u8::try_from(number * by % 23).expect("a letter"));
    [letter(7), letter(number / 23 + 1), letter(number / 529 + 5), ' '].iter().collect()
}

fn by(http2: bool) -> Visitor {
    let ann = visitor::at("203.0.113.77");
    if http2 { ann.over_http2() } else { ann }
}
