//! Numbers of persons and taxpayers in India.

use super::checksum::{digits, repeated, verhoeff};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "in-aadhaar",
        group: Group::Country("in"),
        what: "Indian Aadhaar number",
        shape: "[2-9][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        edges: Edges::Number,
        check: in_aadhaar,
        // One twelve-digit number in ten has a right sum, and so has one Indian phone number
        // in ten with its country code, 91.
        context: Context::Required(&[
            "aadhaar",
            "aadhar",
            "adhaar",
            "adhar",
            "uidai",
            "आधार",
            "ஆதார்",
            "ఆధార్",
            "আধার",
            "uid number",
            "aadhaar-nummer",
            "numéro aadhaar",
            "número aadhaar",
            "numero aadhaar",
            "numer aadhaar",
        ]),
        example: ("My Aadhaar is 9999 4105 7058.", "9999 4105 7058"),
        bait: "Aadhaar 9999 4105 7059",
        source: "Aadhaar Act 2016; UIDAI, A UID Numbering Scheme (Verhoeff)",
    },
    Kind {
        name: "in-pan",
        group: Group::Country("in"),
        what: "Indian permanent account number",
        shape: "[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]",
        edges: Edges::Word,
        check: in_pan,
        context: Context::Helps(&[
            "pan",
            "pan card",
            "pan number",
            "permanent account number",
            "पैन",
            "income tax",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "numero fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("PAN card ACUPA7085R attached", "ACUPA7085R"),
        bait: "part ABCDE1234F, ACUPA0000R",
        source: "Income-tax Act 1961 s. 139A; Income Tax Department, structure of the PAN",
    },
    Kind {
        name: "in-gstin",
        group: Group::Country("in"),
        what: "Indian goods and services tax number, which holds a PAN",
        shape: "[0-9]{2}[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]",
        edges: Edges::Word,
        check: in_gstin,
        context: Context::Helps(&[
            "gstin",
            "gst",
            "gst number",
            "जीएसटी",
            "tax number",
            "steuernummer",
            "numéro de tva",
            "número fiscal",
            "partita iva",
            "btw-nummer",
            "numer podatkowy",
        ]),
        example: ("GSTIN: 27AAPFU0939F1ZV", "27AAPFU0939F1ZV"),
        bait: "batch 27AAPFU0939F1ZO",
        source: "CGST Rules 2017, rule 10; GSTN, structure of the GSTIN",
    },
];

/// Eleven digits that begin with 2 to 9 and a Verhoeff sum; it never reads the same backwards.
fn in_aadhaar(text: &[u8]) -> bool {
    let Some((all @ [2..=9, ..], 12)) = digits::<12>(text) else { return false };
    !repeated(&all[..11]) && !all.iter().eq(all.iter().rev()) && verhoeff(&all)
}

/// Three letters, one for whose it is, the name's first, a number from 1 and a letter whose
/// rule is not published.
fn in_pan(text: &[u8]) -> bool {
    let &[a, b, c, holder, name, ref serial @ .., last] = text else { return false };
    [a, b, c, name, last].iter().all(u8::is_ascii_uppercase)
        && b"ABCFGHJLPT".contains(&holder)
        && matches!(digits::<4>(serial), Some((serial, 4)) if serial != [0; 4])
}

/// A state, a PAN, an entity, `Z`, and a sum like Luhn's in base 36.
fn in_gstin(text: &[u8]) -> bool {
    let &[s1, s2, ref pan @ .., _, b'Z', _] = text else { return false };
    // 01 to 38, and 97 and 99 for other territory and the centre.
    let state = matches!(digits::<2>(&[s1, s2]), Some(([t, u], 2))
        if matches!(t * 10 + u, 1..=38 | 97 | 99));
    let mut sum = 0;
    for (place, &byte) in text.iter().enumerate() {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 10,
            _ => return false,
        };
        let product = value << (place % 2);
        sum += product / 36 + product % 36;
    }
    state && in_pan(pan) && sum.is_multiple_of(36)
}
