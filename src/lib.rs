//! cloakroom: a TLS-terminating reverse proxy that keeps what a visitor did not mean to
//! tell from the chat backend behind it.
//!
//! ```text
//!            command                      what a person asks for
//!            server                       doors, TLS, reload, drain
//!     config        proxy                 what was typed │ one exchange
//!            policy                       what was chosen
//!            redact                       bytes in, bytes out
//!            format                       where text stands in a payload
//!     address  framing  detect            who asks │ where a message ends │ what is personal
//!              websocket                  what frames say, how they are written
//! ```
//!
//! A module uses what stands below it, never what stands above or beside it. [`address`],
//! [`framing`], [`websocket`], [`detect`], [`mod@format`], [`redact`], [`policy`] and [`config`] are
//! the core: bytes and values in, decisions out.
//! `ARCHITECTURE.md` tells the rest.

pub mod address;
#[cfg(feature = "shell")]
pub mod command;
pub mod config;
pub mod detect;
pub mod format;
pub mod framing;
pub mod policy;
pub mod redact;
pub mod websocket;

#[cfg(feature = "shell")]
pub mod proxy;
#[cfg(feature = "shell")]
pub mod server;
