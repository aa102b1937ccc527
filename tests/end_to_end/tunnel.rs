//! Upgraded connections: every byte both ways, each end on its own; and upgrades that are
//! refused, behind which messages are messages.

use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom;
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor, Wire};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SWITCHING: &str = "HTTP/1.1 101 Switching Protocols\r\n\
     Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: abc\r\n\r\n";

#[tokio::test]
async fn a_tunnel_carries_every_byte_both_ways() {
    for (over_tls, on_unix) in [(false, false), (true, false), (false, true)] {
        let shop = backend::answering(|_| vec![Step::write(SWITCHING), Step::Echo]);
        let shop = if over_tls { shop.over_tls() } else { shop };
        let shop = if on_unix { shop.on_a_unix_socket() } else { shop }.start().await;
        let door = cloakroom::before(&shop).start().await;
        let mut wire = ann().wire(&door).await;
        wire.send(upgrade("websocket")).await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!(answer.status(), 101, "{}", answer.text());
        assert_eq!(answer.field("upgrade"), "websocket");
        assert_eq!(answer.field("connection").to_ascii_lowercase(), "upgrade");
        assert_eq!(answer.field("sec-websocket-accept"), "abc");
        for size in [1, 5, 1_000, 100_000] {
            check_echo(&mut wire, size).await;
        }
        let request = shop.only();
        assert_eq!(request.field("upgrade"), "websocket");
        assert_eq!(request.field("connection").to_ascii_lowercase(), "upgrade");
    }
}

#[tokio::test]
async fn bytes_that_come_early_are_not_lost() {
    // The backend's first words stand right behind its 101.
    let shop = backend::answering(|_| vec![Step::write(&format!("{SWITCHING}hello")), Step::Echo]);
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = ann().wire(&door).await;
    // And the visitor's stand right behind its request, before it knows the answer. They
    // look like a message that would be refused, and are none.
    wire.send(format!("{}get / http/9.9\r\n \r\n\r\n", upgrade("websocket"))).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    let expected = b"helloGET / HTTP/9.9\r\n \r\n\r\n";
    assert_eq!(wire.exactly(expected.len()).await.expect("bytes"), expected);
    check_echo(&mut wire, 1_000).await;
}

#[tokio::test]
async fn an_end_of_the_visitor_is_passed_on_and_the_rest_still_comes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let backend = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("a connection");
        read_head(&mut socket).await;
        socket.write_all(SWITCHING.as_bytes()).await.expect("written");
        let mut all = Vec::new();
        socket.read_to_end(&mut all).await.expect("the visitor's end");
        // Only now, and more than one buffer.
        socket.write_all(&all.repeat(3)).await.expect("written");
        all.len()
    });
    let door = cloakroom::towards(&format!("servers = [\"http://{address}\"]")).start().await;
    let mut wire = ann().wire(&door).await;
    wire.send(upgrade("websocket")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    wire.send(vec![b'x'; 100_000]).await;
    wire.finish().await;
    assert_eq!(wire.rest().await.len(), 300_000);
    assert_eq!(soon("the backend", backend).await.expect("a task"), 100_000);
}

#[tokio::test]
async fn an_end_of_the_backend_is_passed_on_and_the_visitor_goes_on() {
    for plain in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let backend = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            read_head(&mut socket).await;
            socket.write_all(format!("{SWITCHING}bye").as_bytes()).await.expect("written");
            socket.shutdown().await.expect("an end");
            let mut all = Vec::new();
            socket.read_to_end(&mut all).await.expect("the visitor's end");
            all
        });
        let builder = cloakroom::towards(&format!("servers = [\"http://{address}\"]"));
        let door = if plain { builder.plain() } else { builder }.start().await;
        let mut wire = ann().wire(&door).await;
        wire.send(upgrade("websocket")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 101);
        assert_eq!(wire.rest().await, b"bye");
        for _ in 0..10 {
            wire.send("still here ").await;
        }
        wire.finish().await;
        let heard = soon("the backend", backend).await.expect("a task");
        assert_eq!(String::from_utf8_lossy(&heard), "still here ".repeat(10), "plain: {plain}");
    }
}

