//! Law: JSON stays JSON. What serde_json could read it still can, and it reads the same, but for
//! texts and numbers in whose place something stands that a redactor writes.

#![no_main]

use cloakroom::format::charset::Charset;
use cloakroom_fuzz::value::{Value, parse};
use cloakroom_fuzz::{Door, Known, Thrown, rules, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(thrown) = Thrown::of(input) else { return };
    let mut json = thrown.payload.to_vec();
    if thrown.dice[0] % 2 == 1 {
        // Most bytes are no JSON: a text of them is.
        json = serde_json::to_vec(&String::from_utf8_lossy(&json)).expect("a string");
    }
    let Some(before) = parse(&json) else { return };
    let rules = rules::of(thrown.dice[1]);
    let door = Door::Known(Known::Json, Charset::Utf8);
    let Ok(out) = door.redact(&rules, &[&json]) else { return };
    let after = parse(&out);
    let Some(after) = after else { panic!("{} -> {}", shown(&json), shown(&out)) };
    assert!(alike(&before, &after), "{} -> {}", shown(&json), shown(&out));
});

fn alike(before: &Value, after: &Value) -> bool {
    use Value::{List, Object, Plain, Text};
    match (before, after) {
        (Text(_), Text(_)) => true,
        (Text(_), Plain(value)) => value.is_null(),
        (Plain(before), Plain(after)) => before == after || after.is_null(),
        (Plain(before), Text(_)) => before.is_number() || before.is_boolean(),
        (List(before), List(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|(before, after)| alike(before, after))
        }
        (Object(before), Object(after)) => {
            before.len() == after.len()
                && before.iter().zip(after).all(|((_, before), (_, after))| alike(before, after))
        }
        _ => false,
    }
}
