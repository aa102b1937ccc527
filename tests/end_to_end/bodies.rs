//! Bodies as they flow: whole, in order, as they come, and no faster than they are taken.

use crate::harness::backend::{self, Step};
use crate::harness::cloakroom;
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use http::Method;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;

/// Visitor over HTTP/2, backend over HTTP/2.
const PROTOCOLS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

#[tokio::test]
async fn large_bodies_arrive_whole_in_both_directions() {
    let body = noise(8 << 20);
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = {
            let body = body.clone();
            backend::answering(move |request| {
                assert!(request.body == body, "the request's body arrives as it was");
                vec![Step::answer(200, &[], &String::from_utf8_lossy(&request.body))]
            })
        };
        let shop = if http2_backend { shop.over_http2() } else { shop }.start().await;
        let door = cloakroom::before(&shop).start().await;
        let answer = by(http2_visitor).post(&door, "/", &body).await;
        assert_eq!(answer.status(), 200, "{http2_visitor} {http2_backend}");
        assert!(answer.body == body, "{http2_visitor} {http2_backend}: {}", answer.body.len());
    }
}

#[tokio::test]
async fn chunks_and_trailers_pass_in_both_directions() {
    let shop = backend::answering(|request| {
        assert_eq!(request.trailer("x-sum"), "42");
        vec![Step::ok(&request.text()).with_trailer("x-sum", "43")]
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = by(false).wire(&door).await;
    let head = by(false)
        .with("te", "trailers")
        .with("transfer-encoding", "chunked")
        .with("trailer", "x-sum")
        .head("POST /chat HTTP/1.1");
    for bytewise in [false, true] {
        let text = format!(
            "{head}5;note=\"a;b\"\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Sum: 42\r\n\r\n"
        );
        if bytewise {
            wire.send_bytewise(text).await;
        } else {
            wire.send(text).await;
        }
        let answer = wire.answer().await.expect("an answer");
        assert_eq!((answer.status(), answer.text()), (200, "hello world".to_owned()));
        assert_eq!(answer.trailer("x-sum"), "43");
    }
    assert_eq!(shop.requests().len(), 2);
}

#[tokio::test]
async fn a_body_is_asked_for_once_it_is_wanted() {
    let shop = backend::answering(|request| vec![Step::ok(&request.text())]).start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut wire = by(false).wire(&door).await;
    for _ in 0..2 {
        let ann = by(false).with("expect", "100-continue").with("content-length", "5");
        wire.send(ann.head("POST / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("a word").status(), 100);
        wire.send("hello").await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!((answer.status(), answer.text()), (200, "hello".to_owned()));
    }
    assert_eq!(shop.requests()[0].field("expect"), "", "what was promised is not asked twice");
}

#[tokio::test]
async fn a_body_that_is_refused_is_not_asked_for() {
    let nobody = format!("servers = [\"http://{}\"]", backend::nowhere().await);
    for (limit, expected) in [("64MiB", 502), ("4", 413)] {
        let limits = format!("[limits]\nbody_bytes = {limit:?}").replace("\"4\"", "4");
        let door = cloakroom::towards(&nobody).toml(&limits).start().await;
        let mut wire = by(false).wire(&door).await;
        let ann = by(false).with("expect", "100-continue").with("content-length", "5");
        wire.send(ann.head("POST / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), expected);
    }
}

#[tokio::test]
async fn answers_without_a_body_leave_the_connection_in_step() {
    let length = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n";
    for (what, method, head, kept) in [
        ("HEAD with a length", "HEAD", length, ("content-length", "1000")),
        (
            "HEAD with chunks",
            "HEAD",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
            ("x-a", "b"),
        ),
        ("HEAD with neither", "HEAD", "HTTP/1.1 200 OK\r\n", ("x-a", "b")),
        ("204", "GET", "HTTP/1.1 204 No Content\r\n", ("x-a", "b")),
        ("204 to a DELETE", "DELETE", "HTTP/1.1 204 No Content\r\n", ("x-a", "b")),
        ("304", "GET", "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n", ("etag", "\"1\"")),
        (
            "304 with a length",
            "GET",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n",
            ("x-a", "b"),
        ),
        (
            "103 and then 204",
            "GET",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n",
            ("x-a", "b"),
        ),
    ] {
        let text = format!("{head}X-A: b\r\n\r\n");
        let shop = backend::answering(move |request| match request.target() {
            "/bare" => vec![Step::write(&text)],
            _ => vec![Step::ok("welcome")],
        });
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).start().await;
        let mut wire = by(false).wire(&door).await;
        let ann = by(false);
        wire.send(ann.head(&format!("{method} /bare HTTP/1.1"))).await;
        wire.send(ann.head("GET /next HTTP/1.1")).await;
        let bare = wire.head().await.expect("an answer");
        assert_eq!(bare.field(kept.0), kept.1, "{what}: {bare:?}");
        if method == "HEAD" {
            assert_ne!(bare.field("content-length"), "0", "{what}: a GET may have a body");
        }
        let next = wire.answer().await.expect("a second answer");
        assert_eq!((next.status(), next.text()), (200, "welcome".to_owned()), "{what}");
        let answer = by(true).ask(&door, method.parse().expect("a method"), "/bare", b"").await;
        assert_eq!((answer.field(kept.0).as_str(), answer.body.len()), (kept.1, 0), "{what}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_before_the_body_was_read_arrives() {
    let shop = backend::answering(|_| vec![Step::answer(403, &[], "no uploads")]);
    let shop = shop.before_the_body().start().await;
    let door = cloakroom::before(&shop).start().await;
    for http2 in [false, true] {
        let before = shop.connections();
        let answer = by(http2).post(&door, "/", &noise(8 << 20)).await;
        assert_eq!((answer.status(), answer.text()), (403, "no uploads".to_owned()));
        // Its connection is in the middle of a body: nothing else may be sent on it.
        let again = by(http2).post(&door, "/again", &noise(8 << 20)).await;
        assert_eq!(again.status(), 403);
        assert_eq!(shop.connections(), before + 2);
    }
}

#[tokio::test]
async fn events_arrive_one_by_one_as_they_are_sent() {
    for (http2, framing) in [
        (false, "Transfer-Encoding: chunked"),
        (true, "Transfer-Encoding: chunked"),
        (false, "X-Framing: none"),
        (true, "X-Framing: none"),
    ] {
        let go = Arc::new(Notify::new());
        let shop = {
            let go = Arc::clone(&go);
            let chunked = framing.ends_with("chunked");
            backend::answering(move |_| {
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n\r\n"
                );
                let mut steps = vec![Step::write(&head)];
                for number in 0..5 {
                    let event = format!("data: {number}\n\n");
                    steps.push(Step::Await(Arc::clone(&go)));
                    steps.push(Step::write(&match chunked {
                        true => format!("{:x}\r\n{event}\r\n", event.len()),
                        false => event,
                    }));
                }
                steps.push(Step::Await(Arc::clone(&go)));
                steps.push(Step::write(if chunked { "0\r\n\r\n" } else { "" }));
                steps.push(Step::Close);
                steps
            })
        };
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).start().await;
        let mut talk = by(http2).connect(&door).await;
        // The head comes before the first event, and each event before the next one is made.
        let mut answer = talk.begin(Method::GET, "/events", b"").await.expect("a head");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        for number in 0..5 {
            go.notify_one();
            let frame = soon("an event", answer.body_mut().frame()).await.expect("an event");
            let data = frame.expect("no error").into_data().expect("data");
            assert_eq!(data, format!("data: {number}\n\n"), "{framing}");
        }
        go.notify_one();
        assert!(soon("the end", answer.body_mut().frame()).await.is_none_or(|end| {
            end.is_ok_and(|frame| frame.data_ref().is_some_and(|data| data.is_empty()))
        }));
    }
}

#[tokio::test]
async fn a_backend_writes_no_faster_than_the_visitor_reads() {
    for http2 in [false, true] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let writing = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut head = [0; 4096];
            let read = socket.read(&mut head).await.expect("a request");
            assert!(read > 0);
            let length = format!("HTTP/1.1 200 OK\r\nContent-Length: {LONG}\r\n\r\n");
            socket.write_all(length.as_bytes()).await.expect("written");
            let written = write_until_stuck(&mut socket).await;
            (socket, written)
        });
        let door = cloakroom::towards(&format!("servers = [\"http://{address}\"]")).start().await;
        let mut talk = by(http2).connect(&door).await;
        let answer = talk.begin(Method::GET, "/", b"").await.expect("a head");
        let (mut socket, written) = soon("the backend to be stuck", writing).await.expect("a task");
        assert!(written < BUFFERS, "{written} bytes are on the way");
        let rest = tokio::spawn(async move {
            let rest = vec![b'x'; LONG - written];
            socket.write_all(&rest).await.expect("written");
            socket
        });
        let body = soon("the whole body", answer.into_body().collect()).await.expect("a body");
        assert_eq!(body.to_bytes().len(), LONG);
        soon("the backend", rest).await.expect("a task");
    }
}

#[tokio::test]
async fn a_visitor_sends_no_faster_than_the_backend_reads() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let door = cloakroom::towards(&format!("servers = [\"http://{address}\"]"))
        .toml("[limits]\nbody_bytes = \"1GiB\"")
        .start()
        .await;
    let mut wire = by(false).wire(&door).await;
    wire.send(by(false).with("content-length", &LONG.to_string()).head("POST / HTTP/1.1")).await;
    let (mut socket, _) = soon("a connection", listener.accept()).await.expect("a connection");
    let written = soon("the visitor to be stuck", write_until_stuck(wire.io())).await;
    assert!(written < BUFFERS, "{written} bytes are on the way");
    let reading = tokio::spawn(async move {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.expect("a head"));
        }
        let mut left = LONG;
        let mut piece = vec![0; 1 << 16];
        while left > 0 {
            let read = socket.read(&mut piece).await.expect("a body");
            assert!(read > 0, "{left} bytes are missing");
            left -= read;
        }
        socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.expect("written");
        socket
    });
    wire.send(vec![b'x'; LONG - written]).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    soon("the backend", reading).await.expect("a task");
}

/// More than is on the way when nobody reads: the sockets' buffers of two hops, some 10 MiB
/// each at the most, and what the proxy itself keeps.
const BUFFERS: usize = 32 << 20;

const LONG: usize = 64 << 20;

/// Writes until nothing was taken for half a second.
async fn write_until_stuck<W: tokio::io::AsyncWrite + Unpin + ?Sized>(to: &mut W) -> usize {
    let piece = vec![b'x'; 1 << 16];
    let mut written = 0;
    while let Ok(more) = timeout(Duration::from_millis(500), to.write(&piece)).await {
        written += more.expect("written");
        assert!(written < LONG, "everything was taken, and nothing read");
    }
    written
}

fn by(http2: bool) -> Visitor {
    let ann = visitor::at("203.0.113.77");
    if http2 { ann.over_http2() } else { ann }
}

/// Text without a pattern that survives a wrong order, the same at each run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + u8::try_from((state >> 24) % 26).expect("a letter")
    };
    (0..length).map(|_| next()).collect()
}
