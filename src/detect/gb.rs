//! Which numbers tell a person of the United Kingdom? Those of insurance, health, tax, papers,
//! and the postcode, which is a dozen doors.

use super::calendar::{is_day, is_day_of_some_century};
use super::checksum::{characters, digit, digits, number, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of the United Kingdom.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "gb-nino",
        group: GB,
        what: "National Insurance number of the United Kingdom",
        shape: r"(?i-u:[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])(?:[ -]?[0-9]{2}){3}[ -]?(?i-u:[A-D])",
        edges: Edges::Word,
        check: is_nino,
        context: Context::Helps(&[
            "nino",
            "national insurance",
            "ni number",
            "ni no",
            "sozialversicherung",
            "assurance nationale",
            "seguro nacional",
            "assicurazione nazionale",
            "verzekeringsnummer",
            "ubezpieczeni",
            "seguro",
        ]),
        example: ("My NI number is AA 00 00 03 D.", "AA 00 00 03 D"),
        bait: "My NI number is QQ 12 34 56 C.",
        source: "HMRC National Insurance Manual NIM39110",
    },
    Kind {
        name: "gb-nhs",
        group: GB,
        what: "NHS number of England, Wales and the Isle of Man, or its Scottish and Northern Irish kin",
        shape: r"[0-9]{3} [0-9]{3} [0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4}|[0-9]{10}",
        edges: Edges::Word,
        check: is_nhs,
        context: Context::RequiredUngrouped(&[
            "nhs",
            "chi number",
            "h&c number",
            "health number",
            "patient",
            "gesundheitsnummer",
            "numéro de santé",
            "número de salud",
            "numero sanitario",
            "zorgnummer",
            "numer pacjenta",
            "número de saúde",
        ]),
        example: ("NHS number: 943 476 5919", "943 476 5919"),
        bait: "NHS number: 943 476 5918",
        source: "NHS Data Model and Dictionary: NHS NUMBER",
    },
    Kind {
        name: "gb-utr",
        group: GB,
        what: "Unique Taxpayer Reference of the United Kingdom",
        shape: r"[0-9]{5} [0-9]{5}(?i-u:K)?|[0-9]{10}(?i-u:K)?",
        edges: Edges::Word,
        check: is_utr,
        context: Context::Required(&[
            "utr",
            "taxpayer ref",
            "tax reference",
            "self assessment",
            "hmrc",
            "steuernummer",
            "référence fiscale",
            "referencia fiscal",
            "riferimento fiscale",
            "belastingnummer",
            "numer podatkowy",
            "referência fiscal",
        ]),
        example: ("UTR 19558 39661 for my tax return", "19558 39661"),
        bait: "UTR 29558 39661 for my tax return",
        source: "HMRC, Unique Taxpayer Reference; modulus 11 check of HMRC's technical specifications",
    },
    Kind {
        name: "gb-driving-licence",
        group: GB,
        what: "Driving licence number of Great Britain",
        shape: r"(?i-u:[A-Z][A-Z9]{4} ?[0-9][0156][0-9][0-3][0-9]{2} ?[A-Z][A-Z9][A-Z0-9][A-Z]{2}(?: ?[0-9]{2})?)",
        edges: Edges::Word,
        check: is_driving_licence,
        context: Context::Helps(&[
            "driving licen",
            "driver number",
            "licence",
            "dvla",
            "führerschein",
            "permis de conduire",
            "permiso de conducir",
            "patente",
            "rijbewijs",
            "prawo jazdy",
            "carta de condução",
        ]),
        example: ("Licence MORGA657054SM9IJ attached", "MORGA657054SM9IJ"),
        bait: "Licence MORGA663054SM9IJ attached",
        source: "DVLA, driver number format as on the specimen driving licence",
    },
    Kind {
        name: "gb-passport",
        group: GB,
        what: "Passport number of the United Kingdom",
        shape: r"[0-9]{9}",
        edges: Edges::Word,
        check: is_passport,
        context: Context::Required(&[
            "passport",
            "reisepass",
            "passnummer",
            "passeport",
            "pasaporte",
            "passaporto",
            "paspoort",
            "paszport",
            "passaporte",
        ]),
        example: ("Passport number 925665416", "925665416"),
        bait: "Passport number 999999999",
        source: "HM Passport Office, Basic passport checks; ICAO Doc 9303",
    },
    Kind {
        name: "gb-postcode",
        group: GB,
        what: "Postcode of the United Kingdom",
        shape: r"(?i-u:[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}|GIR ?0AA)",
        edges: Edges::Word,
        check: is_postcode,
        context: Context::Required(&[
            "postcode",
            "post code",
            "postal code",
            "zip",
            "address",
            "live at",
            "live in",
            "deliver",
            "postleitzahl",
            "plz",
            "adresse",
            "code postal",
            "código postal",
            "dirección",
            "cap",
            "indirizzo",
            "adres",
            "kod pocztowy",
            "morada",
            "endereço",
        ]),
        example: ("My postcode is SW1A 1AA", "SW1A 1AA"),
        bait: "My postcode is XX1A 1AA",
        source: "BS 7666; Royal Mail, Programmers' Guide to PAF; Ordnance Survey, postcode areas",
    },
];

