//! A conversation as it runs: two sockets, a direction each way, and the times of both.
//!
//! One future polls both sockets by hand. A buffer is only there while something is in it: most
//! conversations are silent most of the time, and there are tens of thousands of them.

use crate::proxy::websocket::flow::{Broken, Flow, Met};
use crate::proxy::websocket::leg::Leg;
use crate::proxy::websocket::messages::Messages;
use crate::websocket::Code;
use std::future::Future;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Bytes that are read at a time.
const SIP: usize = 16 << 10;

/// Bytes that may wait for a peer that does not read before the other one is read no more.
const WAITING: usize = 32 << 10;

/// How long the peers have for the end, once one of them has said it.
const FAREWELL: Duration = Duration::from_secs(5);

/// Times of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Silence of a peer, after which it is asked whether it is there; `None`: never.
    pub ping: Option<Duration>,
    /// Silence of a peer, answers to pings included, after which the conversation is over.
    pub idle: Duration,
    /// How long a peer may take nothing of what waits for it.
    pub send: Duration,
}

impl Times {
    /// When they are looked at for the first time.
    fn first(&self) -> Duration {
        self.idle.min(self.send).min(self.ping.unwrap_or(self.idle))
    }
}

/// How a conversation went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Messages that went to the backend.
    pub messages_in: u64,
    /// Messages that went to the visitor.
    pub messages_out: u64,
    /// Bytes that went to the visitor.
    pub bytes_out: u64,
    /// Why we ended it, if we did.
    pub ended: Option<&'static str>,
}

/// How long the backend may take for its own end before the visitor is told what it did wrong.
const LAST_WORD: Duration = Duration::from_secs(1);

/// A conversation between a visitor and a backend.
#[derive(Debug)]
pub struct Relay<A, B> {
    visitor: Leg<A>,
    upstream: Leg<B>,
    inward: Flow,
    outward: Flow,
    times: Times,
    alarm: Pin<Box<Sleep>>,
    /// When one of them has said the end, until when the other may answer.
    farewell: Option<Instant>,
    ended: Option<&'static str>,
    /// What the visitor is told when the backend has said its last: it may have answered what
    /// came before the visitor broke the rules.
    verdict: Option<(Code, &'static str)>,
    pings: u32,
}

/// Asked whenever a message begins: other rules for those of this direction, if they changed.
///
/// # Errors
/// The conversation may not go on.
pub trait Turns {
    /// A message of the visitor begins.
    fn inward(&mut self) -> Result<Option<Messages>, Broken>;
    /// A message of the backend begins.
    fn outward(&mut self) -> Result<Option<Messages>, Broken>;
}

impl<A, B> Relay<A, B>
where
    A: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    /// A conversation over these two sockets.
    pub fn new(visitor: A, upstream: B, inward: Flow, outward: Flow, times: Times) -> Self {
        Self {
            visitor: Leg::new(visitor),
            upstream: Leg::new(upstream),
            inward,
            outward,
            times,
            alarm: Box::pin(tokio::time::sleep(times.first())),
            farewell: None,
            ended: None,
            verdict: None,
            pings: 0,
        }
    }

    /// Bytes of the visitor that were read before.
    pub fn heard_already(&mut self, mut bytes: Vec<u8>, turns: &mut impl Turns) {
        let taken = self.inward.take(&mut bytes, &mut self.upstream.out, || turns.inward());
        self.took_from_visitor(taken);
    }

    /// Both are told that it is over, in good order.
    pub fn end(&mut self, code: Code, why: &'static str) {
        self.ended.get_or_insert(why);
        self.tell_visitor(code, "");
        self.tell_upstream(code, "");
        self.visitor.is_done = true;
        self.upstream.is_done = true;
    }

    /// Nothing more of the visitor goes on, as if it had broken the rules.
    pub fn turn_away(&mut self, why: Broken) {
        if !self.visitor.is_done {
            self.took_from_visitor(Err(why));
        }
    }

