//! Which numbers tell a person of the United States? Those of the Social Security
//! Administration, the tax office, health care, banks and papers.

use super::checksum::{all_alike, characters, digits, luhn, number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of the United States.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "us-ssn",
        group: US,
        what: "Social Security number of the United States",
        shape: r"[0-9]{3}-[0-9]{2}-[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}|[0-9]{3}\.[0-9]{2}\.[0-9]{4}|[0-9]{9}",
        edges: Edges::Word,
        check: is_ssn,
        context: Context::RequiredUngrouped(&[
            "ssn",
            "social security",
            "social sec",
            "soc sec",
            "seguro social",
            "sécurité sociale",
            "sozialversicherungsnummer",
            "previdenza sociale",
            "segurança social",
            "ubezpieczenia społecznego",
            "burgerservicenummer",
        ]),
        example: ("My social is 123-45-6789, is that enough?", "123-45-6789"),
        bait: "Dial 000-12-3456 or 666-12-3456",
        source: "20 CFR 422.103; SSA, Social Security Number Randomization (2011); SSA POMS RM 10201.035",
    },
    Kind {
        name: "us-itin",
        group: US,
        what: "Individual Taxpayer Identification Number of the United States",
        shape: r"9[0-9]{2}-[0-9]{2}-[0-9]{4}|9[0-9]{2} [0-9]{2} [0-9]{4}|9[0-9]{8}",
        edges: Edges::Word,
        check: is_itin,
        context: Context::RequiredUngrouped(&[
            "itin",
            "taxpayer",
            "tax id",
            "tax number",
            "contribuyente",
            "contribuable",
            "contribuinte",
            "contribuente",
            "steuernummer",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("The ITIN on the form: 912-90-3456", "912-90-3456"),
        bait: "Part 912-93-4567 is sold out",
        source: "IRS Internal Revenue Manual 3.21.263, valid ITIN ranges",
    },
    Kind {
        name: "us-ein",
        group: US,
        what: "Employer Identification Number of the United States",
        shape: r"[0-9]{2}-[0-9]{7}|[0-9]{9}",
        edges: Edges::Word,
        check: is_ein,
        context: Context::Required(&[
            "ein",
            "fein",
            "employer id",
            "employer identification",
            "federal tax id",
            "tax id",
            "arbeitgebernummer",
            "numéro d'employeur",
            "identificación del empleador",
            "identificazione del datore",
            "werkgeversnummer",
            "numer pracodawcy",
            "identificação do empregador",
        ]),
        example: ("Our EIN is 91-1144442.", "91-1144442"),
        bait: "Our EIN is 07-1144442.",
        source: "IRS, How EINs are assigned and valid EIN prefixes",
    },
    Kind {
        name: "us-npi",
        group: US,
        what: "National Provider Identifier of United States health care",
        shape: r"[12][0-9]{9}",
        edges: Edges::Word,
        check: is_npi,
        context: Context::Required(&[
            "npi",
            "national provider",
            "provider id",
            "provider number",
            "proveedor",
            "prestataire",
            "leistungserbringer",
            "fornitore",
            "zorgverlener",
            "świadczeniodawc",
            "prestador",
        ]),
        example: ("My doctor's NPI: 1234567893", "1234567893"),
        bait: "Sent at 1700000005 (unix time)",
        source: "45 CFR 162.406; CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit",
    },
    Kind {
        name: "us-dea",
        group: US,
        what: "DEA registration number of someone who prescribes in the United States",
        shape: r"(?i-u:[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7})",
        edges: Edges::Word,
        check: is_dea,
        context: Context::Helps(&[
            "dea",
            "prescriber",
            "registration",
            "verschreib",
            "prescripteur",
            "prescriptor",
            "prescrittore",
            "voorschrijver",
            "lekarz",
            "prescritor",
        ]),
        example: ("Prescribed under DEA number AP5836727", "AP5836727"),
        bait: "Article AP5836728 is back in stock",
        source: "21 CFR 1301; DEA Diversion Control Division, registration number validation",
    },
    Kind {
        name: "us-aba",
        group: US,
        what: "Routing number of a United States bank",
        shape: r"[0-9]{4}-[0-9]{4}-[0-9]|[0-9]{9}",
        edges: Edges::Word,
        check: is_aba,
        context: Context::Required(&[
            "aba",
            "routing",
            "rtn",
            "transit number",
            "bankleitzahl",
            "code bancaire",
            "número de ruta",
            "codice bancario",
            "bankcode",
            "numer rozliczeniowy",
            "código bancário",
        ]),
        example: ("Routing number 011000015, please", "011000015"),
        bait: "Routing number 011000016, please",
        source: "American Bankers Association, ABA Routing Number Policy; Federal Reserve, ANSI X9.13",
    },
    Kind {
        name: "us-mbi",
        group: US,
        what: "Medicare Beneficiary Identifier of the United States",
        shape: r"(?i-u:[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]-?[AC-HJKMNP-RT-Y]{2}[0-9]{2})",
        edges: Edges::Word,
        check: is_mbi,
        context: Context::Helps(&[
            "mbi",
            "medicare",
            "beneficiary",
            "versichertennummer",
            "bénéficiaire",
            "beneficiario",
            "begunstigde",
            "beneficjent",
            "beneficiário",
        ]),
        example: ("Medicare card: 1EG4-TE5-MK73", "1EG4-TE5-MK73"),
        bait: "Serial 1EG4-TE5-MK7S",
        source: "CMS, Understanding the Medicare Beneficiary Identifier (MBI) format",
    },
    Kind {
        name: "us-passport",
        group: US,
        what: "Passport number of the United States",
        shape: r"(?i-u:[A-Z][0-9]{8})|[0-9]{9}",
        edges: Edges::Word,
        check: has_two_digits,
        context: Context::Required(PASSPORT),
        example: ("passport no. 340020013", "340020013"),
        bait: "passport no. 000000000",
        source: "US Department of State, 8 FAM 1305 and Next Generation Passport; ICAO Doc 9303",
    },
    Kind {
        name: "us-driver-licence",
        group: US,
        what: "Driver's licence number of one of the United States",
        shape: DRIVER_LICENCE,
        edges: Edges::Word,
        check: has_two_digits,
        context: Context::Required(&[
            "driver's lic",
            "drivers lic",
            "driver lic",
            "driver’s lic",
            "driving lic",
            "driver_lic",
            "driverlic",
            "driver-lic",
            "dl number",
            "dl no",
            "dl#",
            "dln",
            "dmv",
            "führerschein",
            "permis de conduire",
            "licencia de conducir",
            "permiso de conducir",
            "patente di guida",
            "rijbewijs",
            "prawo jazdy",
            "carta de condução",
            "carteira de motorista",
        ]),
        example: ("California driver's license I1234562", "I1234562"),
        bait: "driver's license 00000000",
        source: "AAMVA DL/ID Card Design Standard; licence number formats as the states publish them",
    },
    Kind {
        name: "us-bank-account",
        group: US,
        what: "Bank account number in the United States",
        shape: r"[0-9]{6,17}",
        edges: Edges::Word,
        check: has_two_digits,
        context: Context::Required(&[
            "account number",
            "account no",
            "account #",
            "account_number",
            "account-number",
            "accountnumber",
            "acct",
            "bank account",
            "checking",
            "savings",
            "kontonummer",
            "bankkonto",
            "numéro de compte",
            "compte bancaire",
            "número de cuenta",
            "cuenta bancaria",
            "numero di conto",
            "conto corrente",
            "rekeningnummer",
            "numer konta",
            "numer rachunku",
            "número da conta",
            "conta bancária",
        ]),
        example: ("Bank account number: 123456789012", "123456789012"),
        bait: "Bank account number: 000000000000",
        source: "Nacha Operating Rules, appendix three: DFI Account Number, 17 characters",
    },
];

const US: Group = Group::Country("us");

/// "Passport" as people of several languages call it.
const PASSPORT: &[&str] = &[
    "passport",
    "reisepass",
    "passnummer",
    "passeport",
    "pasaporte",
    "passaporto",
    "paspoort",
    "paszport",
    "passaporte",
];

/// What the states print: a letter or two and digits, grouped or not, or digits alone. Longer
/// forms come first, so that a shorter one does not end in the middle.
const DRIVER_LICENCE: &str = concat!(
    "(?i-u:",
    r"[A-Z][0-9]{4} [0-9]{5} [0-9]{5}", // New Jersey
    r"|[A-Z][0-9]{3}-[0-9]{4}-[0-9]{4}(?:-[0-9]{2})?", // Illinois, Wisconsin
    r"|[A-Z][0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{3}(?:-[0-9])?", // Florida
    r"|[A-Z][- ][0-9]{3}[- ][0-9]{3}[- ][0-9]{3}[- ][0-9]{3}", // Maryland, Michigan
    r"|[A-Z][0-9]{2}-[0-9]{2}-[0-9]{4}", // Kansas
    r"|WDL[0-9A-Z]{9}",                 // Washington
    r"|[0-9]{2}[A-Z]{3}[0-9]{5}",       // New Hampshire
    r"|[0-9]{2}-[0-9]{3}-[0-9]{4}",     // Colorado
    r"|[0-9]{3} [0-9]{3} [0-9]{3}",     // New York
    r"|[A-Z][0-9]{6,14}|[A-Z]{2}[0-9]{5,7}", // California, Ohio and most others
    r"|[0-9]{7}A|[0-9]{12}|[0-9]{7,10}", // Vermont, Pennsylvania, Texas
    ")",
);

/// Area, group and serial are none of those that are never given. Since 2011 the rest is random.
fn is_ssn(text: &[u8]) -> bool {
    let Some((all, 9)) = digits::<9>(text) else { return false };
    let (area, group, serial) = (number(&all[..3]), number(&all[3..5]), number(&all[5..]));
    let given = !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0;
    given && !all_alike(&all) && !ADVERTISED.contains(&number(&all))
}

/// Printed in a wallet that was sold and in a leaflet; void ever since.
const ADVERTISED: [u64; 2] = [78_051_120, 219_099_999];

fn is_itin(text: &[u8]) -> bool {
    let Some((all, 9)) = digits::<9>(text) else { return false };
    all[0] == 9 && matches!(number(&all[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// The first two digits are of a campus that gives numbers out. There is no check digit.
fn is_ein(text: &[u8]) -> bool {
    let Some((all, 9)) = digits::<9>(text) else { return false };
    let never = matches!(
        number(&all[..2]),
        0 | 7..=9 | 17..=19 | 28 | 29 | 49 | 69 | 70 | 78 | 79 | 89 | 96 | 97
    );
    !never && !all_alike(&all)
}

/// A payment card's sum over 80840, for health applications of the United States, and the number.
fn is_npi(text: &[u8]) -> bool {
    let Some((all, 10)) = digits::<10>(text) else { return false };
    let mut card = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    card[5..].copy_from_slice(&all);
    matches!(all[0], 1 | 2) && luhn(&card)
}

fn is_dea(text: &[u8]) -> bool {
    let Some((_, rest)) = text.split_at_checked(2) else { return false };
    let Some((all, 7)) = digits::<7>(rest) else { return false };
    weighted(&all[..6], &[1, 2, 1, 2, 1, 2]) % 10 == u32::from(all[6]) && !all_alike(&all)
}

/// The first two digits are a Federal Reserve district, its thrift twin (+20), electronic twin
/// (+60), the government (00) or traveller's cheques (80).
fn is_aba(text: &[u8]) -> bool {
    let Some((all, 9)) = digits::<9>(text) else { return false };
    let district = matches!(number(&all[..2]), 0..=12 | 21..=32 | 61..=72 | 80);
    let sum = weighted(&all, &[3, 7, 1, 3, 7, 1, 3, 7, 1]);
    district && sum.is_multiple_of(10) && !all_alike(&all)
}

/// The shape is all there is: digit or letter by place, and never S, L, O, I, B or Z.
fn is_mbi(text: &[u8]) -> bool {
    let Some((all, 11)) = characters::<11>(text) else { return false };
    !all.iter().any(|letter| b"SLOIBZ".contains(letter))
        && !all_alike(&[all[3], all[6], all[9], all[10], b'0'])
}

/// No rule is published; a row of one and the same digit is still nobody's.
fn has_two_digits(text: &[u8]) -> bool {
    let mut digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let first = digits.next();
    digits.any(|digit| Some(digit) != first)
}
