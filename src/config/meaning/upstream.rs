//! What an `[[upstream]]` means: where requests go, and how they are told of the visitor.

use super::listener::certificate;
use super::numbers::time;
use super::words::{self, free_field, host_name, server};
use crate::config::file::upstream as typed;
use crate::config::file::value::{FieldName, Placed};
use crate::config::report::Reports;
use crate::policy::Upstream;
use crate::policy::upstream::{AddressField, HostField, Protocol, Server, UpstreamTls};
use std::collections::HashSet;
use std::path::Path;

/// All upstreams; no two have the same name.
pub(super) fn upstreams(
    typed: &[Placed<typed::Upstream>],
    base: &Path,
    reports: &mut Reports,
) -> Vec<Upstream> {
    let mut names = HashSet::new();
    let mut upstreams = Vec::new();
    for Placed { at, value: typed } in typed {
        let servers = servers(typed, base, reports);
        let mut upstream = Upstream::new(DEFAULT_NAME, servers);
        if let Some(Placed { at, value }) = &typed.name {
            if let Err(expected) = words::name(value, 64) {
                reports.value(at, expected);
            }
            upstream.name.clone_from(value);
        }
        if !names.insert(upstream.name.clone()) {
            match &typed.name {
                Some(name) => reports.value(&name.at, "a name that no other upstream has"),
                None => reports.missing(at, "name", "one, since another upstream is \"default\""),
            }
        }
        protocol(typed, &mut upstream);
        fields(typed, &mut upstream, reports);
        tls(typed, base, &mut upstream, reports);
        amounts(typed, &mut upstream, reports);
        upstreams.push(upstream);
    }
    upstreams
}

/// The name of an upstream that is given none.
const DEFAULT_NAME: &str = "default";

fn servers(typed: &typed::Upstream, base: &Path, reports: &mut Reports) -> Vec<Server> {
    let Placed { at, value: list } = &typed.servers;
    if list.is_empty() {
        reports.value(at, "at least one server");
    }
    let mut servers = Vec::new();
    for Placed { at, value } in list {
        match server(&value.0, base) {
            Err(expected) => reports.value(at, expected),
            Ok(server) if servers.contains(&server) => {
                reports.value(at, "each server once");
            }
            Ok(server) => servers.push(server),
        }
    }
    servers
}

fn protocol(typed: &typed::Upstream, upstream: &mut Upstream) {
    if let Some(protocol) = &typed.protocol {
        upstream.protocol = match protocol.value {
            typed::Protocol::Http1 => Protocol::Http1,
            typed::Protocol::Http2 => Protocol::Http2,
        };
    }
    if let Some(host) = &typed.host {
        upstream.host = match host.value {
            typed::HostField::Visitor => HostField::Visitor,
            typed::HostField::Server => HostField::Server,
        };
    }
    upstream.via = typed.via.unwrap_or(upstream.via);
}

/// The fields that are written. Each carries one thing only, or the backend would read a
/// sealed address, or a country, as the visitor's.
fn fields(typed: &typed::Upstream, upstream: &mut Upstream, reports: &mut Reports) {
    let mut taken = HashSet::new();
    if let Some(list) = &typed.address_fields {
        upstream.address_fields.clear();
        for Placed { at, value: FieldName(text) } in &list.value {
            match free_field(text) {
                Err(expected) => reports.value(at, expected),
                Ok(name) if !taken.insert(alike(&name)) => reports.value(at, "each field once"),
                Ok(name) => upstream.address_fields.push(AddressField::new(&name)),
            }
        }
    } else {
        taken.extend(upstream.address_fields.iter().map(|field| alike(&field.name)));
    }
    let others = [
        (&typed.sealed_field, &mut upstream.sealed_field),
        (&typed.country_field, &mut upstream.country_field),
    ];
    for (own, into) in others {
        if let Some(Placed { at, value: FieldName(text) }) = own {
            match free_field(text) {
                Err(expected) => reports.value(at, expected),
                Ok(name) if name == "forwarded" => {
                    reports.value(at, "a field without a syntax of its own");
                }
                Ok(name) if taken.contains(&alike(&name)) => {
                    reports.value(at, "a field that carries nothing else");
                }
                Ok(name) => *into = name,
            }
        } else if let Some(list) = &typed.address_fields
            && taken.contains(&alike(into))
        {
            reports.value(&list.at, format!("no {into}, which carries something else"));
        }
        taken.insert(alike(into));
    }
}

/// Backends behind CGI read `x_real_ip` and `x-real-ip` as one field.
fn alike(name: &str) -> String {
    name.replace('_', "-")
}

fn tls(typed: &typed::Upstream, base: &Path, upstream: &mut Upstream, reports: &mut Reports) {
    let Some(Placed { at, value: tls }) = &typed.tls else { return };
    let spoken = |server: &Server| matches!(server, Server::Tcp { tls: true, .. });
    if !upstream.servers.is_empty() && !upstream.servers.iter().any(spoken) {
        reports.value(at, "an https:// server beside it, or no tls");
    }
    if let Some(Placed { at, value }) = &tls.server_name
        && host_name(value).is_err()
    {
        reports.value(at, "a host name such as \"chat.internal\"");
    }
    upstream.tls = UpstreamTls {
        ca: tls.ca.as_ref().map(|ca| base.join(&ca.value.0)),
        server_name: tls.server_name.as_ref().map(|name| name.value.clone()),
        client_certificate: tls.client_certificate.as_ref().map(|files| certificate(files, base)),
    };
}

/// Times and counts; the counts' ranges stand in the schema and are checked already.
fn amounts(typed: &typed::Upstream, upstream: &mut Upstream, reports: &mut Reports) {
    if let Some(timeouts) = &typed.timeouts {
        time(timeouts.connect.as_ref(), "10ms"..="5m", &mut upstream.connect, reports);
        time(timeouts.first_byte.as_ref(), "100ms"..="1h", &mut upstream.first_byte, reports);
        time(timeouts.stall.as_ref(), "1s"..="24h", &mut upstream.stall, reports);
    }
    if let Some(pool) = &typed.pool {
        time(pool.wait.as_ref(), "10ms"..="5m", &mut upstream.wait, reports);
        time(pool.idle.as_ref(), "1s"..="24h", &mut upstream.idle, reports);
        let count = |typed: &Option<Placed<u32>>, default: usize| {
            typed.as_ref().map_or(default, |count| count.value as usize)
        };
        upstream.connections = count(&pool.connections, upstream.connections);
        upstream.sockets = count(&pool.sockets, upstream.sockets);
        upstream.waiting = count(&pool.waiting, upstream.waiting);
    }
    if let Some(health) = &typed.health {
        time(health.pause.as_ref(), "100ms"..="1h", &mut upstream.pause, reports);
        if let Some(failures) = &health.failures {
            upstream.failures = failures.value;
        }
    }
}
