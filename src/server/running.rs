//! The server as a whole: started, reloaded, drained.

use crate::policy::listener::{ClientAuth, Transport};
use crate::policy::settings::Rotation;
use crate::policy::{Listener, Settings};
use crate::proxy::Plan;
use crate::proxy::plan::Secret;
use crate::server::accept;
use crate::server::admin::Desk;
use crate::server::bind::bind;
use crate::server::clock;
use crate::server::door::Door;
use crate::server::inside::{Ask, Inside};
use crate::server::peers::Peers;
use crate::server::prepare::{self, StartError};
use crate::server::secrets::{self, Keeper};
use crate::server::tls::{self, Sessions};
use crate::server::watch::Watch;
use arc_swap::ArcSwap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Receiver;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The server, running.
#[derive(Debug)]
pub struct Server {
    /// What operators may ask about.
    inside: Arc<Inside>,
    asked: Receiver<Ask>,
    desk: Desk,
    secret: Arc<ArcSwap<Secret>>,
    rotation: Rotation,
    turning: CancellationToken,
    open: Vec<Open>,
    handshakes: Arc<Semaphore>,
    room: Arc<Semaphore>,
    peers: Arc<Peers>,
    tasks: TaskTracker,
    stop: CancellationToken,
    chores: CancellationToken,
}

/// A bound address with the door behind it.
#[derive(Debug)]
struct Open {
    bound: SocketAddr,
    wanted: SocketAddr,
    slot: Arc<ArcSwap<Door>>,
}

/// A door that is ready to be opened.
struct Ready {
    wanted: SocketAddr,
    bound: SocketAddr,
    door: Arc<Door>,
    slot: Option<Arc<ArcSwap<Door>>>,
    socket: Option<TcpListener>,
}

/// How often certificate files are looked at.
const LOOK: Duration = Duration::from_secs(2);

/// How often idle upstream connections are swept, and visitors forgotten.
const SWEEP: Duration = Duration::from_secs(15);

