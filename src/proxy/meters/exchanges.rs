//! Exchanges by property: as many properties as there is room for, and all others together.

use crate::address::Mode;
use http::StatusCode;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Properties that are counted each on its own. A monitoring system keeps every series that it
/// ever saw, and there may be a hundred thousand properties.
pub const NAMED: usize = 100;

/// The label of all other properties.
pub const OTHERS: &str = "(other)";

/// Exchanges by property and mode. Those properties have series of their own whose visitors came
/// first: of a busy one, one comes soon.
#[derive(Debug, Default)]
pub struct Exchanges {
    /// A lock, since there is no number that a property keeps over a reload. It is written to once
    /// a property; reading it costs a hundredth of an exchange.
    of: RwLock<HashMap<Arc<str>, Named>>,
    others: ByStatus,
    /// Of those that ended before it was known whose they are.
    nobodys: ByStatus,
}

#[derive(Debug, Default)]
struct Named([ByStatus; Mode::ALL.len()]);

/// Exchanges by the class of their status.
#[derive(Debug, Default)]
struct ByStatus([AtomicU64; CLASSES.len()]);

/// Classes of status codes (RFC 9110 §15).
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// So many exchanges were alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The property's id; empty where there was none.
    pub property: Arc<str>,
    /// Its mode; empty where there was none, or where it is that of several properties.
    pub mode: &'static str,
    /// `2xx` and the like.
    pub status: &'static str,
    /// How many.
    pub count: u64,
}

impl Exchanges {
    /// An exchange has ended.
    pub fn count(&self, whose: Option<(&Arc<str>, Mode)>, status: StatusCode) {
        let Some((property, mode)) = whose else { return self.nobodys.count(status) };
        let of = self.of.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(named) = of.get(property) {
            return named.count(mode, status);
        }
        let is_full = of.len() >= NAMED;
        drop(of);
        if is_full {
            return self.others.count(status);
        }
        let mut of = self.of.write().unwrap_or_else(PoisonError::into_inner);
        // Another one may have come first.
        if of.len() >= NAMED && !of.contains_key(property) {
            return self.others.count(status);
        }
        of.entry(Arc::clone(property)).or_default().count(mode, status);
    }

    /// All that there were, those that are alike together.
    pub fn all(&self) -> Vec<Alike> {
        let mut all = Vec::new();
        self.nobodys.tell(&"".into(), "", &mut all);
        self.others.tell(&OTHERS.into(), "", &mut all);
        let of = self.of.read().unwrap_or_else(PoisonError::into_inner);
        for (property, Named(modes)) in &*of {
            for (mode, counts) in Mode::ALL.iter().zip(modes) {
                counts.tell(property, mode.as_str(), &mut all);
            }
        }
        all
    }
}

impl Named {
    fn count(&self, mode: Mode, status: StatusCode) {
        let counts = Mode::ALL.iter().zip(&self.0).find(|(of, _)| **of == mode);
        if let Some((_, counts)) = counts {
            counts.count(status);
        }
    }
}

impl ByStatus {
    fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(count) = self.0.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn tell(&self, property: &Arc<str>, mode: &'static str, all: &mut Vec<Alike>) {
        for (status, count) in CLASSES.iter().zip(&self.0) {
            let count = count.load(Ordering::Relaxed);
            if count > 0 {
                all.push(Alike { property: Arc::clone(property), mode, status, count });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_have_series_of_their_own_and_the_rest_one_for_all() {
        let exchanges = Exchanges::default();
        let id = |number: usize| -> Arc<str> { format!("p{number}").into() };
        for _ in 0..2 {
            for number in 0..NAMED + 3 {
                exchanges.count(Some((&id(number), Mode::Off)), StatusCode::OK);
            }
        }
        exchanges.count(Some((&id(0), Mode::Pseudonym)), StatusCode::BAD_GATEWAY);
        exchanges.count(None, StatusCode::NOT_FOUND);
        let all = exchanges.all();
        let count = |property: &str, mode: &str, status: &str| {
            let alike =
                |it: &&Alike| (&*it.property, it.mode, it.status) == (property, mode, status);
            all.iter().filter(alike).map(|it| it.count).sum::<u64>()
        };
        assert_eq!(count("p0", "off", "2xx"), 2);
        assert_eq!(count("p0", "pseudonym", "5xx"), 1);
        assert_eq!(count("p99", "off", "2xx"), 2);
        assert_eq!(count("p100", "off", "2xx"), 0);
        assert_eq!(count(OTHERS, "", "2xx"), 6);
        assert_eq!(count("", "", "4xx"), 1);
        assert_eq!(all.len(), NAMED + 3);
    }
}
