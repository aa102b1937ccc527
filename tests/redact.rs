//! What comes out of a redactor, on every cut.

#[path = "redact/events.rs"]
mod events;
#[path = "redact/lists.rs"]
mod lists;
#[path = "redact/nested.rs"]
mod nested;
#[path = "redact/pictures.rs"]
mod pictures;
mod redacting;

use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use cloakroom::redact::spec::{Action, Field, Names, Pattern, Spec};
use cloakroom::redact::{Options, Redactor, Rules};
use redacting::{check, check_with, default_spec, kinds_spec, unchanged};
use std::sync::Arc;

#[test]
fn an_address_in_text_is_labelled() {
    check(&Content::Text, "write to ann@example.org today", "write to [email] today");
    check(&Content::Text, "ann@example.org", "[email]");
    check(&Content::Text, "<ann@example.org>, +44 20 7946 0018.", "<[email]>, [phone].");
}

#[test]
fn json_strings_are_seen_through_their_escapes() {
    check(&Content::Json, r#"{"a":"ann\u0040example.org"}"#, r#"{"a":"[email]"}"#);
    check(&Content::Json, r#"{"a":"x \u0061nn@example.org\n"}"#, r#"{"a":"x [email]\n"}"#);
    check(&Content::Json, r#"["4111\u00a01111 1111\u20131111"]"#, r#"["[payment-card]"]"#);
    check(&Content::Json, r#"{"ann@example.org":1}"#, r#"{"[email]":1}"#);
    check(&Content::Json, r#"{"n":4111111111111111}"#, r#"{"n":"[payment-card]"}"#);
    check(
        &Content::Json,
        r#"[4111111111111111, -4111111111111111]"#,
        r#"["[payment-card]", "[payment-card]"]"#,
    );
}

#[test]
fn texts_within_texts_are_seen_through() {
    check(
        &Content::Json,
        r#"{"url":"https://shop.example/?email=jane.doe%40example.org&step=2"}"#,
        r#"{"url":"https://shop.example/?email=%5Bemail%5D&step=2"}"#,
    );
    check(
        &Content::Json,
        r#"{"data":"{\"to\":\"ann\\u0040example.org\"}"}"#,
        r#"{"data":"{\"to\":\"[email]\"}"}"#,
    );
    check(
        &Content::Json,
        r#"{"content":"<div>jane.<b>doe</b>@example.org</div>"}"#,
        r#"{"content":"<div>[email]<b></b></div>"}"#,
    );
    check(&Content::Markup, "<p>ann&#64;example.org</p>", "<p>[email]</p>");
    check(
        &Content::Markup,
        r#"<a href="mailto:ann@example.org">ann</a>"#,
        r#"<a href="mailto:[email]">ann</a>"#,
    );
}

#[test]
fn forms_are_written_as_forms_are() {
    check(
        &Content::Form,
        "a=ann%40example.org&b=call+%2B442079460018&c",
        "a=%5Bemail%5D&b=call+%5Bphone%5D&c",
    );
}

#[test]
fn a_key_is_taken_to_its_end() {
    let key = "x -----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGVmI+/abc=\nAwEHoUQDQgAE\n-----END EC PRIVATE KEY----- y";
    check(&Content::Text, key, "x [private-key] y");
}

#[test]
fn what_is_harmless_stays_as_it_is() {
    for text in [
        r#"{"t":1790669742123,"u":"b1c2d3e4-1111-4222-8333-444455556666","f":"\/ \u00fc"}"#,
        r#"{"command":"subscribe","identifier":"{\"channel\":\"RoomChannel\",\"pubsub_token\":\"Pq3zB7kLm9nR5sT1vW4xYc8d\"}"}"#,
    ] {
        unchanged(&Content::Json, text);
    }
    unchanged(&Content::Text, "std::vec<int> a@b c++ 100% &amp; <3 \\ 1.2.3 v10.0.0.1.2");
}

#[test]
fn removal_leaves_null() {
    let spec = Spec { ..default_spec() };
    let spec = with(spec, Action::Remove);
    check_with(
        &spec,
        &Content::Json,
        r#"{"a":"ann@example.org","b":"to ann@example.org"}"#,
        r#"{"a":null,"b":"to "}"#,
    );
    check_with(&spec, &Content::Json, r#"[4111111111111111]"#, "[null]");
    check_with(&spec, &Content::Form, "a=ann%40example.org&b=1", "a=&b=1");
    check_with(&spec, &Content::Json, r#"{"ann@example.org":2}"#, r#"{"[email]":2}"#);
}

#[test]
fn masks_keep_what_they_are_told() {
    let spec = with(default_spec(), Action::Mask { first: 0, last: 4 });
    check_with(&spec, &Content::Text, "card 4111 1111 1111 1111!", "card **** **** **** 1111!");
    check_with(&spec, &Content::Json, r#""4111-1111-1111-1111""#, r#""****-****-****-1111""#);
}

#[test]
fn fields_are_taken_whole() {
    let field = |path: &str, action| Field {
        name: "secret".into(),
        path: path.into(),
        inside: None,
        action,
    };
    let spec = Spec { fields: vec![field("a.b", Action::Label)], ..Spec::default() };
    check_with(
        &spec,
        &Content::Json,
        r#"{"a":{"b":"x","c":"y"}}"#,
        r#"{"a":{"b":"[secret]","c":"y"}}"#,
    );
    check_with(
        &spec,
        &Content::Json,
        r#"{"a":{"b":[1,true,null,"",{"z":"q"}]}}"#,
        r#"{"a":{"b":["[secret]","[secret]",null,"",{"z":"[secret]"}]}}"#,
    );
    let spec = Spec { fields: vec![field("a", Action::Remove)], ..Spec::default() };
    check_with(
        &spec,
        &Content::Json,
        r#"{"a":"x","b":["y"],"c":{"a":12}}"#,
        r#"{"a":null,"b":["y"],"c":{"a":null}}"#,
    );
    let spec = Spec { fields: vec![field("a", Action::Keep)], ..default_spec() };
    check_with(
        &spec,
        &Content::Json,
        r#"{"a":"ann@example.org","b":"ann@example.org"}"#,
        r#"{"a":"ann@example.org","b":"[email]"}"#,
    );
    let spec =
        Spec { fields: vec![field("a", Action::Mask { first: 1, last: 1 })], ..Spec::default() };
    check_with(&spec, &Content::Json, r#"{"a":"Jane Doe"}"#, r#"{"a":"J*** **e"}"#);
}

#[test]
fn patterns_of_the_operator() {
    let pattern = Pattern {
        name: "order".into(),
        regex: r"\bORD-([0-9]{8})\b".into(),
        validate: None,
        context: Vec::new(),
        group: 1,
        action: Action::Label,
    };
    let spec = Spec { patterns: vec![pattern], ..Spec::default() };
    check_with(
        &spec,
        &Content::Text,
        "see ORD-12345678, not XORD-12345678 or ORD-123456789",
        "see ORD-[order], not XORD-12345678 or ORD-123456789",
    );
}

#[test]
fn names_pass_if_they_shall() {
    let spec = Spec { names: Names::Pass, ..default_spec() };
    check_with(
        &spec,
        &Content::Json,
        r#"{"ann@example.org":"ann@example.org"}"#,
        r#"{"ann@example.org":"[email]"}"#,
    );
}

#[test]
fn context_counts_from_keys_and_words() {
    let spec = kinds_spec(&["us-passport", "phone-national"]);
    let text = r#"{"phone":"0170 1234567","order":"0170 1234567"}"#;
    check_with(
        &spec,
        &Content::Json,
        text,
        r#"{"phone":"[phone-national]","order":"0170 1234567"}"#,
    );
    check_with(
        &spec,
        &Content::Json,
        r#"{"homePhone":["0170 1234567"]}"#,
        r#"{"homePhone":["[phone-national]"]}"#,
    );
}

fn with(mut spec: Spec, action: Action) -> Spec {
    for wanted in &mut spec.kinds {
        wanted.action = action;
    }
    spec
}

#[test]
fn parts_of_a_multipart_body_are_read_as_what_they_are() {
    let content = Content::Multipart { boundary: b"--x".to_vec() };
    let body = "----x\r\nContent-Disposition: form-data; name=\"message[a]\"; filename=\"ann@example.org.jpg\"\r\nContent-Type: image/jpeg\r\n\r\ny ann@example.org\r\n----x\r\nContent-Disposition: form-data; name=\"mail\"\r\n\r\nann@example.org\r\n----x\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Type: application/json\r\n\r\n{\"n\":4111111111111111}\r\n----x--\r\n";
    let expected = body
        .replace("filename=\"ann@example.org.jpg", "filename=\"[email].jpg")
        .replace("name=\"mail\"\r\n\r\nann@example.org", "name=\"mail\"\r\n\r\n[email]")
        .replace("4111111111111111", "\"[payment-card]\"");
    check(&content, body, &expected);
}

#[test]
fn events_are_read_one_by_one() {
    check(
        &Content::EventStream,
        "id: 7\ndata: {\"a\":\ndata: \"ann@example.org\"}\n\n: ann@example.org\ndata: x ann@example.org\r\n\r\n",
        "id: 7\ndata: {\"a\":\ndata: \"[email]\"}\n\n: [email]\ndata: x [email]\r\n\r\n",
    );
}

#[test]
fn json_in_a_string_has_fields_of_its_own() {
    let field = |path: &str, inside: &str, action| Field {
        name: "who".into(),
        path: path.into(),
        inside: Some(inside.into()),
        action,
    };
    let fields = vec![field("data", "a.name", Action::Label), field("data", "b", Action::Remove)];
    let spec = Spec { fields, ..default_spec() };
    check_with(
        &spec,
        &Content::Json,
        r#"{"data":"{\"a\":{\"name\":\"J\\u0061ne\"},\"b\":\"x\",\"c\":\"ann@example.org\"}","a":{"name":"y"}}"#,
        r#"{"data":"{\"a\":{\"name\":\"[who]\"},\"b\":null,\"c\":\"[email]\"}","a":{"name":"y"}}"#,
    );
    check_with(
        &spec,
        &Content::Json,
        r#"{"data":"to ann@example.org"}"#,
        r#"{"data":"to [email]"}"#,
    );
}

#[test]
fn base64_is_read_where_it_is_asked_for() {
    let spec = Spec { base64: true, ..default_spec() };
    // "write to ann@example.org", "write to [email]" and "nobody is in here".
    check_with(
        &spec,
        &Content::Text,
        "a d3JpdGUgdG8gYW5uQGV4YW1wbGUub3Jn b bm9ib2R5IGlzIGluIGhlcmU= c",
        "a d3JpdGUgdG8gW2VtYWlsXQ== b bm9ib2R5IGlzIGluIGhlcmU= c",
    );
}

#[test]
fn a_redactor_does_not_print_what_it_holds() {
    let rules = Arc::new(Rules::compile(&default_spec()).expect("rules"));
    let options = Options { explain: true, ..Options::default() };
    let mut redactor =
        Redactor::of(&rules, redacting::hand(), &Content::Json, Charset::Utf8, options);
    let mut out = Vec::new();
    redactor.push(br#"{"secretkey":"x ann.lee@exam"#, &mut out).expect("nothing to block");
    assert!(redactor.held() > 0);
    let printed = format!("{redactor:?}");
    assert!(!printed.contains("ann") && !printed.contains("secretkey"), "{printed}");
    assert!(!printed.contains("97, 110, 110"), "{printed}");
}

#[test]
fn a_key_between_tags_leaves_them() {
    let key = "-----BEGIN PRIVATE KEY-----";
    for (text, expected) in [
        ("<img src=\"\">MIIE", "[private-key]<img src=\"\">"),
        (
            "<img src=\"data:image/png;base64,\">MIIE",
            "[private-key]<img src=\"data:image/png;base64,\">",
        ),
        ("MIIE<b>\\", "[private-key]<b>"),
        ("MIIE<b>MIIE</b>;", "[private-key]<b></b>;"),
    ] {
        check(&Content::Text, &format!("{key}{text}"), expected);
    }
}

#[test]
fn what_begins_in_a_key_is_taken_before_the_next_key() {
    let key = "-----BEGIN PRIVATE KEY-----";
    check(
        &Content::Text,
        &format!("{key}&#x2F;ann@example.org{key}MIIE"),
        "[private-key][email][private-key]",
    );
}

#[test]
fn the_rest_of_a_key_does_not_go_before_its_first_line() {
    // What may introduce a picture is held, and the backslash is read in two ways.
    let key = "-----BEGIN PRIVATE KEY-----";
    check(&Content::Text, &format!("{key}C: base64-->\\"), "[private-key]>\\");
}
