//! What is looked for: kinds and patterns, made ready to search.

use super::anchor::Anchor;
use super::automaton::{Automaton, Unfit};
use super::edge::free_behind;
use super::masks::{Ground, Masks};
use super::starts::{BANK, Bank, Possible};
use super::words::Words;
use crate::detect::catalog;
use crate::detect::kind::{Context, Edges, Kind};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How many detectors fit in a set.
pub const MOST: usize = 512;

/// How many banks a set may have: a detector has a few ways to begin.
pub(super) const BANKS: usize = 32;

/// Kinds and patterns that are looked for together. Shared by all searches.
#[derive(Debug)]
pub struct Detectors {
    pub(super) list: Vec<Detector>,
    pub(super) banks: Vec<Bank>,
    /// Whose the bits of the banks are.
    pub(super) owners: Vec<u16>,
    pub(super) words: Words,
    pub(super) class: [u8; 256],
    /// The detectors that are not found by their first bytes.
    pub(super) anchored: Vec<u16>,
    pub(super) masks: Masks,
}

/// One thing that is looked for.
#[derive(Clone, Debug)]
pub struct Detector {
    /// What labels and counters call it.
    pub name: Arc<str>,
    pub(super) shape: Arc<Automaton>,
    pub(super) edges: Edges,
    pub(super) check: fn(&[u8]) -> bool,
    pub(super) need: Need,
    pub(super) anchor: Anchor,
    words: Vec<String>,
    /// Whether what is found is the first line of something longer.
    pub(super) is_pem: bool,
}

/// Whether a word of context has to stand before a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    No,
    Always,
    Ungrouped,
}

/// A kind's or a pattern's byte may stand within a word.
pub(super) const WORD: u8 = 1;
/// A detector that stands alone may begin with this byte.
pub(super) const START: u8 = 2;
/// A detector that may begin anywhere may begin with this byte.
pub(super) const OPEN: u8 = 4;
/// A detector is looked for by this byte.
pub(super) const ANCHOR: u8 = 8;

impl Detector {
    /// A kind as it is; with `context_optional` it needs no word before it.
    pub fn kind(kind: &'static Kind, context_optional: bool) -> Self {
        let (need, words) = match kind.context {
            Context::Helps(words) => (Need::No, words),
            Context::Required(words) => (Need::Always, words),
            Context::RequiredUngrouped(words) => (Need::Ungrouped, words),
        };
        Self {
            name: kind.name.into(),
            shape: shape_of(kind),
            edges: kind.edges,
            check: kind.check,
            need: if context_optional { Need::No } else { need },
            anchor: Anchor::of(kind.name),
            words: words.iter().map(|&word| word.to_owned()).collect(),
            is_pem: kind.name == "private-key",
        }
    }

    /// A kind whose candidates prove themselves in another way, and need no word then.
    pub fn proved(kind: &'static Kind, check: fn(&[u8]) -> bool) -> Self {
        Self { check, ..Self::kind(kind, true) }
    }

    /// A pattern in the syntax of the `regex` crate. A match has to pass `check`; where there
    /// are words, one has to stand before it.
    pub fn pattern(
        name: &str,
        pattern: &str,
        check: fn(&[u8]) -> bool,
        words: &[String],
    ) -> Result<Self, Unfit> {
        Ok(Self {
            name: name.into(),
            shape: Arc::new(Automaton::of_pattern(pattern)?),
            edges: Edges::Open,
            check,
            need: if words.is_empty() { Need::No } else { Need::Always },
            anchor: Anchor::Start,
            words: words.to_vec(),
            is_pem: false,
        })
    }

    /// Whether something that begins at this place of a whole text is one, whatever stands
    /// before it.
    fn is_found(&self, text: &[u8], place: usize) -> bool {
        let before = place.checked_sub(1).and_then(|before| text.get(before)).copied();
        let mut state = self.shape.start(before);
        let is_one = |end: usize| {
            free_behind(self.edges, text, end, true) == Some(true)
                && text.get(place..end).is_some_and(self.check)
        };
        for (end, &byte) in text.iter().enumerate().skip(place) {
            let step = self.shape.step(state, byte);
            if step.ended && is_one(end) {
                return true;
            }
            if step.dead {
                return false;
            }
            state = step.state;
        }
        self.shape.ends(state) && is_one(text.len())
    }

    /// The longest match in bytes.
    pub fn longest(&self) -> usize {
        self.shape.longest()
    }
}

