//! Key/value lists, as Rocket.Chat has them: a value is taken out of the objects that another of
//! their members chooses, wherever in them it stands.

use crate::redacting::{check_rules, check_with, redact, shown};
use cloakroom::format::content::Content;
use cloakroom::redact::spec::{Action, Field};
use cloakroom::redact::{Rules, Spec};
use proptest::prelude::*;
use std::fmt::Write;
use std::sync::Arc;

const ADDRESS: &str = r#"customFields[?key=="address"].value"#;

#[test]
fn a_value_is_taken_where_its_key_says_so() {
    for (list, expected) in [
        (r#"[{"key":"address","value":"Elm St 1"}]"#, r#"[{"key":"address","value":"[x]"}]"#),
        (r#"[{"value":"Elm St 1","key":"address"}]"#, r#"[{"value":"[x]","key":"address"}]"#),
        (
            r#"[ { "a" : 1 , "value" : "Elm" , "overwrite" : true , "key" : "address" } , 7 ]"#,
            r#"[ { "a" : 1 , "value" : "[x]" , "overwrite" : true , "key" : "address" } , 7 ]"#,
        ),
        (r#"[{"value":12,"key":"address"}]"#, r#"[{"value":"[x]","key":"address"}]"#),
        (r#"[{"value":true,"key":"address"}]"#, r#"[{"value":"[x]","key":"address"}]"#),
        (r#"[{"value":null,"key":"address"}]"#, r#"[{"value":null,"key":"address"}]"#),
        (
            r#"[{"value":{"s":["Elm",1,{"key":"b"}],"n":false},"key":"address"}]"#,
            r#"[{"value":{"s":["[x]","[x]",{"key":"[x]"}],"n":"[x]"},"key":"address"}]"#,
        ),
        (
            r#"[{"value":"a","key":"b"},{"value":"Elm","key":"address"},{"key":"c","value":"d"}]"#,
            r#"[{"value":"a","key":"b"},{"value":"[x]","key":"address"},{"key":"c","value":"d"}]"#,
        ),
        // Whatever the key's spelling.
        (
            r#"[{"value":"Elm","key":"\u0061ddr\u0065ss"}]"#,
            r#"[{"value":"[x]","key":"\u0061ddr\u0065ss"}]"#,
        ),
        (
            r#"[{"v\u0061lue":"Elm","\u006bey":"address"}]"#,
            r#"[{"v\u0061lue":"[x]","\u006bey":"address"}]"#,
        ),
        // Of several keys one that is equal is enough, wherever it stands.
        (
            r#"[{"key":"b","value":"Elm","key":"address"}]"#,
            r#"[{"key":"b","value":"[x]","key":"address"}]"#,
        ),
        (
            r#"[{"key":"address","value":"Elm","key":"b"}]"#,
            r#"[{"key":"address","value":"[x]","key":"b"}]"#,
        ),
        (
            r#"[{"value":"a","value":"b","key":"address"}]"#,
            r#"[{"value":"[x]","value":"[x]","key":"address"}]"#,
        ),
        // What follows the object that was meant is another matter.
        (
            r#"[{"key":"address"},{"value":"a"}],"value":"b""#,
            r#"[{"key":"address"},{"value":"a"}],"value":"b""#,
        ),
    ] {
        let frame = |list: &str| format!(r#"{{"id":1,"customFields":{list},"z":"Elm"}}"#);
        check_with(&spec(&[ADDRESS]), &Content::Json, &frame(list), &frame(expected));
    }
}

#[test]
fn what_does_not_match_stays_as_it_is() {
    for list in [
        "[]",
        "[{}]",
        r#"[{"value":"a"}]"#,
        r#"[{"value":"a","key":"b"}]"#,
        r#"[{"value":"a","key":"Address"}]"#,
        r#"[{"value":"a","key":"addres"},{"value":"a","key":"address "}]"#,
        r#"[{"value":"a","Key":"address"}]"#,
        r#"[{"value":"a","key":["address"]}]"#,
        r#"[{"value":"a","key":{"key":"address"}}]"#,
        r#"[{"value":"a","b":{"key":"address"}}]"#,
        r#"[{"value":"a","b":"key","c":"address"}]"#,
        r#"[{"value":"a","key":null,"address":"key"}]"#,
        r#"[["value","a","key","address"],"key","address"]"#,
        r#"[[{"value":"a","key":"address"}]]"#,
        r#"{"value":"a","key":"address"}"#,
        r#"{"0":{"value":"a","key":"address"}}"#,
        r#"[{ "value" : "\u0061\/" , "key" :"b" } ,{"n":1.0e3,"key":"","value":-0}]"#,
    ] {
        let frame = format!(r#"{{"customFields":{list},"key":"address","value":"c"}}"#);
        check_with(&spec(&[ADDRESS]), &Content::Json, &frame, &frame);
    }
}

#[test]
fn numbers_and_words_are_compared_by_their_spelling() {
    for (key, value, is_one) in [
        ("5", "5", true),
        ("5", "\"5\"", true),
        ("5", "5.0", false),
        ("5", "55", false),
        ("-1.5e3", "-1.5e3", true),
        ("true", "true", true),
        ("true", "\"true\"", true),
        ("true", "false", false),
        ("null", "null", false),
        ("null", "\"null\"", true),
        ("", "\"\"", true),
        ("", "null", false),
        ("\u{fc}\u{1f600}", "\"\\u00fc\\ud83d\\ude00\"", true),
        ("\u{fc}\u{1f600}", "\"\u{fc}\u{1f600}\"", true),
    ] {
        let frame = |said: &str| {
            format!(r#"[{{"value":"{said}","id":{value}}},{{"id":{value} ,"value":"{said}"}}]"#)
        };
        let expected = frame(if is_one { "[x]" } else { "Elm" });
        let path = format!("[?id=='{key}'].value");
        check_with(&spec(&[&path]), &Content::Json, &frame("Elm"), &expected);
    }
}

#[test]
fn paths_go_on_behind_the_object_and_may_begin_anywhere() {
    let input = r#"{"a":[{"k":"x","v":{"w":"s","u":"t"}}],"b":{"a":[{"v":"s","k":"x"}]}}"#;
    for (paths, expected) in [
        (&["a[?k=='x'].v.w"][..], input.replacen("\"s\"", "\"[x]\"", 1)),
        (&["a[?k=='x'].v"], input.replacen("\"s\",\"u\":\"t\"", "\"[x]\",\"u\":\"[x]\"", 1)),
        (&["b.a[?k=='x'].v"], input.replace("\"v\":\"s\"", "\"v\":\"[x]\"")),
        (
            &["a[?k=='x']"],
            input.replacen(
                r#""k":"x","v":{"w":"s","u":"t"}"#,
                r#""k":"[x]","v":{"w":"[x]","u":"[x]"}"#,
                1,
            ),
        ),
        (&["..[?k=='x']..w"], input.replacen("\"s\"", "\"[x]\"", 1)),
        (
            &["..[?k=='x'].v"],
            input
                .replacen("\"s\",\"u\":\"t\"", "\"[x]\",\"u\":\"[x]\"", 1)
                .replace("\"v\":\"s\"", "\"v\":\"[x]\""),
        ),
        (&["a[?k=='y'].v", "a[?k=='x'].v.u"], input.replacen("\"t\"", "\"[x]\"", 1)),
        (&["a[?k=='y'].v", "a[?v=='x'].k"], input.to_owned()),
    ] {
        check_with(&spec(paths), &Content::Json, input, &expected);
    }
}

#[test]
fn of_several_fields_the_first_counts() {
    let mut spec = spec(&["l[?k=='a'].v", "l[?k=='b'].v", "l[*].v"]);
    spec.fields[0].action = Action::Keep;
    spec.fields[1].name = "second".into();
    spec.fields[2].name = "third".into();
    check_with(
        &spec,
        &Content::Json,
        r#"{"l":[{"v":"1","k":"a"},{"v":"2","k":"b"},{"v":"3"},{"v":"4","k":"b","k":"a"}]}"#,
        r#"{"l":[{"v":"1","k":"a"},{"v":"[second]","k":"b"},{"v":"[third]"},{"v":"4","k":"b","k":"a"}]}"#,
    );
}

#[test]
fn what_is_cut_short_or_broken_is_taken() {
    for (input, expected) in [
        (r#"[{"v":"Elm""#, r#"[{"v":"[x]""#),
        (r#"[{"v":"Elm"#, r#"[{"v":"[x]"#),
        (r#"[{"v":"Elm","k"#, r#"[{"v":"[x]","k"#),
        (r#"[{"v":"Elm","k":"x"#, r#"[{"v":"[x]","k":"x"#),
        (r#"[{"v":"Elm","k":"y"#, r#"[{"v":"[x]","k":"y"#),
        (r#"[{"v":"Elm","k":"y""#, r#"[{"v":"Elm","k":"y""#),
        (r#"[{"v":"Elm",?"k":"y"}]"#, r#"[{"v":"[x]",?"k":"y"}]"#),
        (r#"[{"v":12"#, r#"[{"v":"[x]""#),
    ] {
        check_with(&spec(&["[?k=='x'].v"]), &Content::Json, input, expected);
    }
}

#[test]
fn an_object_is_held_for_so_long_and_then_taken() {
    const LONGEST: usize = 64 * 1024;
    let rules = Arc::new(Rules::compile(&spec(&["[?k=='x'].v"])).expect("rules"));
    for length in [LONGEST - 40, LONGEST - 20, LONGEST - 10, LONGEST, LONGEST + 1, 3 * LONGEST] {
        let long = "a".repeat(length);
        for (object, is_taken) in [
            // The key came: no other is waited for.
            (format!(r#"{{"k":"x","v":"{long}"}}"#), true),
            (format!(r#"{{"k":"y","v":"{long}"}}"#), false),
            (format!(r#"{{"v":"{long}","k":"x"}}"#), true),
            (format!(r#"{{"v":"{long}","k":"y"}}"#), length > LONGEST - 18),
            (format!(r#"{{"v":"{long}"}}"#), length > LONGEST - 8),
        ] {
            let input = format!(r#"[{object},{{"v":"b"}}]"#);
            let expected = if is_taken { input.replace(&long, "[x]") } else { input.clone() };
            let bytes = input.as_bytes();
            let cuts = [0, 1, 5, 8, LONGEST - 30, LONGEST, LONGEST + 1, LONGEST + 2];
            let ends = (1..60).map(|back| bytes.len() - back);
            for cut in cuts.into_iter().chain(ends).filter(|&cut| cut <= bytes.len()) {
                let (left, right) = bytes.split_at(cut);
                let out = redact(&rules, &Content::Json, &[left, right]).expect("not blocked");
                assert!(out == expected.as_bytes(), "{length} cut at {cut}: {}", &input[..9]);
            }
            for step in [1, 7, 4096] {
                let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
                let out = redact(&rules, &Content::Json, &pieces).expect("not blocked");
                assert!(out == expected.as_bytes(), "{length} by {step}: {}", &input[..9]);
            }
        }
    }
}

#[test]
fn events_keep_their_ends_and_other_lines_their_order() {
    let rules = Arc::new(Rules::compile(&spec(&["[?k=='x'].v"])).expect("rules"));
    for (input, expected) in [
        (
            "data: [{\"v\":\"Elm\",\ndata: \"k\":\"x\"}]\n\n",
            "data: [{\"v\":\"[x]\",\ndata: \"k\":\"x\"}]\n\n",
        ),
        // Another text comes: what waits cannot wait any longer.
        (
            "data: [{\"v\":\"Elm\",\n: hello\ndata: \"k\":\"y\"}]\n\n",
            "data: [{\"v\":\"[x]\",\n: hello\ndata: \"k\":\"y\"}]\n\n",
        ),
        ("data: [{\"v\":\"Elm\"\n\ndata: \"a\"\n\n", "data: [{\"v\":\"[x]\"\n\ndata: \"a\"\n\n"),
    ] {
        check_rules(&rules, &Content::EventStream, input.as_bytes(), expected.as_bytes());
    }
}

#[test]
fn in_json_in_a_string_they_are_known_too() {
    let mut spec = spec(&["data"]);
    spec.fields[0].inside = Some(ADDRESS.into());
    check_with(
        &spec,
        &Content::Json,
        r#"{"data":"{\"customFields\":[{\"value\":\"Elm\",\"key\":\"address\"},{\"value\":\"a\",\"key\":\"b\"}]}"}"#,
        r#"{"data":"{\"customFields\":[{\"value\":\"[x]\",\"key\":\"address\"},{\"value\":\"a\",\"key\":\"b\"}]}"}"#,
    );
}

/// JSON of objects, arrays and strings.
#[derive(Clone, Debug)]
enum Node {
    Text(&'static str),
    Array(Vec<Node>),
    Object(Vec<(&'static str, Node)>),
}

/// One step of a path.
#[derive(Clone, Copy, Debug)]
enum Step {
    Name(&'static str),
    Where(&'static str, &'static str),
    /// A step at any depth.
    Any,
}

const PATHS: &[(&str, &[Step])] = &[
    ("[?a=='x'].b", &[Step::Where("a", "x"), Step::Name("b")]),
    ("[?a=='x']", &[Step::Where("a", "x")]),
    ("..[?a=='x'].b", &[Step::Any, Step::Where("a", "x"), Step::Name("b")]),
    ("..[?b=='y']", &[Step::Any, Step::Where("b", "y")]),
    (
        "$..[?a=='x'].b[?b=='y'].a",
        &[
            Step::Any,
            Step::Where("a", "x"),
            Step::Name("b"),
            Step::Where("b", "y"),
            Step::Name("a"),
        ],
    ),
    ("b[?a=='y'].b", &[Step::Name("b"), Step::Where("a", "y"), Step::Name("b")]),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_what_the_path_is_followed(node in node(), which in 0..PATHS.len()) {
        let (path, steps) = PATHS[which];
        let rules = Arc::new(Rules::compile(&spec(&[path])).expect("rules"));
        let (mut input, mut expected) = (String::new(), String::new());
        node.write(&[], false, &mut input);
        node.write(&[steps], false, &mut expected);
        let whole = redact(&rules, &Content::Json, &[input.as_bytes()]).expect("not blocked");
        prop_assert_eq!(shown(&whole), expected, "{} in {}", path, input);
        let bytes: Vec<&[u8]> = input.as_bytes().chunks(1).collect();
        let pieces = redact(&rules, &Content::Json, &bytes).expect("not blocked");
        prop_assert_eq!(shown(&pieces), shown(&whole), "byte by byte: {}", input);
        for cut in 1..input.len() {
            let (left, right) = input.as_bytes().split_at(cut);
            let halves = redact(&rules, &Content::Json, &[left, right]).expect("not blocked");
            prop_assert_eq!(shown(&halves), shown(&whole), "cut at {}: {}", cut, input);
        }
    }
}

fn node() -> impl Strategy<Value = Node> {
    let name = || prop::sample::select(&["a", "b", "c"][..]);
    let leaf = prop::sample::select(&["x", "y", "z"][..]).prop_map(Node::Text);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Node::Array),
            prop::collection::vec((name(), inner), 0..4).prop_map(Node::Object),
        ]
    })
}

impl Node {
    /// Writes it where these steps may come next; `is_taken` where a path led already.
    fn write(&self, ways: &[&'static [Step]], is_taken: bool, out: &mut String) {
        match self {
            Self::Text(text) => {
                let said = if is_taken { "[x]" } else { text };
                write!(out, "\"{said}\"").expect("room");
            }
            Self::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    let (below, ends) = down(ways, |step| match step {
                        Step::Where(name, value) => element.has(name, value),
                        _ => false,
                    });
                    element.write(&below, is_taken || ends, out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    let comma = if index > 0 { "," } else { "" };
                    write!(out, "{comma}\"{name}\":").expect("room");
                    let is_name = |step| matches!(step, Step::Name(wanted) if wanted == *name);
                    let (below, ends) = down(ways, is_name);
                    value.write(&below, is_taken || ends, out);
                }
                out.push('}');
            }
        }
    }

    fn has(&self, name: &str, value: &str) -> bool {
        let is_it = |(key, node): &(&str, Self)| {
            *key == name && matches!(node, Self::Text(text) if *text == value)
        };
        matches!(self, Self::Object(members) if members.iter().any(is_it))
    }
}

/// The ways one level down, and whether one of them ends there.
fn down(ways: &[&'static [Step]], leads: impl Fn(Step) -> bool) -> (Vec<&'static [Step]>, bool) {
    let (mut below, mut ends) = (Vec::new(), false);
    for way in ways {
        let steps = match way {
            [Step::Any, rest @ ..] => {
                below.push(*way);
                rest
            }
            rest => *rest,
        };
        if let [step, rest @ ..] = steps
            && leads(*step)
        {
            ends |= rest.is_empty();
            below.push(rest);
        }
    }
    (below, ends)
}

/// These fields, each called `x`.
fn spec(paths: &[&str]) -> Spec {
    let field = |path: &&str| Field {
        name: "x".into(),
        path: (*path).into(),
        inside: None,
        action: Action::Label,
    };
    Spec { fields: paths.iter().map(field).collect(), ..Spec::default() }
}
