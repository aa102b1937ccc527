//! A chunked body: where it ends, and that its every size is one that all readers share.
//!
//! ```text
//! size [;extensions] CRLF  data CRLF  …  0 CRLF  [trailers] CRLF
//! └──── read whole ─────┘  └counted┘     └───── read whole ────┘
//! ```

use super::field::Field;
use super::limits::GateLimits;
use super::line::{Fault, Lines};
use super::octet;
use super::refusal::Refusal;
use super::trailer;

/// What a look at the bytes at hand has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing: the next element is not there as a whole.
    Wait,
    /// So many bytes are good, and there may be more.
    Past(usize),
    /// So many bytes are good, and with them the body ends.
    End(usize),
}

/// A chunked body that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunks {
    at: At,
    lines: Lines,
    /// Bytes of data in all chunks so far, and in the one that is announced.
    data: u64,
    extension_bytes: usize,
    trailers: usize,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Size,
    Data(u64),
    DataEnd,
    /// The last-chunk line is held until the trailers behind it are found good.
    Trailers,
}

impl Chunks {
    /// At the first size line.
    pub(super) fn new() -> Self {
        Self { at: At::Size, lines: Lines::default(), data: 0, extension_bytes: 0, trailers: 0 }
    }

    /// Reads one element. `bytes` begins behind everything that earlier calls found good.
    pub(super) fn scan(&mut self, bytes: &[u8], limits: &GateLimits) -> Result<Progress, Refusal> {
        match self.at {
            At::Size => self.size(bytes, limits),
            At::Data(left) => {
                let here = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                if here == 0 {
                    return Ok(Progress::Wait);
                }
                let left = left - here as u64;
                self.at = if left == 0 { At::DataEnd } else { At::Data(left) };
                Ok(Progress::Past(here))
            }
            At::DataEnd => match bytes {
                [] | [b'\r'] => Ok(Progress::Wait),
                [b'\r', b'\n', ..] => {
                    (self.at, self.lines) = (At::Size, Lines::default());
                    Ok(Progress::Past(2))
                }
                _ => Err(Refusal::ChunkEnd),
            },
            At::Trailers => self.trailers(bytes, limits),
        }
    }

    fn size(&mut self, bytes: &[u8], limits: &GateLimits) -> Result<Progress, Refusal> {
        let line = match self.lines.next(bytes, limits.line_bytes.min(limits.head_bytes)) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(Progress::Wait),
            Err(Fault::LineEnd | Fault::Control) => return Err(Refusal::ChunkLine),
            Err(Fault::TooLong) => return Err(Refusal::ChunkExtensionsTooLong),
        };
        let (size, extensions) = split_size(line).ok_or(Refusal::ChunkSize)?;
        if !are_extensions(extensions) {
            return Err(Refusal::ChunkExtension);
        }
        self.extension_bytes += extensions.len();
        if self.extension_bytes > MAX_EXTENSION_BYTES {
            return Err(Refusal::ChunkExtensionsTooLong);
        }
        if size == 0 {
            self.at = At::Trailers;
            return self.trailers(bytes, limits);
        }
        self.data = self.data.saturating_add(size);
        if self.data > limits.body_bytes {
            return Err(Refusal::ChunksTooLarge);
        }
        self.at = At::Data(size);
        Ok(Progress::Past(self.lines.start()))
    }

    fn trailers(&mut self, bytes: &[u8], limits: &GateLimits) -> Result<Progress, Refusal> {
        loop {
            let limit = self.lines.start().saturating_add(limits.line_bytes);
            let line = match self.lines.next(bytes, limit.min(limits.head_bytes)) {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(Progress::Wait),
                Err(Fault::LineEnd | Fault::Control) => return Err(Refusal::ChunkLine),
                Err(Fault::TooLong) => return Err(Refusal::TrailersTooLarge),
            };
            if line.is_empty() {
                return Ok(Progress::End(self.lines.start()));
            }
            if self.trailers == limits.head_fields {
                return Err(Refusal::TrailersTooLarge);
            }
            self.trailers += 1;
            trailer::admit(Field::parse(line).map_err(|_| Refusal::Trailer)?.name)?;
        }
    }
}

/// Extensions of all chunks of a body. They mean nothing to anyone known; 16 KiB is what
/// hyper bears with before it gives up, and the gate must not be the laxer of the two.
const MAX_EXTENSION_BYTES: usize = 16 << 10;

/// A size in 1 to 16 hexadecimal digits, and what stands behind it: nothing, or `;`. Sixteen
/// digits hold every `u64`; more could only be zeros, or overflow in a careless reader.
fn split_size(line: &[u8]) -> Option<(u64, &[u8])> {
    let digits = line.iter().position(|b| !b.is_ascii_hexdigit()).unwrap_or(line.len());
    let (digits, rest) = line.split_at_checked(digits)?;
    if !(1..=16).contains(&digits.len()) || !matches!(rest, [] | [b';', ..]) {
        return None;
    }
    let size = u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    Some((size, rest))
}

/// Whether this is any number of `;name`, `;name=token`, `;name="quoted"` (RFC 9112 §7.1.1).
/// The grammar's "bad" white space is left out: no sender may send it.
fn are_extensions(mut rest: &[u8]) -> bool {
    while let [b';', extension @ ..] = rest {
        let (name, behind) = extension.split_at(octet::token_len(extension));
        if name.is_empty() {
            return false;
        }
        rest = match behind {
            [b'=', b'"', quoted @ ..] => match behind_quote(quoted) {
                Some(behind) => behind,
                None => return false,
            },
            [b'=', value @ ..] => match octet::token_len(value) {
                0 => return false,
                length => value.split_at(length).1,
            },
            _ => behind,
        };
    }
    rest.is_empty()
}

