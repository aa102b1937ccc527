//! One direction, at every split and cut.

use super::*;
use crate::detect::catalog::kind;
use crate::policy::Limits as Sizes;
use crate::policy::redaction::{Binary, Parts, Protobuf, Redaction, Unreadable};
use crate::proxy::ceiling::Ceiling;
use crate::proxy::filter::Screen;
use crate::redact::hand::HashKey;
use crate::redact::spec::{Action, Spec, Wanted};
use crate::redact::{Hand, Rules};
use crate::websocket::{Deflate, Inflate, Limits};

const PERSONAL: &str = r#"{"to":"ann@example.org","text":"or bob\u0040example.org, thanks"}"#;
const REDACTED: &str = r#"{"to":"[email]","text":"or [email], thanks"}"#;

#[test]
fn what_goes_on_is_the_same_however_it_was_split_and_cut() {
    for deflated in [false, true] {
        for split in 0..=PERSONAL.len() {
            let (one, two) = PERSONAL.split_at(split);
            let wire = frames(&[one, two], deflated);
            let whole = heard(&wire, wire.len(), Action::Label, deflated);
            assert_eq!(whole.last().map(String::as_str), Some(REDACTED), "split at {split}");
            for size in [1, 2, 3, 7, 64] {
                let cut = heard(&wire, size, Action::Label, deflated);
                assert_eq!(cut, whole, "split at {split}, cut every {size}, {deflated}");
            }
        }
    }
}

#[test]
fn a_message_in_one_frame_goes_on_in_one_and_a_fragment_when_it_ends() {
    for size in [1, 5, 1_000] {
        let wire = frames(&[PERSONAL], false);
        assert_eq!(heard(&wire, size, Action::Label, false), ["End", REDACTED]);
        let wire = frames(&["hello ", "ann@example", ".org"], false);
        let heard = heard(&wire, size, Action::Label, false);
        assert_eq!(heard, ["Fragment", "End", "hello [email]"]);
    }
}

#[test]
fn what_stands_between_fragments_passes_at_once() {
    let mut flow = flow(Action::Label, false);
    let mut out = Vec::new();
    let mut writer = Writer::new(None);
    let mut wire = Vec::new();
    writer.begin(Kind::Text);
    writer.frame(b"ann@exam", false, Some([1, 2, 3, 4]), &mut wire);
    writer.ping(b"there?", Some([4, 3, 2, 1]), &mut wire);
    flow.take(&mut wire, &mut out, same).expect("frames");
    let mut reader = Reader::new(true, None, LIMITS);
    let mut bytes = &mut out[..];
    assert_eq!(reader.next(&mut bytes), Ok(Some(Event::Ping(b"there?"))));
}

#[test]
fn an_answer_to_our_ping_does_not_go_on() {
    let mut flow = flow(Action::Label, false);
    flow.await_pong([0, 0, 0, 7]);
    for (payload, passes) in [(&[0, 0, 0, 8][..], true), (&[0, 0, 0, 7], false)] {
        let (mut wire, mut out) = (Vec::new(), Vec::new());
        Writer::new(None).pong(payload, Some([9; 4]), &mut wire);
        flow.take(&mut wire, &mut out, same).expect("frames");
        assert_eq!(!out.is_empty(), passes, "{payload:?}");
    }
}

#[test]
fn what_the_receiver_was_told_already_does_not_go_on() {
    for (said, passes) in [("welcome", false), ("welcome!", true)] {
        let mut flow = flow(Action::Label, false);
        flow.was_told(&"welcome".into());
        for (message, passes) in [(said, passes), ("welcome", true)] {
            let (one, two) = message.split_at(3);
            let mut wire = frames(&[one, two], false);
            let mut out = Vec::new();
            flow.take(&mut wire, &mut out, same).expect("frames");
            assert_eq!(!out.is_empty(), passes, "{message}");
        }
    }
}

#[test]
fn what_is_forbidden_stops_the_direction_with_a_neutral_reason() {
    let mut flow = flow(Action::Block, false);
    let mut out = Vec::new();
    let broken = flow.take(&mut frames(&["to ann@example.org"], false), &mut out, same);
    let (code, reason) = broken.expect_err("blocked").code();
    assert_eq!((code, reason), (Code::POLICY, "message not accepted"));
    assert!(out.is_empty());
}

fn same() -> Result<Option<Messages>, Broken> {
    Ok(None)
}

/// What the receiver hears of these bytes, which come in pieces of this size: where frames
/// end, and at last what the message says.
fn heard(wire: &[u8], size: usize, action: Action, deflated: bool) -> Vec<String> {
    let mut flow = flow(action, deflated);
    let mut out = Vec::new();
    for piece in wire.chunks(size) {
        flow.take(&mut piece.to_vec(), &mut out, same).expect("frames");
    }
    let mut reader = Reader::new(true, deflated.then(|| Inflate::new(false)), LIMITS);
    let mut bytes = &mut out[..];
    let (mut heard, mut text) = (Vec::new(), Vec::new());
    while let Some(event) = reader.next(&mut bytes).expect("frames") {
        match event {
            Event::Begin(kind) => assert_eq!(kind, Kind::Text),
            Event::Piece(piece) => text.extend_from_slice(piece),
            other => heard.push(format!("{other:?}")),
        }
    }
    heard.push(String::from_utf8(text).expect("text"));
    heard
}

/// A client's message in these fragments.
fn frames(fragments: &[&str], deflated: bool) -> Vec<u8> {
    let mut writer = Writer::new(deflated.then(|| Deflate::new(15, false)));
    let mut wire = Vec::new();
    writer.begin(Kind::Text);
    for (number, fragment) in fragments.iter().enumerate() {
        let last = number + 1 == fragments.len();
        writer.frame(fragment.as_bytes(), last, Some([1, 2, 3, 4]), &mut wire);
    }
    wire
}

fn flow(action: Action, deflated: bool) -> Flow {
    let kind = kind("email").expect("a kind");
    let wanted = Wanted { kind, action, context_optional: false };
    let spec = Spec { kinds: vec![wanted], ..Spec::default() };
    let set = Redaction {
        name: "chat".into(),
        rules: Arc::new(Rules::compile(&spec).expect("rules")),
        parts: Parts::default(),
        headers: Vec::new(),
        unreadable: Unreadable::default(),
        binary: Binary::default(),
        protobuf: Protobuf::default(),
        across_messages: 0,
        observe: false,
    };
    let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
    let screen =
        Screen::new(&Arc::new(set), hand, &Sizes::default(), &Arc::default(), &Ceiling::default());
    let reader = Reader::new(true, deflated.then(|| Inflate::new(false)), LIMITS);
    let writer = Writer::new(deflated.then(|| Deflate::new(15, false)));
    Flow::new(reader, Messages::new(Some(screen), None), writer, true)
}

const LIMITS: Limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 1_000 };
