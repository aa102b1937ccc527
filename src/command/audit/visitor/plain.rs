//! HTTP/1.1 down to the bytes: a library would mend the names, the lines and the order that a
//! probe is about.

use super::dial::{Dial, Stream};
use crate::command::audit::probe::Ask;
use crate::command::audit::target::Target;
use std::fmt::Write;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A visitor over HTTP/1.1, with a connection that is kept while the proxy keeps it.
pub(super) struct Plain {
    dial: Dial,
    kept: Option<Box<dyn Stream>>,
}

/// Longest head of an answer.
const LONGEST_HEAD: usize = 64 << 10;

impl Plain {
    /// Before the first request.
    pub(super) fn new(dial: Dial) -> Self {
        Self { dial, kept: None }
    }

    /// Sends a request; returns the status of the answer.
    pub(super) async fn send(&mut self, target: &Target, ask: &Ask) -> io::Result<u16> {
        let request = written(target, ask);
        if ask.preface.is_empty()
            && let Some(kept) = self.kept.take()
            // A kept connection may have been closed in between; a new one tells.
            && let Ok(status) = self.exchange(kept, &request).await
        {
            return Ok(status);
        }
        let fresh = self.dial.connect(false, &ask.preface).await?;
        let status = self.exchange(fresh, &request).await;
        if !ask.preface.is_empty() {
            self.kept = None;
        }
        status
    }

    async fn exchange(&mut self, mut io: Box<dyn Stream>, request: &[u8]) -> io::Result<u16> {
        // A proxy that has read enough to refuse answers before it has read all.
        let written = io.write_all(request).await;
        let answer = match head(&mut io).await {
            Ok(answer) => answer,
            Err(error) => return Err(written.err().unwrap_or(error)),
        };
        // The recorder's own answer: it has no body, so that the next one begins behind it.
        if answer.status == 204 && answer.is_all && !answer.closes && written.is_ok() {
            self.kept = Some(io);
        }
        Ok(answer.status)
    }
}

/// What is to be known of the head of an answer.
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// Whether the connection ends behind it.
    closes: bool,
    /// Whether nothing came behind the head.
    is_all: bool,
    /// What came behind it.
    pub(super) rest: Vec<u8>,
}

/// Reads the head of an answer; those that only announce another one are passed over.
pub(super) async fn head(io: &mut Box<dyn Stream>) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    loop {
        while let Some(end) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            let rest = bytes.split_off(end + 4);
            let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
            let status = text.split(' ').nth(1).and_then(|word| word.get(..3)?.parse().ok());
            let status = status.ok_or_else(|| io::Error::other("the answer is no HTTP/1.1"))?;
            if status == 101 || status >= 200 {
                let closes = text.contains("\r\nconnection: close");
                return Ok(Answer { status, closes, is_all: rest.is_empty(), rest });
            }
            bytes = rest;
        }
        if bytes.len() > LONGEST_HEAD {
            return Err(io::Error::other("the answer's head is too long"));
        }
        let mut sip = [0; 4096];
        match io.read(&mut sip).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(sip.get(..length).unwrap_or_default()),
        }
    }
}

/// The bytes of a request.
fn written(target: &Target, ask: &Ask) -> Vec<u8> {
    let mut text = String::new();
    let method = if ask.body.is_some() { "POST" } else { "GET" };
    line(
        &mut text,
        format_args!(
            "{method} {} HTTP/1.1",
            target.line(ask.path.as_deref(), ask.query.as_deref())
        ),
    );
    line(&mut text, format_args!("Host: {}", target.authority));
    for (name, value) in target.with(&ask.fields) {
        line(&mut text, format_args!("{name}: {value}"));
    }
    let body = ask.body.as_deref().unwrap_or_default();
    if ask.trailers.is_empty() {
        if ask.body.is_some() {
            line(&mut text, format_args!("Content-Length: {}", body.len()));
        }
        line(&mut text, format_args!(""));
        return [text.as_bytes(), body].concat();
    }
    line(&mut text, format_args!("TE: trailers"));
    line(&mut text, format_args!("Connection: TE"));
    line(&mut text, format_args!("Trailer: {}", names(&ask.trailers)));
    line(&mut text, format_args!("Transfer-Encoding: chunked"));
    line(&mut text, format_args!("\r\n{:x}", body.len()));
    let mut bytes = [text.as_bytes(), body, b"\r\n0\r\n"].concat();
    for (name, value) in &ask.trailers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// The value of `Trailer`.
pub(super) fn names(fields: &[(String, String)]) -> String {
    fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    write!(text, "{content}\r\n").expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_it_is_meant() {
        let mut target = Target::read("http://localhost:80/chat").unwrap();
        target.fields.push(("X-Property".into(), "shop".into()));
        let common = "Host: localhost:80\r\nX-Property: shop\r\n";
        check(
            &target,
            &Ask::field("X_Real_IP", "203.0.113.7"),
            &format!("GET /chat HTTP/1.1\r\n{common}X_Real_IP: 203.0.113.7\r\n\r\n"),
        );
        check(
            &target,
            &Ask::body("text/plain", "hello"),
            &format!(
                "POST /chat HTTP/1.1\r\n{common}Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
            ),
        );
        check(
            &target,
            &Ask::trailers(vec![("X-Ip".into(), "203.0.113.7".into())]),
            &format!(
                "POST /chat HTTP/1.1\r\n{common}Content-Type: text/plain\r\nTE: trailers\r\n\
                 Connection: TE\r\nTrailer: X-Ip\r\nTransfer-Encoding: chunked\r\n\r\n\
                 5\r\nhello\r\n0\r\nX-Ip: 203.0.113.7\r\n\r\n"
            ),
        );
    }

    #[test]
    fn a_hop_reports_behind_all_that_came() {
        let mut target = Target::read("http://localhost/").unwrap();
        target.reported = "203.0.113.253".parse().ok();
        check(
            &target,
            &Ask::field("X-Forwarded-For", "198.51.100.7"),
            "GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 198.51.100.7\r\n\
             X-Forwarded-For: 203.0.113.253\r\n\r\n",
        );
    }

    #[track_caller]
    fn check(target: &Target, ask: &Ask, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&written(target, ask)), expected);
    }
}
