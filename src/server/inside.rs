//! What operators may ask about a running server.

use crate::proxy::Plan;
use crate::proxy::meters::Meters;
use crate::server::certificates::Expiry;
use crate::server::clock;
use crate::server::door::Door;
use crate::server::wire::Wire;
use arc_swap::ArcSwap;
use prometheus_client::metrics::counter::Counter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tokio::sync::{mpsc, oneshot};

/// What operators may ask about a running server.
#[derive(Debug)]
pub(super) struct Inside {
    /// The policy in force.
    pub(super) plan: Arc<ArcSwap<Plan>>,
    /// What exchanges add up to.
    pub(super) meters: Arc<Meters>,
    /// What connections add up to.
    pub(super) wire: Wire,
    /// The doors that are open, one an address.
    pub(super) doors: ArcSwap<Vec<Arc<ArcSwap<Door>>>>,
    /// Reloads that put another configuration in force.
    pub(super) reloaded: Counter,
    /// Reloads that did not.
    pub(super) reload_failed: Counter,
    /// When the policy in force was put there, in seconds since 1970.
    since: AtomicU64,
    is_stale: AtomicBool,
    is_draining: AtomicBool,
    ask: mpsc::Sender<Ask>,
}

/// An operator asks for the configuration to be read anew.
#[derive(Debug)]
pub struct Ask(oneshot::Sender<Result<(), String>>);

impl Ask {
    /// What came of it.
    pub fn answer(self, outcome: Result<(), String>) {
        // Who asked may have left.
        drop(self.0.send(outcome));
    }
}

impl Inside {
    /// Of a server that begins with this plan. Who asks for a reload is heard through `ask`.
    pub(super) fn new(plan: Plan, ask: mpsc::Sender<Ask>) -> Self {
        Self {
            plan: Arc::new(ArcSwap::from_pointee(plan)),
            meters: Arc::default(),
            wire: Wire::default(),
            doors: ArcSwap::default(),
            reloaded: Counter::default(),
            reload_failed: Counter::default(),
            since: AtomicU64::new(clock::since_epoch().as_secs()),
            is_stale: AtomicBool::new(false),
            is_draining: AtomicBool::new(false),
            ask,
        }
    }

    /// Asks for the configuration to be read anew, and waits for what comes of it.
    pub(super) async fn reload(&self) -> Result<(), String> {
        let (answer, answered) = oneshot::channel();
        let gone = || "nobody reads the configuration any more".to_owned();
        self.ask.send(Ask(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// The configuration was read anew, and put in force or not.
    pub(super) fn note_reload(&self, succeeded: bool) {
        self.is_stale.store(!succeeded, Ordering::Relaxed);
        if succeeded {
            self.reloaded.inc();
            self.since.store(clock::since_epoch().as_secs(), Ordering::Relaxed);
        } else {
            self.reload_failed.inc();
        }
    }

    /// Until when each certificate is good, with the name of its listener.
    pub(super) fn expiries(&self) -> Vec<(Arc<str>, Expiry)> {
        let mut expiries = Vec::new();
        for slot in self.doors.load().iter() {
            let door = slot.load();
            if let Some(tls) = &door.tls {
                let of = |expiry: &Expiry| (Arc::clone(&door.name), expiry.clone());
                expiries.extend(tls.load().certificates.expiries().iter().map(of));
            }
        }
        // A listener may have several addresses.
        expiries.sort();
        expiries.dedup();
        expiries
    }

    /// When the policy in force was put there, in seconds since 1970.
    pub(super) fn since(&self) -> u64 {
        self.since.load(Ordering::Relaxed)
    }

    /// Whether the configuration was read since and could not be put in force.
    pub(super) fn is_stale(&self) -> bool {
        self.is_stale.load(Ordering::Relaxed)
    }

    /// No new connections are accepted from here on.
    pub(super) fn drains(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Whether [`Inside::drains`] was called.
    pub(super) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }
}
