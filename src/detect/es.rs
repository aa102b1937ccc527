//! Which numbers tell a person of Spain? The identity card's, the foreigner's and the insured's.

use super::checksum::{characters, digit, digits, number};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Spain.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "es-dni",
        group: ES,
        what: "Identity number of Spain: DNI, or NIE of a foreigner",
        shape: r"[0-9]{8}(?:-?(?i-u:[A-HJ-NP-TV-Z])| [A-HJ-NP-TV-Z])|[0-9]{2}\.[0-9]{3}\.[0-9]{3}[- ]?(?i-u:[A-HJ-NP-TV-Z])|(?i-u:[XYZ])[- ]?[0-9]{7}[- ]?(?i-u:[A-HJ-NP-TV-Z])",
        edges: Edges::Word,
        check: is_dni,
        context: Context::Helps(&[
            "dni",
            "nie",
            "nif",
            "documento nacional",
            "identidad",
            "extranjero",
            "identity",
            "id number",
            "ausweis",
            "carte d'identité",
            "carta d'identità",
            "identiteitskaart",
            "dowód",
            "identidade",
        ]),
        example: ("Mi DNI es 12345678Z, gracias", "12345678Z"),
        bait: "La referencia 12345678A está agotada",
        source: "Real Decreto 1553/2005; Ministerio del Interior, cálculo del dígito de control del NIF/NIE",
    },
    Kind {
        name: "es-nuss",
        group: ES,
        what: "Social security number of Spain",
        shape: r"[0-9]{2}/[0-9]{8}/[0-9]{2}|[0-9]{2} [0-9]{8} [0-9]{2}|[0-9]{2}-[0-9]{8}-[0-9]{2}|[0-9]{12}",
        edges: Edges::Word,
        check: is_nuss,
        context: Context::Helps(&[
            "nuss",
            "naf",
            "seguridad social",
            "afiliación",
            "social security",
            "sozialversicherung",
            "sécurité sociale",
            "previdenza sociale",
            "sociale zekerheid",
            "ubezpieczeni",
            "segurança social",
        ]),
        example: ("Seguridad Social 28/12345678/40", "28/12345678/40"),
        bait: "Pedido 28/12345678/41",
        source: "Tesorería General de la Seguridad Social, número de afiliación; Real Decreto 84/1996 art. 21",
    },
];

const ES: Group = Group::Country("es");

/// The letter is the rest of the number by 23. X, Y and Z at the start of a NIE count 0, 1 and 2.
fn is_dni(text: &[u8]) -> bool {
    let Some((mut all, 9)) = characters::<9>(text) else { return false };
    all[0] = match all[0] {
        b'X' => b'0',
        b'Y' => b'1',
        b'Z' => b'2',
        other => other,
    };
    let mut values = [0; 8];
    for (to, &from) in values.iter_mut().zip(&all) {
        let Some(value) = digit(from) else { return false };
        *to = value;
    }
    let number = number(&values);
    let letter = b"TRWAGMYFPDXBNJZSQVHLCKE".iter().zip(0..).find(|(_, rest)| *rest == number % 23);
    number != 0 && letter.is_some_and(|(&letter, _)| letter == all[8])
}

/// Province and number, by 97. A number below ten million is joined without its zero.
fn is_nuss(text: &[u8]) -> bool {
    let Some((all, 12)) = digits::<12>(text) else { return false };
    let (province, serial) = (number(&all[..2]), number(&all[2..10]));
    let joined = province * if serial < 10_000_000 { 10_000_000 } else { 100_000_000 } + serial;
    matches!(province, 1..=53 | 66) && serial != 0 && joined % 97 == number(&all[10..])
}
