//! Does a word of context stand before a candidate?

use super::starts::BANK;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, MatchKind, StartKind};
use std::collections::VecDeque;

/// How many bytes before a candidate are looked at: a sentence's beginning, such as
/// "Telefonnummer (privat, abends erreichbar unter): ".
pub(super) const REACH: usize = 64;

/// Words of up to so many letters have to begin a word: `ip` does not stand in "ship". Longer
/// ones may end a compound, as `ausweis` does in "Personalausweis".
const SHORT: usize = 6;

/// All words of context of a set, and whose they are.
#[derive(Debug)]
pub(super) struct Words {
    automaton: Option<DFA>,
    list: Vec<Word>,
    banks: usize,
    longest: usize,
}

#[derive(Debug)]
struct Word {
    length: usize,
    begins_word: bool,
    /// The detectors that it speaks for.
    owners: Vec<u64>,
}

/// The words that a search met in the text behind it.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// Where each ended, and which it was.
    list: VecDeque<(u64, usize)>,
    /// Up to where the text was looked at, and what that led to.
    upto: u64,
    state: Option<StateID>,
}

impl Words {
    /// The words of these detectors, in their order.
    pub(super) fn new(detectors: &[Vec<&str>]) -> Self {
        let banks = detectors.len().div_ceil(BANK);
        let mut texts: Vec<String> = Vec::new();
        let mut list: Vec<Word> = Vec::new();
        let mut add = |text: String, begins_word: bool, index: usize| {
            let place = texts.iter().position(|known| *known == text).unwrap_or_else(|| {
                list.push(Word { length: text.len(), begins_word, owners: vec![0; banks] });
                texts.push(text);
                list.len() - 1
            });
            let owners = list.get_mut(place).and_then(|word| word.owners.get_mut(index / BANK));
            if let Some(owners) = owners {
                *owners |= 1 << (index % BANK);
            }
        };
        for (index, words) in detectors.iter().enumerate() {
            for word in words {
                let begins_word = word.chars().count() <= SHORT;
                add((*word).to_owned(), begins_word, index);
                // The automaton takes ASCII's cases for the same, and no others.
                for other in [word.to_uppercase(), capitalised(word)] {
                    if !other.eq_ignore_ascii_case(word) {
                        add(other, begins_word, index);
                    }
                }
            }
        }
        let automaton = DFA::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .start_kind(StartKind::Unanchored)
            .build(&texts)
            .ok()
            .filter(|_| !texts.is_empty());
        let longest = list.iter().map(|word| word.length).max().unwrap_or(0);
        Self { automaton, list, banks, longest }
    }

    /// Adds to `near` the detectors for which a word stands in this text.
    pub(super) fn find(&self, text: &[u8], near: &mut Vec<u64>) {
        let mut met = Met::default();
        self.read(text, 0, text.len() as u64, &mut met);
        near.resize(self.banks, 0);
        for &(_, word) in &met.list {
            self.speak(word, near);
        }
    }

    /// Adds to `near` the detectors for which a word stands within [`REACH`] before `at`. `text`
    /// begins at `base`, and what was met in it is remembered.
    pub(super) fn before(
        &self,
        text: &[u8],
        base: u64,
        at: u64,
        met: &mut Met,
        near: &mut Vec<u64>,
    ) {
        near.resize(self.banks, 0);
        let from = at.saturating_sub(REACH as u64);
        if met.upto < from.saturating_sub(self.longest as u64) {
            // Nothing that was met is near, and the way from there to here is longer.
            met.list.clear();
            met.state = None;
            met.upto = from.max(base);
        }
        self.read(text, base, at, met);
        while met.list.front().is_some_and(|&(end, _)| end + 2 * REACH as u64 <= at) {
            met.list.pop_front();
        }
        for &(end, word) in met.list.iter().rev() {
            let length = self.list.get(word).map_or(0, |word| word.length) as u64;
            if end <= at && end - length >= from {
                self.speak(word, near);
            }
        }
    }

    /// Reads the text, which begins at `base`, up to the offset `at`.
    fn read(&self, text: &[u8], base: u64, at: u64, met: &mut Met) {
        let Some(automaton) = &self.automaton else { return };
        let Some(mut state) = met.state.or(automaton.start_state(Anchored::No).ok()) else {
            return;
        };
        let place =
            |offset: u64| usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
        let rest = text.get(place(met.upto)..place(at)).unwrap_or_default();
        for &byte in rest {
            state = automaton.next_state(Anchored::No, state, byte);
            met.upto += 1;
            if !automaton.is_match(state) {
                continue;
            }
            for index in 0..automaton.match_len(state) {
                let index = automaton.match_pattern(state, index).as_usize();
                let Some(word) = self.list.get(index) else { continue };
                let before = place(met.upto).checked_sub(word.length + 1);
                let in_word = before.and_then(|before| text.get(before));
                let in_word = in_word.is_some_and(|&b| b.is_ascii_alphanumeric() || b >= 0x80);
                if !(word.begins_word && in_word) {
                    met.list.push_back((met.upto, index));
                }
            }
        }
        met.state = Some(state);
    }

    fn speak(&self, word: usize, near: &mut [u64]) {
        let owners = self.list.get(word).map_or(&[][..], |word| &word.owners);
        for (near, owners) in near.iter_mut().zip(owners) {
            *near |= owners;
        }
    }
}

impl Met {
    /// A new text begins, or is known from this offset on.
    pub(super) fn begin_at(&mut self, offset: u64) {
        self.list.clear();
        self.upto = offset;
        self.state = None;
    }
}

/// A word as it begins a sentence: `Échéance`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    first.into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
