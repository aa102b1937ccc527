//! Connections to an upstream: chosen in turn, kept, shared out, passed over while failing.
//!
//! ```text
//! Pool::checkout -> Lease -> Lease::send -> response ... Lease::give_back
//!   ├─ Server: slots (limit), idle connections, health
//!   └─ dial:   TCP or Unix, TLS, HTTP handshake
//! ```

mod dial;
mod pool;
mod server;
mod tls;

pub use dial::DialError;
pub use pool::{Checkout, Pool};
pub use server::{Lease, Unsent};
pub use tls::{TlsError, client_config};
