//! JSON in a string: a payload within a payload, read in what its string says, with the way back.

use super::edit::{Edit, Edits};
use crate::format::content::{Binary, Content};
use crate::format::path::Paths;
use crate::format::reader::Reader;
use crate::format::view::{Layer, View, escape};
use crate::format::{Bounds, Sink, Spelling, Unreadable};
use std::sync::Arc;

/// Who hears of the texts of the payload and decides what is replaced in them.
pub(super) trait Decides: Sink {
    /// Up to where the payload is decided, where a text is open.
    fn settled(&self) -> Option<u64>;
    /// What is decided and not yet taken.
    fn edits(&mut self) -> &mut Edits;
}

/// A payload within a string.
#[derive(Debug)]
pub(super) struct Inside<T> {
    spelling: Spelling,
    view: View,
    /// What was read of the newest piece.
    text: Vec<u8>,
    read: u64,
    reader: Reader,
    pub(super) texts: T,
}

impl<T: Decides> Inside<T> {
    /// A payload whose string is spelled so, and whose fields these paths lead to.
    pub(super) fn new(spelling: Spelling, paths: Arc<Paths>, texts: T) -> Self {
        let mut view = View::new();
        view.begin(Layer::Base(spelling));
        let reader = Reader::new(&Content::Json, Bounds::default(), paths, Binary::Pass);
        Self { spelling, view, text: Vec::new(), read: 0, reader, texts }
    }

    /// More of the string.
    pub(super) fn push(&mut self, at: u64, raw: &[u8]) -> Result<(), Unreadable> {
        // All edits were taken: what is settled is not asked for again.
        let settled = self.decided();
        self.view.forget(settled);
        self.text.clear();
        self.view.push(at, raw, &mut self.text);
        self.hear()
    }

    /// The string is over.
    pub(super) fn finish(&mut self) -> Result<(), Unreadable> {
        self.text.clear();
        self.view.finish(&mut self.text);
        self.hear()?;
        self.reader.finish(self.read, &mut self.texts)
    }

    fn hear(&mut self) -> Result<(), Unreadable> {
        let heard = self.reader.push(self.read, &self.text, &mut self.texts);
        self.read += self.text.len() as u64;
        heard
    }

    /// Up to which offset of the outer payload all is decided.
    pub(super) fn settled(&self) -> u64 {
        self.view.settled(self.decided())
    }

    /// The same in what the string says.
    fn decided(&self) -> u64 {
        let settled = [self.texts.settled(), self.reader.held()].into_iter().flatten().min();
        settled.unwrap_or(self.read)
    }

    /// The next edit, in offsets of the outer payload and spelled as it has to be there.
    pub(super) fn next_edit(&mut self) -> Option<Edit> {
        let edit = self.texts.edits().pop_if(|_| true)?;
        let mut text = Vec::new();
        escape(self.spelling, &edit.text, &mut text);
        let outer = |(from, to): (u64, u64)| (self.view.start_of(from), self.view.end_of(to));
        let (start, end) = outer((edit.start, edit.end));
        let kept = edit.kept.into_iter().map(outer).collect();
        Some(Edit { start, end, text, kept })
    }
}
