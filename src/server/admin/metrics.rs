//! Everything that is counted, as a monitoring system reads it: OpenMetrics 1.0, or the older text
//! format of Prometheus.

use super::reply::{Reply, of};
use crate::proxy::meters::By;
use crate::server::inside::Inside;
use http::{HeaderValue, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt::Write;
use std::sync::Arc;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PROMETHEUS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics, in OpenMetrics for who asks for it.
pub(super) fn answer(inside: &Inside, accept: Option<&HeaderValue>) -> Reply {
    let mut text = String::new();
    // A string takes everything.
    if encode(&mut text, &registry(inside)).is_err() {
        return of(StatusCode::INTERNAL_SERVER_ERROR, PROMETHEUS, "".into());
    }
    let accept = accept.and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    if accept.contains("application/openmetrics-text") {
        return of(StatusCode::OK, OPEN_METRICS, text.into());
    }
    of(StatusCode::OK, PROMETHEUS, prometheus(&text).into())
}

/// Everything that is counted. Counters are shared with who counts; what is a state is looked at
/// now.
fn registry(inside: &Inside) -> Registry {
    let mut registry = Registry::with_prefix("cloakroom");
    exchanges(inside, &mut registry);
    connections(inside, &mut registry);
    process(inside, &mut registry);
    registry
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Exchange {
    property: Arc<str>,
    mode: &'static str,
    status: &'static str,
}

fn exchanges(inside: &Inside, registry: &mut Registry) {
    let meters = &inside.meters;
    let exchanges = Family::<Exchange, Counter>::default();
    for alike in meters.exchanges.all() {
        let (property, mode, status) = (alike.property, alike.mode, alike.status);
        exchanges.get_or_create_owned(&Exchange { property, mode, status }).inc_by(alike.count);
    }
    let lookups = By::<&str>::default();
    let outcomes = &meters.lookups;
    for (outcome, counter) in [
        ("known", &outcomes.known),
        ("silent", &outcomes.silent),
        ("unknown", &outcomes.unknown),
        ("conflict", &outcomes.conflict),
    ] {
        lookups.get_or_create_owned(&[("outcome", outcome)]).inc_by(counter.get());
    }
    registry.register(
        "exchanges",
        "Exchanges that have ended, by property, recording mode and class of status",
        exchanges,
    );
    registry.register("refusals", "Exchanges that were refused", meters.refusals.clone());
    registry.register("replies_broken", "Responses that were cut", meters.broken.clone());
    registry.register(
        "property_lookups",
        "What the sources said of the property of a request",
        lookups,
    );
    registry.register(
        "findings",
        "Personal data that was found, by kind, format and action",
        meters.findings.clone(),
    );
    registry.register(
        "received_bytes",
        "Bytes of request bodies that clients sent",
        meters.received.clone(),
    );
    registry.register(
        "sent_bytes",
        "Bytes of bodies and messages that clients were sent",
        meters.sent.clone(),
    );
    registry.register(
        "added_latency_seconds",
        "What was added to the time until a response began, without the upstream's and the client's share",
        meters.added.clone(),
    );
    registry.register(
        "upstream_latency_seconds",
        "How long upstreams took until a response began",
        meters.waited.clone(),
    );
    registry.register(
        "conversations",
        "WebSockets and tunnels that are open",
        meters.conversations.clone(),
    );
    registry.register("messages", "WebSocket messages that went on", meters.messages.clone());
    registry.register(
        "conversations_ended",
        "Conversations that were ended by the proxy",
        meters.ended.clone(),
    );
}

fn connections(inside: &Inside, registry: &mut Registry) {
    let wire = &inside.wire;
    registry.register("connections", "Client connections that are open", wire.open.clone());
    registry.register(
        "connections_accepted",
        "Client connections that were accepted",
        wire.accepted.clone(),
    );
    registry.register(
        "connections_closed",
        "Client connections that did not end as they should",
        wire.closed.clone(),
    );
    registry.register("tls_handshakes", "TLS handshakes that succeeded", wire.handshakes.clone());
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Certificate {
    listener: Arc<str>,
    certificate: Arc<str>,
}

fn process(inside: &Inside, registry: &mut Registry) {
    let build = Family::<[(&str, &str); 1], Gauge>::default();
    build.get_or_create_owned(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
    registry.register("build_info", "What runs", build);
    let reloads = By::<&str>::default();
    for (result, counter) in [("succeeded", &inside.reloaded), ("failed", &inside.reload_failed)] {
        reloads.get_or_create_owned(&[("result", result)]).inc_by(counter.get());
    }
    registry.register("reloads", "How often the configuration was read anew", reloads);
    let since = Gauge::<i64>::default();
    since.set(i64::try_from(inside.since()).unwrap_or(i64::MAX));
    registry.register(
        "config_last_reload_timestamp_seconds",
        "When the configuration in force was put there",
        since,
    );
    let expiries = Family::<Certificate, Gauge>::default();
    for (listener, expiry) in inside.expiries() {
        let certificate = Certificate { listener, certificate: expiry.file };
        expiries.get_or_create_owned(&certificate).set(expiry.at);
    }
    registry.register(
        "certificate_expiry_timestamp_seconds",
        "Until when certificates are good",
        expiries,
    );
    let plan = inside.plan.load();
    let properties = Gauge::<i64>::default();
    properties.set(i64::try_from(plan.settings.book.properties().len()).unwrap_or(i64::MAX));
    registry.register("properties", "Properties that are configured", properties);
    let tokens = plan.tokens.counts();
    let bindings = By::<&str>::default();
    for (outcome, count) in
        [("learnt", tokens.learnt), ("taken", tokens.taken), ("dropped", tokens.dropped)]
    {
        bindings.get_or_create_owned(&[("outcome", outcome)]).inc_by(count);
    }
    registry.register(
        "bindings",
        "Tokens that were bound to a property, handed out for another one, dropped for want of room",
        bindings,
    );
}

/// The same in the older format: there a counter's name is that of its samples, and nothing says
/// that it is the end.
fn prometheus(open: &str) -> String {
    let mut text = String::with_capacity(open.len());
    // What a counter is comes before its type says that it is one.
    let mut help: Option<(&str, &str)> = None;
    for line in open.lines() {
        if let Some((name, words)) = line.strip_prefix("# HELP ").and_then(|it| it.split_once(' '))
        {
            help = Some((name, words.trim_end_matches('.')));
        } else if let Some((name, kind)) =
            line.strip_prefix("# TYPE ").and_then(|it| it.split_once(' '))
        {
            let suffix = if kind == "counter" { "_total" } else { "" };
            if let Some((_, words)) = help.take().filter(|(of, _)| *of == name) {
                append(&mut text, format_args!("# HELP {name}{suffix} {words}"));
            }
            append(&mut text, format_args!("# TYPE {name}{suffix} {kind}"));
        } else if !line.starts_with('#') {
            append(&mut text, format_args!("{line}"));
        }
    }
    text
}

fn append(text: &mut String, line: std::fmt::Arguments<'_>) {
    // A string takes everything.
    if writeln!(text, "{line}").is_err() {
        text.clear();
    }
}
