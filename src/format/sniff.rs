//! What do the first bytes of a payload look like? No claim is heard here.

/// Whether they begin a JSON document of any form that is worth reading as JSON.
pub(super) fn is_json(first: &[u8]) -> bool {
    let units = units(first);
    begins_array_or_object(&units) || is_string(&units)
}

/// What [`is_json`] says of UTF-8 text that begins with them, as soon as it cannot change: not yet
/// of a string, for which all of it counts.
pub(super) fn is_json_so_far(first: &[u8]) -> Option<bool> {
    let text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
    let text = without_blanks(text.strip_prefix(b"\x1e").unwrap_or(text));
    match text.first()? {
        b'{' | b'[' => begins_json(text),
        // The first bytes of a mark that is not whole yet.
        b'"' | 0xef => None,
        _ => Some(false),
    }
}

/// Whether they begin a JSON array or object.
pub(super) fn is_array_or_object(first: &[u8]) -> bool {
    begins_array_or_object(&units(first))
}

/// Whether they begin a tag, a declaration or a comment.
pub(super) fn is_markup(first: &[u8]) -> bool {
    match without_blanks(&units(first)) {
        [b'<', b'!' | b'?' | b'/', ..] => true,
        [b'<', name, ..] => name.is_ascii_alphabetic(),
        _ => false,
    }
}

/// Whether there is no byte among them that texts do not have: the "binary data bytes" of the
/// MIME Sniffing standard of the WHATWG, section 3.
pub(super) fn is_text(first: &[u8]) -> bool {
    units(first).iter().all(|byte| !matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
}

/// Whether they are text in UTF-8 or UTF-16: what only looks like the beginning of JSON, such as
/// a row of pixels, is not. The last character may be cut.
pub(super) fn is_written(first: &[u8]) -> bool {
    let is_utf16 = matches!(first, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..]);
    let is_utf8 = || match std::str::from_utf8(first) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    is_text(first) && (is_utf16 || is_utf8())
}

/// Whether they are how files of a well-known binary format begin.
pub(super) fn is_binary_file(first: &[u8]) -> bool {
    let is_container =
        |mark: &[u8], at: usize| first.get(at..).is_some_and(|rest| rest.starts_with(mark));
    MARKS.iter().any(|mark| first.starts_with(mark))
        || (first.starts_with(b"\0") && is_container(b"ftyp", 4))
        || (first.starts_with(b"RIFF") && RIFF.iter().any(|mark| is_container(mark, 8)))
}

/// How files begin (MIME Sniffing, section 6, and the specification of each format).
const MARKS: &[&[u8]] = &[
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"OggS\0",
    b"fLaC\0",
    b"ID3\x02",
    b"ID3\x03",
    b"ID3\x04",
    b"\x1a\x45\xdf\xa3",
    b"\0asm",
    b"wOFF\0",
    b"wOF2\0",
];

const RIFF: &[&[u8]] = &[b"WEBP", b"WAVE", b"AVI "];

/// The bytes without a byte order mark; of UTF-16, one byte for each unit. UTF-16 without a
/// mark is known by the zero in its first unit, as RFC 4627 section 3 does it.
fn units(first: &[u8]) -> Vec<u8> {
    let narrow = |bytes: &[u8], high_at: usize| {
        let units = bytes.as_chunks::<2>().0.iter();
        units
            .map(|unit| match (unit[high_at], unit[1 - high_at]) {
                (0, low) => low,
                _ => NOT_ASCII,
            })
            .collect()
    };
    match first {
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        [0xff, 0xfe, rest @ ..] => narrow(rest, 1),
        [0xfe, 0xff, rest @ ..] => narrow(rest, 0),
        [0, 1..=255, ..] => narrow(first, 0),
        [1..=255, 0, ..] => narrow(first, 1),
        _ => first.to_vec(),
    }
}

/// Stands for any UTF-16 unit beyond ASCII.
const NOT_ASCII: u8 = 0x80;

fn begins_array_or_object(units: &[u8]) -> bool {
    // A record separator is what JSON text sequences begin with (RFC 7464).
    let units = without_blanks(units.strip_prefix(b"\x1e").unwrap_or(units));
    !units.is_empty() && begins_json(units) != Some(false)
}

/// Whether bytes begin a JSON array or object; `None` as long as more of them have to tell.
pub(super) fn begins_json(first: &[u8]) -> Option<bool> {
    let (bracket, inside) = first.split_first()?;
    let inside = without_blanks(inside);
    match (bracket, inside.first()) {
        (b'{' | b'[', None) => None,
        (b'{', Some(next)) => Some(matches!(next, b'"' | b'}')),
        (b'[', Some(b'"' | b'{' | b']')) => Some(true),
        (b'[', Some(b'[')) => begins_json(inside),
        (b'[', Some(b'-' | b'0'..=b'9')) => is_number(inside),
        (b'[', Some(_)) => {
            let words = [&b"true"[..], b"false", b"null"];
            if words.iter().any(|word| inside.len() < word.len() && word.starts_with(inside)) {
                return None;
            }
            Some(words.iter().any(|word| inside.starts_with(word)))
        }
        _ => Some(false),
    }
}

