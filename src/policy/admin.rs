//! Where operators ask how it goes.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Where operators ask how it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin {
    /// All the places.
    pub bind: Vec<AdminAddress>,
}

/// One of the places.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AdminAddress {
    /// An address and a port. Other machines reach it where it is not a loopback address.
    Tcp(SocketAddr),
    /// A Unix socket, which the process's user alone may open.
    Unix(PathBuf),
}

/// The port that OpenTelemetry's exporters for Prometheus have.
pub const ADMIN_PORT: u16 = 9464;

impl Default for Admin {
    fn default() -> Self {
        Self { bind: vec![AdminAddress::Tcp((Ipv4Addr::LOCALHOST, ADMIN_PORT).into())] }
    }
}

impl AdminAddress {
    /// Whether only this machine reaches it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}
