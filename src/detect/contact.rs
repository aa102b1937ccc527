//! How do I reach this person? E-mail addresses and telephone numbers.
//!
//! Addresses may have letters of two bytes in UTF-8 (Latin with accents, Greek, Cyrillic, Hebrew,
//! Arabic). Scripts without blanks between words are left out, since they would bring in the
//! sentence around; their domains are found in the `xn--` form.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::calendar::is_day;
use super::kind::{Context, Edges, Group, Kind};

/// E-mail addresses and telephone numbers.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "email",
        group: Group::Global,
        what: "An e-mail address, with a quoted local part or an IP literal too.",
        // 64 octets, `@` and 254. Of what RFC 5322 lets stand unquoted, `=`, `&`, `?`, `/`, `|`,
        // braces and the backtick are left out: in `?to=ann@example.org` they are not Ann's.
        shape: concat!(
            r#"(?:(?:[A-Za-z0-9_+]|(?-u:[\xc3-\xdf][\x80-\xbf]))"#,
            r#"(?:[A-Za-z0-9.!#$%'*+^_~-]|(?-u:[\xc3-\xdf][\x80-\xbf])){0,63}"#,
            r#"|"(?:[ !#-\[\]-~]|\\[ -~]){1,31}")"#,
            r"@(?:(?:[A-Za-z0-9]|(?-u:[\xc3-\xdf][\x80-\xbf]))",
            r"(?:(?:[A-Za-z0-9.-]|(?-u:[\xc3-\xdf][\x80-\xbf])){0,252}",
            r"(?:[A-Za-z0-9]|(?-u:[\xc3-\xdf][\x80-\xbf])))",
            r"|\[(?:[0-9.]{7,15}|[Ii][Pp][Vv]6:[0-9A-Fa-f:.]{2,45})\])",
        ),
        edges: Edges::Word,
        check: is_email,
        context: Context::Helps(&["email", "e-mail", "mail", "correo", "courriel", "adres"]),
        example: ("write to <ann.lee+chat@example.org>.", "ann.lee+chat@example.org"),
        bait: "logo@2x.png beside serde@1.0.229, @ann and ann@ home, me@-example.org",
        source: "RFC 5321 sections 4.1.2, 4.1.3, 4.5.3.1; RFC 1035 section 2.3.1; RFC 5890; RFC 6531",
    },
    Kind {
        name: "phone",
        group: Group::Global,
        what: "A telephone number with its country code, behind `+` or a set-off `00`.",
        shape: concat!(
            r"(?:\+ ?[1-9]|00 ?[1-9][0-9]{0,2}[ ./-][0-9(])",
            r"(?:[ ./()-]{0,2}[0-9]){5,15}",
        ),
        edges: Edges::Dotted,
        check: is_international_phone,
        context: Context::Helps(PHONE_WORDS),
        example: ("call +44 20 7946 0018 after five", "+44 20 7946 0018"),
        bait: "+1 000 000 0000, +2024-01-31, +999 123 456 789 and 0036000291452",
        source: "ITU-T E.164; lengths of the national plans as libphonenumber 9.0 sums them up",
    },
    Kind {
        name: "phone-national",
        group: Group::Global,
        what: "A telephone number as it is dialled inside one country.",
        shape: r"\(?[0-9](?:[ ./()-]{0,2}[0-9]){6,16}",
        edges: Edges::Dotted,
        check: is_national_phone,
        context: Context::Required(PHONE_WORDS),
        example: ("my phone: (212) 555-0142", "(212) 555-0142"),
        bait: "phone me on 2024-01-31 or 31.01.2024, my order 77777777",
        source: "ITU-T E.123 and E.164; North American Numbering Plan, 47 CFR 52",
    },
];

const PHONE_WORDS: &[&str] = &[
    "phone",
    "tel",
    "call",
    "mobile",
    "cell",
    "fax",
    "whatsapp",
    "sms",
    "ring me",
    "rückruf",
    "handy",
    "mobil",
    "anruf",
    "ruf",
    "portable",
    "appel",
    "móvil",
    "llám",
    "cellulare",
    "chiama",
    "bel me",
    "gsm",
    "komórk",
    "zadzwo",
    "celular",
    "ligue",
    "telemóvel",
];