    /// Runs until it is over.
    pub fn poll(&mut self, cx: &mut Context<'_>, turns: &mut impl Turns) -> Poll<Outcome> {
        loop {
            self.visitor.poll_write(cx);
            self.upstream.poll_write(cx);
            self.note_deaf();
            // Both, not only the first that has something.
            let heard_visitor = self.poll_visitor(cx, turns);
            let heard_upstream = self.poll_upstream(cx, turns);
            self.settle(cx);
            if self.is_over() {
                return Poll::Ready(self.outcome());
            }
            let waits = self.visitor.waiting() > 0 && self.visitor.stuck.is_none()
                || self.upstream.waiting() > 0 && self.upstream.stuck.is_none();
            if heard_visitor || heard_upstream || waits || self.poll_times(cx) {
                continue;
            }
            return Poll::Pending;
        }
    }

    /// Of who takes nothing more the other hears nothing more: a visitor is gone then; a backend
    /// may still have said something before it closed, which is for the visitor to hear.
    fn note_deaf(&mut self) {
        if self.visitor.is_shut && !self.visitor.is_over() {
            self.visitor.is_gone = true;
        }
        if self.upstream.is_shut && !self.upstream.is_over() {
            self.visitor.is_done = true;
        }
    }

    /// Reads from the visitor, where the backend takes what it said; whether anything came.
    fn poll_visitor(&mut self, cx: &mut Context<'_>, turns: &mut impl Turns) -> bool {
        let mut sip = [MaybeUninit::uninit(); SIP];
        let mut sip = ReadBuf::uninit(&mut sip);
        let full = self.upstream.waiting() >= WAITING;
        if full || !self.visitor.poll_read(cx, &mut sip) {
            return false;
        }
        if !self.visitor.is_done {
            let out = &mut self.upstream.out;
            let taken = self.inward.take(sip.filled_mut(), out, || turns.inward());
            self.took_from_visitor(taken);
        }
        true
    }

    /// The same the other way.
    fn poll_upstream(&mut self, cx: &mut Context<'_>, turns: &mut impl Turns) -> bool {
        let mut sip = [MaybeUninit::uninit(); SIP];
        let mut sip = ReadBuf::uninit(&mut sip);
        let full = self.visitor.waiting() >= WAITING;
        if full || !self.upstream.poll_read(cx, &mut sip) {
            return false;
        }
        if self.upstream.is_done {
            return true;
        }
        let out = &mut self.visitor.out;
        match self.outward.take(sip.filled_mut(), out, || turns.outward()) {
            Ok(Met::Frames) => {}
            Ok(Met::Close) => {
                self.upstream.is_done = true;
                // Or it was the verdict that waited for this.
                self.visitor.is_told = true;
                self.verdict = None;
            }
            Err(broken) => {
                self.ended.get_or_insert(broken.name());
                let (code, reason) = broken.code();
                self.tell_upstream(code, reason);
                // What the backend did wrong is none of the visitor's business.
                self.tell_visitor(Code::INTERNAL, "");
                self.upstream.is_done = true;
            }
        }
        true
    }

    fn took_from_visitor(&mut self, taken: Result<Met, Broken>) {
        match taken {
            Ok(Met::Frames) => {}
            Ok(Met::Close) => {
                self.visitor.is_done = true;
                self.upstream.is_told = true;
            }
            Err(broken) => {
                self.ended.get_or_insert(broken.name());
                let verdict = broken.code();
                self.verdict = Some(verdict);
                self.outward.will_end_with(verdict);
                self.alarm.as_mut().reset(Instant::now() + LAST_WORD);
                self.tell_upstream(Code::GOING_AWAY, "");
                self.visitor.is_done = true;
            }
        }
    }

    fn tell_visitor(&mut self, code: Code, reason: &str) {
        if !self.visitor.is_told && !self.visitor.is_shut {
            self.visitor.is_told = true;
            self.outward.close(code, reason, &mut self.visitor.out);
        }
    }

    fn tell_upstream(&mut self, code: Code, reason: &str) {
        if !self.upstream.is_told && !self.upstream.is_shut {
            self.upstream.is_told = true;
            self.inward.close(code, reason, &mut self.upstream.out);
        }
    }

