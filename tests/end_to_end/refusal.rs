//! What is refused, and that nothing of it reaches the backend: one request in, at most one
//! out, never two.

use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom::{self, Door, SHOP};
use crate::harness::frames::{Frames, Outcome};
use crate::harness::message::Message;
use crate::harness::visitor;
use http::Method;
use unescape::unescape;

#[path = "../vectors/unescape.rs"]
mod unescape;

/// A request that stands behind a malformed one. It must never be served.
const SECOND: &str = "GET /second HTTP/1.1\r\nHost: shop.example.org\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_head_that_readers_cut_differently_never_leaves() {
    let shop = backend::start().await;
    let doors =
        [cloakroom::before(&shop).start().await, cloakroom::before(&shop).plain().start().await];
    let refused = |case: &Case| case.want == "reject" && case.gate[..3] == ["refuse", "0", "0"];
    let mut met = 0;
    for case in corpus().filter(refused) {
        met += 1;
        let [.., status, code] = case.gate;
        let mut wire = visitor::nobody().wire(&doors[met % 2]).await;
        wire.send(&case.bytes).await;
        wire.send(SECOND).await;
        let answer = wire.answer().await.expect(case.name);
        assert_eq!(problem(&answer), (status, code), "{}", case.name);
        assert_eq!(wire.rest().await, b"", "{}: closed behind the answer", case.name);
        assert_eq!(shop.heads(), 0, "{}", case.name);
    }
    assert_eq!(met, 105);
    check_sound(&shop, &doors[0]).await;
}

#[tokio::test]
async fn no_stream_becomes_more_requests_than_it_holds() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).plain().start().await;
    let mut met = [0; 4];
    for case in corpus() {
        let name = case.name;
        let before = shop.requests().len();
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send(&case.bytes).await;
        match case.gate {
            // It may still be going on: only the end makes it wrong.
            ["open", ..] => wire.finish().await,
            _ => wire.send(SECOND).await,
        }
        let first = wire.answer().await;
        wire.rest().await;
        let seen = shop.requests().split_off(before);
        let second = seen.iter().filter(|seen| seen.target() == "/second").count();
        match (case.want.split_once(' '), case.gate) {
            (None, ["refuse", "0", ..]) => continue,
            (None, [gate, _, _, status, code]) if gate != "pass" => {
                assert_eq!(seen.len(), 0, "{name}");
                if let (Some(answer), "cut") = (first, gate) {
                    assert_eq!(problem(&answer), (status, code), "{name}");
                }
                met[0] += 1;
            }
            (None, _) => {
                assert_eq!(second, 1, "{name}: what follows is served");
                met[1] += 1;
            }
            (Some((_, most)), [gate, ..]) => {
                let most: usize = most.parse().expect(name);
                let follows = usize::from(gate == "pass" && second == 1);
                assert!(seen.len() <= most + follows, "{name}: {} of {most}", seen.len());
                assert!(second == follows, "{name}");
                met[if gate == "pass" { 2 } else { 3 }] += 1;
            }
        }
    }
    assert_eq!(met, [15, 8, 25, 127]);
    check_sound_after(&shop, &door).await;
}

#[tokio::test]
async fn good_requests_before_a_bad_one_are_no_cover_for_it() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    wire.send(visitor::nobody().head("GET /first HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    wire.send(format!("GET /bad HTTP/1.1\r\nHost: {SHOP}\r\nHost: {SHOP}\r\n\r\n{SECOND}")).await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!(problem(&answer), ("400", "host-repeated"));
    assert_eq!(wire.rest().await, b"");
    assert_eq!(shop.only().target(), "/first");
}

#[tokio::test]
async fn a_body_that_breaks_never_becomes_a_request() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    for (fields, body) in [
        ("Content-Length: 50", "part of it"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\n"),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\nzz\r\n"),
        ("Transfer-Encoding: chunked", "5\r\nhelloGET /second HTTP/1.1\r\n\r\n"),
        ("Transfer-Encoding: chunked", "0\r\nContent-Length: 3\r\n\r\n"),
    ] {
        let mut wire = visitor::nobody().wire(&door).await;
        let head = format!("POST /broken HTTP/1.1\r\nHost: {SHOP}\r\n{fields}\r\n\r\n");
        wire.send(head + body).await;
        wire.finish().await;
        if let Some(answer) = wire.answer().await {
            assert!(answer.status() >= 400, "{fields} {body:?}: {}", answer.status());
        }
        wire.rest().await;
    }
    check_sound(&shop, &door).await;
}

