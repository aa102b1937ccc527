//! cloakroom: a TLS-terminating reverse proxy that keeps what a visitor did not mean to
//! tell from the chat backend behind it.

pub mod address;
#[cfg(feature = "shell")]
pub mod command;
pub mod config;
pub mod framing;
pub mod policy;

#[cfg(feature = "shell")]
pub mod proxy;
#[cfg(feature = "shell")]
pub mod server;
