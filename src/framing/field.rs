//! One field line: a name, a colon right behind it, and a value.

use super::octet;
use super::refusal::Refusal;

/// A field as it was sent.
#[derive(Clone, Copy)]
pub(super) struct Field<'a> {
    /// A token, in the sender's case.
    pub(super) name: &'a [u8],
    /// Without the white space around it.
    pub(super) value: &'a [u8],
}

impl<'a> Field<'a> {
    /// Reads a line that has lost its CRLF and holds no control byte (RFC 9112 §5).
    #[inline]
    pub(super) fn parse(line: &'a [u8]) -> Result<Self, Refusal> {
        let (name, rest) = line.split_at(octet::token_len(line));
        match rest {
            [b':', value @ ..] if !name.is_empty() => Ok(Self { name, value: octet::trim(value) }),
            [b' ' | b'\t', ..] if name.is_empty() => Err(Refusal::Folded),
            _ => Err(Refusal::FieldName),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_a_token_a_colon_and_a_value() {
        check(b"Host: a", Ok((b"Host", b"a")));
        check(b"a:", Ok((b"a", b"")));
        check(b"a:\t \tb c\t", Ok((b"a", b"b c")));
        check(b"x!#$%&'*+-.^_`|~9::", Ok((b"x!#$%&'*+-.^_`|~9", b":")));
        check(b"a: caf\xc3\xa9 \xff", Ok((b"a", b"caf\xc3\xa9 \xff")));
    }

    #[test]
    fn everything_else_is_refused() {
        for (line, refusal) in [
            (&b" a: b"[..], Refusal::Folded),
            (b"\ta: b", Refusal::Folded),
            (b" ", Refusal::Folded),
            (b": b", Refusal::FieldName),
            (b"a : b", Refusal::FieldName),
            (b"a\t: b", Refusal::FieldName),
            (b"a b", Refusal::FieldName),
            (b"a", Refusal::FieldName),
            (b"\x00a: b", Refusal::FieldName),
            (b"a\x0b: b", Refusal::FieldName),
            (b"\xefoo: b", Refusal::FieldName),
        ] {
            check(line, Err(refusal));
        }
    }

    #[track_caller]
    fn check(line: &[u8], expected: Result<(&[u8], &[u8]), Refusal>) {
        assert_eq!(Field::parse(line).map(|f| (f.name, f.value)), expected, "{line:?}");
    }
}
