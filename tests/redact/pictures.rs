//! Pictures in Base64 within a text: they pass untouched, whatever their characters spell, and
//! hide nothing that stands around them or only claims to be one.

use crate::redacting::{Door, check, check_with, default_spec, redact, shown, unchanged};
use cloakroom::format::content::Content;
use cloakroom::redact::spec::Action;
use cloakroom::redact::{Options, Rules, Spec};
use proptest::prelude::*;
use serde_json::json;
use std::sync::Arc;

/// What begins like a PNG and goes on with what the default kinds would take out of a text.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAA/4111111111111111/+442079460018/AKIAIOSFODNN7EXAMPLE/\
                       GB33BUKB20201555555555+DE89370400440532013000/2001+4242424242424242==";

#[test]
fn the_picture_would_not_stay_as_text() {
    let rules = Arc::new(Rules::compile(&default_spec()).expect("rules"));
    let text = PICTURE.replace("iVBOR", "xVBOR");
    let url = format!("data:image/png;base64,{text}");
    for text in [text, url] {
        let out = shown(&redact(&rules, &Content::Text, &[text.as_bytes()]).expect("not blocked"));
        for label in ["[payment-card]", "[phone]", "[iban]"] {
            assert!(out.contains(label), "{out}");
        }
    }
}

#[test]
fn a_picture_passes_in_whatever_it_comes() {
    let url = format!("data:image/png;base64,{PICTURE}");
    unchanged(&Content::Text, &url);
    unchanged(&Content::Text, &format!("see {url} there"));
    unchanged(&Content::Json, &json!({ "avatar": url }).to_string());
    let html = format!("<p>hello</p><img src=\"{url}\" alt=\"\"><b>{url}</b>");
    unchanged(&Content::Markup, &html);
    let message = json!({ "content": html }).to_string();
    unchanged(&Content::Json, &message);
    unchanged(&Content::Json, &message.replace('/', "\\/"));
    unchanged(&Content::Json, &message.replace('<', "\\u003c").replace('=', "\\u003d"));
    unchanged(&Content::Json, &json!({ "data": message }).to_string());
    unchanged(&Content::Json, &json!({ "data": message.replace('/', "\\/") }).to_string());
    unchanged(&Content::Json, &json!({ "html": html.replace('/', "&#x2F;") }).to_string());
    let percent = url.replace('/', "%2F").replace('+', "%2B").replace('=', "%3D");
    let percent = percent.replace(':', "%3A").replace(';', "%3B").replace(',', "%2C");
    unchanged(&Content::Form, &format!("a=1&avatar={percent}&b=2"));
    unchanged(
        &Content::Json,
        &json!({ "url": format!("https://x.example/?u={percent}") }).to_string(),
    );
    unchanged(&Content::EventStream, &format!("data: {message}\n\ndata: {url}\n\n"));
    let part =
        format!("--b\r\nContent-Disposition: form-data; name=\"m\"\r\n\r\n{url}\r\n--b--\r\n");
    unchanged(&Content::Multipart { boundary: b"b".to_vec() }, &part);
    check_with(
        &Spec { base64: true, ..default_spec() },
        &Content::Json,
        &json!({ "avatar": url, "x": "d3JpdGUgdG8gYW5uQGV4YW1wbGUub3Jn" }).to_string(),
        &json!({ "avatar": url, "x": "d3JpdGUgdG8gW2VtYWlsXQ==" }).to_string(),
    );
}

#[test]
fn what_stands_around_it_is_still_looked_at() {
    let url = format!("data:image/png;base64,{PICTURE}");
    let around = |mail: &str, phone: &str, card: &str| {
        let html = format!(
            "<p>{mail}</p><img src=\"{url}\" alt=\"{mail}\">{phone}<img src='{url}'>{card}{url} {mail}"
        );
        [
            html.clone(),
            json!({ "content": html }).to_string(),
            json!({ "data": json!({ "content": html }).to_string() }).to_string(),
        ]
    };
    let input = around("ann@example.org", "+44 20 7946 0018", "4111 1111 1111 1111 ");
    let expected = around("[email]", "[phone]", "[payment-card] ");
    check(&Content::Text, &input[0], &expected[0]);
    check(&Content::Markup, &input[0], &expected[0]);
    check(&Content::Json, &input[1], &expected[1]);
    check(&Content::Json, &input[2], &expected[2]);
    check(
        &Content::Form,
        "a=data:image/png;base64,iVBORw0KGgoAAAANSUhE+4111+1111+1111+1111&b=ann%40example.org",
        "a=data:image/png;base64,iVBORw0KGgoAAAANSUhE+%5Bpayment-card%5D&b=%5Bemail%5D",
    );
}

