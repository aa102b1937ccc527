//! Where does text stand in a URL? In its path, its query and its fragment, and before its
//! host.
//!
//! ```text
//! https://ann:secret@example.org:8443 /users/ann%40example.org ? mail=a%40b.org # ann
//! └─ text ──────────────────────────┘ └─ text ───────────────┘   └─ form ─────┘   └ text
//! ```

use super::form::Form;
use super::path::Paths;
use super::plain::Plain;
use super::{Sink, Spelling, Unreadable};
use memchr::{memchr, memchr2, memchr3};
use std::sync::Arc;

/// Tells the texts of a whole URL (`Referer`, `Origin`) or of a path and query (a request
/// target).
///
/// The path is one text: a day of birth may be written `1984/02/29`, and a word that gives
/// context may stand in the segment before. Scheme, user, password and host are one text too,
/// since only together they are credentials. They end where the path begins, so that no host
/// becomes part of an address in the path. All of these are spelled in percent (RFC 3986
/// sections 3.2 to 3.5): a user name that is an e-mail address is always written `ann%40…`.
#[derive(Debug)]
pub struct Url {
    part: Part,
    /// The text under way in each part but the query.
    text: Plain,
    query: Form,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Start,
    /// What may still turn out to be a scheme, and how much of the `://` behind it was there.
    Scheme {
        marks: usize,
    },
    Authority,
    Path,
    Query,
    Fragment,
}

impl Url {
    /// A URL whose query may hold configured fields.
    pub fn new(paths: Arc<Paths>) -> Self {
        Self { part: Part::Start, text: Plain::new(Spelling::Percent), query: Form::new(paths) }
    }

    /// More of the URL.
    ///
    /// # Errors
    /// None: any bytes are read as a URL.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        mut at: u64,
        mut raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        while let Some(&first) = raw.first() {
            let end = match self.part {
                Part::Start => {
                    let is_letter = first.is_ascii_alphabetic();
                    self.part = if is_letter { Part::Scheme { marks: 0 } } else { Part::Path };
                    continue;
                }
                Part::Scheme { marks } => {
                    self.part = after_scheme(marks, first);
                    usize::from(matches!(self.part, Part::Scheme { .. } | Part::Authority))
                }
                Part::Authority => memchr3(b'/', b'?', b'#', raw).unwrap_or(raw.len()),
                Part::Path => memchr2(b'?', b'#', raw).unwrap_or(raw.len()),
                Part::Query => memchr(b'#', raw).unwrap_or(raw.len()),
                Part::Fragment => raw.len(),
            };
            let run = raw.get(..end).unwrap_or_default();
            if self.part == Part::Query {
                self.query.push(at, run, sink)?;
            } else {
                self.text.push(at, run, sink)?;
            }
            at += end as u64;
            raw = raw.get(end..).unwrap_or_default();
            let Some(&mark) = raw.first() else { return Ok(()) };
            let read = self.turn(at, mark, sink)?;
            at += read as u64;
            raw = raw.get(read..).unwrap_or_default();
        }
        Ok(())
    }

    /// The URL is over.
    ///
    /// # Errors
    /// None.
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        self.part = Part::Start;
        self.text.finish(at, sink)?;
        self.query.finish(at, sink)
    }

    /// Goes on to the next part if this byte parts them, and says how many bytes do that.
    fn turn<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        mark: u8,
        sink: &mut S,
    ) -> Result<usize, Unreadable> {
        let next = match (self.part, mark) {
            (Part::Authority, b'/') => Part::Path,
            (Part::Authority | Part::Path, b'?') => Part::Query,
            (Part::Authority | Part::Path | Part::Query, b'#') => Part::Fragment,
            _ => return Ok(0),
        };
        self.text.finish(at, sink)?;
        self.query.finish(at, sink)?;
        self.part = next;
        // The slash is the first byte of the path.
        Ok(usize::from(next != Part::Path))
    }
}

/// What a URL goes on with, if so far it could be a scheme (RFC 3986 section 3.1).
fn after_scheme(marks: usize, byte: u8) -> Part {
    match (marks, byte) {
        (0, b':') | (1, b'/') => Part::Scheme { marks: marks + 1 },
        (2, b'/') => Part::Authority,
        (0, _) if byte.is_ascii_alphanumeric() || b"+-.".contains(&byte) => {
            Part::Scheme { marks: 0 }
        }
        _ => Part::Path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::heard::{lines, paths, reads};

    reads!(Url);

    #[test]
    fn each_part_of_a_url_is_told() {
        for (url, expected) in [
            ("/", &["value percent : /"][..]),
            (
                "/users/ann%40example.org?mail=bob%40example.org&x#frag/a?b#c",
                &[
                    "value percent : /users/ann%40example.org",
                    "name form : mail",
                    "value form mail #0: bob%40example.org",
                    "name form : x",
                    "value percent : frag/a?b#c",
                ],
            ),
            (
                "https://ann%40example.org:secret@example.org:8443/a/b?c=d",
                &[
                    "value percent : https://ann%40example.org:secret@example.org:8443",
                    "value percent : /a/b",
                    "name form : c",
                    "value form c: d",
                ],
            ),
            (
                "https://example.org?a=b",
                &["value percent : https://example.org", "name form : a", "value form a: b"],
            ),
            (
                "https://example.org#ann",
                &["value percent : https://example.org", "value percent : ann"],
            ),
            ("https://", &["value percent : https://"]),
            ("https:/a?b", &["value percent : https:/a", "name form : b"]),
            (
                "mailto:ann@example.org?cc=b",
                &["value percent : mailto:ann@example.org", "name form : cc", "value form cc: b"],
            ),
            ("//ann@example.org/a", &["value percent : //ann@example.org/a"]),
            ("ann@example.org", &["value percent : ann@example.org"]),
            ("?a=?b", &["name form : a", "value form a: ?b"]),
            ("#a", &["value percent : a"]),
            ("*", &["value percent : *"]),
            ("a+b-c.d://e", &["value percent : a+b-c.d://e"]),
            ("http", &["value percent : http"]),
            ("h#://a/b", &["value percent : h", "value percent : ://a/b"]),
            ("??#", &["name form : ?"]),
            ("", &[]),
        ] {
            check(url, expected);
        }
    }

    #[track_caller]
    fn check(url: &str, expected: &[&str]) {
        let paths = paths(&["mail"]);
        assert_eq!(lines(url.as_bytes(), || Url::new(Arc::clone(&paths))), expected, "{url}");
    }
}
