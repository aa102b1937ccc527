//! How does a request body fare? Told by the task that sends it to the exchange that waits.

use crate::proxy::refusal::Refusal;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How a request body fares: shared by the task that sends it and the exchange that waits.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    received: AtomicU64,
    last: AtomicU64,
    heard: AtomicU64,
    awaited_client: AtomicU64,
    complete: AtomicBool,
    awaited: AtomicBool,
    failure: OnceLock<Refusal>,
}

impl Progress {
    /// Of a body that begins, or of none, which is `complete`.
    pub(super) fn new(complete: bool) -> Self {
        Self {
            began: Instant::now(),
            received: AtomicU64::new(0),
            last: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            awaited_client: AtomicU64::new(0),
            complete: AtomicBool::new(complete),
            awaited: AtomicBool::new(false),
            failure: OnceLock::new(),
        }
    }

    /// Whether all of it was handed to the connection that takes it to the upstream.
    pub fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// Whether the next piece is the client's to send. Where it is not, and the body is not
    /// complete, the upstream has not taken what it was given.
    pub fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::Acquire)
    }

    /// How long anybody has waited for the client to send more of it.
    pub fn awaited_client(&self) -> Duration {
        Duration::from_micros(self.awaited_client.load(Ordering::Relaxed))
    }

    /// The client let us wait for so long.
    pub(super) fn waited_for_client(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.awaited_client.fetch_add(micros, Ordering::Relaxed);
    }

    /// Bytes read from the client.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// When the first byte could come.
    pub(super) fn began(&self) -> Instant {
        self.began
    }

    /// When the last byte was read from the client.
    pub fn last(&self) -> Instant {
        self.began + Duration::from_millis(self.last.load(Ordering::Relaxed))
    }

    /// When the last byte was read from either side.
    pub(super) fn last_of_both(&self) -> Instant {
        let heard = self.began + Duration::from_millis(self.heard.load(Ordering::Relaxed));
        self.last().max(heard)
    }

    /// Why reading the body failed, if it did.
    pub fn failure(&self) -> Option<Refusal> {
        self.failure.get().copied()
    }

    /// So many bytes came from the client.
    pub(super) fn note(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
        self.last.store(self.elapsed(), Ordering::Relaxed);
    }

    /// Something came from the upstream.
    pub(super) fn hear(&self) {
        self.heard.store(self.elapsed(), Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether it is the client's turn.
    pub(super) fn awaits(&self, awaited: bool) {
        self.awaited.store(awaited, Ordering::Release);
    }

    /// All of it was handed on.
    pub(super) fn completed(&self) {
        self.complete.store(true, Ordering::Release);
    }

    /// The body failed for this reason, or failed before for the one that is returned.
    pub(super) fn fail(&self, refusal: Refusal) -> Refusal {
        *self.failure.get_or_init(|| refusal)
    }
}
