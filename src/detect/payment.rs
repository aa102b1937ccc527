//! What is money moved with? Cards and what is printed beside their numbers, bank accounts and
//! the codes of banks.

use super::checksum::{digits, luhn, mod97};
use super::kind::{Context, Edges, Group, Kind};

/// Payment cards, IBAN and BIC.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "payment-card",
        group: Group::Global,
        what: "The number of a credit, debit or prepaid card.",
        shape: r"[2-689](?:[ ./-]?[0-9]){11,18}",
        edges: Edges::Dotted,
        check: is_card,
        context: Context::Helps(CARD_WORDS),
        example: ("my card is 4111 1111 1111 1111, thanks", "4111 1111 1111 1111"),
        bait: "4111 1111 1111 1112, 4006381333931, 1700000000000, 0.5555555555554444",
        source: "ISO/IEC 7812-1 with annex B; the issuers' published ranges",
    },
    Kind {
        name: "card-verification",
        group: Group::Global,
        what: "The three or four digits that show that a card is at hand.",
        shape: "[0-9]{3,4}",
        edges: Edges::Dotted,
        check: is_verification,
        context: Context::Required(&[
            "cvv",
            "cvc",
            "cvn",
            "cid",
            "csc",
            "cav2",
            "cve",
            "security code",
            "card code",
            "verification",
            "prüfnummer",
            "kartenprüf",
            "sicherheitscode",
            "cryptogramme",
            "code de sécurité",
            "código de seguridad",
            "codice di sicurezza",
            "beveiligingscode",
            "kod zabezpiecz",
            "código de segurança",
        ]),
        example: ("the CVC is 737", "737"),
        bait: "room 737, table 1234",
        source: "EMV and the brands' card verification value, PCI DSS 4.0 requirement 3.3",
    },
    Kind {
        name: "card-expiry",
        group: Group::Global,
        what: "The month in which a card ends.",
        shape: "(?:0?[1-9]|1[0-2]) ?[/.-] ?(?:20)?[0-9]{2}",
        edges: Edges::Dotted,
        check: is_expiry,
        context: Context::Required(&[
            "expir",
            "exp",
            "valid thru",
            "valid until",
            "good thru",
            "ablauf",
            "gültig",
            "verfall",
            "échéance",
            "fin de validité",
            "caduc",
            "vence",
            "vencim",
            "scad",
            "vervalt",
            "vervaldatum",
            "geldig",
            "ważn",
            "validade",
        ]),
        example: ("expires 03/30, name on card", "03/30"),
        bait: "gate 03/30, expires 13/30",
        source: "ISO/IEC 7813, as embossed: MM/YY",
    },
    Kind {
        name: "iban",
        group: Group::Global,
        what: "An international bank account number.",
        shape: "[A-Za-z]{2}[ -]?[0-9]{2}(?:[ -]?[0-9A-Za-z]){11,30}",
        edges: Edges::Word,
        check: is_iban,
        context: Context::Helps(&["iban", "account", "konto", "compte", "cuenta", "conto"]),
        example: ("to DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00"),
        bait: "DE88 3704 0044 0532 0130 00 and in 20 minutes we meet again at the gate",
        source: "ISO 13616-1; SWIFT IBAN Registry, release 101",
    },
    Kind {
        name: "bic",
        group: Group::Global,
        what: "The code of a bank or one of its branches.",
        shape: "[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?",
        edges: Edges::Word,
        check: is_bic,
        context: Context::Required(&[
            "bic",
            "swift",
            "bank code",
            "bankleitzahl",
            "code banque",
            "código del banco",
            "codice bancario",
            "bankcode",
            "kod banku",
            "código do banco",
        ]),
        example: ("BIC: DEUTDEFF500", "DEUTDEFF500"),
        bait: "the bic says PASSWORD or REFERENCE",
        source: "ISO 9362:2022; country codes of ISO 3166-1, and XK",
    },
];

const CARD_WORDS: &[&str] = &[
    "card",
    "visa",
    "mastercard",
    "amex",
    "pan",
    "karte",
    "carte",
    "tarjeta",
    "carta",
    "kaart",
    "karta",
    "cartão",
];

fn is_card(text: &[u8]) -> bool {
    let Some((values, length)) = digits::<19>(text) else { return false };
    let Some(card) = values.get(..length) else { return false };
    let all_equal = card.iter().all(|digit| Some(digit) == card.first());
    // Visa and Maestro share their 13 digits with the articles of German and British shops.
    let article = text.len() == 13 && is_article(card);
    luhn(card) && !all_equal && !article && issuer_has(card)
}

/// The GS1 sum of an EAN-13: weights 1 and 3.
fn is_article(digits: &[u8]) -> bool {
    let sum: u32 =
        digits.iter().zip([1, 3].iter().cycle()).map(|(&d, weight)| u32::from(d) * weight).sum();
    sum.is_multiple_of(10)
}

