//! A configuration file exactly as people type it.
//!
//! Nothing is filled in and nothing is judged here: that is `meaning`'s work. The comments on
//! the keys are the descriptions in the JSON schema.

pub mod address;
pub mod admin;
pub mod binding;
pub mod limits;
pub mod listener;
pub mod property;
pub mod redaction;
pub mod source;
pub mod upstream;
pub mod value;
pub mod websocket;

use schemars::JsonSchema;
use serde::Deserialize;
use value::{FilePath, Placed};

/// The configuration of cloakroom, a reverse proxy that keeps visitors' addresses and personal
/// data from live-chat backends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "cloakroom")]
pub struct File {
    /// Upgrades that are tunnelled (RFC 9110 §7.8), such as websocket.
    pub upgrades: Option<Vec<Placed<String>>>,
    /// The file with the key of hashes and stand-ins: 32 bytes or more, or their hexadecimal
    /// form. Without it a random key is made at start, and after a restart the same value has
    /// another hash.
    pub hash_key_file: Option<Placed<FilePath>>,
    /// Where clients connect. At least one is needed.
    #[serde(default)]
    pub listener: Vec<Placed<listener::Listener>>,
    /// Where requests go. At least one is needed.
    #[serde(default)]
    pub upstream: Vec<Placed<upstream::Upstream>>,
    /// What holds for the addresses of every property's visitors.
    #[serde(default)]
    pub address: address::Address,
    /// Named sets of rules for what is taken out of payloads.
    #[serde(default)]
    pub redaction: Vec<Placed<redaction::Redaction>>,
    /// How properties are found, and what they have where they say nothing.
    #[serde(default)]
    pub properties: property::Properties,
    /// The properties: customers' websites that embed the chat widget.
    #[serde(default)]
    pub property: Vec<Placed<property::Property>>,
    /// How WebSockets are spoken whose messages are read.
    #[serde(default)]
    pub websocket: websocket::WebSocket,
    /// Sizes and counts of what clients send.
    #[serde(default)]
    pub limits: limits::Limits,
    /// How long a client may take.
    #[serde(default)]
    pub timeouts: limits::Timeouts,
    /// What is logged.
    #[serde(default)]
    pub log: limits::Log,
    /// Where operators ask how it goes.
    pub admin: Option<admin::Admin>,
}
