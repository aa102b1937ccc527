//! Where something was taken out, and why, in words that do not tell what.

use crate::redact::Options;
use crate::redact::tally::Note;
use crate::redact::{Hand, HeadPart, Redactor, Rules};
use std::sync::Arc;

/// Puts notes into words. A key may be personal data itself (`{"ann@example.org": …}`), so what
/// the rules take out of it is not said either.
pub(super) struct Words<'a> {
    rules: &'a Arc<Rules>,
    hand: &'a Hand,
    /// The last key, as it was and as it is said: most notes come in runs.
    last: (String, String),
}

impl<'a> Words<'a> {
    /// Words for what these rules took out.
    pub(super) fn new(rules: &'a Arc<Rules>, hand: &'a Hand) -> Self {
        Self { rules, hand, last: Default::default() }
    }

    /// `byte 12: email under "contact" (proof)`.
    pub(super) fn of(&mut self, note: &Note) -> String {
        let why = if note.in_context { "context" } else { "proof" };
        match self.key(&note.under) {
            "" => format!("byte {}: {} ({why})", note.at, note.name),
            key => format!("byte {}: {} under \"{key}\" ({why})", note.at, note.name),
        }
    }

    fn key(&mut self, under: &str) -> &str {
        if self.last.0 != under {
            self.last = (under.to_owned(), self.said(under));
        }
        &self.last.1
    }

    fn said(&self, under: &str) -> String {
        let mut said = Vec::new();
        let mut redactor = Redactor::of_head(
            self.rules,
            self.hand.clone(),
            HeadPart::Text,
            Options { pass_unreadable: true, ..Options::default() },
        );
        let whole = redactor.push(under.as_bytes(), &mut said);
        if whole.and_then(|()| redactor.finish(&mut said)).is_err() {
            // A rule blocks what stands in it.
            return "?".to_owned();
        }
        // Nothing that a payload says moves the cursor of a terminal.
        String::from_utf8_lossy(&said).escape_debug().to_string()
    }
}
