//! Who may not reach a property any more, for a time?
//!
//! ```text
//! what the backend saw ── Order ──> Ledger ── of this handle, and of whoever had it ──> 403
//!                                     └─ Recents: which visitor has which stand-in just now
//! ```
//!
//! An agent knows a visitor by what the backend saw, its *handle*, and so does a ban. A stand-in
//! changes when the rotation period turns, and a ban goes on: it is bound to a keyed hash of the
//! true address of whoever has that handle, from the last connections or the next ones of the
//! period. The key is random for each process, and all of this lives in memory alone: it survives
//! a reload, and nothing of it a restart.
//!
//! What a ban cannot do:
//! - In mode `off` there is no handle. In mode `truncate` it is that of all of a network.
//! - A stand-in has to be banned in the period in which the backend saw it: what it stood for
//!   before is forgotten with that period, for bans as well.
//! - Of IPv6 it hits the visitor's /64, since who has one address of that has all of them; a
//!   visitor who comes from another network is another visitor.
//! - WebSockets and other tunnels of a visitor end with the ban; any other exchange that has begun
//!   ends by itself.

mod handle;
mod ledger;
mod order;
mod recents;

pub use handle::Handle;
pub use order::{Banned, LONGEST, NotBanned, Order, ShownHandle};

use crate::address::{Client, Mode, Recording, VisitorAddr};
use crate::policy::rate::{V6_BITS, network_of};
use crate::policy::{Book, Property, Settings, UnknownProperty};
use ledger::{Found, Ledger};
use recents::Recents;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Who may not reach which property. It belongs to the process, and outlives every plan.
pub struct Bans {
    key: RandomState,
    began: Instant,
    /// How many there are: where there are none, nothing is locked and nothing hashed.
    count: AtomicUsize,
    ledger: RwLock<Ledger>,
    recents: Mutex<Recents>,
    /// Told of each ban that is made.
    made: watch::Sender<()>,
}

/// How many there are; nothing of them.
impl fmt::Debug for Bans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bans").field("count", &self.len()).finish_non_exhaustive()
    }
}

impl Bans {
    /// Nobody is banned.
    pub fn new(settings: &Settings) -> Self {
        Self {
            key: RandomState::new(),
            began: Instant::now(),
            count: AtomicUsize::new(0),
            ledger: RwLock::default(),
            recents: Mutex::new(Recents::new(remembered(settings))),
            made: watch::Sender::new(()),
        }
    }

    /// Other settings are in force. All bans stay.
    pub fn renew(&self, settings: &Settings) {
        self.recents().set_capacity(remembered(settings));
    }

