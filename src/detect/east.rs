//! Numbers of persons in Czechia and Slovakia, Hungary, Romania and Ukraine.

use super::calendar::{is_day, is_day_of_some_century};
use super::checksum::{digits, repeated, short_number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "cz-rc",
        group: Group::Country("cz"),
        what: "Czech or Slovak birth number",
        shape: "[0-9]{6}[/ ]?[0-9]{4}|[0-9]{6}/[0-9]{3}",
        edges: Edges::Number,
        check: cz_rc,
        context: Context::Helps(&[
            "rodné číslo",
            "rodného čísla",
            "rodne cislo",
            "r.č.",
            "czech birth number",
            "birth number",
            "tschechische geburtsnummer",
            "numéro de naissance tchèque",
            "número de nacimiento checo",
            "numero di nascita ceco",
            "tsjechisch geboortenummer",
            "czeski numer urodzenia",
            "número de nascimento checo",
        ]),
        example: ("Rodné číslo: 710319/2745", "710319/2745"),
        bait: "objednávka 710319/2746, faktura 711319/2745",
        source: "Zákon č. 133/2000 Sb. § 13; zákon č. 301/1995 Z. z.",
    },
    Kind {
        name: "hu-taj",
        group: Group::Country("hu"),
        what: "Hungarian social security number",
        shape: "[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        edges: Edges::Number,
        check: hu_taj,
        context: Context::Required(&[
            "taj",
            "taj szám",
            "taj-szám",
            "tajszám",
            "taj kártya",
            "társadalombiztosítási azonosító",
            "social security number",
            "sozialversicherungsnummer",
            "numéro de sécurité sociale",
            "número de seguridad social",
            "numero di previdenza sociale",
            "socialezekerheidsnummer",
            "numer ubezpieczenia",
            "número de segurança social",
        ]),
        example: ("TAJ számom 123 456 788", "123 456 788"),
        bait: "TAJ szám: 123 456 789",
        source: "1996. évi XX. törvény, 2. melléklet",
    },
    Kind {
        name: "ro-cnp",
        group: Group::Country("ro"),
        what: "Romanian personal numerical code",
        shape: "[1-8][0-9]{12}",
        edges: Edges::Number,
        check: ro_cnp,
        context: Context::Helps(&[
            "cnp",
            "cod numeric personal",
            "codul numeric personal",
            "romanian personal code",
            "personal numerical code",
            "rumänischer personencode",
            "code numérique personnel",
            "código numérico personal",
            "codice numerico personale",
            "roemeens persoonsnummer",
            "rumuński numer osobisty",
            "código numérico pessoal",
        ]),
        example: ("CNP 1630615123457 (buletin)", "1630615123457"),
        bait: "comanda 1630615123458, 1631315123457",
        source: "OUG nr. 97/2005; HG nr. 295/2021, anexa 1",
    },
    Kind {
        name: "ua-rnokpp",
        group: Group::Country("ua"),
        what: "Ukrainian registration number of a taxpayer's card",
        shape: "[0-9]{10}",
        edges: Edges::Number,
        check: ua_rnokpp,
        context: Context::Required(&[
            "рнокпп",
            "іпн",
            "инн",
            "ідентифікаційний код",
            "ідентифікаційний номер",
            "rnokpp",
            "rntrc",
            "ipn",
            "taxpayer",
            "tax number",
            "tax id",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("РНОКПП (ІПН): 1759013776", "1759013776"),
        bait: "ІПН 1759013770",
        source: "Податковий кодекс України, ст. 70; наказ Мінфіну № 822 (2017)",
    },
];

/// `YYMMDD` and three digits until 1953, four from 1954 with which the whole is a multiple of
/// 11. Women have 50 added to the month; since 2004 another 20 where a day ran out of numbers.
fn cz_rc(text: &[u8]) -> bool {
    let Some((all @ [y1, y2, m1, m2, d1, d2, s1, s2, s3, last], length)) = digits::<10>(text)
    else {
        return false;
    };
    let year = match (length, short_number(&[y1, y2])) {
        (9, year @ ..=53) => 1900 + year,
        (10, year @ ..=53) => 2000 + year,
        (10, year) => 1900 + year,
        _ => return false,
    };
    let month = match short_number(&[m1, m2]) {
        month @ 51..=62 => month - 50,
        month @ 21..=32 if year >= 2004 => month - 20,
        month @ 71..=82 if year >= 2004 => month - 70,
        month => month,
    };
    if !is_day(year, month, short_number(&[d1, d2])) {
        return false;
    }
    if length == 9 {
        return short_number(&[s1, s2, s3]) != 0;
    }
    // A rest of 10 was written as 0 until 1985 and is left out since.
    match short_number(&all[..9]) % 11 {
        10 => last == 0 && year <= 1985,
        rest => rest == u32::from(last),
    }
}

/// Eight digits and the last of their sum.
fn hu_taj(text: &[u8]) -> bool {
    let Some((all @ [.., last], 9)) = digits::<9>(text) else { return false };
    !repeated(&all[..8]) && weighted(&all, &[3, 7, 3, 7, 3, 7, 3, 7]) % 10 == u32::from(last)
}

/// A digit for sex and century, `YYMMDD`, a county, a serial number and a sum.
fn ro_cnp(text: &[u8]) -> bool {
    let Some((all @ [sex, y1, y2, m1, m2, d1, d2, c1, c2, s1, s2, s3, last], 13)) =
        digits::<13>(text)
    else {
        return false;
    };
    let (year, month, day) =
        (short_number(&[y1, y2]), short_number(&[m1, m2]), short_number(&[d1, d2]));
    let dated = match sex {
        1 | 2 => is_day(1900 + year, month, day),
        3 | 4 => is_day(1800 + year, month, day),
        5 | 6 => is_day(2000 + year, month, day),
        // Of residents from abroad it does not tell the century.
        7 | 8 => is_day_of_some_century(year, month, day),
        _ => false,
    };
    let sum = match weighted(&all, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
        10 => 1,
        sum => sum,
    };
    // 70 to 83 came with electronic registers that assign no county.
    dated
        && matches!(short_number(&[c1, c2]), 1..=48 | 51 | 52 | 70 | 80..=83)
        && short_number(&[s1, s2, s3]) != 0
        && sum == u32::from(last)
}

/// The days since 1899-12-31, a serial number and a sum.
fn ua_rnokpp(text: &[u8]) -> bool {
    let Some((all @ [.., last], 10)) = digits::<10>(text) else { return false };
    // 54787 days after is the end of 2049. The first weight is -1, which is 10 modulo 11.
    (1..=54787).contains(&short_number(&all[..5]))
        && weighted(&all, &[10, 5, 7, 9, 4, 6, 10, 5, 7]) % 11 % 10 == u32::from(last)
}