#[tokio::test]
async fn an_upgrade_that_the_backend_declines_is_a_message_like_any_other() {
    for (what, answer, status) in [
        ("200", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno", 200),
        (
            "426",
            "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nno",
            426,
        ),
        (
            "chunked",
            "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
            400,
        ),
    ] {
        let shop = backend::answering(move |request| match request.target() {
            "/socket" => vec![Step::write(answer)],
            _ => vec![Step::ok("welcome")],
        });
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).start().await;
        let mut wire = ann().wire(&door).await;
        // What stands behind the request waits for the answer, and is read as messages then.
        let next = ann().head("GET /next HTTP/1.1");
        wire.send(format!("{}{next}{}", upgrade("websocket"), upgrade("websocket"))).await;
        for expected in [status, 200, status] {
            assert_eq!(wire.answer().await.expect("an answer").status(), expected, "{what}");
        }
        wire.send(next).await;
        assert_eq!(wire.answer().await.expect("an answer").text(), "welcome", "{what}");
        // An ambiguous message is refused there as anywhere.
        wire.send(format!("{}GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", upgrade("websocket")))
            .await;
        assert_eq!(wire.answer().await.expect("an answer").status(), status, "{what}");
        assert_eq!(wire.answer().await.expect("an answer").status(), 400, "{what}");
        assert_eq!(wire.rest().await, b"", "{what}");
        assert_eq!(shop.requests().len(), 5, "{what}");
    }
}

#[tokio::test]
async fn an_upgrade_that_the_operator_does_not_allow_is_refused() {
    let shop = backend::answering(|_| vec![Step::write(SWITCHING), Step::Echo]).start().await;
    let door = cloakroom::before(&shop).start().await;
    for wanted in
        ["h2c", "h2c, websocket", "websocket, h2c", "TLS/1.2", "websocket/13", "\"websocket\""]
    {
        let mut wire = ann().wire(&door).await;
        wire.send(format!("{}{}", upgrade(wanted), ann().head("GET /behind HTTP/1.1"))).await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!(answer.status(), 400, "{wanted}: {}", answer.text());
        assert_eq!(wire.rest().await, b"", "{wanted}");
    }
    assert_eq!(shop.heads(), 0, "none of them reaches the backend");
    check_tunnel(&shop, &door).await;
}

#[tokio::test]
async fn a_tunnel_ends_when_the_backend_does() {
    let shop = backend::answering(|_| vec![Step::write(SWITCHING), Step::Close]).start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = ann().wire(&door).await;
    wire.send(upgrade("websocket")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    assert_eq!(wire.rest().await, b"");
}

#[tokio::test]
async fn a_connection_that_was_a_tunnel_is_never_used_again() {
    let shop = backend::answering(|request| match request.field("upgrade").as_str() {
        "" => vec![Step::ok("welcome")],
        _ => vec![Step::write(SWITCHING), Step::Echo],
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).upstream("pool = { connections = 2 }").start().await;
    for _ in 0..4 {
        let mut wire = ann().wire(&door).await;
        wire.send(upgrade("websocket")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 101);
        check_echo(&mut wire, 100).await;
        assert_eq!(ann().get(&door, "/").await.status(), 200);
        wire.finish().await;
        assert_eq!(wire.rest().await, b"", "its place in the pool is free again");
    }
    assert_eq!(shop.connections(), 5, "four tunnels, and one connection for messages");
}

#[tokio::test]
async fn a_tunnel_counts_among_the_connections_of_its_peer() {
    let shop = backend::answering(|_| vec![Step::write(SWITCHING), Step::Echo]).start().await;
    let limits = "[limits]\nconnections_per_peer = 1";
    let door = cloakroom::before(&shop).plain().believing("").toml(limits).start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    wire.send(upgrade("websocket")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    check_echo(&mut wire, 10).await;
    let mut other = visitor::nobody().wire(&door).await;
    assert_eq!(other.rest().await, b"", "closed at once");
    check_echo(&mut wire, 10).await;
}

/// A request for an upgrade.
fn upgrade(to: &str) -> String {
    let ann = ann().with("connection", "keep-alive, Upgrade").with("upgrade", to);
    ann.with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").head("GET /socket HTTP/1.1")
}

fn ann() -> Visitor {
    visitor::at("203.0.113.77")
}

async fn check_tunnel(shop: &Backend, door: &cloakroom::Door) {
    let mut wire = ann().wire(door).await;
    wire.send(upgrade("WebSocket")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    check_echo(&mut wire, 10).await;
    assert_eq!(shop.heads(), 1);
}

/// Sends so many bytes, which come back in capitals.
#[track_caller]
fn check_echo(wire: &mut Wire, size: usize) -> impl Future<Output = ()> {
    let sent: Vec<u8> = (b'a'..=b'z').cycle().take(size).collect();
    async move {
        wire.send(&sent).await;
        let back = wire.exactly(size).await.expect("as many bytes");
        assert!(back == sent.to_ascii_uppercase(), "{size} bytes came back changed");
    }
}

async fn read_head(socket: &mut tokio::net::TcpStream) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.expect("a head"));
    }
}
