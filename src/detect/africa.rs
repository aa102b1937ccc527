//! Numbers of persons in South Africa and Nigeria.

use super::calendar::is_day_of_some_century;
use super::checksum::{digits, luhn, repeated, short_number};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "za-id",
        group: Group::Country("za"),
        what: "South African identity number",
        shape: "[0-9]{6}[ -]?[0-9]{4}[ -]?[0-2][89][ -]?[0-9]",
        edges: Edges::Number,
        check: za_id,
        context: Context::Helps(&[
            "id number",
            "rsa id",
            "south african id",
            "identity number",
            "identiteitsnommer",
            "id-nommer",
            "inombolo kamazisi",
            "südafrikanische ausweisnummer",
            "numéro d'identité",
            "número de identidad",
            "numero d'identità",
            "identiteitsnummer",
            "numer tożsamości",
            "número de identidade",
        ]),
        example: ("ID number 800101 5009 08 7", "800101 5009 08 7"),
        bait: "order 8001015009088, 8013015009087",
        source: "Identification Act 68 of 1997 s. 7; Department of Home Affairs",
    },
    Kind {
        name: "ng-nin",
        group: Group::Country("ng"),
        what: "Nigerian national identification number",
        shape: "[0-9]{4}[ -]?[0-9]{3}[ -]?[0-9]{4}",
        edges: Edges::Number,
        check: ng_nin,
        context: Context::Required(&[
            "nin",
            "nimc",
            "national identification number",
            "national id",
            "ausweisnummer",
            "numéro d'identification nationale",
            "número de identificación nacional",
            "numero di identificazione nazionale",
            "nationaal identificatienummer",
            "krajowy numer identyfikacyjny",
            "número de identificação nacional",
        ]),
        example: ("My NIN is 5048 371 9264", "5048 371 9264"),
        bait: "NIN 00000000000, 12345678901",
        source: "NIMC Act 2007; its sum is not published",
    },
];

/// `YYMMDD`, four digits, citizenship, 8 or 9, and a Luhn sum.
fn za_id(text: &[u8]) -> bool {
    let Some((all @ [y1, y2, m1, m2, d1, d2, _, _, _, _, 0..=2, 8 | 9, _], 13)) =
        digits::<13>(text)
    else {
        return false;
    };
    is_day_of_some_century(
        short_number(&[y1, y2]),
        short_number(&[m1, m2]),
        short_number(&[d1, d2]),
    ) && luhn(&all)
}

/// Eleven digits; their sum is not published, so only what people type to fill a field is told.
fn ng_nin(text: &[u8]) -> bool {
    matches!(digits::<11>(text), Some((all, 11)) if !repeated(&all)
        && all != [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
}
