//! What the rules of a set are: asked of the plain data, before it is made ready.

use super::spec;
use crate::config::read::read_file;
use crate::config::report::Reports;
use crate::detect::catalog::{DEFAULT, kinds};
use crate::detect::kind::Group;
use crate::redact::Spec;
use crate::redact::spec::{Action, Names, Validate};

#[test]
fn a_set_that_says_nothing_labels_what_is_found_by_default() {
    let spec = read("");
    let names: Vec<&str> = spec.kinds.iter().map(|wanted| wanted.kind.name).collect();
    assert_eq!(names.len(), DEFAULT.len());
    assert!(DEFAULT.iter().all(|name| names.contains(name)));
    assert!(spec.kinds.iter().all(|wanted| wanted.action == Action::Label));
    assert!(spec.kinds.iter().all(|wanted| !wanted.context_optional));
    assert_eq!(spec.names, Names::Redact);
    assert!(spec.patterns.is_empty() && spec.fields.is_empty() && spec.regions.is_empty());
    assert!(!spec.public_addresses_only && !spec.base64);
}

#[test]
fn kinds_come_in_and_go_out_in_any_order() {
    check_kinds("'vin', 'email'", &["email", "vin"]);
    check_kinds("'group:fr', 'email'", &["email", "fr-nir"]);
    check_kinds(
        "'group:gb', '-gb-utr', '-gb-nino', '-gb-nhs'",
        &["gb-driving-licence", "gb-passport", "gb-postcode"],
    );
    check_kinds("'-email', '-phone', 'email', 'phone', 'vin'", &["vin"]);
    check_kinds("'default', '-group:secrets', '-group:global', 'vin', 'fr-nir'", &["fr-nir"]);
    check_kinds("'group:nl', 'nl-bsn'", &["nl-bsn"]);
}

#[test]
fn all_is_all() {
    assert_eq!(read("kinds = ['all']").kinds.len(), kinds().count());
    let secrets = kinds().filter(|kind| kind.group == Group::Secrets).count();
    let rest = read("kinds = ['all', '-group:secrets']").kinds.len();
    assert_eq!(rest + secrets, kinds().count());
}

#[test]
fn the_nearest_word_decides_over_an_action() {
    let lines = "kinds = ['email', 'jwt', 'aws-key']\naction = 'hash'\n\
                 actions = { jwt = 'block', 'group:secrets' = 'remove' }";
    check_actions(
        lines,
        &[("email", Action::Hash), ("jwt", Action::Block), ("aws-key", Action::Remove)],
    );
}

#[test]
fn every_action_is_understood() {
    for (written, expected) in [
        ("'label'", Action::Label),
        ("'mask'", Action::Mask { first: 0, last: 0 }),
        ("{ mask = {} }", Action::Mask { first: 0, last: 0 }),
        ("{ mask = { first = 1, last = 4 } }", Action::Mask { first: 1, last: 4 }),
        ("'hash'", Action::Hash),
        ("'remove'", Action::Remove),
        ("'address'", Action::Address),
        ("'block'", Action::Block),
        ("'stand-in'", Action::StandIn),
    ] {
        let lines = format!("kinds = ['email']\naction = {written}");
        check_actions(&lines, &[("email", expected)]);
        let spec = read(&format!("[[redaction.field]]\npath = 'a'\naction = {written}"));
        assert_eq!(spec.fields[0].action, expected);
    }
}

#[test]
fn context_is_optional_for_all_or_for_some() {
    let optional = |lines: &str| -> Vec<&str> {
        let spec = read(&format!("kinds = ['us-passport', 'gb-passport']\n{lines}"));
        let optional = spec.kinds.iter().filter(|wanted| wanted.context_optional);
        optional.map(|wanted| wanted.kind.name).collect()
    };
    assert_eq!(optional(""), [""; 0]);
    assert_eq!(optional("context = 'required'"), [""; 0]);
    assert_eq!(optional("optional_context = ['gb-passport']"), ["gb-passport"]);
    assert_eq!(optional("context = 'optional'"), ["us-passport", "gb-passport"]);
}

