//! One end of a conversation: a socket, what waits for it, and how far its own end has come.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// One end of a conversation.
#[derive(Debug)]
pub(super) struct Leg<I> {
    io: I,
    /// What it is sent next; the first `written` bytes it has.
    pub(super) out: Vec<u8>,
    written: usize,
    pub(super) sent: u64,
    unflushed: bool,
    /// It said close, or broke the rules: what it says from here on is not heard.
    pub(super) is_done: bool,
    /// It was sent a close frame.
    pub(super) is_told: bool,
    /// Nothing more comes from it.
    pub(super) is_gone: bool,
    /// It is sent nothing more.
    pub(super) is_shut: bool,
    pub(super) heard: Instant,
    /// It was asked at this time whether it is there.
    pub(super) asked: Option<Instant>,
    /// Since when it takes nothing.
    pub(super) stuck: Option<Instant>,
}

impl<I> Leg<I> {
    /// One that said nothing yet.
    pub(super) fn new(io: I) -> Self {
        Self {
            io,
            out: Vec::new(),
            written: 0,
            sent: 0,
            unflushed: false,
            is_done: false,
            is_told: false,
            is_gone: false,
            is_shut: false,
            heard: Instant::now(),
            asked: None,
            stuck: None,
        }
    }

    /// Bytes that wait for it.
    pub(super) fn waiting(&self) -> usize {
        self.out.len() - self.written
    }

    /// When it last said anything, or was asked to.
    pub(super) fn quiet_since(&self) -> Instant {
        self.asked.map_or(self.heard, |asked| asked.max(self.heard))
    }

    /// Whether no message of it goes on any more.
    pub(super) fn is_over(&self) -> bool {
        self.is_done || self.is_gone
    }
}

impl<I: AsyncWrite + Unpin> Leg<I> {
    /// Writes what waits. To one that takes nothing more, nothing is.
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) {
        if self.is_shut || self.poll_written(cx).is_err() {
            self.is_shut = true;
            self.stuck = None;
            self.unflushed = false;
            self.empty();
        }
    }

    fn poll_written(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        while self.written < self.out.len() {
            let rest = self.out.get(self.written..).unwrap_or_default();
            match Pin::new(&mut self.io).poll_write(cx, rest) {
                Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(count)) => {
                    self.written += count;
                    self.sent += count as u64;
                    self.unflushed = true;
                    self.stuck = None;
                }
                Poll::Ready(Err(error)) => return Err(error),
                Poll::Pending => {
                    self.stuck.get_or_insert_with(Instant::now);
                    return Ok(());
                }
            }
        }
        self.empty();
        if self.unflushed && Pin::new(&mut self.io).poll_flush(cx)?.is_ready() {
            self.unflushed = false;
        }
        Ok(())
    }

    fn empty(&mut self) {
        self.written = 0;
        self.out.clear();
        if self.out.capacity() > KEPT {
            self.out = Vec::new();
        }
    }

    /// Ends what it is sent, once all of it was written.
    pub(super) fn poll_shut(&mut self, cx: &mut Context<'_>) {
        if !self.is_shut && self.out.is_empty() && !self.unflushed {
            // An end that cannot be said is one all the same.
            self.is_shut = Pin::new(&mut self.io).poll_shutdown(cx).is_ready();
        }
    }
}

impl<I: AsyncRead + Unpin> Leg<I> {
    /// Reads what came; whether anything did. Its end is noted.
    pub(super) fn poll_read(&mut self, cx: &mut Context<'_>, sip: &mut ReadBuf<'_>) -> bool {
        if self.is_gone {
            return false;
        }
        match Pin::new(&mut self.io).poll_read(cx, sip) {
            Poll::Pending => return false,
            Poll::Ready(read) => self.is_gone = read.is_err() || sip.filled().is_empty(),
        }
        if !self.is_gone {
            self.heard = Instant::now();
        }
        !self.is_gone
    }
}

/// A buffer that is longer is given back when it is empty.
const KEPT: usize = 1 << 10;
