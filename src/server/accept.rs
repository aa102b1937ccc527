//! Accepting connections: as many as there may be, and no more from one peer than its share.

use crate::server::connection;
use crate::server::door::Door;
use crate::server::peers::Peers;
use arc_swap::ArcSwap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;

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
        door.wire.close(&door.name, "too many connections of one peer");
        return;
    };
    let door = Arc::clone(door);
    let counted = door.wire.accept(&door.name);
    door.tasks.clone().spawn(async move {
        connection::serve(door, stream, peer, Arc::new((seat, room, counted))).await;
    });
}
