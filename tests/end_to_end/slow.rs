//! Clients that are slow, silent or greedy: each is told so where it can be told, and none is
//! kept for longer, or given more, than the operator has allowed.

use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom::{self, Builder};
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor, Wire};
use http::Method;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

#[tokio::test]
async fn a_client_that_says_nothing_is_closed() {
    let shop = backend::start().await;
    for (what, door) in [
        ("TLS", with(&shop, "[timeouts]\nhead = \"300ms\"")),
        ("plain", with(&shop, "[timeouts]\nhead = \"300ms\"").plain()),
        ("HTTP/2 in the clear", with(&shop, "[timeouts]\nhead = \"300ms\"").h2c()),
    ] {
        let door = door.start().await;
        let began = Instant::now();
        let mut wire = ann().wire(&door).await;
        let said = wire.rest().await;
        // HTTP/2 says its settings and GOAWAY; HTTP/1 has nothing to say.
        assert!(said.is_empty() || what.starts_with("HTTP/2"), "{what}: {said:?}");
        assert!(began.elapsed() >= Duration::from_millis(250), "{what}: closed too soon");
    }
    // The same over TLS with HTTP/2 chosen.
    let door = with(&shop, "[timeouts]\nhead = \"300ms\"").start().await;
    ann().over_http2().wire(&door).await.rest().await;
}

#[tokio::test]
async fn a_tls_handshake_that_takes_too_long_is_closed() {
    let shop = backend::start().await;
    let door = with(&shop, "[timeouts]\ntls_handshake = \"300ms\"").start().await;
    for said in [&b""[..], &[22, 3, 1], &[22, 3, 1, 2, 0, 1, 0, 1, 252]] {
        let mut socket = TcpStream::connect(door.address()).await.expect("a connection");
        tokio::io::AsyncWriteExt::write_all(&mut socket, said).await.expect("written");
        let mut rest = Vec::new();
        let end = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut rest);
        assert_eq!(soon("the end", end).await.unwrap_or_default(), 0);
    }
    assert_eq!(ann().get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn a_proxy_header_that_takes_too_long_is_closed() {
    let shop = backend::start().await;
    let door = with(&shop, "[timeouts]\nproxy_header = \"300ms\"");
    let door = door.listener("proxy_protocol = true").start().await;
    for said in [&b""[..], b"PROXY TCP4 203.0.1", b"\r\n\r\n\0\r\nQUIT\n\x21"] {
        let mut socket = TcpStream::connect(door.address()).await.expect("a connection");
        tokio::io::AsyncWriteExt::write_all(&mut socket, said).await.expect("written");
        let mut rest = Vec::new();
        let end = tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut rest);
        assert_eq!(soon("the end", end).await.unwrap_or_default(), 0);
    }
}

#[tokio::test]
async fn a_slow_head_is_answered_and_closed() {
    let shop = backend::start().await;
    let door = with(&shop, "[timeouts]\nhead = \"300ms\"").start().await;
    for (what, before, said) in [
        ("a request line", false, "GET / HT"),
        ("a head", false, "GET / HTTP/1.1\r\nHost: shop.example.org\r\nX-A"),
        ("a second head", true, "GET / HTTP/1.1\r\n"),
    ] {
        let mut wire = ann().wire(&door).await;
        if before {
            wire.send(ann().head("GET / HTTP/1.1")).await;
            assert_eq!(wire.answer().await.expect("an answer").status(), 200, "{what}");
        }
        wire.send(said).await;
        check_last(&mut wire, what, 408, "head-too-slow").await;
    }
    assert_eq!(shop.heads(), 1);
}

