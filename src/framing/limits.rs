//! How long a message and its parts may be before the gate refuses them.

/// Sizes and counts for one message. Each is enforced before more than it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateLimits {
    /// Bytes of a head with the empty line that ends it, and the one that may precede it. A
    /// trailer section with its last-chunk line has as many again.
    pub head_bytes: usize,
    /// Fields of a head. A trailer section has as many again.
    pub head_fields: usize,
    /// Bytes of one line with its CRLF: a request line, a field, a chunk-size line.
    pub line_bytes: usize,
    /// Bytes of a body, without what chunked coding puts around them.
    pub body_bytes: u64,
}