/// Whether an issuer has numbers that begin so and are this long.
fn issuer_has(card: &[u8]) -> bool {
    ISSUERS.iter().any(|issuer| {
        let head = card.iter().take(issuer.digits).fold(0, |sum, &d| sum * 10 + u32::from(d));
        (issuer.first..=issuer.last).contains(&head) && issuer.lengths.contains(&card.len())
    })
}

/// Numbers whose first `digits` digits lie from `first` to `last`.
struct Issuer {
    digits: usize,
    first: u32,
    last: u32,
    lengths: &'static [usize],
}

const fn issuer(digits: usize, first: u32, last: u32, lengths: &'static [usize]) -> Issuer {
    Issuer { digits, first, last, lengths }
}

/// UATP (a lone 1, 15 digits) is left out: it has nothing that another number of 15 digits lacks.
const ISSUERS: &[Issuer] = &[
    // Visa, with Dankort, Elo and others that share its range.
    issuer(1, 4, 4, &[13, 16, 18, 19]),
    // Mastercard.
    issuer(2, 51, 55, &[16]),
    issuer(4, 2221, 2720, &[16]),
    // American Express.
    issuer(2, 34, 34, &[15]),
    issuer(2, 37, 37, &[15]),
    // Diners Club.
    issuer(3, 300, 305, &[14, 16, 17, 18, 19]),
    issuer(4, 3095, 3095, &[14, 16, 17, 18, 19]),
    issuer(2, 36, 36, &[14, 15, 16, 17, 18, 19]),
    issuer(2, 38, 39, &[14, 16, 17, 18, 19]),
    // JCB.
    issuer(4, 3528, 3589, &[16, 17, 18, 19]),
    issuer(4, 2131, 2131, &[15]),
    // Discover, RuPay, Troy and Hipercard.
    issuer(2, 60, 60, &[16, 17, 18, 19]),
    issuer(3, 644, 649, &[16, 17, 18, 19]),
    issuer(2, 65, 65, &[16, 17, 18, 19]),
    issuer(2, 81, 82, &[16, 17, 18, 19]),
    issuer(4, 9792, 9792, &[16]),
    // UnionPay.
    issuer(2, 62, 62, &[16, 17, 18, 19]),
    // Maestro, with Verve and Elo inside.
    issuer(2, 50, 50, &[12, 13, 14, 15, 16, 17, 18, 19]),
    issuer(2, 56, 58, &[12, 13, 14, 15, 16, 17, 18, 19]),
    issuer(3, 639, 639, &[12, 13, 14, 15, 16, 17, 18, 19]),
    issuer(2, 67, 67, &[12, 13, 14, 15, 16, 17, 18, 19]),
    // InterPayment and InstaPayment.
    issuer(3, 636, 638, &[16, 17, 18, 19]),
    // Mir and BORICA.
    issuer(4, 2200, 2205, &[16, 17, 18, 19]),
    // Uzcard and Humo.
    issuer(4, 8600, 8600, &[16]),
    issuer(4, 9860, 9860, &[16]),
];

fn is_verification(text: &[u8]) -> bool {
    matches!(text.len(), 3 | 4) && text.iter().all(u8::is_ascii_digit)
}

/// Cards run for years, not for decades: 2015 to 2049.
fn is_expiry(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| b"/.-".contains(byte)).map(number_of);
    let (Some(Some(month)), Some(Some(year)), None) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let year = if year < 100 { 2000 + year } else { year };
    (1..=12).contains(&month) && (2015..2050).contains(&year)
}

fn number_of(text: &[u8]) -> Option<u32> {
    let (values, length) = digits::<4>(text)?;
    Some(values.iter().take(length).fold(0, |sum, &digit| sum * 10 + u32::from(digit)))
}

fn is_iban(text: &[u8]) -> bool {
    let signs = || text.iter().copied().filter(|byte| !b" -".contains(byte));
    let mut head = signs().take(4);
    let (Some(a), Some(b)) = (head.next(), head.next()) else { return false };
    let country = [a.to_ascii_uppercase(), b.to_ascii_uppercase()];
    let Some((_, account)) = ACCOUNTS.iter().find(|(code, _)| code.as_bytes() == country) else {
        return false;
    };
    let mut rest = signs().skip(4);
    let shaped = account.iter().all(|part| {
        let (count, is) = part.read();
        rest.by_ref().take(count).filter(is).count() == count
    });
    // A sum of all zeros is right for one pair of check digits in every country.
    let zeros = signs().skip(4).all(|byte| byte == b'0');
    shaped && rest.next().is_none() && !zeros && mod97(signs().skip(4).chain(signs().take(4)))
}

/// So many digits, letters, or both, in one stretch of an account number.
#[derive(Clone, Copy)]
enum Part {
    N(usize),
    A(usize),
    C(usize),
}

impl Part {
    fn read(self) -> (usize, fn(&u8) -> bool) {
        match self {
            Part::N(count) => (count, u8::is_ascii_digit),
            Part::A(count) => (count, u8::is_ascii_alphabetic),
            Part::C(count) => (count, u8::is_ascii_alphanumeric),
        }
    }
}

