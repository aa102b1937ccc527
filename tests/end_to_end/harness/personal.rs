//! Does a piece of personal data stand in these bytes, in whatever spelling? Written anew for
//! the tests: it shares nothing with the proxy's own readers.

use memchr::memmem;

/// Fails where `part` occurs in `bytes`, in whatever spelling.
#[track_caller]
pub(crate) fn assert_gone(part: &str, bytes: &[u8], what: &str) {
    Readings::of(bytes).assert_gone(part, what);
}

/// The ways in which bytes can be read: as they are, percent-encoded once or twice, escaped as
/// in JSON, in HTML entities.
pub(crate) struct Readings(Vec<String>);

impl Readings {
    /// All readings of these bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let plain = String::from_utf8_lossy(bytes).into_owned();
        let once = percent_decoded(&plain);
        let twice = percent_decoded(&once);
        let blanks = percent_decoded(&plain.replace('+', " "));
        let json = json_decoded(&plain);
        let inner = json_decoded(&json);
        let (html, both) = (html_decoded(&plain), html_decoded(&json));
        let mut all = vec![plain];
        for reading in [once, twice, blanks, json, inner, html, both] {
            if !all.contains(&reading) {
                all.push(reading);
            }
        }
        Self(all)
    }

    /// Fails where `part` occurs in one of them, or in Base64 at any offset.
    #[track_caller]
    pub(crate) fn assert_gone(&self, part: &str, what: &str) {
        if let Some(found) = self.find(part) {
            panic!("{what}: {part:?} stands in …{found}");
        }
    }

    /// Where `part` occurs, with what stands before it.
    fn find(&self, part: &str) -> Option<String> {
        assert!(part.len() >= 3, "{part:?} is too short to be looked for");
        let spelled = std::iter::once(part.to_owned()).chain(base64_cores(part.as_bytes()));
        spelled.into_iter().find_map(|spelled| {
            self.0.iter().find_map(|text| {
                let at = memmem::find(text.as_bytes(), spelled.as_bytes())?;
                let from =
                    (0..=at.saturating_sub(60)).rev().find(|at| text.is_char_boundary(*at))?;
                Some(text[from..at + spelled.len()].to_owned())
            })
        })
    }
}

/// Every byte that a URL may have to escape, escaped.
pub(crate) fn percent_encoded(text: &str) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escaped).collect()
}

fn percent_decoded(text: &str) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match hex(bytes.get(at + 1)).zip(hex(bytes.get(at + 2))) {
            Some((high, low)) if byte == b'%' => {
                out.push(u8::try_from(high * 16 + low).expect("two digits"));
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `\u0040`, `\/`, `\n` undone, wherever they stand.
fn json_decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out += &rest[..at];
        rest = &rest[at + 1..];
        let code = rest.strip_prefix('u').and_then(|rest| rest.get(..4));
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(sign) => {
                out.push(sign);
                rest = &rest[5..];
            }
            None => {
                let mut signs = rest.chars();
                match signs.next() {
                    Some('n') => out.push('\n'),
                    Some('r') => out.push('\r'),
                    Some('t') => out.push('\t'),
                    Some(other) => out.push(other),
                    None => {}
                }
                rest = signs.as_str();
            }
        }
    }
    out + rest
}

/// Numeric entities and the few that have names, undone.
fn html_decoded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 10);
        let sign = end.and_then(|end| match &rest[1..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "nbsp" => Some(' '),
            "commat" => Some('@'),
            name => {
                let digits = name.strip_prefix('#')?;
                let code = match digits.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => digits.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (sign, end) {
            (Some(sign), Some(end)) => {
                out.push(sign);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// The signs that stand for `bytes` alone, at each of the three offsets that they can have in a
/// Base64 text; none that is too short to mean anything.
fn base64_cores(bytes: &[u8]) -> Vec<String> {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let core = |offset: usize| {
        let bits: Vec<u8> =
            bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        // Bits of the first sign that the byte before has a share in.
        let skip = [0, 4, 2][offset];
        let whole = bits[skip..].chunks_exact(6);
        let sign = |six: &[u8]| SIGNS[usize::from(six.iter().fold(0, |sum, bit| sum << 1 | bit))];
        whole.map(|six| char::from(sign(six))).collect::<String>()
    };
    (0..3).map(core).filter(|core| core.len() >= 8).collect()
}

#[test]
fn what_stands_in_another_spelling_is_found() {
    let part = "ann@example.org";
    for text in [
        "x ann@example.org",
        "a=ann%40example.org",
        "a=%2561nn%2540example.org",
        "\"ann\\u0040example.org\"",
        "{\\\"a\\\":\\\"\\\\u0061nn@example.org\\\"}",
        "ann&#64;example.org",
        "ann&commat;example.org &amp; &x",
        "YW5uQGV4YW1wbGUub3Jn",
        "eGFubkBleGFtcGxlLm9yZw==",
        "eHhhbm5AZXhhbXBsZS5vcmc=",
    ] {
        assert!(Readings::of(text.as_bytes()).find(part).is_some(), "not found in {text}");
    }
    assert_gone(part, "to [email], ann at example.org, 100% & more \\".as_bytes(), "a text");
    assert_eq!(percent_encoded("a b@ü"), "a%20b%40%C3%BC");
}
