//! Alerts and dashboard: do they ask for metrics that there are, by labels that these have?

use crate::documents::headings;
use crate::{read, yaml};
use serde_json::Value;
use std::collections::BTreeSet;

/// Every metric with its labels; of a histogram the name without `_bucket`, `_sum` and `_count`.
const METRICS: &[(&str, &[&str])] = &[
    ("cloakroom_build_info", &["version"]),
    ("cloakroom_exchanges_total", &["property", "mode", "status"]),
    ("cloakroom_refusals_total", &["reason"]),
    ("cloakroom_replies_broken_total", &["reason"]),
    ("cloakroom_findings_total", &["kind", "format", "action"]),
    ("cloakroom_property_lookups_total", &["outcome"]),
    ("cloakroom_received_bytes_total", &[]),
    ("cloakroom_sent_bytes_total", &[]),
    ("cloakroom_added_latency_seconds", &["le"]),
    ("cloakroom_upstream_latency_seconds", &["upstream", "le"]),
    ("cloakroom_connections", &["listener"]),
    ("cloakroom_connections_accepted_total", &["listener"]),
    ("cloakroom_connections_closed_total", &["listener", "reason"]),
    ("cloakroom_tls_handshakes_total", &["listener", "version", "resumed"]),
    ("cloakroom_conversations", &[]),
    ("cloakroom_conversations_ended_total", &["reason"]),
    ("cloakroom_messages_total", &["direction"]),
    ("cloakroom_properties", &[]),
    ("cloakroom_bindings_total", &["outcome"]),
    ("cloakroom_held_bytes", &[]),
    ("cloakroom_bans", &[]),
    ("cloakroom_reloads_total", &["result"]),
    ("cloakroom_config_last_reload_timestamp_seconds", &[]),
    ("cloakroom_certificate_expiry_timestamp_seconds", &["listener", "certificate"]),
];

#[test]
fn what_is_listed_is_what_is_counted() {
    let source = read("src/server/admin/metrics.rs");
    let counted: BTreeSet<&str> = source
        .split("registry.register(")
        .skip(1)
        .filter_map(|rest| rest.split('"').nth(1))
        .collect();
    let listed = METRICS.iter().filter_map(|(name, _)| {
        // The end that a counter gets.
        name.strip_prefix("cloakroom_").map(|name| name.trim_end_matches("_total"))
    });
    // One that is counted and not listed is shown nowhere: it wants a panel of the dashboard.
    assert_eq!(counted, listed.collect());
}

#[test]
fn alerts_ask_for_metrics_that_there_are() {
    let rules = alerts();
    assert!(rules.len() >= 10, "met {}", rules.len());
    for rule in &rules {
        check(text(&rule["expr"]));
    }
}

#[test]
fn each_alert_says_what_to_do() {
    let known = headings("docs/operations.md");
    let mut names = BTreeSet::new();
    for rule in alerts() {
        let name = text(&rule["alert"]).to_owned();
        let (file, anchor) =
            text(&rule["annotations"]["runbook"]).split_once('#').expect("an anchor");
        assert_eq!((file, anchor), ("docs/operations.md", &*name.to_lowercase()));
        assert!(known.contains(anchor), "{name} is not explained");
        assert!(text(&rule["annotations"]["summary"]).ends_with('.'), "{name}");
        let severity = text(&rule["labels"]["severity"]);
        assert!(["warning", "critical"].contains(&severity), "{name}: {severity}");
        assert!(names.insert(name), "a name stands for one alert");
    }
    let explained =
        known.iter().filter(|anchor| anchor.starts_with("cloakroom") && *anchor != "cloakroom");
    for anchor in explained {
        assert!(names.iter().any(|name| name.to_lowercase() == *anchor), "{anchor} is no alert");
    }
}

#[test]
fn the_dashboard_shows_every_metric() {
    let mut shown = BTreeSet::new();
    let dashboard = dashboard();
    for expression in expressions(&dashboard) {
        shown.extend(check(expression));
    }
    for (name, _) in METRICS {
        assert!(shown.contains(name), "{name} is not shown");
    }
}

#[test]
fn the_panels_of_the_dashboard_stand_beside_one_another() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().expect("a list");
    assert!(panels.len() >= 20, "met {}", panels.len());
    let ids: BTreeSet<u64> = panels.iter().filter_map(|panel| panel["id"].as_u64()).collect();
    assert_eq!(ids.len(), panels.len(), "an id stands for one panel");
    let mut taken = BTreeSet::new();
    for panel in panels {
        let at = |key: &str| panel["gridPos"][key].as_u64().expect("a number");
        for row in at("y")..at("y") + at("h") {
            for column in at("x")..at("x") + at("w") {
                assert!(column < 24 && taken.insert((row, column)), "{}", panel["title"]);
            }
        }
        for target in panel["targets"].as_array().into_iter().flatten() {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        }
    }
}

/// An expression asks for known metrics, and groups and selects by labels that they have. The
/// metrics that it asks for.
#[track_caller]
fn check(expression: &str) -> Vec<&'static str> {
    let mut asked = Vec::new();
    let mut labels: BTreeSet<&str> = ["instance"].into();
    let words = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    for word in words.filter(|word| word.starts_with("cloakroom_")) {
        let stem = |suffix| word.strip_suffix(suffix);
        let (name, its_labels) = METRICS
            .iter()
            .find(|(name, its_labels)| {
                let part = ["_bucket", "_sum", "_count"].into_iter().find_map(stem);
                *name == word || part == Some(name) && its_labels.contains(&"le")
            })
            .unwrap_or_else(|| panic!("{word} is no metric: {expression}"));
        asked.push(*name);
        labels.extend(*its_labels);
    }
    assert!(!asked.is_empty(), "{expression} asks for nothing");
    for (open, close) in ["()", "[]", "{}"].iter().filter_map(|pair| {
        let mut signs = pair.chars();
        Some((signs.next()?, signs.next()?))
    }) {
        assert_eq!(expression.matches(open).count(), expression.matches(close).count());
    }
    // What stands between `by (` and `)`, and before `=` in braces.
    let grouped = expression.split(" by (").skip(1).filter_map(|rest| rest.split(')').next());
    let braces = expression.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let selected = braces.flat_map(|inside| {
        inside.split(',').filter_map(|matcher| matcher.split(['=', '!']).next())
    });
    for label in grouped.flat_map(|labels| labels.split(',')).chain(selected) {
        assert!(labels.contains(label.trim()), "{label} is no label: {expression}");
    }
    asked
}

fn alerts() -> Vec<Value> {
    let documents = yaml(&read("deploy/prometheus/alerts.yaml"));
    let groups = documents[0]["groups"].as_array().expect("a list").iter();
    groups.flat_map(|group| group["rules"].as_array().expect("a list").clone()).collect()
}

fn dashboard() -> Value {
    serde_json::from_str(&read("deploy/grafana/dashboard.json")).expect("JSON")
}

fn expressions(dashboard: &Value) -> impl Iterator<Item = &str> {
    let panels = dashboard["panels"].as_array().into_iter().flatten();
    panels
        .flat_map(|panel| panel["targets"].as_array().into_iter().flatten())
        .map(|target| text(&target["expr"]))
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}
