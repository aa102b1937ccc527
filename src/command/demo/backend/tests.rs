//! Tests: the backend over sockets, as a peer sees it.

use super::Backend;
use super::answer::LONGEST_BODY;
use crate::command::demo::page;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

#[tokio::test]
async fn a_message_comes_back_as_it_was_received() {
    let backend = Running::start().await;
    let (head, body) = backend
        .ask(
            "POST /demo/shop/messages?ip=203.0.113.77 HTTP/1.1\r\nHost: a\r\n\
             X-Forwarded-For: 203.0.113.77\r\nX-Twice: 1\r\nAccept: text/html, application/json\r\n\
             X-Twice: 2\r\nX-Latin: \u{fc}\r\nContent-Length: 13\r\n\r\n{\"text\":\"hi\"}",
        )
        .await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        answer,
        serde_json::json!({ "property": "shop", "received": {
            "method": "POST",
            "target": "/demo/shop/messages?ip=203.0.113.77",
            "version": "HTTP/1.1",
            "fields": [
                ["host", "a"], ["x-forwarded-for", "203.0.113.77"], ["x-twice", "1"],
                ["x-twice", "2"], ["accept", "text/html, application/json"],
                ["x-latin", "\u{fc}"], ["content-length", "13"],
            ],
            "body": "{\"text\":\"hi\"}",
            "trailers": [],
        }})
    );
}

#[tokio::test]
async fn a_terminal_gets_text_with_trailers_last() {
    let backend = Running::start().await;
    let (head, body) = backend
        .ask(
            "PUT /any/path HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nTransfer-Encoding: chunked\r\n\r\n\
             3\r\nabc\r\n2\r\nde\r\n0\r\nX-Real-IP: 203.0.113.77\r\n\r\n",
        )
        .await;
    assert!(head.contains("content-type: text/plain"), "{head}");
    assert_eq!(
        body,
        "PUT /any/path HTTP/1.1\nhost: a\naccept: */*\ntransfer-encoding: chunked\n\n\
         abcde\nx-real-ip: 203.0.113.77\n"
    );
}

#[tokio::test]
async fn bytes_that_are_no_text_are_shown_as_such() {
    let backend = Running::start().await;
    let request =
        b"POST /\xc3\xbc HTTP/1.1\r\nHost: a\r\nX-Odd: \xff\r\nContent-Length: 2\r\n\r\n\xfe!";
    let (head, body) = backend.ask(request).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(body.contains("x-odd: \u{fffd}\n") && body.ends_with("\n\u{fffd}!\n"), "{body}");
}

