//! What does a person read? Raw bytes of a text become canonical ones, with the way back.
//!
//! ```text
//! raw         j a n e \ u 0 0 4 0 e x a m p l e . o r g     as the payload has it
//! Base        j a n e     @       e x a m p l e . o r g     the spelling undone, look-alikes folded
//! Deep        on top of Base: `%40`, `&commat;`, `<b>`, `\u0040` that a person wrote inside
//! ```
//!
//! One [`View`] is one layer; where more is seen through, one reads what another wrote. Nothing
//! is looked for here, and nothing replaced: [`View::start_of`] and [`View::end_of`] tell where
//! in the input a find stands, [`View::markup`] what inside of it is no text and has to stay, and
//! [`escape()`] writes what takes its place.
//!
//! A *unit* is what becomes canonical together: one escape, or one character that is folded. It
//! is not divided. Bytes that read as they stand are one unit each. How the input was cut makes
//! no difference, but for when a unit at a cut is read.

mod backslash;
mod entity;
mod escape;
mod fold;
mod held;
mod hex;
mod inside;
mod layer;
mod map;
mod read;
mod scan;
mod step;
mod tag;
#[cfg(test)]
mod tests;

pub use escape::escape;
pub use layer::Layer;

use crate::format::Spelling;
use crate::format::located::Located;
use held::Held;
use inside::{Inside, Stop};
use map::{Map, Stretch};
use read::Unit;
use scan::Scan;
use std::fmt;
use step::Markup;

/// One layer of seeing through a text, as it comes. Made once and used for many texts.
///
/// ```
/// use cloakroom::format::{Spelling, view::{Layer, View}};
///
/// let mut view = View::new();
/// let mut text = Vec::new();
/// view.begin(Layer::Base(Spelling::Percent));
/// view.push(100, b"to=jane%4", &mut text);
/// view.push(109, b"0example.org", &mut text);
/// view.finish(&mut text);
/// assert_eq!(text, b"to=jane@example.org");
/// assert_eq!((view.start_of(7), view.end_of(8)), (107, 110));
/// ```
pub struct View {
    layer: Layer,
    scan: &'static Scan,
    map: Map,
    held: Held,
    tag: Option<Tag>,
    /// Inside of a CDATA section, whose end then means something.
    in_section: bool,
}

/// A tag or comment that has begun.
#[derive(Clone, Copy, Debug)]
struct Tag {
    inside: Inside,
    /// What was read of it so far.
    stretch: Stretch,
    /// Whether it still can turn out to be nothing; if not, it was told as a line break.
    inline: bool,
}

/// The longest inline tag or comment that reads as nothing, in bytes: what stands around it
/// cannot be judged before it ends, and has to be held until then. Links with long addresses
/// are shorter.
const LONGEST_INLINE: usize = 1_024;

/// Where a tag ends that does not end, in bytes: a picture within an attribute still fits the
/// buffer for small bodies (64 KiB).
const LONGEST_TAG: usize = 65_536;

impl Default for View {
    fn default() -> Self {
        Self::new()
    }
}

/// Nothing of the text.
impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("layer", &self.layer)
            .field("length", &self.map.length())
            .finish_non_exhaustive()
    }
}

impl View {
    /// A view of plain text, until [`View::begin`] says otherwise.
    pub fn new() -> Self {
        let layer = Layer::Base(Spelling::Plain);
        Self {
            layer,
            scan: Scan::of(layer),
            map: Map::default(),
            held: Held::default(),
            tag: None,
            in_section: false,
        }
    }

    /// A text begins. What is known of the last one is forgotten; the room that it took is used
    /// again.
    pub fn begin(&mut self, layer: Layer) {
        self.layer = layer;
        self.scan = Scan::of(layer);
        self.map.clear();
        self.held.clear();
        self.tag = None;
        self.in_section = false;
    }

