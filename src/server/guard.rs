//! An HTTP/1 stream that hands on only what [`Gate`] has released, in time.
//!
//! ```text
//! socket -> poll_read -> Gate::scan ─┬─ released bytes  -> hyper's parser -> proxy::answer
//!                                    └─ a refusal       -> REFUSED, whose answer is the refusal
//! ```
//!
//! The HTTP library must never see a message that another reader might cut differently. So
//! a head is kept here until it was read whole; one that is refused is replaced by a request
//! of our own that ends the connection, and the service answers it with the reason.

use crate::framing::{Gate, GateLimits, Phase};
use crate::policy::{Limits, Timeouts};
use crate::proxy::refusal::Refusal;
use crate::proxy::visit::State;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// What the HTTP library reads in place of a message that is refused.
const REFUSED: &[u8] = b"GET / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// Bytes that are read at a time while a head is unfinished.
const SIP: usize = 2_048;

/// How long, and how much, we go on reading after our last answer: a socket that is closed
/// with unread bytes resets the connection, and the client may lose the answer.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 1 << 20;

/// The stream.
#[derive(Debug)]
pub(super) struct Guarded<I> {
    io: I,
    gate: Gate,
    state: Arc<State>,
    times: Times,
    /// Read, and not yet handed on; the first `released` bytes may be.
    held: Vec<u8>,
    released: usize,
    stage: Stage,
    head_since: Instant,
    timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    lingered: usize,
}

#[derive(Debug)]
struct Times {
    head: Duration,
    keep_alive: Duration,
    send: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Messages, or a tunnel.
    Open,
    /// This much of [`REFUSED`] was handed on.
    Refused(usize),
    /// The stream broke inside a body.
    Cut,
}

impl<I> Guarded<I> {
    pub(super) fn new(io: I, limits: &Limits, timeouts: &Timeouts, state: Arc<State>) -> Self {
        let limits = GateLimits {
            head_bytes: limits.head_bytes,
            head_fields: limits.head_fields,
            line_bytes: limits.line_bytes,
            body_bytes: limits.body_bytes,
        };
        Self {
            io,
            gate: Gate::new(limits),
            state,
            times: Times {
                head: timeouts.head,
                keep_alive: timeouts.keep_alive,
                send: timeouts.send,
            },
            held: Vec::new(),
            released: 0,
            stage: Stage::Open,
            head_since: Instant::now(),
            timer: None,
            write_timer: None,
            lingered: 0,
        }
    }

    /// Lets the gate look at what is held.
    fn scan_held(&mut self) {
        let before = self.gate.phase();
        let step = self.gate.scan(&self.held);
        self.released = step.release;
        self.note(before, step.refusal.map(Refusal::Framing));
    }

