//! What do the elements of a `Forwarded` line say (RFC 7239), read from its right end?
//!
//! Each hop appends its element at the right, so the right end is what trusted hops wrote and
//! the left is hearsay. Reading from the left would let whoever wrote the left decide what
//! the right means: one `"` in a visitor's own header swallows everything that is appended
//! after it. So the line is read backwards, and what stands further left is never looked at:
//!
//! ```text
//! for="6.6.6.6, for=203.0.113.77;proto=https, for="[2001:db8::1]:443"
//! └─ the visitor's ─┘└─ second from the right ─┘└─ first: the nearest hop's ─┘
//! ```
//!
//! Backwards is as unambiguous as forwards, for elements that are well formed: in a quoted
//! string a quote stands only behind a backslash that is not itself escaped, and the opening
//! quote always stands behind `=`. An element that is not well formed ends the reading, since
//! nobody can tell where it begins.

use super::node::{self, Spelling};
use super::visitor::{Unknown, VisitorAddr};
use std::borrow::Cow;

/// The elements of one line, from right to left.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    /// What has not been read yet; `None` once the line is used up.
    rest: Option<&'a [u8]>,
}

/// One element between two commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// Nothing but blanks.
    Empty,
    /// What its `for` parameter names, or why nobody knows.
    Node(Result<VisitorAddr, Unknown>),
}

impl<'a> Elements<'a> {
    /// The elements of this line.
    pub fn new(line: &'a [u8]) -> Self {
        Self { rest: Some(line) }
    }
}

/// Ends after an element that is not well formed: what stands left of it cannot be told apart
/// from it.
impl Iterator for Elements<'_> {
    type Item = Element;

    fn next(&mut self) -> Option<Element> {
        let (element, rest) = last_element(self.rest?);
        self.rest = rest;
        Some(element)
    }
}

/// The last element of `line`, and the line without it and its comma.
fn last_element(line: &[u8]) -> (Element, Option<&[u8]>) {
    let mut rest = node::trimmed(line);
    let mut named = None;
    let mut pairs = 0;
    loop {
        // Between two separators stands a pair or nothing: `forwarded-pair` is optional.
        if !matches!(rest.last(), None | Some(b';' | b',')) {
            let Some(pair) = last_pair(rest) else {
                return (Element::Node(Err(Unknown::Unreadable)), None);
            };
            rest = pair.before;
            pairs += 1;
            if pair.name.eq_ignore_ascii_case(b"for")
                && named.replace(node::read(&pair.value, Spelling::Bracketed)).is_some()
            {
                // RFC 7239 §4: a parameter occurs once. Two of them are two stories.
                return (Element::Node(Err(Unknown::Unreadable)), None);
            }
        }
        rest = node::trimmed(rest);
        match rest.split_last() {
            Some((b';', before)) => {
                rest = node::trimmed(before);
                pairs += 1;
            }
            Some((b',', before)) => return (element(named, pairs), Some(before)),
            None => return (element(named, pairs), None),
            Some(_) => return (Element::Node(Err(Unknown::Unreadable)), None),
        }
    }
}

/// An element that tells other things but not for whom is a hop that keeps silent.
fn element(named: Option<Result<VisitorAddr, Unknown>>, pairs: usize) -> Element {
    match named {
        Some(node) => Element::Node(node),
        None if pairs > 0 => Element::Node(Err(Unknown::Silent)),
        None => Element::Empty,
    }
}

/// `forwarded-pair = token "=" ( token / quoted-string )`
struct Pair<'a> {
    before: &'a [u8],
    name: &'a [u8],
    value: Cow<'a, [u8]>,
}

/// The pair at the right end of `text`.
fn last_pair(text: &[u8]) -> Option<Pair<'_>> {
    let (before, value) = match text.split_last() {
        Some((b'"', inside)) => {
            let (before, quoted) = last_quoted(inside)?;
            (before, unescaped(quoted)?)
        }
        _ => {
            let (before, value) = last_token(text)?;
            (before, Cow::Borrowed(value))
        }
    };
    let before = before.strip_suffix(b"=")?;
    let (before, name) = last_token(before)?;
    Some(Pair { before, name, value })
}

/// `text` up to its last token (RFC 9110 §5.6.2), and the token.
fn last_token(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = text.iter().rposition(|&b| !is_token_byte(b)).map_or(0, |at| at + 1);
    let (before, token) = text.split_at_checked(start)?;
    (!token.is_empty()).then_some((before, token))
}

/// `text`, whose closing quote is already cut off, up to the opening one, and what is quoted.
fn last_quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    // An odd run of backslashes in front of the closing quote escapes it: it closes nothing.
    let mut end = unescaped_end(text)?;
    loop {
        let quote = text.get(..end)?.iter().rposition(|&b| b == b'"')?;
        let before = text.get(..quote)?;
        match unescaped_end(before) {
            Some(_) => return Some((before, text.get(quote + 1..)?)),
            // This quote is escaped; its backslashes are read, so the loop stays linear.
            None => end = quote.checked_sub(1)?,
        }
    }
}

