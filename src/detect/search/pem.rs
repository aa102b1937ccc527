//! How far does a private key go, of which the first line was found? Keys have any length, so
//! the rest is not matched but followed, line by line, in constant memory.

/// A private key behind its first line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PemTail {
    dashes: u8,
    runs: u8,
}

impl PemTail {
    /// How many of these bytes still belong to the key, and whether it goes on behind them.
    pub(super) fn follow(&mut self, text: &[u8]) -> (usize, bool) {
        for (index, &byte) in text.iter().enumerate() {
            if byte == b'-' {
                self.dashes = self.dashes.saturating_add(1);
                if self.dashes == DASHES {
                    self.runs += 1;
                    if self.runs == 2 {
                        return (index + 1, false);
                    }
                }
                continue;
            }
            self.dashes = 0;
            if !is_inside(byte) {
                return (index, false);
            }
        }
        (text.len(), true)
    }
}

/// RFC 7468 section 2: five before and five behind the label.
const DASHES: u8 = 5;

/// Base64, line ends (as `\n` too, where a key stands in a string), and the headers of
/// RFC 1421 (`Proc-Type: 4,ENCRYPTED`).
fn is_inside(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=:,\\".contains(&byte)
}
