//! A listener, open: what accepting and every connection through it work with.

use crate::policy::Listener;
use crate::proxy::Plan;
use crate::proxy::meters::Meters;
use crate::server::peers::Peers;
use crate::server::tls::Terminator;
use crate::server::watch::Watch;
use crate::server::wire::Wire;
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A listener, open.
#[derive(Debug)]
pub(super) struct Door {
    /// What the operator said of it.
    pub(super) listener: Arc<Listener>,
    /// Its name, for the log.
    pub(super) name: Arc<str>,
    /// The policy in force.
    pub(super) plan: Arc<ArcSwap<Plan>>,
    /// How TLS is terminated; swapped when certificates change.
    pub(super) tls: Option<ArcSwap<Terminator>>,
    /// The files of certificates, as they looked before they were read.
    pub(super) files: Mutex<Watch>,
    /// Turns for TLS handshakes.
    pub(super) handshakes: Arc<Semaphore>,
    /// Room for connections, shared by all listeners.
    pub(super) room: Arc<Semaphore>,
    /// What all exchanges add up to.
    pub(super) meters: Arc<Meters>,
    /// What connections add up to.
    pub(super) wire: Wire,
    /// Connections by untrusted peer.
    pub(super) peers: Arc<Peers>,
    /// Open connections and tunnels.
    pub(super) tasks: TaskTracker,
    /// Cancelled when this listener closes: no new connections, and open ones end when they can.
    pub(super) drain: CancellationToken,
    /// Cancelled when what is still open must end.
    pub(super) stop: CancellationToken,
}
