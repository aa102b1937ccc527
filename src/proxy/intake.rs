//! A request body as it comes from the client, within its limits of size and time. Its
//! beginning can be read ahead, before anything is decided about the request.

use crate::policy::{Limits, Settings, Timeouts};
use crate::proxy::progress::Progress;
use crate::proxy::refusal::Refusal;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// A request body as it comes from the client.
#[derive(Debug)]
pub struct Intake {
    inner: Option<Incoming>,
    progress: Arc<Progress>,
    rules: Rules,
    patience: Option<Pin<Box<Sleep>>>,
    /// Since when the client has let us wait.
    waits_since: Option<Instant>,
    /// What was read ahead, and not yet handed out.
    ahead: Vec<u8>,
    /// The trailers, where they were read ahead too.
    trailers: Option<HeaderMap>,
}

#[derive(Clone, Copy, Debug)]
struct Rules {
    limit: u64,
    idle: Duration,
    rate: u64,
    rate_after: Duration,
    /// Whether the upstream's words count as well as the client's.
    converses: bool,
}

impl Intake {
    /// A body that is read within the limits of these settings.
    pub fn new(inner: Incoming, settings: &Settings) -> Self {
        let Limits { body_bytes, .. } = settings.limits;
        let Timeouts { body_idle, body_rate, body_rate_after, .. } = settings.timeouts;
        let rules = Rules {
            limit: body_bytes,
            idle: body_idle,
            rate: body_rate,
            rate_after: body_rate_after,
            converses: false,
        };
        let inner = Some(inner).filter(|inner| !inner.is_end_stream());
        Self { rules, progress: Arc::new(Progress::new(inner.is_none())), inner, ..Self::empty() }
    }

    /// No body.
    pub fn empty() -> Self {
        Self {
            inner: None,
            progress: Arc::new(Progress::new(true)),
            rules: Rules {
                limit: 0,
                idle: Duration::ZERO,
                rate: 0,
                rate_after: Duration::ZERO,
                converses: false,
            },
            patience: None,
            waits_since: None,
            ahead: Vec::new(),
            trailers: None,
        }
    }

    /// The body is one half of a conversation, and its pauses are the application's: it is too
    /// slow only where neither half says anything for `idle`.
    pub fn converse(&mut self, idle: Duration) {
        self.rules = Rules { idle, rate: 0, converses: true, ..self.rules };
    }

    /// How the body fares.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Reads ahead until there are more than `limit` bytes, or all that there are. What was
    /// read stays the beginning of the body.
    pub async fn gather(&mut self, limit: usize) -> Result<(), Refusal> {
        while self.ahead.len() <= limit {
            let Some(frame) = poll_fn(|cx| self.poll_client(cx)).await else { break };
            match frame?.into_data() {
                Ok(data) => self.ahead.extend_from_slice(&data),
                Err(frame) => self.trailers = frame.into_trailers().ok(),
            }
        }
        Ok(())
    }

    /// What was read ahead.
    pub fn ahead(&self) -> &[u8] {
        &self.ahead
    }

    /// Whether nothing will come but what was read ahead.
    pub fn is_whole(&self) -> bool {
        self.inner.is_none()
    }

    /// Whether trailers were read ahead.
    pub fn has_trailers(&self) -> bool {
        self.trailers.is_some()
    }

    /// Puts this in the place of what was read ahead.
    pub fn replace(&mut self, ahead: Vec<u8>) {
        self.ahead = ahead;
    }

    /// The next frame: what was read ahead, then what the client sends.
    pub fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        if !self.ahead.is_empty() {
            let ahead = std::mem::take(&mut self.ahead);
            return Poll::Ready(Some(Ok(Frame::data(ahead.into()))));
        }
        match self.trailers.take() {
            Some(trailers) => Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
            None => self.poll_client(cx),
        }
    }

    /// Whether there is nothing more.
    pub fn is_end_stream(&self) -> bool {
        self.ahead.is_empty() && self.trailers.is_none() && self.inner.is_none()
    }

    /// How much there is, as far as it is known. Nothing is promised where trailers follow:
    /// over HTTP/1 only chunks leave room for them.
    pub fn size_hint(&self) -> SizeHint {
        let rest = match &self.inner {
            Some(inner) => inner.size_hint(),
            None if self.trailers.is_some() => SizeHint::default(),
            None => SizeHint::with_exact(0),
        };
        let ahead = self.ahead.len() as u64;
        let mut hint = SizeHint::default();
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(ahead)) {
            hint.set_upper(upper);
        }
        hint.set_lower(rest.lower().saturating_add(ahead));
        hint
    }

    /// What the client sends next.
    fn poll_client(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        let Some(inner) = &mut self.inner else { return Poll::Ready(None) };
        let polled = Pin::new(&mut *inner).poll_frame(cx);
        self.progress.awaits(polled.is_pending());
        let Poll::Ready(frame) = polled else {
            self.waits_since.get_or_insert_with(Instant::now);
            return self.poll_patience(cx).map(|slow| Some(Err(slow)));
        };
        if let Some(since) = self.waits_since.take() {
            self.progress.waited_for_client(since.elapsed());
        }
        if frame.is_none() || inner.is_end_stream() {
            self.inner = None;
        }
        Poll::Ready(frame.map(|frame| {
            let frame = frame.map_err(|_| self.progress.fail(Refusal::BodyBroken))?;
            self.progress.note(frame.data_ref().map_or(0, Bytes::len));
            if self.progress.received() > self.rules.limit {
                return Err(self.progress.fail(Refusal::BodyTooLarge));
            }
            Ok(frame)
        }))
    }

    /// Fails when the client has been silent or slow for too long.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<Refusal> {
        let (rules, progress) = (&self.rules, &self.progress);
        let last = if rules.converses { progress.last_of_both() } else { progress.last() };
        let idle_end = last + rules.idle;
        // At the slowest rate allowed, what was received is worth this much time.
        let worth = Duration::from_secs(progress.received() / rules.rate.max(1));
        let rate_end = progress.began() + rules.rate_after + worth;
        let end = if rules.rate == 0 { idle_end } else { idle_end.min(rate_end) };
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if patience.deadline() != end {
            patience.as_mut().reset(end);
        }
        ready!(patience.as_mut().poll(cx));
        Poll::Ready(progress.fail(Refusal::BodyTooSlow))
    }
}
