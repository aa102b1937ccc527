//! What stands within what: JSON in JSON strings as ActionCable sends it, arrays with positions
//! as Phoenix sends them, HTML in JSON strings as Zammad sends it. One place changes, spelled as
//! it has to be there, and everything around it stays byte for byte.

use crate::redacting::{
    check, check_rules, check_with, default_spec, kinds_spec, shown, unchanged,
};
use cloakroom::format::content::Content;
use cloakroom::redact::spec::{Action, Field};
use cloakroom::redact::{Rules, Spec};
use serde_json::{Value, json};
use std::sync::Arc;

/// An ActionCable subscription's name: a literal text to the backend.
const IDENTIFIER: &str =
    r#""identifier":"{\"channel\":\"RoomChannel\",\"pubsub_token\":\"Pq3zB7kLm9nR5sT1vW4xYc8d\"}""#;

/// What a visitor sends, and what becomes of it.
fn cases() -> [(Value, Value); 9] {
    [
        (json!("write to ann@example.org"), json!("write to [email]")),
        (json!("\"Ann\" <ann@example.org>\n\\ / \u{fc}"), json!("\"Ann\" <[email]>\n\\ / \u{fc}")),
        (json!({"phone": "+49 170 1234567"}), json!({"phone": "[phone]"})),
        (json!({"card": 4_111_111_111_111_111_u64}), json!({"card": "[payment-card]"})),
        (json!([1, 4_111_111_111_111_111_u64]), json!([1, "[payment-card]"])),
        (json!({"a": ["x", 4_111_111_111_111_111_u64]}), json!({"a": ["x", "[payment-card]"]})),
        (json!({"ann@example.org": true}), json!({"[email]": true})),
        (json!("DE89\u{a0}3704 0044 0532 0130 00"), json!("[iban]")),
        (json!({"action": "update_presence", "at": 1_790_669_742}), json!(null)),
    ]
}

