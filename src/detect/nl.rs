//! Which number tells a person of the Netherlands? The citizen service number.

use super::checksum::{digits, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of the Netherlands.
pub const KINDS: &[Kind] = &[Kind {
    name: "nl-bsn",
    group: Group::Country("nl"),
    what: "Citizen service number of the Netherlands (BSN)",
    shape: r"[0-9]{4}\.[0-9]{2}\.[0-9]{3}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}|[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{9}",
    edges: Edges::Word,
    check: is_bsn,
    context: Context::Required(&[
        "bsn",
        "burgerservicenummer",
        "burger service nummer",
        "sofinummer",
        "sofi-nummer",
        "persoonsnummer",
        "citizen service",
        "social security",
        "bürgernummer",
        "sécurité sociale",
        "número de ciudadano",
        "codice cittadino",
        "numer obywatela",
        "número de cidadão",
    ]),
    example: ("Mijn BSN is 111222333", "111222333"),
    bait: "Mijn BSN is 111222334",
    source: "Wet algemene bepalingen burgerservicenummer; RvIG, Logisch Ontwerp BSN (elfproef)",
}];

/// The eleven test, in which the last digit counts minus one.
fn is_bsn(text: &[u8]) -> bool {
    let Some((all, 9)) = digits::<9>(text) else { return false };
    // Ten is minus one, by 11.
    let sum = weighted(&all, &[9, 8, 7, 6, 5, 4, 3, 2, 10]);
    sum.is_multiple_of(11) && !repeated(&all)
}