#[tokio::test]
async fn the_page_comes_with_a_strict_policy() {
    let backend = Running::start().await;
    for path in ["/", "/demo", "/demo/"] {
        let (head, body) = backend.ask(format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        assert!(head.contains("content-security-policy: default-src 'none'; "), "{head}");
        assert!(head.contains("cache-control: no-store\r\n"), "{head}");
        assert_eq!(body, page::HTML);
    }
    let (_, body) = backend.ask("POST / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(body, "POST / HTTP/1.1\nhost: a\n\n");
    let (head, body) = backend.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(head.contains("text/html") && body.is_empty(), "{head}");
}

#[tokio::test]
async fn events_are_a_stream_over_a_socket() {
    let backend = Running::start().await;
    let (head, body) = backend.ask("GET /demo/blog/events HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(head.contains("content-type: text/event-stream\r\n"), "{head}");
    assert_eq!(body.matches("data: blog: event").count(), 3, "{body}");
    // Only where a property is named; anything else is an echo.
    let (_, body) = backend.ask("GET /demo//events HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(body.starts_with("GET /demo//events HTTP/1.1\n"), "{body}");
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit() {
    let backend = Running::start().await;
    for (length, status) in [(LONGEST_BODY, "HTTP/1.1 200"), (LONGEST_BODY + 1, "HTTP/1.1 413")] {
        let body = "x".repeat(length);
        let request =
            format!("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
        let (head, _) = backend.ask(request).await;
        assert!(head.starts_with(status), "{length}: {head}");
    }
}

#[tokio::test]
async fn a_peer_that_speaks_nonsense_is_refused() {
    let backend = Running::start().await;
    for (request, status) in [
        ("\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", "HTTP/1.1 400"),
        ("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 400"),
        ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nshort", "HTTP/1.1 400"),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405"),
    ] {
        let (head, _) = backend.ask(request).await;
        assert!(head.starts_with(status), "{request:?}: {head}");
    }
}

#[tokio::test]
async fn what_was_begun_is_finished_after_the_word_to_stop() {
    let Running { address, stop, served } = Running::start().await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket
        .write_all(
            b"POST /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        )
        .await
        .unwrap();
    let mut interim = [0; 25];
    socket.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");

    drop(stop);
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    socket.write_all(b"ok").await.unwrap();
    let mut rest = String::new();
    socket.read_to_string(&mut rest).await.unwrap();
    assert!(rest.starts_with("HTTP/1.1 200") && rest.ends_with("\n\nok\n"), "{rest}");
    served.await.unwrap();
}

#[tokio::test]
async fn a_chat_lasts_until_the_word_to_stop() {
    let Running { address, stop, served } = Running::start().await;
    let mut socket = TcpStream::connect(address).await.unwrap();
    // The first message comes with the handshake, "Hello" under the key 0.
    let handshake = b"GET /demo/shop/chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x85\0\0\0\0Hello";
    socket.write_all(handshake).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("You wrote: “Hello”") {
        assert_ne!(socket.read_buf(&mut heard).await.unwrap(), 0, "it ended too early");
    }
    let said = String::from_utf8_lossy(&heard);
    assert!(said.starts_with("HTTP/1.1 101 "), "{said}");
    assert!(said.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), "{said}");
    assert!(said.contains(r#"{"type":"welcome","property":"shop","#), "{said}");

    drop(stop);
    let mut farewell = vec![0; 2 + 2 + "the demo ends".len()];
    socket.read_exact(&mut farewell).await.unwrap();
    assert_eq!(farewell, b"\x88\x0f\x03\xe9the demo ends");
    socket.write_all(b"\x88\x80\0\0\0\0").await.unwrap();
    assert_eq!(socket.read(&mut farewell).await.unwrap(), 0);
    served.await.unwrap();
}

#[tokio::test]
async fn who_does_not_mean_websocket_is_no_guest_of_the_chat() {
    let backend = Running::start().await;
    let (head, body) = backend.ask("GET /demo/shop/chat HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200") && body.starts_with("GET /demo/shop/chat"), "{head}");
    let wrong = "GET /demo/shop/chat HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\
                 Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n";
    let (head, _) = backend.ask(wrong).await;
    assert!(head.starts_with("HTTP/1.1 426"), "{head}");
    assert!(head.contains("sec-websocket-version: 13\r\n"), "{head}");
}

/// A backend that serves until it is dropped.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start() -> Self {
        let backend = Backend::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = backend.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(backend.serve(async {
            stopped.await.ok();
        }));
        Self { address, stop, served }
    }

    /// Sends raw bytes on a connection of their own and reads until it closes: the head,
    /// and the body with its framing taken off.
    async fn ask(&self, request: impl AsRef<[u8]>) -> (String, String) {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        let (mut reader, mut writer) = socket.split();
        let sending = async {
            // A refusal may come, and the connection close, before all is written.
            writer.write_all(request.as_ref()).await.ok();
            writer.shutdown().await.ok();
        };
        let mut answer = Vec::new();
        let receiving = async {
            reader.read_to_end(&mut answer).await.ok();
        };
        tokio::join!(sending, receiving);
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let head = format!("{head}\r\n");
        let body = if head.contains("transfer-encoding: chunked") {
            unchunk(body)
        } else {
            body.to_owned()
        };
        (head, body)
    }
}

fn unchunk(mut rest: &str) -> String {
    let mut body = String::new();
    loop {
        let (size, tail) = rest.split_once("\r\n").expect("a chunk");
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return body;
        }
        body.push_str(&tail[..size]);
        rest = &tail[size + 2..];
    }
}