#[test]
fn what_only_claims_to_be_a_picture_is_text() {
    for (claim, expected) in [
        ("data:image/png;base64,ann@example.org", "data:image/png;base64,[email]"),
        ("data:image/png;base64, ann@example.org", "data:image/png;base64, [email]"),
        ("data:image/x;base64,4111 1111 1111 1111", "data:image/x;base64,[payment-card]"),
        ("data:image/x;base64,4111-1111-1111-1111", "data:image/x;base64,[payment-card]"),
        ("data:image/png;base64,4111111111111111", "data:image/png;base64,[payment-card]"),
        (
            "data:image/png;base64,/9j/ 4111111111111111",
            "data:image/png;base64,/9j/ [payment-card]",
        ),
        ("data:text/plain;base64,/+442079460018", "data:text/plain;base64,/[phone]"),
        (
            "data:text/plain;base64,iVBORw0KGgoAAAANSUhE/4111111111111111",
            "data:text/plain;base64,iVBORw0KGgoAAAANSUhE/[payment-card]",
        ),
        (
            "data:image/png;base64,iVBORw0KGgoAAAANSUhE==4111111111111111",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhE==[payment-card]",
        ),
        (
            "data:image/png;base64,iVBORw0KGgoAAAANSUhE\n4111111111111111",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhE\n[payment-card]",
        ),
        (
            "data:image/png;base64,iVBORw0KGgoAAAANSUhE,ann@example.org",
            "data:image/png;base64,iVBORw0KGgoAAAANSUhE,[email]",
        ),
        (
            "base64,iVBORw0KGgoAAAANSUhE/4111111111111111",
            "base64,iVBORw0KGgoAAAANSUhE/[payment-card]",
        ),
    ] {
        check(&Content::Text, claim, expected);
        let message = |text: &str| json!({ "t": format!("<i>{text}</i>") }).to_string();
        check(&Content::Json, &message(claim), &message(expected));
    }
}

#[test]
fn a_text_that_is_removed_around_a_picture_leaves_it() {
    let mut spec = default_spec();
    spec.kinds.iter_mut().for_each(|wanted| wanted.action = Action::Remove);
    let url = "data:image/png;base64,iVBORw0KGgoAAAANSUhE";
    check_with(
        &spec,
        &Content::Json,
        &format!(r#"{{"a":"ann@example.org {url} ann@example.org","b":"ann@example.org"}}"#),
        &format!(r#"{{"a":" {url} ","b":null}}"#),
    );
}

#[test]
fn a_large_picture_is_not_held_back() {
    let rules = Arc::new(Rules::compile(&default_spec()).expect("rules"));
    let large = format!(
        "{}{}",
        PICTURE.trim_end_matches('='),
        PICTURE[20..].replace('=', "").repeat(2_500)
    );
    assert!(large.len() > 300_000);
    let html = |mail: &str| format!("{mail} <img src=\"data:image/png;base64,{large}==\">{mail}");
    let frame = |mail: &str| json!({ "content": html(mail) }).to_string();
    for (content, input, expected) in [
        (Content::Json, frame("ann@example.org"), frame("[email]")),
        (
            Content::Json,
            json!({ "d": frame("ann@example.org") }).to_string(),
            json!({ "d": frame("[email]") }).to_string(),
        ),
        (Content::Markup, html("ann@example.org"), html("[email]")),
    ] {
        for input in [input.clone(), input.replace('/', "\\/")] {
            let is_escaped = input.contains("\\/");
            let expected = if is_escaped { expected.replace('/', "\\/") } else { expected.clone() };
            for step in [1, 61, 1_000, 16_384, input.len()] {
                let door = Door::content(content.clone());
                let mut redactor = door.redactor(&rules, Options::default());
                let mut out = Vec::new();
                for piece in input.as_bytes().chunks(step) {
                    redactor.push(piece, &mut out).expect("nothing to block");
                    assert!(redactor.held() <= 100, "{} held by {step}", redactor.held());
                }
                redactor.finish(&mut out).expect("nothing to block");
                assert!(out == expected.as_bytes(), "by {step}");
            }
        }
    }
}

const FRAGMENTS: &[&str] = &[
    "data:image/png;base64,iVBORw0KGgoAAAANSUhE",
    "data:image/png;base64,",
    "iVBORw0KGgoAAAANSUhE",
    "==",
    "/",
    "\\",
    "%2F",
    "%40",
    "&#x2F;",
    "<img src=\"",
    "\">",
    "<b>",
    "ann@example.org",
    "ann",
    "@example.org",
    "4111111111111111",
    "4111 1111 ",
    "1111 1111",
    "+44 20 7946 0018",
    "card ",
    " ",
    ",",
    "-----BEGIN PRIVATE KEY-----",
    "MIIEvQIBADAN",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_do_not_matter(
        fragments in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..9),
        content in 0..4,
    ) {
        let rules = Arc::new(Rules::compile(&default_spec()).expect("rules"));
        let text = fragments.concat();
        let (content, input) = match content {
            0 => (Content::Text, text),
            1 => (Content::Markup, text),
            2 => (Content::Form, format!("a={text}&b")),
            _ => (Content::Json, json!([text]).to_string()),
        };
        let whole = redact(&rules, &content, &[input.as_bytes()]).expect("not blocked");
        let bytes: Vec<&[u8]> = input.as_bytes().chunks(1).collect();
        let pieces = redact(&rules, &content, &bytes).expect("not blocked");
        prop_assert_eq!(shown(&pieces), shown(&whole), "byte by byte: {}", input);
        for cut in 1..input.len() {
            let (left, right) = input.as_bytes().split_at(cut);
            let halves = redact(&rules, &content, &[left, right]).expect("not blocked");
            prop_assert_eq!(shown(&halves), shown(&whole), "cut at {}: {}", cut, input);
        }
    }
}
