//! What concerns one connection only, and what the backend is told of ours.

use crate::harness::backend::{self, Step};
use crate::harness::cloakroom::{self, SHOP};
use crate::harness::message::Message;
use crate::harness::visitor::{self, Visitor};

#[tokio::test]
async fn a_connection_field_removes_its_own_and_never_ours() {
    let ann = visitor::at("203.0.113.77")
        .with("connection", "close, X-Foo, x-forwarded-for, X-Forwarded-Proto,,  host")
        .with("connection", "x-bar , content-length")
        .with("x-foo", "1")
        .with("x-bar", "2")
        .with("x-kept", "3")
        .with("keep-alive", "timeout=5")
        .with("proxy-connection", "keep-alive")
        .with("proxy-authorization", "Basic secret")
        .with("te", "gzip, deflate");
    let seen = seen_by_the_backend("", &ann).await;
    for gone in ["x-foo", "x-bar", "keep-alive", "proxy-connection", "proxy-authorization", "te"] {
        assert_eq!(seen.values(gone), [""; 0], "{gone}");
    }
    assert_eq!(seen.field("x-kept"), "3");
    assert_eq!(seen.field("x-forwarded-for"), "203.0.113.0");
    assert_eq!(seen.field("x-forwarded-proto"), "https");
    assert_eq!(seen.field("host"), SHOP);
    assert_eq!(seen.values("connection"), [""; 0]);
}

#[tokio::test]
async fn a_connection_line_with_odd_bytes_hides_nothing() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    let head = format!("GET / HTTP/1.1\r\nHost: {SHOP}\r\nX-Foo: 1\r\nConnection: ");
    wire.send([head.as_bytes(), b"\xe4, x-foo\r\n\r\n"].concat()).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    assert_eq!(shop.only().values("x-foo"), [""; 0]);
}

#[tokio::test]
async fn trailers_are_asked_for_where_the_visitor_takes_them() {
    for http2 in [false, true] {
        let ann = visitor::at("203.0.113.77").with("te", "trailers");
        let ann = if http2 { ann.over_http2() } else { ann };
        let seen = seen_by_the_backend("", &ann).await;
        assert_eq!(seen.values("te"), ["trailers"]);
    }
}

#[tokio::test]
async fn only_upgrades_that_the_operator_lists_are_tried() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    for (upgrade, connection) in [
        ("h2c", "Upgrade, HTTP2-Settings"),
        ("TLS/1.0", "Upgrade"),
        ("websocket, h2c", "upgrade"),
        ("h2c, websocket", "upgrade"),
    ] {
        let ann = visitor::at("203.0.113.77")
            .with("upgrade", upgrade)
            .with("http2-settings", "AAMAAABkAAQAAP__")
            .with("connection", connection);
        let mut wire = ann.wire(&door).await;
        wire.send(ann.head("GET / HTTP/1.1")).await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!((answer.status(), shop.heads()), (400, 0), "{upgrade}");
        assert_eq!(wire.rest().await, b"", "{upgrade}: closed");
    }
    // Without a Connection field that names it, it is no more than a field.
    let ann = visitor::at("203.0.113.77").with("upgrade", "h2c").with("http2-settings", "AAMA");
    assert_eq!(ann.get(&door, "/").await.status(), 200);
    let seen = shop.only();
    assert_eq!([seen.values("upgrade"), seen.values("http2-settings")], [[""; 0], [""; 0]]);
}

#[tokio::test]
async fn an_upgrade_is_a_tunnel_in_both_directions() {
    let shop = backend::answering(|request| match request.field("upgrade").as_str() {
        "websocket" => vec![
            Step::answer(101, &[("connection", "upgrade"), ("upgrade", "websocket")], ""),
            Step::Echo,
        ],
        _ => vec![Step::ok("welcome")],
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).start().await;
    let ann = visitor::at("203.0.113.77")
        .with("upgrade", "websocket")
        .with("connection", "Upgrade")
        .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let mut wire = ann.wire(&door).await;
    // What stands behind the head belongs to the tunnel, whatever it looks like.
    let early = "GET /second HTTP/1.1\r\n\r\n";
    wire.send(ann.head("GET /cable HTTP/1.1")).await;
    let answer = wire.answer().await.expect("an answer");
    assert_eq!((answer.status(), answer.field("upgrade")), (101, "websocket".to_owned()));
    wire.send(early).await;
    let echo = wire.exactly(early.len()).await.expect("the echo");
    assert_eq!(echo, early.to_ascii_uppercase().as_bytes());
    wire.finish().await;
    assert_eq!(wire.rest().await, b"");
    assert_eq!(shop.requests().len(), 1);
}

#[tokio::test]
async fn an_upgrade_that_is_declined_leaves_a_connection_for_requests() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    let ann =
        visitor::at("203.0.113.77").with("upgrade", "websocket").with("connection", "upgrade");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head("GET /cable HTTP/1.1")).await;
    wire.send(visitor::at("203.0.113.77").head("GET /next HTTP/1.1")).await;
    for _ in 0..2 {
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    }
    let seen = shop.requests();
    assert_eq!(seen[0].field("connection").to_ascii_lowercase(), "upgrade");
    assert_eq!(seen[1].target(), "/next");
    assert_eq!(seen[1].values("connection"), [""; 0]);
}

#[tokio::test]
async fn the_backend_is_told_how_the_visitor_came() {
    for http2 in [false, true] {
        for (host, expected) in [
            (SHOP, [SHOP, "https", "443"]),
            ("shop.example.org:8443", ["shop.example.org:8443", "https", "8443"]),
        ] {
            let ann = visitor::at("203.0.113.77").host(host);
            let ann = if http2 { ann.over_http2() } else { ann };
            check_came(&seen_by_the_backend("", &ann).await, expected);
        }
    }
}

