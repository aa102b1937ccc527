//! Does an HTTP/2 client still take what it asked for?
//!
//! Over HTTP/1 the socket says so: it takes bytes or it does not. An HTTP/2 client can read
//! the socket, answer every ping, and open no window for a response; then nobody asks the
//! response's body for more. So each body notes what it handed out last, and the connection
//! looks for one whose next piece is overdue.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The responses of one connection that are under way.
#[derive(Debug)]
pub struct Paces {
    began: Instant,
    /// By exchange: milliseconds since `began` at which it is overdue, or [`NEVER`].
    ends: Mutex<HashMap<u64, Arc<AtomicU64>>>,
}

/// The upstream is waited for, not the client.
const NEVER: u64 = u64::MAX;

/// Bytes that the time for one piece is meant for. A larger piece gets more of it, so that a
/// client is called slow below the same rate, whatever the upstream's pieces are.
const PIECE: usize = 64 << 10;

impl Default for Paces {
    fn default() -> Self {
        Self { began: Instant::now(), ends: Mutex::default() }
    }
}

impl Paces {
    /// When the first response is overdue; `None` where no client is waited for.
    pub fn first_end(&self) -> Option<Instant> {
        let ends = self.ends();
        let first = ends.values().map(|end| end.load(Ordering::Relaxed)).min();
        first.filter(|end| *end != NEVER).map(|end| self.began + Duration::from_millis(end))
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<u64, Arc<AtomicU64>>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One response that is under way; dropped, it is so no more.
#[derive(Debug)]
pub struct Pace {
    paces: Arc<Paces>,
    exchange: u64,
    limit: Duration,
    end: Arc<AtomicU64>,
}

impl Pace {
    /// The response to this exchange: its head was handed out. A client that takes nothing
    /// of a piece for `limit` is too slow.
    pub fn new(paces: &Arc<Paces>, exchange: u64, limit: Duration) -> Self {
        let end = Arc::new(AtomicU64::new(NEVER));
        paces.ends().insert(exchange, Arc::clone(&end));
        let pace = Self { paces: Arc::clone(paces), exchange, limit, end };
        pace.gave(0);
        pace
    }

    /// So many bytes were handed out: it is the client's turn.
    pub fn gave(&self, bytes: usize) {
        let times = u32::try_from(bytes / PIECE).unwrap_or(u32::MAX).saturating_add(1);
        let end = self.paces.began.elapsed().saturating_add(self.limit.saturating_mul(times));
        self.end.store(u64::try_from(end.as_millis()).unwrap_or(NEVER), Ordering::Relaxed);
    }

    /// There is nothing to hand out: it is the upstream's turn.
    pub fn waits(&self) {
        self.end.store(NEVER, Ordering::Relaxed);
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.paces.ends().remove(&self.exchange);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_handed_out_can_be_overdue() {
        let paces = Arc::new(Paces::default());
        assert_eq!(paces.first_end(), None);
        let limit = Duration::from_secs(60);
        let (one, two) = (Pace::new(&paces, 1, limit), Pace::new(&paces, 2, limit));
        let early = paces.began + Duration::from_secs(59);
        let due = |paces: &Paces| paces.first_end().expect("the client's turn");
        assert!(due(&paces) > early);
        one.waits();
        assert!(due(&paces) > early, "the other one is still under way");
        two.gave(5 * PIECE);
        assert!(due(&paces) > paces.began + 6 * Duration::from_secs(59));
        drop(two);
        assert_eq!(paces.first_end(), None);
        one.gave(1);
        assert!(due(&paces) < paces.began + 2 * limit);
    }
}