fn is_email(text: &[u8]) -> bool {
    let Some(at) = text.iter().rposition(|&byte| byte == b'@') else { return false };
    let (local, domain) = (text.get(..at), text.get(at + 1..));
    let (Some(local), Some(domain)) = (local, domain) else { return false };
    local.len() <= 64 && (is_domain(domain) || is_address_literal(domain))
}

/// Labels of 1 to 63 letters, digits and inner hyphens, the last of them no number and no
/// ending of a file.
fn is_domain(domain: &[u8]) -> bool {
    let Some(dot) = domain.iter().rposition(|&byte| byte == b'.') else { return false };
    let Some(top) = domain.get(dot + 1..) else { return false };
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let alphabetic = top.len() >= 2 && top.iter().all(letter);
    let international = top.len() > 4 && top.get(..4).is_some_and(is_ace_prefix);
    let file = FILE_ENDINGS.iter().any(|ending| ending.as_bytes().eq_ignore_ascii_case(top));
    domain.len() <= 254
        && (alphabetic || international)
        && !file
        && domain.split(|&byte| byte == b'.').all(is_label)
}

/// What stands behind the last dot of files named like `logo@2x.png`. None is a top-level
/// domain (IANA root zone, 2026).
const FILE_ENDINGS: &[&str] = &[
    "bmp", "css", "csv", "gif", "htm", "html", "ico", "jpeg", "jpg", "js", "json", "jsx", "pdf",
    "png", "svg", "tgz", "tsx", "txt", "webp", "xml", "yaml", "yml",
];

fn is_label(label: &[u8]) -> bool {
    let hyphens_inside = label.first() != Some(&b'-') && label.last() != Some(&b'-');
    let ace_has_body = !(label.len() == 4 && is_ace_prefix(label));
    (1..=63).contains(&label.len())
        && hyphens_inside
        && ace_has_body
        && label.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'-' || b >= 0x80)
}

fn is_ace_prefix(start: &[u8]) -> bool {
    start.eq_ignore_ascii_case(b"xn--")
}

fn is_address_literal(domain: &[u8]) -> bool {
    let inside = domain.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let Some(text) = inside.and_then(|inside| str::from_utf8(inside).ok()) else { return false };
    match text.split_at_checked(5) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case("ipv6:") => rest.parse::<Ipv6Addr>().is_ok(),
        _ => text.parse::<Ipv4Addr>().is_ok(),
    }
}

fn is_international_phone(text: &[u8]) -> bool {
    let Some(number) = Dialled::read(text) else { return false };
    let digits = match text.first() {
        Some(b'+') => number.digits(),
        _ => number.digits().strip_prefix(&[0, 0]).unwrap_or(&[]),
    };
    is_e164(digits)
}

/// How the national numbers of a country (ISO 3166-1, upper case) prove themselves without a
/// word before them; `None` where the plan has no form that people write and nothing else has.
pub fn national(region: [u8; 2]) -> Option<fn(&[u8]) -> bool> {
    match &region {
        b"US" | b"CA" | b"PR" | b"JM" | b"DO" | b"TT" | b"BS" | b"BB" => {
            Some(|text| is_grouped(text) && is_dialled_in_north_america(text))
        }
        // Countries that dial a 0 before the area (ITU-T, list of national numbering plans).
        b"DE" | b"AT" | b"CH" | b"FR" | b"GB" | b"IE" | b"NL" | b"BE" | b"SE" | b"FI" | b"AU"
        | b"NZ" | b"JP" | b"KR" | b"IN" | b"IL" | b"TR" | b"ZA" | b"UA" | b"RO" | b"BG" | b"HR"
        | b"SI" | b"SK" | b"RS" | b"EG" | b"MA" | b"TH" | b"VN" | b"ID" | b"MY" | b"PH" | b"TW" => {
            Some(|text| is_trunk(text) && is_national_phone(text))
        }
        // Countries without one: nine digits, or eight, in groups.
        b"ES" | b"PT" | b"PL" | b"CZ" | b"DK" | b"NO" | b"GR" | b"EE" | b"LV" | b"SG" | b"HK" => {
            Some(|text| is_grouped(text) && is_national_phone(text) && !is_trunk(text))
        }
        _ => None,
    }
}

/// Whether it begins with the trunk prefix, in brackets or not.
fn is_trunk(text: &[u8]) -> bool {
    matches!(text, [b'0', ..] | [b'(', b'0', ..])
}

