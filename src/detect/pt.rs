//! Which number tells a person of Portugal? The taxpayer's.

use super::checksum::{digits, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Portugal.
pub const KINDS: &[Kind] = &[Kind {
    name: "pt-nif",
    group: Group::Country("pt"),
    what: "Taxpayer number of Portugal (NIF)",
    shape: r"(?:PT ?)?(?:[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{3}\.[0-9]{3}\.[0-9]{3}|[0-9]{9})",
    edges: Edges::Word,
    check: is_nif,
    context: Context::Required(&[
        "nif",
        "contribuinte",
        "número fiscal",
        "identificação fiscal",
        "nipc",
        "tax number",
        "tax id",
        "steuernummer",
        "numéro fiscal",
        "identificación fiscal",
        "codice fiscale",
        "belastingnummer",
        "numer podatkowy",
    ]),
    example: ("O meu NIF é 123 456 789", "123 456 789"),
    bait: "O meu NIF é 123 456 788",
    source: "Decreto-Lei n.º 14/2013; Autoridade Tributária, número de identificação fiscal",
}];

/// The first digits say of what sort; the last is 11 less the rest by 11, or nothing from ten on.
fn is_nif(text: &[u8]) -> bool {
    let Some((all, 9)) = digits::<9>(text.strip_prefix(b"PT").unwrap_or(text)) else {
        return false;
    };
    let sort = matches!(
        (all[0], all[1]),
        (1..=3 | 5 | 6 | 8, _) | (4, 5) | (7, 0..=2 | 4 | 5 | 7..=9) | (9, 0 | 1 | 8 | 9)
    );
    let check = match weighted(&all[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    sort && check == u32::from(all[8]) && !repeated(&all) && all != NOBODY
}

/// What tills print for a customer who names none.
const NOBODY: [u8; 9] = [9, 9, 9, 9, 9, 9, 9, 9, 0];