    /// Reads more of the text and appends what it reads as to `out`. `at` is the input offset of
    /// the first byte. Pieces come in order and may leave gaps; what is cut by a gap is read as
    /// if there was none.
    pub fn push(&mut self, at: u64, raw: &[u8], out: &mut Vec<u8>) {
        if raw.is_empty() {
            return;
        }
        self.map.begin(at);
        let mut rest = Located { at, raw };
        self.push_held(&mut rest, out);
        while !rest.raw.is_empty() {
            if self.tag.is_some() {
                self.read_tag(&mut rest, out);
                continue;
            }
            let (length, unit) = self.plain(rest.raw);
            let plain = rest.take(length);
            if length > 0 {
                self.map.pass(stretch_of(&plain));
                self.map.same(plain.at, length);
                out.extend_from_slice(plain.raw);
            }
            match unit {
                Unit::Text(length, text) => {
                    let stretch = stretch_of(&rest.take(length.into()));
                    self.map.pass(stretch);
                    self.tell(stretch.from, text.bytes(), out);
                }
                Unit::Markup(length, markup) => {
                    let stretch = stretch_of(&rest.take(length.into()));
                    self.pass_markup(stretch, length.into(), markup, out);
                }
                Unit::Cut | Unit::Same => {
                    let cut = rest.take(rest.raw.len());
                    self.held.add(cut.at, cut.raw);
                }
            }
        }
    }

