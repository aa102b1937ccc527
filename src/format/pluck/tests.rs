//! What a place of a payload is found to hold, at every cut.

use super::*;

#[test]
fn the_value_is_decoded() {
    check("tenant", r#"{"tenant":"shop"}"#, "shop");
    check("tenant", r#"{"a":[{"Tenant":"sh\u006fp \ud83d\ude00"}]}"#, "shop 😀");
    check("contact.id", r#"{"contact":{"id":4711},"id":1}"#, "4711");
    check("id", r#"{"id":-1.50e3}"#, "-1.50e3");
    check("id", r#"{"id":true}"#, "true");
    check("id", r#"{"id":""}"#, "");
    check("[1]", r#"["a","b"]"#, "b");
    check("id", r#"{"id":"é"}"#, "é");
}

#[test]
fn the_same_value_twice_is_one() {
    check("id", r#"{"id":"a","x":{"id":"\u0061"}}"#, "a");
    check("id", r#"{"id":["1",1]}"#, "1");
}

#[test]
fn values_that_differ_are_several() {
    several("id", r#"{"id":"a","id":"b"}"#);
    several("id", r#"{"id":"a","x":{"id":"A"}}"#);
    several("id", r#"{"id":["a","b"]}"#);
    several("id", r#"{"id":{"x":"a"}}"#);
    several("id", r#"{"id":"a"}{"id":"b"}{"id":"a"}"#);
    // 17 bytes are no value, and still not the other one.
    several("id", r#"{"id":"a","x":{"id":"12345678901234567"}}"#);
}

#[test]
fn what_is_not_there_or_not_text_is_none() {
    none("id", r#"{"idx":"a","x":"id"}"#);
    none("id", r#"{"id":null}"#);
    none("$.id", r#"{"x":{"id":"a"}}"#);
    none("id", r#"{"id":[]}"#);
    none("id", r#"{"id":"12345678901234567"}"#);
    none("id", &format!(r#"{{"id":"{}"}}"#, "x".repeat(10_000)));
    none("id", r#"{"id":"\ud83d"}"#);
    assert_eq!(plucked("id", b"{\"id\":\"\xff\"}", 100), Plucked::None);
}

#[test]
fn the_limit_is_of_bytes_decoded() {
    check("id", r#"{"id":"1234567890123456"}"#, "1234567890123456");
    check("id", &format!(r#"{{"id":"{}"}}"#, r"\u0061".repeat(16)), &"a".repeat(16));
    none("id", &format!(r#"{{"id":"{}"}}"#, r"\u0061".repeat(17)));
    none("id", r#"{"id":"éééééééé."}"#);
}

#[test]
fn json_in_a_string_is_walked() {
    let at = "identifier inside channel";
    check(at, r#"{"identifier":"{\"channel\":\"Room\"}"}"#, "Room");
    check(at, r#"{"identifier":"{\u0022channel\u0022: \"R\\u006fom\"}"}"#, "Room");
    check(at, r#"{"channel":"A","identifier":"{\"channel\":7,\"x\":\"channel\"}"}"#, "7");
    check(at, r#"{"identifier":["{\"channel\":\"a\"}","{\"channel\":\"a\"}","x"]}"#, "a");
    check(at, r#"{"identifier":"{\"channel\":\"\ud83d\ude00\"}"}"#, "😀");
    check("data inside $.a.b", r#"{"data":"{\"a\":{\"b\":\"c\"},\"b\":\"d\"}"}"#, "c");
    let long = "x".repeat(100_000);
    let body = format!(r#"{{"identifier":"{{\"a\":\"{long}\",\"channel\":\"Room\"}}"}}"#);
    assert!(plucked(at, body.as_bytes(), 50_000) == Plucked::One("Room".to_owned()));
}

#[test]
fn strings_that_say_different_things_are_several() {
    let at = "identifier inside channel";
    several(at, r#"{"identifier":"{\"channel\":\"a\",\"channel\":\"b\"}"}"#);
    several(at, r#"{"identifier":["{\"channel\":\"a\"}","{\"channel\":\"b\"}"]}"#);
    several(at, r#"{"identifier":"{\"channel\":{\"a\":1}}"}"#);
    several(at, r#"{"identifier":"{\"channel\":\"a\"}","identifier":{"channel":"a"}}"#);
    several(at, r#"{"identifier":"{\"channel\":[\"a\",\"12345678901234567\"]}"}"#);
}

#[test]
fn what_holds_no_json_with_the_place_is_none() {
    let at = "identifier inside channel";
    none(at, r#"{"channel":"Room"}"#);
    none(at, r#"{"identifier":"Room"}"#);
    none(at, r#"{"identifier":""}"#);
    none(at, r#"{"identifier":"{\"channels\":\"Room\"}"}"#);
    none(at, r#"{"identifier":"\"channel\""}"#);
    none(at, r#"{"identifier":7}"#);
    none(at, r#"{"identifier":[true,null]}"#);
    none(at, r#"{"identifier":"{\"channel\":\"12345678901234567\"}"}"#);
    // One level more than was asked for.
    none(at, r#"{"identifier":"\"{\\\"channel\\\":\\\"Room\\\"}\""}"#);
}

#[test]
fn json_in_a_string_has_bounds_of_its_own() {
    for (depth, expected) in [(8, None), (9, Some(Unreadable::TooDeep { at: 6 }))] {
        let body = format!(r#"{{"a":"{}"}}"#, "[".repeat(depth));
        for cut in 0..=body.len() {
            let mut pluck = of("a inside b");
            read(&mut pluck, body.as_bytes(), cut);
            assert_eq!(pluck.failed(), expected, "{depth} levels, cut at {cut}");
        }
    }
}

#[test]
fn other_spellings_are_decoded_as_they_are_spelled() {
    for (spelling, raw, expected) in [
        (Spelling::Form, "a+b%2Bc%c3%A9%", Some("a b+cé%")),
        (Spelling::Form, "%4", Some("%4")),
        (Spelling::Form, "%%34g%zz", Some("%4g%zz")),
        (Spelling::Form, "%ff", None),
        (Spelling::Percent, "a+b%20", Some("a+b ")),
        (Spelling::Plain, "a+%20\\n", Some("a+%20\\n")),
        (Spelling::Markup, "a", None),
    ] {
        let mut pluck = Pluck::new(Path::parse("a").unwrap(), 16);
        let name = Text { spelling, role: Role::Name, name: b"", field: Some(0) };
        pluck.begin(0, name);
        pluck.more(0, b"name");
        pluck.end(4);
        pluck.begin(5, Text { role: Role::Value, ..name });
        raw.bytes().zip(5..).for_each(|(byte, at)| pluck.more(at, &[byte]));
        pluck.end(5 + raw.len() as u64);
        let expected = expected.map_or(Plucked::None, |value| Plucked::One(value.to_owned()));
        assert!(pluck.value() == expected, "{spelling:?} {raw}");
    }
}

#[test]
fn a_debug_print_tells_no_value() {
    let value = plucked("id", br#"{"id":"ann@example.org"}"#, 100);
    assert_eq!(format!("{value:?}"), "One(…)");
}

#[track_caller]
fn check(path: &str, body: &str, expected: &str) {
    all_cuts(path, body, &Plucked::One(expected.to_owned()));
}

#[track_caller]
fn several(path: &str, body: &str) {
    all_cuts(path, body, &Plucked::Several);
}

#[track_caller]
fn none(path: &str, body: &str) {
    all_cuts(path, body, &Plucked::None);
}

#[track_caller]
fn all_cuts(path: &str, body: &str, expected: &Plucked) {
    for cut in 0..=body.len() {
        let found = plucked(path, body.as_bytes(), cut);
        assert!(found == *expected, "{path} in {body}, cut at {cut}: {found:?}");
    }
    let mut pluck = of(path);
    let mut json = Json::new(Bounds::default(), pluck.paths());
    for (at, byte) in (0..).zip(body.bytes()) {
        json.push(at, &[byte], &mut pluck).unwrap();
    }
    json.finish(body.len() as u64, &mut pluck).unwrap();
    assert!(pluck.value() == *expected, "{path} in {body}, byte by byte");
}

fn plucked(path: &str, body: &[u8], cut: usize) -> Plucked {
    let mut pluck = of(path);
    read(&mut pluck, body, cut);
    pluck.value()
}

/// A path, or `a inside b`.
fn of(path: &str) -> Pluck {
    let parse = |path| Path::parse(path).unwrap();
    match path.split_once(" inside ") {
        None => Pluck::new(parse(path), 16),
        Some((path, inside)) => Pluck::inside(parse(path), parse(inside), Bounds { depth: 8 }, 16),
    }
}

fn read(pluck: &mut Pluck, body: &[u8], cut: usize) {
    let mut json = Json::new(Bounds::default(), pluck.paths());
    let (before, behind) = body.split_at(cut.min(body.len()));
    json.push(0, before, pluck).unwrap();
    json.push(before.len() as u64, behind, pluck).unwrap();
    json.finish(body.len() as u64, pluck).unwrap();
}
