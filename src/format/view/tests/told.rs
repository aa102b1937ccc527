//! All that a view tells of a text, however it is cut.

use crate::format::Spelling;
use crate::format::view::{LONGEST_INLINE, Layer, View};

pub(super) const PLAIN: Layer = Layer::Base(Spelling::Plain);
pub(super) const JSON: Layer = Layer::Base(Spelling::JsonString);
pub(super) const PERCENT: Layer = Layer::Base(Spelling::Percent);
pub(super) const FORM: Layer = Layer::Base(Spelling::Form);
pub(super) const QUOTED: Layer = Layer::Base(Spelling::Quoted);
pub(super) const MARKUP: Layer = Layer::Base(Spelling::Markup);
pub(super) const DEEP: Layer = Layer::Deep;

pub(super) const LAYERS: [Layer; 7] = [PLAIN, JSON, PERCENT, FORM, QUOTED, MARKUP, DEEP];

/// Whole, at every cut, with a gap at every cut, and byte by byte.
#[track_caller]
pub(super) fn check(layer: Layer, raw: &str, expected: &str) -> Told {
    check_bytes(layer, raw.as_bytes(), expected.as_bytes())
}

#[track_caller]
pub(super) fn check_bytes(layer: Layer, raw: &[u8], expected: &[u8]) -> Told {
    let whole = Told::of(layer, &[(0, raw)]);
    let lossy = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(whole.text, expected, "{layer:?}: {} != {}", lossy(&whole.text), lossy(expected));
    whole.leads_back(raw.len() as u64);
    for cut in 0..raw.len() {
        let (head, tail) = raw.split_at(cut);
        let at = cut as u64;
        assert_eq!(Told::of(layer, &[(0, head), (at, tail)]), whole, "{layer:?} cut at {cut}");
        let gap = Told::of(layer, &[(0, head), (at + 7, tail)]);
        assert_eq!(gap, whole.with_gap(at, 7), "{layer:?}, a gap at {cut}");
    }
    let bytes: Vec<_> = raw.chunks(1).zip(0..).map(|(byte, at)| (at, byte)).collect();
    assert_eq!(Told::of(layer, &bytes), whole, "{layer:?} byte by byte");
    whole
}

/// For texts too long for every cut: near both ends and the limits.
#[track_caller]
pub(super) fn check_some_cuts(raw: &str, expected: &str) -> Told {
    let raw = raw.as_bytes();
    let whole = Told::of(DEEP, &[(0, raw)]);
    assert_eq!(whole.text, expected.as_bytes());
    whole.leads_back(raw.len() as u64);
    let ends = [0, LONGEST_INLINE + 1, raw.len()];
    for cut in ends.into_iter().flat_map(|end| end.saturating_sub(8)..end + 8) {
        let (head, tail) = raw.split_at(cut.min(raw.len()));
        assert_eq!(Told::of(DEEP, &[(0, head), (head.len() as u64, tail)]), whole, "cut at {cut}");
    }
    for size in [1, 7, LONGEST_INLINE] {
        let pieces = raw.chunks(size).zip((0..).step_by(size));
        let pieces: Vec<_> = pieces.map(|(piece, at)| (at, piece)).collect();
        assert_eq!(Told::of(DEEP, &pieces), whole, "cut every {size} bytes");
    }
    whole
}

/// All that a view tells of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) text: Vec<u8>,
    /// Of each canonical byte, and behind the last.
    pub(super) starts: Vec<u64>,
    pub(super) ends: Vec<u64>,
    /// Within the whole text.
    pub(super) markup: Vec<(u64, u64)>,
}

impl Told {
    pub(super) fn of(layer: Layer, pieces: &[(u64, &[u8])]) -> Self {
        let mut view = View::new();
        let mut text = Vec::new();
        let mut settled = Vec::new();
        view.begin(layer);
        for &(at, piece) in pieces {
            view.push(at, piece, &mut text);
            settled.push((text.len() as u64, view.settled(text.len() as u64)));
        }
        view.finish(&mut text);
        let all = 0..=text.len() as u64;
        let mut markup = Vec::new();
        view.markup(0, text.len() as u64, |from, to| markup.push((from, to)));
        let starts: Vec<u64> = all.clone().map(|c| view.start_of(c)).collect();
        assert!(settled.is_sorted_by_key(|&(_, to)| to), "{settled:?}");
        for (c, to) in settled {
            assert!(to <= starts[index(c)], "what is settled is not asked for");
        }
        Self { starts, ends: all.map(|c| view.end_of(c)).collect(), text, markup }
    }

    /// Units come one after the other and do not overlap.
    #[track_caller]
    pub(super) fn leads_back(&self, length: u64) {
        assert!(self.starts.is_sorted() && self.ends.is_sorted());
        for (c, &start) in self.starts.iter().enumerate().take(self.text.len()) {
            let end = self.ends[c + 1];
            let next = self.starts[c + 1];
            assert!(start < end && (end <= next || start == next), "unit of {c}: {start}..{end}");
        }
        assert_eq!(self.starts.last(), Some(&length), "all was read");
        assert!(self.markup.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert!(self.markup.iter().all(|(from, to)| from < to));
    }

    /// The same with more input, which is not of the text, before `cut`.
    pub(super) fn with_gap(&self, cut: u64, width: u64) -> Self {
        let start = |at: u64| if at >= cut && cut > 0 { at + width } else { at };
        let end = |at: u64| if at > cut && cut > 0 { at + width } else { at };
        let mut told = self.clone();
        if cut == 0 {
            told.starts.iter_mut().chain(&mut told.ends).for_each(|at| *at += width);
            told.markup.iter_mut().for_each(|range| *range = (range.0 + width, range.1 + width));
            return told;
        }
        told.starts.iter_mut().for_each(|at| *at = start(*at));
        told.ends.iter_mut().for_each(|at| *at = end(*at));
        told.markup.iter_mut().for_each(|range| *range = (start(range.0), end(range.1)));
        let (first, last) = (self.starts[0], self.ends[self.text.len()]);
        if first < cut && cut < last {
            told.markup.push((cut, cut + width));
            told.markup.sort_unstable();
            told.markup = told.markup.iter().fold(Vec::new(), |mut joined, &(from, to)| {
                match joined.last_mut() {
                    Some(last) if from <= last.1 => last.1 = to.max(last.1),
                    _ => joined.push((from, to)),
                }
                joined
            });
        }
        told
    }
}

pub(super) fn index(c: u64) -> usize {
    usize::try_from(c).unwrap()
}
