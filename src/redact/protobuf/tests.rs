//! Messages in, messages out, and what they would be had nobody written anything personal.

use super::Protobuf;
use super::wire::Shape;
use crate::detect::catalog::kind;
use crate::format::content::Binary;
use crate::format::{Bounds, Unreadable};
use crate::redact::hand::HashKey;
use crate::redact::spec::{Action, Spec, Wanted};
use crate::redact::{Blocked, Hand, Options, Rules};
use memchr::memmem;
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};
use std::sync::Arc;

#[test]
fn what_a_string_says_is_taken_out_and_lengths_are_mended() {
    check(&text(1, "to ann@example.org"), &text(1, "to [email]"));
    // Beside other fields, of every wire type.
    let around = |said: &str| {
        let fixed =
            [&b"\x11\x01\x02\x03\x04\x05\x06\x07\x08\x1d\x01\x02\x03\x04"[..], b"\x08\x96\x01"];
        [fixed.concat(), text(4, said), b"\x28\x07".to_vec(), text(6, "bye")].concat()
    };
    check(&around("ann@example.org"), &around("[email]"));
    check(&around("ann@example.org, bob@example.org"), &around("[email], [email]"));
    // In messages in messages, with lengths that get shorter by a byte on the way.
    let long = "x".repeat(120);
    let deep = |said: &str| {
        let inner = [text(1, said), text(2, &long)].concat();
        field(3, &[field(3, &field(3, &inner)), text(9, "ok")].concat())
    };
    check(&deep("ann@example.org"), &deep("[email]"));
    // And longer.
    let grown = |said: &str| field(2, &[text(2, &"y ".repeat(58)), text(2, said)].concat());
    check(&grown("a@b.de"), &grown("[email]"));
    // In groups, which have no length.
    let group =
        |said: &str| [b"\x0b", &text(2, said)[..], b"\x13", &text(1, said), b"\x14\x0c"].concat();
    check(&group("ann@example.org"), &group("[email]"));
    check(&field(7, &group("ann@example.org")), &field(7, &group("[email]")));
    // In maps: an entry is a message.
    let map = |said: &str| field(5, &[text(1, "mail"), text(2, said)].concat());
    check(&map("ann@example.org"), &map("[email]"));
}

#[test]
fn what_is_not_found_stays_as_it_was_spelled() {
    for message in [
        &b""[..],
        b"\x08\x96\x01",
        // A string whose tag, length and neighbours are longer than they need to be.
        b"\x8a\x80\x00\x82\x80\x00hi\x88\x00\x81\x80\x00",
        b"\x0a\x00",
        b"\x0a\x05hello",
        // Packed numbers, a double, bytes.
        b"\x22\x06\x03\x8e\x02\x9e\xa7\x05",
        b"\x0a\x04\xff\xfe\x00\x01",
    ] {
        check(message, message);
    }
    // What is longer than it needs to be around a find is mended, what is beside it is not.
    check(
        b"\x0a\x92\x80\x00\x8a\x00\x0fann@example.org\xa0\x00\x81\x00",
        b"\x0a\x0a\x8a\x00\x07[email]\xa0\x00\x81\x00",
    );
}

#[test]
fn text_is_read_as_everywhere_else() {
    for (said, expected) in [
        ("{\"to\":\"ann\\u0040example.org\",\"n\":1}", "{\"to\":\"[email]\",\"n\":1}"),
        ("<b>ann</b>@example.org", "<b>[email]</b>"),
        ("https://example.org/?q=ann%40example.org", "https://example.org/?q=%5Bemail%5D"),
        ("J\u{f6}rg: ann@example.org \u{65e5}\u{672c}", "J\u{f6}rg: [email] \u{65e5}\u{672c}"),
        ("ann@example.org\0\u{1}", "[email]\0\u{1}"),
        ("{{{{ ann@example.org", "{{{{ [email]"),
    ] {
        check(&text(2, said), &text(2, expected));
        check(&field(6, &text(2, said)), &field(6, &text(2, expected)));
    }
    // In Latin-1, and in UTF-16.
    check(&field(2, b"J\xf6rg: ann@example.org"), &field(2, b"J\xf6rg: [email]"));
    let utf16 = |said: &str| said.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let with_mark = |said: &str| [&b"\xff\xfe"[..], &utf16(said)].concat();
    check(&field(2, &with_mark("to ann@example.org")), &field(2, &with_mark("to [email]")));
}

