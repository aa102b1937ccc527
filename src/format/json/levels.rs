//! Which arrays and objects is the reader inside of, and what are they called? Keys lie in one
//! buffer, one behind another as the levels do, so that going down and up copies nothing twice.
//!
//! ```text
//! {"contact": {"phones": ["…            contact phones
//!                                       └─────┘ the name of level 1
//!                                               └────┘ of level 2, an array: its elements' too
//! ```

use super::unescape;

/// Where the reader stands among arrays and objects.
#[derive(Clone, Default)]
pub(super) struct Levels {
    /// The innermost is last.
    open: Vec<Level>,
    /// The names of all levels, and last the key that is being read or was read last.
    names: Vec<u8>,
}

#[derive(Clone)]
struct Level {
    inside: Inside,
    /// The number of the element that comes next.
    index: u64,
    /// Where its name begins and ends in `names`.
    name: (usize, usize),
    /// Where the keys that are read in it begin in `names`.
    keys: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Between documents.
    Nothing,
    Object,
    Array,
}

impl Levels {
    #[inline]
    pub(super) fn inside(&self) -> Inside {
        self.here().inside
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Goes into an array or object that is the value which comes next.
    pub(super) fn open(&mut self, inside: Inside) {
        let (name, keys) = (self.value_range(), self.names.len());
        self.open.push(Level { inside, index: 0, name, keys });
    }

    /// Comes out of the innermost one.
    pub(super) fn close(&mut self) {
        self.names.truncate(self.here().keys);
        self.open.pop();
    }

    /// Back to the top, for another payload.
    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.names.clear();
    }

    /// The number of the element that begins.
    #[inline]
    pub(super) fn next_index(&mut self) -> u64 {
        let Some(here) = self.open.last_mut() else { return 0 };
        here.index += 1;
        here.index - 1
    }

    #[inline]
    fn here(&self) -> &Level {
        self.open.last().unwrap_or(&TOP)
    }

    #[inline]
    pub(super) fn begin_key(&mut self) {
        self.names.truncate(self.here().keys);
    }

    /// More of a key, as it is written.
    #[inline]
    pub(super) fn more_of_key(&mut self, raw: &[u8]) {
        let room = LONGEST_RAW_KEY.saturating_sub(self.names.len() - self.here().keys);
        self.names.extend_from_slice(raw.get(..room).unwrap_or(raw));
    }

    /// The key is complete: what it is, decoded.
    #[inline]
    pub(super) fn end_key(&mut self, escaped: bool) -> &[u8] {
        let keys = self.here().keys;
        if escaped {
            unescape::in_place(&mut self.names, keys);
        }
        self.names.truncate(keys + LONGEST_KEY);
        self.value_name()
    }

    /// What the value that begins here stands under: in an object the last key, in an array
    /// the array's name.
    #[inline]
    pub(super) fn value_name(&self) -> &[u8] {
        self.named(self.value_range())
    }

    /// What the innermost array or object is called.
    #[inline]
    pub(super) fn name(&self) -> &[u8] {
        self.named(self.here().name)
    }

    #[inline]
    fn value_range(&self) -> (usize, usize) {
        match self.here().inside {
            Inside::Object => (self.here().keys, self.names.len()),
            Inside::Array | Inside::Nothing => self.here().name,
        }
    }

    fn named(&self, (start, end): (usize, usize)) -> &[u8] {
        self.names.get(start..end).unwrap_or_default()
    }
}

const TOP: Level = Level { inside: Inside::Nothing, index: 0, name: (0, 0), keys: 0 };

/// How much of a key is kept. Names that mean something are short, and 128 levels of them
/// (the default bound) stay at 32 KiB.
const LONGEST_KEY: usize = 256;

/// The longest spelling of so much: `\u0061` is one byte in six.
const LONGEST_RAW_KEY: usize = 6 * LONGEST_KEY;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_reader_down_and_up() {
        let mut levels = Levels::default();
        assert_eq!(levels.value_name(), b"");
        levels.open(Inside::Object);
        key(&mut levels, b"contact");
        levels.open(Inside::Object);
        assert_eq!(levels.name(), b"contact");
        key(&mut levels, b"phones");
        levels.open(Inside::Array);
        assert_eq!((levels.name(), levels.value_name()), (&b"phones"[..], &b"phones"[..]));
        levels.open(Inside::Array);
        assert_eq!(levels.value_name(), b"phones");
        levels.open(Inside::Object);
        key(&mut levels, b"a much longer name");
        levels.close();
        levels.close();
        assert_eq!((levels.next_index(), levels.next_index()), (0, 1));
        levels.close();
        assert_eq!((levels.inside(), levels.name()), (Inside::Object, &b"contact"[..]));
        assert_eq!(levels.value_name(), b"phones");
        key(&mut levels, b"id");
        assert_eq!(levels.value_name(), b"id");
        levels.close();
        levels.close();
        assert_eq!((levels.depth(), levels.value_name()), (0, &b""[..]));
    }

    #[test]
    fn of_a_long_key_the_beginning_is_kept_however_it_is_spelled() {
        for (raw, decoded) in [
            ("x".repeat(5000), "x".repeat(256)),
            ("\\u0078".repeat(5000), "x".repeat(256)),
            (format!("y{}", "\\u0078".repeat(5000)), format!("y{}", "x".repeat(255))),
        ] {
            for size in [1, 7, 5000] {
                let mut levels = Levels::default();
                levels.open(Inside::Object);
                levels.begin_key();
                raw.as_bytes().chunks(size).for_each(|piece| levels.more_of_key(piece));
                assert_eq!(levels.end_key(raw.contains('\\')), decoded.as_bytes());
            }
        }
    }

    fn key(levels: &mut Levels, name: &[u8]) {
        levels.begin_key();
        levels.more_of_key(name);
        assert_eq!(levels.end_key(false), name);
    }
}
