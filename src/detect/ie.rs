//! Which number tells a person of Ireland? The public service's.

use super::checksum::{characters, digit, weighted};
use super::kind::{Context, Edges, Group, Kind};

/// The kinds of Ireland.
pub const KINDS: &[Kind] = &[Kind {
    name: "ie-pps",
    group: Group::Country("ie"),
    what: "Personal Public Service number of Ireland",
    shape: r"[0-9]{7}(?:(?i-u:[A-W][A-IWTX]?)| [A-W][A-IWTX]?)",
    edges: Edges::Word,
    check: is_pps,
    context: Context::Helps(&[
        "pps",
        "ppsn",
        "personal public service",
        "uimhir phearsanta",
        "upsp",
        "rsi number",
        "social security",
        "sozialversicherung",
        "sécurité sociale",
        "seguridad social",
        "previdenza sociale",
        "burgerservicenummer",
        "ubezpieczeni",
        "segurança social",
    ]),
    example: ("My PPS number is 1234567FA", "1234567FA"),
    bait: "Model 1234567GA in stock",
    source: "Social Welfare Consolidation Act 2005 s. 262; Revenue, Personal Public Service Number format",
}];

/// Seven digits, the letter of their sum by 23, and since 2013 a second letter that counts nine
/// times. The older W, T and X behind it counted nothing.
fn is_pps(text: &[u8]) -> bool {
    let Some((all, length @ (8 | 9))) = characters::<9>(text) else { return false };
    let mut values = [0; 7];
    for (to, &from) in values.iter_mut().zip(&all) {
        let Some(value) = digit(from) else { return false };
        *to = value;
    }
    let second = match all[8] {
        _ if length == 8 => 0,
        letter @ b'A'..=b'I' => u32::from(letter - b'A') + 1,
        b'W' | b'T' | b'X' => 0,
        _ => return false,
    };
    let rest = (weighted(&values, &[8, 7, 6, 5, 4, 3, 2]) + 9 * second) % 23;
    let letter = (0..).zip(b"WABCDEFGHIJKLMNOPQRSTUV").find(|(value, _)| *value == rest);
    values != [0; 7] && letter.is_some_and(|(_, letter)| *letter == all[7])
}