#[test]
fn what_may_be_a_text_or_a_message_tells_nothing_as_either() {
    // Texts that divide into fields by chance: this is a card number that issuers publish.
    check(&text(2, "5105105105105100"), &text(2, "[payment-card]"));
    // A message as legible as a text: its tag is a line feed, its length a letter.
    let legible = |said: &str| field(2, &text(1, &format!("{said} and {}", "so on ".repeat(8))));
    check(&legible("ann@example.org"), &legible("[email]"));
    // Of several in one another.
    let nested = |said: &str| field(2, &field(4, &legible(said)[2..]));
    check(&nested("ann@example.org"), &nested("[email]"));
    // A text that begins with a letter and happens to divide: none of its characters is a length.
    let begun = |said: &str| format!("be {said} {}", "so ".repeat(40));
    let divides = |said: &str| format!("z{}{}", char::from(120), &begun(said)[..120]);
    assert_eq!(super::wire::shape(divides("ann@example.org").as_bytes(), 9), Shape::Message);
    check(
        &text(2, &divides("ann@example.org")),
        &text(2, &divides("ann@example.org").replace("ann@example.org", "[email]")),
    );
    // What stands across two fields is found as a text alone.
    let halves = [
        text(1, &format!("{}ann@exa", "x ".repeat(16))),
        text(9, &format!("le.org {}", "x".repeat(43))),
    ];
    let across = field(2, &halves.concat());
    let rewritten = rewrite(&across, Options::default()).unwrap().expect("a find");
    assert!(memmem::find(&rewritten, b"le.org").is_none(), "{rewritten:?}");
}

#[test]
fn what_cannot_be_read_is_not_passed_on() {
    let pass = Options { pass_unreadable: true, ..Options::default() };
    let refuse = Options { binary: Binary::Refuse, ..Options::default() };
    let deep = |levels: usize| (0..levels).fold(text(3, "hello, ann"), |inner, _| field(3, &inner));
    let json = |levels: usize| text(1, &"[".repeat(levels));
    let groups = [vec![0x0b; 101], vec![0x0c; 101]].concat();
    for (what, message, options, expected) in [
        (
            "no message",
            b"\x0a\x05ann".to_vec(),
            Options::default(),
            Unreadable::NoMessage { at: 0 },
        ),
        (
            "text",
            b"to ann@example.org".to_vec(),
            Options::default(),
            Unreadable::NoMessage { at: 0 },
        ),
        ("levels", deep(100), Options::default(), Unreadable::TooDeep { at: 242 }),
        ("groups", groups, Options::default(), Unreadable::TooDeep { at: 0 }),
        ("JSON", json(200), Options::default(), Unreadable::TooDeep { at: 131 }),
        ("a picture", field(2, b"\x89PNG\r\n\x1a\n\0"), refuse, Unreadable::Binary { at: 2 }),
    ] {
        assert_eq!(rewrite(&message, options), Err(Blocked::Unreadable(expected)), "{what}");
        let pass = Options { pass_unreadable: true, ..options };
        assert_eq!(rewrite(&message, pass), Ok(None), "{what}");
    }
    assert_eq!(rewrite(&deep(99), Options::default()), Ok(None));
    // Where one part cannot be read, the others are.
    let message = |said: &str| [json(200), text(2, said)].concat();
    assert_eq!(rewrite(&message("ann@example.org"), pass), Ok(Some(message("[email]"))));
}

#[test]
fn what_is_forbidden_stops_a_message() {
    let mut messages = protobuf(Action::Block, Options::default());
    assert_eq!(messages.rewrite(&text(2, "nothing")), Ok(None));
    let forbidden = messages.rewrite(&field(3, &text(2, "ann@example.org")));
    assert_eq!(forbidden, Err(Blocked::Forbidden { at: 4 }));
    let observe = Options { observe: true, ..Options::default() };
    let mut messages = protobuf(Action::Block, observe);
    assert_eq!(messages.rewrite(&text(2, "ann@example.org")), Ok(None));
    assert_eq!(messages.rewrite(&text(2, "ann@example.org")), Ok(None));
    assert_eq!(messages.tally().total(), 2);
}

#[test]
fn one_message_says_nothing_of_the_next() {
    let mut messages = protobuf(Action::Label, Options::default());
    for _ in 0..3 {
        assert_eq!(messages.rewrite(&text(1, "ann@exa")), Ok(None));
        assert_eq!(messages.rewrite(&text(1, "mple.org")), Ok(None));
        let found = messages.rewrite(&text(1, "ann@example.org"));
        assert_eq!(found, Ok(Some(text(1, "[email]"))));
    }
    assert_eq!(messages.tally().total(), 3);
}

#[test]
fn nothing_of_a_message_is_printed() {
    let mut messages = protobuf(Action::Label, Options::default());
    messages.rewrite(&text(1, "ann@example.org")).unwrap();
    assert!(!format!("{messages:?} {messages:#?}").contains("ann"));
}

