//! How much a peer may send before it is refused?

/// Sizes and counts for one direction. Each is enforced before more than it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one data frame's payload as they are on the wire. What a frame claims is
    /// enough to refuse it.
    pub frame: u64,
    /// Bytes of one message, once inflated.
    pub message: u64,
    /// Frames of one message before the one that ends it.
    pub fragments: u32,
}
