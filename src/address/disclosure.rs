//! What the backend learns of a visitor's address: the only place where it becomes text.
use std::net::IpAddr;

/// What the backend may learn.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Disclosure {
    address: Option<IpAddr>,
    sealed: Option<String>,
}
impl Disclosure {
    /// The address to write, if any.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }
    /// The true address, encrypted, if the mode is `sealed`.
    pub fn sealed(&self) -> Option<&str> {
        self.sealed.as_deref()
    }
}
