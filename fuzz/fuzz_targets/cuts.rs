//! Law: cuts do not matter. Whatever comes, by whatever door and under whatever rules, the
//! output is the same in pieces as whole.

#![no_main]

use cloakroom_fuzz::{Door, Thrown, rules, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(thrown) = Thrown::of(input) else { return };
    let [door, rule_set, ..] = thrown.dice;
    let (door, rules) = (Door::of(door), rules::of(rule_set));
    let whole = door.redact(&rules, &[thrown.payload]);
    for (first, second) in [(2, 3), (4, 5), (6, 7)] {
        let pieces = thrown.pieces(first, second);
        let cut = door.redact(&rules, &pieces);
        match (&whole, &cut) {
            (Ok(whole), Ok(cut)) => assert_eq!(shown(cut), shown(whole), "{door:?}"),
            _ => assert_eq!(cut, whole, "{door:?}"),
        }
    }
});
