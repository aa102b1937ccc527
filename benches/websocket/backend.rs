//! A chat backend that counts what it is told, and says so: one word for each turn of a visitor.

use cloakroom::websocket::handshake;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What it says when a turn is over: a text message of two bytes.
pub(crate) const WORD: &[u8] = b"\x81\x02ok";

/// Where it listens.
pub(crate) async fn counting() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("TCP");
            tokio::spawn(count(stream));
        }
    });
    at
}

async fn count(mut stream: TcpStream) {
    let mut read = Vec::with_capacity(64 << 10);
    let Some((head, key, turn)) = handshake_of(&mut stream, &mut read).await else { return };
    read.drain(..head);
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        handshake::accept(key.as_bytes())
    );
    if stream.write_all(answer.as_bytes()).await.is_err() {
        return;
    }
    let mut counted = 0;
    loop {
        let mut at = 0;
        while let Some((length, is_text)) = frame(&read[at..]) {
            at += length;
            counted += usize::from(is_text);
            if is_text && counted % turn == 0 && stream.write_all(WORD).await.is_err() {
                return;
            }
        }
        read.drain(..at);
        if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

/// Length of the request's head, its key, and how many messages a turn has, as its path says.
async fn handshake_of(
    stream: &mut TcpStream,
    read: &mut Vec<u8>,
) -> Option<(usize, String, usize)> {
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            let field = |line: &str| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.to_owned())
            };
            let key = head.lines().find_map(field)?;
            let turn = head.split("/turns/").nth(1)?.split(' ').next()?.parse().ok()?;
            return Some((end + 4, key, turn));
        }
        if stream.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}

/// Length of the masked frame at the front, once all of it is there, and whether it is text.
/// (RFC 6455 §5.2; none here is as long as 64 KiB.)
fn frame(bytes: &[u8]) -> Option<(usize, bool)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    assert!(second & 0x80 != 0, "frames to a server are masked");
    let (head, payload) = match second & 0x7f {
        126 => (8, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        127 => unreachable!("no message is that long"),
        short => (6, usize::from(short)),
    };
    (bytes.len() >= head + payload).then_some((head + payload, first & 0x0f == 1))
}