/// What stands behind the closing quote.
fn behind_quote(mut quoted: &[u8]) -> Option<&[u8]> {
    loop {
        match quoted {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', _, rest @ ..] | [_, rest @ ..] => quoted = rest,
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_behind_its_last_chunk_and_trailers() {
        for body in [
            "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "1e\r\nall your base are belong to us\r\n000\r\n\r\n",
            "0000000000000001\r\na\r\n0\r\nX: y\r\nDigest: z\r\n\r\n",
            "1;a;b=c;d=\"e \\\" ; \u{e9}\"\r\nx\r\n0;a\r\n\r\n",
            "2\r\n\r\n\r\n0\r\n\r\n",
        ] {
            check(body, Ok(body.len()));
        }
        check("0\r\n\r\nGET /", Ok(5));
    }

    #[test]
    fn a_size_is_hexadecimal_digits_and_no_more() {
        for size in [
            "",
            "-1",
            "+1",
            "0x1",
            "1 ",
            " 1",
            "1\t",
            "g",
            "1g",
            "1,",
            "1_0",
            "00000000000000001",
            "ffffffffffffffffff",
            "1 ;a",
            "1these",
        ] {
            check(&format!("{size}\r\nx\r\n0\r\n\r\n"), Err(Refusal::ChunkSize));
        }
        for line in [
            "1\0\r\n",
            "1;a=\"\x7f\"\r\n",
            "1\n",
            "1\r\r\n",
            "1;a\n",
            "1\r;a\r\n",
            "1;a=\"\r\"\r\n",
        ] {
            check(&format!("{line}x\r\n0\r\n\r\n"), Err(Refusal::ChunkLine));
        }
    }

    #[test]
    fn an_extension_follows_its_grammar() {
        for extension in [
            ";",
            ";;a",
            ";a;",
            ";=a",
            ";a=",
            ";a=b=c",
            "; a",
            ";a =b",
            ";a= b",
            ";a=\"b",
            ";a=\"b\\\"",
            ";a=\"b\"c",
        ] {
            check(&format!("1{extension}\r\nx\r\n0\r\n\r\n"), Err(Refusal::ChunkExtension));
        }
    }

    #[test]
    fn data_ends_with_crlf() {
        for end in ["\n0", "0\r\n", "\rX", "xx"] {
            check(&format!("1\r\na{end}"), Err(Refusal::ChunkEnd));
        }
    }

    #[test]
    fn sizes_lines_and_trailers_are_limited() {
        check("11\r\n", Err(Refusal::ChunksTooLarge));
        check("f\r\n012345678901234\r\n2\r\n", Err(Refusal::ChunksTooLarge));
        check("ffffffffffffffff\r\n", Err(Refusal::ChunksTooLarge));
        check(&format!("1;{}", "a".repeat(30)), Err(Refusal::ChunkExtensionsTooLong));
        check("0\r\nA: 1\r\nB: 2\r\nC: 3\r\n", Err(Refusal::TrailersTooLarge));
        check(&format!("0\r\nA: {}", "a".repeat(29)), Err(Refusal::TrailersTooLarge));
    }

    #[test]
    fn all_extensions_together_are_limited() {
        let roomy =
            GateLimits { line_bytes: 8192, head_bytes: 8192, head_fields: 1, body_bytes: 99 };
        let chunk = format!("1;{}\r\nx\r\n", "a".repeat(8000));
        let mut chunks = Chunks::new();
        let body = chunk.repeat(3);
        assert_eq!(run(&mut chunks, body.as_bytes(), &roomy), Err(Refusal::ChunkExtensionsTooLong));
        assert_eq!(chunks.extension_bytes, 3 * 8001);
    }

    #[test]
    fn a_trailer_is_a_field_line_of_a_permitted_name() {
        check("0\r\nX : y\r\n\r\n", Err(Refusal::Trailer));
        check("0\r\n X: y\r\n\r\n", Err(Refusal::Trailer));
        check("0\r\nX: y\nZ: w\r\n\r\n", Err(Refusal::ChunkLine));
        check("0\r\nContent-Length: 9\r\n\r\n", Err(Refusal::TrailerForbidden));
    }

    #[track_caller]
    fn check(body: &str, expected: Result<usize, Refusal>) {
        // One `char`, one byte: the tests write obs-text as Latin-1.
        let bytes: Vec<u8> = body.chars().map(|c| u8::try_from(c).unwrap()).collect();
        let expected = expected.map(|length| length - (body.len() - bytes.len()));
        let limits = GateLimits { head_bytes: 64, head_fields: 2, line_bytes: 32, body_bytes: 16 };
        let roomy = GateLimits { line_bytes: 64, body_bytes: 64, ..limits };
        let limits = if expected.is_ok() { roomy } else { limits };
        assert_eq!(run(&mut Chunks::new(), &bytes, &limits), expected, "{body:?}");
    }

    /// How long the body is.
    fn run(chunks: &mut Chunks, bytes: &[u8], limits: &GateLimits) -> Result<usize, Refusal> {
        let mut past = 0;
        loop {
            match chunks.scan(&bytes[past..], limits)? {
                Progress::Wait => panic!("unfinished behind {past} bytes"),
                Progress::Past(more) => past += more,
                Progress::End(more) => return Ok(past + more),
            }
        }
    }
}
