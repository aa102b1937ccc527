//! Which numbers tell a person of Germany? Those of tax, papers, pension and health.

use super::calendar::is_day_of_some_century;
use super::checksum::{self, characters, digit, digits, mod11_10, number, repeated};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Germany.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "de-tax-id",
        group: DE,
        what: "Tax identification number of Germany (Steuer-ID)",
        shape: r"[1-9][0-9](?: [0-9]{3}){3}|[1-9][0-9](?:/[0-9]{3}){3}|[1-9][0-9]{10}",
        edges: Edges::Word,
        check: is_tax_id,
        context: Context::Helps(&[
            "steuer-id",
            "steuerid",
            "idnr",
            "identifikationsnummer",
            "steueridentifikationsnummer",
            "steuernummer",
            "tax id",
            "tin",
            "identifiant fiscal",
            "identificación fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
            "identificação fiscal",
        ]),
        example: ("Meine Steuer-ID lautet 86 095 742 719.", "86 095 742 719"),
        bait: "Auftrag 86 095 742 718 ist unterwegs",
        source: "§ 139b AO, StIdV; BZSt, Prüfziffernberechnung der Identifikationsnummer",
    },
    Kind {
        name: "de-id-card",
        group: DE,
        what: "Serial number of a German identity card, with or without its check digit",
        shape: r"(?i-u:[LMNPRTVWXY][0-9CFGHJKLMNPRTVWXYZ]{8})[0-9]?",
        edges: Edges::Word,
        check: is_id_card,
        context: Context::Required(&[
            "personalausweis",
            "ausweisnummer",
            "ausweis",
            "id card",
            "identity card",
            "id number",
            "carte d'identité",
            "documento de identidad",
            "carta d'identità",
            "identiteitskaart",
            "dowód osobisty",
            "dowodu osobistego",
            "bilhete de identidade",
        ]),
        example: ("Personalausweis L01X00T471", "L01X00T471"),
        bait: "Personalausweis L01X00T472",
        source: "PAuswV; BSI TR-03127; check digit of ICAO Doc 9303-3",
    },
    Kind {
        name: "de-passport",
        group: DE,
        what: "Number of a German passport, with or without its check digit",
        shape: r"(?i-u:[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8})[0-9]?",
        edges: Edges::Word,
        check: is_passport,
        context: Context::Required(&[
            "reisepass",
            "passnummer",
            "pass-nr",
            "passport",
            "passeport",
            "pasaporte",
            "passaporto",
            "paspoort",
            "paszport",
            "passaporte",
        ]),
        example: ("Reisepass C01X00T478", "C01X00T478"),
        bait: "Reisepass C01X00T479",
        source: "PassV; Bundesministerium des Innern, Muster Reisepass; check digit of ICAO Doc 9303-3",
    },
    Kind {
        name: "de-pension",
        group: DE,
        what: "Pension insurance number of Germany (Rentenversicherungsnummer)",
        shape: r"[0-9]{2} ?[0-3][0-9][01][0-9]{3} ?(?i-u:[A-Z]) ?[0-9]{2} ?[0-9]",
        edges: Edges::Word,
        check: is_pension,
        context: Context::Helps(&[
            "rentenversicherung",
            "sozialversicherung",
            "rvnr",
            "sv-nummer",
            "versicherungsnummer",
            "pension",
            "social security",
            "sécurité sociale",
            "seguridad social",
            "previdenza",
            "pensioen",
            "emerytaln",
            "segurança social",
        ]),
        example: ("SV-Nummer 15 070649 C 103", "15 070649 C 103"),
        bait: "Lieferschein 15 070649 C 104",
        source: "§ 147 SGB VI; VKVV § 2 and § 4",
    },
    Kind {
        name: "de-health",
        group: DE,
        what: "Health insurance number of Germany (Krankenversichertennummer)",
        shape: r"(?i-u:[A-Z])[0-9]{9}",
        edges: Edges::Word,
        check: is_health,
        context: Context::Helps(&[
            "krankenversicher",
            "versichertennummer",
            "kvnr",
            "krankenkasse",
            "gesundheitskarte",
            "health insurance",
            "assurance maladie",
            "seguro médico",
            "assicurazione sanitaria",
            "zorgverzekering",
            "ubezpieczenie zdrowotne",
            "seguro de saúde",
        ]),
        example: ("Versichertennummer: A123456780", "A123456780"),
        bait: "Paket A123456781 kommt morgen",
        source: "§ 290 SGB V; GKV-Spitzenverband, Richtlinie zum Aufbau der Krankenversichertennummer, annex 1",
    },
];

