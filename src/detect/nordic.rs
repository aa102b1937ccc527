//! Personal numbers of Sweden, Finland, Denmark, Norway and Iceland: a birthday, a serial
//! number and, but for Denmark, a sum.

use super::calendar::{is_day, is_day_of_some_century};
use super::checksum::{digits, luhn, short_number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "se-personnummer",
        group: Group::Country("se"),
        what: "Swedish personal or coordination number",
        shape: "(?:(?:18|19|20)[0-9]{6}|[0-9]{6})[-+ ]?[0-9]{4}",
        edges: Edges::Number,
        check: se_personnummer,
        context: Context::Helps(&[
            "personnummer",
            "personnr",
            "samordningsnummer",
            "födelsenummer",
            "swedish personal number",
            "personal identity number",
            "schwedische personennummer",
            "numéro personnel suédois",
            "número personal sueco",
            "numero personale svedese",
            "zweeds persoonsnummer",
            "szwedzki numer osobisty",
            "número pessoal sueco",
        ]),
        example: ("Mitt personnummer är 811228-9874.", "811228-9874"),
        bait: "Ärende 811228-9875, beställning 811328-9873",
        source: "Folkbokföringslag (1991:481) § 18; Skatteverket SKV 704",
    },
    Kind {
        name: "fi-hetu",
        group: Group::Country("fi"),
        what: "Finnish personal identity code",
        shape: "[0-9]{6}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-FHJ-NPR-Ya-fhj-npr-y]",
        edges: Edges::Word,
        check: fi_hetu,
        context: Context::Helps(&[
            "henkilötunnus",
            "hetu",
            "personbeteckning",
            "finnish identity code",
            "personal identity code",
            "finnische personenkennung",
            "code personnel finlandais",
            "código personal finlandés",
            "codice personale finlandese",
            "fins persoonsnummer",
            "fiński numer osobisty",
            "código pessoal finlandês",
        ]),
        example: ("henkilötunnus: 131052-308T", "131052-308T"),
        bait: "tilaus 131052-308U, erä 131352A308T",
        source: "Laki väestötietojärjestelmästä 661/2009; Valtioneuvoston asetus 128/2010 § 2, \
                 with the signs added in 2023",
    },
    Kind {
        name: "dk-cpr",
        group: Group::Country("dk"),
        what: "Danish personal number",
        shape: "[0-9]{6}[- ]?[0-9]{4}",
        edges: Edges::Number,
        check: dk_cpr,
        context: Context::Required(&[
            "cpr",
            "cpr-nr",
            "cpr-nummer",
            "cprnummer",
            "personnummer",
            "danish personal number",
            "civil registration number",
            "dänische personennummer",
            "numéro cpr",
            "número cpr",
            "numero cpr",
            "deens persoonsnummer",
            "numer cpr",
        ]),
        example: ("Mit CPR-nummer er 070761-4285", "070761-4285"),
        bait: "CPR-nummer: 320761-4285",
        source: "CPR-loven; CPR-kontoret, Personnummeret i CPR: numbers without a right sum since \
                 2007",
    },
    Kind {
        name: "no-fodselsnummer",
        group: Group::Country("no"),
        what: "Norwegian birth number, D-number or H-number",
        shape: "[0-9]{6}[ -]?[0-9]{5}",
        edges: Edges::Number,
        check: no_fodselsnummer,
        context: Context::Helps(&[
            "fødselsnummer",
            "fodselsnummer",
            "fødselsnr",
            "personnummer",
            "d-nummer",
            "norwegian national id",
            "birth number",
            "norwegische personennummer",
            "numéro national norvégien",
            "número nacional noruego",
            "numero nazionale norvegese",
            "noors persoonsnummer",
            "norweski numer osobisty",
            "número nacional norueguês",
        ]),
        example: ("Fødselsnummer 151086 95088, takk", "151086 95088"),
        bait: "Ordre 15108695077, konto 15138695088",
        source: "Folkeregisterforskriften (FOR-2017-07-14-1201) § 2-2-1",
    },
    Kind {
        name: "is-kennitala",
        group: Group::Country("is"),
        what: "Icelandic identification number of a person",
        shape: "[0-9]{6}[- ]?[0-9]{3}[09]",
        edges: Edges::Number,
        check: is_kennitala,
        context: Context::Helps(&[
            "kennitala",
            "kennitölu",
            "icelandic id number",
            "isländische kennnummer",
            "numéro d'identité islandais",
            "número de identidad islandés",
            "numero d'identità islandese",
            "ijslands persoonsnummer",
            "islandzki numer osobisty",
            "número de identidade islandês",
        ]),
        example: ("Kennitalan mín er 120174-3399.", "120174-3399"),
        bait: "Pöntun 120174-3389, 121374-3399",
        source: "Lög um skráningu einstaklinga nr. 140/2019; Þjóðskrá",
    },
];

