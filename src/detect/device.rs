//! Which phone, which car, which spot on the map?

use super::checksum::{digits, luhn};
use super::kind::{Context, Edges, Group, Kind};

/// Numbers of phones and vehicles, and positions.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "imei",
        group: Group::Global,
        what: "The number of one mobile device.",
        shape: concat!(
            "[0-9]{2}(?:[0-9]{13}|[ /-][0-9]{6}[ /-][0-9]{6}[ /-][0-9]",
            "|[0-9]{4}[ /-][0-9]{2}[ /-][0-9]{6}[ /-][0-9])",
        ),
        edges: Edges::Dotted,
        check: is_imei,
        context: Context::Helps(&["imei", "handset", "device", "gerät", "appareil", "teléfono"]),
        example: ("dial *#06#: 49-015420-323751-8", "49-015420-323751-8"),
        bait: "490154203237517 and 100000000000008 and 1700000000000000",
        source: "3GPP TS 23.003 section 6.2 and annex B; GSMA TS.06, reporting bodies",
    },
    Kind {
        name: "vin",
        group: Group::Global,
        what: "The number of one road vehicle.",
        shape: "[A-HJ-NPR-Za-hj-npr-z0-9]{13}[0-9]{4}",
        edges: Edges::Word,
        check: is_vin,
        context: Context::Helps(&[
            "vin",
            "chassis",
            "fahrgestell",
            "châssis",
            "bastidor",
            "telaio",
        ]),
        example: ("the car 1M8GDM9AXKP042788 stalls", "1M8GDM9AXKP042788"),
        bait: "1M8GDM9A1KP042788, 11111111111111111, ABCDEFGHJKLMN1234, 12345678901234567",
        source: "ISO 3779 and ISO 3780; check digit: 49 CFR 565.15(c), GB 16735",
    },
    Kind {
        name: "coordinates",
        group: Group::Global,
        what: "Latitude and longitude to eleven metres or better.",
        shape: concat!(
            r"[+-]?[0-9]{1,2}\.[0-9]{4,15}(?: ?[NSns])?(?:, ?|; ?| )",
            r"[+-]?[0-9]{1,3}\.[0-9]{4,15}(?: ?[EWew])?",
        ),
        edges: Edges::Dotted,
        check: is_position,
        context: Context::Required(&[
            "coord",
            "koord",
            "gps",
            "lat",
            "lon",
            "lng",
            "geo",
            "position",
            "location",
            "maps",
            "standort",
            "posizione",
            "ubicación",
            "locatie",
            "współrz",
            "localização",
        ]),
        example: ("my GPS says 51.477811, -0.001475 now", "51.477811, -0.001475"),
        bait: "ease-in 0.4200, 0.5800; gps 91.0000, 10.0000",
        source: "ISO 6709: latitude within 90 degrees, longitude within 180",
    },
];

fn is_imei(text: &[u8]) -> bool {
    let Some((values, 15)) = digits::<15>(text) else { return false };
    let &[a, b, ..] = &values;
    let dummy = values.iter().skip(2).take(12).all(|digit| Some(digit) == values.get(2));
    REPORTING_BODIES.contains(&(a * 10 + b)) && !dummy && luhn(&values)
}

/// Who has given out type allocation codes, by their first two digits: today's (01, 35, 86, 91,
/// 99) and those whose devices are still about.
const REPORTING_BODIES: &[u8] =
    &[1, 30, 33, 35, 44, 45, 49, 50, 51, 52, 53, 54, 86, 91, 97, 98, 99];

/// North America and China prove their numbers with a check digit. Elsewhere the place of the
/// check digit is free, so there the maker must be known.
fn is_vin(text: &[u8]) -> bool {
    let Ok(vin) = <&[u8; 17]>::try_from(text) else { return false };
    let vin = vin.map(|sign| sign.to_ascii_uppercase());
    let [first, second, third, ..] = vin;
    let letters = vin.iter().filter(|sign| sign.is_ascii_alphabetic()).count();
    // Without two letters it is an order number.
    if letters < 2 {
        return false;
    }
    let known = MAKERS.iter().any(|maker| maker.as_bytes() == [first, second, third]);
    is_vin_sum(&vin) || (known && !matches!(first, b'1'..=b'5' | b'L'))
}

/// The weighted sum modulo 11, its own place (the ninth) weighing nothing; ten is an X. No model
/// year is written as 0, U or Z.
fn is_vin_sum(vin: &[u8; 17]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = vin.iter().zip(WEIGHTS).map(|(&sign, weight)| value(sign) * weight).sum();
    let [.., check, year, _, _, _, _, _, _, _] = vin;
    let expected = match sum % 11 {
        10 => Some(b'X'),
        rest => u8::try_from(rest).ok().map(|rest| b'0' + rest),
    };
    Some(*check) == expected && !matches!(year, b'0' | b'U' | b'Z')
}

/// A to H are 1 to 8, J to R are 1 to 9 without 6 and 8, S to Z are 2 to 9.
fn value(sign: u8) -> u32 {
    u32::from(match sign {
        b'0'..=b'9' => sign - b'0',
        b'A'..=b'H' => sign - b'A' + 1,
        b'J'..=b'R' => sign - b'J' + 1,
        b'S'..=b'Z' => sign - b'S' + 2,
        _ => 0,
    })
}

/// World manufacturer identifiers of makers that sell most cars where no check digit is due.
const MAKERS: &[&str] = &[
    "JHM", "JMB", "JMZ", "JN1", "JSA", "JT1", "JTD", "JTE", "JTM", "JTN", "KL1", "KMH", "KNA",
    "KNE", "MAL", "NLH", "NM0", "NMT", "SAJ", "SAL", "SB1", "SHH", "SHS", "SJN", "TMA", "TMB",
    "TRU", "TSM", "U5Y", "UU1", "VF1", "VF3", "VF6", "VF7", "VF8", "VFA", "VNK", "VR1", "VR3",
    "VR7", "VSK", "VSS", "VWV", "W0L", "W0V", "W1K", "W1N", "W1V", "WAU", "WBA", "WBS", "WBY",
    "WDB", "WDC", "WDD", "WDF", "WF0", "WMA", "WME", "WMW", "WP0", "WP1", "WUA", "WV1", "WV2",
    "WVG", "WVW", "XTA", "YS3", "YV1", "YV4", "ZAM", "ZAR", "ZCF", "ZFA", "ZFF", "ZHW", "ZLA",
];

fn is_position(text: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(text) else { return false };
    let mut degrees = text
        .split([',', ';', ' '])
        .map(|part| part.trim_end_matches(|sign: char| sign.is_ascii_alphabetic()))
        .filter(|part| !part.is_empty())
        .map(str::parse::<f64>);
    match (degrees.next(), degrees.next(), degrees.next()) {
        (Some(Ok(latitude)), Some(Ok(longitude)), None) => {
            // Null Island is where positions that nobody knows are put.
            let known = latitude != 0.0 || longitude != 0.0;
            known && latitude.abs() <= 90.0 && longitude.abs() <= 180.0
        }
        _ => false,
    }
}