#[tokio::test]
async fn the_body_of_a_refused_request_is_no_request() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop)
        .toml("[properties]\nsources = [\"host\", { header = \"x-property\" }]")
        .start()
        .await;
    for (line, fields) in [
        ("POST /broken HTTP/1.1", "X-Property: other"),
        ("POST /broken HTTP/1.1", "Upgrade: h2c\r\nConnection: upgrade"),
        ("TRACE /broken HTTP/1.1", "X-Field: 1"),
    ] {
        let mut wire = visitor::nobody().wire(&door).await;
        let length = SECOND.len();
        let head =
            format!("{line}\r\nHost: {SHOP}\r\n{fields}\r\nContent-Length: {length}\r\n\r\n");
        wire.send(head + SECOND).await;
        assert!(wire.answer().await.expect(fields).status() >= 400, "{fields}");
        wire.send(SECOND.replace("/second", "/next")).await;
        wire.rest().await;
    }
    assert!(shop.requests().iter().all(|seen| seen.target() == "/next"));
    check_sound(&shop, &door).await;
}

#[tokio::test]
async fn the_body_of_a_declined_upgrade_is_no_request() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    let fields = "Upgrade: websocket\r\nConnection: upgrade";
    let length = SECOND.len();
    let head =
        format!("POST / HTTP/1.1\r\nHost: {SHOP}\r\n{fields}\r\nContent-Length: {length}\r\n\r\n");
    wire.send(head + SECOND).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    assert_eq!(shop.only().text(), SECOND);
    check_sound(&shop, &door).await;
}

#[tokio::test]
async fn a_backend_connection_with_half_a_request_in_it_is_not_used_again() {
    let shop = backend::answering(|_| vec![Step::ok("too early")]).before_the_body();
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).start().await;
    for count in 1..=3 {
        let mut wire = visitor::nobody().wire(&door).await;
        let head = format!("POST /broken HTTP/1.1\r\nHost: {SHOP}\r\nContent-Length: 500\r\n\r\n");
        wire.send(head + "some of it").await;
        assert_eq!(wire.answer().await.expect("an answer").text(), "too early");
        assert_eq!((shop.connections(), shop.heads()), (count, count));
    }
}

#[tokio::test]
async fn what_a_backend_says_unasked_is_nobodys_answer() {
    let unasked = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
    for first in [
        format!("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nwelcome{unasked}"),
        format!("HTTP/1.1 204 No Content\r\n\r\n{unasked}"),
        format!("HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n{unasked}"),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nw\r\n0\r\n\r\n{unasked}"
        ),
    ] {
        let answer = first.clone();
        let shop = backend::answering(move |request| match request.target() {
            "/first" => vec![Step::write(&answer)],
            _ => vec![Step::ok("welcome")],
        });
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).start().await;
        let mut talk = visitor::nobody().connect(&door).await;
        assert!(talk.get("/first").await.status() < 400, "{first}");
        for _ in 0..3 {
            assert_eq!(talk.get("/next").await.text(), "welcome", "{first}");
        }
    }
}

