//! Laws of redaction, with random payloads: cuts do not matter, nothing is found twice, what is
//! not personal stays, JSON stays JSON, and little is held back.

#![allow(clippy::print_stdout, reason = "it tells how much was tried and held")]

#[allow(dead_code, unreachable_pub, reason = "the benches use the rest")]
#[path = "../benches/corpus/mod.rs"]
mod corpus;
#[path = "laws_redact/held.rs"]
mod held;
#[path = "laws_redact/payload.rs"]
mod payload;
mod redacting;
#[path = "laws_redact/rule_set.rs"]
mod rule_set;

use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use cloakroom::redact::{Blocked, Options, Redactor, Rules};
use payload::{Piece, anything, document, forms, pieces};
use proptest::prelude::*;
use proptest::sample::Index;
use redacting::{Door, shown};
use rule_set::{RULE_SETS, rules};
use serde_json::Value;
use std::sync::Arc;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_do_not_matter(
        payload in anything(),
        door in 0..DOORS,
        rule_set in 0..RULE_SETS,
        cuts in prop::collection::vec(any::<Index>(), 0..12),
    ) {
        let (door, rules) = (self::door(door), rules(rule_set));
        let whole = outcome(&door, &rules, &[&payload]);
        let pieces = cut(&payload, &cuts);
        prop_assert_eq!(outcome(&door, &rules, &pieces), whole, "{:?}", pieces);
        let bytes: Vec<&[u8]> = payload.chunks(1).collect();
        let whole = outcome(&door, &rules, &[&payload]);
        prop_assert_eq!(outcome(&door, &rules, &bytes), whole, "byte by byte");
    }

    #[test]
    fn nothing_is_found_twice(pieces in pieces(), action in 0..ACTIONS.len(), form in 0..2) {
        let rules = rules(ACTIONS[action]);
        let (content, input) = match form {
            0 => (Content::Text, text(&pieces)),
            _ => (Content::Json, serde_json::json!([text(&pieces)]).to_string()),
        };
        let door = Door::content(content);
        let once = door.redact(&rules, &[input.as_bytes()]).expect("nothing to block");
        let twice = door.redact(&rules, &[&once]).expect("nothing to block");
        prop_assert_eq!(shown(&twice), shown(&once));
    }

    #[test]
    fn what_is_not_personal_stays_byte_for_byte(pieces in pieces(), cuts in cuts()) {
        let expected: String = pieces.iter().map(Piece::labelled).collect();
        let input = text(&pieces);
        let out = Door::content(Content::Text)
            .redact(&rules(0), &cut(input.as_bytes(), &cuts))
            .expect("nothing to block");
        prop_assert_eq!(shown(&out), expected);
    }

    #[test]
    fn each_find_is_noted_where_it_stood(pieces in pieces(), cuts in cuts()) {
        let mut places = Vec::new();
        let mut at = 0;
        for piece in &pieces {
            if let Piece::Personal { kind, .. } = piece {
                places.push(((*kind).to_owned(), at));
            }
            at += piece.text().len() as u64;
        }
        let options = Options { explain: true, ..Options::default() };
        let mut redactor = Door::content(Content::Text).redactor(&rules(0), options);
        let mut out = Vec::new();
        for piece in cut(text(&pieces).as_bytes(), &cuts) {
            redactor.push(piece, &mut out).expect("nothing to block");
        }
        redactor.finish(&mut out).expect("nothing to block");
        let notes = redactor.tally().notes().iter();
        let noted: Vec<_> = notes.map(|note| (note.name.to_string(), note.at)).collect();
        prop_assert_eq!(redactor.tally().total(), noted.len() as u64);
        prop_assert_eq!(noted, places);
    }

    #[test]
    fn json_reads_the_same_but_for_what_is_personal(
        (before, after) in document(),
        forms in forms(),
        cuts in cuts(),
    ) {
        let input = forms.write(&before);
        let out = Door::content(Content::Json)
            .redact(&rules(0), &cut(input.as_bytes(), &cuts))
            .expect("nothing to block");
        let read: Value = serde_json::from_slice(&out)
            .unwrap_or_else(|error| panic!("{error}: {input} -> {}", shown(&out)));
        prop_assert_eq!(&read, &after, "{} -> {}", input, shown(&out));
        if before == after {
            prop_assert_eq!(shown(&out), input);
        }
    }

    #[test]
    fn no_more_is_held_than_is_allowed(
        payload in anything(),
        door in 0..DOORS,
        rule_set in 0..RULE_SETS,
        held in 0_usize..200,
        cuts in cuts(),
    ) {
        let options = Options { held, ..Options::default() };
        let mut redactor = self::door(door).redactor(&rules(rule_set), options);
        let mut out = Vec::new();
        for piece in cut(&payload, &cuts) {
            match redactor.push(piece, &mut out) {
                // While it is not known what it is, its first bytes are held.
                Ok(()) => prop_assert!(redactor.held() <= held.max(OPENING)),
                Err(why) => {
                    stays_blocked(&mut redactor, why)?;
                    break;
                }
            }
        }
    }

    #[test]
    fn without_rules_nothing_changes(payload in anything(), door in 0..DOORS, cuts in cuts()) {
        let nothing = Arc::new(Rules::compile(&Default::default()).expect("rules"));
        let out = outcome(&self::door(door), &nothing, &cut(&payload, &cuts));
        if let Ok(out) = out {
            prop_assert_eq!(out, shown(&payload));
        }
    }
}

