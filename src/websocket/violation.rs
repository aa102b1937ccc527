//! For what is a peer refused?

use super::code::Code;
use std::fmt;

/// Why nothing more is read of a peer. It names a rule, never a byte of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The code for the Close frame: 1002, 1007 or 1009.
    pub code: Code,
    /// The rule that was broken, in words.
    pub what: &'static str,
}

impl Violation {
    /// A frame, or a sequence of frames, that RFC 6455 does not permit.
    pub(super) const fn protocol(what: &'static str) -> Self {
        Self { code: Code::PROTOCOL, what }
    }

    /// A payload that is not what it has to be.
    pub(super) const fn payload(what: &'static str) -> Self {
        Self { code: Code::NOT_UTF8, what }
    }

    /// More than the limits permit.
    pub(super) const fn too_big(what: &'static str) -> Self {
        Self { code: Code::TOO_BIG, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for Violation {}
