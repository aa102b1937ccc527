//! Which tokens stand for a property: what a backend hands out to a visitor of a property that
//! is known, so that a later request or message that shows nothing else finds it again.
//!
//! What is chosen is here; what was learnt is in [`Bindings`](super::bindings::Bindings).

use super::json_place::JsonPlace;
use super::source::Source;
use std::sync::Arc;
use std::time::Duration;

/// A kind of token, where a backend hands it out and where visitors show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The name in logs and counters; tokens of different bindings have nothing to do with one
    /// another.
    pub name: Arc<str>,
    /// Where the backend hands it out, in bodies of responses and in messages of its. What a
    /// visitor says there teaches nothing.
    pub learn: Vec<JsonPlace>,
    /// Where visitors show it: any source but [`Source::Host`].
    pub show: Vec<Source>,
    /// How long it is remembered after it was handed out or shown for the last time.
    pub expires: Duration,
}

/// How long a token is remembered where nothing else is said: who came yesterday begins anew.
pub const EXPIRES: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest token in bytes, wherever it is handed out or shown; a longer one says nothing.
/// Signed tokens with a few claims (JWT) have some hundred.
pub const LONGEST_TOKEN: usize = 4 << 10;

/// Who remembers the tokens that were handed out.
pub trait Tokens {
    /// The id of the property that this token of this binding stands for; `None` where nobody
    /// remembers it.
    fn property_of(&mut self, binding: &Binding, token: &str) -> Option<Arc<str>>;
}

/// Nobody remembers any.
#[derive(Clone, Copy, Debug)]
pub struct NoTokens;

impl Tokens for NoTokens {
    fn property_of(&mut self, _: &Binding, _: &str) -> Option<Arc<str>> {
        None
    }
}
