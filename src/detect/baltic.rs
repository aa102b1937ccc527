//! Personal codes of Estonia, Latvia and Lithuania.

use super::calendar::is_day;
use super::checksum::{digits, short_number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "ee-ik",
        group: Group::Country("ee"),
        what: "Estonian personal identification code",
        shape: "[1-6][0-9]{10}",
        edges: Edges::Number,
        check: estonian_or_lithuanian,
        context: Context::Helps(&[
            "isikukood",
            "isikukoodi",
            "estonian id code",
            "personal identification code",
            "estnischer personencode",
            "code personnel estonien",
            "código personal estonio",
            "codice personale estone",
            "ests persoonsnummer",
            "estoński kod osobisty",
            "código pessoal estónio",
        ]),
        example: ("Minu isikukood on 37605030299.", "37605030299"),
        bait: "tellimus 37605030298, 37613030299",
        source: "Rahvastikuregistri seadus; EVS 585:2007",
    },
    Kind {
        name: "lt-ak",
        group: Group::Country("lt"),
        what: "Lithuanian personal code",
        shape: "[1-6][0-9]{10}",
        edges: Edges::Number,
        check: estonian_or_lithuanian,
        context: Context::Helps(&[
            "asmens kodas",
            "asmens kodą",
            "lithuanian personal code",
            "personal code",
            "litauischer personencode",
            "code personnel lituanien",
            "código personal lituano",
            "codice personale lituano",
            "litouws persoonsnummer",
            "litewski kod osobisty",
            "código pessoal lituano",
        ]),
        example: ("Asmens kodas: 33309240064", "33309240064"),
        bait: "užsakymas 33309240164, 33302300064",
        source: "Gyventojų registro įstatymas Nr. I-2237, art. 8",
    },
    Kind {
        name: "lv-pk",
        group: Group::Country("lv"),
        what: "Latvian personal code, with a birthday or, since 2017, without",
        shape: "[0-3][0-9]{5}[- ]?[0-9]{5}",
        edges: Edges::Number,
        check: lv_pk,
        context: Context::Helps(&[
            "personas kods",
            "personas kodu",
            "latvian personal code",
            "personal code",
            "lettischer personencode",
            "code personnel letton",
            "código personal letón",
            "codice personale lettone",
            "lets persoonsnummer",
            "łotewski kod osobisty",
            "código pessoal letão",
        ]),
        example: ("personas kods 161175-19997", "161175-19997"),
        bait: "pasūtījums 161175-19998, 161375-19997",
        source: "Fizisko personu reģistra likums, art. 5; Ministru kabineta noteikumi",
    },
];

/// A digit for sex and century, `YYMMDD`, three digits and a sum that is tried with other
/// weights where it has two digits.
fn estonian_or_lithuanian(text: &[u8]) -> bool {
    let Some((all @ [sex, y1, y2, m1, m2, d1, d2, .., last], 11)) = digits::<11>(text) else {
        return false;
    };
    let century = match sex {
        1 | 2 => 1800,
        3 | 4 => 1900,
        5 | 6 => 2000,
        _ => return false,
    };
    let sum = match weighted(&all, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11 {
        10 => weighted(&all, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10,
        sum => sum,
    };
    is_day(century + short_number(&[y1, y2]), short_number(&[m1, m2]), short_number(&[d1, d2]))
        && sum == u32::from(last)
}

/// `DDMMYY` and the century, or 32 to 39 and no birthday; three or eight digits; a sum.
fn lv_pk(text: &[u8]) -> bool {
    let Some((all @ [d1, d2, m1, m2, y1, y2, century, .., last], 11)) = digits::<11>(text) else {
        return false;
    };
    let day = short_number(&[d1, d2]);
    let dated = century <= 2
        && is_day(
            1800 + u32::from(century) * 100 + short_number(&[y1, y2]),
            short_number(&[m1, m2]),
            day,
        );
    let sum = (1 + weighted(&all, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    (dated || (32..=39).contains(&day)) && sum == u32::from(last)
}
