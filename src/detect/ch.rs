//! Which number tells a person of Switzerland? The insured's, 756 and ten digits.

use super::checksum::{digits, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Switzerland.
pub const KINDS: &[Kind] = &[Kind {
    name: "ch-ahv",
    group: Group::Country("ch"),
    what: "Social insurance number of Switzerland (AHV, AVS)",
    shape: r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}",
    edges: Edges::Word,
    check: is_ahv,
    context: Context::Helps(&[
        "ahv",
        "avs",
        "navs",
        "oasi",
        "ahvn13",
        "sozialversicherung",
        "social security",
        "assurance sociale",
        "seguridad social",
        "assicurazione sociale",
        "sociale verzekering",
        "ubezpieczeni",
        "segurança social",
    ]),
    example: ("AHV-Nummer: 756.9217.0769.85", "756.9217.0769.85"),
    bait: "Artikel 756.9217.0769.84",
    source: "Art. 50c AHVG, Art. 133 AHVV; Zentrale Ausgleichsstelle, AHV-Nummer; GS1 check digit",
}];

/// The check digit of an EAN-13.
fn is_ahv(text: &[u8]) -> bool {
    let Some((all, 13)) = digits::<13>(text) else { return false };
    let sum = weighted(&all, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    all.starts_with(&[7, 5, 6]) && sum.is_multiple_of(10) && !repeated(&all[3..12])
}
