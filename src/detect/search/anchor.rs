//! Kinds that begin with what looks like any word are looked for by what stands behind it: an
//! e-mail address by its `@`, a link with a password by its `://`. From there the search walks
//! back to where one could begin.

/// By what a kind is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// By its first bytes.
    Start,
    /// By the `@` behind a local part.
    At,
    /// By the `://` behind a scheme.
    Scheme,
}

impl Anchor {
    /// By what the kind of this name is looked for.
    pub(super) fn of(kind: &str) -> Self {
        match kind {
            "email" => Self::At,
            "url-credentials" => Self::Scheme,
            _ => Self::Start,
        }
    }

    /// The byte that makes the search look back.
    pub(super) fn byte(self) -> Option<u8> {
        match self {
            Self::Start => None,
            Self::At => Some(b'@'),
            Self::Scheme => Some(b':'),
        }
    }

    /// Where a match could begin whose anchor stands at `at`, leftmost first; `None` where that
    /// depends on bytes that have not come.
    pub(super) fn starts(self, text: &[u8], at: usize, last: bool) -> Option<Vec<usize>> {
        match self {
            Self::Start => Some(Vec::new()),
            Self::At => Some(local_parts(text, at)),
            Self::Scheme => match text.get(at + 1..).unwrap_or_default() {
                [b'/', b'/', ..] => {
                    let start = scheme_start(text, at);
                    Some(if start + 1 < at { vec![start] } else { Vec::new() })
                }
                [] | [b'/'] if !last => None,
                _ => Some(Vec::new()),
            },
        }
    }

    /// From where on what was read may still turn out to be the beginning of a match, where the
    /// search has come to `at`.
    pub(super) fn held(self, text: &[u8], at: usize) -> usize {
        match self {
            Self::Start => at,
            Self::At => {
                let quoted = text.get(at.saturating_sub(QUOTED)..at).unwrap_or_default();
                let quote = quoted.iter().position(|&byte| byte == b'"');
                let quote = quote.map_or(at, |index| at - quoted.len() + index);
                local_start(text, at).min(quote)
            }
            Self::Scheme => scheme_start(text, at),
        }
    }
}

/// RFC 5321 section 4.5.3.1.1: the local part of an address has at most 64 octets.
const LOCAL: usize = 64;

/// 31 characters, each with a backslash, between two quotes: as the shape has it.
const QUOTED: usize = 2 * 31 + 2;

/// RFC 3986 sets no limit; the longest registered schemes that carry a password have 16.
const SCHEME: usize = 16;

/// Where the unquoted local part could begin that ends before `at`, and where each quoted one
/// could, leftmost first.
fn local_parts(text: &[u8], at: usize) -> Vec<usize> {
    let mut starts = Vec::new();
    if at.checked_sub(1).and_then(|before| text.get(before)) == Some(&b'"') {
        let from = at.saturating_sub(QUOTED);
        let quoted = text.get(from..at.saturating_sub(1)).unwrap_or_default();
        let quotes = quoted.iter().enumerate().filter(|&(_, &byte)| byte == b'"');
        starts.extend(quotes.map(|(index, _)| from + index).take(4));
        return starts;
    }
    let start = local_start(text, at);
    let run = text.get(start..at).unwrap_or_default();
    let stands_alone = |index: usize| {
        let before = (start + index).checked_sub(1).and_then(|before| text.get(before));
        !before.is_some_and(u8::is_ascii_alphanumeric)
    };
    let mut firsts = run.iter().enumerate().filter(|&(index, &byte)| {
        (byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'+' || byte >= 0xc2)
            && stands_alone(index)
    });
    starts.extend(firsts.next().map(|(index, _)| start + index));
    starts
}

/// Where the run of characters of a local part begins that ends before `at`, at most
/// [`LOCAL`] bytes back.
fn local_start(text: &[u8], at: usize) -> usize {
    let floor = at.saturating_sub(LOCAL);
    let mut start = at;
    while start > floor {
        let byte = text.get(start - 1).copied().unwrap_or_default();
        if !is_local(byte) {
            break;
        }
        start -= 1;
    }
    start
}

/// What may stand in an unquoted local part; of other scripts those of two bytes (Latin, Greek,
/// Cyrillic, Hebrew, Arabic), since scripts without blanks would bring in the whole sentence.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%'*+^_~-".contains(&byte) || (0x80..=0xdf).contains(&byte)
}

/// Where the scheme begins that ends before `at`.
fn scheme_start(text: &[u8], at: usize) -> usize {
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || b"+.-".contains(byte);
    let before = text.get(at.saturating_sub(SCHEME)..at).unwrap_or_default();
    let run = before.iter().rev().take_while(|byte| is_scheme(byte)).count();
    let letters = text.get(at - run..at).unwrap_or_default();
    letters.iter().position(u8::is_ascii_alphabetic).map_or(at, |index| at - run + index)
}
