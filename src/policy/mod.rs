//! What the operator and the property owners chose, as data that is swapped whole.
//!
//! ```text
//! Settings ── listeners ── who may say who the client is, TLS, limits
//!          ├─ upstreams ── where requests go, which fields disclose the address
//!          └─ book ─────── sources -> key -> Property -> Policy (shared) -> Redaction (shared)
//!             └─ bindings ── tokens that stand for a property, once a backend handed them out
//! ```

pub mod admin;
pub mod binding;
pub mod bindings;
pub mod book;
pub mod json_place;
pub mod limits;
pub mod listener;
pub mod property;
pub mod redaction;
pub mod settings;
pub mod source;
pub mod upstream;
pub mod websocket;

pub use admin::Admin;
pub use binding::{Binding, NoTokens, Tokens};
pub use book::{Book, BookBuilder, Found};
pub use json_place::JsonPlace;
pub use limits::{Limits, Timeouts};
pub use listener::Listener;
pub use property::{Policy, Property, UnknownProperty};
pub use redaction::Redaction;
pub use settings::Settings;
pub use source::{PathPattern, Plucked, RequestView, Source, WithBody};
pub use upstream::Upstream;
pub use websocket::WebSocket;
