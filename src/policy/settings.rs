//! Everything that a configuration means.

use super::{Admin, Book, Limits, Listener, Timeouts, Upstream, WebSocket};
use crate::address::fields::AddressFields;
use crate::address::recording::Landing;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Everything that a configuration means. Built whole or not at all.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients connect.
    pub listeners: Vec<Listener>,
    /// Where requests go.
    pub upstreams: Vec<Upstream>,
    /// Which property a request belongs to.
    pub book: Arc<Book>,
    /// Fields that are removed because they can tell where a visitor is.
    pub address_fields: AddressFields,
    /// Where stand-ins land.
    pub landing: Landing,
    /// Where the secrets of pseudonyms come from.
    pub rotation: Rotation,
    /// The country database, read whole; `None` where no property asks for countries.
    pub country: Option<CountryFile>,
    /// How WebSockets are spoken.
    pub websocket: WebSocket,
    /// Sizes and counts.
    pub limits: Limits,
    /// Times.
    pub timeouts: Timeouts,
    /// What is logged.
    pub log: Log,
    /// Where operators ask how it goes; `None`: nowhere.
    pub admin: Option<Admin>,
    /// Upgrades that are tunnelled, lower case (`websocket`).
    pub upgrades: Vec<String>,
    /// The file with the key of hashes and stand-ins; `None`: a random one for each start.
    pub hash_key: Option<PathBuf>,
}

/// Where the secrets of pseudonyms come from, and how long one lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Length of a period.
    pub period: Duration,
    /// Where secrets come from.
    pub secrets: Secrets,
}

/// A day, and secrets that do not survive a restart.
impl Default for Rotation {
    fn default() -> Self {
        Self { period: Duration::from_secs(24 * 60 * 60), secrets: Secrets::Random { state: None } }
    }
}

/// Where the secrets of pseudonyms come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// Random ones, destroyed when their period ends. With a directory they survive a
    /// restart within the period; without one they live in memory alone.
    Random {
        /// Where the running period's secret is kept, mode 0600.
        state: Option<PathBuf>,
    },
    /// Derived from a master secret that several instances share.
    Derived {
        /// The file with the master secret: 32 bytes or more, or their hexadecimal form.
        master: PathBuf,
    },
}

/// Upgrades that are tunnelled where nothing else is said.
pub const UPGRADES: &[&str] = &["websocket"];

/// A country database in MaxMind's format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryFile(pub PathBuf);

/// What is logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Text or JSON lines.
    pub format: LogFormat,
    /// Least severity, in the syntax of `tracing_subscriber::EnvFilter`.
    pub level: String,
    /// Whether each exchange is logged.
    pub access: bool,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".into(), access: true }
    }
}