const GB: Group = Group::Country("gb");

/// Prefixes that are never given, or are of other administrations. The letters that no prefix
/// has are kept out by the shape, and again here.
fn is_nino(text: &[u8]) -> bool {
    let Some((all, 9)) = characters::<9>(text) else { return false };
    let [first, second, ..] = all;
    !b"DFIQUV".contains(&first)
        && !b"DFIOQUV".contains(&second)
        && ![b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&[first, second])
        && matches!(all[8], b'A'..=b'D')
}

/// Modulus 11. What begins like a day is a Scottish CHI number and has to begin with one.
fn is_nhs(text: &[u8]) -> bool {
    let Some((all, 10)) = digits::<10>(text) else { return false };
    let sum = weighted(&all, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    sum.is_multiple_of(11) && !repeated(&all) && (number(&all[..2]) > 31 || is_born(&all))
}

fn is_born(all: &[u8; 10]) -> bool {
    let [d, day, m, month, y, year, ..] = all.map(u32::from);
    is_day_of_some_century(y * 10 + year, m * 10 + month, d * 10 + day)
}

/// The check digit comes first.
fn is_utr(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"K").or_else(|| text.strip_suffix(b"k")).unwrap_or(text);
    let Some((all, 10)) = digits::<10>(text) else { return false };
    let check = match weighted(&all[1..], &[6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11 {
        0 => 2,
        1 => 1,
        rest => 11 - rest,
    };
    check == u32::from(all[0]) && !repeated(&all)
}

/// Surname filled up with 9, decade, month (+50 for women), day, year, initials filled up with 9.
/// How the last three are made is not published.
fn is_driving_licence(text: &[u8]) -> bool {
    let Some((all, 16 | 18)) = characters::<18>(text) else { return false };
    let surname = all[..5].iter().skip_while(|byte| byte.is_ascii_uppercase());
    let surname_ends = surname.clone().all(|&byte| byte == b'9');
    let mut born = [0; 6];
    for (to, &from) in born.iter_mut().zip(&all[5..11]) {
        let Some(value) = digit(from) else { return false };
        *to = u32::from(value);
    }
    let [decade, m, month, d, day, year] = born;
    let month = (m * 10 + month) % 50;
    // Whichever century: the 29th of February of 1900 is nobody's birthday who drives.
    surname_ends && m < 7 && is_day(2000 + decade * 10 + year, month, d * 10 + day)
}

fn is_passport(text: &[u8]) -> bool {
    matches!(digits::<9>(text), Some((all, 9)) if !repeated(&all))
}

/// The area, up to two letters at the start, is one of Royal Mail's.
fn is_postcode(text: &[u8]) -> bool {
    let Some((all, 5..=7)) = characters::<7>(text) else { return false };
    let length = all.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    match length {
        3 => all.starts_with(b"GIR0AA"),
        _ => all
            .get(..length)
            .is_some_and(|area| AREAS.split(|&byte| byte == b' ').any(|known| known == area)),
    }
}

/// The 124 postcode areas, with the Crown dependencies.
const AREAS: &[u8] = b"AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE \
    DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT \
    KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM \
    S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS \
    WV YO ZE";
