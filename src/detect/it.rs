//! Which numbers tell a person of Italy? The tax code, spelt from name, birth and place, and the
//! VAT number of who works for themselves.

use super::calendar::is_day_of_some_century;
use super::checksum::{characters, digits, luhn, number};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Italy.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "it-fiscal-code",
        group: IT,
        what: "Tax code of Italy (codice fiscale) of a person",
        shape: r"(?i-u:[A-Z]{3} ?[A-Z]{3} ?[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2} ?[A-MZ][0-9LMNP-V]{3} ?[A-Z])",
        edges: Edges::Word,
        check: is_fiscal_code,
        context: Context::Helps(&[
            "codice fiscale",
            "cod. fisc",
            "c.f.",
            "cf",
            "tax code",
            "fiscal code",
            "steuernummer",
            "code fiscal",
            "código fiscal",
            "fiscale code",
            "kod podatkowy",
        ]),
        example: ("Codice fiscale: RSSMRA85T10A562S", "RSSMRA85T10A562S"),
        bait: "Codice prodotto RSSMRA85T10A562T",
        source: "D.M. 23 dicembre 1976 n. 13813; Agenzia delle Entrate, Il codice fiscale",
    },
    Kind {
        name: "it-vat",
        group: IT,
        what: "VAT number of Italy (partita IVA)",
        shape: r"(?:(?:IT|it) ?)?[0-9]{11}",
        edges: Edges::Word,
        check: is_vat,
        context: Context::Helps(&[
            "partita iva",
            "p.iva",
            "p. iva",
            "p.i.",
            "iva",
            "vat",
            "umsatzsteuer",
            "ust-id",
            "tva",
            "btw",
            "nip",
        ]),
        example: ("P. IVA 00743110157", "00743110157"),
        bait: "Ordine 00743110158",
        source: "D.P.R. 633/1972 art. 35; Agenzia delle Entrate, partita IVA",
    },
];

const IT: Group = Group::Country("it");

/// Name, birthday (+40 for women), place, and a letter that checks. Where two persons would share
/// a code, digits turn into letters from the right (omocodia).
fn is_fiscal_code(text: &[u8]) -> bool {
    let Some((all, 16)) = characters::<16>(text) else { return false };
    let pair = |tens, ones| Some(unit(tens)? * 10 + unit(ones)?);
    let (Some(year), Some(day)) = (pair(all[6], all[7]), pair(all[9], all[10])) else {
        return false;
    };
    let Some(month) = b"ABCDEHLMPRST".iter().zip(1..).find(|(letter, _)| **letter == all[8]) else {
        return false;
    };
    let (Some(hundreds), Some(rest)) = (unit(all[12]), pair(all[13], all[14])) else {
        return false;
    };
    let day = if day > 40 { day - 40 } else { day };
    is_name(&all[..3])
        && is_name(&all[3..6])
        && is_day_of_some_century(year, month.1, day)
        && matches!(all[11], b'A'..=b'M' | b'Z')
        && hundreds + rest != 0
        && check_letter(&all[..15]) == Some(all[15])
}

/// A digit, or the letter that stands for it.
fn unit(character: u8) -> Option<u32> {
    let place = |of: &[u8]| of.iter().position(|&known| known == character);
    let value = place(b"0123456789").or_else(|| place(b"LMNPQRSTUV"))?;
    u32::try_from(value).ok()
}

/// Consonants, then vowels, then X where the name was too short.
fn is_name(letters: &[u8]) -> bool {
    let mut rest =
        letters.iter().skip_while(|letter| letter.is_ascii_uppercase() && !is_vowel(letter));
    let mut filled = rest.by_ref().skip_while(|letter| is_vowel(letter));
    filled.all(|&letter| letter == b'X')
}

fn is_vowel(letter: &u8) -> bool {
    b"AEIOU".contains(letter)
}

/// Places count from one: odd ones by a table, even ones by their value; the rest by 26.
fn check_letter(body: &[u8]) -> Option<u8> {
    let sum = body.iter().enumerate().try_fold(0usize, |sum, (place, &character)| {
        let value = match character {
            b'0'..=b'9' => usize::from(character - b'0'),
            b'A'..=b'Z' => usize::from(character - b'A'),
            _ => return None,
        };
        let counted = if place % 2 == 0 { usize::from(*ODD.get(value)?) } else { value };
        Some(sum + counted)
    })?;
    u8::try_from(sum % 26).ok().map(|rest| b'A' + rest)
}

/// What 0 or A, 1 or B and so on count at an odd place.
const ODD: [u8; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/// A serial number, the office that gave it, and a payment card's check digit.
fn is_vat(text: &[u8]) -> bool {
    let bare = text.strip_prefix(b"IT").or_else(|| text.strip_prefix(b"it"));
    let Some((all, 11)) = digits::<11>(bare.unwrap_or(text)) else { return false };
    let office = matches!(number(&all[7..10]), 1..=100 | 120 | 121 | 888 | 999);
    number(&all[..7]) != 0 && office && luhn(&all)
}
