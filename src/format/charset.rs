//! In which character encoding is a payload written?
//!
//! A byte order mark says it, or else the zeros of UTF-16 in the first unit (RFC 4627 section
//! 3), or else the `charset` parameter; without any of them it is UTF-8. Encodings with a
//! state, in which the same bytes are letters here and other letters there (ISO-2022, HZ,
//! UTF-7), and UTF-32 are not read.

use encoding_rs::{EncoderResult, Encoding};
use std::fmt;

/// A character encoding that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and ASCII with it.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// One of the others that the Encoding standard of the WHATWG names and that keeps no
    /// state: Latin-1 and its like, Shift_JIS, EUC, Big5, GBK.
    Other(&'static Encoding),
}

/// The encoding of a payload is none that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCharset;

impl fmt::Display for UnknownCharset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a character encoding that is not read")
    }
}

impl std::error::Error for UnknownCharset {}

impl Charset {
    /// The encoding of a payload that came with this `charset` parameter and begins with
    /// these bytes: four of them, or all there are.
    ///
    /// # Errors
    /// Of an encoding that is unknown, keeps a state, or has units of 32 bits.
    pub fn of(parameter: Option<&str>, first: &[u8]) -> Result<Self, UnknownCharset> {
        match first {
            [0, 0, 0xfe, 0xff, ..] | [0xff, 0xfe, 0, 0, ..] => Err(UnknownCharset),
            [0, 0, 0, 1..=255, ..] | [1..=255, 0, 0, 0, ..] => Err(UnknownCharset),
            [0xef, 0xbb, 0xbf, ..] => Ok(Self::Utf8),
            [0xff, 0xfe, ..] => Ok(Self::Utf16Le),
            [0xfe, 0xff, ..] => Ok(Self::Utf16Be),
            // No text has a zero in another encoding, whatever the parameter says.
            [1..=255, 0, ..] => Ok(Self::Utf16Le),
            [0, 1..=255, ..] => Ok(Self::Utf16Be),
            _ => parameter.map_or(Ok(Self::Utf8), |label| Self::labelled(label.as_bytes())),
        }
    }

    /// Whether these first bytes are enough for [`Charset::of`], whatever follows them. Where no
    /// byte order mark begins and no zero stands in the first unit, two are: an event stream
    /// may send three (`:`, and two line ends) and then nothing for long.
    pub fn is_shown_by(first: &[u8]) -> bool {
        first.len() >= FIRST_BYTES || matches!(first, [1..=0xee, 1..=0xff, ..])
    }

    /// The encoding that a label names.
    ///
    /// # Errors
    /// Of an encoding that is unknown or keeps a state.
    pub fn labelled(label: &[u8]) -> Result<Self, UnknownCharset> {
        // What calls itself ASCII and goes beyond it is UTF-8 today; the standard reads it as
        // windows-1252.
        if [&b"us-ascii"[..], b"ascii"].iter().any(|ascii| label.eq_ignore_ascii_case(ascii)) {
            return Ok(Self::Utf8);
        }
        let encoding = Encoding::for_label_no_replacement(label).ok_or(UnknownCharset)?;
        if encoding == encoding_rs::UTF_8 {
            Ok(Self::Utf8)
        } else if encoding == encoding_rs::UTF_16LE {
            Ok(Self::Utf16Le)
        } else if encoding == encoding_rs::UTF_16BE {
            Ok(Self::Utf16Be)
        } else if encoding.is_ascii_compatible() {
            Ok(Self::Other(encoding))
        } else {
            Err(UnknownCharset)
        }
    }

    /// Whether ASCII characters are written as in ASCII.
    pub fn has_ascii(self) -> bool {
        matches!(self, Self::Utf8 | Self::Other(_))
    }

    /// How a text is written in this encoding: `?` stands for what it has no character for.
    pub fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            Self::Other(encoding) => encode(encoding, text),
        }
    }
}

/// How many first bytes always show the encoding: one unit of UTF-32.
pub const FIRST_BYTES: usize = 4;