/// Whether people wrote it, and not a machine: with something between the groups, and not with
/// the dots of an IP address alone.
fn is_grouped(text: &[u8]) -> bool {
    text.iter().any(|&byte| !byte.is_ascii_digit() && byte != b'.')
}

/// Ten digits of the North American plan, with or without its trunk prefix 1.
fn is_dialled_in_north_america(text: &[u8]) -> bool {
    let Some(number) = Dialled::read(text) else { return false };
    is_north_american(number.digits().strip_prefix(&[1]).unwrap_or(number.digits()))
}

fn is_national_phone(text: &[u8]) -> bool {
    let Some(number) = Dialled::read(text) else { return false };
    if number.is_date() {
        return false;
    }
    let digits = number.digits();
    match digits {
        // Behind the international prefix, or behind a trunk prefix.
        [0, 0, rest @ ..] => is_e164(rest),
        [0, rest @ ..] => (8..=11).contains(&rest.len()) && !is_dummy(rest),
        [1, rest @ ..] => rest.len() == 10 && is_e164(digits),
        // Mobile telephones of Italy and of India, which have no trunk prefix either.
        [3 | 6..=9, ..] if digits.len() == 10 => !is_dummy(digits),
        _ if digits.len() == 10 => is_north_american(digits),
        // Plans without a trunk prefix: Spain, Poland, Portugal, Denmark, Norway and others.
        _ => (8..=9).contains(&digits.len()) && !is_dummy(digits),
    }
}

/// The digits of a number as dialled, and where its groups end.
struct Dialled {
    digits: [u8; 20],
    length: usize,
    groups: [usize; 8],
    count: usize,
}

impl Dialled {
    /// `None` where brackets do not pair, or where the groups are those of a list or a sum: more
    /// than eight, or more than two of one digit.
    fn read(text: &[u8]) -> Option<Self> {
        let mut read = Self { digits: [0; 20], length: 0, groups: [0; 8], count: 0 };
        // `+49 (0) 30` means `0` at home and nothing abroad.
        let trunk = text.windows(3).position(|three| three == b"(0)").filter(|&at| at > 0);
        let (mut open, mut single, mut group) = (false, 0, 0);
        for (at, &byte) in text.iter().enumerate() {
            match byte {
                b'(' if open => return None,
                b')' if !open => return None,
                b'(' => open = true,
                b')' => open = false,
                b'0'..=b'9' if trunk.is_some_and(|trunk| at == trunk + 1) => {}
                b'0'..=b'9' => {
                    *read.digits.get_mut(read.length)? = byte - b'0';
                    read.length += 1;
                    group += 1;
                    continue;
                }
                _ => {}
            }
            if group > 0 {
                single += u32::from(group == 1 && read.count > 0);
                read.end_group(group)?;
                group = 0;
            }
        }
        if group > 0 {
            read.end_group(group)?;
        }
        (!open && single <= 2).then_some(read)
    }

    fn end_group(&mut self, length: usize) -> Option<()> {
        *self.groups.get_mut(self.count)? = length;
        self.count += 1;
        Some(())
    }

    fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or(&[])
    }

    /// Whether it is rather a day: `2024-01-31`, `31.01.2024`, `01/31/2024`.
    fn is_date(&self) -> bool {
        let part = |from: usize, to: usize| number(self.digits.get(from..to).unwrap_or(&[]));
        match self.groups.get(..self.count) {
            Some([4, 2, 2]) => is_day(part(0, 4), part(4, 6), part(6, 8)),
            Some([2, 2, 4]) => {
                is_day(part(4, 8), part(2, 4), part(0, 2))
                    || is_day(part(4, 8), part(0, 2), part(2, 4))
            }
            _ => false,
        }
    }
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, &digit| sum * 10 + u32::from(digit))
}

/// Whether these are an assigned country code and as many digits as its plan has.
fn is_e164(digits: &[u8]) -> bool {
    (1..=3).any(|length| {
        let Some((code, national)) = digits.split_at_checked(length) else { return false };
        let assigned = COUNTRY_CODES.iter().any(|lengths| {
            (lengths.from..=lengths.to).contains(&national.len())
                && lengths.codes.contains(&number(code))
        });
        assigned && !is_dummy(national) && (code != [1] || is_north_american(national))
    })
}

/// NXX-NXX-XXXX, where N is 2 to 9; no area or exchange is N11.
fn is_north_american(digits: &[u8]) -> bool {
    let &[a, b, c, d, e, f, ..] = digits else { return false };
    digits.len() == 10
        && a >= 2
        && d >= 2
        && (b, c) != (1, 1)
        && (e, f) != (1, 1)
        && b != 9
        && !is_dummy(digits)
}

