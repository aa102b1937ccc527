//! How are bodies gone about? As the proxy does it for a property, with the limits that hold.

use crate::format::Bounds;
use crate::format::content::Binary;
use crate::policy::{Redaction, redaction};
use crate::redact::Options;

/// How bodies are gone about under this set; `depth` is the limit on levels.
pub(super) fn options(set: &Redaction, depth: usize) -> Options {
    Options {
        observe: set.observe,
        pass_unreadable: set.unreadable == redaction::Unreadable::Pass,
        binary: match set.binary {
            redaction::Binary::Pass => Binary::Pass,
            redaction::Binary::Refuse => Binary::Refuse,
        },
        bounds: Bounds { depth },
        ..Options::default()
    }
}