    /// Keeps what the gate said about the last bytes.
    fn note(&mut self, before: Phase, refusal: Option<Refusal>) {
        if let Some(refusal) = refusal {
            self.refuse(refusal);
        } else if self.gate.phase() == Phase::Head && before != Phase::Head {
            self.head_since = Instant::now();
        }
        if self.gate.asks_upgrade() {
            self.state.ask_upgrade(self.gate.messages());
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        // Inside a body the head is out, and its exchange under way; else the stand-in is next.
        let under_way = self.gate.messages();
        let exchange = match refusal {
            Refusal::Framing(refusal) if refusal.in_body() => {
                self.stage = Stage::Cut;
                under_way
            }
            _ => {
                self.stage = Stage::Refused(0);
                under_way + 1
            }
        };
        self.state.refuse(exchange, refusal);
        self.held.truncate(self.released);
    }

    /// Hands on what was held and released.
    fn hand_on(&mut self, buf: &mut ReadBuf<'_>) {
        let count = self.released.min(buf.remaining());
        buf.put_slice(self.held.get(..count).unwrap_or_default());
        self.held.drain(..count);
        self.released -= count;
        if self.held.is_empty() && self.held.capacity() > 4 * SIP {
            self.held = Vec::new();
        }
    }

    /// Nothing to read: is it the client's turn, and for how long already?
    fn poll_time(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let (end, expired) = match self.gate.phase() {
                Phase::Head => (self.head_since + self.times.head, Expired::Head),
                Phase::Idle => match self.state.idle_since() {
                    // An exchange is open; it has limits of its own.
                    None => (Instant::now() + self.times.keep_alive, Expired::Busy),
                    Some(since) => {
                        let first = self.state.served() == 0;
                        let limit = if first { self.times.head } else { self.times.keep_alive };
                        (Instant::from_std(since) + limit, Expired::Idle)
                    }
                },
                Phase::Body | Phase::Upgrade | Phase::Tunnel | Phase::Refused => {
                    return Poll::Pending;
                }
            };
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
            // An earlier alarm does no harm: it rings, and is set to the time that is right then.
            if timer.deadline() > end {
                timer.as_mut().reset(end);
            }
            ready!(timer.as_mut().poll(cx));
            if Instant::now() < end || expired == Expired::Busy {
                timer.as_mut().reset(end);
                continue;
            }
            self.timer = None;
            if expired == Expired::Head {
                self.refuse(Refusal::HeadTooSlow);
            }
            return Poll::Ready(());
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expired {
    Head,
    Idle,
    Busy,
}

impl<I: AsyncRead + Unpin> Guarded<I> {
    /// Reads on without looking at it, so that our answer is not lost; `Ready` at the end.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut waste = [0; SIP];
        while self.lingered < LINGER_BYTES {
            let mut buf = ReadBuf::new(&mut waste);
            match ready!(Pin::new(&mut self.io).poll_read(cx, &mut buf)) {
                Ok(()) if !buf.filled().is_empty() => self.lingered += buf.filled().len(),
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }

    /// Reads straight into the library's buffer, and takes back what is not released.
    fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let start = buf.filled().len();
        ready!(Pin::new(&mut self.io).poll_read(cx, buf))?;
        let fresh = buf.filled().get(start..).unwrap_or_default();
        if fresh.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let before = self.gate.phase();
        let step = self.gate.scan(fresh);
        if step.refusal.is_none() {
            self.held.extend_from_slice(fresh.get(step.release..).unwrap_or_default());
        }
        let count = fresh.len();
        buf.set_filled(start + step.release.min(count));
        self.note(before, step.refusal.map(Refusal::Framing));
        Poll::Ready(Ok(count))
    }

    /// Reads more of what the gate wants to see whole.
    fn poll_more(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut sip = [0; SIP];
        let mut buf = ReadBuf::new(&mut sip);
        ready!(Pin::new(&mut self.io).poll_read(cx, &mut buf))?;
        self.held.extend_from_slice(buf.filled());
        let count = buf.filled().len();
        if count > 0 {
            self.scan_held();
        }
        Poll::Ready(Ok(count))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Guarded<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let start = buf.filled().len();
        loop {
            if this.released > 0 {
                this.hand_on(buf);
            }
            if buf.filled().len() > start || buf.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
            match this.stage {
                Stage::Open => {}
                Stage::Cut => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                Stage::Refused(at) if at < REFUSED.len() => {
                    let rest = REFUSED.get(at..).unwrap_or_default();
                    let piece = rest.get(..rest.len().min(buf.remaining())).unwrap_or_default();
                    buf.put_slice(piece);
                    this.stage = Stage::Refused(at + piece.len());
                    return Poll::Ready(Ok(()));
                }
                // An end here would tell the library that nobody waits for the answer.
                Stage::Refused(_) => {
                    ready!(this.poll_discard(cx));
                    return Poll::Pending;
                }
            }
            if this.gate.phase() == Phase::Upgrade {
                let Some(tunnel) = this.state.poll_upgrade(cx.waker()) else {
                    return Poll::Pending;
                };
                this.gate.resume(tunnel);
                if !this.held.is_empty() {
                    this.scan_held();
                    continue;
                }
            }
            let read =
                if this.held.is_empty() { this.poll_into(cx, buf) } else { this.poll_more(cx) };
            match read {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    ready!(this.poll_time(cx));
                    if this.stage == Stage::Open {
                        return Poll::Ready(Ok(()));
                    }
                }
            }
        }
    }
}

impl<I: AsyncWrite + Unpin> Guarded<I> {
    /// A client that takes nothing for too long is not waited for.
    fn in_time<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write_timer = None;
            return written;
        }
        let limit = self.times.send;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.io).poll_write_vectored(cx, slices);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.io).poll_flush(cx);
        self.in_time(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.io).poll_shutdown(cx);
        ready!(self.in_time(cx, closed))?;
        // In a tunnel the other direction goes on, and every byte of it is wanted.
        if self.stage == Stage::Open && matches!(self.gate.phase(), Phase::Idle | Phase::Tunnel) {
            return Poll::Ready(Ok(()));
        }
        let this = &mut *self;
        let timer = this.write_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        if timer.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        this.poll_discard(cx).map(Ok)
    }
}
