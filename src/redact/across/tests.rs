//! What is taken out of a message because of those before it, on every cut of every message.

use crate::detect::catalog::kind;
use crate::redact::hand::HashKey;
use crate::redact::spec::{Action, Field, Pattern, Spec, Validate, Wanted};
use crate::redact::{Blocked, Hand, Memory, Options, Redactor, Rules};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use proptest::sample::{Index, select};
use std::sync::Arc;

#[test]
fn a_card_number_in_pieces_is_completed_by_the_last() {
    check(16, &["4111", "1111", "11111111"], &["4111", "1111", "[payment-card]"]);
    check(2, &["4111 1111", "1111", "1111, ok?"], &["4111 1111", "1111", "[payment-card], ok?"]);
    check(
        3,
        &["it begins with 4111", "then comes 1111-1111", "and at last 1111. Thanks!"],
        &["it begins with 4111", "then comes 1111-1111", "and at last [payment-card]. Thanks!"],
    );
    check(1, &["41111", "11111111111"], &["41111", "[payment-card]"]);
}

#[test]
fn a_card_number_is_completed_by_its_last_digit() {
    let digits: Vec<String> =
        "4111111111111111".chars().map(|digit| json("content", &digit.to_string())).collect();
    let digits: Vec<&str> = digits.iter().map(String::as_str).collect();
    let mut expected = digits.clone();
    expected[15] = r#"{"event":"message","content":"[payment-card]","id":"4"}"#;
    check(16, &digits, &expected);
    check(15, &digits, &expected);
    check(14, &digits, &digits);
}

#[test]
fn words_between_are_no_digits() {
    check(
        16,
        &["4111", "sorry, wait", "one moment", "1111 1111", "there", "1111"],
        &["4111", "sorry, wait", "one moment", "1111 1111", "there", "[payment-card]"],
    );
}

#[test]
fn other_digits_between_begin_something_new() {
    let messages = ["4111", "no, 411 or 412", "1111 1111 1111"];
    check(16, &messages, &messages);
}

#[test]
fn an_account_number_is_completed() {
    check(
        2,
        &["my account: DE89 3704 0044", "0532 0130 00 and thanks"],
        &["my account: DE89 3704 0044", "[iban] and thanks"],
    );
    check(2, &["GB29NWBK6016", "yes", "1331926819"], &["GB29NWBK6016", "yes", "[iban]"]);
    check(2, &["GB29 NWBK 6016", "yes", "1331 9268 19"], &["GB29 NWBK 6016", "yes", "[iban]"]);
}

#[test]
fn an_address_is_completed_on_both_sides_of_the_sign_and_at_a_dot() {
    check(2, &["write to ann@", "example.org, ok"], &["write to ann@", "[email], ok"]);
    check(2, &["ann.doe", "@example.org"], &["ann.doe", "[email]"]);
    check(2, &["ann@example", ".org"], &["ann@example", "[email]"]);
    let apart = ["ann@example", "org"];
    check(2, &apart, &apart);
}

#[test]
fn numbers_of_countries_prove_themselves() {
    check(3, &["86", "095 742", "719"], &["86", "095 742", "[de-tax-id]"]);
    check(3, &["86 095", "742 719"], &["86 095", "[de-tax-id]"]);
}

#[test]
fn what_any_digits_could_be_is_not_put_together() {
    for messages in [
        &["12", "34", "56"][..],
        &["+49 30", "901820"],
        &["192.0.", "2.1"],
        &["order 20260929", "12:30", "49.99"],
        &["my passport is", "123456789"],
        &["4111 1111", "1111 1112"],
    ] {
        check(16, messages, messages);
    }
}

#[test]
fn only_the_same_name_counts_and_others_push_nothing_out() {
    let typing = r#"{"event":"typing","typing":"1"}"#;
    let (begin, end) = (json("content", "4111 1111"), json("content", "1111 1111"));
    let taken = json("content", "[payment-card]");
    check(1, &[&begin, typing, typing, &end], &[&begin, typing, typing, &taken]);
    let others = [&begin, &json("text", "1111 1111")[..]];
    check(16, &others, &others);
    let many: Vec<String> = ["body", "msg", "text", "note"].map(|name| json(name, "12")).into();
    let many: Vec<&str> = [&begin].into_iter().chain(&many).chain([&end]).map(|s| &**s).collect();
    check(16, &many, &many);
}