    /// The text is over: an escape that was cut off is the characters that it is made of, and a
    /// tag ends here.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        while let Some(length) = self.read_held(true, out) {
            self.held.drop_first(length);
        }
        if let Some(tag) = self.tag.take().filter(|tag| tag.inline) {
            self.keep(tag.stretch);
        }
    }

    /// Input offset at which the unit that holds canonical byte `c` begins. `c` counts canonical
    /// bytes since [`View::begin`]; where there are no more, the end of what was read.
    pub fn start_of(&self, c: u64) -> u64 {
        self.map.start_of(c)
    }

    /// Input offset behind the unit that holds canonical byte `c - 1`: where a find that ends
    /// before `c` ends. Of 0, where the text begins.
    pub fn end_of(&self, c: u64) -> u64 {
        self.map.end_of(c)
    }

    /// Input offset up to which nothing is needed any more once the canonical bytes before `c`
    /// are settled: the start of the unit of `c`; where `c` is all there is so far, the end of
    /// all input that was read, to which an escape or inline tag that is not complete does not
    /// belong. Never goes back.
    pub fn settled(&self, c: u64) -> u64 {
        self.map.start_of(c)
    }

    /// Calls `keep` with each range of the input that stands between canonical bytes `from` and
    /// `to`, is no character of the text and must survive when they are replaced: tags and gaps,
    /// those that touch as one. What cannot be seen does not survive.
    pub fn markup(&self, from: u64, to: u64, keep: impl FnMut(u64, u64)) {
        if from < to {
            self.map.markup(from, to, keep);
        }
    }

    /// As [`View::markup`], of all that stands before canonical byte `to`: for a find that begins
    /// before the text of this view does.
    pub fn markup_before(&self, to: u64, keep: impl FnMut(u64, u64)) {
        self.map.markup_before(to, keep);
    }

    /// Canonical bytes before `c` are not asked for again, but for where a find ends that ends
    /// before `c`.
    pub fn forget(&mut self, c: u64) {
        self.map.forget(c);
    }

    /// How many bytes at the beginning of `raw` read as they stand, and what comes then:
    /// something else, or what is not decided.
    #[inline]
    fn plain(&self, raw: &[u8]) -> (usize, Unit) {
        let mut rest = raw;
        loop {
            // Where escapes stand close together there is nothing to look for.
            if !self.scan.stops(rest) {
                rest = rest.get(self.scan.plain(rest)..).unwrap_or_default();
            }
            let unit = match rest {
                [] => Unit::Cut,
                _ => read::read(self.layer, self.in_section, rest, false),
            };
            if unit != Unit::Same {
                return (raw.len() - rest.len(), unit);
            }
            rest = rest.get(1..).unwrap_or_default();
        }
    }

    /// Reads what is held, together with as much of `rest` as it takes to decide it.
    fn push_held(&mut self, rest: &mut Located<'_>, out: &mut Vec<u8>) {
        while self.held.length() > 0 && !rest.raw.is_empty() {
            let old = self.held.length();
            let new = self.held.add(rest.at, rest.raw);
            match self.read_held(false, out) {
                None => drop(rest.take(new)),
                Some(length) => {
                    rest.take(length.saturating_sub(old));
                    self.held.truncate(old);
                    self.held.drop_first(length);
                }
            }
        }
    }

    /// Reads one unit of what is held, unless it is not decided or there is none; at the `last`
    /// of a text all is. Returns how many bytes that were.
    fn read_held(&mut self, last: bool, out: &mut Vec<u8>) -> Option<usize> {
        let raw = self.held.bytes();
        let &first = raw.first()?;
        let unit = read::read(self.layer, self.in_section, raw, last);
        let length = match unit {
            Unit::Cut => return None,
            Unit::Same => 1,
            Unit::Text(length, _) | Unit::Markup(length, _) => length.into(),
        };
        let places = self.held.places(length);
        let from = places.first().map_or(0, |first| first.from);
        let to = places.last().map_or(from, |last| last.to);
        if let Unit::Markup(_, markup) = unit {
            self.pass_markup(Stretch { from, to }, length, markup, out);
            return Some(length);
        }
        for &place in places {
            self.map.pass(place);
        }
        match unit {
            Unit::Text(_, text) => self.tell(from, text.bytes(), out),
            _ => self.tell(from, &[first], out),
        }
        Some(length)
    }

    /// What was read from this offset on is this.
    fn tell(&mut self, from: u64, text: &[u8], out: &mut Vec<u8>) {
        self.map.unit(from, text.len());
        match *text {
            [byte] => out.push(byte),
            _ => out.extend_from_slice(text),
        }
    }

    /// What was read is no text.
    fn pass_markup(&mut self, stretch: Stretch, length: usize, markup: Markup, out: &mut Vec<u8>) {
        match markup {
            Markup::Tag { inline: true, open: true } => {
                self.tag = Some(Tag { inside: Inside::tag(length), stretch, inline: true });
            }
            Markup::Comment => {
                self.tag = Some(Tag { inside: Inside::comment(length), stretch, inline: true });
            }
            Markup::Tag { inline: true, open: false } => self.keep(stretch),
            Markup::Tag { inline: false, open } => {
                self.break_line(stretch, out);
                let inside = Inside::tag(length);
                self.tag = open.then_some(Tag { inside, stretch, inline: false });
            }
            Markup::SectionBegin | Markup::SectionEnd => {
                self.in_section = markup == Markup::SectionBegin;
                self.keep(stretch);
            }
        }
    }

    /// Reads on in a tag.
    fn read_tag(&mut self, rest: &mut Located<'_>, out: &mut Vec<u8>) {
        let Some(mut tag) = self.tag.take() else { return };
        let limit = if tag.inline { LONGEST_INLINE } else { LONGEST_TAG };
        let (length, stop) = tag.inside.read(rest.raw, limit);
        let read = stretch_of(&rest.take(length));
        tag.stretch.to = read.to;
        match (tag.inline, stop) {
            (true, Stop::Cut) => {}
            (true, Stop::Closed) => self.keep(tag.stretch),
            (true, Stop::Full) => self.break_line(tag.stretch, out),
            (false, _) => self.keep(read),
        }
        let over = stop == Stop::Closed || stop == Stop::Full && !tag.inline;
        tag.inline &= stop != Stop::Full;
        self.tag = (!over).then_some(tag);
    }

    /// It reads as nothing.
    fn keep(&mut self, stretch: Stretch) {
        self.map.pass(stretch);
        self.map.mark(stretch);
    }

    /// It reads as the end of a line.
    fn break_line(&mut self, stretch: Stretch, out: &mut Vec<u8>) {
        self.keep(stretch);
        self.tell(stretch.from, b"\n", out);
    }
}

/// Index of the first byte from which on [`Layer::Deep`] might read something else than what
/// stands there. Quick rather than exact: it looks for `%`, `&`, `<` and `\`. Of text that a
/// [`Layer::Base`] has read, nothing is left to fold.
pub fn deep_at(text: &[u8]) -> Option<usize> {
    let first = memchr::memchr3(b'%', b'&', b'<', text);
    let before = first.and_then(|end| text.get(..end)).unwrap_or(text);
    memchr::memchr(b'\\', before).or(first)
}

fn stretch_of(bytes: &Located<'_>) -> Stretch {
    Stretch { from: bytes.at, to: bytes.end() }
}
