//! The tokens that backends hand out, and who remembers them.

use crate::policy::bindings::{Bindings, Counts};
use crate::policy::{Binding, Settings, Tokens};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// All tokens that are remembered. It belongs to the process, and outlives every plan.
pub struct TokenTable {
    began: Instant,
    tokens: Mutex<Bindings>,
}

/// How many there are; nothing of them.
impl fmt::Debug for TokenTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lock().fmt(f)
    }
}

impl TokenTable {
    /// A table that keeps as many as these settings say, hashed with this key.
    pub fn new(key: &[u8; 32], settings: &Settings) -> Self {
        let tokens = Bindings::new(key, settings.limits.bindings);
        Self { began: Instant::now(), tokens: Mutex::new(tokens) }
    }

    /// Other settings are in force: other limits, and perhaps other properties.
    pub fn renew(&self, settings: &Settings) {
        let mut tokens = self.lock();
        tokens.set_capacity(settings.limits.bindings);
        if !tokens.is_empty() {
            tokens.keep(|id| settings.book.by_id(id).is_some());
        }
    }

    /// How often something happened since the start.
    pub fn counts(&self) -> Counts {
        self.lock().counts()
    }

    /// The backend handed out this token of this binding to a visitor of the property.
    pub fn learn(&self, binding: &Binding, token: &[u8], property: &Arc<str>) {
        let now = self.began.elapsed();
        self.lock().learn(binding, token, property, now);
    }

    fn lock(&self) -> MutexGuard<'_, Bindings> {
        // Held for one look-up: nothing in it waits.
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tokens for &TokenTable {
    fn property_of(&mut self, binding: &Binding, token: &str) -> Option<Arc<str>> {
        let now = self.began.elapsed();
        self.lock().property_of(binding, token.as_bytes(), now)
    }
}