#[test]
fn countries_bring_their_telephone_numbers() {
    check_kinds("'phone'", &["phone"]);
    let spec = read("kinds = ['phone']\nregions = ['de', 'US']");
    assert_eq!(spec.regions, [*b"DE", *b"US"]);
    let names: Vec<&str> = spec.kinds.iter().map(|wanted| wanted.kind.name).collect();
    assert_eq!(names, ["phone", "phone-national"]);
}

#[test]
fn patterns_and_fields_keep_their_order_and_the_action_of_the_set() {
    let spec = read(
        "action = 'remove'
         [[redaction.pattern]]
         name = 'order'
         regex = 'no (ORD-[0-9]{8})'
         validate = 'mod11-10'
         context = ['Order', ' Größe ']
         group = 1
         [[redaction.pattern]]
         name = 'ticket'
         regex = 'T[0-9]{1,9}'
         action = 'hash'
         [[redaction.field]]
         path = 'messages[*].text'
         [[redaction.field]]
         path = 'contact.id'
         name = 'contact'
         action = 'keep'",
    );
    let [order, ticket] = &spec.patterns[..] else { panic!("met {}", spec.patterns.len()) };
    assert_eq!((order.name.as_str(), order.group, order.action), ("order", 1, Action::Remove));
    assert_eq!(order.regex, "no (ORD-[0-9]{8})");
    assert_eq!(order.validate, Some(Validate::Mod11_10));
    assert_eq!(order.context, ["order", "größe"]);
    assert_eq!((ticket.name.as_str(), ticket.group, ticket.action), ("ticket", 0, Action::Hash));
    assert_eq!(ticket.validate, None);
    let [text, id] = &spec.fields[..] else { panic!("met {}", spec.fields.len()) };
    assert_eq!((text.name.as_str(), text.action), ("text", Action::Remove));
    assert_eq!(text.path, "messages[*].text");
    assert_eq!((id.name.as_str(), id.action), ("contact", Action::Keep));
}

#[test]
fn the_rest_is_handed_on() {
    let spec = read(
        "names = 'pass'
         private_domains = ['Internal']
         public_addresses_only = true
         base64 = true
         [redaction.allow]
         values = ['Support@example.org']
         domains = ['Example.org.']
         networks = ['192.0.2.0/24', '2001:db8::1']
         patterns = ['TEST-[0-9]+']",
    );
    assert_eq!(spec.names, Names::Pass);
    assert_eq!(spec.private_domains, ["internal"]);
    assert!(spec.public_addresses_only && spec.base64);
    assert_eq!(spec.allow.values, ["Support@example.org"]);
    assert_eq!(spec.allow.domains, ["example.org"]);
    let networks: Vec<String> = spec.allow.networks.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["192.0.2.0/24", "2001:db8::1/128"]);
    assert_eq!(spec.allow.patterns, ["TEST-[0-9]+"]);
}

#[track_caller]
fn check_kinds(list: &str, expected: &[&str]) {
    let spec = read(&format!("kinds = [{list}]"));
    let names: Vec<&str> = spec.kinds.iter().map(|wanted| wanted.kind.name).collect();
    assert_eq!(names, expected, "{list}");
}

#[track_caller]
fn check_actions(lines: &str, expected: &[(&str, Action)]) {
    let spec = read(lines);
    let actions: Vec<_> =
        spec.kinds.iter().map(|wanted| (wanted.kind.name, wanted.action)).collect();
    assert_eq!(actions, expected, "{lines}");
}

/// The rules of a set with these lines, of which nothing is reported.
#[track_caller]
fn read(lines: &str) -> Spec {
    let mut reports = Reports::default();
    let file = read_file(&format!("[[redaction]]\nname = 'a'\n{lines}"), &mut reports).file;
    let spec = spec(&file.redaction[0].value, &mut reports);
    let faults = reports.into_list();
    assert!(faults.is_empty(), "{faults:?}");
    spec
}