use Part::{A, C, N};

/// What follows the check digits in each country.
const ACCOUNTS: &[(&str, &[Part])] = &[
    ("AD", &[N(8), C(12)]),
    ("AE", &[N(19)]),
    ("AL", &[N(8), C(16)]),
    ("AT", &[N(16)]),
    ("AZ", &[A(4), C(20)]),
    ("BA", &[N(16)]),
    ("BE", &[N(12)]),
    ("BG", &[A(4), N(6), C(8)]),
    ("BH", &[A(4), C(14)]),
    ("BI", &[N(23)]),
    ("BR", &[N(23), A(1), C(1)]),
    ("BY", &[C(4), N(4), C(16)]),
    ("CH", &[N(5), C(12)]),
    ("CR", &[N(18)]),
    ("CY", &[N(8), C(16)]),
    ("CZ", &[N(20)]),
    ("DE", &[N(18)]),
    ("DJ", &[N(23)]),
    ("DK", &[N(14)]),
    ("DO", &[C(4), N(20)]),
    ("EE", &[N(16)]),
    ("EG", &[N(25)]),
    ("ES", &[N(20)]),
    ("FI", &[N(14)]),
    ("FK", &[A(2), N(12)]),
    ("FO", &[N(14)]),
    ("FR", &[N(10), C(11), N(2)]),
    ("GB", &[A(4), N(14)]),
    ("GE", &[A(2), N(16)]),
    ("GI", &[A(4), C(15)]),
    ("GL", &[N(14)]),
    ("GR", &[N(7), C(16)]),
    ("GT", &[C(24)]),
    ("HN", &[A(4), N(20)]),
    ("HR", &[N(17)]),
    ("HU", &[N(24)]),
    ("IE", &[A(4), N(14)]),
    ("IL", &[N(19)]),
    ("IQ", &[A(4), N(15)]),
    ("IS", &[N(22)]),
    ("IT", &[A(1), N(10), C(12)]),
    ("JO", &[A(4), N(4), C(18)]),
    ("KW", &[A(4), C(22)]),
    ("KZ", &[N(3), C(13)]),
    ("LB", &[N(4), C(20)]),
    ("LC", &[A(4), C(24)]),
    ("LI", &[N(5), C(12)]),
    ("LT", &[N(16)]),
    ("LU", &[N(3), C(13)]),
    ("LV", &[A(4), C(13)]),
    ("LY", &[N(21)]),
    ("MC", &[N(10), C(11), N(2)]),
    ("MD", &[C(20)]),
    ("ME", &[N(18)]),
    ("MK", &[N(3), C(10), N(2)]),
    ("MN", &[N(16)]),
    ("MR", &[N(23)]),
    ("MT", &[A(4), N(5), C(18)]),
    ("MU", &[A(4), N(19), A(3)]),
    ("NI", &[A(4), N(20)]),
    ("NL", &[A(4), N(10)]),
    ("NO", &[N(11)]),
    ("OM", &[N(3), C(16)]),
    ("PK", &[A(4), C(16)]),
    ("PL", &[N(24)]),
    ("PS", &[A(4), C(21)]),
    ("PT", &[N(21)]),
    ("QA", &[A(4), C(21)]),
    ("RO", &[A(4), C(16)]),
    ("RS", &[N(18)]),
    ("RU", &[N(14), C(15)]),
    ("SA", &[N(2), C(18)]),
    ("SC", &[A(4), N(20), A(3)]),
    ("SD", &[N(14)]),
    ("SE", &[N(20)]),
    ("SI", &[N(15)]),
    ("SK", &[N(20)]),
    ("SM", &[A(1), N(10), C(12)]),
    ("SO", &[N(19)]),
    ("ST", &[N(21)]),
    ("SV", &[A(4), N(20)]),
    ("TL", &[N(19)]),
    ("TN", &[N(20)]),
    ("TR", &[N(6), C(16)]),
    ("UA", &[N(6), C(19)]),
    ("VA", &[N(18)]),
    ("VG", &[A(4), N(16)]),
    ("XK", &[N(16)]),
    ("YE", &[A(4), N(4), C(18)]),
];

fn is_bic(text: &[u8]) -> bool {
    let country = text.get(4..6).unwrap_or(&[]);
    let known = COUNTRIES.as_bytes().chunks_exact(2).any(|code| code == country);
    // Branches in X are reserved, but for the head office.
    let branch = text.get(8..).unwrap_or(&[]);
    let branch_right = branch.first() != Some(&b'X') || branch == b"XXX";
    matches!(text.len(), 8 | 11) && known && branch_right
}

/// ISO 3166-1 alpha-2, and XK as SWIFT uses it.
const COUNTRIES: &str = concat!(
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICK",
    "CLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGS",
    "GTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULV",
    "LYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPM",
    "PNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTR",
    "TTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW",
);
