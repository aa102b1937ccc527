//! How many of the bytes that a client sent may a lenient parser see?
//!
//! A head is held until it is whole and found good. A body is counted, not read; of a
//! chunked one only the lines between the data are. What was refused stays refused.

use super::chunk::{Chunks, Progress};
use super::head::{Body, HeadScan};
use super::limits::GateLimits;
use super::refusal::Refusal;

/// Stands before an HTTP/1 server's parser and cuts the stream of one connection into
/// messages, or refuses it.
///
/// It owns no bytes. The caller keeps those that are not released and shows them again with
/// more behind; no byte is examined twice on that account, however small the pieces are. The
/// decision depends on the bytes alone, never on how they were cut.
///
/// ```
/// use cloakroom::framing::{Gate, GateLimits, Phase, Refusal};
///
/// let limits = GateLimits { head_bytes: 4096, head_fields: 8, line_bytes: 512, body_bytes: 64 };
/// let mut gate = Gate::new(limits);
/// let good = b"POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc";
/// assert_eq!(gate.scan(&good[..20]).release, 0); // half a head: keep it
/// assert_eq!(gate.scan(good).release, good.len());
/// assert_eq!((gate.phase(), gate.messages()), (Phase::Idle, 1));
///
/// let step = gate.scan(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
/// assert_eq!((step.release, step.refusal), (0, Some(Refusal::HostRepeated)));
/// ```
#[derive(Clone, Debug)]
pub struct Gate {
    limits: GateLimits,
    at: At,
    after: After,
    messages: u64,
}

/// What may be done with the bytes that were shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// So many from the front may be passed on, also if a refusal follows them.
    pub release: usize,
    /// Nothing behind them ever will be.
    pub refusal: Option<Refusal>,
}

/// Where in the stream the first byte stands that was not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Between two messages: no byte of a head was seen.
    Idle,
    /// In a head, which is held.
    Head,
    /// In a body, with its chunk framing.
    Body,
    /// Behind a request that asks for another protocol. Everything is held until
    /// [`Gate::resume`] says what was answered.
    Upgrade,
    /// In another protocol: everything passes.
    Tunnel,
    /// Refused: nothing passes.
    Refused,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Head(HeadScan),
    /// So many bytes are missing.
    Sized(u64),
    Chunked(Chunks),
    Upgrade,
    Tunnel,
    Refused(Refusal),
}

/// What follows the message that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Message,
    Upgrade,
    Tunnel,
}

impl Gate {
    /// For a connection of which no byte was read.
    pub fn new(limits: GateLimits) -> Self {
        let at = At::Head(HeadScan::default());
        Self { limits, at, after: After::Message, messages: 0 }
    }

    /// Looks at `unreleased`: all bytes that were read and not released, oldest first. What
    /// is not released now must come first in the next call.
    pub fn scan(&mut self, unreleased: &[u8]) -> Step {
        let mut release = 0;
        loop {
            let rest = unreleased.get(release..).unwrap_or_default();
            match self.advance(rest) {
                Ok(Progress::Wait) => return Step { release, refusal: None },
                Ok(Progress::Past(more)) => release += more,
                Ok(Progress::End(more)) => {
                    release += more;
                    self.at = match self.after {
                        After::Message => At::Head(HeadScan::default()),
                        After::Upgrade => At::Upgrade,
                        After::Tunnel => At::Tunnel,
                    };
                }
                Err(refusal) => {
                    self.at = At::Refused(refusal);
                    return Step { release, refusal: Some(refusal) };
                }
            }
        }
    }

    /// Where the stream stands.
    pub fn phase(&self) -> Phase {
        match &self.at {
            At::Head(scan) if scan.begun() => Phase::Head,
            At::Head(_) => Phase::Idle,
            At::Sized(_) | At::Chunked(_) => Phase::Body,
            At::Upgrade => Phase::Upgrade,
            At::Tunnel => Phase::Tunnel,
            At::Refused(_) => Phase::Refused,
        }
    }

    /// How many heads were released. The last one's answer is the one that may turn the
    /// connection into a tunnel: behind a request that asks for it nothing is released.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Whether the last head that was released asks for another protocol, and was not
    /// answered by [`Gate::resume`]. Without this the connection must not become a tunnel,
    /// since bytes behind the head may have been released as messages.
    pub fn asks_upgrade(&self) -> bool {
        self.after == After::Upgrade
    }

    /// Says how the request that [asked for another protocol](Gate::asks_upgrade) was
    /// answered: `true` for a tunnel, `false` for any other answer. It may come while the
    /// request's own body is still being read. Has no effect where nothing was asked.
    pub fn resume(&mut self, tunnel: bool) {
        if self.after != After::Upgrade {
            return;
        }
        self.after = if tunnel { After::Tunnel } else { After::Message };
        if matches!(self.at, At::Upgrade) {
            self.at = if tunnel { At::Tunnel } else { At::Head(HeadScan::default()) };
        }
    }

    /// What the end of the stream means here: nothing between messages and in a tunnel. An
    /// empty line that is held for a head that never came is no loss.
    pub fn end(&self) -> Result<(), Refusal> {
        match self.phase() {
            Phase::Idle | Phase::Upgrade | Phase::Tunnel => Ok(()),
            Phase::Head => Err(Refusal::Unfinished),
            Phase::Body => Err(Refusal::UnfinishedBody),
            Phase::Refused => match self.at {
                At::Refused(refusal) => Err(refusal),
                _ => Ok(()),
            },
        }
    }