#[test]
fn json_in_json_is_seen_through_three_times() {
    for (input, expected) in cases() {
        let expected = if expected.is_null() { input.clone() } else { expected };
        let frame = |data: &Value, depth: usize| {
            let packed = (0..depth).fold(data.clone(), |inner, _| {
                Value::String(json!({"action": "send", "inner": inner}).to_string())
            });
            format!(r#"{{"command":"message",{IDENTIFIER},"data":{packed}}}"#)
        };
        for depth in 0..=3 {
            check(&Content::Json, &frame(&input, depth), &frame(&expected, depth));
        }
    }
}

#[test]
fn escapes_within_escapes_are_seen_through() {
    check(
        &Content::Json,
        r#"{"data":"{\"t\":\"ann\\u0040example.org\",\"u\":\"\\\"\\u00fc\\/\"}"}"#,
        r#"{"data":"{\"t\":\"[email]\",\"u\":\"\\\"\\u00fc\\/\"}"}"#,
    );
    check(
        &Content::Json,
        r#"{"data":"{\"d\":\"{\\\"t\\\":\\\"ann\\\\u0040example.org\\\"}\"}"}"#,
        r#"{"data":"{\"d\":\"{\\\"t\\\":\\\"[email]\\\"}\"}"}"#,
    );
    check(
        &Content::Json,
        r#"{"data":"\u007b\u0022t\u0022:\u0022ann\u005cu0040example.org\u0022}"}"#,
        r#"{"data":"\u007b\u0022t\u0022:\u0022[email]\u0022}"}"#,
    );
}

#[test]
fn a_frame_without_finds_stays_as_it_is() {
    for frame in [
        format!(r#"{{"command":"subscribe",{IDENTIFIER}}}"#),
        format!(
            r#"{{ "command" : "message", {IDENTIFIER},"data":"{{ \"n\" : [1.0e3 , -0 ,{{}}],\"u\":\"\\u00fc\\/\\\\\"}}" }}"#
        ),
        r#"{"data":"{\"d\":\"{\\\"order\\\":\\\"20260929-0001\\\",\\\"at\\\":1790669742123}\"}"}"#
            .to_owned(),
        r#"{"data":"{\"broken\":[1,\"x","a":"{"}"#.to_owned(),
        r#"{"data":"[12:30] ok","b":"[","c":"{\""}"#.to_owned(),
    ] {
        unchanged(&Content::Json, &frame);
    }
}

#[test]
fn numbers_within_strings_stay_readable_whatever_is_done_to_them() {
    let input = r#"{"d":"{\"card\":4111111111111111,\"b\":[4111111111111111 ,2]}"}"#;
    let label = r#"{"d":"{\"card\":\"[payment-card]\",\"b\":[\"[payment-card]\" ,2]}"}"#;
    let mask = r#"{"d":"{\"card\":\"************1111\",\"b\":[\"************1111\" ,2]}"}"#;
    for (action, expected) in [
        (Action::Label, label.to_owned()),
        (Action::Mask { first: 0, last: 4 }, mask.to_owned()),
        (Action::Remove, label.replace(r#"\"[payment-card]\""#, "null")),
    ] {
        let mut spec = default_spec();
        spec.kinds.iter_mut().for_each(|wanted| wanted.action = action);
        check_with(&spec, &Content::Json, input, &expected);
    }
    // A number that a person wrote has no quotes to take.
    check(
        &Content::Json,
        r#"{"t":"card: 4111111111111111, or [4111111111111111]"}"#,
        r#"{"t":"card: [payment-card], or [[payment-card]]"}"#,
    );
    check(
        &Content::Form,
        "data=%7B%22card%22%3A4111111111111111%7D",
        "data=%7B%22card%22%3A%22%5Bpayment-card%5D%22%7D",
    );
}

#[test]
fn fields_of_json_in_a_string_are_taken_from_an_actioncable_frame() {
    let field = |path: &str, inside: Option<&str>, action| Field {
        name: "who".into(),
        path: path.into(),
        inside: inside.map(str::to_owned),
        action,
    };
    let spec = Spec {
        fields: vec![
            field("data", Some("contact.name"), Action::Label),
            field("data", Some("cards[1]"), Action::Remove),
            field("identifier", None, Action::Keep),
        ],
        ..default_spec()
    };
    let before = json!({
        "action": "set_user",
        "contact": {"name": "Jane \"JD\" Doe", "email": "ann@example.org"},
        "cards": [1, 2],
        "inner": json!({"mail": "ann@example.org"}).to_string(),
    });
    let after = json!({
        "action": "set_user",
        "contact": {"name": "[who]", "email": "[email]"},
        "cards": [1, null],
        "inner": json!({"mail": "[email]"}).to_string(),
    });
    let frame = |data: &Value| {
        let data = Value::String(data.to_string());
        format!(r#"{{"command":"message",{IDENTIFIER},"data":{data}}}"#)
    };
    check_with(&spec, &Content::Json, &frame(&before), &frame(&after));
}

#[test]
fn what_is_replaced_can_be_read_at_every_level() {
    let rules = Arc::new(Rules::compile(&default_spec()).expect("rules"));
    for (input, expected) in cases().iter().filter(|(_, expected)| !expected.is_null()) {
        let pack = |data: &Value| json!({"d": json!({"d": data.to_string()}).to_string()});
        let sent = pack(input).to_string();
        let out = crate::redacting::redact(&rules, &Content::Json, &[sent.as_bytes()])
            .expect("nothing to block");
        let mut read: Value = serde_json::from_slice(&out).expect("JSON");
        for _ in 0..2 {
            let inner = read["d"].as_str().expect("a string");
            read = serde_json::from_str(inner).unwrap_or_else(|error| {
                panic!("{error}: {}", shown(&out));
            });
        }
        assert_eq!(&read, expected);
    }
}

#[test]
fn phoenix_arrays_have_positions() {
    let frame = r#"["3","3","room:lobby","shout",{"body":"mail ann@example.org","n":[1]}]"#;
    let taken = r#"["3","3","room:lobby","shout",{"body":"[body]","n":[1]}]"#;
    for path in ["[4].body", "$[4].body", "[*].body", "$[4]['body']", "..body", "body"] {
        check_with(&field(path), &Content::Json, frame, taken);
    }
    for path in ["[3].body", "[4][0]", "[5]", "$.body", "[4].Body", "['4'].body", "[4].n.body"] {
        check_with(&field(path), &Content::Json, frame, frame);
    }
    check_with(
        &field("[2]"),
        &Content::Json,
        frame,
        r#"["3","3","[body]","shout",{"body":"mail ann@example.org","n":[1]}]"#,
    );
    check_with(
        &field("$[4].n[0]"),
        &Content::Json,
        frame,
        r#"["3","3","room:lobby","shout",{"body":"mail ann@example.org","n":["[body]"]}]"#,
    );
    check(
        &Content::Json,
        frame,
        r#"["3","3","room:lobby","shout",{"body":"mail [email]","n":[1]}]"#,
    );
    // Without references, and what comes after it.
    check_with(
        &field("[4].body"),
        &Content::Json,
        "[null,null,\"room:lobby\",\"shout\",{\"body\":\"x\"}]\n[null, 4 ,[],{},{\"body\":[\"x\",{}]}]",
        "[null,null,\"room:lobby\",\"shout\",{\"body\":\"[body]\"}]\n[null, 4 ,[],{},{\"body\":[\"[body]\",{}]}]",
    );
}

#[test]
fn html_in_a_json_string_is_read_as_a_person_reads_it() {
    for (html, expected) in [
        (
            "<div>I am Jane&nbsp;Doe, jane.<b>doe</b>@example.org, call +49&nbsp;170 1234567</div>",
            "<div>I am Jane&nbsp;Doe, [email]<b></b>, call [phone]</div>",
        ),
        ("jane<span class=x>.doe</span>&#64;example<wbr>.org", "[email]<span class=x></span><wbr>"),
        ("jane&period;doe&commat;example&#x2e;org", "[email]"),
        ("+49<span>&nbsp;</span>170<b> 123</b>4567", "[phone]<span></span><b></b>"),
        ("jane.doe<!-- x -->@<i>example.org</i>", "[email]<!-- x --><i></i>"),
        ("<DIV>jane.<B>doe</B>@example.org</DIV>", "<DIV>[email]<B></B></DIV>"),
        ("DE89&nbsp;3704&nbsp;0044&nbsp;0532&nbsp;0130&nbsp;00<br>", "[iban]<br>"),
        ("4111&shy;1111&thinsp;1111&#8209;1111", "[payment-card]"),
        (
            "<a href=\"mailto:jane.doe@example.org\">jane.doe@example.org</a>",
            "<a href=\"mailto:[email]\">[email]</a>",
        ),
        ("&lt;jane.doe@example.org&gt;", "&lt;[email]&gt;"),
        // Two lines are two texts.
        ("<p>jane.doe@</p><p>example.org</p>", "<p>jane.doe@</p><p>example.org</p>"),
        ("4111 1111<br>1111 1111", "4111 1111<br>1111 1111"),
    ] {
        let plain = |html: &str| json!({"data": {"content": html}}).to_string();
        check(&Content::Json, &plain(html), &plain(expected));
        // Rails and PHP write it like this.
        let escaped = |html: &str| {
            let signs = [("<", "\\u003c"), (">", "\\u003E"), ("&", "\\u0026"), ("/", "\\/")];
            signs.iter().fold(plain(html), |text, (sign, escape)| text.replace(sign, escape))
        };
        check(&Content::Json, &escaped(html), &escaped(expected));
        // And within JSON in a string.
        let nested = |html: &str| json!({"data": plain(html)}).to_string();
        check(&Content::Json, &nested(html), &nested(expected));
    }
}

#[test]
fn the_words_of_a_weak_kind_count_across_tags() {
    let rules = Arc::new(Rules::compile(&kinds_spec(&["phone-national"])).expect("rules"));
    check_rules(
        &rules,
        &Content::Json,
        br#"{"content":"<p>phone: <b>0170</b>&nbsp;1234567</p>"}"#,
        br#"{"content":"<p>phone: <b>[phone-national]</b></p>"}"#,
    );
}

/// One field, called `body`.
fn field(path: &str) -> Spec {
    let field =
        Field { name: "body".into(), path: path.into(), inside: None, action: Action::Label };
    Spec { fields: vec![field], ..Spec::default() }
}
