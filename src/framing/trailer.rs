//! Which fields may come behind a body?

use super::refusal::Refusal;

/// Refuses the name of a trailer that only means something in a head: framing, routing,
/// request modifiers, authentication, content format (RFC 9110 §6.5.1). A backend that
/// merges trailers into the head would otherwise act on a field that no one here saw.
/// `_` counts as `-`, as in the backends that might merge it.
pub(super) fn admit(name: &[u8]) -> Result<(), Refusal> {
    let same = |known: &&[u8]| {
        name.len() == known.len()
            && name
                .iter()
                .zip(*known)
                .all(|(byte, k)| byte.eq_ignore_ascii_case(k) || (*k == b'-' && *byte == b'_'))
    };
    if FORBIDDEN.iter().any(same) { Err(Refusal::TrailerForbidden) } else { Ok(()) }
}

const FORBIDDEN: [&[u8]; 29] = [
    b"authorization",
    b"cache-control",
    b"connection",
    b"content-encoding",
    b"content-length",
    b"content-range",
    b"content-type",
    b"cookie",
    b"expect",
    b"host",
    b"if-match",
    b"if-modified-since",
    b"if-none-match",
    b"if-range",
    b"if-unmodified-since",
    b"keep-alive",
    b"max-forwards",
    b"origin",
    b"pragma",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"range",
    b"set-cookie",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
    b"www-authenticate",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_must_not_act_as_a_head() {
        for name in ["Content-Length", "transfer_encoding", "HOST", "te", "Cookie", "Content_Type"]
        {
            assert_eq!(admit(name.as_bytes()), Err(Refusal::TrailerForbidden), "{name}");
        }
        for name in ["Digest", "X-Checksum", "grpc-status", "Server-Timing", "Vary", "tee"] {
            assert_eq!(admit(name.as_bytes()), Ok(()), "{name}");
        }
    }
}