#[test]
fn numbers_of_programs_stay() {
    let ids: Vec<String> = (0..6).map(|_| r#"{"msg":"ping","id":"4111"}"#.to_owned()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    check(16, &ids, &ids);
    for messages in [
        &[r#"4111["message","hi"]"#, r#"11111["message","hi"]"#, r#"1111111["message","hi"]"#][..],
        &["SEND\nlength:4111\n\nhi", "SEND\nlength:1111\n\nhi", "SEND\nlength:11111111\n\nhi"],
        &[r#"{"content":["4111 1111","1111 1111"]}"#],
        &[r#"{"content":4111}"#, r#"{"content":111111111111}"#],
        &[r#"["4111 1111"]"#, r#"["1111 1111"]"#],
    ] {
        check(16, messages, messages);
    }
    let digit = "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1".split(' ').collect::<Vec<_>>();
    check(16, &digit, &digit);
}

#[test]
fn spelling_is_seen_through_and_markup_survives() {
    check(
        2,
        &[
            r#"{"content":"<div>4111&nbsp;1111</div>"}"#,
            r#"{"content":"<div>11<b>11</b> \u0031111</div>"}"#,
        ],
        &[
            r#"{"content":"<div>4111&nbsp;1111</div>"}"#,
            r#"{"content":"<div>[payment-card]<b></b></div>"}"#,
        ],
    );
}

#[test]
fn what_was_taken_out_leaves_nothing() {
    check(
        2,
        &["4111 1111 1111 1111", "4111 1111", "1111 1111", "1111 1111"],
        &["[payment-card]", "4111 1111", "[payment-card]", "1111 1111"],
    );
    check(
        2,
        &["ann@example.org or 4111 1111", "1111 1111"],
        &["[email] or 4111 1111", "[payment-card]"],
    );
}

#[test]
fn of_a_long_text_only_the_beginning_completes() {
    let long = format!("1111 1111 {}", "and so on ".repeat(40));
    let taken = long.replace("1111 1111", "[payment-card]");
    check_some(2, &["4111 1111", &long, "1111 1111"], &["4111 1111", &taken, "1111 1111"]);
    let late = format!("{}1111 1111", "and so on ".repeat(40));
    check_some(2, &["4111 1111", &late], &["4111 1111", &late]);
    let invisible = format!("1111 1111{}", "\u{200b}".repeat(1000));
    let taken = invisible.replace("1111 1111", "[payment-card]");
    check_some(2, &["4111 1111", &invisible], &["4111 1111", &taken]);
}

#[test]
fn what_is_too_old_is_forgotten() {
    let messages = ["4111 1111", "hello", "1111 1111"];
    check(1, &messages, &messages);
    check(2, &messages, &["4111 1111", "hello", "[payment-card]"]);
}

#[test]
fn without_a_memory_nothing_changes() {
    let rules = rules(Action::Label);
    let messages = ["4111", "1111", "11111111", r#"{"content":"ann@"}"#, r#"{"content":"a.org"}"#];
    assert_eq!(talk(&rules, None, &messages, usize::MAX, 0).unwrap(), messages);
}

#[test]
fn a_message_that_completes_is_blocked() {
    let rules = rules(Action::Block);
    let messages = ["4111 1111", "so: 1111 1111"];
    for cut in 0..=messages[1].len() {
        let blocked = talk(&rules, Some(2), &messages, 1, cut);
        assert_eq!(blocked, Err(Blocked::Forbidden { at: 4 }), "cut at {cut}");
    }
}

#[test]
fn other_actions_know_the_whole() {
    let mask = rules(Action::Mask { first: 0, last: 4 });
    let messages = ["4111 1111", "1111 1111"];
    let masked = talk(&mask, Some(2), &messages, 1, 3).unwrap();
    assert_eq!(masked[1], "**** **** **** 1111");
    let remove = rules(Action::Remove);
    let messages = [json("content", "4111 1111"), json("content", "1111 1111")];
    for cut in 0..=messages[1].len() {
        let removed = talk(&remove, Some(2), &messages, 1, cut).unwrap();
        assert_eq!(removed[1], r#"{"event":"message","content":null,"id":"4"}"#);
    }
}

#[test]
fn a_pattern_takes_part_if_its_match_proves_itself() {
    let pattern = |validate| Pattern {
        name: "order".to_owned(),
        regex: "ORD-?([0-9]{8})".to_owned(),
        validate,
        context: Vec::new(),
        group: 1,
        action: Action::Label,
    };
    let spec = |validate| Spec { patterns: vec![pattern(validate)], ..Spec::default() };
    let messages = ["ann ORD-1234@", "5674"];
    let rules = |validate| Arc::new(Rules::compile(&spec(validate)).unwrap());
    assert_eq!(talk(&rules(None), Some(2), &messages, 1, 0).unwrap(), messages);
    let email = ["ORD-12345674", "ORD-1234"];
    assert_eq!(
        talk(&rules(Some(Validate::Luhn)), Some(2), &email, 1, 0).unwrap()[0],
        "ORD-[order]"
    );
}

#[test]
fn json_in_a_string_remembers_too() {
    let field = Field {
        name: "name".to_owned(),
        path: "data".to_owned(),
        inside: Some("name".to_owned()),
        action: Action::Label,
    };
    let spec = Spec { fields: vec![field], ..spec(Action::Label) };
    let rules = Arc::new(Rules::compile(&spec).unwrap());
    let message = |content: &str| {
        format!(r#"{{"data":"{{\"name\":\"Ann\",\"content\":\"{content}\"}}","id":"4"}}"#)
    };
    let messages = [message("4111 1111"), message("1111 1111")];
    let expected = message("[payment-card]").replace("Ann", "[name]");
    for cut in 0..=messages[1].len() {
        let out = talk(&rules, Some(2), &messages, 1, cut).unwrap();
        assert_eq!(out[1], expected, "cut at {cut}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cuts_do_not_matter(messages in proptest::collection::vec(message(), 2..6), cut in any::<Index>()) {
        let rules = rules(Action::Label);
        let whole = talk(&rules, Some(4), &messages, usize::MAX, 0);
        for (index, message) in messages.iter().enumerate() {
            let places = (0..=message.len()).filter(|place| message.is_char_boundary(*place));
            let places: Vec<usize> = places.collect();
            let place = *cut.get(&places);
            for cut in [place, usize::MAX] {
                prop_assert_eq!(&talk(&rules, Some(4), &messages, index, cut), &whole);
            }
        }
    }
}

/// A message of what people type in pieces, and what programs put around it.
fn message() -> impl Strategy<Value = String> {
    let parts = [
        "4111",
        "1111",
        "4",
        "1",
        " ",
        "-",
        "ok ",
        "é",
        "DE89",
        "3704 0044 0532 0130 00",
        "ann@",
        "@",
        "example",
        ".org",
        "&nbsp;",
        "<b>",
        "</b>",
        "<div>",
        "%31",
        "\u{200b}",
        "+49",
        "\u{ff11}",
        "5555 5555 5555 4444",
        "86095742719",
        "word word word word word word word word word ",
    ];
    let text =
        proptest::collection::vec(select(parts.to_vec()), 0..9).prop_map(|parts| parts.concat());
    (text, select(vec!["content", "text", ""])).prop_map(|(text, name)| match name {
        "" => text,
        name => json(name, &text.replace('1', "\\u0031")),
    })
}

#[test]
fn nothing_of_it_is_printed() {
    let mut redactor = redactor(&rules(Action::Label));
    redactor.recall(Box::new(Memory::new(2)));
    let mut out = Vec::new();
    redactor.push(b"4111 1111", &mut out).unwrap();
    redactor.finish(&mut out).unwrap();
    let printed = format!("{redactor:?} {:?}", redactor.take_memory().unwrap());
    assert!(printed.contains("Memory { messages: 2") && !printed.contains("4111"));
}

/// What becomes of the messages, of which each is cut at every place and byte by byte.
#[track_caller]
fn check(messages_remembered: u8, messages: &[&str], expected: &[&str]) {
    let rules = rules(Action::Label);
    for (index, message) in messages.iter().enumerate() {
        for cut in (0..=message.len()).chain([usize::MAX]) {
            let out = talk(&rules, Some(messages_remembered), messages, index, cut).unwrap();
            assert_eq!(out, expected, "message {index} cut at {cut}");
        }
    }
}

/// The same on some cuts, for long messages.
#[track_caller]
fn check_some(messages_remembered: u8, messages: &[&str], expected: &[&str]) {
    let rules = rules(Action::Label);
    for cut in [0, 1, 9, 10, 63, 64, 199, 200, 201, 202, 333, usize::MAX] {
        let out = talk(&rules, Some(messages_remembered), messages, 1, cut).unwrap();
        assert_eq!(out, expected, "cut at {cut}");
    }
}

/// What goes on of these messages, of which one is cut at this place, or everywhere.
fn talk(
    rules: &Arc<Rules>,
    remembered: Option<u8>,
    messages: &[impl AsRef<str>],
    index: usize,
    cut: usize,
) -> Result<Vec<String>, Blocked> {
    let mut memory = remembered.map(|messages| Box::new(Memory::new(messages)));
    let mut sent = Vec::new();
    for (number, message) in messages.iter().enumerate() {
        let message = message.as_ref().as_bytes();
        let mut redactor = redactor(rules);
        if let Some(memory) = memory.take() {
            redactor.recall(memory);
        }
        let mut out = Vec::new();
        let pieces: Vec<&[u8]> = match cut {
            _ if number != index => vec![message],
            usize::MAX => message.chunks(1).collect(),
            cut => <[&[u8]; 2]>::from(message.split_at(cut)).into(),
        };
        for piece in pieces {
            redactor.push(piece, &mut out)?;
        }
        redactor.finish(&mut out)?;
        memory = redactor.take_memory();
        assert_eq!(memory.is_some(), remembered.is_some());
        sent.push(String::from_utf8(out).unwrap());
    }
    Ok(sent)
}

fn redactor(rules: &Arc<Rules>) -> Redactor {
    let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
    Redactor::of_message(rules, hand, Options::default())
}

fn rules(action: Action) -> Arc<Rules> {
    Arc::new(Rules::compile(&spec(action)).unwrap())
}

fn spec(action: Action) -> Spec {
    let names =
        ["email", "phone", "payment-card", "iban", "ip-address", "de-tax-id", "us-passport"];
    let wanted = |name| Wanted { kind: kind(name).unwrap(), action, context_optional: false };
    Spec { kinds: names.map(wanted).into(), ..Spec::default() }
}

fn json(name: &str, text: &str) -> String {
    format!(r#"{{"event":"message","{name}":"{text}","id":"4"}}"#)
}