/// Length of `text` if the byte after it is not escaped by a backslash.
fn unescaped_end(text: &[u8]) -> Option<usize> {
    let backslashes = text.iter().rev().take_while(|&&b| b == b'\\').count();
    (backslashes % 2 == 0).then_some(text.len())
}

/// The inside of a quoted string with its quoted pairs resolved (RFC 9110 §5.6.4).
fn unescaped(quoted: &[u8]) -> Option<Cow<'_, [u8]>> {
    let is_text = |b: u8| matches!(b, b'\t' | b' '..=b'~' | 0x80..);
    if !quoted.iter().copied().all(is_text) {
        return None;
    }
    if !quoted.contains(&b'\\') {
        return Some(Cow::Borrowed(quoted));
    }
    let mut out = Vec::with_capacity(quoted.len());
    let mut bytes = quoted.iter().copied();
    while let Some(byte) = bytes.next() {
        out.push(if byte == b'\\' { bytes.next()? } else { byte });
    }
    Some(Cow::Owned(out))
}

/// `tchar` of RFC 9110 §5.6.2.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_from_the_right() {
        check("for=192.0.2.43, for=\"[2001:db8::17]\"", &["2001:db8::17", "192.0.2.43"]);
        check("For=192.0.2.1;Proto=http;BY=203.0.113.43", &["192.0.2.1"]);
        check("for=192.0.2.1; proto=https ,for=192.0.2.2", &["192.0.2.2", "192.0.2.1"]);
        check("for=192.0.2.1,,", &["empty", "empty", "192.0.2.1"]);
        check("", &["empty"]);
        check(";proto=http;;for=192.0.2.1;", &["192.0.2.1"]);
        check(";", &["Silent"]);
        check("by=192.0.2.1;host=\"a;b,c\"", &["Silent"]);
        check("for=unknown", &["Declared"]);
        check("for=\"_mystery:_port\"", &["Obfuscated"]);
    }

    #[test]
    fn quotes_hold_what_they_enclose() {
        check(r#"for="192.0.2.1:80""#, &["192.0.2.1"]);
        check(r#"for="1\92.0\.2.1""#, &["192.0.2.1"]);
        check(r#"for=192.0.2.1;host="x\", for=198.51.100.9;y=\"""#, &["192.0.2.1"]);
        check(r#"for=192.0.2.1;host="x\\""#, &["192.0.2.1"]);
        check(r#"host=", for=198.51.100.9", for=192.0.2.1"#, &["192.0.2.1", "Silent"]);
        check("host=\"caf\u{e9}\";for=192.0.2.1", &["192.0.2.1"]);
        check(r#"for="""#, &["Unreadable"]);
    }

    #[test]
    fn what_is_malformed_ends_the_reading() {
        for line in [
            r#"for=192.0.2.9, for="192.0.2.1"#,
            r#"for=192.0.2.9, for=192.0.2.1""#,
            r#"for=192.0.2.9, for="192.0.2.1\""#,
            r#"for=192.0.2.9, for="192.0.2.1"x"#,
            "for=192.0.2.9, for=192.0.2.1:80",
            "for=192.0.2.9, for=2001:db8::1",
            "for=192.0.2.9, for=[2001:db8::1]",
            "for=192.0.2.9, for = 192.0.2.1",
            "for=192.0.2.9, for=192.0.2.1 proto=http",
            "for=192.0.2.9, =192.0.2.1",
            "for=192.0.2.9, for=",
            "for=192.0.2.9, for",
            "for=192.0.2.9, for=192.0.2.1;for=192.0.2.2",
            "for=192.0.2.9, for=192.0.2.1;For=192.0.2.1",
            "for=192.0.2.9, for=\"192.0.2.1\n\"",
        ] {
            check(line, &["Unreadable"]);
        }
    }

    #[test]
    fn what_stands_left_is_not_looked_at() {
        for left in ["", "\"", "for=\"", "x=\"\\", "\\", "for=198.51.100.9;", "\0\n", "=,;\""] {
            let line = format!("{left}, for=\"[2001:db8::1]:443\";host=\"\\\"\"");
            let first = Elements::new(line.as_bytes()).next().map(said);
            assert_eq!(first.as_deref(), Some("2001:db8::1"), "{line}");
        }
    }

    #[test]
    fn quotes_and_backslashes_without_end_are_read_in_one_pass() {
        for unit in ["\\\"", "\\\\\"", "\"", "\\", ";", "a=b;"] {
            let line = format!("{}\"", unit.repeat(200_000));
            assert!(Elements::new(line.as_bytes()).take(64).count() >= 1);
        }
    }

    #[track_caller]
    fn check(line: &str, expected: &[&str]) {
        let elements: Vec<_> = Elements::new(line.as_bytes()).map(said).collect();
        assert_eq!(elements, expected, "{line}");
    }

    fn said(element: Element) -> String {
        match element {
            Element::Empty => "empty".into(),
            Element::Node(Ok(address)) => address.reveal().to_string(),
            Element::Node(Err(why)) => format!("{why:?}"),
        }
    }
}