/// Ten digits, or twelve with the century; `+` stands for `-` from the year a person is 100.
fn se_personnummer(text: &[u8]) -> bool {
    let mut plain = [0; 13];
    for (to, &from) in plain.iter_mut().zip(text) {
        *to = if from == b'+' { b'-' } else { from };
    }
    let Some((all, length)) = plain.get(..text.len()).and_then(digits::<12>) else { return false };
    let (century, short) = match length {
        10 => (None, all.get(..10)),
        12 => (Some(short_number(&all[..2])), all.get(2..)),
        _ => return false,
    };
    let Some(short @ &[y1, y2, m1, m2, d1, d2, ref serial @ .., _]) = short else { return false };
    let (year, month) = (short_number(&[y1, y2]), short_number(&[m1, m2]));
    // A coordination number adds 60 to the day.
    let day = match short_number(&[d1, d2]) {
        day @ 61..=91 => day - 60,
        day => day,
    };
    let dated = match century {
        Some(century) => is_day(century * 100 + year, month, day),
        None => is_day_of_some_century(year, month, day),
    };
    dated && short_number(serial) != 0 && luhn(short)
}

/// `DDMMYY`, a sign for the century, three digits, and the rest of the nine digits by 31.
/// 900 to 999 are given for a time by hospitals and the like.
fn fi_hetu(text: &[u8]) -> bool {
    let &[ref date @ .., sign, n1, n2, n3, letter] = text else { return false };
    let century = match sign.to_ascii_uppercase() {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    let Some(([d1, d2, m1, m2, y1, y2], 6)) = digits::<6>(date) else { return false };
    let Some((serial, 3)) = digits::<3>(&[n1, n2, n3]) else { return false };
    let rest = short_number(&[d1, d2, m1, m2, y1, y2]) * 1000 + short_number(&serial);
    is_day(century + short_number(&[y1, y2]), short_number(&[m1, m2]), short_number(&[d1, d2]))
        && short_number(&serial) >= 2
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(rest as usize % 31)
            == Some(&letter.to_ascii_uppercase())
}

/// `DDMMYY` and four digits, the first of which tells the century.
fn dk_cpr(text: &[u8]) -> bool {
    let Some(([d1, d2, m1, m2, y1, y2, seventh, ..], 10)) = digits::<10>(text) else {
        return false;
    };
    let year = short_number(&[y1, y2]);
    let century = match (seventh, year) {
        (0..=3, _) | (4 | 9, 37..) => 1900,
        (4 | 9, _) | (5..=8, ..=57) => 2000,
        _ => 1800,
    };
    // Who waits for a number has 60 added to the day.
    let day = match short_number(&[d1, d2]) {
        day @ 61..=91 => day - 60,
        day => day,
    };
    is_day(century + year, short_number(&[m1, m2]), day)
}

/// `DDMMYY`, three digits that tell the century, and two sums. A D-number adds 40 to the day,
/// an H-number 40 to the month, a synthetic one of the tax authority 80.
fn no_fodselsnummer(text: &[u8]) -> bool {
    let Some((all @ [d1, d2, m1, m2, y1, y2, i1, i2, i3, ..], 11)) = digits::<11>(text) else {
        return false;
    };
    let year = short_number(&[y1, y2]);
    let century = match (short_number(&[i1, i2, i3]), year) {
        (..=499, _) | (900.., 40..) => 1900,
        (500..=749, 54..) => 1800,
        (_, ..=39) => 2000,
        _ => return false,
    };
    let day = match short_number(&[d1, d2]) {
        day @ 41..=71 => day - 40,
        day => day,
    };
    let month = match short_number(&[m1, m2]) {
        month @ 41..=52 => month - 40,
        month @ 81..=92 => month - 80,
        month => month,
    };
    is_day(century + year, month, day)
        && weighted(&all, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(&all, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// `DDMMYY`, two digits from 20 on, a sum over them, and the century. Companies, whose day has
/// 40 added, are no persons.
fn is_kennitala(text: &[u8]) -> bool {
    let Some((all @ [d1, d2, m1, m2, y1, y2, .., last], 10)) = digits::<10>(text) else {
        return false;
    };
    let century = match last {
        9 => 1900,
        0 => 2000,
        _ => return false,
    };
    is_day(century + short_number(&[y1, y2]), short_number(&[m1, m2]), short_number(&[d1, d2]))
        && weighted(&all, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