#[tokio::test]
async fn limits_are_answered_by_name() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop)
        .toml("[limits]\nhead_fields = 10\nline_bytes = 256\nhead_bytes = 1024\nbody_bytes = 9")
        .start()
        .await;
    let long = "x".repeat(300);
    let many = "X-Field: 1\r\n".repeat(11);
    let large = format!("X-Field: {}\r\n", "x".repeat(200)).repeat(6);
    for (line, fields, status, code) in [
        (format!("GET /{long} HTTP/1.1"), String::new(), "414", "request-line-too-long"),
        ("GET / HTTP/1.1".into(), format!("X-Field: {long}\r\n"), "431", "field-too-long"),
        ("GET / HTTP/1.1".into(), many, "431", "too-many-fields"),
        ("GET / HTTP/1.1".into(), large, "431", "head-too-long"),
        ("POST / HTTP/1.1".into(), "Content-Length: 10\r\n".into(), "413", "body-too-large"),
        ("TRACE / HTTP/1.1".into(), String::new(), "405", "method-not-allowed"),
        ("CONNECT a:1 HTTP/1.1".into(), String::new(), "405", "method-not-allowed"),
        ("GET / HTTP/2.0".into(), String::new(), "505", "version-unsupported"),
    ] {
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send(format!("{line}\r\nHost: {SHOP}\r\n{fields}\r\n{SECOND}")).await;
        let answer = wire.answer().await.expect(code);
        assert_eq!(problem(&answer), (status, code));
        assert_eq!(wire.rest().await, b"", "{code}: closed behind the answer");
        assert_eq!(shop.heads(), 0, "{code}");
    }
    let mut wire = visitor::nobody().wire(&door).await;
    let chunks = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhello\r\n0\r\n\r\n";
    wire.send(format!("POST /broken HTTP/1.1\r\nHost: {SHOP}\r\n{chunks}{SECOND}")).await;
    if let Some(answer) = wire.answer().await {
        assert_eq!(problem(&answer).0, "413");
    }
    assert_eq!(wire.rest().await, b"");
    check_sound(&shop, &door).await;
}

#[tokio::test]
async fn the_limits_of_a_head_hold_over_http2_too() {
    let shop = backend::start().await;
    let limits = "[limits]\nhead_fields = 10\nline_bytes = 256";
    let door = cloakroom::before(&shop).toml(limits).start().await;
    let ann = || visitor::nobody().over_http2();
    let long = "x".repeat(300);
    let many = (0..11).fold(ann(), |ann, number| ann.with(&format!("x-field-{number}"), "1"));
    for (ann, target, status, code) in [
        (ann(), format!("/{long}"), "414", "target-too-long"),
        (ann().with("x-field", &long), "/".to_owned(), "431", "head-too-large"),
        (many, "/".to_owned(), "431", "head-too-large"),
    ] {
        let answer = ann.get(&door, &target).await;
        assert_eq!(problem(&answer), (status, code));
        assert_eq!(shop.heads(), 0, "{code}");
    }
    check_sound(&shop, &door).await;
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).toml("[timeouts]\nhead = \"100ms\"").start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    wire.send("GET / HTTP/1.1\r\nHost: ").await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!(problem(&answer), ("408", "head-too-slow"));
    assert_eq!(wire.rest().await, b"");
    assert_eq!(shop.heads(), 0);
}

#[tokio::test]
async fn targets_that_name_another_host_are_refused() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    for (line, status) in [
        ("GET http://other.example.org/ HTTP/1.1", 400),
        ("GET http://ann@shop.example.org/ HTTP/1.1", 400),
        ("GET shop.example.org/ HTTP/1.1", 400),
        ("GET //shop.example.org/ HTTP/1.1", 200),
        ("GET http://shop.example.org/absolute HTTP/1.1", 200),
        ("GET HTTP://SHOP.example.org/absolute HTTP/1.1", 200),
        ("OPTIONS * HTTP/1.1", 200),
    ] {
        let before = shop.requests().len();
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send(visitor::nobody().head(line)).await;
        assert_eq!(wire.answer().await.expect(line).status(), status, "{line}");
        assert_eq!(shop.requests().len() - before, usize::from(status == 200), "{line}");
    }
    let absolute = &shop.requests()[1];
    assert_eq!((absolute.target(), absolute.field("host")), ("/absolute", SHOP.to_owned()));
}

