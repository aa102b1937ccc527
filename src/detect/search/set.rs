//! What is looked for: kinds and patterns, made ready to search.

use super::anchor::Anchor;
use super::automaton::{Automaton, Unfit};
use super::starts::{BANK, Bank};
use super::words::Words;
use crate::detect::catalog;
use crate::detect::kind::{Context, Edges, Kind};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// How many detectors fit in a set.
pub const MOST: usize = BANKS * BANK;

const BANKS: usize = 8;

/// Kinds and patterns that are looked for together. Shared by all searches.
#[derive(Debug)]
pub struct Detectors {
    pub(super) list: Vec<Detector>,
    pub(super) banks: Vec<Bank>,
    pub(super) words: Words,
    pub(super) class: [u8; 256],
    /// The detectors that are not found by their first bytes.
    pub(super) anchored: Vec<u16>,
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

    /// The longest match in bytes.
    pub fn longest(&self) -> usize {
        self.shape.longest()
    }
}

impl Detectors {
    /// A set of these, at most [`MOST`]: those beyond are left out.
    pub fn new(mut list: Vec<Detector>) -> Self {
        list.truncate(MOST);
        let mut banks: Vec<Bank> = Vec::new();
        let mut class = [0; 256];
        let mut anchored = Vec::new();
        for (index, detector) in list.iter().enumerate() {
            if index % BANK == 0 {
                banks.push(Bank::new());
            }
            match (detector.anchor.byte(), banks.last_mut()) {
                (Some(byte), _) => {
                    class[usize::from(byte)] |= ANCHOR;
                    anchored.extend(u16::try_from(index));
                }
                (None, Some(bank)) => bank.add(index % BANK, &detector.shape, detector.edges),
                (None, None) => {}
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
        let words = Words::new(words.collect::<Vec<_>>().into_iter());
        Self { list, banks, words, class, anchored }
    }

    /// What is looked for, in the order of the numbers that finds bear.
    pub fn list(&self) -> &[Detector] {
        &self.list
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
        Arc::new(Automaton::of_shape(kind.shape).expect("kinds have shapes with an end"))
    });
    Arc::clone(built)
}

/// The kinds of the whole catalog, each as it is.
pub fn all() -> Detectors {
    Detectors::new(catalog::kinds().map(|kind| Detector::kind(kind, false)).collect())
}
