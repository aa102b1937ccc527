//! A WebSocket as a browser opens it, with one message in it.

use super::dial::{Dial, Stream};
use super::multiplexed::Multiplexed;
use super::plain::{Answer, head};
use crate::command::audit::probe::Ask;
use crate::command::audit::target::Target;
use crate::websocket::{Code, Event, Kind, Limits, Reader, Writer, handshake};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The key of a client's frames (RFC 6455 §5.3). It keeps caches in between from being fooled,
/// of which there is none that this audit could harm.
const MASK: Option<[u8; 4]> = Some([0x37, 0xfa, 0x21, 0x3d]);

/// No answer of the recorder is longer.
const LIMITS: Limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 1000 };

/// Opens a WebSocket over HTTP/1.1, says what is to be said, and waits until it was heard.
/// Returns the status of the handshake's answer, or the code with which the proxy closed.
pub(super) async fn send(dial: &Dial, target: &Target, ask: &Ask) -> io::Result<u16> {
    let mut io = dial.connect(false, &ask.preface).await?;
    let key = handshake::key(*b"the sample nonce");
    let mut text = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n",
        target.line(ask.path.as_deref(), ask.query.as_deref()),
        target.authority,
    );
    for (name, value) in target.with(&ask.fields) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    io.write_all(text.as_bytes()).await?;
    let Answer { status, rest, .. } = head(&mut io).await?;
    if status != 101 {
        return Ok(status);
    }
    let closed = converse(&mut io, message(ask), rest).await?;
    Ok(closed.map_or(status, Code::value))
}

/// The same over HTTP/2, as one stream of the visitor's connection.
pub(super) async fn send_within(
    visitor: &mut Multiplexed,
    target: &Target,
    ask: &Ask,
) -> io::Result<u16> {
    let (status, io) = visitor.connect_websocket(target, ask).await?;
    let Some(mut io) = io else { return Ok(status) };
    let closed = converse(&mut io, message(ask), Vec::new()).await?;
    Ok(closed.map_or(status, Code::value))
}

/// There always is one: properties may be named in it, and then nothing happens before it.
fn message(ask: &Ask) -> &[u8] {
    ask.message.as_deref().unwrap_or(b"{}")
}

/// Says it and closes; returns the code with which the other side was faster.
async fn converse(
    io: &mut Box<dyn Stream>,
    message: &[u8],
    mut came: Vec<u8>,
) -> io::Result<Option<Code>> {
    let (mut reader, mut writer) = (Reader::new(false, None, LIMITS), Writer::new(None));
    let mut out = Vec::new();
    writer.begin(Kind::Text);
    writer.frame(message, true, MASK, &mut out);
    let mut is_heard = false;
    loop {
        io.write_all(&out).await?;
        out.clear();
        let mut bytes = came.as_mut_slice();
        loop {
            let event = reader.next(&mut bytes).map_err(|wrong| io::Error::other(wrong.what))?;
            match event {
                None => break,
                Some(Event::End) if !is_heard => {
                    is_heard = true;
                    writer.close(Some((Code::NORMAL, "")), MASK, &mut out);
                }
                Some(Event::Ping(payload)) => writer.pong(payload, MASK, &mut out),
                Some(Event::Close(why)) => {
                    let code = why.map(|(code, _)| code);
                    return Ok(if is_heard { None } else { code });
                }
                Some(_) => {}
            }
        }
        io.write_all(&out).await?;
        out.clear();
        came.resize(4096, 0);
        match io.read(&mut came).await {
            Ok(length @ 1..) => came.truncate(length),
            _ if is_heard => return Ok(None),
            Ok(_) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) => return Err(error),
        }
    }
}
