//! A configuration made ready to run: settings, pools, secrets, databases.

use crate::address::country::CountryDb;
use crate::address::period::PeriodSecret;
use crate::policy::Settings;
use crate::proxy::bans::{Banned, Bans, NotBanned, Order};
use crate::proxy::ceiling::Ceiling;
use crate::proxy::rate::Rates;
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
    /// How often visitors have asked, under all plans.
    pub rates: Arc<Rates>,
    /// Who may not reach which property, under all plans.
    pub bans: Arc<Bans>,
    /// What exchanges hold back, those of all plans.
    pub ceiling: Ceiling,
}

/// What a process remembers from one plan to the next.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The tokens that backends have handed out.
    pub tokens: Arc<TokenTable>,
    /// How often visitors have asked.
    pub rates: Arc<Rates>,
    /// Who may not reach which property.
    pub bans: Arc<Bans>,
    /// What exchanges hold back.
    pub ceiling: Ceiling,
}

impl Kept {
    /// Nothing is remembered yet. Tokens are hashed with this key.
    pub fn new(key: &[u8; 32], settings: &Settings) -> Self {
        Self {
            tokens: Arc::new(TokenTable::new(key, settings)),
            rates: Arc::new(Rates::new(settings)),
            bans: Arc::new(Bans::new(settings)),
            ceiling: Ceiling::new(settings.limits.held_bytes),
        }
    }
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
        kept: Kept,
    ) -> Self {
        let carriers = settings.upstreams.iter().map(Carrier::new).collect();
        let generation = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let Kept { tokens, rates, bans, ceiling } = kept;
        let ceiling = ceiling.with_limit(settings.limits.held_bytes);
        Self {
            generation,
            settings,
            pools,
            carriers,
            secret,
            country,
            hash_key,
            tokens,
            rates,
            bans,
            ceiling,
        }
    }

    /// What is remembered for the next plan.
    pub fn kept(&self) -> Kept {
        Kept {
            tokens: Arc::clone(&self.tokens),
            rates: Arc::clone(&self.rates),
            bans: Arc::clone(&self.bans),
            ceiling: self.ceiling.clone(),
        }
    }

    /// This plan is about to be put in force: what is remembered has to fit its settings.
    pub fn renew(&self) {
        self.tokens.renew(&self.settings);
        self.rates.renew(&self.settings);
        self.bans.renew(&self.settings);
    }

    /// Forgets of visitors what nothing needs any more: called every few seconds.
    pub fn forget(&self) {
        self.rates.forget();
        self.bans.forget(self.secret.load().number);
    }

    /// Bans whoever has the handle, as backends see it under this plan and in the running period.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub fn ban(&self, order: &Order<'_>) -> Result<Banned, NotBanned> {
        self.bans.ban(&self.settings, self.secret.load().number, order)
    }
}
