//! A kind of personal data: what it is called, how it looks, and how a candidate proves
//! that it is one.

/// A kind of personal data.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What configuration, labels and metrics call it.
    pub name: &'static str,
    /// Which group turns it on together with its neighbours.
    pub group: Group,
    /// What it is, in one sentence.
    pub what: &'static str,
    /// How it looks: a pattern in the syntax of the `regex` crate over ASCII text in canonical
    /// form, with a longest match. It does not look around: what may touch it is a matter of
    /// [`Kind::edges`].
    pub shape: &'static str,
    /// Which neighbours make a candidate part of something longer.
    pub edges: Edges,
    /// Whether a candidate of this shape proves itself: checksum, calendar, ranges.
    pub check: fn(&[u8]) -> bool,
    /// Whether proof is enough.
    pub context: Context,
    /// A text in which it is found, and the part that is.
    pub example: (&'static str, &'static str),
    /// A text that looks like it and is not.
    pub bait: &'static str,
    /// Where the rule is from.
    pub source: &'static str,
}

/// What turns kinds on together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The same everywhere.
    Global,
    /// Keys and tokens.
    Secrets,
    /// One country's numbers, by its ISO 3166-1 code in lower case.
    Country(&'static str),
}

/// Which neighbours make a candidate part of something longer, and so no candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// A letter or a digit right before or behind it.
    Word,
    /// A letter or a digit right before or behind it, or a digit behind a `.` or a `-`: for
    /// numbers that are written in groups, and whose look-alikes are parts of longer ones.
    Number,
    /// A letter or a digit right before or behind it, or a digit behind a dot: for numbers whose
    /// look-alikes are decimals, versions and hex.
    Dotted,
    /// None: the shape says it all.
    Open,
}

/// Whether proof is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A candidate that proves itself is found wherever it stands. Words only help to choose
    /// between kinds that fit the same text.
    Helps(&'static [&'static str]),
    /// One of these words has to stand before it, or be the name of its field: the shape
    /// alone is too common.
    Required(&'static [&'static str]),
    /// One of these words has to stand there if the candidate is all digits. Written in groups,
    /// as people write this number, it needs none: 123-45-6789 is no order number.
    RequiredUngrouped(&'static [&'static str]),
}

impl Kind {
    /// The longest match of the shape in bytes; what could still become one is held back.
    pub fn longest(&self) -> usize {
        regex_syntax::ParserBuilder::new()
            .utf8(false)
            .build()
            .parse(self.shape)
            .ok()
            .and_then(|shape| shape.properties().maximum_len())
            .unwrap_or(0)
    }
}
