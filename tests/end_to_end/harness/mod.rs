//! A visitor, a backend, and the proxy between them, in one process.
//!
//! ```text
//! visitor::at("203.0.113.77") ──TLS──> cloakroom::before(&backend) ──> backend::start()
//!   also the trusted hop in front       built from TOML, port 0         keeps every byte
//! ```
//!
//! Nothing sleeps and no port is fixed: whoever waits, waits for an event, and not for long.

#![allow(dead_code, reason = "two binaries use the harness, each a part of it")]

pub(crate) mod authority;
pub(crate) mod backend;
pub(crate) mod calls;
pub(crate) mod cloakroom;
pub(crate) mod coding;
pub(crate) mod finder;
pub(crate) mod frames;
pub(crate) mod message;
pub(crate) mod personal;
pub(crate) mod socket;
pub(crate) mod visitor;

use std::future::Future;
use std::time::Duration;

/// Longer than anything here takes on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(20);

/// The outcome of `future`, which is expected soon. What never comes fails the test by name.
#[track_caller]
pub(crate) fn soon<F: Future>(what: &str, future: F) -> impl Future<Output = F::Output> {
    let place = std::panic::Location::caller();
    async move {
        match tokio::time::timeout(PATIENCE, future).await {
            Ok(outcome) => outcome,
            Err(_) => panic!("{place}: waited too long for {what}"),
        }
    }
}
