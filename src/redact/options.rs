//! How does a redactor go about its work, and on what?

use crate::format::Bounds;
use crate::format::content::Binary;

/// A part of a request's head, by how text stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadPart {
    /// A URL, or a path with its query.
    Url,
    /// A query alone, without its `?`.
    Query,
    /// A `Cookie` field.
    Cookies,
    /// Any other field.
    Text,
}

impl HeadPart {
    /// What it is called where finds are counted.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Query => "query",
            Self::Cookies => "cookies",
            Self::Text => "field",
        }
    }
}

/// How a redactor goes about its work.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Counts what it would take out and changes nothing.
    pub observe: bool,
    /// Passes what cannot be read, instead of blocking it.
    pub pass_unreadable: bool,
    /// What happens to parts of a payload that are no text.
    pub binary: Binary,
    /// How many bytes may be held back at once. A candidate spread over markup and characters
    /// without width is the only thing that comes near.
    pub held: usize,
    /// Levels of arrays, objects and parts.
    pub bounds: Bounds,
    /// Notes where and why something was taken out.
    pub explain: bool,
}

/// 256 KiB held at most; what cannot be read is blocked.
impl Default for Options {
    fn default() -> Self {
        Self {
            observe: false,
            pass_unreadable: false,
            binary: Binary::Pass,
            held: 256 * 1024,
            bounds: Bounds::default(),
            explain: false,
        }
    }
}
