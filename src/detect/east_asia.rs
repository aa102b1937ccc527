//! Numbers of persons in China, Korea and Japan.

use super::calendar::is_day;
use super::checksum::{digits, repeated, short_number, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of this family.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "cn-ric",
        group: Group::Country("cn"),
        what: "Chinese resident identity number",
        shape: "[1-8][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx]",
        edges: Edges::Word,
        check: cn_ric,
        context: Context::Helps(&[
            "身份证",
            "身份證",
            "身份证号",
            "公民身份号码",
            "resident identity card",
            "chinese id",
            "chinesische ausweisnummer",
            "numéro d'identité chinois",
            "número de identidad chino",
            "numero d'identità cinese",
            "chinees identiteitsnummer",
            "chiński numer tożsamości",
            "número de identidade chinês",
        ]),
        example: ("身份证号 11010519491231002X", "11010519491231002X"),
        bait: "订单 110105194912310021, 110105194913310029",
        source: "GB 11643-1999; GB/T 2260 for the provinces",
    },
    Kind {
        name: "kr-rrn",
        group: Group::Country("kr"),
        what: "Korean resident or foreigner registration number",
        shape: "[0-9]{6}[- ]?[1-8][0-9]{6}",
        edges: Edges::Number,
        check: kr_rrn,
        context: Context::Helps(&[
            "주민등록번호",
            "주민번호",
            "외국인등록번호",
            "resident registration number",
            "rrn",
            "koreanische registrierungsnummer",
            "numéro d'enregistrement coréen",
            "número de registro coreano",
            "numero di registrazione coreano",
            "koreaans registratienummer",
            "koreański numer rejestracyjny",
            "número de registo coreano",
        ]),
        example: ("주민등록번호: 971013-2019906", "971013-2019906"),
        bait: "주문 971313-2019906, 9710132019907",
        source: "주민등록법 시행규칙 제2조: without region or sum for numbers given since 2020-10-05",
    },
    Kind {
        name: "jp-my-number",
        group: Group::Country("jp"),
        what: "Japanese individual number",
        shape: "[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{4}",
        edges: Edges::Number,
        check: jp_my_number,
        context: Context::Required(&[
            "マイナンバー",
            "個人番号",
            "my number",
            "mynumber",
            "individual number",
            "japanische personennummer",
            "numéro individuel",
            "número individual",
            "numero individuale",
            "japans persoonsnummer",
            "japoński numer osobisty",
        ]),
        example: ("マイナンバーは 1234 5678 9018 です", "1234 5678 9018"),
        bait: "マイナンバー 1234 5678 9019",
        source: "行政手続における特定の個人を識別するための番号の利用等に関する法律; \
                 平成26年総務省令第85号 第5条",
    },
];

/// A province and county, `YYYYMMDD`, three digits, and ISO/IEC 7064 MOD 11-2.
fn cn_ric(text: &[u8]) -> bool {
    let Some((last, body)) = text.split_last() else { return false };
    let Some((all @ [p1, p2, _, _, _, _, y1, y2, y3, y4, m1, m2, d1, d2, s1, s2, s3], 17)) =
        digits::<17>(body)
    else {
        return false;
    };
    let last = match last {
        b'X' | b'x' => 10,
        b'0'..=b'9' => u32::from(last - b'0'),
        _ => return false,
    };
    let province = matches!(short_number(&[p1, p2]),
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83);
    let year = short_number(&[y1, y2, y3, y4]);
    let sum = weighted(&all, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    province
        && (1800..2100).contains(&year)
        && is_day(year, short_number(&[m1, m2]), short_number(&[d1, d2]))
        && short_number(&[s1, s2, s3]) != 0
        && (sum + last) % 11 == 1
}

/// `YYMMDD`, a digit for sex and century, and six digits that ended in a sum until 2020 and
/// are random since. Where none of it is set apart by a separator the sum is asked for.
fn kr_rrn(text: &[u8]) -> bool {
    let Some((all @ [y1, y2, m1, m2, d1, d2, sex, .., last], 13)) = digits::<13>(text) else {
        return false;
    };
    let century = match sex {
        1 | 2 | 5 | 6 => 1900,
        3 | 4 | 7 | 8 => 2000,
        _ => return false,
    };
    let sum = weighted(&all, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
    // Of foreigners, 5 to 8, two more are added.
    let summed =
        (11 - sum) % 10 == u32::from(last) || sex >= 5 && (13 - sum) % 10 == u32::from(last);
    is_day(century + short_number(&[y1, y2]), short_number(&[m1, m2]), short_number(&[d1, d2]))
        && (summed || text.len() > 13)
        && !repeated(&all[7..])
}

/// Eleven digits without a meaning and a sum by 11.
fn jp_my_number(text: &[u8]) -> bool {
    let Some((all @ [.., last], 12)) = digits::<12>(text) else { return false };
    let sum = match weighted(&all, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    !repeated(&all[..11]) && sum == u32::from(last)
}
