//! What is wrong, where: collected by every pass, put into words only at the end.
//!
//! A report holds a byte range, not a key's path. Paths are found again by [`super::locate`]
//! for the few that are shown, so that 100,000 sound properties pay nothing for them.

use std::borrow::Cow;
use std::ops::Range;

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub(super) struct Report {
    /// Index of the excerpt in which it stands.
    pub(super) excerpt: usize,
    /// Byte range in that excerpt.
    pub(super) at: Range<usize>,
    /// What is wrong.
    pub(super) fault: Fault,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// It is no TOML.
    Syntax(String),
    /// No such key here; `at` is the key.
    UnknownKey { nearest: Option<&'static str>, known: &'static [String] },
    /// A key is left out; `at` is the table.
    Missing { key: String, expected: Cow<'static, str> },
    /// A value that will not do; `at` is the value.
    Value { expected: Cow<'static, str> },
    /// A value that has to be unique, and where it stood first.
    Taken { expected: Cow<'static, str>, first: Place },
}

/// A place in one of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Byte offset in the main file.
    Main(usize),
    /// Somewhere in the property file of this index.
    PropertyFile(usize),
}

/// Everything that is wrong with one file.
#[derive(Clone, Debug, Default)]
pub(super) struct Reports {
    list: Vec<Report>,
    excerpt: usize,
}

impl Reports {
    /// All ranges from here on are those of this excerpt.
    pub(super) fn enter(&mut self, excerpt: usize) {
        self.excerpt = excerpt;
    }

    /// The value at this range will not do.
    pub(super) fn value(&mut self, at: &Range<usize>, expected: impl Into<Cow<'static, str>>) {
        self.push(at, Fault::Value { expected: expected.into() });
    }

    /// A key is left out of the table at this range.
    pub(super) fn missing(
        &mut self,
        table: &Range<usize>,
        key: &str,
        expected: impl Into<Cow<'static, str>>,
    ) {
        self.push(table, Fault::Missing { key: key.to_owned(), expected: expected.into() });
    }

    /// Anything else.
    pub(super) fn push(&mut self, at: &Range<usize>, fault: Fault) {
        self.list.push(Report { excerpt: self.excerpt, at: at.clone(), fault });
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them.
    pub(super) fn into_list(self) -> Vec<Report> {
        self.list
    }
}