#[test]
fn hostile_messages_take_no_longer_than_others() {
    // Content that may be both, in one another as often as it can be: each byte is searched a few
    // times, not once for every level.
    let nest = |levels: usize| {
        (0..levels).fold(text(4, "hello, how are you?? hello, ann."), |inner, _| field(4, &inner))
    };
    let many = field(2, &nest(40)).repeat(2_000);
    let began = std::time::Instant::now();
    assert_eq!(rewrite(&many, Options::default()), Ok(None));
    let spent = began.elapsed();
    assert!(spent < std::time::Duration::from_secs(10), "{spent:?} for {} bytes", many.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_a_message_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(Some(rewritten)) = rewrite(&bytes, Options::default()) {
            prop_assert!(rewritten != bytes);
        }
    }

    #[test]
    fn a_message_leaves_as_if_nobody_had_written_it(tree in tree()) {
        let mut with = Vec::new();
        let mut without = Vec::new();
        tree.write("ann@example.org", &mut with);
        tree.write("[email]", &mut without);
        let rewritten = rewrite(&with, Options::default()).unwrap();
        prop_assert!(rewritten.as_ref().unwrap_or(&with) == &without, "{tree:?}");
        prop_assert!(rewrite(&without, Options::default()) == Ok(None), "found twice: {tree:?}");
    }
}

/// A message of which a test knows what its fields are.
#[derive(Clone, Debug)]
enum Tree {
    Number(u64),
    Fixed(u64),
    Bytes(Vec<u8>),
    /// What stands before and behind a place that may be personal.
    Text(String, bool, String),
    Message(Vec<(u32, Tree)>),
    Group(Vec<(u32, Tree)>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Tree::Number),
        any::<u64>().prop_map(Tree::Fixed),
        proptest::collection::vec(128_u8..=255, 1..9).prop_map(Tree::Bytes),
        ("([a-z]{1,9} ){0,20}", any::<bool>(), "( [a-z]{1,9}){0,20}")
            .prop_map(|(before, is, behind)| Tree::Text(before, is, behind)),
    ];
    let inner = leaf.prop_recursive(6, 40, 6, |inner| {
        let fields = proptest::collection::vec((number(), inner), 0..6);
        (any::<bool>(), fields).prop_map(|(is_group, fields)| match is_group {
            true => Tree::Group(fields),
            false => Tree::Message(fields),
        })
    });
    proptest::collection::vec((number(), inner), 0..6).prop_map(Tree::Message)
}

/// Not those of which the first is taken for a text, if all of its message could be one.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![1_u32..8, 16_u32..40]
}

impl Tree {
    fn write(&self, said: &str, out: &mut Vec<u8>) {
        let (Self::Message(fields) | Self::Group(fields)) = self else { unreachable!() };
        for (number, value) in fields {
            let number = *number;
            match value {
                Self::Number(value) => {
                    varint(u64::from(number) << 3, out);
                    varint(*value, out);
                }
                Self::Fixed(value) => {
                    varint(u64::from(number) << 3 | 1, out);
                    out.extend(value.to_le_bytes());
                }
                Self::Bytes(bytes) => out.extend(field(number, bytes)),
                Self::Text(before, is, behind) => {
                    let said = if *is { said } else { "" };
                    out.extend(text(number, &format!("{before}{said}{behind}")));
                }
                Self::Message(_) => {
                    let mut inner = Vec::new();
                    value.write(said, &mut inner);
                    out.extend(field(number, &inner));
                }
                Self::Group(_) => {
                    varint(u64::from(number) << 3 | 3, out);
                    value.write(said, out);
                    varint(u64::from(number) << 3 | 4, out);
                }
            }
        }
    }
}

fn text(number: u32, text: &str) -> Vec<u8> {
    field(number, text.as_bytes())
}

fn field(number: u32, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    varint(u64::from(number) << 3 | 2, &mut out);
    varint(content.len() as u64, &mut out);
    out.extend_from_slice(content);
    out
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}

/// A message becomes another one, or stays, and then nothing more is found in it.
#[track_caller]
fn check(message: &[u8], expected: &[u8]) {
    let rewritten = rewrite(message, Options::default()).unwrap();
    assert_eq!(rewritten.is_some(), message != expected);
    let rewritten = rewritten.unwrap_or_else(|| message.to_vec());
    assert_eq!(rewritten, expected, "{}", String::from_utf8_lossy(&rewritten));
    assert_eq!(rewrite(expected, Options::default()), Ok(None), "found twice");
}

fn rewrite(message: &[u8], options: Options) -> Result<Option<Vec<u8>>, Blocked> {
    protobuf(Action::Label, options).rewrite(message)
}

fn protobuf(action: Action, options: Options) -> Protobuf {
    let wanted = |name| Wanted { kind: kind(name).unwrap(), action, context_optional: false };
    let kinds = ["email", "payment-card"].map(wanted).to_vec();
    let rules = Rules::compile(&Spec { kinds, ..Spec::default() }).unwrap();
    let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
    let options = Options { bounds: Bounds { depth: 128 }, ..options };
    Protobuf::new(&Arc::new(rules), hand, options)
}
