//! Which numbers tell a person of Poland? PESEL, and NIP of who works for themselves.

use super::calendar::is_day;
use super::checksum::{digits, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Poland.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "pl-pesel",
        group: PL,
        what: "Identity number of Poland (PESEL)",
        shape: r"[0-9]{11}",
        edges: Edges::Word,
        check: is_pesel,
        context: Context::Helps(&[
            "pesel",
            "numer ewidencyjny",
            "identity number",
            "personal id",
            "personennummer",
            "identifiant",
            "identificación",
            "identificazione",
            "persoonsnummer",
            "identificação",
        ]),
        example: ("Mój PESEL to 44051401359.", "44051401359"),
        bait: "Zamówienie 44051401350 wysłane",
        source: "Ustawa z dnia 24 września 2010 r. o ewidencji ludności, art. 15; gov.pl, Czym jest numer PESEL",
    },
    Kind {
        name: "pl-nip",
        group: PL,
        what: "Tax number of Poland (NIP)",
        shape: r"(?:PL ?)?(?:[0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{3} [0-9]{2} [0-9]{2}|[0-9]{10})",
        edges: Edges::Word,
        check: is_nip,
        context: Context::RequiredUngrouped(&[
            "nip",
            "numer identyfikacji podatkowej",
            "numer podatkowy",
            "podatk",
            "tax id",
            "vat",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "partita iva",
            "btw",
        ]),
        example: ("NIP: 123-456-32-18", "123-456-32-18"),
        bait: "NIP: 123-456-32-19",
        source: "Ustawa z dnia 13 października 1995 r. o zasadach ewidencji i identyfikacji podatników",
    },
];

const PL: Group = Group::Country("pl");

/// Birthday (month +20 from 2000 on), serial number with sex, and a sum. The rule has months for
/// five centuries; in three of them nobody was born who still or already writes.
fn is_pesel(text: &[u8]) -> bool {
    let Some((all, 11)) = digits::<11>(text) else { return false };
    let [y, year, m, month, d, day, ..] = all.map(u32::from);
    let (century, month) = match m * 10 + month {
        month @ 1..=12 => (1900, month),
        month @ 21..=32 => (2000, month - 20),
        _ => return false,
    };
    is_day(century + y * 10 + year, month, d * 10 + day)
        && weighted(&all, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// A tax office, a serial number, and the rest by 11, which is never 10.
fn is_nip(text: &[u8]) -> bool {
    let Some((all, 10)) = digits::<10>(text.strip_prefix(b"PL").unwrap_or(text)) else {
        return false;
    };
    let rest = weighted(&all[..9], &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11;
    all[0] != 0 && rest == u32::from(all[9]) && !repeated(&all)
}
