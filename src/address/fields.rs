//! Which header fields can carry a visitor's address?
//!
//! Names are matched as the backends behind CGI, WSGI and Rack see them: any case, and `_` or
//! any other punctuation equal to `-`, since `X_Forwarded_For` and `X-Forwarded-For` arrive
//! there as one variable. The built-in names stand in `field_names.rs`;
//! the operator adds others.
//!
//! Not in the list: `x-request-id` and `traceparent`, which operators need to follow a
//! request and which name nobody (their values are still [scanned](super::scan)); and
//! `x-forwarded-host`, `-proto`, `-port`, `-prefix` and `-server`, which tell of the
//! server's side alone.

use super::field_names::{BUILT_IN, FAMILIES};

pub use super::field_names::Tells;

/// The built-in names and those that the operator adds.
///
/// ```
/// use cloakroom::address::fields::{AddressFields, Tells};
///
/// let fields = AddressFields::new(["X-Shop-Visitor".to_owned()]);
/// assert_eq!(fields.tells(b"X_Forwarded_For"), Some(Tells::Address));
/// assert_eq!(fields.tells(b"x-shop-visitor"), Some(Tells::Address));
/// assert_eq!(fields.tells(b"user-agent"), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressFields {
    /// Normalised, sorted.
    extra: Vec<String>,
}

impl AddressFields {
    /// The built-in list and these names (any case, `_` equal to `-`), which are taken to
    /// tell the address.
    pub fn new<I: IntoIterator<Item = String>>(extra: I) -> Self {
        let mut extra: Vec<String> = extra
            .into_iter()
            .map(|name| name.bytes().map(|byte| char::from(normal(byte))).collect())
            .collect();
        extra.sort_unstable();
        extra.dedup();
        Self { extra }
    }

    /// What the field of this name can tell; `None` for any other field.
    pub fn tells(&self, name: &[u8]) -> Option<Tells> {
        if self.extra.binary_search_by(|known| compare(known, name)).is_ok() {
            return Some(Tells::Address);
        }
        if let Some(tells) = built_in(name) {
            return Some(tells);
        }
        // Every family begins with this letter.
        if !matches!(name.first(), Some(b'x' | b'X')) {
            return None;
        }
        let family = FAMILIES.iter().find(|(start, _)| starts_with(name, start));
        family.map(|&(_, tells)| tells)
    }

    /// Every built-in name in lower case, and what it tells. Whole families of names
    /// (`x-vercel-ip-`…) are matched beyond those that are listed.
    pub fn built_in() -> impl ExactSizeIterator<Item = (&'static str, Tells)> {
        BUILT_IN.iter().copied()
    }

    /// Beginnings that make any name tell something, in lower case.
    pub fn families() -> impl ExactSizeIterator<Item = (&'static str, Tells)> {
        FAMILIES.iter().copied()
    }
}

/// Where a name would stand in [`SLOTS`]: its length and a few letters from both ends tell
/// the listed names apart well enough, and cost the same for a name of any length.
const fn slot(name: &[u8]) -> usize {
    let [a, c, d, y, z] = match name {
        [a, _, c, d, .., y, z] => [*a, *c, *d, *y, *z],
        [a, .., y, z] => [*a, *y, *z, 0, 0],
        _ => [0; 5],
    };
    let letters = u32::from_le_bytes([normal(a), normal(c), normal(d), normal(y)]);
    let [length, ..] = name.len().to_le_bytes();
    let mixed = letters ^ (normal(z) as u32 * 0x0001_0301) ^ ((length as u32) << 9);
    (mixed.wrapping_mul(0x9e37_79b1) >> 23) as usize
}

/// Each built-in name's place in the list plus one, at its slot or the next free one; 0 is free.
static SLOTS: [u8; 512] = {
    assert!(BUILT_IN.len() < 255);
    let mut slots = [0; 512];
    let mut number = 0;
    let mut at = 0;
    while at < BUILT_IN.len() {
        number += 1;
        let mut place = slot(BUILT_IN[at].0.as_bytes());
        while slots[place] != 0 {
            place = (place + 1) % 512;
        }
        slots[place] = number;
        at += 1;
    }
    slots
};

