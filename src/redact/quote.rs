//! Which quotes does what replaces a number need, in JSON that stands within a text? A label
//! without quotes would leave JSON that nobody can read.
//!
//! ```text
//! {"data":"{\"card\":4111111111111111}"}     as the payload has it
//!          {"card":4111111111111111}         as it is read: a number behind `"card":`
//!          {"card":"[payment-card]"}         so it needs the quotes that its key has
//! ```
//!
//! JSON within a text is not followed as a format, since much that is no JSON looks like it and
//! all of it is searched. What stands right before the number tells: a key and a colon, or the
//! beginning of an array of numbers and strings.

use memchr::memmem;

/// How far before a number its key, or the beginning of its array, is looked for. In a longer
/// array it stays without quotes.
pub(super) const REACH: usize = 64;

/// A quote as it would be spelled around a string in the place of `find`, behind `before`: up to
/// [`REACH`] bytes of the same text, with which it begins if `is_start`. `None` where no number
/// of JSON stands.
pub(super) fn around(before: &[u8], is_start: bool, find: &[u8]) -> Option<Vec<u8>> {
    let is_number = find.first().is_some_and(u8::is_ascii_digit) && find.iter().all(in_number);
    let before = before.trim_ascii_end();
    match before.split_last().filter(|_| is_number)? {
        (b':', key) => ends_in_quote(key.trim_ascii_end()),
        (b'[' | b',', _) => in_array(before, is_start),
        _ => None,
    }
}

fn in_number(byte: &u8) -> bool {
    byte.is_ascii_digit() || b"+-.eE".contains(byte)
}

/// The quote for an element behind these others: numbers and strings, up to where their array,
/// or the one that it is in, begins.
fn in_array(before: &[u8], is_start: bool) -> Option<Vec<u8>> {
    let mut rest = before;
    let mut is_array = false;
    loop {
        rest = rest.trim_ascii_end();
        match rest.split_last() {
            // An array is an element behind a comma, never right behind another.
            Some((b'[', outside)) if outside.trim_ascii_end().last().is_some_and(in_number) => {
                return None;
            }
            Some((b'[', outside)) => {
                is_array = true;
                rest = outside;
            }
            Some((byte, others)) if *byte == b',' || in_number(byte) => rest = others,
            None if is_start && is_array => return Some(b"\"".to_vec()),
            Some((b':', key)) if is_array => return ends_in_quote(key.trim_ascii_end()),
            // The array is all that stands in a string: its own strings are one level deeper.
            Some((b'"', _)) if is_array && before.get(rest.len()) == Some(&b'[') => {
                return ends_in_quote(rest).map(|quote| deeper(&quote));
            }
            Some((b'"', _)) => {
                let quote = ends_in_quote(rest)?;
                let string = rest.strip_suffix(&quote[..])?;
                rest = string.get(..memmem::rfind(string, &quote)?)?;
                if rest.trim_ascii_end().last() == Some(&b'[') {
                    return Some(quote);
                }
            }
            _ => return None,
        }
    }
}

/// The quote that this ends in, with the backslashes that spell it.
fn ends_in_quote(text: &[u8]) -> Option<Vec<u8>> {
    let before = text.strip_suffix(b"\"")?;
    let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
    text.get(before.len() - backslashes..).map(<[u8]>::to_vec)
}

/// The same within a string that has this quote around it.
fn deeper(quote: &[u8]) -> Vec<u8> {
    quote.iter().flat_map(|&byte| [b'\\', byte]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_behind_a_key_takes_the_quotes_of_its_key() {
        check(r#"{"card":"#, Some(r#"""#));
        check("{\"card\" : \n ", Some(r#"""#));
        check(r#"{"data":"{\"card\":"#, Some(r#"\""#));
        check(r#"{\"data\":\"{\\\"card\\\": "#, Some(r#"\\\""#));
    }

    #[test]
    fn a_number_in_an_array_takes_those_of_the_array() {
        check("[", Some(r#"""#));
        check("[1, -2.5e3,\n", Some(r#"""#));
        check(r#"{\"cards\":[["#, Some(r#"\""#));
        check(r#"{\"cards\": [1,2, "#, Some(r#"\""#));
        check(r#"{"data":"[1,"#, Some(r#"\""#));
        check(r#"{\"data\":\"["#, Some(r#"\\\""#));
        check(r#"[\"a\",1,"#, Some(r#"\""#));
        check(r#"[1,"a, b" , "c",[2,"#, Some(r#"""#));
    }

    #[test]
    fn other_text_gets_none() {
        for before in [
            "",
            "card ",
            "card: ",
            "card:",
            "\"card\" ",
            "see [",
            "a,",
            "1,",
            "[a,",
            "1 [",
            "[1] ",
            "{",
            "{card:",
            "-",
            "\"card\":-",
            "\"Ann\",\"x\",",
            "a\"b\",",
            "{\"a\":1},",
        ] {
            check(before, None);
        }
        assert_eq!(around(b"[", false, b"4111111111111111"), None, "what stood before is gone");
        for find in ["", "4111 1111 1111 1111", "+4930123456", "ann@example.org", "-1"] {
            assert_eq!(around(b"\"card\":", true, find.as_bytes()), None, "{find}");
        }
    }

    #[track_caller]
    fn check(before: &str, quote: Option<&str>) {
        let found = around(before.as_bytes(), true, b"4111111111111111");
        assert_eq!(found.as_deref().map(String::from_utf8_lossy).as_deref(), quote, "{before}");
    }
}
