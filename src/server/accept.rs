//! Accepting connections: as many as there may be, and no more from one peer than its share.

use crate::policy::Listener;
use crate::proxy::Plan;
use crate::server::connection;
use crate::server::watch::Watch;
use arc_swap::ArcSwap;
use rustls::ServerConfig;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
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
    pub(super) tls: Option<ArcSwap<ServerConfig>>,
    /// The files of certificates, as they looked before they were read.
    pub(super) files: Mutex<Watch>,
    /// Turns for TLS handshakes.
    pub(super) handshakes: Arc<Semaphore>,
    /// Room for connections, shared by all listeners.
    pub(super) room: Arc<Semaphore>,
    /// Connections by untrusted peer.
    pub(super) peers: Arc<Peers>,
    /// Open connections and tunnels.
    pub(super) tasks: TaskTracker,
    /// Cancelled when this listener closes: no new connections, and open ones end when they can.
    pub(super) drain: CancellationToken,
    /// Cancelled when what is still open must end.
    pub(super) stop: CancellationToken,
}

/// How long accepting pauses when the machine has no file descriptor left, say.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts until the door drains; whatever the kernel had accepted by then is served too.
pub(super) async fn run(slot: Arc<ArcSwap<Door>>, socket: TcpListener) {
    // A reload swaps the door and keeps its drain signal and its room.
    let first = slot.load_full();
    let mut complained = false;
    loop {
        let accepted = tokio::select! {
            biased;
            () = first.drain.cancelled() => break,
            accepted = next(&first, &socket) => accepted,
        };
        match accepted {
            Ok((stream, peer, room)) => {
                complained = false;
                open(&slot.load_full(), stream, peer, room);
            }
            Err(error) => {
                if !std::mem::replace(&mut complained, true) {
                    tracing::warn!(listener = &*first.name, %error, "accepting pauses");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    // What waits in the kernel's queue was promised an answer by the handshake.
    let rest = async {
        while let Ok((stream, peer, room)) = next(&first, &socket).await {
            open(&slot.load_full(), stream, peer, room);
        }
    };
    // No time at all: one poll takes everything that is there already.
    if tokio::time::timeout(Duration::ZERO, rest).await.is_err() {
        tracing::debug!(listener = &*first.name, "listener closed");
    }
}

async fn next(
    door: &Door,
    socket: &TcpListener,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // Room first: at the limit connections wait in the kernel, not here.
    let room = Arc::clone(&door.room).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = socket.accept().await?;
    Ok((stream, peer, room))
}

fn open(door: &Arc<Door>, stream: TcpStream, peer: SocketAddr, room: OwnedSemaphorePermit) {
    let limit = door.plan.load().settings.limits.connections_per_peer;
    let trusted = door.listener.chain.trusts(peer.ip());
    let Some(seat) = Peers::sit(&door.peers, peer.ip(), if trusted { usize::MAX } else { limit })
    else {
        tracing::debug!(listener = &*door.name, "too many connections of one peer");
        return;
    };
    let door = Arc::clone(door);
    door.tasks.clone().spawn(async move {
        connection::serve(door, stream, peer).await;
        drop((seat, room));
    });
}

/// Connections by peer. Addresses live here as long as their connections do.
#[derive(Default)]
pub(super) struct Peers {
    counts: Mutex<HashMap<IpAddr, usize>>,
}

impl std::fmt::Debug for Peers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Peers")
    }
}

/// One connection's place, given up when dropped.
struct Seat {
    peers: Arc<Peers>,
    peer: IpAddr,
}

impl Peers {
    fn sit(peers: &Arc<Self>, peer: IpAddr, limit: usize) -> Option<Seat> {
        let mut counts = peers.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(peer).or_default();
        if *count >= limit {
            return None;
        }
        *count += 1;
        Some(Seat { peers: Arc::clone(peers), peer })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.peers.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.peer);
            }
        }
    }
}