fn encode(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let mut encoder = encoding.new_encoder();
    let mut out = Vec::with_capacity(2 * text.len() + 8);
    let mut rest = text;
    loop {
        let (result, read) =
            encoder.encode_from_utf8_to_vec_without_replacement(rest, &mut out, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            EncoderResult::InputEmpty => return out,
            EncoderResult::OutputFull => out.reserve(2 * rest.len() + 8),
            EncoderResult::Unmappable(_) => out.push(b'?'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Charset::{Other, Utf8, Utf16Be, Utf16Le};

    #[test]
    fn what_shows_an_encoding_shows_it_whatever_follows() {
        for [a, b] in (0..=u16::MAX).map(u16::to_be_bytes) {
            for (c, d) in [(0, 0), (0, 1), (1, 0), (0xbf, 0), (0xfe, 0xff)] {
                let first = [a, b, c, d];
                let shown = (1..=4).find(|&length| Charset::is_shown_by(&first[..length]));
                let shown = shown.unwrap_or_default();
                assert!(shown >= 2, "{first:x?}");
                assert_eq!(
                    Charset::of(None, &first[..shown]),
                    Charset::of(None, &first),
                    "{first:x?}"
                );
            }
        }
        assert!(Charset::is_shown_by(b":\n"));
    }

    #[test]
    fn marks_and_zeros_come_before_the_parameter() {
        for (parameter, first, expected) in [
            (None, &b"ann"[..], Ok(Utf8)),
            (None, b"", Ok(Utf8)),
            (None, b"J\xf6rg", Ok(Utf8)),
            (Some("UTF-8"), b"ann", Ok(Utf8)),
            (Some("US-ASCII"), b"ann", Ok(Utf8)),
            (Some("iso-8859-1"), b"\xef\xbb\xbfann", Ok(Utf8)),
            (Some("utf-8"), b"\xff\xfea\0", Ok(Utf16Le)),
            (Some("utf-16le"), b"\xfe\xff\0a", Ok(Utf16Be)),
            (Some("utf-8"), b"{\0\"\0", Ok(Utf16Le)),
            (Some("utf-16"), b"\0{\0\"", Ok(Utf16Be)),
            (Some("utf-16"), b"\xe5\x65", Ok(Utf16Le)),
            (Some("utf-16be"), b"\x65\xe5", Ok(Utf16Be)),
            (None, b"a\0", Ok(Utf16Le)),
            (None, b"\0\0\0{", Err(UnknownCharset)),
            (None, b"{\0\0\0", Err(UnknownCharset)),
            (None, b"\xff\xfe\0\0", Err(UnknownCharset)),
            (None, b"\0\0\xfe\xff", Err(UnknownCharset)),
            (Some("iso-8859-1"), b"ann", Ok(Other(encoding_rs::WINDOWS_1252))),
            (Some(" Shift_JIS "), b"ann", Ok(Other(encoding_rs::SHIFT_JIS))),
            (Some("iso-2022-jp"), b"ann", Err(UnknownCharset)),
            (Some("iso-2022-kr"), b"ann", Err(UnknownCharset)),
            (Some("hz-gb-2312"), b"ann", Err(UnknownCharset)),
            (Some("utf-7"), b"ann", Err(UnknownCharset)),
            (Some("utf-32"), b"ann", Err(UnknownCharset)),
            (Some("klingon"), b"ann", Err(UnknownCharset)),
            (Some(""), b"ann", Err(UnknownCharset)),
        ] {
            assert_eq!(Charset::of(parameter, first), expected, "{parameter:?} {first:?}");
        }
    }

    #[test]
    fn a_replacement_is_written_in_the_encoding_of_the_payload() {
        for (charset, text, expected) in [
            (Utf8, "[\u{fc}]", "[\u{fc}]".as_bytes()),
            (Utf16Le, "[a]", b"[\0a\0]\0"),
            (Utf16Be, "\u{1f600}", b"\xd8\x3d\xde\x00"),
            (Other(encoding_rs::WINDOWS_1252), "[\u{fc}\u{65e5}\u{1f600}]", b"[\xfc??]"),
            (Other(encoding_rs::SHIFT_JIS), "\u{65e5}\u{672c}", b"\x93\xfa\x96\x7b"),
            (Other(encoding_rs::SHIFT_JIS), "", b""),
        ] {
            assert_eq!(charset.encode(text), expected, "{text}");
        }
    }

    #[test]
    fn an_error_says_nothing_of_the_payload() {
        assert_eq!(UnknownCharset.to_string(), "a character encoding that is not read");
    }
}
