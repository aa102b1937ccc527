//! Laws of multipart bodies: cuts do not matter, and the lines that part the parts stay where
//! they are.

#![no_main]

use cloakroom::format::charset::Charset;
use cloakroom_fuzz::{Door, Known, Thrown, rules, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(thrown) = Thrown::of(input) else { return };
    let [rule_set, form, ..] = thrown.dice;
    let rules = rules::of(rule_set);
    let door = Door::Known(Known::Multipart, Charset::Utf8);
    let mut body = thrown.payload.to_vec();
    if form % 2 == 1 {
        body = dressed(&body, form);
    }
    let dressed = Thrown { payload: &body, dice: thrown.dice };
    let whole = door.redact(&rules, &[&body]);
    for (first, second) in [(2, 3), (4, 5), (6, 7)] {
        let cut = door.redact(&rules, &dressed.pieces(first, second));
        match (&whole, &cut) {
            (Ok(whole), Ok(cut)) => assert_eq!(shown(cut), shown(whole)),
            _ => assert_eq!(cut, whole),
        }
    }
    let Ok(whole) = whole else { return };
    assert_eq!(delimiters(&whole), delimiters(&body), "{} -> {}", shown(&body), shown(&whole));
});

/// The bytes as the content of one of several parts.
fn dressed(bytes: &[u8], form: u8) -> Vec<u8> {
    let kind = ["text/plain", "application/json", "image/png", "text/html"];
    let kind = kind[usize::from(form / 2) % kind.len()];
    let mut body =
        b"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nann\r\n--b\r\n".to_vec();
    body.extend(
        format!("Content-Disposition: form-data; name=\"m\"\r\nContent-Type: {kind}").bytes(),
    );
    body.extend(b"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    body
}

/// How many lines part it, and how many of them end it (RFC 2046 section 5.1.1: a boundary at the
/// beginning of a line, with nothing but blanks behind it).
fn delimiters(body: &[u8]) -> (usize, usize) {
    let (mut all, mut last, mut rest) = (0, 0, body);
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n");
        let line = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default().trim_ascii_end();
        all += usize::from(line == b"--b");
        last += usize::from(line == b"--b--");
        let Some(end) = end else { return (all, last) };
        rest = &rest[end + 2..];
    }
}
