//! Which number tells a person of Austria? The insured's.

use super::calendar::is_day_of_some_century;
use super::checksum::{digits, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Austria.
pub const KINDS: &[Kind] = &[Kind {
    name: "at-vnr",
    group: Group::Country("at"),
    what: "Social insurance number of Austria (Versicherungsnummer)",
    shape: r"[1-9][0-9]{3}[ /-][0-9]{6}|[1-9][0-9]{3} [0-9]{2}\.[0-9]{2}\.[0-9]{2}|[1-9][0-9]{9}",
    edges: Edges::Word,
    check: is_vnr,
    context: Context::RequiredUngrouped(&[
        "versicherungsnummer",
        "sozialversicherung",
        "sv-nummer",
        "svnr",
        "svn",
        "vsnr",
        "e-card",
        "social security",
        "social insurance",
        "sécurité sociale",
        "seguridad social",
        "previdenza sociale",
        "sociale verzekering",
        "ubezpieczeni",
        "segurança social",
    ]),
    example: ("SVNR 1237 010180", "1237 010180"),
    bait: "SVNR 1238 010180",
    source: "§ 30c ASVG; Dachverband der Sozialversicherungsträger, Aufbau der Versicherungsnummer",
}];

/// A serial number, the rest of the sum by 11 (never 10), and the birthday. Months 13 to 15 are
/// for days on which the serial numbers ran out.
fn is_vnr(text: &[u8]) -> bool {
    let Some((all, 10)) = digits::<10>(text) else { return false };
    let rest = weighted(&all, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11;
    let [.., d, day, m, month, y, year] = all.map(u32::from);
    let (day, month, year) = (d * 10 + day, m * 10 + month, y * 10 + year);
    let born = match month {
        13..=15 => matches!(day, 1..=31),
        month => is_day_of_some_century(year, month, day),
    };
    all[0] != 0 && born && rest == u32::from(all[3])
}
