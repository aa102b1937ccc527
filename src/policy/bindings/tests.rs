//! What a table of tokens remembers, for how long, and what it gives up first.

use super::*;
use crate::policy::source::Source;

#[test]
fn a_token_stands_for_the_property_that_it_was_handed_out_for() {
    let mut bindings = Bindings::new(&[1; 32], 10);
    learn(&mut bindings, "a", "shop", 0, Learnt::New);
    learn(&mut bindings, "b", "blog", 0, Learnt::New);
    known(&mut bindings, "a", 1, Some("shop"));
    known(&mut bindings, "b", 1, Some("blog"));
    known(&mut bindings, "c", 1, None);
    let other = Binding { name: "session".into(), ..binding() };
    assert_eq!(bindings.property_of(&other, b"a", at(1)), None);
    assert_eq!(bindings.learn(&other, b"a", &"blog".into(), at(1)), Learnt::New);
    known(&mut bindings, "a", 1, Some("shop"));
}

#[test]
fn names_and_tokens_do_not_run_together() {
    let mut bindings = Bindings::new(&[1; 32], 10);
    let named = |name: &str| Binding { name: name.into(), ..binding() };
    bindings.learn(&named("ab"), b"c", &"shop".into(), at(0));
    assert_eq!(bindings.property_of(&named("a"), b"bc", at(0)), None);
    assert_eq!(bindings.property_of(&named("ab"), b"c", at(0)).as_deref(), Some("shop"));
}

#[test]
fn it_lives_as_long_as_it_is_used() {
    let mut bindings = Bindings::new(&[1; 32], 10);
    learn(&mut bindings, "a", "shop", 0, Learnt::New);
    known(&mut bindings, "a", 59, Some("shop"));
    known(&mut bindings, "a", 118, Some("shop"));
    learn(&mut bindings, "a", "shop", 177, Learnt::Again);
    known(&mut bindings, "a", 236, Some("shop"));
    known(&mut bindings, "a", 296, None);
    learn(&mut bindings, "a", "shop", 297, Learnt::New);
    known(&mut bindings, "a", 298, Some("shop"));
}

#[test]
fn nobody_takes_a_token_from_another_property_while_it_lives() {
    let mut bindings = Bindings::new(&[1; 32], 10);
    learn(&mut bindings, "a", "shop", 0, Learnt::New);
    learn(&mut bindings, "a", "blog", 30, Learnt::Taken);
    known(&mut bindings, "a", 31, Some("shop"));
    // The attempt did not let it live longer.
    learn(&mut bindings, "a", "blog", 90, Learnt::Taken);
    learn(&mut bindings, "a", "blog", 91, Learnt::New);
    known(&mut bindings, "a", 92, Some("blog"));
    assert_eq!(bindings.counts(), Counts { learnt: 2, taken: 2, dropped: 0 });
    assert_eq!(bindings.len(), 1);
}

#[test]
fn at_the_limit_those_go_that_were_not_used_for_the_longest() {
    let mut bindings = Bindings::new(&[1; 32], 3);
    for token in ["a", "b", "c"] {
        learn(&mut bindings, token, "shop", 0, Learnt::New);
    }
    known(&mut bindings, "a", 1, Some("shop"));
    learn(&mut bindings, "b", "shop", 2, Learnt::Again);
    learn(&mut bindings, "d", "shop", 3, Learnt::New);
    known(&mut bindings, "c", 3, None);
    learn(&mut bindings, "e", "shop", 3, Learnt::New);
    known(&mut bindings, "a", 3, None);
    for token in ["b", "d", "e"] {
        known(&mut bindings, token, 3, Some("shop"));
    }
    assert_eq!(bindings.counts(), Counts { learnt: 5, taken: 0, dropped: 2 });
}

#[test]
fn the_expired_go_before_the_living() {
    let mut bindings = Bindings::new(&[1; 32], 4);
    for (token, second) in [("a", 0), ("b", 0), ("c", 0), ("d", 59)] {
        learn(&mut bindings, token, "shop", second, Learnt::New);
    }
    for token in ["e", "f", "g"] {
        learn(&mut bindings, token, "shop", 60, Learnt::New);
    }
    assert_eq!((bindings.len(), bindings.counts().dropped), (4, 0));
    known(&mut bindings, "d", 60, Some("shop"));
}