const DE: Group = Group::Country("de");

/// Among the first ten digits exactly one comes twice or three times, and never three in a row.
/// A zero at the start is for tests.
fn is_tax_id(text: &[u8]) -> bool {
    let Some((all, 11)) = digits::<11>(text) else { return false };
    let mut times = [0u8; 10];
    for &digit in &all[..10] {
        if let Some(times) = times.get_mut(usize::from(digit)) {
            *times += 1;
        }
    }
    let one_comes_again = times.iter().filter(|&&times| times > 1).count() == 1;
    let in_a_row = all[..10].windows(3).any(checksum::repeated);
    let at_most_thrice = times.iter().all(|&times| times <= 3);
    all[0] != 0 && one_comes_again && at_most_thrice && !in_a_row && mod11_10(&all)
}

fn is_id_card(text: &[u8]) -> bool {
    text.first().is_some_and(|first| b"LMNPRTVWXY".contains(&first.to_ascii_uppercase()))
        && is_document(text)
}

fn is_passport(text: &[u8]) -> bool {
    text.first().is_some_and(|first| b"CFGHJK".contains(&first.to_ascii_uppercase()))
        && is_document(text)
}

/// Nine letters and digits without those that look alike, vowels, and so words. A digit has to
/// be among the eight: the check digit behind them is right where it is given.
fn is_document(text: &[u8]) -> bool {
    let Some((all, length)) = characters::<10>(text) else { return false };
    let serial = &all[..9];
    let known = |byte: &u8| byte.is_ascii_digit() || b"CFGHJKLMNPRTVWXYZ".contains(byte);
    let sound = serial.iter().all(known) && serial.iter().any(u8::is_ascii_digit);
    let sum: u32 = serial.iter().zip([7, 3, 1].iter().cycle()).map(|(&c, w)| value(c) * w).sum();
    match length {
        9 => sound,
        10 => sound && digit(all[9]).is_some_and(|check| sum % 10 == u32::from(check)),
        _ => false,
    }
}

/// ICAO Doc 9303-3: letters count from 10.
fn value(character: u8) -> u32 {
    char::from(character).to_digit(36).unwrap_or(0)
}

/// Insurer, birthday, first letter of the name at birth, serial number, and the sum of all
/// digits of the products, the letter being two digits.
fn is_pension(text: &[u8]) -> bool {
    let Some((all, 12)) = characters::<12>(text) else { return false };
    let Some(letter) = place_in_alphabet(all[8]) else { return false };
    let mut spelt = [0; 12];
    let body = all[..8].iter().chain(&all[9..11]).map(|&byte| digit(byte));
    for (at, value) in (0..8).chain(10..12).zip(body) {
        let (Some(to), Some(value)) = (spelt.get_mut(at), value) else { return false };
        *to = value;
    }
    (spelt[8], spelt[9]) = (letter / 10, letter % 10);
    let born = is_day_of_some_century(pair(&spelt[6..8]), pair(&spelt[4..6]), pair(&spelt[2..4]));
    let sum: u32 = spelt
        .iter()
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(&value, weight)| u32::from(value) * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    is_insurer(pair(&spelt[..2])) && born && digit(all[11]).map(u32::from) == Some(sum % 10)
}

/// The regional insurers of workers, the same plus 40 for the federal one, miners and seamen.
fn is_insurer(area: u32) -> bool {
    matches!(
        area,
        2..=4 | 8..=21 | 23..=26 | 28 | 29 | 38..=40 | 42..=44 | 48..=61 | 63..=66 | 68 | 69
            | 78..=82 | 89
    )
}

/// A letter as two digits, eight more, and the sum of digits of products with 1 and 2 in turn.
fn is_health(text: &[u8]) -> bool {
    let Some((first, rest)) = text.split_first() else { return false };
    let Some(letter) = place_in_alphabet(first.to_ascii_uppercase()) else { return false };
    let Some((all, 9)) = digits::<9>(rest) else { return false };
    let spelt = [letter / 10, letter % 10].into_iter().chain(all[..8].iter().copied());
    let sum: u32 = spelt
        .zip([1, 2].into_iter().cycle())
        .map(|(value, weight)| u32::from(value) * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    sum % 10 == u32::from(all[8]) && !repeated(&all)
}

/// A is 1, Z is 26.
fn place_in_alphabet(letter: u8) -> Option<u8> {
    letter.is_ascii_uppercase().then(|| letter - b'A' + 1)
}

fn pair(digits: &[u8]) -> u32 {
    u32::try_from(number(digits)).unwrap_or(u32::MAX)
}
