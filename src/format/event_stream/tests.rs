use super::*;
use crate::format::heard::{lines, paths, reads};
use proptest::prelude::*;

reads!(EventStream);

#[test]
fn the_data_of_an_event_is_one_text() {
    for (payload, expected) in [
        ("data: hello\n\n", &["value plain : hello"][..]),
        ("data:hello\r\rdata:you\r\r", &["value plain : hello", "value plain : you"]),
        (
            "data: ann@\ndata: example.org\n\ndata: b\n\n",
            &["value plain : ann@\nexample.org", "value plain : b"],
        ),
        ("data: a\r\ndata:  b\r\n\r\n", &["value plain : a\r\n b"]),
        ("data: a\rdata: b\r\n\n", &["value plain : a\rb"]),
        ("data: a\ndata\ndata:\ndata: \ndata: b\n\n", &["value plain : a\n\n\n\nb"]),
        ("data: a\ndata\n\n", &["value plain : a\n"]),
        ("data\n\ndata:\n\ndata: \n\n", &[]),
        ("data:\ndata: a\n\n", &["value plain : a"]),
        // What is cut off is looked at all the same.
        ("data: a", &["value plain : a"]),
        ("data: a\ndata: b", &["value plain : a\nb"]),
        ("data: a\nda", &["value plain : a", "value plain : da"]),
        ("", &[]),
        ("\n\r\r\n\n", &[]),
    ] {
        check(payload, expected);
    }
}

#[test]
fn other_lines_are_texts_of_their_own() {
    for (payload, expected) in [
        (
            "event: message\nid: 7\nretry: 3000\ndata: a\n\n",
            &["value plain : message", "value plain : 7", "value plain : 3000", "value plain : a"]
                [..],
        ),
        (": hello\n:you\r:\r\n", &["value plain : hello", "value plain : you"]),
        ("id\nevent:\nretry: \n", &[]),
        ("mail: ann@example.org\n", &["value plain : mail: ann@example.org"]),
        ("ann@example.org\n", &["value plain : ann@example.org"]),
        (
            "database\ndat\ndat:a\n data: b\nDATA: c\n",
            &[
                "value plain : database",
                "value plain : dat",
                "value plain : dat:a",
                "value plain :  data: b",
                "value plain : DATA: c",
            ],
        ),
        // A text of the data cannot have another one inside.
        ("data: a\nid: 7\ndata: b\n\n", &["value plain : a", "value plain : 7", "value plain : b"]),
        ("data: a\nid:\ndata: b\n\n", &["value plain : a\nb"]),
        ("data: a\n\nid: 7\n\n", &["value plain : a", "value plain : 7"]),
    ] {
        check(payload, expected);
    }
}

#[test]
fn a_byte_order_mark_stands_before_the_first_line_only() {
    check("\u{feff}data: a\n\n", &["value plain : a"]);
    check("\u{feff}\n\u{feff}data: a\n\n", &["value plain : \u{feff}data: a"]);
    check("\n\u{feff}data: a\n\n", &["value plain : \u{feff}data: a"]);
    check("\u{fefe}data: a\n\n", &["value plain : \u{fefe}data: a"]);
    check("\u{feff}\u{feff}data: a\n\n", &["value plain : \u{feff}data: a"]);
}

#[test]
fn data_that_begins_like_json_is_json() {
    for (payload, expected) in [
        ("data: [\"ann@example.org\"]\n\n", &["value jsonstring : ann@example.org"][..]),
        (
            "event: m\ndata: [\ndata:   \"a\"\r\ndata: ]\nid: 7\n\ndata: [\"b\"]\n\n",
            &["value plain : m", "value jsonstring : a", "value plain : 7", "value jsonstring : b"],
        ),
        (
            "data: [\"a\",\nid: 7\ndata: \"b\"]\n\ndata: c\n\n",
            &["value jsonstring : a", "value plain : 7", "value jsonstring : b", "value plain : c"],
        ),
        ("data:  [\"a\"]\n\n", &["value plain :  [\"a\"]"]),
        (
            "data: [\nid: 7\ndata: \"a\"]\n\n",
            &["value plain : [", "value plain : 7", "value plain : \"a\"]"],
        ),
        // A number is told when it is over, and that is before the other text.
        (
            "data: [1,2\n: 3\ndata: ,4\n: 5\n\n",
            &[
                "number plain : 1",
                "number plain : 2",
                "value plain : 3",
                "number plain : 4",
                "value plain : 5",
            ],
        ),
        // No string of JSON goes on in another line; one that does ends where another text begins.
        (
            "data: [\"a\n: b\ndata: c\n\n",
            &["value jsonstring : a\n", "value plain : b", "value plain : c"],
        ),
    ] {
        check(payload, expected);
    }
}

proptest! {
    #[test]
    fn cuts_do_not_matter(payload in "(data: ?|id:|:|d|\\{|\\[|\\]|,|\"|true|a|1| |\n|\r\n|\r|\u{feff}){0,20}") {
        lines(payload.as_bytes(), || EventStream::new(Bounds::default(), paths(&[])));
    }
}

#[track_caller]
fn check(payload: &str, expected: &[&str]) {
    let told = lines(payload.as_bytes(), || EventStream::new(Bounds::default(), paths(&[])));
    assert_eq!(told, expected, "{payload:?}");
}
