//! Numbers of taxpayers, patients and companies in Australia.

use super::checksum::{digits, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "au-tfn",
        group: Group::Country("au"),
        what: "Australian tax file number",
        shape: "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        edges: Edges::Number,
        check: au_tfn,
        context: Context::Required(&[
            "tfn",
            "tax file number",
            "tax file no",
            "tax number",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("My TFN is 123 456 782", "123 456 782"),
        bait: "TFN 123 456 789",
        source: "Taxation Administration Act 1953, part 2; ATO, TFN algorithm",
    },
    Kind {
        name: "au-medicare",
        group: Group::Country("au"),
        what: "Australian Medicare card number, with or without the person's place on the card",
        shape: "[2-6][0-9]{3}[ -]?[0-9]{5}[ -]?[1-9](?:[ /-]?[1-9])?",
        edges: Edges::Number,
        check: au_medicare,
        context: Context::Required(&[
            "medicare",
            "medicare card",
            "medicare number",
            "health insurance number",
            "versichertennummer",
            "numéro d'assurance maladie",
            "número de seguro médico",
            "tessera sanitaria",
            "verzekeringsnummer",
            "numer ubezpieczenia",
            "número de saúde",
        ]),
        example: ("Medicare number: 2123 45670 1", "2123 45670 1"),
        bait: "Medicare number: 2123 45671 1",
        source: "Health Insurance Act 1973; Services Australia, Medicare number check digit",
    },
    Kind {
        name: "au-abn",
        group: Group::Country("au"),
        what: "Australian business number, which sole traders have too",
        shape: "[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        edges: Edges::Number,
        check: au_abn,
        context: Context::Helps(&[
            "abn",
            "australian business number",
            "business number",
            "handelsregisternummer",
            "numéro d'entreprise",
            "número de empresa",
            "partita iva",
            "ondernemingsnummer",
            "numer firmy",
        ]),
        example: ("ABN 51 824 753 556", "51 824 753 556"),
        bait: "order 51 824 753 557",
        source: "A New Tax System (Australian Business Number) Act 1999; ABR, format of the ABN",
    },
    Kind {
        name: "au-acn",
        group: Group::Country("au"),
        what: "Australian company number",
        shape: "[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        edges: Edges::Number,
        check: au_acn,
        context: Context::Required(&[
            "acn",
            "a.c.n.",
            "australian company number",
            "company number",
            "handelsregisternummer",
            "numéro d'entreprise",
            "número de empresa",
            "numero di impresa",
            "ondernemingsnummer",
            "numer firmy",
        ]),
        example: ("Example Pty Ltd, ACN 004 085 616", "004 085 616"),
        bait: "ACN 004 085 617",
        source: "Corporations Act 2001 s. 118; ASIC, Australian company number digit check",
    },
];

/// Nine digits, a multiple of 11 when weighted. Those of eight digits were never a person's
/// in the last decades and are left out.
fn au_tfn(text: &[u8]) -> bool {
    matches!(digits::<9>(text), Some((all, 9)) if !repeated(&all)
        && weighted(&all, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11))
}

/// Eight digits that begin with 2 to 6, a sum, the issue of the card, and perhaps the person.
fn au_medicare(text: &[u8]) -> bool {
    let Some((all @ [2..=6, _, _, _, _, _, _, _, sum, issue, person], length)) = digits::<11>(text)
    else {
        return false;
    };
    (length == 10 || length == 11 && person != 0)
        && issue != 0
        && !repeated(&all[..8])
        && weighted(&all, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == u32::from(sum)
}

/// Eleven digits, a multiple of 89 when weighted with 1 taken from the first.
fn au_abn(text: &[u8]) -> bool {
    let Some((all @ [1..=9, ..], 11)) = digits::<11>(text) else { return false };
    // The 1 that is taken weighs 10.
    !repeated(&all) && weighted(&all, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]) % 89 == 10
}

/// Eight digits and what their sum lacks to a multiple of 10.
fn au_acn(text: &[u8]) -> bool {
    matches!(digits::<9>(text), Some((all, 9)) if !repeated(&all)
        && weighted(&all, &[8, 7, 6, 5, 4, 3, 2, 1, 1]).is_multiple_of(10))
}
