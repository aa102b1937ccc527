//! Settings made ready to run: every file read, every certificate checked, or an error that
//! names the file. Nothing is changed until all of it has succeeded.

use crate::address::country::CountryDb;
use crate::address::master_secret::MasterSecret;
use crate::policy::settings::{CountryFile, Rotation, Secrets};
use crate::policy::upstream::{Server, Upstream};
use crate::policy::{Listener, Settings, listener::Transport};
use crate::proxy::Plan;
use crate::proxy::plan::Secret;
use crate::proxy::token_table::TokenTable;
use crate::proxy::upstream::{Pool, client_config};
use crate::redact::hand::HashKey;
use crate::server::certificates::BadFile;
use crate::server::clock;
use crate::server::secrets::Keeper;
use crate::server::tls::{self, Sessions};
use arc_swap::ArcSwap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Why a configuration that reads well cannot be run.
#[derive(Debug)]
pub enum StartError {
    /// A file cannot be used.
    File(BadFile),
    /// Several things cannot be used.
    Several(Vec<String>),
    /// A listener cannot be bound.
    Bind {
        /// The listener's name.
        listener: String,
        /// The address, which is ours.
        address: std::net::SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Several(all) => f.write_str(&all.join("\n")),
            Self::Bind { listener, address, error } => {
                write!(f, "listener \"{listener}\": cannot bind {address}: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl From<BadFile> for StartError {
    fn from(file: BadFile) -> Self {
        Self::File(file)
    }
}

/// Checks everything that serving would need from the file system, and reports all of it.
pub fn verify(settings: &Settings) -> Result<(), StartError> {
    let mut wrong = Vec::new();
    let mut note = |result: Result<(), String>| wrong.extend(result.err());
    for listener in &settings.listeners {
        if let Transport::Tls(tls) = &listener.transport {
            note(tls::terminator(tls, &Sessions::new()).map(drop).map_err(|e| e.to_string()));
        }
    }
    for upstream in &settings.upstreams {
        note(pool(upstream).map(drop).map_err(|e| e.to_string()));
    }
    note(country(settings).map(drop).map_err(|e| e.to_string()));
    if let Some(file) = &settings.hash_key {
        note(hash_key(file).map(drop).map_err(|e| e.to_string()));
    }
    if let Secrets::Derived { .. } = settings.rotation.secrets {
        note(Keeper::new(&settings.rotation).map(drop).map_err(|e| e.to_string()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(StartError::Several(wrong)) }
}

/// A plan for these settings. Of the one before it keeps the pools of upstreams that are
/// as they were, with their connections, and the running secret where rotation is as it was.
pub(super) fn plan(
    settings: Settings,
    before: Option<&Plan>,
    secret: Arc<ArcSwap<Secret>>,
) -> Result<Plan, StartError> {
    let pools = settings
        .upstreams
        .iter()
        .map(|upstream| match kept(upstream, before) {
            Some(pool) => Ok(pool),
            None => pool(upstream),
        })
        .collect::<Result<_, _>>()?;
    let country = country(&settings)?;
    let hash_key = match (&settings.hash_key, before) {
        (Some(file), _) => hash_key(file)?,
        // A random key lives as long as the process.
        (None, Some(before)) if before.settings.hash_key.is_none() => Arc::clone(&before.hash_key),
        (None, _) => random_key()?,
    };
    let tokens = match before {
        Some(before) => Arc::clone(&before.tokens),
        None => Arc::new(TokenTable::new(&*random()?, &settings)),
    };
    Ok(Plan::new(Arc::new(settings), pools, secret, country, hash_key, tokens))
}

/// The key of hashes and stand-ins in this file.
pub fn hash_key(file: &Path) -> Result<Arc<HashKey>, BadFile> {
    let bytes = std::fs::read(file).map(Zeroizing::new).map_err(|e| BadFile::new(file, e))?;
    let master = MasterSecret::from_bytes(&bytes).map_err(|e| BadFile::new(file, e))?;
    Ok(Arc::new(HashKey::new(&*master.key(b"hashes"))))
}

/// A key of hashes and stand-ins that is kept nowhere.
pub fn random_key() -> Result<Arc<HashKey>, StartError> {
    Ok(Arc::new(HashKey::new(&*random()?)))
}

fn random() -> Result<Zeroizing<[u8; 32]>, StartError> {
    let mut key = Zeroizing::new([0; 32]);
    aws_lc_rs::rand::fill(&mut *key)
        .map_err(|_| StartError::Several(vec!["the system gave no random bytes".to_owned()]))?;
    Ok(key)
}

fn kept(upstream: &Upstream, before: Option<&Plan>) -> Option<Arc<Pool>> {
    // A pool with TLS files is made anew: they may have changed.
    let files = upstream.tls.ca.is_some() || upstream.tls.client_certificate.is_some();
    let same = |pool: &&Arc<Pool>| !files && pool.settings == *upstream;
    before?.pools.iter().find(same).cloned()
}

fn pool(upstream: &Upstream) -> Result<Arc<Pool>, StartError> {
    let needs_tls = upstream.servers.iter().any(|s| matches!(s, Server::Tcp { tls: true, .. }));
    let tls = needs_tls
        .then(|| client_config(&upstream.tls, upstream.protocol))
        .transpose()
        .map_err(|e| StartError::Several(vec![format!("upstream \"{}\": {e}", upstream.name)]))?;
    Ok(Arc::new(Pool::new(upstream, tls)))
}

fn country(settings: &Settings) -> Result<Option<Arc<CountryDb>>, BadFile> {
    let Some(CountryFile(file)) = &settings.country else {
        return Ok(None);
    };
    let bytes = std::fs::read(file).map_err(|e| BadFile::new(file, e))?;
    CountryDb::from_bytes(bytes).map(|db| Some(Arc::new(db))).map_err(|e| BadFile::new(file, e))
}

/// A plan that serves nobody: for showing what would be decided. Its secret is its own.
pub fn rehearse(settings: Settings) -> Result<Plan, StartError> {
    let rotation =
        Rotation { secrets: Secrets::Random { state: None }, ..settings.rotation.clone() };
    let secret = secret(&Keeper::new(&rotation)?)?;
    plan(settings, None, Arc::new(ArcSwap::from_pointee(secret)))
}

/// The running secret, as rotation wants it.
pub(super) fn secret(keeper: &Keeper) -> Result<Secret, BadFile> {
    let (secret, unkept) = keeper.secret(keeper.period(clock::since_epoch()))?;
    if let Some(error) = unkept {
        tracing::warn!(%error, "the secret of pseudonyms is in memory only");
    }
    Ok(Secret::new(secret))
}

/// The files whose change asks for new certificates.
pub(super) fn watched(listener: &Listener) -> Vec<PathBuf> {
    match &listener.transport {
        Transport::Tls(tls) => tls::files(tls),
        Transport::Plain { .. } => Vec::new(),
    }
}
