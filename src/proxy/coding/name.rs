//! Which codings does a `Content-Encoding` name, and in which order were they applied?

use std::fmt;

/// A content coding that we read and write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// `gzip`, and `x-gzip` (RFC 9110 section 8.4.1.3): DEFLATE in the format of RFC 1952.
    Gzip,
    /// `deflate` (RFC 9110 section 8.4.1.2): DEFLATE in the zlib format of RFC 1950. Some send
    /// it without that, which is read, and never written.
    Deflate,
    /// `br` (RFC 7932).
    Brotli,
    /// `zstd` (RFC 8878, with the window of RFC 9659).
    Zstd,
}

impl Coding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gzip, Self::Deflate, Self::Brotli, Self::Zstd];

    /// What headers call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// The coding that headers call so, in whatever case.
    pub fn named(name: &[u8]) -> Option<Self> {
        if name.eq_ignore_ascii_case(b"x-gzip") {
            return Some(Self::Gzip);
        }
        Self::ALL.into_iter().find(|coding| name.eq_ignore_ascii_case(coding.name().as_bytes()))
    }
}

/// The codings of a body, in the order in which they were applied. `Display` writes them as
/// the value of a `Content-Encoding`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codings(Vec<Coding>);

impl Codings {
    /// Reads all `Content-Encoding` lines of a message. `identity` says nothing and is dropped,
    /// and so are empty elements (RFC 9110 section 5.6.1).
    pub fn parse<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, UnknownCoding> {
        let mut codings = Vec::new();
        for element in values.into_iter().flat_map(elements) {
            if element.eq_ignore_ascii_case(b"identity") {
                continue;
            }
            let coding = Coding::named(element).ok_or(UnknownCoding)?;
            if codings.len() == MOST {
                return Err(UnknownCoding);
            }
            codings.push(coding);
        }
        Ok(Self(codings))
    }

    /// Whether the body is as it was meant: there is nothing to undo.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The codings, the one that was applied first in front.
    pub fn applied(&self) -> &[Coding] {
        &self.0
    }
}

impl fmt::Display for Codings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, coding) in self.0.iter().enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            f.write_str(coding.name())?;
        }
        Ok(())
    }
}

/// A body in a coding that we cannot read, or in more layers than we undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCoding;

impl fmt::Display for UnknownCoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a content coding that is not read here")
    }
}

impl std::error::Error for UnknownCoding {}

/// The elements of a list (RFC 9110 section 5.6.1) without the blanks around them.
pub(super) fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    line.split(|&byte| byte == b',').map(trim).filter(|element| !element.is_empty())
}

/// Without blanks and tabs at the ends: the OWS of RFC 9110 section 5.6.3, nothing else.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Layers that are undone. One is the rule, two come from a cache in between; each one more
/// costs a window of up to 16 MiB and multiplies what a bomb may weigh.
const MOST: usize = 3;

#[cfg(test)]
mod tests {
    use super::Coding::{Brotli, Deflate, Gzip, Zstd};
    use super::*;

    #[test]
    fn lines_are_joined_in_the_order_of_application() {
        check(&[], Ok(&[]));
        check(&["gzip"], Ok(&[Gzip]));
        check(&["GZip"], Ok(&[Gzip]));
        check(&["x-gzip", "X-GZIP"], Ok(&[Gzip, Gzip]));
        check(&["deflate, br"], Ok(&[Deflate, Brotli]));
        check(&["zstd", "br\t,\t gzip "], Ok(&[Zstd, Brotli, Gzip]));
    }

    #[test]
    fn identity_and_nothing_say_nothing() {
        check(&[""], Ok(&[]));
        check(&[" , ,", ","], Ok(&[]));
        check(&["identity"], Ok(&[]));
        check(
            &["Identity, gzip, identity, identity, br, zstd, identity"],
            Ok(&[Gzip, Brotli, Zstd]),
        );
    }

    #[test]
    fn what_is_not_known_is_not_guessed() {
        for value in [
            "compress",
            "gzip, dcb",
            "aes128gcm",
            "*",
            "gzip;q=1",
            "gzip br",
            "\"gzip\"",
            "gzip\u{a0}",
            "gzi",
            "x-deflate",
        ] {
            check(&[value], Err(UnknownCoding));
        }
    }

    #[test]
    fn more_layers_than_three_are_not_undone() {
        check(&["gzip, gzip", "gzip"], Ok(&[Gzip, Gzip, Gzip]));
        check(&["gzip, gzip", "gzip", "gzip"], Err(UnknownCoding));
    }

    #[test]
    fn they_are_written_as_they_are_read() {
        for (read, written) in [
            ("", ""),
            ("identity", ""),
            ("X-GZIP", "gzip"),
            ("br,deflate ,zstd", "br, deflate, zstd"),
        ] {
            let codings = Codings::parse([read.as_bytes()]).unwrap();
            assert_eq!(codings.to_string(), written);
            assert_eq!(Codings::parse([written.as_bytes()]), Ok(codings));
        }
    }

    #[track_caller]
    fn check(lines: &[&str], expected: Result<&[Coding], UnknownCoding>) {
        let found = Codings::parse(lines.iter().map(|line| line.as_bytes()));
        assert_eq!(found.as_ref().map(Codings::applied), expected.as_ref().copied());
    }
}