#[tokio::test]
async fn http2_requests_that_http1_would_misread_are_refused() {
    for shop in [backend::start().await, backend::start_http2().await] {
        let door = cloakroom::before(&shop).start().await;
        for (what, fields) in malformed_http2() {
            for end in [true, false] {
                let mut frames = Frames::open(&visitor::nobody(), &door).await;
                frames.headers(1, &fields, end).await;
                if !end {
                    frames.data(1, b"hello", true).await;
                }
                let outcome = frames.outcome(1).await;
                let refused = !matches!(outcome, Outcome::Answered(status) if status < 400);
                assert!(refused, "{what}: {outcome:?}");
                assert_eq!(shop.requests().len(), 0, "{what}: reached the backend");
                // A message that is refused for its body has begun.
                if end {
                    assert_eq!(shop.heads(), 0, "{what}: reached the backend");
                }
            }
        }
        check_sound(&shop, &door).await;
    }
}

#[tokio::test]
async fn an_http2_body_of_another_length_never_becomes_a_request() {
    for shop in [backend::start().await, backend::start_http2().await] {
        let door = cloakroom::before(&shop).start().await;
        for (length, body) in [("3", &b"hello"[..]), ("9", b"hello"), ("0", b"hello"), ("5", b"")] {
            let mut frames = Frames::open(&visitor::nobody(), &door).await;
            let fields = [&GOOD[..], &[(b"content-length", length.as_bytes())]].concat();
            frames.headers(1, &fields, false).await;
            frames.data(1, body, true).await;
            let outcome = frames.outcome(1).await;
            let refused = !matches!(outcome, Outcome::Answered(status) if status < 400);
            assert!(refused, "{length} for {}: {outcome:?}", body.len());
            assert_eq!(shop.requests().len(), 0, "{length}: reached the backend");
        }
        check_sound(&shop, &door).await;
    }
}

#[tokio::test]
async fn http2_trailers_cannot_begin_another_request() {
    for shop in [backend::start().await, backend::start_http2().await] {
        let door = cloakroom::before(&shop).start().await;
        for fields in [
            &[(&b":path"[..], &b"/second"[..])][..],
            &[(b"x-sum", b"1\r\n\r\nGET /second HTTP/1.1\r\n\r\n")],
            &[(b"transfer-encoding", b"chunked")],
            &[(b"connection", b"close")],
            &[(b"X-Sum", b"1")],
        ] {
            let mut frames = Frames::open(&visitor::nobody(), &door).await;
            let trailer = [(&b"trailer"[..], &b"x-sum, transfer-encoding, connection"[..])];
            frames.headers(1, &[&GOOD[..], &trailer].concat(), false).await;
            frames.data(1, b"hello", false).await;
            frames.headers(1, fields, true).await;
            frames.outcome(1).await;
            for seen in shop.requests() {
                assert_ne!(seen.target(), "/second");
                assert_eq!(seen.trailers, [], "{fields:?}");
            }
        }
        let raw = String::from_utf8_lossy(&shop.raw()).into_owned();
        assert!(!raw.contains("/second"), "{raw}");
        check_sound_after(&shop, &door).await;
    }
}

