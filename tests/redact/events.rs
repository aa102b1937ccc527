//! Is an event told on as soon as it is over? Whoever reads a stream of events waits for the
//! empty line and for nothing behind it.

use crate::redacting::{Door, default_spec, shown};
use cloakroom::redact::spec::{Action, Field};
use cloakroom::redact::{Options, Rules, Spec};
use std::sync::Arc;

/// Events without their line ends; what each becomes.
const EVENTS: &[(&[&str], &[&str])] = &[
    (&["data: call +49 170"], &["data: call +49 170"]),
    (&["data: write to ann@example.org"], &["data: write to [email]"]),
    (&["data: ann@example"], &["data: ann@example"]),
    (&["data: call +49 170 1234567"], &["data: call [phone]"]),
    (&["data: 4111 1111 1111", "data: 1111"], &["data: 4111 1111 1111", "data: 1111"]),
    (&["data: 4111 1111 1111 111"], &["data: 4111 1111 1111 111"]),
    (&["data: x <a href=\"ann"], &["data: x <a href=\"ann"]),
    (&["data: 100 %", "data:"], &["data: 100 %", "data:"]),
    (&["data: \\u00"], &["data: \\u00"]),
    (&["data: &am"], &["data: &am"]),
    (&["data: -----BEGIN PRIVATE KEY-----"], &["data: [private-key]"]),
    (&["data: ["], &["data: ["]),
    (&["data: {"], &["data: {"]),
    (&["data: [12"], &["data: [12"]),
    (&["data: [1,", "data: 203"], &["data: [1,", "data: 203"]),
    (&["data: {\"a\":\"+49 170"], &["data: {\"a\":\"+49 170"]),
    (
        &["id: 7", "event: message", "data: {\"a\":\"ann@example.org\",\"n\":4111111111111111}"],
        &["id: 7", "event: message", "data: {\"a\":\"[email]\",\"n\":\"[payment-card]\"}"],
    ),
    (
        &["data: {\"a\":", "data: \"call +49 170\"}", "id: 8"],
        &["data: {\"a\":", "data: \"call +49 170\"}", "id: 8"],
    ),
    (&["data: {\"d\":\"{\\\"b\\\":1}\"}"], &["data: {\"d\":\"{\\\"b\\\":1}\"}"]),
    (&["data: {\"d\":\"[1,"], &["data: {\"d\":\"[1,"]),
    (&[": a comment, call +49 170"], &[": a comment, call +49 170"]),
    (&[": ann@example.org"], &[": [email]"]),
    (&["retry: 3000"], &["retry: 3000"]),
    (&[":"], &[":"]),
    (&["data"], &["data"]),
    (&["dat"], &["dat"]),
    (&["id: +49 170"], &["id: +49 170"]),
    (&["data: a", ": b", "data: +49 170"], &["data: a", ": b", "data: +49 170"]),
    (&["data: {\"secret\":\"x"], &["data: {\"secret\":\"*"]),
    (&["data: {\"gone\":\"x\"}"], &["data: {\"gone\":null}"]),
];

#[test]
fn an_event_leaves_at_its_own_end() {
    for (input, expected) in EVENTS {
        for end in ["\n", "\r\n", "\r"] {
            check(&event(input, end), &event(expected, end), end);
        }
    }
}

#[test]
fn line_ends_may_differ_within_an_event() {
    check("data: +49 170\r\n\n", "data: +49 170\r\n\n", "\n");
    check("data: +49 170\r\r\n", "data: +49 170\r\r\n", "\r\n");
    check("data: +49 170\n\r", "data: +49 170\n\r", "\r");
    check(":\n\n", ":\n\n", "\n");
    check("data: a\rdata: b\n\r\n", "data: a\rdata: b\n\r\n", "\r\n");
}

fn event(lines: &[&str], end: &str) -> String {
    let mut lines: String = lines.iter().map(|line| format!("{line}{end}")).collect();
    lines.push_str(end);
    lines
}

/// Behind another event and at the beginning, in two pieces and byte by byte, the event has left
/// when its empty line is there; of CRLF the CR is enough.
#[track_caller]
fn check(input: &str, expected: &str, end: &str) {
    let rules = Arc::new(Rules::compile(&spec()).expect("rules"));
    let before = format!("data: hello{end}{end}");
    let door = Door::typed("text/event-stream");
    for (input, expected) in [
        (input.to_owned(), expected.to_owned()),
        (format!("{before}{input}"), format!("{before}{expected}")),
    ] {
        let over = input.len() - usize::from(end == "\r\n");
        let whole: &[&[u8]] = &[input.as_bytes()];
        let bytes: Vec<&[u8]> = input.as_bytes().chunks(1).collect();
        let halves = (1..input.len()).map(|cut| {
            let (left, right) = input.as_bytes().split_at(cut);
            vec![left, right]
        });
        for pieces in [whole.to_vec(), bytes].into_iter().chain(halves) {
            let mut redactor = door.redactor(&rules, Options::default());
            let (mut out, mut read) = (Vec::new(), 0);
            for piece in pieces {
                redactor.push(piece, &mut out).expect("nothing to block");
                read += piece.len();
                if read >= over {
                    assert_eq!(redactor.held(), 0, "{read} of {input:?}");
                    let so_far = expected.len() - (input.len() - read);
                    assert_eq!(shown(&out), expected[..so_far], "{read} of {input:?}");
                }
            }
            redactor.finish(&mut out).expect("nothing to block");
            assert_eq!(shown(&out), expected, "{input:?}");
        }
    }
}

/// With actions that have to know where a value ends.
fn spec() -> Spec {
    let field = |name: &str, action| Field {
        name: name.to_owned(),
        path: name.to_owned(),
        inside: None,
        action,
    };
    let fields =
        vec![field("secret", Action::Mask { first: 0, last: 0 }), field("gone", Action::Remove)];
    Spec { fields, ..default_spec() }
}