/// Once it is blocked it stays so, and writes nothing more.
fn stays_blocked(redactor: &mut Redactor, why: Blocked) -> Result<(), TestCaseError> {
    let mut out = Vec::new();
    prop_assert_eq!(redactor.push(b"ann", &mut out), Err(why));
    prop_assert_eq!(redactor.finish(&mut out), Err(why));
    prop_assert_eq!((out.len(), redactor.held()), (0, 0));
    Ok(())
}

/// As many first bytes say what a payload is: [`cloakroom::format::content::FIRST_BYTES`].
const OPENING: usize = cloakroom::format::content::FIRST_BYTES;

/// The sets of rules whose actions write something.
const ACTIONS: [usize; 4] = [0, 2, 3, 4];

/// How many ways in there are.
const DOORS: usize = 16;

fn door(number: usize) -> Door {
    let multipart = Content::Multipart { boundary: b"b".to_vec() };
    let charset = |label: &[u8]| Charset::labelled(label).expect("a charset");
    let contents = [
        (Content::Text, Charset::Utf8),
        (Content::Json, Charset::Utf8),
        (Content::Form, Charset::Utf8),
        (Content::Markup, Charset::Utf8),
        (Content::EventStream, Charset::Utf8),
        (multipart, Charset::Utf8),
        (Content::Text, Charset::Utf16Le),
        (Content::Json, Charset::Utf16Be),
        (Content::Markup, charset(b"latin1")),
        (Content::Text, charset(b"shift_jis")),
        (Content::Json, charset(b"gb18030")),
        (Content::Binary, Charset::Utf8),
    ];
    let types = [
        "text/plain",
        "application/json; charset=utf-16",
        "nonsense",
        "multipart/form-data; boundary=b",
    ];
    match contents.get(number) {
        Some((content, charset)) => Door::content(content.clone()).in_charset(*charset),
        None => Door::typed(types[number - contents.len()]),
    }
}

/// What comes out, as a failure shows it.
fn outcome(door: &Door, rules: &Arc<Rules>, pieces: &[&[u8]]) -> Result<String, Blocked> {
    // How much is held at a cut is a matter of the cut.
    let options = Options { held: usize::MAX, ..Options::default() };
    let mut redactor = door.redactor(rules, options);
    let mut out = Vec::new();
    for piece in pieces {
        redactor.push(piece, &mut out)?;
    }
    redactor.finish(&mut out)?;
    Ok(shown(&out))
}

fn cuts() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..8)
}

fn cut<'p>(payload: &'p [u8], cuts: &[Index]) -> Vec<&'p [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(payload.len() + 1)).collect();
    places.sort_unstable();
    let mut pieces = Vec::new();
    let mut from = 0;
    for place in places {
        pieces.push(&payload[from..place]);
        from = place;
    }
    pieces.push(&payload[from..]);
    pieces
}

fn text(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::text).collect()
}