#[test]
fn the_limit_may_change() {
    let mut bindings = Bindings::new(&[1; 32], 3);
    for token in ["a", "b", "c"] {
        learn(&mut bindings, token, "shop", 0, Learnt::New);
    }
    bindings.set_capacity(1);
    known(&mut bindings, "b", 1, None);
    known(&mut bindings, "c", 1, Some("shop"));
    bindings.set_capacity(2);
    learn(&mut bindings, "d", "shop", 1, Learnt::New);
    known(&mut bindings, "c", 1, Some("shop"));
    bindings.set_capacity(0);
    assert!(bindings.is_empty());
    learn(&mut bindings, "a", "shop", 2, Learnt::Ignored);
    known(&mut bindings, "a", 2, None);
}

#[test]
fn tokens_of_properties_that_are_gone_are_free_again() {
    let mut bindings = Bindings::new(&[1; 32], 9);
    for (token, property) in [("a", "shop"), ("b", "blog"), ("c", "shop"), ("d", "blog")] {
        learn(&mut bindings, token, property, 0, Learnt::New);
    }
    bindings.keep(|id| id == "blog");
    known(&mut bindings, "a", 1, None);
    known(&mut bindings, "b", 1, Some("blog"));
    known(&mut bindings, "c", 1, None);
    known(&mut bindings, "d", 1, Some("blog"));
    learn(&mut bindings, "a", "blog", 2, Learnt::New);
    assert_eq!((bindings.len(), bindings.counts().dropped), (3, 0));
}

#[test]
fn what_is_no_token_is_not_learnt() {
    let mut bindings = Bindings::new(&[1; 32], 3);
    let long = "x".repeat(LONGEST_TOKEN + 1);
    learn(&mut bindings, "", "shop", 0, Learnt::Ignored);
    learn(&mut bindings, &long, "shop", 0, Learnt::Ignored);
    learn(&mut bindings, &long[1..], "shop", 0, Learnt::New);
    known(&mut bindings, "", 0, None);
    known(&mut bindings, &long, 0, None);
    known(&mut bindings, &long[1..], 0, Some("shop"));
}

#[test]
fn times_that_no_clock_shows_do_no_harm() {
    let mut bindings = Bindings::new(&[1; 32], 3);
    let end = Duration::MAX;
    assert_eq!(bindings.learn(&binding(), b"a", &"shop".into(), end), Learnt::New);
    assert_eq!(bindings.property_of(&binding(), b"a", end), None);
    // A clock that was set back keeps it a little longer.
    learn(&mut bindings, "b", "shop", 100, Learnt::New);
    known(&mut bindings, "b", 0, Some("shop"));
}

#[test]
fn a_table_prints_none_of_what_it_knows() {
    let mut bindings = Bindings::new(&[1; 32], 3);
    learn(&mut bindings, "a", "shop", 0, Learnt::New);
    let printed = format!("{bindings:?}");
    assert_eq!(
        printed,
        "Bindings { capacity: 3, tokens: 1, counts: Counts { learnt: 1, taken: 0, dropped: 0 }, .. }"
    );
}

#[track_caller]
fn learn(bindings: &mut Bindings, token: &str, property: &str, second: u64, expected: Learnt) {
    let learnt = bindings.learn(&binding(), token.as_bytes(), &property.into(), at(second));
    assert_eq!(learnt, expected);
}

#[track_caller]
fn known(bindings: &mut Bindings, token: &str, second: u64, expected: Option<&str>) {
    let property = bindings.property_of(&binding(), token.as_bytes(), at(second));
    assert_eq!(property.as_deref(), expected);
}

fn at(second: u64) -> Duration {
    Duration::from_secs(second)
}

/// Tokens live for a minute.
fn binding() -> Binding {
    Binding {
        name: "pubsub".into(),
        learn: Vec::new(),
        show: vec![Source::Query("token".into())],
        expires: at(60),
    }
}