/// `[12, ` is JSON, `[12:30] ` is a log.
fn is_number(units: &[u8]) -> Option<bool> {
    let is_in_number = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(*byte);
    let digits = units.iter().take_while(is_in_number).count();
    let behind = without_blanks(units.get(digits..).unwrap_or_default());
    behind.first().map(|next| matches!(next, b',' | b']'))
}

/// Whether it is one string with nothing behind it: `"Hi," she said` is a text.
fn is_string(units: &[u8]) -> bool {
    let Some(inside) = without_blanks(units).strip_prefix(b"\"") else { return false };
    let mut rest = inside;
    loop {
        match rest {
            [] => return true,
            [b'\\', _, after @ ..] => rest = after,
            [b'"', behind @ ..] => return without_blanks(behind).is_empty(),
            [0..0x20, ..] => return false,
            [_, after @ ..] => rest = after,
        }
    }
}

fn without_blanks(units: &[u8]) -> &[u8] {
    let blanks = units.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    units.get(blanks.count()..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_json_is_not_written() {
        for (first, expected) in [
            (&b"[1, 2]"[..], true),
            ("[\"\u{e9}\"".as_bytes(), true),
            (b"[\"\xc3", true),
            (b"[\0", true),
            (b"[1,\x80\x80", false),
            (b"[1,\x01", false),
            (b"[\"\xc3\"]", false),
        ] {
            assert_eq!(is_written(first), expected, "{first:x?}");
        }
    }

    #[test]
    fn json_is_known_by_its_first_bytes() {
        for (first, expected) in [
            (&b"{}"[..], true),
            (b"{", true),
            (b" \t\r\n{ \"a\"", true),
            (b"\xef\xbb\xbf{\"a\"", true),
            (b"\x1e{\"a\"", true),
            (b"[]", true),
            (b"[[1", true),
            (b"[ -1.5e3 , 2", true),
            (b"[null", true),
            (b"\"ann \\\" lee\" \n", true),
            (b"\"ann", true),
            (b"\xff\xfe{\0\"\0", true),
            (b"\xfe\xff\0{\0\"", true),
            (b"{\0\"\0\xac\x20", true),
            (b"\0[\0\"", true),
            (b"{a}", false),
            (b"{{name}}", false),
            (b"[12:30] ann", false),
            (b"[ann]", false),
            (b"\"Hi,\" she said", false),
            (b"\"Hi\n", false),
            (b"1", false),
            (b"ann", false),
            (b"", false),
        ] {
            assert_eq!(is_json(first), expected, "{first:?}");
        }
        assert!(!is_array_or_object(b"\"ann\""));
    }

    #[test]
    fn markup_is_known_by_its_first_bytes() {
        for (first, expected) in [
            (&b"<p>"[..], true),
            (b"\n<!doctype html>", true),
            (b"<?xml", true),
            (b"\xff\xfe<\0a\0", true),
            (b"<3", false),
            (b"a<b>", false),
            (b"<", false),
        ] {
            assert_eq!(is_markup(first), expected, "{first:?}");
        }
    }

    #[test]
    fn texts_have_no_binary_bytes() {
        for (first, expected) in [
            (&b"ann\t\r\n\x0c\x1b[1m"[..], true),
            ("J\u{f6}rg, \u{65e5}\u{672c}".as_bytes(), true),
            (b"J\xf6rg", true),
            (b"\xff\xfea\0n\0\xac\x20", true),
            (b"a\0n\0n\0", true),
            (b"ann\0", false),
            (b"\x01", false),
            (b"\0\0\0a", false),
            (b"a\x7fb", true),
        ] {
            assert_eq!(is_text(first), expected, "{first:?}");
        }
    }

    #[test]
    fn files_are_known_by_their_marks() {
        for first in MARKS.iter().chain(&[
            &b"\0\0\0\x18ftypmp42"[..],
            b"RIFF\x24\0\0\0WEBPVP8 ",
            b"RIFF\x24\0\0\0WAVEfmt ",
        ]) {
            assert!(is_binary_file(first), "{first:?}");
        }
        for first in [&b"GIF8"[..], b"RIFF tax of ann", b"PK", b"", b"say ftyp"] {
            assert!(!is_binary_file(first), "{first:?}");
        }
    }
}
