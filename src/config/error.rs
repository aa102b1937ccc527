//! What an operator reads when a configuration is refused.
//!
//! ```text
//! cloakroom.toml:14:10: property "shop": record = "trunc"; expected off, pseudonym, …
//! ```

use super::cut::Excerpt;
use super::file::value::either;
use super::locate::{Document, Spot, locate};
use super::report::{Fault, Place, Report, Reports};
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The file, as it was named to us.
    pub file: PathBuf,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The key, what stood there, and what was expected.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message } = self;
        write!(f, "{}:{line}:{column}: {message}", file.display())
    }
}

impl std::error::Error for Error {}

/// Everything that is wrong, file by file in order of position; one per line when printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors {
    list: Vec<Error>,
    untold: usize,
}

/// How many errors are put into words: more than anybody mends in one go.
const TOLD: usize = 50;

impl Errors {
    /// The errors that are put into words, at most 50.
    pub fn list(&self) -> &[Error] {
        &self.list
    }

    /// How many there are, told or not.
    pub fn count(&self) -> usize {
        self.list.len() + self.untold
    }

    /// Puts the reports of one file into words.
    pub(super) fn tell(&mut self, file: &Sheet<'_>, reports: Reports, others: &Others<'_>) {
        let mut reports: Vec<(usize, Report)> =
            reports.into_list().into_iter().map(|report| (file.origin(&report), report)).collect();
        reports.sort_by_key(|(at, _)| *at);
        for (at, report) in reports {
            if self.list.len() == TOLD {
                self.untold += 1;
                continue;
            }
            let (line, column) = position(file.text, at);
            let message = file.message(&report, others);
            self.list.push(Error { file: file.name.to_owned(), line, column, message });
        }
    }

    /// Adds an error that is no report.
    pub(super) fn push(&mut self, error: Error) {
        self.list.push(error);
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        match self.untold {
            0 => Ok(()),
            untold => write!(f, "\nand {untold} more"),
        }
    }
}

impl std::error::Error for Errors {}

/// A file about which something is to be told.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    /// As it was named to us.
    pub(super) name: &'a Path,
    /// All of it.
    pub(super) text: &'a str,
    /// The parts in which it was read.
    pub(super) excerpts: &'a [Excerpt],
    /// Whether it is a property's own file.
    pub(super) is_property: bool,
}

/// Files that a message may point to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Others<'a> {
    /// The text of the main file.
    pub(super) main: &'a str,
    /// The names of the property files that were read so far.
    pub(super) property_files: &'a [PathBuf],
}

impl Sheet<'_> {
    fn origin(&self, report: &Report) -> usize {
        self.excerpts.get(report.excerpt).map_or(0, |excerpt| excerpt.origin(report.at.start))
    }

    fn message(&self, report: &Report, others: &Others<'_>) -> String {
        let Some(excerpt) = self.excerpts.get(report.excerpt) else { return String::new() };
        let text = excerpt.of(self.text);
        let document = match self.is_property {
            true => Document::Property,
            false => Document::Main { properties_before: excerpt.properties_before },
        };
        let spot = locate(&text, &report.at, document);
        let stood = snippet(text.get(report.at.clone()).unwrap_or_default());
        match &report.fault {
            Fault::Syntax(problem) if UNQUOTED.iter().any(|p| problem.starts_with(p)) => {
                let found = if stood.is_empty() { "" } else { "; found " };
                format!("no valid TOML: expected a value, strings in quotes{found}{stood}")
            }
            Fault::Syntax(problem) if stood.is_empty() => format!("no valid TOML: {problem}"),
            Fault::Syntax(problem) => format!("no valid TOML: {problem}; found {stood}"),
            Fault::UnknownKey { nearest: Some(nearest), .. } => {
                format!("{}: no such key; did you mean {nearest}?", name(&spot))
            }
            Fault::UnknownKey { known, .. } => {
                format!("{}: no such key; expected {}", name(&spot), either(known))
            }
            Fault::Missing { key, expected } => {
                let table = name(&spot);
                // A subject is followed by its path, a path goes on with a dot.
                let joint = match (table.as_str(), spot.path.as_str()) {
                    ("", _) => "",
                    (_, "") => ": ",
                    _ => ".",
                };
                format!("{table}{joint}{key} is missing; expected {expected}")
            }
            Fault::Value { expected } if spot.spelled_out => {
                format!("{} = {stood}; expected {expected}", name(&spot))
            }
            Fault::Value { expected } => format!("{}: expected {expected}", name(&spot)),
            Fault::Taken { expected, first } => {
                let first = match first {
                    Place::Main(at) => format!("line {}", position(others.main, *at).0),
                    Place::PropertyFile(index) => {
                        let file = others.property_files.get(*index);
                        file.map(|file| file.display().to_string()).unwrap_or_default()
                    }
                };
                format!("{} = {stood}; expected {expected}: {first} has it already", name(&spot))
            }
        }
    }
}

