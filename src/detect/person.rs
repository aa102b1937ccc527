//! When was this person born?

use super::calendar::{is_day, is_day_of_some_century};
use super::kind::{Context, Edges, Group, Kind};

/// What a person is, beyond numbers that others gave.
pub const KINDS: &[Kind] = &[Kind {
    name: "date-of-birth",
    group: Group::Global,
    what: "A day of birth, in figures or with the month's name.",
    shape: concat!(
        r"(?:[0-9]{4}[./-][0-9]{1,2}[./-][0-9]{1,2}",
        r"|[0-9]{1,2}(?:\. ?|[ /-])[0-9]{1,2}(?:\. ?|[ /-])[0-9]{2}(?:[0-9]{2})?",
        r"|[0-9]{1,2}(?:\.|st|nd|rd|th|o)?(?: of| de)?[ -][A-Za-z]{3,12}\.?,?(?: de| of)?[ -][0-9]{4}",
        r"|[A-Za-z]{3,9}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})",
    ),
    edges: Edges::Dotted,
    check: is_birthday,
    context: Context::Required(&[
        "birth",
        "born",
        "dob",
        "bday",
        "b-day",
        "geburt",
        "geboren",
        "geb.",
        "naissance",
        "né le",
        "née le",
        "né(e)",
        "nacimiento",
        "nací",
        "nacid",
        "cumple",
        "nascita",
        "nato il",
        "nata il",
        "geboorte",
        "urodz",
        "nascimento",
        "nasci",
    ]),
    example: ("born on 29 February 1984 in", "29 February 1984"),
    bait: "due 2031-01-01, delivered 12.03.1984, born in 1984 or on 29.02.1983",
    source: "ISO 8601-1 and the countries' written forms; Gregorian calendar",
}];

fn is_birthday(text: &[u8]) -> bool {
    let mut parts = text
        .split(|byte| b" .,/-".contains(byte))
        .filter(|part| !part.is_empty() && !matches!(*part, b"of" | b"de"))
        .map(read);
    let (Some(a), Some(b), Some(c), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    use Part::{Day, Month, Number, Year};
    match (a, b, c) {
        (Year(year), Number(month), Number(day)) => is_life(year, month, day),
        // Most of the world, then the United States.
        (Number(day), Number(month), Year(year)) => {
            is_life(year, month, day) || is_life(year, day, month)
        }
        (Number(day), Number(month), Number(year)) => {
            is_day_of_some_century(year, month, day) || is_day_of_some_century(year, day, month)
        }
        (Number(day) | Day(day), Month(month), Year(year))
        | (Month(month), Number(day) | Day(day), Year(year)) => is_life(year, month, day),
        _ => false,
    }
}

/// Nobody lives who was born before 1900, and no clock runs here: any year of this century's
/// first half will do.
fn is_life(year: u32, month: u32, day: u32) -> bool {
    (1900..2050).contains(&year) && is_day(year, month, day)
}

enum Part {
    Year(u32),
    Number(u32),
    Day(u32),
    Month(u32),
    Other,
}

fn read(part: &[u8]) -> Part {
    let count = part.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (figures, ending) = part.split_at_checked(count).unwrap_or((part, &[]));
    let number = figures.iter().take(4).fold(0, |sum, &d| sum * 10 + u32::from(d - b'0'));
    match (figures.len(), ending) {
        (4, []) => Part::Year(number),
        (1 | 2, []) => Part::Number(number),
        (1 | 2, b"st" | b"nd" | b"rd" | b"th" | b"o") => Part::Day(number),
        (0, name) => month(name).map_or(Part::Other, Part::Month),
        _ => Part::Other,
    }
}

/// A month by its name or the three letters and more that it is cut to.
fn month(name: &[u8]) -> Option<u32> {
    let row = MONTHS.iter().position(|names| {
        names.split(' ').any(|whole| {
            let head = whole.as_bytes().get(..name.len());
            name.len() >= 3 && head.is_some_and(|head| head.eq_ignore_ascii_case(name))
        })
    })?;
    u32::try_from(row + 1).ok()
}

/// English, German, French, Spanish, Italian, Dutch, Polish, Portuguese, where ASCII spells them.
const MONTHS: [&str; 12] = [
    "january januar janvier enero gennaio januari stycznia janeiro jaenner",
    "february februar fevrier febrero febbraio februari lutego fevereiro",
    "march maerz mars marzo maart mrt marca marco",
    "april avril abril aprile kwietnia",
    "may mai mayo maggio mei maja maio",
    "june juni juin junio giugno czerwca junho",
    "july juli juillet julio luglio lipca julho",
    "august aout agosto augustus sierpnia",
    "september septembre septiembre setiembre settembre wrzesnia setembro sept",
    "october oktober octobre octubre ottobre pazdziernika outubro",
    "november novembre noviembre listopada novembro",
    "december dezember decembre diciembre dicembre grudnia dezembro",
];