/// The listed name that `name` is. Free slots lie close to each other, so this ends soon.
fn built_in(name: &[u8]) -> Option<Tells> {
    let mut place = slot(name);
    loop {
        let number = usize::from(*SLOTS.get(place)?);
        let &(known, tells) = BUILT_IN.get(number.checked_sub(1)?)?;
        if compare(known, name).is_eq() {
            return Some(tells);
        }
        place = (place + 1) % SLOTS.len();
    }
}

const fn normal(byte: u8) -> u8 {
    if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' }
}

/// How `known`, which is normal, stands to `name`, which may not be.
fn compare(known: &str, name: &[u8]) -> std::cmp::Ordering {
    known.bytes().cmp(name.iter().copied().map(normal))
}

fn starts_with(name: &[u8], start: &str) -> bool {
    name.get(..start.len()).is_some_and(|head| compare(start, head).is_eq())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_normal_and_without_repeats() {
        for pair in BUILT_IN.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
        for (name, _) in BUILT_IN.iter().chain(FAMILIES) {
            assert!(!name.is_empty() && name.bytes().all(|b| normal(b) == b), "{name}");
        }
        assert!(FAMILIES.iter().all(|(start, _)| start.starts_with('x')));
    }

    #[test]
    fn a_look_up_passes_few_names() {
        let longest = SLOTS.split(|&number| number == 0).map(<[u8]>::len).max();
        assert!(longest.is_some_and(|run| run <= 8), "{longest:?} names in a row");
    }

    #[test]
    fn every_listed_name_is_found_however_it_is_spelt() {
        let fields = AddressFields::default();
        for (name, tells) in AddressFields::built_in() {
            let upper = name.to_ascii_uppercase();
            let under = name.replace('-', "_");
            let mixed = upper.replacen('-', "_", 1);
            for spelt in [name, &upper, &under, &mixed] {
                assert_eq!(fields.tells(spelt.as_bytes()), Some(tells), "{spelt}");
            }
        }
    }

    #[test]
    fn families_hold_names_that_nobody_has_listed() {
        let fields = AddressFields::default();
        for name in ["x-vercel-ip-planet", "X_Geo_Planet", "X-NF-Geo-City"] {
            assert_eq!(fields.tells(name.as_bytes()), Some(Tells::Place), "{name}");
        }
    }

    #[test]
    fn ordinary_fields_are_none_of_them() {
        let fields = AddressFields::default();
        for name in [
            "",
            "-",
            "a",
            "accept",
            "accept-encoding",
            "authorization",
            "cache-control",
            "content-length",
            "content-type",
            "cookie",
            "dnt",
            "host",
            "origin",
            "referer",
            "sec-ch-ua",
            "sec-fetch-site",
            "sec-websocket-key",
            "te",
            "traceparent",
            "tracestate",
            "upgrade",
            "user-agent",
            "x-auth-token",
            "x-csrf-token",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-forwarded-proto",
            "x-forwarded-server",
            "x-forwarded-fors",
            "x-forwarded-fo",
            "x-request-id",
            "x-requested-with",
            "xx-forwarded-for",
        ] {
            assert_eq!(fields.tells(name.as_bytes()), None, "{name}");
        }
        assert_eq!(fields.tells(&[b'x'; 1000]), None);
        assert_eq!(fields.tells(b"\xff\xfe"), None);
    }

    #[test]
    fn the_operator_adds_names() {
        let long = "z".repeat(200);
        let added = ["Shop_Visitor", "0-ip", "x-request-id", &long].map(str::to_owned);
        let fields = AddressFields::new(added.clone());
        for name in added {
            assert_eq!(fields.tells(name.as_bytes()), Some(Tells::Address), "{name}");
        }
        assert_eq!(fields.tells(b"SHOP-VISITOR"), Some(Tells::Address));
        assert_eq!(fields.tells(b"shop-visitors"), None);
        assert_eq!(AddressFields::default().tells(b"shop-visitor"), None);
    }
}
