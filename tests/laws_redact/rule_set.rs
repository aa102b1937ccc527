//! Sets of rules, compiled once.

use crate::redacting::{default_spec, kinds_spec};
use cloakroom::detect::catalog::kinds;
use cloakroom::redact::Rules;
use cloakroom::redact::spec::{Action, Field, Names, Pattern, Spec};
use std::sync::{Arc, OnceLock};

/// How many there are.
pub(crate) const RULE_SETS: usize = 9;

/// The set of this number: first the default kinds, labelled.
pub(crate) fn rules(number: usize) -> Arc<Rules> {
    static RULES: OnceLock<Vec<Arc<Rules>>> = OnceLock::new();
    let compile = |spec: Spec| Arc::new(Rules::compile(&spec).expect("rules"));
    let rules = RULES.get_or_init(|| specs().into_iter().map(compile).collect());
    Arc::clone(&rules[number])
}

fn specs() -> [Spec; RULE_SETS] {
    let every: Vec<&str> = kinds().map(|kind| kind.name).collect();
    let every = || kinds_spec(&every);
    [
        default_spec(),
        every(),
        acting(default_spec(), Action::Mask { first: 1, last: 2 }),
        acting(default_spec(), Action::Hash),
        acting(default_spec(), Action::StandIn),
        without_context(acting(every(), Action::Remove)),
        acting(default_spec(), Action::Block),
        Spec { fields: fields(), patterns: patterns(), ..default_spec() },
        Spec { fields: fields(), patterns: patterns(), names: Names::Pass, ..Spec::default() },
    ]
}

fn acting(mut spec: Spec, action: Action) -> Spec {
    for wanted in &mut spec.kinds {
        wanted.action = action;
    }
    spec
}

fn without_context(mut spec: Spec) -> Spec {
    for wanted in &mut spec.kinds {
        wanted.context_optional = true;
    }
    spec
}

fn fields() -> Vec<Field> {
    let field = |name: &str, path: &str, action| Field {
        name: name.to_owned(),
        path: path.to_owned(),
        inside: None,
        action,
    };
    vec![
        field("whole", "a", Action::Label),
        field("gone", "b.a", Action::Remove),
        field("masked", "b.b", Action::Mask { first: 1, last: 1 }),
        field("hashed", "c[0]", Action::Hash),
        field("kept", "..d", Action::Keep),
    ]
}

fn patterns() -> Vec<Pattern> {
    let pattern = |name: &str, regex: &str, group| Pattern {
        name: name.to_owned(),
        regex: regex.to_owned(),
        validate: None,
        context: Vec::new(),
        group,
        action: Action::Label,
    };
    vec![pattern("order", r"\bORD-([0-9]{4})\b", 1), pattern("letters", r"(?i:ä|ß){1,3}z?", 0)]
}
