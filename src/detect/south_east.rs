//! Numbers of persons in Bulgaria, Greece, Croatia, Slovenia, Turkey and Israel.

use super::calendar::{is_day, is_day_of_some_century};
use super::checksum::{digits, luhn, mod11_10, repeated, short_number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "bg-egn",
        group: Group::Country("bg"),
        what: "Bulgarian uniform civil number",
        shape: "[0-9]{10}",
        edges: Edges::Number,
        check: bg_egn,
        context: Context::Helps(&[
            "егн",
            "единен граждански номер",
            "egn",
            "bulgarian personal number",
            "uniform civil number",
            "bulgarische personennummer",
            "numéro civil unique",
            "número civil único",
            "numero civile unico",
            "bulgaars persoonsnummer",
            "bułgarski numer osobisty",
            "número civil único búlgaro",
        ]),
        example: ("ЕГН: 7523169263", "7523169263"),
        bait: "поръчка 7523169264, 7513169263",
        source: "Закон за гражданската регистрация, чл. 11; Наредба № РД-02-20-9 от 2012 г.",
    },
    Kind {
        name: "gr-amka",
        group: Group::Country("gr"),
        what: "Greek social security number",
        shape: "[0-9]{6}[ -]?[0-9]{5}",
        edges: Edges::Number,
        check: gr_amka,
        context: Context::Helps(&[
            "αμκα",
            "α.μ.κ.α.",
            "αριθμός μητρώου κοινωνικής ασφάλισης",
            "amka",
            "greek social security number",
            "social security number",
            "sozialversicherungsnummer",
            "numéro de sécurité sociale",
            "número de seguridad social",
            "numero di previdenza sociale",
            "socialezekerheidsnummer",
            "numer ubezpieczenia",
            "número de segurança social",
        ]),
        example: ("ΑΜΚΑ 01013099997", "01013099997"),
        bait: "παραγγελία 01013099999, 01133099997",
        source: "Ν. 3655/2008, άρθρο 153; ΗΔΙΚΑ",
    },
    Kind {
        name: "hr-oib",
        group: Group::Country("hr"),
        what: "Croatian personal identification number",
        shape: "[0-9]{11}",
        edges: Edges::Number,
        check: hr_oib,
        context: Context::Required(&[
            "oib",
            "osobni identifikacijski broj",
            "porezni broj",
            "personal identification number",
            "tax number",
            "tax id",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("Moj OIB je 94577403194.", "94577403194"),
        bait: "OIB: 94577403195",
        source: "Zakon o osobnom identifikacijskom broju (NN 60/08); ISO/IEC 7064 MOD 11,10",
    },
    Kind {
        name: "si-emso",
        group: Group::Country("si"),
        what: "Slovene personal number, and its forerunner in all of Yugoslavia",
        shape: "[0-3][0-9]{12}",
        edges: Edges::Number,
        check: si_emso,
        context: Context::Helps(&[
            "emšo",
            "emso",
            "enotna matična številka občana",
            "jmbg",
            "slovenian personal number",
            "slowenische personennummer",
            "numéro personnel slovène",
            "número personal esloveno",
            "numero personale sloveno",
            "sloveens persoonsnummer",
            "słoweński numer osobisty",
            "número pessoal esloveno",
        ]),
        example: ("EMŠO: 0101006500006", "0101006500006"),
        bait: "naročilo 0101006500007, 0113006500006",
        source: "Zakon o centralnem registru prebivalstva, 6. člen; Pravilnik o določitvi EMŠO",
    },
    Kind {
        name: "tr-kimlik",
        group: Group::Country("tr"),
        what: "Turkish identity number",
        shape: "[1-9][0-9]{10}",
        edges: Edges::Number,
        check: tr_kimlik,
        context: Context::Helps(&[
            "kimlik",
            "t.c. kimlik",
            "tc kimlik",
            "tc no",
            "tckn",
            "kimlik numarası",
            "turkish identity number",
            "türkische identitätsnummer",
            "numéro d'identité turc",
            "número de identidad turco",
            "numero d'identità turco",
            "turks identiteitsnummer",
            "turecki numer tożsamości",
            "número de identidade turco",
        ]),
        example: ("TC kimlik numaram 17291716060", "17291716060"),
        bait: "sipariş 17291716061, 11111111110",
        source: "5490 sayılı Nüfus Hizmetleri Kanunu, madde 46; NVİ",
    },
    Kind {
        name: "il-id",
        group: Group::Country("il"),
        what: "Israeli identity number",
        shape: "[0-9]{8}-?[0-9]",
        edges: Edges::Number,
        check: il_id,
        context: Context::Required(&[
            "תעודת זהות",
            "מספר זהות",
            "ת.ז",
            "ת\"ז",
            "teudat zehut",
            "israeli id",
            "id number",
            "identity number",
            "ausweisnummer",
            "numéro d'identité",
            "número de identidad",
            "numero d'identità",
            "identiteitsnummer",
            "numer tożsamości",
            "número de identidade",
        ]),
        example: ("תעודת זהות 039337423", "039337423"),
        bait: "teudat zehut 039337422",
        source: "Population Registry Law 5725-1965; Population and Immigration Authority",
    },
];

/// `YYMMDD`, three digits and a sum. The month has 20 added before 1900 and 40 from 2000.
fn bg_egn(text: &[u8]) -> bool {
    let Some((all @ [y1, y2, m1, m2, d1, d2, .., last], 10)) = digits::<10>(text) else {
        return false;
    };
    let (century, month) = match short_number(&[m1, m2]) {
        month @ 21..=32 => (1800, month - 20),
        month @ 41..=52 => (2000, month - 40),
        month => (1900, month),
    };
    is_day(century + short_number(&[y1, y2]), month, short_number(&[d1, d2]))
        && weighted(&all, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == u32::from(last)
}

/// `DDMMYY`, four digits and a Luhn sum.
fn gr_amka(text: &[u8]) -> bool {
    let Some((all @ [d1, d2, m1, m2, y1, y2, ..], 11)) = digits::<11>(text) else { return false };
    is_day_of_some_century(
        short_number(&[y1, y2]),
        short_number(&[m1, m2]),
        short_number(&[d1, d2]),
    ) && luhn(&all)
}

/// Ten digits without a meaning and a sum.
fn hr_oib(text: &[u8]) -> bool {
    matches!(digits::<11>(text), Some((all, 11)) if !repeated(&all[..10]) && mod11_10(&all))
}

/// `DDMMYYY`, a region, a serial number and a sum.
fn si_emso(text: &[u8]) -> bool {
    let Some((all @ [d1, d2, m1, m2, y1, y2, y3, r1, r2, .., last], 13)) = digits::<13>(text)
    else {
        return false;
    };
    // Numbers were first given in 1977: to people born after 1880, say.
    let year = match short_number(&[y1, y2, y3]) {
        year @ 880.. => 1000 + year,
        year @ ..=99 => 2000 + year,
        _ => return false,
    };
    // The rule takes the rest of 11, and 0 for 10; weights less 11 turn its sign.
    let sum = weighted(&all, &[4, 5, 6, 7, 8, 9, 4, 5, 6, 7, 8, 9]) % 11 % 10;
    // 01 to 09 are foreigners; 97 to 99 were never given.
    is_day(year, short_number(&[m1, m2]), short_number(&[d1, d2]))
        && (1..=96).contains(&short_number(&[r1, r2]))
        && sum == u32::from(last)
}

/// Nine digits, the first of which is not 0, and two sums.
fn tr_kimlik(text: &[u8]) -> bool {
    let Some((all @ [first, .., tenth, last], 11)) = digits::<11>(text) else { return false };
    // Seven times the odd places less the even ones; -1 is 9 modulo 10.
    first != 0
        && !repeated(&all[..9])
        && weighted(&all, &[7, 9, 7, 9, 7, 9, 7, 9, 7]) % 10 == u32::from(tenth)
        && weighted(&all, &[1; 10]) % 10 == u32::from(last)
}

/// Eight digits, with zeros before if there are fewer, and a Luhn sum.
fn il_id(text: &[u8]) -> bool {
    matches!(digits::<9>(text), Some((all, 9)) if !repeated(&all[..8]) && luhn(&all))
}
