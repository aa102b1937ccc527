//! Which ranges of a message could a person read? Those that are UTF-8 and have no control
//! characters but those of texts.

use std::fmt;

/// Tells which ranges are legible. They are asked for in the order in which they begin, and no
/// byte is looked at twice, however they lie in one another: what ends the text that begins
/// here also ends what begins later and before it.
pub(super) struct Legible<'a> {
    bytes: &'a [u8],
    /// The first control character, as far as it was looked for.
    control: Option<usize>,
    /// The first byte that is no UTF-8, as far as it was looked for.
    foreign: Option<usize>,
}

/// A message is content.
impl fmt::Debug for Legible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Legible").finish_non_exhaustive()
    }
}

impl<'a> Legible<'a> {
    /// Of these bytes.
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, control: None, foreign: None }
    }

    /// Whether this range is; it begins behind the one that was asked for before, or where it did.
    pub(super) fn is_text(&mut self, from: usize, to: usize) -> bool {
        if from >= to {
            return true;
        }
        let rest = self.bytes.get(from..).unwrap_or_default();
        let control = self
            .control
            .filter(|control| *control >= from)
            .unwrap_or_else(|| from + rest.iter().position(is_control).unwrap_or(rest.len()));
        self.control = Some(control);
        if to > control {
            return false;
        }
        let foreign = self.foreign.filter(|foreign| *foreign >= from).unwrap_or_else(|| {
            from + std::str::from_utf8(rest).map_or_else(|wrong| wrong.valid_up_to(), str::len)
        });
        self.foreign = Some(foreign);
        // Up to there all is UTF-8, and such a byte is in the middle of a character.
        let splits =
            |at| at < foreign && self.bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        to <= foreign && !splits(from) && !splits(to)
    }
}

fn is_control(byte: &u8) -> bool {
    byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

    #[test]
    fn text_is_what_a_person_can_read() {
        let bytes = "ann\r\n\tJ\u{f6}rg\u{1}bob".as_bytes();
        let end = bytes.len();
        for (from, to, expected) in [
            (0, 3, true),
            (0, 11, true),
            (0, 12, false),
            (6, 8, false), // up to the middle of a character
            (8, 10, false),
            (9, 11, true),
            (11, 12, false),
            (12, end, true),
            (end, end, true),
        ] {
            assert_eq!(Legible::of(bytes).is_text(from, to), expected, "{from}..{to}");
        }
        assert!(!Legible::of(b"a\xff").is_text(0, 2));
        // What comes behind it is another's, whatever it looks like.
        assert!(Legible::of(b"a\x82\x01").is_text(0, 1));
        assert!(!Legible::of(b"a\x7f").is_text(0, 2));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn what_was_asked_before_makes_no_difference(
            text in "[ab\u{f6}\u{1}]{0,20}",
            ranges in proptest::collection::vec((any::<u8>(), any::<u8>()), 0..9),
            broken in any::<u8>(),
        ) {
            let mut bytes = text.into_bytes();
            let length = bytes.len();
            if let Some(byte) = bytes.get_mut(usize::from(broken)) {
                *byte = 0xff;
            }
            let within = |(from, more): (u8, u8)| {
                let from = usize::from(from) % (length + 1);
                (from, from + usize::from(more) % (length - from + 1))
            };
            let mut ranges: Vec<_> = ranges.into_iter().map(within).collect();
            ranges.sort_unstable();
            let mut legible = Legible::of(&bytes);
            for (from, to) in ranges {
                let alone = std::str::from_utf8(&bytes[from..to]);
                let expected = alone.is_ok_and(|text| !text.contains('\u{1}'));
                prop_assert_eq!(legible.is_text(from, to), expected || from == to);
            }
        }
    }
}
