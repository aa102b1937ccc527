//! A place in JSON, and in JSON that stands in a string of it.

use std::fmt;

/// A place in JSON, by [paths](crate::format::path) as they are typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JsonPlace {
    /// Where the value stands.
    pub path: String,
    /// That value is a string and JSON itself, and what is meant stands at this path of it:
    /// `channel` of `{"identifier": "{\"channel\": \"RoomChannel\"}"}`.
    pub inside: Option<String>,
}

impl JsonPlace {
    /// What stands at this path itself.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), inside: None }
    }
}

impl fmt::Display for JsonPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match &self.inside {
            Some(inside) => write!(f, " inside {inside}"),
            None => Ok(()),
        }
    }
}
