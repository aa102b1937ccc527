//! What of a visitor's `Accept-Encoding` may the backend hear, so that its answer comes in a
//! coding that we can read?

use crate::proxy::coding::name::{Coding, elements, trim};

/// The value to send instead of these `Accept-Encoding` lines (RFC 9110 section 12.5.3).
///
/// Codings that we read, and `identity`, stay as they are, weight and order included; others
/// go, and so does an element whose weight is none. `*` means whatever else there is: what we
/// read of that takes its place, with its weight, so that `br;q=1, *;q=0` still refuses the
/// rest. Where nothing stays, `identity` does: an empty or missing field would leave the choice
/// to the backend.
pub fn narrow<'a>(lines: impl IntoIterator<Item = &'a [u8], IntoIter: Clone>) -> Vec<u8> {
    let offers = lines.into_iter().flat_map(elements).filter_map(Offer::read);
    let mut kept = Vec::new();
    let mut keep = |name: &[u8], weight: &[u8]| {
        let separator: &[u8] = if kept.is_empty() { b"" } else { b", " };
        kept.extend_from_slice(separator);
        kept.extend_from_slice(name);
        kept.extend_from_slice(weight);
    };
    // The second `*` would mean what the first has left over: nothing.
    let mut rest_is_open = true;
    for offer in offers.clone() {
        match offer.what {
            What::Known(_) => keep(offer.name, offer.weight),
            What::Rest if rest_is_open => {
                rest_is_open = false;
                for known in KNOWN {
                    if !offers.clone().any(|other| other.what == What::Known(known)) {
                        keep(known.map_or("identity", Coding::name).as_bytes(), offer.weight);
                    }
                }
            }
            What::Rest => {}
        }
    }
    if kept.is_empty() {
        kept.extend_from_slice(b"identity");
    }
    kept
}

/// One element that we understand.
#[derive(Clone, Copy)]
struct Offer<'a> {
    what: What,
    name: &'a [u8],
    /// As it stands there, from the `;` on; empty where there is none.
    weight: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    /// A coding, or `identity`.
    Known(Option<Coding>),
    /// `*`.
    Rest,
}

impl<'a> Offer<'a> {
    fn read(element: &'a [u8]) -> Option<Self> {
        let end = element.iter().position(|&byte| byte == b';').unwrap_or(element.len());
        let (name, weight) = element.split_at_checked(end)?;
        let name = trim(name);
        let what = match Coding::named(name) {
            Some(coding) => What::Known(Some(coding)),
            None if name.eq_ignore_ascii_case(b"identity") => What::Known(None),
            None if name == b"*" => What::Rest,
            None => return None,
        };
        (weight.is_empty() || is_weight(weight)).then_some(Self { what, name, weight })
    }
}

/// Whether this is a weight (RFC 9110 section 12.4.2): `;q=` and 0 to 1 with at most three
/// digits behind the point.
fn is_weight(text: &[u8]) -> bool {
    let Some(text) = text.strip_prefix(b";").map(trim) else { return false };
    let Some(value) = text.strip_prefix(b"q=").or(text.strip_prefix(b"Q=")) else { return false };
    let (digit, all): (_, fn(&u8) -> bool) = match value {
        [b'0', rest @ ..] => (rest, u8::is_ascii_digit),
        [b'1', rest @ ..] => (rest, |&digit| digit == b'0'),
        _ => return false,
    };
    match digit {
        [] => true,
        [b'.', digits @ ..] => digits.len() <= 3 && digits.iter().all(all),
        _ => false,
    }
}

const KNOWN: [Option<Coding>; 5] =
    [Some(Coding::Gzip), Some(Coding::Deflate), Some(Coding::Brotli), Some(Coding::Zstd), None];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_read_stays_as_it_is() {
        check(&["gzip, deflate, br, zstd"], "gzip, deflate, br, zstd");
        check(&["br;q=1.0, gzip;q=0.8 ,identity; q=0.5"], "br;q=1.0, gzip;q=0.8, identity; q=0.5");
        check(&["GZIP;Q=0.123", "x-gzip"], "GZIP;Q=0.123, x-gzip");
        check(&["gzip;q=0, br;q=1."], "gzip;q=0, br;q=1.");
    }

    #[test]
    fn what_we_do_not_read_goes() {
        check(&["gzip, deflate, br, zstd, dcb, dcz"], "gzip, deflate, br, zstd");
        check(&["compress;q=0.5, gzip;q=1.0"], "gzip;q=1.0");
        check(&["sdch", "br"], "br");
    }

    #[test]
    fn the_rest_is_what_was_not_named() {
        check(&["*"], "gzip, deflate, br, zstd, identity");
        check(&["br, *;q=0.1"], "br, gzip;q=0.1, deflate;q=0.1, zstd;q=0.1, identity;q=0.1");
        check(
            &["*;q=0", "identity, x-gzip;q=0.9"],
            "deflate;q=0, br;q=0, zstd;q=0, identity, x-gzip;q=0.9",
        );
        check(&["*, *;q=0.5, *"], "gzip, deflate, br, zstd, identity");
        check(&["gzip, deflate, br, zstd, identity, *"], "gzip, deflate, br, zstd, identity");
    }

    #[test]
    fn where_nothing_stays_the_body_comes_as_it_is() {
        for lines in [&[][..], &[""], &[" , "], &["compress, dcb"], &["*;q=2"]] {
            check(lines, "identity");
        }
    }

    #[test]
    fn a_weight_that_is_none_is_no_offer() {
        for element in [
            "gzip;",
            "gzip;q",
            "gzip;q=",
            "gzip;q=2",
            "gzip;q=1.001",
            "gzip;q=0.1234",
            "gzip;q=-1",
            "gzip;q=.5",
            "gzip;q=0.5;q=0.6",
            "gzip;level=9",
            "gzip q=0.5",
        ] {
            check(&[element, "br"], "br");
        }
    }

    #[track_caller]
    fn check(lines: &[&str], expected: &str) {
        let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
        assert_eq!(String::from_utf8(narrow(lines.iter().copied())).unwrap(), expected);
        let again = narrow([expected.as_bytes()]);
        assert_eq!(String::from_utf8(again).unwrap(), expected, "narrowed twice");
    }
}
