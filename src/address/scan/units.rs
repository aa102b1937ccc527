//! What does a text say once its percent-encoding is undone, and where in it?
//!
//! ```text
//! raw bytes      2 0 3 % 2 5 2 E 0 ...
//! undone once    2 0 3 %     2 E 0 ...      each unit knows where it ends in the raw bytes
//! undone twice   2 0 3 .         0 ...
//! ```
//!
//! Nothing is copied: a unit is decoded when it is asked for.

/// A text as units, each a byte that may be spelt with several.
pub(super) trait Units {
    /// The unit that begins at offset `at` of the raw bytes, and the offset of the next one.
    /// `None` at the end.
    fn unit(&self, at: usize) -> Option<(u8, usize)>;
}

/// Bytes as they stand.
#[derive(Clone, Copy)]
pub(super) struct Raw<'a>(pub(super) &'a [u8]);

impl Units for Raw<'_> {
    #[inline]
    fn unit(&self, at: usize) -> Option<(u8, usize)> {
        self.0.get(at).map(|&byte| (byte, at + 1))
    }
}

/// `T` with percent-encoding undone once (RFC 3986 §2.1). What is no escape stays.
#[derive(Clone, Copy)]
pub(super) struct Unescaped<T>(pub(super) T);

impl<T: Units> Units for Unescaped<T> {
    #[inline]
    fn unit(&self, at: usize) -> Option<(u8, usize)> {
        let (byte, next) = self.0.unit(at)?;
        if byte != b'%' {
            return Some((byte, next));
        }
        Some(self.escaped(next).unwrap_or((byte, next)))
    }
}

impl<T: Units> Unescaped<T> {
    /// The byte whose two digits stand at `at`.
    fn escaped(&self, at: usize) -> Option<(u8, usize)> {
        let (high, at) = self.0.unit(at)?;
        let (low, next) = self.0.unit(at)?;
        Some((nibble(high)? << 4 | nibble(low)?, next))
    }
}

/// The value of a hexadecimal digit.
#[inline]
pub(super) const fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_layer_by_layer() {
        check("a%2Eb", "a%2Eb", "a.b", "a.b");
        check("a%252eb", "a%252eb", "a%2eb", "a.b");
        check("%25%32%65", "%25%32%65", "%2e", ".");
        check("%%32%65", "%%32%65", "%2e", ".");
        check("100%", "100%", "100%", "100%");
        check("%4", "%4", "%4", "%4");
        check("%zz%2", "%zz%2", "%zz%2", "%zz%2");
    }

    #[track_caller]
    fn check(raw: &str, zero: &str, once: &str, twice: &str) {
        let bytes = Raw(raw.as_bytes());
        assert_eq!(all(bytes, raw.len()), zero);
        assert_eq!(all(Unescaped(bytes), raw.len()), once);
        assert_eq!(all(Unescaped(Unescaped(bytes)), raw.len()), twice);
    }

    fn all(text: impl Units, length: usize) -> String {
        let mut out = String::new();
        let mut at = 0;
        while let Some((byte, next)) = text.unit(at) {
            out.push(char::from(byte));
            at = next;
        }
        assert_eq!(at, length, "the units cover the text");
        out
    }
}
