//! Where text stands in JSON: by example, against serde_json, and at every cut.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "format_json/corpus.rs"]
mod corpus;
#[path = "format_json/oracle.rs"]
mod oracle;
#[path = "format_json/told.rs"]
mod told;

use cloakroom::format::json::Json;
use cloakroom::format::{Bounds, Role, Sink, Spelling, Text, Unreadable};
use corpus::{BROKEN, FRAMES, VALID};
use oracle::{Found, walk};
use std::sync::Arc;
use told::{Reader, Told};

#[test]
fn strings_keys_and_numbers_are_told_with_the_key_that_they_stand_under() {
    check(r#"{"a":"b"}"#, &["key() a", "text(a) b"]);
    check(
        r#"{ "id" : 4711 , "x" : -1.5e+3 }"#,
        &["key() id", "number(id) 4711", "key() x", "number(x) -1.5e+3"],
    );
    check(
        r#"{"a":{"b":{"c":"d"},"e":1}}"#,
        &["key() a", "key(a) b", "key(b) c", "text(c) d", "key(a) e", "number(e) 1"],
    );
    check(r#"["a",["b"]]"#, &["text() a", "text() b"]);
    check(
        r#"{"to":["a",[1],{"b":2},"c"]}"#,
        &["key() to", "text(to) a", "number(to) 1", "key(to) b", "number(b) 2", "text(to) c"],
    );
    check(r#""alone""#, &["text() alone"]);
    check("42", &["number() 42"]);
    check(" [ ] ", &[]);
    check("", &[]);
}

#[test]
fn an_empty_text_begins_and_ends_where_it_stands() {
    check(r#"{"a":"","":""}"#, &["key() a", "text(a) ", "key() ", "text() "]);
    let (told, _) = Reader::with_paths(&[]).whole(br#"{"a":""}"#);
    assert_eq!((told[1].begin, told[1].end), (6, 6));
}

#[test]
fn escapes_stay_as_they_are_written_and_names_are_decoded() {
    check(
        r#"{"e\u006dail":"a\u0040b\"\\"}"#,
        &[r"key() e\u006dail", r#"text(email) a\u0040b\"\\"#],
    );
    check(
        r#"{"\ud83d\ude00":1,"\ud83d":2}"#,
        &[r"key() \ud83d\ude00", "number(😀) 1", r"key() \ud83d", "number(\u{fffd}) 2"],
    );
    check("[\"a\nb\u{1}\"]", &["text() a\nb\u{1}"]);
}

#[test]
fn true_and_false_are_told_where_a_path_leads_to_them() {
    let document = r#"{"a":true,"b":{"c":false,"d":null},"c":[true,NaN]}"#;
    check(document, &["key() a", "key() b", "key(b) c", "key(b) d", "key() c"]);
    check_with(
        &["c", "..d"],
        document,
        &[
            "key() a",
            "key() b",
            "key(b) c",
            "word(c)!0 false",
            "key(b) d",
            "key() c",
            "word(c)!0 true",
        ],
    );
}

#[test]
fn what_stands_inside_of_a_place_has_its_field() {
    check_with(
        &["contact", "..id", "$.list[1]"],
        r#"{"id":1,"contact":{"id":2,"tags":["x"]},"list":["a","b","c"]}"#,
        &[
            "key() id",
            "number(id)!1 1",
            "key() contact",
            "key(contact)!0 id",
            "number(id)!0 2",
            "key(contact)!0 tags",
            "text(tags)!0 x",
            "key() list",
            "text(list) a",
            "text(list)!2 b",
            "text(list) c",
        ],
    );
    check_with(
        &["[0].a"],
        r#"[{"a":1},{"a":2}] [{"a":3}]"#,
        &["key() a", "number(a)!0 1", "key() a", "number(a) 2", "key() a", "number(a)!0 3"],
    );
    check_with(
        &["e.mail"],
        r#"{"e":{"m\u0061il":"x"}}"#,
        &["key() e", r"key(e) m\u0061il", "text(mail)!0 x"],
    );
    check_with(&["$"], "7", &["number()!0 7"]);
}

#[test]
fn documents_may_follow_one_another() {
    check(
        "{\"a\":1}\n{\"a\":2}\r\n\n3",
        &["key() a", "number(a) 1", "key() a", "number(a) 2", "number() 3"],
    );
    check(
        r#"{"a":1}{"b":2}["c"]"d""e"true 5[]"#,
        &[
            "key() a",
            "number(a) 1",
            "key() b",
            "number(b) 2",
            "text() c",
            "text() d",
            "text() e",
            "number() 5",
        ],
    );
    check("\u{1e}{\"a\":1}\n\u{1e}\"b\"", &["key() a", "number(a) 1", "text() b"]);
}

#[test]
fn where_nothing_depends_on_it_the_reader_is_lenient() {
    check("\u{feff}{\"a\":1}", &["key() a", "number(a) 1"]);
    check("[1,,2,]", &["number() 1", "number() 2"]);
    check(r#"{"a":1,}"#, &["key() a", "number(a) 1"]);
    check("[007,1.2.3.4,-]", &["number() 007", "number() 1.2.3.4", "number() -"]);
    check("[NaN,Infinity,-Infinity]", &[]);
    check("[\"a\"\"b\"\t\u{b}\u{c}1]", &["text() a", "text() b", "number() 1"]);
}

#[test]
fn from_the_token_that_does_not_fit_all_is_one_text() {
    check("hello \"you\"", &["rest() hello \"you\""]);
    check(r#"{"a":b@c}"#, &["key() a", "rest(a) b@c}"]);
    check(r#"{"a":1 x"#, &["key() a", "number(a) 1", "rest() x"]);
    check(r#"{"o":{"a":1 x"#, &["key() o", "key(o) a", "number(a) 1", "rest(o) x"]);
    check("{]", &["rest() ]"]);
    check("[}", &["rest() }"]);
    check(":", &["rest() :"]);
    check("]]", &["rest() ]]"]);
    check(r#"{"a" "b"}"#, &["key() a", "rest(a) \"b\"}"]);
    check(r#"{"a":}"#, &["key() a", "rest(a) }"]);
    check(r#"{"a":,1}"#, &["key() a", "rest(a) ,1}"]);
    check(r#"{"a"}"#, &["key() a", "rest(a) }"]);
    check("{1:2}", &["rest() 1:2}"]);
    check("{{", &["rest() {"]);
    check(r#"{"l":[1:2]}"#, &["key() l", "number(l) 1", "rest(l) :2]}"]);
    check("[\0]", &["rest() \0]"]);
}

/// Half of an address would be no address.
#[test]
fn a_token_that_turns_out_not_to_fit_is_part_of_the_rest() {
    check("n@example.org", &["rest() n@example.org"]);
    check("true.friend@example.org", &["rest() true.friend@example.org"]);
    check("[2024-05-01T10:00]", &["rest() 2024-05-01T10:00]"]);
    check("12345x@example.org 1", &["rest() 12345x@example.org 1"]);
    check("[trux]", &["rest() trux]"]);
    check("[nul]", &["rest() nul]"]);
    check("-Infinit", &["rest() -Infinit"]);
    check("\u{ff20}", &["rest() \u{ff20}"]);
    check_with(&["a"], r#"{"a":truest}"#, &["key() a", "rest(a)!0 truest}"]);
}

#[test]
fn a_number_of_any_length_is_one_text() {
    for length in [63, 64, 65, 66, 1000] {
        let digits = "7".repeat(length);
        check(&format!("[{digits},1]"), &[&format!("number() {digits}"), "number() 1"]);
        check(&digits, &[&format!("number() {digits}")]);
    }
    let digits = "7".repeat(65);
    check(&format!("[{digits}x1]"), &[&format!("number() {digits}"), "rest() x1]"]);
    let digits = "7".repeat(64);
    check(&format!("[{digits}x1]"), &[&format!("rest() {digits}x1]")]);
}

#[test]
fn what_the_end_of_the_payload_cuts_off_ends_there() {
    check(r#"{"a":"b"#, &["key() a", "text(a) b"]);
    check(r#"{"a":"b\"#, &["key() a", r"text(a) b\"]);
    check(r#"{"a":""#, &["key() a", "text(a) "]);
    check(r#"{"a"#, &["key() a"]);
    check(r#"{"a":12"#, &["key() a", "number(a) 12"]);
    check(r#"{"a":tr"#, &["key() a", "rest(a) tr"]);
    check_with(&["a"], r#"{"a":true"#, &["key() a", "word(a)!0 true"]);
    check("\u{feff}", &[]);
    check_bytes(&[], b"\xef\xbb", &[b"rest() \xef\xbb"]);
    check_bytes(&[], b"\xef\xbb1", &[b"rest() \xef\xbb1"]);
    check_bytes(&[], b"\xef\"", &[b"rest() \xef\""]);
}

#[test]
fn bytes_that_are_no_utf8_are_text_like_any() {
    check_bytes(&[], b"{\"\xff\":\"\xc3\x28\"}", &[b"key() \xff", b"text(\xff) \xc3\x28"]);
}

#[test]
fn of_a_long_key_the_beginning_is_the_name() {
    let key = "k".repeat(300);
    let name = "k".repeat(256);
    check(&format!(r#"{{"{key}":[1]}}"#), &[&format!("key() {key}"), &format!("number({name}) 1")]);
}

#[test]
fn more_levels_than_allowed_are_refused_where_they_begin() {
    for (document, depth, expected) in [
        ("[[[1]]]", 3, Ok(())),
        ("[[[1]]]", 2, Err(Unreadable::TooDeep { at: 2 })),
        (r#"{"a": {"b": 1}}"#, 1, Err(Unreadable::TooDeep { at: 6 })),
        ("[] [] [[]] {}", 2, Ok(())),
        ("1 [", 0, Err(Unreadable::TooDeep { at: 2 })),
        ("1", 0, Ok(())),
    ] {
        let reader = Reader { bounds: Bounds { depth }, ..Reader::with_paths(&["a"]) };
        assert_eq!(reader.whole(document.as_bytes()).1, expected, "{document}");
        for cut in 0..=document.len() {
            assert_eq!(reader.cut(document.as_bytes(), &[cut]), reader.whole(document.as_bytes()));
        }
    }
    let deep = [vec![b'['; 128], vec![b']'; 128]].concat();
    assert_eq!(Reader::with_paths(&[]).whole(&deep).1, Ok(()));
}

#[test]
fn serde_json_finds_the_same() {
    assert!(VALID.len() >= 30 && FRAMES.len() >= 10, "met too few");
    for document in VALID.iter().chain(FRAMES) {
        same_as_oracle(document.as_bytes());
    }
}

/// Whole, at every cut, byte by byte, and with something else between the bytes.
#[test]
fn cuts_do_not_matter() {
    assert!(BROKEN.len() >= 20, "met too few");
    for document in VALID.iter().chain(FRAMES).chain(BROKEN) {
        for paths in [&[][..], &["email", "..data", "messages[1].text", "a.b", "content.*"]] {
            all_cuts(&Reader::with_paths(paths), document.as_bytes());
        }
    }
}

/// An event stream has the lines of one payload, and marks between them.
#[test]
fn gaps_change_offsets_and_nothing_else() {
    for document in VALID.iter().chain(FRAMES).chain(BROKEN) {
        let mut reader = Reader::with_paths(&["email", "..data"]);
        let (plain, _) = reader.whole(document.as_bytes());
        for gap in 0..=document.len() {
            reader.gaps = vec![gap, (gap + 3).min(document.len())];
            let (told, failed) = reader.whole(document.as_bytes());
            assert_eq!(reader.cut(document.as_bytes(), &[gap / 2, gap]), (told.clone(), failed));
            assert_eq!(told.len(), plain.len(), "{document} with a gap at {gap}");
            for (told, plain) in told.iter().zip(&plain) {
                assert_eq!((&told.raw, &told.name), (&plain.raw, &plain.name));
                // What has no closing quote ends where its last byte ends, not behind the gap.
                if matches!(told.role, Role::Number | Role::Word) {
                    assert_eq!(told.places.last().map(|at| at + 1), Some(told.end));
                }
                let shifted = |&at: &u64| {
                    let before = reader.gaps.iter().filter(|&&gap| gap as u64 <= at).count() as u64;
                    at + 7 * before
                };
                assert!(
                    told.places.iter().eq(&plain.places.iter().map(shifted).collect::<Vec<_>>())
                );
            }
        }
    }
}

#[test]
fn after_a_payload_the_reader_is_at_the_start_of_another() {
    let reader = Reader::with_paths(&["a.b", "email", "[1]"]);
    for earlier in VALID.iter().chain(FRAMES).chain(BROKEN) {
        for document in ["\u{feff}[0,\"x\"]", r#"{"b":1,"a":{"b":2}}"#, "\"\\\"", "}"] {
            let alone = reader.whole(document.as_bytes());
            let after = reader.after(earlier.as_bytes(), document.as_bytes());
            assert_eq!(after, alone, "{document} after {earlier}");
        }
    }
}

#[test]
fn a_debug_print_tells_no_content() {
    let mut json = Json::new(Bounds::default(), Arc::default());
    json.push(0, br#"{"ann@example.org":{"ann":"ann"#, &mut Nobody).unwrap();
    let print = format!("{json:?}");
    assert!(print.contains("depth: 2") && !print.contains("ann"), "{print}");
}

struct Nobody;

impl Sink for Nobody {
    fn begin(&mut self, _: u64, _: Text<'_>) {}
    fn more(&mut self, _: u64, _: &[u8]) {}
    fn end(&mut self, _: u64) {}
}

mod laws {
    use super::*;
    use cloakroom::format::path::{Path, Paths, Trail};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn serde_json_finds_the_same_in_any_document(document in document()) {
            same_as_oracle(document.as_bytes());
        }

        #[test]
        fn cuts_do_not_matter_in_any_document(
            document in document(),
            noise in prop::collection::vec((any::<prop::sample::Index>(), marks()), 0..3),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut payload = document.into_bytes();
            for (place, mark) in noise {
                payload.insert(place.index(payload.len() + 1), mark);
            }
            any_cuts(&payload, &cuts);
        }

        #[test]
        fn cuts_do_not_matter_in_any_bytes(
            payload in prop::collection::vec(prop_oneof![3 => marks(), 1 => any::<u8>()], 0..120),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            any_cuts(&payload, &cuts);
        }

        #[test]
        fn a_trail_finds_what_walking_by_hand_finds(
            paths in prop::collection::vec(prop::collection::vec(step(), 1..4), 1..40),
            place in prop::collection::vec(level(), 0..6),
        ) {
            let written = paths.iter().map(|path| {
                Path::parse(&format!("${}", path.concat())).unwrap()
            });
            let mut trail = Trail::new(Arc::new(Paths::new(written.collect())));
            for depth in 0..=place.len() {
                let expected = paths.iter().position(|path| {
                    (0..=depth).any(|depth| leads(path, &place[..depth]))
                });
                prop_assert_eq!(trail.matched().map(usize::from), expected);
                match place.get(depth) {
                    Some(Level::Name(name)) => trail.enter_name(name.as_bytes()),
                    Some(Level::Index(index)) => trail.enter_index(*index),
                    None => {}
                }
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Level {
        Name(&'static str),
        Index(u64),
    }

    fn level() -> impl Strategy<Value = Level> {
        prop_oneof![
            prop::sample::select(&["a", "b", "c"][..]).prop_map(Level::Name),
            (0..3_u64).prop_map(Level::Index),
        ]
    }

    fn step() -> impl Strategy<Value = &'static str> {
        let steps =
            [".a", ".b", "..a", "..c", ".*", "..*", "[0]", "[*]", "..[1]", "['b']", "..['c']"];
        prop::sample::select(steps.to_vec())
    }

    /// Whether a path leads to exactly this place.
    fn leads(path: &[&str], place: &[Level]) -> bool {
        let Some((step, path)) = path.split_first() else { return place.is_empty() };
        let Some((level, below)) = place.split_first() else { return false };
        let (descent, step) = match step.strip_prefix("..") {
            Some(step) => (true, step),
            None => (false, step.trim_start_matches('.')),
        };
        let fits = match level {
            Level::Name(name) => step == "*" || step == *name || step == format!("['{name}']"),
            Level::Index(index) => step == "[*]" || step == format!("[{index}]"),
        };
        (fits && leads(path, below))
            || (descent && leads(&[&[&*format!("..{step}")], path].concat(), below))
    }

    fn any_cuts(payload: &[u8], cuts: &[prop::sample::Index]) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(payload.len() + 1)).collect();
        cuts.sort_unstable();
        let reader = Reader::with_paths(&["a", "..b", "*[0].c"]);
        let whole = reader.whole(payload);
        in_bounds(payload, &whole.0);
        assert_eq!(reader.cut(payload, &cuts), whole);
        assert_eq!(reader.cut(payload, &(0..payload.len()).collect::<Vec<_>>()), whole);
    }

    /// Bytes that mean something.
    fn marks() -> impl Strategy<Value = u8> {
        prop::sample::select(b"{}[]:,\"\\ \n\xef\xbb\xbf-+.0189eEtruefalsnINab@u".to_vec())
    }

    fn document() -> impl Strategy<Value = String> {
        let scalar = prop_oneof![
            prop::sample::select(vec!["null".to_owned(), "true".to_owned(), "false".to_owned()]),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<u64>().prop_map(|number| number.to_string()),
            "-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
            string(),
        ];
        let spaced = |inner: BoxedStrategy<String>| {
            (blank(), inner, blank())
                .prop_map(|(before, text, behind)| [before, text, behind].concat())
        };
        spaced(scalar.boxed()).prop_recursive(5, 60, 6, move |inner| {
            let entry = (blank(), string(), blank(), inner.clone()).prop_map(
                |(before, key, behind, value)| {
                    [before, key, behind, ":".to_owned(), value].concat()
                },
            );
            let container = prop_oneof![
                (blank(), prop::collection::vec(inner, 0..6))
                    .prop_map(|(blank, elements)| { format!("[{blank}{}]", elements.join(",")) }),
                (blank(), prop::collection::vec(entry, 0..6))
                    .prop_map(|(blank, entries)| { format!("{{{blank}{}}}", entries.join(",")) }),
            ];
            spaced(container.boxed())
        })
    }

    fn blank() -> impl Strategy<Value = String> {
        prop_oneof![4 => Just(String::new()), 1 => "[ \t\r\n]{1,12}"]
    }

    /// A string of JSON whose characters are spelled in whatever ways they can be.
    fn string() -> impl Strategy<Value = String> {
        let c = prop_oneof![
            8 => prop::sample::select("abcde _-@.".chars().collect::<Vec<_>>()),
            2 => any::<char>(),
            1 => prop::sample::select("\"\\/\n\t\u{8}\u{c}\r😀é".chars().collect::<Vec<_>>()),
        ];
        prop::collection::vec((c, 0..8_u8), 0..40)
            .prop_map(|chars| format!("\"{}\"", chars.into_iter().map(spelled).collect::<String>()))
    }

    fn spelled((c, style): (char, u8)) -> String {
        let short = "\"\\/bfnrt".chars().zip("\"\\/\u{8}\u{c}\n\r\t".chars());
        let short = short.into_iter().find(|&(_, meant)| meant == c);
        match short {
            Some((sign, _)) if style != 0 => format!("\\{sign}"),
            _ if style == 0 || c < ' ' || matches!(c, '"' | '\\') => {
                let mut units = [0; 2];
                c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
            _ => c.to_string(),
        }
    }
}

#[track_caller]
fn check(document: &str, expected: &[&str]) {
    check_with(&[], document, expected);
}

/// Each text is written as `what(name)!field raw`.
#[track_caller]
fn check_with(paths: &[&str], document: &str, expected: &[&str]) {
    let expected: Vec<&[u8]> = expected.iter().map(|line| line.as_bytes()).collect();
    check_bytes(paths, document.as_bytes(), &expected);
}

#[track_caller]
fn check_bytes(paths: &[&str], document: &[u8], expected: &[&[u8]]) {
    let reader = Reader::with_paths(paths);
    let (told, failed) = reader.whole(document);
    assert_eq!(failed, Ok(()));
    let readable = |lines: &[Vec<u8>]| -> Vec<String> {
        lines.iter().map(|line| line.escape_ascii().to_string()).collect()
    };
    let lines: Vec<Vec<u8>> = told.iter().map(written).collect();
    let expected: Vec<Vec<u8>> = expected.iter().map(|line| line.to_vec()).collect();
    assert_eq!(readable(&lines), readable(&expected), "{}", document.escape_ascii());
    all_cuts(&reader, document);
}

fn written(told: &Told) -> Vec<u8> {
    let what: &[u8] = match (told.role, told.spelling) {
        (Role::Name, Spelling::JsonString) => b"key(",
        (Role::Value, Spelling::JsonString) => b"text(",
        (Role::Value, Spelling::Plain) => b"rest(",
        (Role::Number, Spelling::Plain) => b"number(",
        (Role::Word, Spelling::Plain) => b"word(",
        other => panic!("{other:?}"),
    };
    let field = told.field.map_or(String::new(), |field| format!("!{field}"));
    [what, &told.name, b")", field.as_bytes(), b" ", &told.raw].concat()
}

#[track_caller]
fn all_cuts(reader: &Reader, document: &[u8]) {
    let whole = reader.whole(document);
    in_bounds(document, &whole.0);
    for cut in 0..=document.len() {
        let cut_once = reader.cut(document, &[cut]);
        assert_eq!(cut_once, whole, "{} cut at {cut}", document.escape_ascii());
    }
    let bytes: Vec<usize> = (0..document.len()).collect();
    assert_eq!(reader.cut(document, &bytes), whole, "{} byte by byte", document.escape_ascii());
}

/// Each text stands where it was said to stand. That they are in order was checked as they
/// were told.
#[track_caller]
fn in_bounds(document: &[u8], told: &[Told]) {
    for text in told {
        let [begin, end] = [text.begin, text.end].map(|at| usize::try_from(at).unwrap());
        assert_eq!(document.get(begin..end), Some(&*text.raw), "{}", document.escape_ascii());
        assert!(text.places.iter().copied().eq(text.begin..text.end));
    }
}

#[track_caller]
fn same_as_oracle(document: &[u8]) {
    let expected = walk(document).unwrap_or_else(|| panic!("invalid: {}", document.escape_ascii()));
    // With a path to everything, words are told too.
    let (told, failed) = Reader::with_paths(&["$"]).whole(document);
    assert_eq!(failed, Ok(()));
    let found: Vec<Found> = told.iter().map(found).collect();
    assert_eq!(found, expected, "{}", document.escape_ascii());
}

fn found(told: &Told) -> Found {
    let raw = str::from_utf8(&told.raw).unwrap();
    let text = || serde_json::from_str(&format!("\"{raw}\"")).unwrap();
    match (told.role, told.spelling) {
        (Role::Name, Spelling::JsonString) => Found::Key(text()),
        (Role::Value, Spelling::JsonString) => Found::Text(text()),
        (Role::Number, Spelling::Plain) => Found::Number(serde_json::from_str(raw).unwrap()),
        (Role::Word, Spelling::Plain) => Found::Word(raw.parse().unwrap()),
        other => panic!("{other:?}"),
    }
}
