//! Which property does a token stand for that a backend handed out before?
//!
//! ```text
//! response of a known property ── learn ──> keyed hash of (binding, token) ──> property's id
//! request that shows the token ── property_of ─────────^
//! ```
//!
//! No token is kept, only a keyed hash of it: whoever reads this table learns none. It maps to
//! a property's id, so that it stays true when the configuration is read anew. Room is bounded:
//! at the limit those go that were not used for the longest. It has no clock: it is handed the
//! time since some start that stays the same.
//!
//! **Who comes first has the token.** As long as it lives, a token that was handed out for one
//! property is not bound to another one: whoever makes the backend of a second property repeat
//! somebody's token gains nothing by it, nor does that keep the binding alive. A token that can
//! be guessed before it is handed out protects nobody, so only such should be configured as are
//! random or signed.

mod recent;

use crate::policy::binding::{Binding, LONGEST_TOKEN};
use aws_lc_rs::hmac;
use recent::{Key, Recent};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The tokens that were learnt.
///
/// ```
/// use cloakroom::policy::bindings::{Bindings, Learnt};
/// use cloakroom::policy::{Binding, JsonPlace, Source};
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// let binding = Binding {
///     name: "pubsub".into(),
///     learn: vec![JsonPlace::at("contact.pubsub_token")],
///     show: vec![Source::Query("token".into())],
///     expires: Duration::from_secs(3600),
/// };
/// let (shop, blog): (Arc<str>, Arc<str>) = ("shop".into(), "blog".into());
/// let mut bindings = Bindings::new(&[7; 32], 1_000);
/// let minute = |minutes: u64| Duration::from_secs(minutes * 60);
/// assert_eq!(bindings.learn(&binding, b"q7x", &shop, minute(0)), Learnt::New);
/// assert_eq!(bindings.learn(&binding, b"q7x", &blog, minute(1)), Learnt::Taken);
/// assert_eq!(bindings.property_of(&binding, b"q7x", minute(59)).as_deref(), Some("shop"));
/// assert_eq!(bindings.property_of(&binding, b"q7x", minute(118)).as_deref(), Some("shop"));
/// assert_eq!(bindings.property_of(&binding, b"q7x", minute(178)), None);
/// ```
pub struct Bindings {
    key: hmac::Key,
    capacity: usize,
    tokens: Recent<Bound>,
    counts: Counts,
}

/// What a token stands for.
struct Bound {
    property: Arc<str>,
    /// From when on it is not known any more.
    until: Duration,
}

/// What became of a token that was handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learnt {
    /// It is bound to the property from here on.
    New,
    /// It was bound to the property before, and lives on.
    Again,
    /// It is bound to another property, and stays so.
    Taken,
    /// There is no room for any, or it is no token: empty, or longer than
    /// [`LONGEST_TOKEN`].
    Ignored,
}

/// How often something happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tokens that were bound.
    pub learnt: u64,
    /// Tokens that were handed out for a property while they were bound to another one.
    pub taken: u64,
    /// Tokens that had to go before their time for want of room.
    pub dropped: u64,
}

/// How many there are; nothing of them.
impl fmt::Debug for Bindings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bindings")
            .field("capacity", &self.capacity)
            .field("tokens", &self.tokens.len())
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

impl Bindings {
    /// A table without tokens, and with room for so many. The key is random and secret, and
    /// nobody needs it again: a table does not outlive its process.
    pub fn new(key: &[u8; 32], capacity: usize) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        Self { key, capacity, tokens: Recent::new(), counts: Counts::default() }
    }

    /// The backend handed out this token to a visitor of the property of this id.
    pub fn learn(
        &mut self,
        binding: &Binding,
        token: &[u8],
        property: &Arc<str>,
        now: Duration,
    ) -> Learnt {
        if self.capacity == 0 || !is_token(token) {
            return Learnt::Ignored;
        }
        let hash = self.hash(binding, token);
        let held = self.tokens.get(&hash);
        let learnt = match held.filter(|bound| now < bound.until) {
            Some(bound) if bound.property == *property => Learnt::Again,
            Some(_) => {
                self.counts.taken += 1;
                return Learnt::Taken;
            }
            None => {
                self.counts.learnt += 1;
                Learnt::New
            }
        };
        if held.is_none() {
            self.make_room(now);
        }
        let until = now.saturating_add(binding.expires);
        self.tokens.add(hash, Bound { property: Arc::clone(property), until });
        learnt
    }

    /// The id of the property that this token stands for, if it is known and not expired.
    /// Showing it lets it live on.
    pub fn property_of(
        &mut self,
        binding: &Binding,
        token: &[u8],
        now: Duration,
    ) -> Option<Arc<str>> {
        if self.tokens.len() == 0 || !is_token(token) {
            return None;
        }
        let hash = self.hash(binding, token);
        self.tokens.get(&hash).filter(|bound| now < bound.until)?;
        let bound = self.tokens.used(&hash)?;
        bound.until = now.saturating_add(binding.expires);
        Some(Arc::clone(&bound.property))
    }

    /// Room for so many tokens from here on; with less than before, those go that were not used
    /// for the longest.
    pub fn set_capacity(&mut self, capacity: usize) {
        if capacity < self.capacity {
            while self.tokens.len() > capacity {
                self.tokens.drop_oldest();
                self.counts.dropped += 1;
            }
            self.tokens.shrink();
        }
        self.capacity = capacity;
    }

    /// Forgets the tokens of all properties but these, as it has to be done when the
    /// configuration is read anew: a property that has another id from there on would not get
    /// its tokens back while they live. It takes as long as there are tokens.
    pub fn keep(&mut self, mut is_there: impl FnMut(&str) -> bool) {
        self.tokens.retain(|bound| is_there(&bound.property));
        self.tokens.shrink();
    }

    /// How many tokens are held; some of them may be expired.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often something happened since the start.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Room for one more. Two that are expired go for each that comes, so that a table that was
    /// full once does not stay so; where bindings differ in how long they last, some wait behind
    /// one that lives.
    fn make_room(&mut self, now: Duration) {
        for _ in 0..2 {
            if self.tokens.oldest().is_some_and(|bound| bound.until <= now) {
                self.tokens.drop_oldest();
            }
        }
        if self.tokens.len() >= self.capacity {
            self.tokens.drop_oldest();
            self.counts.dropped += 1;
        }
    }

    /// What is kept of a token: 128 bits, so that two of them never meet by chance.
    fn hash(&self, binding: &Binding, token: &[u8]) -> Key {
        let mut context = hmac::Context::with_key(&self.key);
        // Length first: no other name and token spell the same bytes.
        context.update(&(binding.name.len() as u64).to_be_bytes());
        context.update(binding.name.as_bytes());
        context.update(token);
        let tag = context.sign();
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }
}

fn is_token(token: &[u8]) -> bool {
    (1..=LONGEST_TOKEN).contains(&token.len())
}

#[cfg(test)]
mod tests;
