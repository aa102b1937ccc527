//! The value of a field that is taken out whole, as far as an action needs to know it.

use crate::format::Spelling;
use crate::format::view::{Layer, View};
use std::fmt;

/// What was read of a field's value.
#[derive(Default)]
pub(super) struct Value {
    view: View,
    text: Vec<u8>,
    is_open: bool,
}

/// A value is content.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").field("is_open", &self.is_open).finish_non_exhaustive()
    }
}

/// How much of a value is held for an action that needs it whole; a longer one is labelled. The
/// longest kind has 5,310 bytes.
const LONGEST: usize = 8 * 1024;

impl Value {
    /// A new one begins.
    pub(super) fn begin(&mut self, spelling: Spelling) {
        self.view.begin(Layer::Base(spelling));
        self.text.clear();
        self.is_open = true;
    }

    /// More of it. What follows a value that is too long is not read.
    pub(super) fn push(&mut self, at: u64, raw: &[u8]) {
        if self.is_open && !self.is_long() {
            self.view.push(at, raw, &mut self.text);
            self.view.forget(self.text.len() as u64);
        }
    }

    /// It is over.
    pub(super) fn finish(&mut self) {
        if self.is_open {
            self.view.finish(&mut self.text);
        }
    }

    /// Nothing more has to be known of it.
    pub(super) fn close(&mut self) {
        self.is_open = false;
    }

    /// Whether something may still be known of it.
    pub(super) fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether it is longer than what an action looks at.
    pub(super) fn is_long(&self) -> bool {
        self.text.len() > LONGEST
    }

    /// What was read.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }
}
