//! Which spelling does a layer see through?

use crate::format::Spelling;

/// Which spelling a layer sees through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The spelling of the text itself, as the format told it; characters of other scripts are
    /// folded.
    Base(Spelling),
    /// What may be written inside any text on top of that: `%40`, `&amp;`, inline tags, `\u0040`.
    Deep,
}
