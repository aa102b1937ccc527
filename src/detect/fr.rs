//! Which number tells a person of France? The one that INSEE gives at birth.

use super::checksum::characters;
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of France.
pub const KINDS: &[Kind] = &[Kind {
    name: "fr-nir",
    group: Group::Country("fr"),
    what: "Social security number of France (NIR) with its key",
    shape: r"[123478][ .-]?[0-9]{2}[ .-]?[0-9]{2}[ .-]?(?:[0-9]{2}|2(?i-u:[AB]))[ .-]?[0-9]{3}[ .-]?[0-9]{3}[ .-]?[0-9]{2}",
    edges: Edges::Word,
    check: is_nir,
    context: Context::Helps(&[
        "nir",
        "sécurité sociale",
        "sécu",
        "secu",
        "numéro de sécu",
        "carte vitale",
        "insee",
        "social security",
        "sozialversicherung",
        "seguridad social",
        "previdenza sociale",
        "sofinummer",
        "ubezpieczeni",
        "segurança social",
    ]),
    example: ("Numéro de sécu : 2 55 08 14 168 025 38", "2 55 08 14 168 025 38"),
    bait: "Commande 2 55 08 14 168 025 39",
    source: "Décret n° 82-103 (RNIPP); INSEE, Numéro d'inscription au répertoire",
}];

/// Sex, year, month, department, commune, order, and 97 less the rest of all that by 97.
/// Corsica's 2A and 2B count as 19 and 18.
fn is_nir(text: &[u8]) -> bool {
    let Some((mut all, 15)) = characters::<15>(text) else { return false };
    match (all[5], all[6]) {
        (b'2', b'A') => (all[5], all[6]) = (b'1', b'9'),
        (b'2', b'B') => (all[5], all[6]) = (b'1', b'8'),
        _ => {}
    }
    if !all.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let value = |part: &[u8]| part.iter().fold(0u64, |sum, &b| sum * 10 + u64::from(b - b'0'));
    let (month, department) = (value(&all[3..5]), value(&all[5..7]));
    let (commune, order) = (value(&all[7..10]), value(&all[10..13]));
    matches!(all[0], b'1'..=b'4' | b'7' | b'8')
        // Above 12 stands for a month that nobody knows.
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && department != 0
        && commune != 0
        && order != 0
        && 97 - value(&all[..13]) % 97 == value(&all[13..])
}
