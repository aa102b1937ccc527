//! A request body on its way to the backend: passed on as it comes, within its limits.

use crate::policy::{Limits, Settings, Timeouts};
use crate::proxy::head;
use crate::proxy::refusal::Refusal;
use crate::proxy::told::Told;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// How a request body fares: shared by the task that sends it and the exchange that waits.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    received: AtomicU64,
    last: AtomicU64,
    complete: AtomicBool,
    awaited: AtomicBool,
    failure: OnceLock<Refusal>,
}

impl Progress {
    fn new(complete: bool) -> Self {
        Self {
            began: Instant::now(),
            received: AtomicU64::new(0),
            last: AtomicU64::new(0),
            complete: AtomicBool::new(complete),
            awaited: AtomicBool::new(false),
            failure: OnceLock::new(),
        }
    }

    /// Whether the whole body was read from the client.
    pub fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// Whether the next piece is the client's to send. Where it is not, and the body is not
    /// complete, the upstream has not taken what it was given.
    pub fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::Acquire)
    }

    /// Bytes read from the client.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// When the last byte was read from the client.
    pub fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    /// Why reading the body failed, if it did.
    pub fn failure(&self) -> Option<Refusal> {
        self.failure.get().copied()
    }

    fn note(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
        let elapsed = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(elapsed, Ordering::Relaxed);
    }

    fn fail(&self, refusal: Refusal) -> Refusal {
        *self.failure.get_or_init(|| refusal)
    }
}

/// A request body on its way to the backend.
#[derive(Debug)]
pub struct RequestBody {
    inner: Option<Incoming>,
    progress: Arc<Progress>,
    rules: Option<Rules>,
    patience: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug)]
struct Rules {
    limit: u64,
    idle: Duration,
    rate: u64,
    rate_after: Duration,
    settings: Arc<Settings>,
    told: Arc<Told>,
}

impl RequestBody {
    /// A body that is read within these limits, and whose trailers are cleaned like the head.
    pub fn new(inner: Incoming, settings: &Arc<Settings>, told: &Arc<Told>) -> Self {
        if inner.is_end_stream() {
            return Self::empty();
        }
        let Limits { body_bytes, .. } = settings.limits;
        let Timeouts { body_idle, body_rate, body_rate_after, .. } = settings.timeouts;
        let rules = Rules {
            limit: body_bytes,
            idle: body_idle,
            rate: body_rate,
            rate_after: body_rate_after,
            settings: Arc::clone(settings),
            told: Arc::clone(told),
        };
        let progress = Arc::new(Progress::new(false));
        Self { inner: Some(inner), progress, rules: Some(rules), patience: None }
    }

    /// No body.
    pub fn empty() -> Self {
        Self { inner: None, progress: Arc::new(Progress::new(true)), rules: None, patience: None }
    }

    /// How the body fares.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(&self.progress)
    }

    /// Fails when the client has been silent or slow for too long.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<Refusal> {
        let (Some(rules), progress) = (&self.rules, &self.progress) else { return Poll::Pending };
        let idle_end = progress.last() + rules.idle;
        // At the slowest rate allowed, what was received is worth this much time.
        let worth = Duration::from_secs(progress.received() / rules.rate.max(1));
        let rate_end = progress.began + rules.rate_after + worth;
        let end = if rules.rate == 0 { idle_end } else { idle_end.min(rate_end) };
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(end)));
        if patience.deadline() != end {
            patience.as_mut().reset(end);
        }
        ready!(patience.as_mut().poll(cx));
        Poll::Ready(progress.fail(Refusal::BodyTooSlow))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Refusal;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        let this = &mut *self;
        let (Some(inner), Some(rules)) = (&mut this.inner, &this.rules) else {
            return Poll::Ready(None);
        };
        let polled = Pin::new(&mut *inner).poll_frame(cx);
        this.progress.awaited.store(polled.is_pending(), Ordering::Release);
        let frame = match polled {
            Poll::Ready(frame) => frame,
            Poll::Pending => return this.poll_patience(cx).map(|slow| Some(Err(slow))),
        };
        Poll::Ready(match frame {
            None => {
                this.progress.complete.store(true, Ordering::Release);
                None
            }
            Some(Err(_)) => Some(Err(this.progress.fail(Refusal::BodyBroken))),
            Some(Ok(frame)) => {
                let frame = match frame.into_data() {
                    Ok(data) => {
                        this.progress.note(data.len());
                        if this.progress.received() > rules.limit {
                            return Poll::Ready(Some(Err(this
                                .progress
                                .fail(Refusal::BodyTooLarge))));
                        }
                        Frame::data(data)
                    }
                    Err(frame) => match frame.into_trailers() {
                        Ok(mut trailers) => {
                            head::clean(&mut trailers, &rules.settings.address_fields, &rules.told);
                            Frame::trailers(trailers)
                        }
                        Err(other) => other,
                    },
                };
                if inner.is_end_stream() {
                    this.progress.complete.store(true, Ordering::Release);
                }
                Some(Ok(frame))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
