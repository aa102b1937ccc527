//! Sets of rules, compiled once.

use cloakroom::detect::catalog::{DEFAULT, kind, kinds};
use cloakroom::detect::kind::Kind;
use cloakroom::redact::Rules;
use cloakroom::redact::spec::{Action, Allow, Field, Names, Pattern, Spec, Wanted};
use std::sync::{Arc, OnceLock};

/// The default kinds, labelled.
pub fn default() -> Arc<Rules> {
    Arc::clone(&all()[0])
}

/// The set of this number.
pub fn of(die: u8) -> Arc<Rules> {
    let rules = all();
    Arc::clone(&rules[usize::from(die) % rules.len()])
}

fn all() -> &'static [Arc<Rules>] {
    static RULES: OnceLock<Vec<Arc<Rules>>> = OnceLock::new();
    RULES.get_or_init(|| {
        let rules = |spec: &Spec| Arc::new(Rules::compile(spec).expect("rules"));
        specs().iter().map(rules).collect()
    })
}

fn specs() -> Vec<Spec> {
    let mask = Action::Mask { first: 1, last: 2 };
    vec![
        defaults(Action::Label, false),
        every(Action::Label, false),
        every(Action::Remove, true),
        defaults(Action::Remove, false),
        defaults(mask, false),
        every(Action::Hash, false),
        defaults(Action::StandIn, false),
        Spec { names: Names::Pass, ..defaults(Action::Block, false) },
        Spec { fields: fields(), patterns: patterns(), ..defaults(Action::Label, false) },
        Spec { fields: fields(), patterns: patterns(), allow: allow(), ..Spec::default() },
        Spec {
            regions: vec![*b"DE", *b"US", *b"ES"],
            private_domains: vec!["corp".into(), "internal".into()],
            public_addresses_only: true,
            allow: allow(),
            ..every(Action::StandIn, false)
        },
    ]
}

fn defaults(action: Action, context_optional: bool) -> Spec {
    spec(DEFAULT.iter().filter_map(|name| kind(name)), action, context_optional)
}

fn every(action: Action, context_optional: bool) -> Spec {
    spec(kinds(), action, context_optional)
}

fn spec(
    kinds: impl Iterator<Item = &'static Kind>,
    action: Action,
    context_optional: bool,
) -> Spec {
    let kinds = kinds.map(|kind| Wanted { kind, action, context_optional }).collect();
    Spec { kinds, ..Spec::default() }
}

fn fields() -> Vec<Field> {
    let field = |path: &str, action| Field {
        name: path.replace(['.', '*'], "-"),
        path: path.into(),
        inside: None,
        action,
    };
    vec![
        field("name", Action::Label),
        field("a.b", Action::Remove),
        field("a[0]", Action::Hash),
        field("contact.*", Action::Mask { first: 1, last: 1 }),
        field("..mail", Action::StandIn),
        field("id", Action::Keep),
    ]
}

fn patterns() -> Vec<Pattern> {
    let pattern = |name: &str, regex: &str, group, context: &[&str]| Pattern {
        name: name.into(),
        regex: regex.into(),
        validate: None,
        context: context.iter().map(|&word| word.to_owned()).collect(),
        group,
        action: Action::Label,
    };
    vec![
        pattern("order", r"\bORD-([0-9]{8})\b", 1, &[]),
        pattern("room", r"r[o0]{1,9}m", 0, &["my"]),
        pattern("mark", r"(?i:ä|ß|€)[^a]{0,3}z?", 0, &[]),
    ]
}

fn allow() -> Allow {
    Allow {
        values: vec!["ann@example.org".into()],
        domains: vec!["shop.example".into()],
        networks: vec!["192.0.2.0/24".parse().expect("a network")],
        patterns: vec!["4111.*".into()],
    }
}