impl Detectors {
    /// A set of these, at most [`MOST`]: those beyond are left out.
    pub fn new(mut list: Vec<Detector>) -> Self {
        list.truncate(MOST);
        let ways = |one: &Detector| one.shape.beginnings().len();
        let mut all = 0;
        list.retain(|one| {
            all += ways(one);
            all <= BANKS * BANK
        });
        let mut banks: Vec<Bank> = Vec::new();
        let (mut owners, mut beginnings) = (Vec::new(), Vec::new());
        let mut class = [0; 256];
        let mut anchored = Vec::new();
        for (index, detector) in (0_u16..).zip(&list) {
            if let Some(byte) = detector.anchor.byte() {
                class[usize::from(byte)] |= ANCHOR;
                anchored.push(index);
                continue;
            }
            for beginning in detector.shape.beginnings() {
                let bit = owners.len() % BANK;
                if bit == 0 {
                    banks.push(Bank::new());
                }
                if let Some(bank) = banks.last_mut() {
                    bank.add(bit, beginning, detector.edges);
                }
                owners.push(index);
                beginnings.push((&*beginning.bytes, detector.edges == Edges::Open));
            }
        }
        for (byte, class) in (0..=u8::MAX).zip(&mut class) {
            if byte.is_ascii_alphanumeric() {
                *class |= WORD;
            }
            for (alone, open) in banks.iter().map(|bank| bank.first(byte)) {
                if alone != 0 {
                    *class |= START;
                }
                if open != 0 {
                    *class |= OPEN;
                }
            }
        }
        let words = list.iter().map(|one| one.words.iter().map(String::as_str).collect());
        let words = Words::new(&words.collect::<Vec<_>>());
        let anchors: Vec<u8> = list.iter().filter_map(|one| one.anchor.byte()).collect();
        let masks = Masks::new(&beginnings, &anchors);
        Self { list, banks, owners, words, class, anchored, masks }
    }

    /// What is looked for, in the order of the numbers that finds bear.
    pub fn list(&self) -> &[Detector] {
        &self.list
    }

    /// Looks at a piece of text for places where something may begin.
    pub fn look(&self, text: &[u8], ground: &mut Ground) {
        self.masks.look(text, ground);
    }

    /// Whether in a whole text, of which all bytes stand for themselves, nothing is found: of
    /// what is hot from `from` to `to` in the piece that it is in, nothing proves itself.
    pub fn is_nothing(&self, text: &[u8], ground: &Ground, from: usize, to: usize) -> bool {
        // What stands before the text does not make its beginning a part of it.
        if self.is_found(text, 0) {
            return false;
        }
        let mut at = from;
        while let Some(hot) = ground.next_hot(at).filter(|&hot| hot < to) {
            let place = hot - from;
            let byte = text.get(place).copied().unwrap_or_default();
            let is_anchor = self.class[usize::from(byte)] & ANCHOR != 0;
            if is_anchor && self.is_anchored(text, place) || place > 0 && self.is_found(text, place)
            {
                return false;
            }
            at = hot + 1;
        }
        true
    }

    /// Whether something that begins at this place of a whole text proves itself, whatever
    /// stands before it.
    fn is_found(&self, text: &[u8], place: usize) -> bool {
        let mut owners = self.owners.chunks(BANK);
        self.banks.iter().any(|bank| {
            let owners = owners.next().unwrap_or_default();
            let Possible::These(mut kinds) = bank.possible(text, place, true) else { return true };
            while kinds != 0 {
                let owner = owners.get(kinds.trailing_zeros() as usize);
                kinds &= kinds - 1;
                let detector = owner.and_then(|&owner| self.list.get(usize::from(owner)));
                if detector.is_none_or(|detector| detector.is_found(text, place)) {
                    return true;
                }
            }
            false
        })
    }

    /// Whether a detector that is looked for by the byte at this place may begin before it.
    fn is_anchored(&self, text: &[u8], place: usize) -> bool {
        let anchored = self.anchored.iter().filter_map(|&one| self.list.get(usize::from(one)));
        let byte = text.get(place).copied();
        anchored
            .filter(|one| one.anchor.byte() == byte)
            .any(|one| one.anchor.starts(text, place, true).is_none_or(|starts| !starts.is_empty()))
    }

    /// Whether what this detector finds is the first line of something longer.
    pub fn is_key(&self, index: u16) -> bool {
        self.list.get(usize::from(index)).is_some_and(|one| one.is_pem)
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The table of a kind's shape, built once: rule sets share them.
fn shape_of(kind: &'static Kind) -> Arc<Automaton> {
    static SHAPES: OnceLock<Mutex<HashMap<&'static str, Arc<Automaton>>>> = OnceLock::new();
    let shapes = SHAPES.get_or_init(Mutex::default);
    let mut shapes = shapes.lock().unwrap_or_else(PoisonError::into_inner);
    let built = shapes.entry(kind.name).or_insert_with(|| {
        // A test builds every kind's.
        let is_open = kind.edges == Edges::Open;
        Arc::new(Automaton::of_shape(kind.shape, is_open).expect("kinds have shapes with an end"))
    });
    Arc::clone(built)
}

/// The kinds of the whole catalog, each as it is.
pub fn all() -> Detectors {
    Detectors::new(catalog::kinds().map(|kind| Detector::kind(kind, false)).collect())
}
