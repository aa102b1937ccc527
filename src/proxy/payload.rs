//! What do the fields of a message say of its payload?

use crate::policy::Limits;
use crate::proxy::coding::{self, Codings, UnknownCoding};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};

/// The `Content-Type`. `None` where there is none, where it is no text, and where there are
/// several: nobody knows which of them the reader believes, so the payload's bytes decide.
pub(super) fn content_type(fields: &HeaderMap) -> Option<&str> {
    let mut all = fields.get_all(CONTENT_TYPE).iter();
    let first = all.next().filter(|_| all.next().is_none())?;
    first.to_str().ok()
}

/// The content codings, the one that was applied first in front.
pub(super) fn codings(fields: &HeaderMap) -> Result<Codings, UnknownCoding> {
    Codings::parse(fields.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes))
}

/// How much a coded payload may become.
pub(super) fn decoded_limits(limits: &Limits) -> coding::Limits {
    coding::Limits {
        bytes: limits.decoded_bytes,
        ratio: limits.decoded_ratio.into(),
        ratio_after: RATIO_AFTER,
    }
}

/// As much as a small body is allowed to be: a text of one character that fits there is no bomb.
const RATIO_AFTER: u64 = 64 << 10;
