//! Does a word of context stand before a candidate?

use super::starts::BANK;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

/// How many bytes before a candidate are looked at: a sentence's beginning, such as
/// "Telefonnummer (privat, abends erreichbar unter): ".
pub(super) const REACH: usize = 64;

/// Words of up to so many letters have to begin a word: `ip` does not stand in "ship". Longer
/// ones may end a compound, as `ausweis` does in "Personalausweis".
const SHORT: usize = 6;

/// All words of context of a set, and whose they are.
#[derive(Debug)]
pub(super) struct Words {
    automaton: Option<AhoCorasick>,
    /// Of each word: whether it has to begin a word, and the kinds that it speaks for.
    owners: Vec<(bool, Vec<u64>)>,
    banks: usize,
}

impl Words {
    /// The words of these detectors, in their order.
    pub(super) fn new<'w>(detectors: impl ExactSizeIterator<Item = Vec<&'w str>>) -> Self {
        let banks = detectors.len().div_ceil(BANK);
        let mut words: Vec<String> = Vec::new();
        let mut owners: Vec<(bool, Vec<u64>)> = Vec::new();
        let mut add = |word: String, short: bool, index: usize| {
            let place = words.iter().position(|known| *known == word).unwrap_or_else(|| {
                words.push(word);
                owners.push((short, vec![0; banks]));
                owners.len() - 1
            });
            if let Some(mask) = owners.get_mut(place).and_then(|(_, m)| m.get_mut(index / BANK)) {
                *mask |= 1 << (index % BANK);
            }
        };
        for (index, list) in detectors.enumerate() {
            for word in list {
                let short = word.chars().count() <= SHORT;
                add(word.to_owned(), short, index);
                // The automaton takes ASCII's cases for the same, and no others.
                for other in [word.to_uppercase(), capitalised(word)] {
                    if !other.eq_ignore_ascii_case(word) {
                        add(other, short, index);
                    }
                }
            }
        }
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(&words)
            .ok()
            .filter(|_| !words.is_empty());
        Self { automaton, owners, banks }
    }

    /// Adds to `near` the kinds for which a word stands in this text.
    pub(super) fn find(&self, text: &[u8], near: &mut Vec<u64>) {
        near.resize(self.banks, 0);
        let Some(automaton) = &self.automaton else { return };
        for found in automaton.find_overlapping_iter(text) {
            let Some((short, kinds)) = self.owners.get(found.pattern().as_usize()) else {
                continue;
            };
            let before = found.start().checked_sub(1).and_then(|before| text.get(before));
            if *short && before.is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte >= 0x80) {
                continue;
            }
            for (near, kinds) in near.iter_mut().zip(kinds) {
                *near |= kinds;
            }
        }
    }
}

/// A word as it begins a sentence: `Échéance`.
fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next();
    first.into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
