//! Which server takes this request?

use crate::policy::Upstream;
use crate::proxy::refusal::Refusal;
use crate::proxy::upstream::server::{Lease, Server};
use rustls::ClientConfig;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

/// The servers of one upstream.
#[derive(Debug)]
pub struct Pool {
    /// What the operator said of it.
    pub settings: Upstream,
    /// Its name, for the log.
    pub name: Arc<str>,
    servers: Vec<Arc<Server>>,
    turn: AtomicUsize,
    waiting: AtomicUsize,
}

/// Which connections a checkout may return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checkout {
    /// Kept ones first.
    Any,
    /// New ones only.
    Fresh,
}

impl Pool {
    /// A pool without connections; `tls` is for the `https` servers.
    pub fn new(settings: &Upstream, tls: Option<Arc<ClientConfig>>) -> Self {
        let servers = settings.servers.iter().enumerate();
        Self {
            settings: settings.clone(),
            name: settings.name.as_str().into(),
            servers: servers
                .map(|(i, s)| Arc::new(Server::new(settings, i, s, tls.as_ref())))
                .collect(),
            turn: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
        }
    }

    /// A connection to the next server that is well; where one cannot be reached, to the one
    /// after it: nothing was sent, so nothing is sent twice.
    pub async fn checkout(&self, which: Checkout) -> Result<Lease, Refusal> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let fresh = which == Checkout::Fresh;
        let first = self.in_turn(turn);
        let mut refusal = None;
        if let Some(server) = first
            && !server.is_paused()
            && let Some(slot) = server.try_slot()
        {
            match server.lease(slot, fresh).await {
                Ok(lease) => return Ok(lease),
                Err(error) => refusal = Some(error.into()),
            }
        }
        let others =
            (0..self.servers.len()).filter_map(|offset| self.in_turn(turn.wrapping_add(offset)));
        let others = others.skip(usize::from(refusal.is_some()));
        // Those that fail are tried last, not never: they may all have recovered.
        let (paused, well): (Vec<_>, Vec<_>) = others.partition(|server| server.is_paused());
        let mut full = None;
        for server in &well {
            match server.try_slot() {
                None => full = full.or(Some(*server)),
                Some(slot) => match server.lease(slot, fresh).await {
                    Ok(lease) => return Ok(lease),
                    Err(error) => refusal = Some(error.into()),
                },
            }
        }
        if let Some(server) = full {
            let slot = self.wait(server).await.ok_or(Refusal::Busy)?;
            return server.lease(slot, fresh).await.map_err(Refusal::from);
        }
        for server in paused {
            let Some(slot) = server.try_slot() else { continue };
            match server.lease(slot, fresh).await {
                Ok(lease) => return Ok(lease),
                Err(error) => refusal = Some(error.into()),
            }
        }
        Err(refusal.unwrap_or(Refusal::Busy))
    }

    fn in_turn(&self, turn: usize) -> Option<&Arc<Server>> {
        self.servers.get(turn % self.servers.len().max(1))
    }

    /// Whether any server accepts a connection within this time. Nothing is said on it.
    pub async fn is_reachable(&self, limit: Duration) -> bool {
        let mut probes = JoinSet::new();
        for server in &self.servers {
            let server = Arc::clone(server);
            probes.spawn(async move { server.is_reachable(limit).await });
        }
        while let Some(reachable) = probes.join_next().await {
            if reachable.unwrap_or(false) {
                return true;
            }
        }
        false
    }

    /// Closes connections that have been idle for too long.
    pub fn sweep(&self) {
        for server in &self.servers {
            server.sweep();
        }
    }

    async fn wait(&self, server: &Server) -> Option<OwnedSemaphorePermit> {
        let queue = Queue::enter(&self.waiting, self.settings.waiting)?;
        let slot = tokio::time::timeout(self.settings.wait, server.slot()).await.ok()?;
        drop(queue);
        slot
    }
}

/// A place among those who wait, given up when dropped.
struct Queue<'a>(&'a AtomicUsize);

impl<'a> Queue<'a> {
    fn enter(waiting: &'a AtomicUsize, limit: usize) -> Option<Self> {
        let before = waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(waiting);
        (before < limit).then_some(place)
    }
}

impl Drop for Queue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
