//! Numbers of persons in Singapore, Thailand and the Philippines.

use super::checksum::{digits, repeated, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "sg-nric",
        group: Group::Country("sg"),
        what: "Singaporean identity card or foreign identification number",
        shape: "[STFGMstfgm][0-9]{7}[A-Za-z]",
        edges: Edges::Word,
        check: sg_nric,
        context: Context::Helps(&[
            "nric",
            "fin",
            "ic number",
            "nombor ic",
            "身份证",
            "singapore id",
            "identity card",
            "personalausweis",
            "carte d'identité",
            "documento de identidad",
            "carta d'identità",
            "identiteitskaart",
            "dowód osobisty",
            "bilhete de identidade",
        ]),
        example: ("NRIC S1234567D please", "S1234567D"),
        bait: "part S1234567E, M1234567D",
        source: "National Registration Act 1965; ICA, with series M for FIN since 2022",
    },
    Kind {
        name: "th-id",
        group: Group::Country("th"),
        what: "Thai identity number",
        shape: "[1-8][- ]?[0-9]{4}[- ]?[0-9]{5}[- ]?[0-9]{2}[- ]?[0-9]",
        edges: Edges::Number,
        check: th_id,
        // One thirteen-digit number in ten has a right sum, milliseconds of the clock among
        // them.
        context: Context::Required(&[
            "บัตรประชาชน",
            "เลขประจำตัวประชาชน",
            "เลขบัตรประชาชน",
            "เลขประจำตัว",
            "thai id",
            "national id",
            "id card",
            "ausweisnummer",
            "numéro d'identité",
            "número de identidad",
            "numero d'identità",
            "identiteitsnummer",
            "numer tożsamości",
            "número de identidade",
        ]),
        example: ("เลขบัตรประชาชน 1-2345-67890-12-1", "1-2345-67890-12-1"),
        bait: "Thai ID 1-2345-67890-12-2",
        source: "Population Identification Code, Ministerial Regulation under the Civil \
                 Registration Act B.E. 2534",
    },
    Kind {
        name: "ph-umid",
        group: Group::Country("ph"),
        what: "Philippine common reference number",
        shape: "[0-9]{4}-?[0-9]{7}-?[0-9]",
        edges: Edges::Number,
        check: ph_umid,
        context: Context::Required(&[
            "umid",
            "crn",
            "common reference number",
            "unified multi-purpose id",
            "numero ng umid",
            "umid-nummer",
            "numéro umid",
            "número umid",
            "numero umid",
            "numer umid",
        ]),
        example: ("My UMID CRN is 0111-1234567-8", "0111-1234567-8"),
        bait: "UMID CRN 0000-0000000-0, 1234-5678901-2",
        source: "Executive Order 420 (2005) and 700 (2008); its sum is not published",
    },
];

/// A series, seven digits and a letter by 11; each series has an addend and an alphabet.
fn sg_nric(text: &[u8]) -> bool {
    let &[series, ref body @ .., letter] = text else { return false };
    let Some((all, 7)) = digits::<7>(body) else { return false };
    let (addend, letters) = match series.to_ascii_uppercase() {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    let rest = (addend + weighted(&all, &[2, 7, 6, 5, 4, 3, 2])) % 11;
    !repeated(&all) && letters.get(rest as usize) == Some(&letter.to_ascii_uppercase())
}

/// A type, eleven digits and a sum by 11.
fn th_id(text: &[u8]) -> bool {
    let Some((all @ [1..=8, .., last], 13)) = digits::<13>(text) else { return false };
    let sum = weighted(&all, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    !repeated(&all[..12]) && (11 - sum % 11) % 10 == u32::from(last)
}

/// Twelve digits; their sum is not published, so only what people type to fill a field is told.
fn ph_umid(text: &[u8]) -> bool {
    matches!(digits::<12>(text), Some((all, 12)) if !repeated(&all)
        && all != [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2])
}