    /// Bans whoever has this handle, under these settings and the secret of this number. A ban
    /// that the handle has already ends when this one does.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn ban(
        &self,
        settings: &Settings,
        secret: u64,
        order: &Order<'_>,
    ) -> Result<Banned, NotBanned> {
        if order.lasts < Duration::from_secs(1) || order.lasts > LONGEST {
            return Err(NotBanned::Lasts);
        }
        let property = property(&settings.book, order.property).ok_or(NotBanned::NoProperty)?;
        let address = address(order.handle).ok_or(NotBanned::NoAddress)?;
        let handle = handle(settings, property, (address, order.network), secret)?;
        let id = &property.id;
        let hash = self.of_handle(id, handle);
        let is_own = property.policy.recording.mode() == Mode::Full;
        let visitor = match handle.period {
            Some(period) => self.recents().who(hash, period),
            None => is_own.then(|| self.of_visitor(id, VisitorAddr::new(address))),
        };
        let shown = (!is_own).then_some(ShownHandle(address));
        let now = self.began.elapsed();
        let mut ledger = self.ledger.write().unwrap_or_else(PoisonError::into_inner);
        let until = now.saturating_add(order.lasts);
        let what = (Arc::clone(id), shown);
        let banned = ledger.ban((hash, visitor), what, (now, until), settings.limits.bans);
        self.count.store(ledger.len(), Ordering::Relaxed);
        drop(ledger);
        self.made.send_replace(());
        banned
    }

    /// Ends the ban of this handle, as it was when it was banned; whether there was one.
    pub fn lift(&self, property: &str, handle: &str) -> bool {
        let Some(address) = address(handle) else { return false };
        let own = self.of_handle(property, Handle { address, period: None });
        let mut ledger = self.ledger.write().unwrap_or_else(PoisonError::into_inner);
        let is_lifted = ledger.lift(property, |hash, shown| {
            hash == own || shown.is_some_and(|shown| shown.address() == address)
        });
        self.count.store(ledger.len(), Ordering::Relaxed);
        is_lifted
    }

    /// The bans that are in force, those first that end first.
    pub fn list(&self) -> Vec<Banned> {
        let ledger = self.ledger.read().unwrap_or_else(PoisonError::into_inner);
        ledger.list(self.began.elapsed())
    }

    /// Forgets the bans that are over, and what stand-ins stood for before the period whose
    /// secret has this number.
    pub fn forget(&self, secret: u64) {
        self.recents().turn(secret);
        if !self.is_empty() {
            let mut ledger = self.ledger.write().unwrap_or_else(PoisonError::into_inner);
            ledger.forget(self.began.elapsed());
            self.count.store(ledger.len(), Ordering::Relaxed);
        }
    }

    /// How many bans there are, those included that are over and not yet forgotten.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this client, whom the backend of this property knows by this handle, may not
    /// reach it.
    pub fn is_banned(&self, property: &str, client: Client, handle: Option<Handle>) -> bool {
        if self.is_empty() {
            return false;
        }
        let now = self.began.elapsed();
        let visitor = match client {
            Client::Known(visitor) => Some(self.of_visitor(property, visitor)),
            Client::Unknown(_) => None,
        };
        let hash = handle.map(|handle| self.of_handle(property, handle));
        let ledger = self.ledger.read().unwrap_or_else(PoisonError::into_inner);
        let found = ledger.find(visitor, hash, now);
        drop(ledger);
        if let (Found::Met, Some(Handle { period: Some(_), .. }), Some(hash), Some(visitor)) =
            (found, handle, hash, visitor)
        {
            let mut ledger = self.ledger.write().unwrap_or_else(PoisonError::into_inner);
            ledger.bind(hash, visitor);
        }
        found != Found::Free
    }

    /// Says when another ban was made, from here on.
    pub fn made(&self) -> watch::Receiver<()> {
        self.made.subscribe()
    }

    /// The backend of this property is told this handle of this client. Remembered is who had a
    /// stand-in.
    pub fn saw(&self, property: &str, client: Client, handle: Handle) {
        if let (Client::Known(visitor), Some(period)) = (client, handle.period) {
            let hash = self.of_handle(property, handle);
            let visitor = self.of_visitor(property, visitor);
            self.recents().saw(hash, visitor, period);
        }
    }

    fn of_handle(&self, property: &str, handle: Handle) -> u64 {
        self.key.hash_one((property, handle))
    }

    fn of_visitor(&self, property: &str, visitor: VisitorAddr) -> u64 {
        self.key.hash_one((property, network_of(visitor, V6_BITS)))
    }

    fn recents(&self) -> MutexGuard<'_, Recents> {
        // Held for one look-up: nothing in it waits.
        self.recents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle that this address is, if the backend of this property can have seen it.
fn handle(
    settings: &Settings,
    property: &Property,
    (address, network): (IpAddr, bool),
    secret: u64,
) -> Result<Handle, NotBanned> {
    let recording = &property.policy.recording;
    let is_told = match (recording, address) {
        (Recording::Off { .. }, _) => return Err(NotBanned::NothingTold),
        (Recording::Pseudonym | Recording::Sealed(_), IpAddr::V4(v4)) => {
            settings.landing.v4().contains(&v4)
        }
        (Recording::Pseudonym | Recording::Sealed(_), IpAddr::V6(v6)) => {
            settings.landing.v6().contains(&v6)
        }
        (Recording::Truncate(truncation), _) => {
            truncation.network_of(VisitorAddr::new(address)) == address
        }
        (Recording::Full, _) => true,
    };
    if !is_told {
        return Err(NotBanned::NeverTold);
    }
    if matches!(recording, Recording::Truncate(_)) && !network {
        return Err(NotBanned::WholeNetwork);
    }
    Handle::of(address, recording.mode(), secret).ok_or(NotBanned::NothingTold)
}

/// The property of this id, the unknown one included.
fn property<'a>(book: &'a Book, id: &str) -> Option<&'a Property> {
    let unknown = match book.unknown() {
        UnknownProperty::Serve(property) => Some(property),
        UnknownProperty::Refuse => None,
    };
    book.by_id(id).or(unknown.filter(|unknown| *unknown.id == *id))
}

fn address(handle: &str) -> Option<IpAddr> {
    Some(handle.parse::<IpAddr>().ok()?.to_canonical())
}

/// How many visitors are remembered: none where nobody has a stand-in.
fn remembered(settings: &Settings) -> usize {
    let mut modes = settings.book.policies().map(|policy| policy.recording.mode());
    let stands_in = modes.any(|mode| matches!(mode, Mode::Pseudonym | Mode::Sealed));
    if stands_in { settings.limits.ban_visitors } else { 0 }
}
