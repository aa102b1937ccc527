//! An upgraded connection: bytes both ways until either side has ended, or both are silent.

use crate::proxy::access::Access;
use crate::proxy::guest::Guest;
use crate::proxy::refusal::Refusal;
use crate::proxy::upstream::Lease;
use crate::proxy::visit::{State, Visit};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::sync::watch;
use tokio::time::Instant;

/// Tells the reading side whether what follows the request is a tunnel. Dropped without a
/// word, it says no: the reading side waits for an answer.
#[derive(Debug)]
pub struct UpgradeAnswer {
    state: Option<Arc<State>>,
}

impl UpgradeAnswer {
    /// An answer to give, where the request `asks` for an upgrade.
    pub fn new(asks: bool, state: &Arc<State>) -> Self {
        Self { state: asks.then(|| Arc::clone(state)) }
    }

    /// Yes: bytes of another protocol follow.
    pub fn tunnel(mut self) {
        if let Some(state) = self.state.take() {
            state.decide_upgrade(true);
        }
    }
}

impl Drop for UpgradeAnswer {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            state.decide_upgrade(false);
        }
    }
}

/// Both sides of an upgrade that the upstream has agreed to.
#[derive(Debug)]
pub struct Tunnel {
    visitor: OnUpgrade,
    upstream: OnUpgrade,
    lease: Lease,
    answer: UpgradeAnswer,
    guest: Guest,
}

impl Tunnel {
    /// A tunnel between these two, for this visitor.
    pub fn new(
        visitor: OnUpgrade,
        upstream: OnUpgrade,
        lease: Lease,
        (answer, guest): (UpgradeAnswer, Guest),
    ) -> Self {
        Self { visitor, upstream, lease, answer, guest }
    }

    /// Lets the bytes flow, in a task of its own, until an end, silence, a ban, or the stop
    /// signal.
    pub fn open(self, visit: &Visit, idle: Duration, mut access: Access) {
        let Self { visitor, upstream, lease, answer, guest } = self;
        let banned = guest.banned(Arc::clone(&visit.plan.load().bans));
        let place = Arc::clone(&visit.place);
        let stop = visit.stop.clone();
        answer.tunnel();
        visit.tasks.spawn(async move {
            let relay = async {
                // The visitor's side is ready once our answer is written.
                let (visitor, upstream) = tokio::try_join!(visitor, upstream).ok()?;
                let _place = lease.into_place();
                Some(relay(TokioIo::new(visitor), TokioIo::new(upstream), idle).await)
            };
            let bytes = tokio::select! {
                bytes = relay => bytes.unwrap_or_default(),
                () = stop.cancelled() => 0,
                () = banned => {
                    access.ended(Some(Refusal::Banned.name()));
                    0
                }
            };
            access.sent(usize::try_from(bytes).unwrap_or(usize::MAX));
            drop(place);
        });
    }
}

/// Moves bytes both ways; returns how many went to the visitor.
async fn relay<A, B>(visitor: A, upstream: B, idle: Duration) -> u64
where
    A: AsyncRead + AsyncWrite,
    B: AsyncRead + AsyncWrite,
{
    let (from_visitor, to_visitor) = split(visitor);
    let (from_upstream, to_upstream) = split(upstream);
    let (moved, mut last) = watch::channel(Instant::now());
    let mut sent = 0;
    {
        let inwards = pump(from_visitor, to_upstream, &moved, |_| {});
        let outwards = pump(from_upstream, to_visitor, &moved, |bytes| sent += bytes);
        // An end is passed on and the other way goes on; an error ends both.
        let both = async { tokio::try_join!(inwards, outwards) };
        let silence = async {
            loop {
                let end = *last.borrow_and_update() + idle;
                tokio::time::sleep_until(end).await;
                if *last.borrow() + idle <= Instant::now() {
                    break;
                }
            }
        };
        tokio::select! {
            // How a tunnel ended is its peers' affair.
            _ = both => {}
            () = silence => {}
        }
    }
    sent
}

/// Moves bytes one way until the end, which is passed on.
async fn pump<R, W>(
    mut from: ReadHalf<R>,
    mut to: WriteHalf<W>,
    moved: &watch::Sender<Instant>,
    mut count: impl FnMut(u64),
) -> io::Result<()>
where
    R: AsyncRead,
    W: AsyncWrite,
{
    let mut buffer = vec![0; 16 << 10];
    loop {
        let read = from.read(&mut buffer).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        let piece = buffer.get(..read).unwrap_or_default();
        to.write_all(piece).await?;
        to.flush().await?;
        count(read as u64);
        moved.send_replace(Instant::now());
    }
}