/// One digit over and over is nobody's number.
fn is_dummy(digits: &[u8]) -> bool {
    digits.iter().all(|digit| Some(digit) == digits.first())
}

/// Country codes whose national numbers have between `from` and `to` digits.
struct Lengths {
    from: usize,
    to: usize,
    codes: &'static [u32],
}

/// Every code in use for fixed, mobile and internet telephones, with the lengths that libphonenumber
/// 9.0 sums up from the national plans. Where a code of one or two digits has service numbers too,
/// persons' numbers start at six digits.
const COUNTRY_CODES: &[Lengths] = &[
    Lengths { from: 4, to: 5, codes: &[290] },
    Lengths { from: 4, to: 7, codes: &[683, 690] },
    Lengths { from: 4, to: 11, codes: &[352] },
    Lengths { from: 5, to: 5, codes: &[247, 500, 682] },
    Lengths { from: 5, to: 7, codes: &[676, 677, 678, 688] },
    Lengths { from: 5, to: 8, codes: &[686] },
    Lengths { from: 5, to: 10, codes: &[358, 685] },
    Lengths { from: 6, to: 6, codes: &[298, 299, 672, 681, 687] },
    Lengths { from: 6, to: 7, codes: &[597] },
    Lengths { from: 6, to: 9, codes: &[27, 40, 252, 359, 376, 421, 508] },
    Lengths { from: 6, to: 10, codes: &[53, 63, 95, 98, 880] },
    Lengths { from: 6, to: 11, codes: &[82] },
    Lengths { from: 6, to: 12, codes: &[39] },
    Lengths { from: 6, to: 13, codes: &[43, 49] },
    Lengths {
        from: 7,
        to: 7,
        codes: &[238, 239, 246, 248, 269, 291, 297, 501, 592, 673, 674, 679, 680, 691, 692, 960],
    },
    Lengths { from: 7, to: 8, codes: &[230, 241, 267, 372, 507, 599, 670, 675, 961, 975] },
    Lengths { from: 7, to: 9, codes: &[46, 48, 220, 231, 245, 254, 265, 354, 423, 595, 967] },
    Lengths { from: 7, to: 10, codes: &[243, 353] },
    Lengths { from: 7, to: 11, codes: &[86] },
    Lengths { from: 7, to: 12, codes: &[62, 381, 882] },
    Lengths {
        from: 8,
        to: 8,
        codes: &[
            45, 47, 65, 216, 222, 223, 226, 227, 228, 232, 235, 236, 253, 257, 266, 268, 350, 356,
            357, 370, 371, 373, 374, 382, 386, 389, 502, 503, 504, 505, 506, 509, 591, 598, 689,
            800, 808, 852, 853, 965, 968, 973, 974, 993,
        ],
    },
    Lengths {
        from: 8,
        to: 9,
        codes: &[
            32, 36, 51, 66, 213, 224, 250, 258, 264, 355, 377, 385, 387, 593, 855, 962, 963, 970,
            971,
        ],
    },
    Lengths { from: 8, to: 10, codes: &[20, 57, 60, 64, 378, 850, 856, 964, 976, 977] },
    Lengths { from: 8, to: 11, codes: &[886] },
    Lengths { from: 8, to: 12, codes: &[383, 883, 972] },
    Lengths {
        from: 9,
        to: 9,
        codes: &[
            33, 34, 41, 56, 61, 93, 94, 211, 212, 218, 221, 233, 237, 240, 242, 244, 249, 251, 255,
            256, 260, 261, 262, 351, 375, 380, 420, 590, 594, 596, 966, 992, 994, 995, 996, 998,
        ],
    },
    Lengths { from: 9, to: 10, codes: &[44, 81, 84, 92, 263, 881] },
    Lengths { from: 9, to: 11, codes: &[31] },
    Lengths { from: 9, to: 12, codes: &[870] },
    Lengths { from: 10, to: 10, codes: &[1, 7, 30, 52, 58, 90, 91, 225, 229, 234] },
    Lengths { from: 10, to: 11, codes: &[54, 55] },
    Lengths { from: 11, to: 11, codes: &[888] },
    Lengths { from: 12, to: 12, codes: &[878] },
];