impl Server {
    /// Binds every listener and begins to serve. On an error nothing is left behind.
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let keeper = Keeper::new(&settings.rotation)?;
        let secret = Arc::new(ArcSwap::from_pointee(prepare::secret(&keeper)?));
        let rotation = settings.rotation.clone();
        let handshakes = Arc::new(Semaphore::new(settings.limits.handshakes));
        let room = Arc::new(Semaphore::new(settings.limits.connections.min(descriptors())));
        let plan = prepare::plan(settings, None, Arc::clone(&secret))?;
        let settings = Arc::clone(&plan.settings);
        let (ask, asked) = tokio::sync::mpsc::channel(1);
        let mut server = Self {
            inside: Arc::new(Inside::new(plan, ask)),
            asked,
            desk: Desk::default(),
            secret,
            rotation,
            turning: CancellationToken::new(),
            open: Vec::new(),
            handshakes,
            room,
            peers: Arc::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            chores: CancellationToken::new(),
        };
        let doors = server.prepare_doors(&settings)?;
        let desk = server.desk.prepare(settings.admin.as_ref())?;
        server.open(doors);
        server.desk.open(desk, &server.inside);
        server.turn(keeper);
        tokio::spawn(sweep(Arc::clone(&server.inside.plan), server.chores.clone()));
        Ok(server)
    }

    /// The addresses that are bound, by listener name; a port 0 has become a real one.
    pub fn addresses(&self) -> Vec<(Arc<str>, SocketAddr)> {
        self.open.iter().map(|open| (Arc::clone(&open.slot.load().name), open.bound)).collect()
    }

    /// Where operators may ask, in the order of the configuration; Unix sockets are left out.
    pub fn admin_addresses(&self) -> Vec<SocketAddr> {
        self.desk.addresses()
    }

    /// Waits until an operator asks for the configuration to be read anew.
    pub async fn asked(&mut self) -> Ask {
        match self.asked.recv().await {
            Some(ask) => ask,
            // There is a sender as long as there is a server.
            None => std::future::pending().await,
        }
    }

    /// The configuration was read anew: whether what is in force is what it says now.
    pub fn note_reload(&self, succeeded: bool) {
        self.inside.note_reload(succeeded);
    }

    /// The plan in force.
    pub fn plan(&self) -> Arc<Plan> {
        self.inside.plan.load_full()
    }

    /// Swaps the policy. Either all of it is in force afterwards, or nothing has changed:
    /// listeners that stay keep their sockets and connections, exchanges under way end
    /// under the policy that they began with.
    pub async fn reload(&mut self, settings: Settings) -> Result<(), StartError> {
        let keeper = Keeper::new(&settings.rotation)?;
        let rotation = settings.rotation.clone();
        let before = self.inside.plan.load_full();
        let plan = prepare::plan(settings, Some(&before), Arc::clone(&self.secret))?;
        let doors = self.prepare_doors(&plan.settings)?;
        let desk = self.desk.prepare(plan.settings.admin.as_ref())?;
        // Last, since it may destroy the secret that is kept on disk.
        let secret = if rotation == self.rotation { None } else { Some(prepare::secret(&keeper)?) };
        // From here on nothing can fail.
        if let Some(secret) = secret {
            self.secret.store(Arc::new(secret));
            self.rotation = rotation;
            self.turn(keeper);
        }
        plan.renew();
        self.inside.plan.store(Arc::new(plan));
        self.open(doors);
        self.desk.open(desk, &self.inside);
        Ok(())
    }

    /// Stops accepting, lets open exchanges finish, and closes what is left at the deadline.
    /// Returns how many connections that were.
    pub async fn drain(self) -> usize {
        let limit = self.inside.plan.load().settings.timeouts.drain;
        self.inside.drains();
        self.chores.cancel();
        self.turning.cancel();
        for open in &self.open {
            open.slot.load().drain.cancel();
        }
        self.tasks.close();
        if timeout(limit, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let left = self.tasks.len();
        self.stop.cancel();
        self.tasks.wait().await;
        left
    }

    /// A door for every address of every listener; an address that is bound already keeps
    /// its socket. Nothing is in force yet.
    fn prepare_doors(&self, settings: &Settings) -> Result<Vec<Ready>, StartError> {
        let mut doors = Vec::new();
        for listener in &settings.listeners {
            for &wanted in &listener.bind {
                let old = self.open.iter().find(|open| open.wanted == wanted);
                let error = |error| StartError::Bind {
                    listener: listener.name.clone(),
                    address: wanted,
                    error,
                };
                let socket = match old {
                    Some(_) => None,
                    None => Some(bind(wanted, shares_port(settings, wanted)).map_err(error)?),
                };
                let current = old.map(|open| open.slot.load_full());
                let bound = match (&socket, old) {
                    (Some(socket), _) => socket.local_addr().map_err(error)?,
                    (None, old) => old.map_or(wanted, |open| open.bound),
                };
                let door = self.door(listener, current.as_deref())?;
                let slot = old.map(|open| Arc::clone(&open.slot));
                doors.push(Ready { wanted, bound, door, slot, socket });
            }
        }
        Ok(doors)
    }

    fn door(&self, listener: &Listener, current: Option<&Door>) -> Result<Arc<Door>, StartError> {
        // Looked at first: what changes while they are read is read again.
        let files = Mutex::new(Watch::new(prepare::watched(listener)));
        let tls = match &listener.transport {
            Transport::Plain { .. } => None,
            Transport::Tls(tls) => {
                let sessions =
                    current.filter(|door| *door.listener == *listener).and_then(sessions);
                Some(tls::terminator(tls, &sessions.unwrap_or_else(Sessions::new))?)
            }
        };
        Ok(Arc::new(Door {
            listener: Arc::new(listener.clone()),
            name: listener.name.as_str().into(),
            plan: Arc::clone(&self.inside.plan),
            tls: tls.map(ArcSwap::from_pointee),
            files,
            handshakes: Arc::clone(&self.handshakes),
            room: Arc::clone(&self.room),
            meters: Arc::clone(&self.inside.meters),
            wire: self.inside.wire.clone(),
            peers: Arc::clone(&self.peers),
            tasks: self.tasks.clone(),
            drain: current.map_or_else(CancellationToken::new, |door| door.drain.clone()),
            stop: self.stop.clone(),
        }))
    }

    /// Puts the new doors in force, and closes those whose address is in no list any more.
    fn open(&mut self, doors: Vec<Ready>) {
        let before = std::mem::take(&mut self.open);
        for Ready { wanted, bound, door, slot, socket } in doors {
            let slot = match slot {
                Some(slot) => {
                    slot.store(door);
                    slot
                }
                None => Arc::new(ArcSwap::new(door)),
            };
            if let Some(socket) = socket {
                tokio::spawn(accept::run(Arc::clone(&slot), socket));
                tokio::spawn(watch(Arc::clone(&slot)));
            }
            self.open.push(Open { bound, wanted, slot });
        }
        let doors = self.open.iter().map(|open| Arc::clone(&open.slot)).collect();
        self.inside.doors.store(Arc::new(doors));
        for old in before {
            if !self.open.iter().any(|open| open.wanted == old.wanted) {
                old.slot.load().drain.cancel();
            }
        }
    }

    /// Turns from one rotation period to the next, as this keeper says, until told otherwise.
    fn turn(&mut self, keeper: Keeper) {
        self.turning.cancel();
        self.turning = CancellationToken::new();
        tokio::spawn(turn(keeper, Arc::clone(&self.secret), self.turning.clone()));
    }
}

