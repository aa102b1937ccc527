//! How much was taken out, and, where somebody asks, where and why.

use std::sync::Arc;

/// How much was taken out of a payload.
#[derive(Debug)]
pub struct Tally {
    counts: Vec<u64>,
    notes: Option<Vec<Note>>,
}

/// Where something was taken out, and why. Never what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The name of the kind, pattern or field.
    pub name: Arc<str>,
    /// Offset in the payload (of one in another charset than UTF-8: in its UTF-8 form).
    pub at: u64,
    /// The key or field name that it stood under; empty where there is none.
    pub under: String,
    /// Whether a word of context stood before it, or the field itself was configured.
    pub in_context: bool,
}

impl Tally {
    pub(super) fn new(names: usize, explains: bool) -> Self {
        Self { counts: vec![0; names], notes: explains.then(Vec::new) }
    }

    pub(super) fn add(&mut self, index: usize, note: impl FnOnce() -> Note) {
        if let Some(count) = self.counts.get_mut(index) {
            *count += 1;
        }
        if let Some(notes) = &mut self.notes {
            notes.push(note());
        }
    }

    /// Nothing was counted.
    pub(super) fn clear(&mut self) {
        self.counts.fill(0);
        if let Some(notes) = &mut self.notes {
            notes.clear();
        }
    }

    pub(super) fn explains(&self) -> bool {
        self.notes.is_some()
    }

    /// Takes over what another one of the same names has counted. Its offsets are not ours.
    pub(super) fn join(&mut self, other: &mut Self) {
        for (count, more) in self.counts.iter_mut().zip(&mut other.counts) {
            *count += std::mem::take(more);
        }
        if let (Some(notes), Some(more)) = (&mut self.notes, &mut other.notes) {
            notes.append(more);
        }
    }

    /// The same, of one that is counted no further. Its notes are not ours either.
    pub(super) fn add_counts(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    pub(super) fn take_notes(&mut self) -> Vec<Note> {
        self.notes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// How often each was taken out, in the order of [`Rules::names`](super::Rules::names).
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How often anything was taken out.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Each place, where the redactor was told to explain itself.
    pub fn notes(&self) -> &[Note] {
        self.notes.as_deref().unwrap_or_default()
    }
}
