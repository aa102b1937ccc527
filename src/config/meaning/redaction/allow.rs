//! What `[redaction.allow]` means: what is never taken out. Beside it the domains that are
//! taken for e-mail's.

use crate::config::file::redaction as typed;
use crate::config::file::value::{DomainName, Network, Placed, Regex};
use crate::config::meaning::words::{host_name, network};
use crate::config::report::Reports;
use crate::redact::spec::Allow;

/// What is never taken out. Every pattern keeps its place, for what is said of it later.
pub(super) fn allow(typed: &typed::Allow, reports: &mut Reports) -> Allow {
    let mut allow = Allow::default();
    for Placed { at, value } in typed.values.iter().flatten() {
        if value.trim().is_empty() {
            reports.value(at, "a text that is not empty");
        }
        allow.values.push(value.clone());
    }
    for Placed { at, value: DomainName(text) } in typed.domains.iter().flatten() {
        if text.starts_with("*.") {
            reports.value(at, "a domain without *. before it: names below it are meant as well");
            continue;
        }
        match host_name(text) {
            Err(_) => reports.value(at, DomainName::expected()),
            Ok(domain) => allow.domains.push(domain),
        }
    }
    for Placed { at, value: Network(text) } in typed.networks.iter().flatten() {
        match network(text) {
            Err(expected) => reports.value(at, expected),
            Ok(network) => allow.networks.push(network),
        }
    }
    for Placed { value: Regex(text), .. } in typed.patterns.iter().flatten() {
        allow.patterns.push(text.clone());
    }
    allow
}

/// Top-level domains beside the public ones, lower case and without a dot.
pub(super) fn private_domains(typed: &[Placed<DomainName>], reports: &mut Reports) -> Vec<String> {
    let mut domains = Vec::new();
    for Placed { at, value: DomainName(text) } in typed {
        match host_name(text) {
            Ok(domain) if !domain.contains('.') => domains.push(domain),
            _ => reports.value(at, "a top-level domain such as \"internal\", without a dot"),
        }
    }
    domains
}
