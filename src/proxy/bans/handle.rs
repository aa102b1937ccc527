//! By what does a backend know a visitor?

use crate::address::Disclosure;
use crate::address::Mode;
use std::fmt;
use std::net::IpAddr;

/// The address that a backend was told in the place of a visitor's own. Printing one by accident
/// tells nothing: in mode `full` it is the visitor's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Handle {
    /// The address.
    pub address: IpAddr,
    /// Where it is a stand-in: the number of the secret that it was made with. Under another
    /// one it is somebody else's.
    pub period: Option<u64>,
}

impl Handle {
    /// What this disclosure tells of who it is, in such a mode, under the secret of this number;
    /// `None` where it tells nothing, or nothing that lasts.
    pub fn told(disclosure: &Disclosure, mode: Mode, secret: u64) -> Option<Self> {
        let address = disclosure.address()?;
        Self::of(address, mode, secret)
    }

    /// The same of an address that somebody says was told.
    pub fn of(address: IpAddr, mode: Mode, secret: u64) -> Option<Self> {
        match mode {
            Mode::Off => None,
            Mode::Pseudonym | Mode::Sealed => Some(Self { address, period: Some(secret) }),
            Mode::Truncate | Mode::Full => Some(Self { address, period: None }),
        }
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.period.is_some() { "handle(stand-in)" } else { "handle" })
    }
}
