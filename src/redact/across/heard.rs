//! The beginning of a text as a person reads it, with the way back to its bytes.

use crate::format::Spelling;
use crate::format::view::{Layer, View};
use zeroize::Zeroize;

/// How much is heard of a text, in bytes of what a person reads. The longest find that is looked
/// for across messages is an e-mail address; those that people type in pieces are shorter.
pub(super) const LONGEST: usize = 200;

/// How many bytes may spell it: all of it as `\u0034`, twice over.
const LONGEST_RAW: usize = 2_400;

/// The beginning of a text.
pub(super) struct Heard {
    base: View,
    /// Markup and escapes within the text are seen through as well.
    deep: View,
    plain: Vec<u8>,
    text: Vec<u8>,
    raw: usize,
}

impl Drop for Heard {
    fn drop(&mut self) {
        self.plain.zeroize();
        self.text.zeroize();
    }
}

impl Heard {
    /// Nothing of a text that is spelled so.
    pub(super) fn new(spelling: Spelling) -> Self {
        let (mut base, mut deep) = (View::new(), View::new());
        base.begin(Layer::Base(spelling));
        deep.begin(Layer::Deep);
        // What is cleared at the end was never moved.
        let (plain, text) = (Vec::with_capacity(LONGEST_RAW), Vec::with_capacity(LONGEST_RAW));
        Self { base, deep, plain, text, raw: 0 }
    }

    /// More of it. What is beyond its beginning is not heard.
    pub(super) fn push(&mut self, at: u64, raw: &[u8]) {
        if self.is_full() {
            return;
        }
        // It is full at the same byte, however the text is cut.
        let room = LONGEST_RAW.saturating_sub(self.raw);
        let raw = raw.get(..room).unwrap_or(raw);
        self.raw += raw.len();
        let from = self.plain.len();
        self.base.push(at, raw, &mut self.plain);
        let added = self.plain.get(from..).unwrap_or_default();
        self.deep.push(from as u64, added, &mut self.text);
    }

    /// The text is over.
    pub(super) fn finish(&mut self) {
        if self.is_full() {
            return;
        }
        let from = self.plain.len();
        self.base.finish(&mut self.plain);
        let added = self.plain.get(from..).unwrap_or_default();
        self.deep.push(from as u64, added, &mut self.text);
        self.deep.finish(&mut self.text);
    }

    /// Whether the text is longer than what is heard of it.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() > LONGEST || self.raw >= LONGEST_RAW
    }

    /// What was read.
    pub(super) fn text(&self) -> &[u8] {
        self.text.get(..LONGEST).unwrap_or(&self.text)
    }

    /// What was read of the text behind this offset of the payload.
    pub(super) fn behind(&self, offset: u64) -> &[u8] {
        let text = self.text();
        let place = (0..text.len()).position(|place| self.start_of(place) >= offset);
        place.and_then(|place| text.get(place..)).unwrap_or_default()
    }

    /// The bytes of the payload that spell what was read between two places.
    pub(super) fn span(&self, from: usize, to: usize) -> (u64, u64) {
        (self.start_of(from), self.base.end_of(self.deep.end_of(to as u64)))
    }

    /// Those of them that are markup, and survive.
    pub(super) fn markup(&self, from: usize, to: usize) -> Vec<(u64, u64)> {
        let (from, to) = (from as u64, to as u64);
        let mut markup = Vec::new();
        self.deep.markup(from, to, |from, to| {
            markup.push((self.base.start_of(from), self.base.end_of(to)));
        });
        let (from, to) = (self.deep.start_of(from), self.deep.end_of(to));
        self.base.markup(from, to, |from, to| markup.push((from, to)));
        markup.sort_unstable();
        markup
    }

    /// Whether what was read between two places may be spelled with percent signs within the
    /// text's own spelling.
    pub(super) fn is_percent(&self, from: usize, to: usize) -> bool {
        let place = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        let from = place(self.deep.start_of(from as u64));
        let to = place(self.deep.end_of(to as u64));
        self.plain.get(from..to).is_some_and(|plain| plain.contains(&b'%'))
    }

    fn start_of(&self, place: usize) -> u64 {
        self.base.start_of(self.deep.start_of(place as u64))
    }
}
