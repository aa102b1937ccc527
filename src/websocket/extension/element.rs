//! Which extensions does a line of `Sec-WebSocket-Extensions` name (RFC 6455 §9.1)?
//!
//! `name *( ";" parameter [ "=" ( token | quoted-string ) ] )`, separated by commas, with white
//! space around both. An empty place between two commas is none (RFC 9110 §5.6.1.2).

use super::malformed::Malformed;
use std::borrow::Cow;

/// An extension with its parameters, in the order of the line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) name: &'a [u8],
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// A name and its value, unquoted.
type Parameter<'a> = (&'a [u8], Option<Cow<'a, [u8]>>);

/// The extensions of a line.
pub(super) fn elements(line: &[u8]) -> Result<Vec<Element<'_>>, Malformed> {
    let mut rest = line;
    let mut found = Vec::new();
    loop {
        skip_space(&mut rest);
        match rest {
            [] => return Ok(found),
            [b',', behind @ ..] => rest = behind,
            _ => {
                found.push(element(&mut rest)?);
                if !matches!(rest, [] | [b',', ..]) {
                    return Err(Malformed);
                }
            }
        }
    }
}

/// Reads up to the comma, or to the end.
fn element<'a>(rest: &mut &'a [u8]) -> Result<Element<'a>, Malformed> {
    let mut element = Element { name: token(rest)?, parameters: Vec::new() };
    loop {
        skip_space(rest);
        let [b';', behind @ ..] = *rest else { return Ok(element) };
        *rest = behind;
        skip_space(rest);
        let name = token(rest)?;
        let value = match *rest {
            [b'=', b'"', behind @ ..] => {
                *rest = behind;
                Some(quoted(rest)?)
            }
            [b'=', behind @ ..] => {
                *rest = behind;
                Some(Cow::Borrowed(token(rest)?))
            }
            _ => None,
        };
        element.parameters.push((name, value));
    }
}

fn token<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Malformed> {
    let length = rest.iter().position(|byte| !is_token(*byte)).unwrap_or(rest.len());
    match rest.split_off(..length) {
        None | Some([]) => Err(Malformed),
        Some(token) => Ok(token),
    }
}

/// What stands before the closing quote, which has to be a token once it is unescaped.
fn quoted<'a>(rest: &mut &'a [u8]) -> Result<Cow<'a, [u8]>, Malformed> {
    let mut value = Vec::new();
    loop {
        match *rest {
            [b'"', behind @ ..] if !value.is_empty() => {
                *rest = behind;
                return Ok(Cow::Owned(value));
            }
            [b'\\', byte, behind @ ..] | [byte, behind @ ..] if is_token(*byte) => {
                value.push(*byte);
                *rest = behind;
            }
            _ => return Err(Malformed),
        }
    }
}

fn skip_space(rest: &mut &[u8]) {
    while let [b' ' | b'\t', behind @ ..] = *rest {
        *rest = behind;
    }
}

/// A `tchar` (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_its_extensions() {
        check("", Some(""));
        check(" ,\t, ", Some(""));
        check("permessage-deflate", Some("permessage-deflate"));
        check("foo, bar; baz=2", Some("foo|bar;baz=2"));
        check("a ;b ; c=\"x\\y\" ,, d;e;e=1", Some("a;b;c=xy|d;e;e=1"));
        check("deflate-stream\t;\tx", Some("deflate-stream;x"));
    }

    #[test]
    fn what_follows_no_grammar_is_malformed() {
        for line in [
            ";",
            "=",
            "a;",
            "a; ;b",
            "a b",
            "a=b",
            "a;=b",
            "a;b=",
            "a;b= c",
            "a;b =c",
            "a;b=\"",
            "a;b=\"c",
            "a;b=\"\"",
            "a;b=\"c d\"",
            "a;b=\"c\"d",
            "a;b=\"c,d\"",
            "a;b=\"\\",
            "a;b=\"\\\"\"",
            "a,b;",
            "\"a\"",
            "a/b",
            "ä",
            "a\0",
            "a;b=c=d",
        ] {
            check(line, None);
        }
    }

    #[track_caller]
    fn check(line: &str, expected: Option<&str>) {
        let shown = elements(line.as_bytes()).ok().map(|found| {
            let shown: Vec<String> = found.iter().map(show).collect();
            shown.join("|")
        });
        assert_eq!(shown.as_deref(), expected, "{line:?}");
    }

    fn show(element: &Element<'_>) -> String {
        let mut shown = String::from_utf8_lossy(element.name).into_owned();
        for (name, value) in &element.parameters {
            shown.push(';');
            shown.push_str(&String::from_utf8_lossy(name));
            if let Some(value) = value {
                shown.push('=');
                shown.push_str(&String::from_utf8_lossy(value));
            }
        }
        shown
    }
}
