//! How much of a text reads as it stands? The fast path: whole blocks of ASCII, then a table.

use super::fold;
use super::layer::Layer;
use crate::format::Spelling;

/// What one layer has to look at.
pub(super) struct Scan {
    classes: [Class; 256],
    /// The same for ASCII, for comparing whole blocks. Those that are not used are 0xFF, which
    /// is no ASCII.
    marks: [u8; MARKS],
}

/// The most ASCII signs that a layer looks at.
const MARKS: usize = 5;

/// Bytes that are compared at once.
const BLOCK: usize = 32;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Reads as it stands.
    Plain,
    /// Something is written with it.
    Mark,
    /// Some character that begins with it is folded.
    Lead,
}

impl Scan {
    /// That of a layer.
    pub(super) fn of(layer: Layer) -> &'static Self {
        match layer {
            Layer::Base(Spelling::Plain | Spelling::Markup) => &PLAIN,
            Layer::Base(Spelling::JsonString) => &JSON,
            Layer::Base(Spelling::Percent) => &PERCENT,
            Layer::Base(Spelling::Form) => &FORM,
            Layer::Base(Spelling::Quoted) => &QUOTED,
            Layer::Deep => &DEEP,
        }
    }

    /// Whether `text` begins with what needs a closer look.
    #[inline]
    pub(super) fn stops(&self, text: &[u8]) -> bool {
        text.first().is_some_and(|&first| self.stops_at(first, text.get(1)))
    }

    /// How many bytes at the beginning of `text` read as they stand. The byte behind them, if
    /// there is one, needs a closer look.
    // By itself, since it sets up wide registers before it looks at the first byte.
    #[inline(never)]
    pub(super) fn plain(&self, text: &[u8]) -> usize {
        let mut rest = text;
        while !rest.is_empty() {
            while let Some((block, behind)) = rest.split_first_chunk::<BLOCK>() {
                if !self.passes(block) {
                    break;
                }
                rest = behind;
            }
            let block = rest.get(..BLOCK).unwrap_or(rest);
            let seconds = rest.get(1..).unwrap_or_default();
            let plain = (block.iter().enumerate())
                .position(|(at, &byte)| self.stops_at(byte, seconds.get(at)));
            rest = rest.get(plain.unwrap_or(block.len())..).unwrap_or_default();
            if plain.is_some() {
                break;
            }
        }
        text.len() - rest.len()
    }

    /// Whether this byte needs a closer look. Of what is not ASCII most is passed over here.
    #[inline]
    fn stops_at(&self, byte: u8, next: Option<&u8>) -> bool {
        match self.classes.get(usize::from(byte)) {
            Some(Class::Mark) => true,
            Some(Class::Lead) => match next {
                // Something else follows, or what goes on is itself escaped.
                Some(&next) => next & 0xc0 != 0x80 || fold::goes_on(byte, next),
                None => true,
            },
            Some(Class::Plain) | None => false,
        }
    }

    /// Whether all of it is ASCII, and no mark. Without branches, so that it is a few compares
    /// of wide registers.
    #[inline]
    fn passes(&self, block: &[u8; BLOCK]) -> bool {
        let [a, b, c, d, e] = self.marks;
        let mut hits = 0;
        for &byte in block {
            let mark = (byte == a) | (byte == b) | (byte == c) | (byte == d) | (byte == e);
            hits |= u8::from(mark) | byte & 0x80;
        }
        hits == 0
    }

    const fn stopping_at(signs: &[u8]) -> Self {
        let mut classes = [Class::Plain; 256];
        let mut marks = [0xff; MARKS];
        let mut byte = 0u8;
        loop {
            if fold::begins(byte) {
                classes[byte as usize] = Class::Lead;
            }
            if byte == u8::MAX {
                break;
            }
            byte += 1;
        }
        let mut at = 0;
        while at < signs.len() {
            classes[signs[at] as usize] = Class::Mark;
            marks[at] = signs[at];
            at += 1;
        }
        Self { classes, marks }
    }
}

static PLAIN: Scan = Scan::stopping_at(b"");
static JSON: Scan = Scan::stopping_at(b"\\");
static PERCENT: Scan = Scan::stopping_at(b"%");
static FORM: Scan = Scan::stopping_at(b"%+");
static QUOTED: Scan = Scan::stopping_at(b"%\\");
static DEEP: Scan = Scan::stopping_at(b"%&<\\]");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stops_at_what_a_layer_looks_at_and_nowhere_else() {
        check(Layer::Base(Spelling::Plain), "", &[]);
        check(Layer::Base(Spelling::Markup), "", &[]);
        check(Layer::Base(Spelling::JsonString), "\\", &[]);
        check(Layer::Base(Spelling::Percent), "%", &[]);
        check(Layer::Base(Spelling::Form), "%+", &[]);
        check(Layer::Base(Spelling::Quoted), "%\\", &[]);
        check(Layer::Deep, "%&<\\]", &[]);
        // A zero-width space, a full-width digit, an Arabic one.
        for folded in ["\u{200b}", "１", "٣"] {
            check(Layer::Base(Spelling::Plain), "", folded.as_bytes());
        }
    }

    #[test]
    fn letters_of_most_scripts_are_passed_over() {
        for text in ["äöüß", "Ελληνικά", "русский", "ひらがな", "漢字", "한국어"]
        {
            assert_eq!(PLAIN.plain(text.as_bytes()), text.len(), "{text}");
        }
    }

    /// At every place of a text longer than some blocks.
    #[track_caller]
    fn check(layer: Layer, marks: &str, folded: &[u8]) {
        let scan = Scan::of(layer);
        for at in 0..3 * BLOCK {
            for byte in 0..0x80 {
                let mut text = vec![b'a'; 3 * BLOCK];
                text[at] = byte;
                let stops = marks.as_bytes().contains(&byte);
                assert_eq!(
                    scan.plain(&text),
                    if stops { at } else { text.len() },
                    "{byte} at {at}"
                );
            }
            if !folded.is_empty() {
                let text = [&vec![b'a'; at], folded, &[b'a'; BLOCK]].concat();
                assert_eq!(scan.plain(&text), at);
            }
        }
    }
}
