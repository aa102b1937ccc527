//! Numbers of persons and taxpayers in Canada, Brazil, Mexico, Argentina and Chile.

use super::calendar::is_day;
use super::checksum::{digits, luhn, repeated, short_number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "ca-sin",
        group: Group::Country("ca"),
        what: "Canadian social insurance number",
        shape: "[1-79][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}",
        edges: Edges::Number,
        check: ca_sin,
        context: Context::Required(&[
            "sin",
            "social insurance",
            "social insurance number",
            "nas",
            "numéro d'assurance sociale",
            "assurance sociale",
            "sozialversicherungsnummer",
            "número de seguro social",
            "numero di previdenza sociale",
            "socialezekerheidsnummer",
            "numer ubezpieczenia",
            "número de segurança social",
        ]),
        example: ("My SIN: 130 692 544", "130 692 544"),
        bait: "SIN 130 692 545",
        source: "Employment Insurance Act s. 138; Service Canada, SIN Code of Practice",
    },
    Kind {
        name: "br-cpf",
        group: Group::Country("br"),
        what: "Brazilian taxpayer number of a person",
        shape: r"[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}[-/ ]?[0-9]{2}",
        edges: Edges::Number,
        check: br_cpf,
        context: Context::Helps(&[
            "cpf",
            "cadastro de pessoas físicas",
            "brazilian tax number",
            "tax number",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("Meu CPF é 529.982.247-25, obrigado", "529.982.247-25"),
        bait: "pedido 529.982.247-26, 111.111.111-11",
        source: "Decreto-Lei nº 401/1968; IN RFB nº 2.172/2024",
    },
    Kind {
        name: "br-cnpj",
        group: Group::Country("br"),
        what: "Brazilian taxpayer number of a company, in digits or, since 2026, letters too",
        shape: r"[0-9A-Z]{2}\.?[0-9A-Z]{3}\.?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2}",
        edges: Edges::Word,
        check: br_cnpj,
        context: Context::Helps(&[
            "cnpj",
            "cadastro nacional da pessoa jurídica",
            "brazilian company number",
            "company number",
            "handelsregisternummer",
            "numéro d'entreprise",
            "número de empresa",
            "partita iva",
            "ondernemingsnummer",
            "numer firmy",
        ]),
        example: ("CNPJ 12.ABC.345/01DE-35", "12.ABC.345/01DE-35"),
        bait: "pedido 12.ABC.345/01DE-36, 00.000.000/0000-00",
        source: "IN RFB nº 2.119/2022, as amended by IN RFB nº 2.229/2024 for letters",
    },
    Kind {
        name: "mx-curp",
        group: Group::Country("mx"),
        what: "Mexican population registry code",
        shape: "[A-Za-z][AEIOUXaeioux][A-Za-z]{2}[0-9]{6}[HMXhmx][A-Za-z]{2}\
                [B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{3}[0-9A-Za-z][0-9]",
        edges: Edges::Word,
        check: mx_curp,
        context: Context::Helps(&[
            "curp",
            "clave única de registro de población",
            "clave unica",
            "population registry code",
            "mexikanische personenkennung",
            "code de population mexicain",
            "codice di popolazione messicano",
            "mexicaans persoonsnummer",
            "meksykański numer osobisty",
            "código de população mexicano",
        ]),
        example: ("Mi CURP: HEGG560427MVZRRL04", "HEGG560427MVZRRL04"),
        bait: "pedido HEGG560427MVZRRL05, HEGG561327MVZRRL04",
        source: "Instructivo normativo para la asignación de la CURP, DOF 2018-06-18; RENAPO",
    },
    Kind {
        name: "ar-cuit",
        group: Group::Country("ar"),
        what: "Argentine tax or labour number",
        shape: "(?:2[0-7]|3[034]|5[015])[- ]?[0-9]{8}[- ]?[0-9]",
        edges: Edges::Number,
        check: ar_cuit,
        context: Context::Helps(&[
            "cuit",
            "cuil",
            "clave única de identificación tributaria",
            "argentine tax number",
            "tax number",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("Mi CUIT es 20-12345678-6", "20-12345678-6"),
        bait: "pedido 20-12345678-7, 21-12345678-6",
        source: "Ley 11.683; RG AFIP 10/1997; ANSES, estructura del CUIL",
    },
    Kind {
        name: "cl-rut",
        group: Group::Country("cl"),
        what: "Chilean national or tax number, written with its hyphen",
        shape: r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]|[0-9]{7,8}-[0-9Kk]|[0-9]{7,8}[Kk]",
        edges: Edges::Word,
        check: cl_rut,
        context: Context::Helps(&[
            "rut",
            "run",
            "rol único tributario",
            "rol único nacional",
            "chilean tax number",
            "tax number",
            "steuernummer",
            "numéro fiscal",
            "número fiscal",
            "codice fiscale",
            "belastingnummer",
            "numer podatkowy",
        ]),
        example: ("Mi RUT es 12.345.678-5", "12.345.678-5"),
        bait: "pedido 12.345.678-6, 11.111.111-1",
        source: "DFL 3 de 1969; Servicio de Registro Civil e Identificación",
    },
];

/// Eight digits, the first for the province, and a Luhn sum. 0 is given to no person and 8 to
/// businesses.
fn ca_sin(text: &[u8]) -> bool {
    matches!(digits::<9>(text), Some((all @ [1..=7 | 9, ..], 9)) if !repeated(&all) && luhn(&all))
}

/// Nine digits and two sums.
fn br_cpf(text: &[u8]) -> bool {
    let Some((all @ [.., tenth, last], 11)) = digits::<11>(text) else { return false };
    !repeated(&all)
        && weighted(&all, &[1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 % 10 == u32::from(tenth)
        && weighted(&all, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 % 10 == u32::from(last)
}

/// Twelve digits or letters and two sums, in which a letter counts as its place in ASCII less
/// that of `0`.
fn br_cnpj(text: &[u8]) -> bool {
    let mut all = [0; 14];
    let mut length = 0;
    for &byte in text {
        let value = match byte {
            b'0'..=b'9' | b'A'..=b'Z' => byte - b'0',
            b'.' | b'/' | b'-' => continue,
            _ => return false,
        };
        let Some(place) = all.get_mut(length) else { return false };
        *place = value;
        length += 1;
    }
    let [.., first, second] = all;
    // The rule takes the rest of 11; weights less 11 turn its sign.
    length == 14
        && !repeated(&all)
        && weighted(&all, &[6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 % 10 == u32::from(first)
        && weighted(&all, &[5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9]) % 11 % 10 == u32::from(second)
}

/// Letters of the name, `YYMMDD`, sex, state, more letters, a sign that is a digit until 1999
/// and a letter after, and a sum.
fn mx_curp(text: &[u8]) -> bool {
    let &[_, _, _, _, y1, y2, m1, m2, d1, d2, _, s1, s2, _, _, _, sign, _] = text else {
        return false;
    };
    let Some(([y1, y2, m1, m2, d1, d2], 6)) = digits::<6>(&[y1, y2, m1, m2, d1, d2]) else {
        return false;
    };
    let century = if sign.is_ascii_digit() { 1900 } else { 2000 };
    let state = [s1.to_ascii_uppercase(), s2.to_ascii_uppercase()];
    let mut sum = 0;
    for (byte, weight) in text.iter().map(u8::to_ascii_uppercase).zip((1..=18).rev()) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'N' => byte - b'A' + 10,
            // Ñ stands between N and O and counts, though it is never written.
            b'O'..=b'Z' => byte - b'O' + 25,
            _ => return false,
        };
        sum += u32::from(value) * weight;
    }
    is_day(century + short_number(&[y1, y2]), short_number(&[m1, m2]), short_number(&[d1, d2]))
        && STATES.contains(&&state)
        && sum.is_multiple_of(10)
}

/// The 32 states of Mexico and `NE`, born abroad.
const STATES: [&[u8; 2]; 33] = [
    b"AS", b"BC", b"BS", b"CC", b"CH", b"CL", b"CM", b"CS", b"DF", b"DG", b"GR", b"GT", b"HG",
    b"JC", b"MC", b"MN", b"MS", b"NE", b"NL", b"NT", b"OC", b"PL", b"QR", b"QT", b"SL", b"SP",
    b"SR", b"TC", b"TL", b"TS", b"VZ", b"YN", b"ZS",
];

/// A type, eight digits and a sum by 11, whose rest of 10 is mostly another type and sometimes
/// a 9.
fn ar_cuit(text: &[u8]) -> bool {
    let Some((all @ [t1, t2, .., last], 11)) = digits::<11>(text) else { return false };
    let sum = match 11 - weighted(&all, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        sum => sum,
    };
    matches!(short_number(&[t1, t2]), 20 | 23..=27 | 30 | 33 | 34 | 50 | 51 | 55)
        && !repeated(&all[2..10])
        && sum == u32::from(last)
}

/// Up to eight digits and a sum by 11, whose rest of 10 is `K`.
fn cl_rut(text: &[u8]) -> bool {
    let Some((last, body)) = text.split_last() else { return false };
    let Some((all, length @ 7..=8)) = digits::<8>(body) else { return false };
    let Some(body) = all.get(..length) else { return false };
    // Weights are 2 to 7 from the right, over again.
    let sum: u32 = body
        .iter()
        .rev()
        .zip((2..=7).cycle())
        .map(|(&digit, weight)| u32::from(digit) * weight)
        .sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        rest => return !repeated(body) && u32::from(last.wrapping_sub(b'0')) == rest,
    };
    !repeated(body) && last.to_ascii_uppercase() == expected
}