#[tokio::test]
async fn what_the_backend_breaks_is_told_without_a_word_of_it() {
    for (steps, status, code) in [
        (vec![Step::Close], 502, "upstream-broken"),
        (vec![Step::write("secret garbage\r\n\r\n")], 502, "upstream-broken"),
        (vec![Step::write("HTTP/1.1 200 OK\r\nsecret: "), Step::Close], 502, "upstream-broken"),
        (vec![Step::answer(101, &[("upgrade", "secret")], "")], 502, "upstream-broken"),
        (
            vec![Step::write(
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            )],
            502,
            "upstream-broken",
        ),
    ] {
        let shop = backend::answering(move |_| steps.clone()).start().await;
        let door = cloakroom::before(&shop).start().await;
        let answer = visitor::at("203.0.113.77").post(&door, "/secret", b"secret").await;
        assert_eq!((answer.status(), problem(&answer).1), (status, code));
    }
    let shop = backend::start().await;
    let nowhere = "servers = [\"http://127.0.0.1:1\"]";
    let door = cloakroom::before(&shop).instead_of_the_backend(nowhere).start().await;
    let answer = visitor::at("203.0.113.77").get(&door, "/secret").await;
    assert_eq!(problem(&answer), ("502", "upstream-unreachable"));
}

#[tokio::test]
async fn a_backend_that_says_nothing_is_not_waited_for() {
    let shop = backend::answering(|_| vec![Step::Await(Default::default())]).start().await;
    let door = cloakroom::before(&shop).upstream("timeouts.first_byte = \"100ms\"").start().await;
    for http2 in [false, true] {
        let ann = visitor::at("203.0.113.77");
        let ann = if http2 { ann.over_http2() } else { ann };
        let answer = ann.ask(&door, Method::GET, "/secret", b"").await;
        assert_eq!(problem(&answer), ("504", "upstream-first-byte-timeout"));
    }
}

/// Name and value, as they stand in a header block.
type Field = (&'static [u8], &'static [u8]);

/// The pseudo-header fields of a request that is served.
const GOOD: [Field; 4] = [
    (b":method", b"POST"),
    (b":scheme", b"https"),
    (b":authority", b"shop.example.org"),
    (b":path", b"/"),
];

/// Field lists that no request may have, each with what is wrong.
fn malformed_http2() -> Vec<(String, Vec<Field>)> {
    let mut all = Vec::new();
    let extra: [Field; _] = [
        (b"X-Upper", b"1"),
        (b"connection", b"close"),
        (b"connection", b"x-foo"),
        (b"keep-alive", b"timeout=5"),
        (b"proxy-connection", b"keep-alive"),
        (b"transfer-encoding", b"chunked"),
        (b"transfer-encoding", b"identity"),
        (b"upgrade", b"h2c"),
        (b"te", b"gzip"),
        (b"host", b"other.example.org"),
        (b"host", b"shop.example.org, other.example.org"),
        (b"host", b""),
        (b"content_length", b"5"),
        (b"content.length", b"5"),
        (b"transfer_encoding", b"chunked"),
        (b"transfer~encoding", b"chunked"),
        (b"content-length", b"5, 5"),
        (b"content-length", b"+5"),
        (b"content-length", b"5 "),
        (b"content-length", b"0x5"),
        (b"content-length", b""),
        (b"content-length", b"18446744073709551621"),
        (b"x foo", b"1"),
        (b"x:foo", b"1"),
        (b"", b"1"),
        (b"x-foo\r\nx-bar", b"1"),
        (b"x-foo", b"1\r\nx-bar: 2"),
        (b"x-foo", b"1\nx-bar: 2"),
        (b"x-foo", b"1\0"),
        (b":path", b"/second"),
        (b":unknown", b"1"),
        (b":status", b"200"),
        (b":protocol", b"websocket"),
    ];
    for (name, value) in extra {
        let what = format!("{} = {:?}", name.escape_ascii(), String::from_utf8_lossy(value));
        all.push((what, [&GOOD[..], &[(name, value)]].concat()));
    }
    let twice: [[Field; 2]; _] = [
        [(b"content-length", b"5"), (b"content-length", b"6")],
        [(b"content-length", b"0"), (b"content-length", b"5")],
        [(b"content-length", b"5"), (b"content-length", b"0")],
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"host", b"shop.example.org"), (b"host", b"shop.example.org")],
    ];
    for pair in twice {
        let what = format!("{} twice", pair[0].0.escape_ascii());
        all.push((what, [&GOOD[..], &pair].concat()));
    }
    let other: [Field; _] = [
        (b":method", b""),
        (b":method", b"GET /second HTTP/1.1\r\nhost: a\r\n\r\nGET"),
        (b":method", b"CONNECT"),
        (b":method", b"TRACE"),
        (b":path", b""),
        (b":path", b"second"),
        (b":path", b"http://other.example.org/"),
        (b":path", b"/a b"),
        (b":path", b"/ HTTP/1.1\r\nhost: a\r\n\r\nGET /second"),
        (b":path", b"/\0"),
        (b":authority", b""),
        (b":authority", b"ann@shop.example.org"),
        (b":authority", b"shop.example.org/second"),
        (b":authority", b"shop.example.org other"),
        (b":authority", b"shop.example.org\r\nx-foo: 1"),
        (b":authority", b"shop.example.org, other.example.org"),
    ];
    for (name, value) in other {
        let replaced = |field: Field| {
            if field.0 == name { (name, value) } else { field }
        };
        let what = format!("{} = {:?}", name.escape_ascii(), String::from_utf8_lossy(value));
        all.push((what, GOOD.map(replaced).to_vec()));
    }
    for missing in 0..4 {
        let mut fields = GOOD.to_vec();
        let (name, _) = fields.remove(missing);
        all.push((format!("no {}", name.escape_ascii()), fields));
    }
    let mut late = GOOD.to_vec();
    late.insert(1, (b"x-foo", b"1"));
    all.push(("a field before a pseudo-header field".to_owned(), late));
    all
}