    fn advance(&mut self, bytes: &[u8]) -> Result<Progress, Refusal> {
        match &mut self.at {
            At::Head(scan) => {
                let Some((length, message)) = scan.scan(bytes, &self.limits, &mut |_| ())? else {
                    return Ok(Progress::Wait);
                };
                self.messages += 1;
                self.after = if message.upgrade { After::Upgrade } else { After::Message };
                self.at = match message.body {
                    Body::Length(0) => return Ok(Progress::End(length)),
                    Body::Length(bytes) => At::Sized(bytes),
                    Body::Chunked => At::Chunked(Chunks::new()),
                };
                Ok(Progress::Past(length))
            }
            At::Sized(left) => {
                let here = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= here as u64;
                Ok(match (here, *left) {
                    (_, 0) => Progress::End(here),
                    (0, _) => Progress::Wait,
                    _ => Progress::Past(here),
                })
            }
            At::Chunked(chunks) => chunks.scan(bytes, &self.limits),
            At::Tunnel if !bytes.is_empty() => Ok(Progress::Past(bytes.len())),
            At::Upgrade | At::Tunnel => Ok(Progress::Wait),
            At::Refused(refusal) => Err(*refusal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phases_of_a_connection() {
        check(&[
            ("", 0, Phase::Idle),
            ("\r", 0, Phase::Idle),
            ("\n", 0, Phase::Idle),
            ("GET", 0, Phase::Head),
            (" / HTTP/1.1\r\nHost: a\r\n\r", 0, Phase::Head),
            ("\n", 29, Phase::Idle),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na", 48, Phase::Body),
            ("bcGET", 2, Phase::Head),
        ]);
        check(&[
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 56, Phase::Body),
            ("5;a", 0, Phase::Body),
            ("=b\r\nhel", 10, Phase::Body),
            ("lo\r", 2, Phase::Body),
            ("\n0\r", 2, Phase::Body),
            ("\nX: y\r\n\r\n", 11, Phase::Idle),
        ]);
    }

    #[test]
    fn messages_in_one_piece_are_released_together() {
        check(&[("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.0\r\n\r\nGE", 47, Phase::Head)]);
    }

    #[test]
    fn behind_an_upgrade_everything_waits_for_the_answer() {
        for (tunnel, phase, released) in [(true, Phase::Tunnel, 2), (false, Phase::Head, 0)] {
            let mut gate = Gate::new(LIMITS);
            let bytes = format!("{UPGRADE}\r\nGE");
            let step = gate.scan(bytes.as_bytes());
            assert_eq!(step, Step { release: bytes.len() - 2, refusal: None });
            assert_eq!((gate.phase(), gate.asks_upgrade()), (Phase::Upgrade, true));
            assert_eq!(gate.scan(b"GE").release, 0);
            gate.resume(tunnel);
            assert_eq!(gate.scan(b"GE"), Step { release: released, refusal: None });
            assert_eq!((gate.phase(), gate.asks_upgrade()), (phase, false));
        }
    }

    #[test]
    fn the_answer_to_an_upgrade_may_come_before_its_body_ends() {
        for (tunnel, phase) in [(true, Phase::Tunnel), (false, Phase::Idle)] {
            let mut gate = Gate::new(LIMITS);
            let head = format!("{UPGRADE}Content-Length: 2\r\n\r\n");
            assert_eq!(gate.scan(head.as_bytes()).release, head.len());
            assert_eq!((gate.phase(), gate.asks_upgrade()), (Phase::Body, true));
            gate.resume(tunnel);
            assert_eq!(gate.scan(b"ab").release, 2);
            assert_eq!(gate.phase(), phase);
        }
    }

    #[test]
    fn nobody_makes_a_tunnel_that_was_not_asked_for() {
        let mut gate = Gate::new(LIMITS);
        gate.scan(b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\n");
        gate.resume(true);
        assert_eq!((gate.phase(), gate.scan(b"x\n").release), (Phase::Idle, 0));
    }

    #[test]
    fn a_refusal_is_final() {
        let mut gate = Gate::new(LIMITS);
        let bytes = b"GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\n";
        let refusal = Some(Refusal::LineEnd);
        assert_eq!(gate.scan(bytes), Step { release: 18, refusal });
        assert_eq!(gate.scan(b"GET / HTTP/1.0\r\n\r\n"), Step { release: 0, refusal });
        gate.resume(true);
        assert_eq!((gate.phase(), gate.messages()), (Phase::Refused, 1));
        assert_eq!(gate.end(), Err(Refusal::LineEnd));
    }

    #[test]
    fn an_end_is_clean_between_messages_only() {
        for (bytes, end) in [
            ("", Ok(())),
            ("\r\n", Ok(())),
            ("G", Err(Refusal::Unfinished)),
            ("GET / HTTP/1.0\r\n\r\n", Ok(())),
            ("GET / HTTP/1.0\r\nContent-Length: 1\r\n\r\n", Err(Refusal::UnfinishedBody)),
        ] {
            let mut gate = Gate::new(LIMITS);
            gate.scan(bytes.as_bytes());
            assert_eq!(gate.end(), end, "{bytes:?}");
        }
    }

    /// Feeds pieces; each is followed by the bytes it releases and the phase it leads to.
    #[track_caller]
    fn check(pieces: &[(&str, usize, Phase)]) {
        let mut gate = Gate::new(LIMITS);
        let mut held = Vec::new();
        for (piece, release, phase) in pieces {
            held.extend(piece.bytes());
            let step = gate.scan(&held);
            assert_eq!(
                (step.release, step.refusal, gate.phase()),
                (*release, None, *phase),
                "{piece:?}"
            );
            held.drain(..step.release);
        }
    }

    const UPGRADE: &str =
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
    const LIMITS: GateLimits =
        GateLimits { head_bytes: 1024, head_fields: 9, line_bytes: 128, body_bytes: 1000 };
}