    /// Ends what may end: a side is sent nothing more when the other is gone, or when both have
    /// said their last word.
    fn settle(&mut self, cx: &mut Context<'_>) {
        if !self.visitor.is_over() && !self.upstream.is_over() {
            return;
        }
        if self.upstream.is_over() {
            self.pronounce();
        }
        if self.verdict.is_some() {
            return;
        }
        self.farewell.get_or_insert_with(|| {
            let end = Instant::now() + FAREWELL;
            self.alarm.as_mut().reset(end);
            end
        });
        let both = self.visitor.is_over() && self.upstream.is_over();
        // Who broke the rules hears nothing that comes after.
        let failed = self.ended.is_some();
        if self.upstream.is_gone || both || failed && self.visitor.is_done {
            self.visitor.poll_shut(cx);
        }
        if self.visitor.is_gone || both || failed && self.upstream.is_done {
            self.upstream.poll_shut(cx);
        }
    }

    /// Tells the visitor what it did wrong.
    fn pronounce(&mut self) {
        if let Some((code, reason)) = self.verdict.take() {
            self.tell_visitor(code, reason);
        }
    }

    /// A socket that is closed with unread bytes in it resets the connection, and the visitor
    /// may lose our last words: its end is waited for.
    fn is_over(&self) -> bool {
        let past = self.farewell.is_some_and(|end| end <= Instant::now());
        past || self.visitor.is_shut && self.upstream.is_shut && self.visitor.is_gone
    }

    /// Whether something is to be done because it is time.
    fn poll_times(&mut self, cx: &mut Context<'_>) -> bool {
        if self.alarm.as_mut().poll(cx).is_pending() {
            return false;
        }
        let now = Instant::now();
        if self.verdict.is_some() {
            self.pronounce();
            self.alarm.as_mut().reset(now + FAREWELL);
            return true;
        }
        if let Some(end) = self.farewell {
            self.alarm.as_mut().reset(end);
            return true;
        }
        let Times { idle, send, .. } = self.times;
        let heard = self.visitor.heard.min(self.upstream.heard);
        let stuck = [self.visitor.stuck, self.upstream.stuck].into_iter().flatten().min();
        if heard + idle <= now {
            self.end(Code::GOING_AWAY, "idle");
        } else if stuck.is_some_and(|since| since + send <= now) {
            // It takes nothing: there is no use in telling it.
            self.ended.get_or_insert("slow reader");
            self.farewell = Some(now);
        }
        self.ask(now);
        let next = [stuck.unwrap_or(now) + send, heard + idle].into_iter().chain(self.next_ping());
        let next = self.farewell.or(next.min()).unwrap_or(now);
        self.alarm.as_mut().reset(next.max(now + TICK));
        true
    }

    /// Asks those who have been silent whether they are there.
    fn ask(&mut self, now: Instant) {
        let Some(ping) = self.times.ping.filter(|_| self.farewell.is_none()) else { return };
        self.pings = self.pings.wrapping_add(1);
        let payload = self.pings.to_be_bytes();
        if self.visitor.quiet_since() + ping <= now {
            self.visitor.asked = Some(now);
            if self.outward.ping(payload, &mut self.visitor.out).is_ok() {
                self.inward.await_pong(payload);
            }
        }
        if self.upstream.quiet_since() + ping <= now {
            self.upstream.asked = Some(now);
            if self.inward.ping(payload, &mut self.upstream.out).is_ok() {
                self.outward.await_pong(payload);
            }
        }
    }

    fn next_ping(&self) -> Option<Instant> {
        let quiet = self.visitor.quiet_since().min(self.upstream.quiet_since());
        self.times.ping.map(|ping| quiet + ping)
    }

    fn outcome(&self) -> Outcome {
        Outcome {
            messages_in: self.inward.passed(),
            messages_out: self.outward.passed(),
            bytes_out: self.visitor.sent,
            ended: self.ended,
        }
    }
}

/// Times are looked at no more often than this.
const TICK: Duration = Duration::from_millis(5);