/// Status and code of a refusal, whose body is all of what a refusal says.
#[track_caller]
fn problem(answer: &Message) -> (&str, &str) {
    assert_eq!(answer.field("content-type"), "application/problem+json");
    assert_eq!(answer.field("cache-control"), "no-store");
    let text = std::str::from_utf8(&answer.body).expect("text");
    let (status, code) = (answer.target(), text.split('"').nth_back(1).unwrap_or_default());
    let title = http::StatusCode::from_u16(answer.status()).expect("a status");
    let title = title.canonical_reason().unwrap_or_default();
    assert_eq!(
        text,
        format!(
            "{{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{status},\"code\":\"{code}\"}}\n"
        )
    );
    (status, code)
}

/// Fails where anything reached the backend but what was meant to: nothing so far, and one
/// good request now.
async fn check_sound(shop: &Backend, door: &Door) {
    let broken = |seen: &Message| ["/broken", "/second"].contains(&seen.target());
    assert!(!shop.requests().iter().any(broken));
    check_sound_after(shop, door).await;
}

/// Fails where a good request does not arrive as it is.
async fn check_sound_after(shop: &Backend, door: &Door) {
    let answer = visitor::at("203.0.113.77").post(door, "/good", b"good body").await;
    assert_eq!(answer.status(), 200);
    let last = shop.requests().pop().expect("a request");
    assert!(last.target().ends_with("/good"), "{}", last.start);
    assert_eq!(last.body, b"good body");
}

/// One payload of the corpus: what any proxy must do, and what the gate does.
struct Case {
    name: &'static str,
    want: &'static str,
    gate: [&'static str; 5],
    bytes: Vec<u8>,
}

/// The corpus of `tests/framing.rs`, which explains its format.
fn corpus() -> impl Iterator<Item = Case> {
    include_str!("../vectors/smuggling.txt").split("\n\n").filter_map(|block| {
        let mut lines = block.lines();
        let mut line = |prefix: &str| lines.next().and_then(|line| line.strip_prefix(prefix));
        let name = line("case ")?;
        line("why  ").expect(name);
        let (want, said) = line("want ").and_then(|line| line.split_once(" -> ")).expect(name);
        let mut gate = [""; 5];
        for (into, word) in gate.iter_mut().zip(said.split(' ')) {
            *into = word;
        }
        Some(Case { name, want, gate, bytes: unescape(line("raw  ").expect(name)) })
    })
}