#[tokio::test]
async fn a_trusted_hop_knows_better_and_anybody_else_does_not() {
    let says = |address: &str| {
        visitor::at(address)
            .with("x-forwarded-proto", "http")
            .with("x-forwarded-host", "front.example.org")
            .with("x-forwarded-port", "8080")
    };
    let believed = seen_by_the_backend("", &says("203.0.113.77")).await;
    check_came(&believed, ["front.example.org", "http", "8080"]);

    let shop = backend::start().await;
    let door = cloakroom::before(&shop).believing("").start().await;
    assert_eq!(says("203.0.113.77").get(&door, "/").await.status(), 200);
    check_came(&shop.only(), [SHOP, "https", "443"]);

    for (name, value) in [
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-port", "80, 81"),
        ("x-forwarded-port", ""),
        ("x-forwarded-host", "a b"),
        ("x-forwarded-host", "a, b"),
        ("x_forwarded_proto", "http"),
        ("x_forwarded_host", "front.example.org"),
        ("x.forwarded.port", "8080"),
        ("x-forwarded-ssl", "off"),
        ("x-forwarded-scheme", "http"),
        ("x_url_scheme", "http"),
        ("front-end-https", "off"),
    ] {
        let seen = seen_by_the_backend("", &visitor::at("203.0.113.77").with(name, value)).await;
        check_came(&seen, [SHOP, "https", "443"]);
        if !["x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"].contains(&name) {
            assert_eq!(seen.values(name), [""; 0], "{name}");
        }
    }
    let twice = visitor::at("203.0.113.77")
        .with("x-forwarded-proto", "http")
        .with("x-forwarded-proto", "https");
    check_came(&seen_by_the_backend("", &twice).await, [SHOP, "https", "443"]);
}

#[tokio::test]
async fn a_listener_in_the_clear_says_what_the_operator_says() {
    for (listener, scheme, port) in [("", "http", "80"), ("scheme = \"https\"", "https", "443")] {
        let shop = backend::start().await;
        let door = cloakroom::before(&shop).plain().listener(listener).start().await;
        assert_eq!(visitor::at("203.0.113.77").get(&door, "/").await.status(), 200);
        check_came(&shop.only(), [SHOP, scheme, port]);
    }
}

#[tokio::test]
async fn the_backend_finds_the_host_that_the_operator_wants() {
    for http2 in [false, true] {
        let ann = visitor::at("203.0.113.77");
        let ann = if http2 { ann.over_http2() } else { ann };
        assert_eq!(seen_by_the_backend("", &ann).await.values("host"), [SHOP]);
        let seen = seen_by_the_backend("host = \"server\"", &ann).await;
        assert!(seen.field("host").starts_with("127.0.0.1:"), "{}", seen.field("host"));
        assert_eq!(seen.field("x-forwarded-host"), SHOP);
    }
}

#[tokio::test]
async fn via_names_nobody_but_us() {
    for (http2, expected) in [(false, "1.1 cloakroom"), (true, "2 cloakroom")] {
        let ann = visitor::at("203.0.113.77").with("via", "1.1 ann-laptop (203.0.113.77)");
        let ann = if http2 { ann.over_http2() } else { ann };
        assert_eq!(seen_by_the_backend("", &ann).await.values("via"), [""; 0]);
        assert_eq!(seen_by_the_backend("via = true", &ann).await.values("via"), [expected]);
    }
}

#[tokio::test]
async fn what_concerns_the_backends_connection_stays_there() {
    let shop = backend::answering(|_| {
        vec![Step::answer(
            200,
            &[
                ("connection", "keep-alive, x-internal"),
                ("keep-alive", "timeout=5"),
                ("x-internal", "secret"),
                ("proxy-authenticate", "Basic"),
                ("x-kept", "1"),
            ],
            "welcome",
        )]
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).start().await;
    for http2 in [false, true] {
        let ann = visitor::at("203.0.113.77");
        let ann = if http2 { ann.over_http2() } else { ann };
        let answer = ann.get(&door, "/").await;
        assert_eq!((answer.status(), answer.field("x-kept")), (200, "1".to_owned()));
        for gone in ["keep-alive", "x-internal", "proxy-authenticate", "connection"] {
            assert_eq!(answer.values(gone), [""; 0], "{gone}");
        }
    }
}

#[tokio::test]
async fn an_expectation_is_met_by_us() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    let ann =
        visitor::at("203.0.113.77").with("expect", "100-continue").with("content-length", "5");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head("POST / HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 100);
    wire.send("hello").await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    let seen = shop.only();
    assert_eq!((seen.values("expect"), seen.text()), (vec![], "hello".to_owned()));
}

/// What a backend receives of one request; `upstream` are more lines of its entry.
async fn seen_by_the_backend(upstream: &str, visitor: &Visitor) -> Message {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).record("truncate").upstream(upstream).start().await;
    let answer = visitor.get(&door, "/").await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    shop.only()
}

/// Fails where the backend is told another host, scheme or port.
#[track_caller]
fn check_came(seen: &Message, [host, scheme, port]: [&str; 3]) {
    assert_eq!(seen.values("x-forwarded-host"), [host]);
    assert_eq!(seen.values("x-forwarded-proto"), [scheme]);
    assert_eq!(seen.values("x-forwarded-port"), [port]);
}
