//! Bytes of a payload, and where they stand in it.

/// Bytes and the offset of the first of them.
pub(super) struct Located<'a> {
    /// The offset.
    pub(super) at: u64,
    /// The bytes.
    pub(super) raw: &'a [u8],
}

impl Located<'_> {
    /// Takes the first so many bytes away; if there are fewer, all.
    pub(super) fn take(&mut self, length: usize) -> Self {
        let (raw, rest) = self.raw.split_at_checked(length).unwrap_or((self.raw, &[]));
        let taken = Self { at: self.at, raw };
        self.at += raw.len() as u64;
        self.raw = rest;
        taken
    }

    /// The offset behind the last of them.
    pub(super) fn end(&self) -> u64 {
        self.at + self.raw.len() as u64
    }
}