/// Whether something else is bound at this port by IPv4, which an IPv6 address then leaves alone.
fn shares_port(settings: &Settings, address: SocketAddr) -> bool {
    let mut all = settings.listeners.iter().flat_map(|listener| &listener.bind);
    address.port() != 0 && all.any(|other| other.is_ipv4() && other.port() == address.port())
}

/// How many connections the process may have by its file descriptors: 80 % of the limit,
/// half of that for the upstream's side.
fn descriptors() -> usize {
    let soft = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let soft = soft.map_or(usize::MAX, |soft| usize::try_from(soft).unwrap_or(usize::MAX));
    (soft.min(Semaphore::MAX_PERMITS) / 5 * 4 / 2).max(1)
}

/// Reads a door's certificates anew; on an error it keeps those that it has.
fn refresh(door: &Door) -> Result<(), StartError> {
    if let (Transport::Tls(tls), Some(current)) = (&door.listener.transport, &door.tls) {
        let sessions = sessions(door).unwrap_or_else(Sessions::new);
        current.store(Arc::new(tls::terminator(tls, &sessions)?));
    }
    Ok(())
}

/// The sessions that a door's clients may resume under other certificates. Not where clients
/// show certificates of their own: those are verified in full handshakes only.
fn sessions(door: &Door) -> Option<Sessions> {
    match &door.listener.transport {
        Transport::Tls(tls) if tls.client_auth == ClientAuth::None => {
            door.tls.as_ref().map(|running| Sessions::of(&running.load().config))
        }
        _ => None,
    }
}

/// Swaps a door's certificates when their files change.
async fn watch(slot: Arc<ArcSwap<Door>>) {
    let drain = slot.load().drain.clone();
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = drain.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let door = slot.load_full();
        let changed = door.files.lock().unwrap_or_else(PoisonError::into_inner).changed();
        if changed {
            match refresh(&door) {
                Ok(()) => tracing::info!(listener = &*door.name, "certificates read anew"),
                Err(error) => tracing::error!(
                    listener = &*door.name, %error,
                    "certificates changed and cannot be used; the old ones stay"
                ),
            }
        }
    }
}

/// Makes a new secret when a period begins.
async fn turn(keeper: Keeper, secret: Arc<ArcSwap<Secret>>, until: CancellationToken) {
    let mut period = keeper.period(clock::since_epoch());
    let mut shortest = Duration::from_millis(10);
    let mut improvised = None;
    loop {
        // At most a minute at a time: the machine's clock may be set meanwhile.
        let left = period.end().saturating_sub(clock::since_epoch());
        let nap = left.clamp(shortest, Duration::from_secs(60));
        tokio::select! {
            () = until.cancelled() => return,
            () = tokio::time::sleep(nap) => {}
        }
        let now = keeper.period(clock::since_epoch());
        if now == period {
            continue;
        }
        match prepare::secret(&keeper) {
            Ok(fresh) => {
                secret.store(Arc::new(fresh));
                period = now;
                shortest = Duration::from_millis(10);
                tracing::info!("a rotation period has begun");
            }
            Err(error) => {
                // No secret makes pseudonyms beyond its period: one that is kept nowhere takes
                // its place, once.
                if improvised.replace(now) != Some(now)
                    && let Ok(fresh) = secrets::random()
                {
                    secret.store(Arc::new(Secret::new(fresh)));
                }
                // Tried again soon, but not so often that it fills the log.
                shortest = Duration::from_secs(5);
                tracing::error!(%error, "the secret of pseudonyms cannot be kept; it is in memory only");
            }
        }
    }
}

/// Closes upstream connections that have been idle for too long, and forgets visitors who need not
/// be remembered any more.
async fn sweep(plan: Arc<ArcSwap<Plan>>, until: CancellationToken) {
    let mut ticks = interval(SWEEP);
    loop {
        tokio::select! {
            () = until.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let plan = plan.load();
        plan.forget();
        for pool in &plan.pools {
            pool.sweep();
        }
    }
}
