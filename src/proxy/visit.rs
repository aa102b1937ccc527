//! What one client connection carries from exchange to exchange.

use crate::address::recording::Moment;
use crate::address::{Client, Mode};
use crate::policy::{Listener, Property};
use crate::proxy::meters::Meters;
use crate::proxy::pace::Paces;
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use crate::proxy::told::Told;
use arc_swap::ArcSwap;
use std::any::Any;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::task::Waker;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// One client connection.
#[derive(Debug)]
pub struct Visit {
    /// The policy in force; each exchange takes the one of its beginning.
    pub plan: Arc<ArcSwap<Plan>>,
    /// The listener that accepted the connection.
    pub listener: Arc<Listener>,
    /// The listener's name, for the log.
    pub name: Arc<str>,
    /// The socket's peer, or the source that a PROXY header named.
    pub peer: Option<IpAddr>,
    /// Our own end of the socket.
    pub local: Option<IpAddr>,
    /// Random bits of this connection.
    pub dice: u128,
    /// Where tunnels run on when the HTTP part of the connection has ended.
    pub tasks: TaskTracker,
    /// WebSockets of this connection whose messages are read. An HTTP/2 connection is kept for
    /// their last words when whatever is still open must end.
    pub conversations: TaskTracker,
    /// What the connection takes up among all of them, and among its peer's; whoever lives on
    /// when its HTTP part has ended keeps it.
    pub place: Arc<dyn Any + Send + Sync>,
    /// Cancelled when whatever is still open must end.
    pub stop: CancellationToken,
    /// What all exchanges add up to.
    pub meters: Arc<Meters>,
    /// What the parts of the connection tell each other.
    pub state: Arc<State>,
    /// The last disclosure: visitors seldom change between two requests of a connection.
    pub memo: Mutex<Option<Memo>>,
}

impl Visit {
    /// What the backend of `property` is told of `client`: from memory where the last
    /// exchange of this connection was the same visitor's.
    pub fn tell(
        &self,
        plan: &Plan,
        client: Client,
        property: &Property,
    ) -> Result<Arc<Told>, Refusal> {
        let secret = plan.secret.load();
        let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(memo) = memo.as_ref()
            && memo.generation == plan.generation
            && memo.secret == secret.number
            && memo.client == client
            && Arc::ptr_eq(&memo.property, &property.id)
        {
            return Ok(Arc::clone(&memo.told));
        }
        let mut tweak = [0; 16];
        if property.policy.recording.mode() == Mode::Sealed {
            // Without fresh randomness two sealed values of a visitor would be equal.
            aws_lc_rs::rand::fill(&mut tweak).map_err(|_| Refusal::NoRandomness)?;
        }
        let moment = Moment {
            property: &property.id,
            secret: &secret.period,
            landing: &plan.settings.landing,
            connection: self.dice,
            tweak,
        };
        let told = Arc::new(Told::new(
            plan.carriers.get(property.policy.upstream),
            plan.country.as_deref(),
            client,
            property,
            &moment,
        ));
        *memo = Some(Memo {
            generation: plan.generation,
            secret: secret.number,
            client,
            property: Arc::clone(&property.id),
            told: Arc::clone(&told),
        });
        Ok(told)
    }
}

/// What was told the last time, and for whom.
#[derive(Debug)]
pub struct Memo {
    /// The plan it belongs to.
    pub generation: u64,
    /// Who asked.
    pub client: Client,
    /// The property, by identity.
    pub property: Arc<str>,
    /// The secret it was made with, by identity.
    pub secret: u64,
    /// What was told.
    pub told: Arc<Told>,
}

/// What the reading side of a connection and its exchanges tell each other.
#[derive(Debug)]
pub struct State {
    began: Instant,
    open: AtomicU32,
    served: AtomicU64,
    idle_since: AtomicU64,
    draining: AtomicBool,
    /// From which exchange on messages are refused, and why.
    refused: OnceLock<(u64, Refusal)>,
    /// The exchange, by number, that asks for an upgrade.
    asked: AtomicU64,
    upgrade: Mutex<Upgrade>,
    /// How the responses of an HTTP/2 connection are taken.
    pub paces: Arc<Paces>,
}

#[derive(Debug, Default)]
struct Upgrade {
    decision: Option<bool>,
    waker: Option<Waker>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            open: AtomicU32::new(0),
            served: AtomicU64::new(0),
            idle_since: AtomicU64::new(0),
            draining: AtomicBool::new(false),
            refused: OnceLock::new(),
            asked: AtomicU64::new(0),
            upgrade: Mutex::default(),
            paces: Arc::default(),
        }
    }
}

impl State {
    /// An exchange begins; returns how many there were on this connection, this one included.
    pub fn begin(&self) -> u64 {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.served.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// An exchange has ended: its answer was handed over whole, or dropped.
    pub fn end(&self) {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.idle_since.store(since, Ordering::Relaxed);
        self.open.fetch_sub(1, Ordering::Release);
    }

    /// Since when no exchange has been open; `None` while one is.
    pub fn idle_since(&self) -> Option<Instant> {
        let since = std::time::Duration::from_millis(self.idle_since.load(Ordering::Relaxed));
        (self.open.load(Ordering::Acquire) == 0).then(|| self.began + since)
    }

    /// Exchanges so far.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// From here on every answer says that it is the last one.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether [`State::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// The reading side refuses a message: the exchange of this number and whatever would
    /// follow. Those before it are not touched.
    pub fn refuse(&self, exchange: u64, refusal: Refusal) {
        // The first refusal is the one that is answered.
        self.refused.get_or_init(|| (exchange, refusal));
    }

    /// Why the reading side refused the message of this exchange, if it did.
    pub fn refused(&self, exchange: u64) -> Option<Refusal> {
        let (first, refusal) = self.refused.get()?;
        (exchange >= *first).then_some(*refusal)
    }

    /// The reading side has met a request for an upgrade: its head is the `message`th.
    pub fn ask_upgrade(&self, message: u64) {
        self.asked.store(message, Ordering::Release);
    }

    /// Whether the exchange of this number asks for an upgrade. The reading side alone
    /// judges that, since it has stopped reading messages there.
    pub fn asks_upgrade(&self, exchange: u64) -> bool {
        self.asked.load(Ordering::Acquire) == exchange
    }

    /// The exchange that asks for an upgrade is decided: a tunnel, or messages as before.
    pub fn decide_upgrade(&self, tunnel: bool) {
        let mut upgrade = self.upgrade.lock().unwrap_or_else(PoisonError::into_inner);
        upgrade.decision = Some(tunnel);
        if let Some(waker) = upgrade.waker.take() {
            waker.wake();
        }
    }

    /// Takes the decision, or leaves a waker for it.
    pub fn poll_upgrade(&self, waker: &Waker) -> Option<bool> {
        let mut upgrade = self.upgrade.lock().unwrap_or_else(PoisonError::into_inner);
        if upgrade.decision.is_none() {
            upgrade.waker = Some(waker.clone());
        }
        upgrade.decision.take()
    }
}
