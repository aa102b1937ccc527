//! Which number tells a person of Belgium? The national register's, or the social security's for
//! who is not in it.

use super::calendar::is_day;
use super::checksum::{digits, number};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Belgium.
pub const KINDS: &[Kind] = &[Kind {
    name: "be-national-number",
    group: Group::Country("be"),
    what: "National register number of Belgium, or BIS number",
    shape: r"[0-9]{2}[. -]?[0-9]{2}[. -]?[0-9]{2}[. -]?[0-9]{3}[. -]?[0-9]{2}",
    edges: Edges::Word,
    check: is_national_number,
    context: Context::Helps(&[
        "rijksregister",
        "rrn",
        "insz",
        "niss",
        "bisnummer",
        "registre national",
        "numéro national",
        "nationalregister",
        "national number",
        "national register",
        "registro nacional",
        "registro nazionale",
        "rejestr",
    ]),
    example: ("Rijksregisternummer 85.07.30-033.28", "85.07.30-033.28"),
    bait: "Bestelling 85.07.30-033.29",
    source: "Arrêté royal du 3 avril 1984; IBZ, Numéro d'identification du Registre national",
}];

/// Birthday, a serial number odd for men, and 97 less the rest of all that by 97; from 2000 on
/// with a 2 before it. A BIS number adds 20 or 40 to the month; what is not known is zero.
fn is_national_number(text: &[u8]) -> bool {
    let Some((all, 11)) = digits::<11>(text) else { return false };
    let (body, check) = (number(&all[..9]), number(&all[9..]));
    let [y, year, m, month, d, day, ..] = all.map(u32::from);
    let (year, month, day) = (y * 10 + year, m * 10 + month, d * 10 + day);
    let month = match month {
        20..=32 => month - 20,
        40..=52 => month - 40,
        month => month,
    };
    let born_in = |century| match (month, day) {
        (0, 0..=31) | (1..=12, 0) => true,
        _ => is_day(century + year, month, day),
    };
    matches!(number(&all[6..9]), 1..=998)
        && ((born_in(1900) && 97 - body % 97 == check)
            || (born_in(2000) && 97 - (2_000_000_000 + body) % 97 == check))
}
