//! Masking keys for the frames that we send as a client.

use crate::proxy::refusal::Refusal;
use std::fmt;

/// Masking keys, unpredictable for whoever chooses the payload (RFC 6455 §5.3). Random bytes are
/// asked for in bulk.
pub struct Masks {
    pool: [u8; POOL],
    used: usize,
}

/// Bytes that are asked for at a time: 32 keys.
const POOL: usize = 128;

/// The next keys are not to be known.
impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masks").finish_non_exhaustive()
    }
}

impl Default for Masks {
    fn default() -> Self {
        Self { pool: [0; POOL], used: POOL }
    }
}

impl Masks {
    /// The next key.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub fn key(&mut self) -> Result<[u8; 4], Refusal> {
        if self.used >= POOL {
            aws_lc_rs::rand::fill(&mut self.pool).map_err(|_| Refusal::NoRandomness)?;
            self.used = 0;
        }
        let key = self.pool.get(self.used..).and_then(<[u8]>::first_chunk).copied();
        self.used += 4;
        key.ok_or(Refusal::NoRandomness)
    }
}
