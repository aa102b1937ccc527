//! How often has a visitor asked, and is this once too often?
//!
//! A visitor is a true address, as the listener's chain found it: what a peer says that nobody
//! trusts is no key. All whose address is not known are one visitor, of one listener and of one
//! property: nobody gets around a limit by being unknown, and a hop in front that says nothing
//! shows at once.
//!
//! What is kept of an address is a keyed hash, in memory alone, under a key that is random for
//! each process and known to nobody: no choice of addresses fills one place of the table.

use crate::address::Client;
use crate::policy::rate::{Buckets, Rate, network_of};
use crate::policy::{Listener, Property, Settings};
use crate::proxy::refusal::Refusal;
use std::array;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// How often every visitor has asked. It belongs to the process, and outlives every plan.
pub struct Rates {
    key: RandomState,
    began: Instant,
    shards: [Mutex<Buckets>; SHARDS],
    /// The shard of which somebody is forgotten next.
    next: AtomicUsize,
}

/// Tables with a lock each, so that exchanges on different threads seldom meet.
const SHARDS: usize = 16;

/// For how many visitors there is room; nothing of them.
impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

impl Rates {
    /// Nobody has asked. There is room for as many as these settings say.
    pub fn new(settings: &Settings) -> Self {
        let capacity = share(settings);
        Self {
            key: RandomState::new(),
            began: Instant::now(),
            shards: array::from_fn(|_| Mutex::new(Buckets::new(capacity))),
            next: AtomicUsize::new(0),
        }
    }

    /// Other settings are in force. Who has asked stays known.
    pub fn renew(&self, settings: &Settings) {
        let capacity = share(settings);
        for shard in &self.shards {
            lock(shard).set_capacity(capacity);
        }
    }

    /// Forgets a part of those who may ask as if they never had: all of them when it was called
    /// sixteen times, so that none of these takes long.
    pub fn forget(&self) {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.shards[next % SHARDS]).forget(self.began.elapsed());
    }

    /// How many visitors are remembered, each of one listener or of one property. It takes as
    /// long as there is room.
    pub fn count(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).count()).sum()
    }

    /// For how many visitors there is room, each of one listener or of one property.
    pub fn capacity(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).capacity()).sum()
    }

    /// This client asks for something at this listener.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`]
    pub fn at_listener(&self, listener: &Listener, client: Client) -> Result<(), Refusal> {
        match listener.rate {
            Some(rate) => self.admit(rate, (Of::Listener, &listener.name), client),
            None => Ok(()),
        }
    }

    /// This client asks for something of this property.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`]
    pub fn of_property(&self, property: &Property, client: Client) -> Result<(), Refusal> {
        match property.policy.rate {
            Some(rate) => self.admit(rate, (Of::Property, &property.id), client),
            None => Ok(()),
        }
    }

    fn admit(&self, rate: Rate, of: (Of, &str), client: Client) -> Result<(), Refusal> {
        let network = match client {
            Client::Known(visitor) => Some(network_of(visitor, rate.v6)),
            Client::Unknown(_) => None,
        };
        let visitor = self.key.hash_one((of, network));
        // The lowest bits choose the shard, the highest ones the place in it.
        let [lowest, ..] = visitor.to_le_bytes();
        let shard = &self.shards[usize::from(lowest) % SHARDS];
        let admitted = lock(shard).admit(visitor, rate.pace, self.began.elapsed());
        admitted.map_err(Refusal::rate_limited)
    }
}

/// Whose count it is.
#[derive(Hash)]
enum Of {
    Listener,
    Property,
}

/// How many visitors each shard has room for: none where nothing is limited.
fn share(settings: &Settings) -> usize {
    let is_limited = settings.listeners.iter().any(|listener| listener.rate.is_some())
        || settings.book.policies().any(|policy| policy.rate.is_some());
    if is_limited { settings.limits.rate_visitors.div_ceil(SHARDS) } else { 0 }
}

fn lock(shard: &Mutex<Buckets>) -> MutexGuard<'_, Buckets> {
    // Held for one look-up: nothing in it waits.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
