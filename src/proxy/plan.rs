//! A configuration made ready to run: settings, pools, secrets, databases.

use crate::address::country::CountryDb;
use crate::address::period::PeriodSecret;
use crate::policy::Settings;
use crate::proxy::ceiling::Ceiling;
use crate::proxy::token_table::TokenTable;
use crate::proxy::told::Carrier;
use crate::proxy::upstream::Pool;
use crate::redact::hand::HashKey;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A configuration made ready to run. Swapped whole; an exchange ends with the one that
/// it began with.
#[derive(Debug)]
pub struct Plan {
    /// Distinguishes plans.
    pub generation: u64,
    /// What the operator and the property owners chose.
    pub settings: Arc<Settings>,
    /// One pool an upstream, in the order of the settings.
    pub pools: Vec<Arc<Pool>>,
    /// How each upstream is told of the visitor, in the same order.
    pub carriers: Vec<Carrier>,
    /// The running period's secret.
    pub secret: Arc<ArcSwap<Secret>>,
    /// Countries by address, where a property asks for them.
    pub country: Option<Arc<CountryDb>>,
    /// The key of hashes and stand-ins.
    pub hash_key: Arc<HashKey>,
    /// The tokens that backends have handed out, of all plans.
    pub tokens: Arc<TokenTable>,
    /// What exchanges hold back, those of all plans.
    pub ceiling: Ceiling,
}

/// The running period's secret with a number that no other secret of this process has.
#[derive(Debug)]
pub struct Secret {
    /// Its number.
    pub number: u64,
    /// The secret.
    pub period: PeriodSecret,
}

static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl Secret {
    /// Numbers a secret.
    pub fn new(period: PeriodSecret) -> Self {
        Self { number: NUMBERS.fetch_add(1, Ordering::Relaxed), period }
    }
}

impl Plan {
    /// Puts the parts together.
    pub fn new(
        settings: Arc<Settings>,
        pools: Vec<Arc<Pool>>,
        secret: Arc<ArcSwap<Secret>>,
        country: Option<Arc<CountryDb>>,
        hash_key: Arc<HashKey>,
        tokens: Arc<TokenTable>,
        ceiling: Ceiling,
    ) -> Self {
        let carriers = settings.upstreams.iter().map(Carrier::new).collect();
        let generation = NUMBERS.fetch_add(1, Ordering::Relaxed);
        Self { generation, settings, pools, carriers, secret, country, hash_key, tokens, ceiling }
    }
}