#[tokio::test]
async fn a_head_that_trickles_in_gets_no_more_time() {
    let shop = backend::start().await;
    let door = with(&shop, "[timeouts]\nhead = \"500ms\"").start().await;
    let mut wire = ann().wire(&door).await;
    wire.send("GET / HTTP/1.1\r\nX-A: ").await;
    let answer = async {
        // A byte now and then is no head.
        loop {
            wire.send("a").await;
            if let Ok(answer) = timeout(Duration::from_millis(50), wire.head()).await {
                return answer;
            }
        }
    };
    let answer = soon("an answer", answer).await;
    assert_eq!(answer.expect("an answer").status(), 408);
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let shop = backend::start().await;
    let door = with(&shop, "[timeouts]\nkeep_alive = \"1s\"").start().await;
    let mut wire = ann().wire(&door).await;
    for _ in 0..2 {
        wire.send(ann().head("GET / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    }
    let idle = Instant::now();
    assert_eq!(wire.rest().await, b"");
    assert!(idle.elapsed() >= Duration::from_millis(900));
    // Over HTTP/2: the connection says that it goes, and the next request fails.
    let mut talk = ann().over_http2().connect(&door).await;
    assert_eq!(talk.get("/").await.status(), 200);
    let closed = async {
        while !talk.is_closed() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon("the connection to be closed", closed).await;
}

#[tokio::test]
async fn an_exchange_under_way_is_not_idleness() {
    let go = Arc::new(tokio::sync::Notify::new());
    let shop = {
        let go = Arc::clone(&go);
        backend::answering(move |_| vec![Step::Await(Arc::clone(&go)), Step::ok("welcome")])
    };
    let shop = shop.start().await;
    let times =
        "[timeouts]\nhead = \"100ms\"\nkeep_alive = \"1s\"\nbody_idle = \"1s\"\nsend = \"1s\"";
    let door = with(&shop, times).start().await;
    let mut all = JoinSet::new();
    for visitor in [ann(), ann().over_http2()] {
        let mut talk = visitor.connect(&door).await;
        all.spawn(async move { talk.ask(Method::POST, "/", b"hello").await.map(|a| a.status()) });
    }
    shop.after(2).await;
    // Longer than every limit on a client that has said all it had to say.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    for _ in 0..2 {
        go.notify_one();
        let answer = soon("an answer", all.join_next()).await.expect("a task").expect("a task");
        assert_eq!(answer.expect("an answer"), 200);
    }
}

#[tokio::test]
async fn a_slow_body_is_answered_and_closed() {
    let shop = backend::start().await;
    for (what, times, trickles) in [
        ("silence", "body_idle = \"1s\"", false),
        ("a trickle", "body_rate = 1000\nbody_rate_after = \"1s\"", true),
    ] {
        for framing in [("content-length", "100000"), ("transfer-encoding", "chunked")] {
            let door = with(&shop, &format!("[timeouts]\n{times}")).start().await;
            let mut wire = ann().wire(&door).await;
            let head = ann().with(framing.0, framing.1).head("POST / HTTP/1.1");
            wire.send(format!("{head}5\r\nhello\r\n")).await;
            let answer = async {
                loop {
                    if let Ok(answer) = timeout(Duration::from_millis(100), wire.answer()).await {
                        return answer;
                    }
                    if trickles {
                        wire.send("1\r\nx\r\n").await;
                    }
                }
            };
            let answer = soon("an answer", answer).await.expect("an answer");
            assert_eq!(answer.status(), 408, "{what}, {}", framing.0);
            assert!(answer.text().contains("body-too-slow"), "{what}: {}", answer.text());
            assert_eq!(answer.field("connection"), "close", "{what}");
        }
    }
    assert_eq!(shop.requests().len(), 0, "half a body is no request");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_closed() {
    for (http2, plain) in [(false, false), (false, true), (true, false)] {
        // More than all buffers on the way hold.
        let text = "x".repeat(48 << 20);
        let shop = backend::answering(move |request| match request.target() {
            "/long" => vec![Step::answer(200, &[], &text)],
            _ => vec![Step::ok("welcome")],
        });
        let shop = shop.start().await;
        let pool = "pool = { connections = 1, waiting = 1, wait = \"15s\" }";
        let door = with(&shop, "[timeouts]\nsend = \"1s\"").upstream(pool);
        let door = if plain { door.plain() } else { door }.start().await;
        let visitor = if http2 { ann().over_http2() } else { ann() };
        let mut talk = visitor.connect(&door).await;
        // The head is read, and not a byte of the body.
        let answer = talk.begin(Method::GET, "/long", b"").await.expect("a head");
        // The place in the pool is free again once the response is given up.
        let next = visitor::at("203.0.113.78").get(&door, "/").await;
        assert_eq!(next.status(), 200, "HTTP/2 {http2}: {}", next.text());
        let body = http_body_util::BodyExt::collect(answer.into_body());
        assert!(soon("the cut", body).await.is_err(), "HTTP/2 {http2}: what was left looks whole");
    }
}

#[tokio::test]
async fn a_silent_tunnel_is_closed() {
    let switching =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
    let shop = backend::answering(move |_| vec![Step::write(switching), Step::Echo]).start().await;
    let door = with(&shop, "[timeouts]\ntunnel_idle = \"1s\"").start().await;
    let mut wire = ann().wire(&door).await;
    let asking = ann().with("connection", "upgrade").with("upgrade", "websocket");
    wire.send(asking.head("GET / HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    let began = Instant::now();
    // Bytes in either direction keep it open.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        wire.send("x").await;
        assert_eq!(wire.exactly(1).await.expect("a byte"), b"X");
    }
    assert_eq!(wire.rest().await, b"");
    assert!(began.elapsed() >= Duration::from_millis(2_500));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let shop = backend::start().await;
    let door = with(&shop, "[limits]\nbody_bytes = 1000").start().await;
    // A length says so at once: the body is not waited for.
    let mut wire = ann().wire(&door).await;
    wire.send(ann().with("content-length", "1001").head("POST / HTTP/1.1")).await;
    check_last(&mut wire, "a length", 413, "").await;
    assert_eq!(shop.heads(), 0);
    let mut wire = ann().wire(&door).await;
    wire.send(ann().with("transfer-encoding", "chunked").head("POST / HTTP/1.1")).await;
    wire.send(format!("3e8\r\n{}\r\n1\r\nx\r\n0\r\n\r\n", "x".repeat(1_000))).await;
    check_last(&mut wire, "chunks", 413, "").await;
    let answer = ann().over_http2().post(&door, "/", &[b'x'; 1_001]).await;
    assert_eq!(answer.status(), 413, "HTTP/2: {}", answer.text());
    assert_eq!(shop.requests().len(), 0, "no part of a body makes a request");
    for visitor in [ann(), ann().over_http2()] {
        assert_eq!(
            visitor.post(&door, "/", &[b'x'; 1_000]).await.status(),
            200,
            "the limit itself"
        );
    }
}

#[tokio::test]
async fn a_head_over_the_limits_is_refused() {
    let shop = backend::start().await;
    let limits = "[limits]\nhead_bytes = 2048\nhead_fields = 20\nline_bytes = 512";
    let door = with(&shop, limits).start().await;
    let many = (0..20).fold(ann(), |ann, number| ann.with(&format!("x-{number}"), "a"));
    let long = |count, length: usize| {
        (0..count).fold(ann(), |ann, at| ann.with(&format!("x-{at}"), &"a".repeat(length)))
    };
    for (what, visitor, target, expected) in [
        ("nothing", ann(), "/".to_owned(), 200),
        ("a long target", ann(), format!("/{}", "a".repeat(600)), 414),
        ("a long line", long(1, 600), "/".to_owned(), 431),
        ("many fields", many, "/".to_owned(), 431),
        ("many bytes", long(6, 400), "/".to_owned(), 431),
    ] {
        let mut wire = visitor.wire(&door).await;
        wire.send(visitor.head(&format!("GET {target} HTTP/1.1"))).await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!(answer.status(), expected, "{what}: {}", answer.text());
    }
    let mut wire = ann().wire(&door).await;
    // Without an end, and without a line's end.
    wire.send("a".repeat(4_096)).await;
    assert!((400..500).contains(&wire.answer().await.expect("an answer").status()));
    assert_eq!(shop.heads(), 1);
    let mut talk = long(20, 400).over_http2().connect(&door).await;
    let answer = talk.ask(Method::GET, "/", b"").await;
    assert!(answer.as_ref().map_or(true, |a| a.status() == 431), "HTTP/2: {answer:?}");
    assert_eq!(shop.heads(), 1);
}

#[tokio::test]
async fn a_peer_has_its_share_of_connections() {
    let shop = backend::start().await;
    let limits = "[limits]\nconnections_per_peer = 2";
    let door = with(&shop, limits).plain().believing("").start().await;
    let (mut one, mut two) = (ann().wire(&door).await, ann().wire(&door).await);
    for wire in [&mut one, &mut two] {
        wire.send(ann().head("GET / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    }
    let mut three = ann().wire(&door).await;
    assert_eq!(three.rest().await, b"", "the third is closed");
    one.finish().await;
    assert_eq!(one.rest().await, b"");
    let free = async {
        loop {
            let mut wire = ann().wire(&door).await;
            wire.send(ann().head("GET / HTTP/1.1")).await;
            if wire.answer().await.is_some_and(|answer| answer.status() == 200) {
                break;
            }
        }
    };
    soon("a free place", free).await;
    // The trusted hop in front has as many as it needs.
    let door = with(&shop, limits).start().await;
    let mut many = Vec::new();
    for _ in 0..4 {
        let mut wire = ann().wire(&door).await;
        wire.send(ann().head("GET / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
        many.push(wire);
    }
}

#[tokio::test]
async fn a_connection_has_its_share_of_requests() {
    let shop = backend::start().await;
    let door = with(&shop, "[limits]\nrequests_per_connection = 3").start().await;
    let mut wire = ann().wire(&door).await;
    // The fourth is there already when the third is answered.
    wire.send(ann().head("GET / HTTP/1.1").repeat(4)).await;
    for expected in ["", "", "close"] {
        let answer = wire.answer().await.expect("an answer");
        assert_eq!((answer.status(), answer.field("connection").as_str()), (200, expected));
    }
    assert_eq!(wire.rest().await, b"");
    assert_eq!(shop.heads(), 3, "what was not answered was not sent on");
}

fn ann() -> Visitor {
    visitor::at("203.0.113.77")
}

fn with(shop: &Backend, toml: &str) -> Builder {
    cloakroom::before(shop).toml(toml)
}

/// The next answer is the last one on this connection.
async fn check_last(wire: &mut Wire, what: &str, status: u16, code: &str) {
    let answer = wire.answer().await.expect("an answer");
    assert_eq!(answer.status(), status, "{what}: {}", answer.text());
    assert!(answer.text().contains(code), "{what}: {}", answer.text());
    assert_eq!(answer.field("connection"), "close", "{what}");
    assert_eq!(wire.rest().await, b"", "{what}: the connection ends");
}