fn name(spot: &Spot) -> String {
    match (&spot.subject, spot.path.as_str()) {
        (None, path) => path.to_owned(),
        (Some(subject), "") => subject.clone(),
        (Some(subject), path) => format!("{subject}: {path}"),
    }
}

/// What TOML's parser says of a word without quotes, in which it sees a number gone wrong.
const UNQUOTED: [&str; 3] = ["invalid float", "invalid integer", "string values must be quoted"];

/// What stood there, on one line and short enough for one; never what may be a key.
fn snippet(text: &str) -> String {
    let digits = |run: &[u8]| run.len() >= KEY_DIGITS;
    if text.as_bytes().split(|byte| !byte.is_ascii_hexdigit()).any(digits) {
        return "(not shown, it may be a key)".to_owned();
    }
    let line = text.lines().next().unwrap_or_default();
    let mut out: String =
        line.chars().take(LONGEST_SNIPPET).map(|c| if c.is_control() { '?' } else { c }).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

const LONGEST_SNIPPET: usize = 80;

/// 16 bytes, the shortest key there is, in hexadecimal.
const KEY_DIGITS: usize = 32;

/// Line and column of a byte, both counted from 1.
pub(super) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let column = before.get(line_start..).unwrap_or_default();
    (line, String::from_utf8_lossy(column).chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        assert_eq!(position("", 0), (1, 1));
        assert_eq!(position("ab\ncd", 4), (2, 2));
        assert_eq!(position("é = x", 5), (1, 5));
        assert_eq!(position("a\n", 99), (2, 1));
    }

    #[test]
    fn a_snippet_is_one_short_line() {
        assert_eq!(snippet("\"a\u{1b}b\""), "\"a?b\"");
        assert_eq!(snippet("'''a\nb'''"), "'''a…");
        assert_eq!(snippet(&"x".repeat(100)).chars().count(), 81);
    }

    #[test]
    fn what_may_be_a_key_is_not_shown() {
        assert_eq!(snippet(&format!("\"{}\"", "0f".repeat(16))), "(not shown, it may be a key)");
        assert_eq!(snippet(&"0f".repeat(15)), "0f".repeat(15));
    }

    #[test]
    fn more_errors_than_anybody_mends_are_counted() {
        let text = "a";
        let excerpts = [Excerpt::whole(text)];
        let mut reports = Reports::default();
        for _ in 0..60 {
            reports.value(&(0..1), "b");
        }
        let sheet = Sheet { name: Path::new("f"), text, excerpts: &excerpts, is_property: false };
        let mut errors = Errors::default();
        errors.tell(&sheet, reports, &Others { main: text, property_files: &[] });
        assert_eq!((errors.list().len(), errors.count()), (50, 60));
        assert!(errors.to_string().ends_with("\nand 10 more"));
    }
}
