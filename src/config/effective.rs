//! What is in force, in the words of a configuration file: every default filled in, no key shown.
//!
//! For people who ask a running server. Files are named, never what they hold.

use super::quantity::{written_size, written_time};
use crate::address::Recording;
use crate::address::chain::Trust;
use crate::policy::admin::AdminAddress;
use crate::policy::listener::{ClientAuth, TlsVersion, Transport};
use crate::policy::redaction::{Binary, Protobuf, Redaction, Unreadable};
use crate::policy::settings::{LogFormat, Secrets};
use crate::policy::upstream::{HostField, Protocol, Server};
use crate::policy::websocket::{Compress, OnReload};
use crate::policy::{
    Limits, Listener, Policy, Property, Settings, Timeouts, UnknownProperty, Upstream, WebSocket,
};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Duration;

/// All but the properties, of which there may be many: how they are found, and how many there are.
pub fn settings(settings: &Settings) -> Value {
    let Settings { listeners, upstreams, book, rotation, log, upgrades, .. } = settings;
    let secrets = match &rotation.secrets {
        Secrets::Random { state } => json!({ "state_dir": state.as_deref().map(path) }),
        Secrets::Derived { master } => json!({ "master_key_file": path(master) }),
    };
    let unknown = match book.unknown() {
        UnknownProperty::Refuse => json!({ "refuse": true }),
        UnknownProperty::Serve(unknown) => policy(settings, &unknown.policy),
    };
    let format = match log.format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    json!({
        "listener": listeners.iter().map(listener).collect::<Vec<_>>(),
        "upstream": upstreams.iter().map(upstream).collect::<Vec<_>>(),
        "properties": {
            "count": book.properties().len(),
            "sources": book.sources().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "bindings": book.bindings().iter().map(|it| &*it.name).collect::<Vec<_>>(),
            "unknown": unknown,
        },
        "rotation": { "period": time(rotation.period), "secrets": secrets },
        "country_file": settings.country.as_ref().map(|file| path(&file.0)),
        "hash_key_file": settings.hash_key.as_deref().map(path),
        "websocket": websocket(&settings.websocket),
        "limits": limits(&settings.limits),
        "timeouts": timeouts(&settings.timeouts),
        "log": { "format": format, "level": log.level, "access": log.access },
        "admin": settings.admin.as_ref().map(|admin| json!({
            "bind": admin.bind.iter().map(|address| match address {
                AdminAddress::Tcp(address) => address.to_string(),
                AdminAddress::Unix(socket) => format!("unix:{}", path(socket)),
            }).collect::<Vec<_>>(),
        })),
        "upgrades": upgrades,
    })
}

/// What holds for one property.
pub fn property(settings: &Settings, property: &Property) -> Value {
    let mut told = json!({ "id": *property.id });
    if let (Some(told), Value::Object(policy)) =
        (told.as_object_mut(), policy(settings, &property.policy))
    {
        told.extend(policy);
    }
    told
}

fn policy(settings: &Settings, policy: &Policy) -> Value {
    let Policy { recording, country, upstream, redact, redact_responses } = policy;
    let mut told = Map::new();
    told.insert("record".into(), json!(recording.mode().as_str()));
    if let Recording::Truncate(truncation) = recording {
        let bits = json!({ "v4": truncation.v4_bits(), "v6": truncation.v6_bits() });
        told.insert("truncate".into(), bits);
    }
    told.insert("country".into(), json!(country));
    let upstream = settings.upstreams.get(*upstream).map(|upstream| upstream.name.as_str());
    told.insert("upstream".into(), json!(upstream));
    told.insert("redact".into(), json!(redact.as_deref().map(redaction)));
    let responses = redact_responses.as_deref().map(redaction);
    told.insert("redact_responses".into(), json!(responses));
    Value::Object(told)
}

fn redaction(set: &Redaction) -> Value {
    let parts = &set.parts;
    let parts = [
        ("body", parts.body),
        ("path", parts.path),
        ("query", parts.query),
        ("referer", parts.referer),
        ("cookies", parts.cookies),
    ];
    let rules = set.rules.names().zip(set.rules.actions());
    let rules: Map<_, _> =
        rules.map(|(name, action)| (name.to_string(), json!(action.name()))).collect();
    json!({
        "name": *set.name,
        "actions": rules,
        "in": parts.iter().filter(|(_, is_in)| *is_in).map(|(name, _)| name).collect::<Vec<_>>(),
        "headers": set.headers,
        "unreadable": match set.unreadable {
            Unreadable::Refuse => "refuse",
            Unreadable::Pass => "pass",
        },
        "binary": match set.binary {
            Binary::Refuse => "refuse",
            Binary::Pass => "pass",
        },
        "protobuf": match set.protobuf {
            Protobuf::Pass => "pass",
            Protobuf::Redact => "redact",
            Protobuf::Refuse => "refuse",
        },
        "across_messages": set.across_messages,
        "observe": set.observe,
    })
}

fn listener(listener: &Listener) -> Value {
    let mut told = json!({
        "name": listener.name,
        "bind": listener.bind,
        "proxy_protocol": listener.proxy_protocol,
        "client_from": listener.chain.field(),
    });
    let (key, value) = match &listener.chain.trust {
        Trust::Nobody => ("trusted", json!([])),
        Trust::Hops(hops) => ("hops", json!(hops)),
        Trust::Networks(networks) => {
            ("trusted", networks.iter().map(ToString::to_string).collect::<Vec<_>>().into())
        }
    };
    let (transport, how) = match &listener.transport {
        Transport::Plain { http2 } => ("h2c", json!(http2)),
        Transport::Tls(tls) => {
            let certificates = tls.certificates.iter();
            let certificates = certificates
                .map(|files| json!({ "chain": path(&files.chain), "key": path(&files.key) }));
            let how = json!({
                "certificates": certificates.collect::<Vec<_>>(),
                "minimum": match tls.minimum {
                    TlsVersion::V1_2 => "1.2",
                    TlsVersion::V1_3 => "1.3",
                },
                "http2": tls.http2,
                "client_auth": match &tls.client_auth {
                    ClientAuth::None => Value::Null,
                    ClientAuth::Optional(file) => json!({ "ca": path(file), "required": false }),
                    ClientAuth::Required(file) => json!({ "ca": path(file), "required": true }),
                },
            });
            ("tls", how)
        }
    };
    if let Some(told) = told.as_object_mut() {
        told.insert(key.into(), value);
        told.insert(transport.into(), how);
    }
    told
}

fn upstream(upstream: &Upstream) -> Value {
    let servers = upstream.servers.iter().map(|server| match server {
        Server::Unix(socket) => format!("unix:{}", path(socket)),
        Server::Tcp { host, port, tls } => {
            let scheme = if *tls { "https" } else { "http" };
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            format!("{scheme}://{host}:{port}")
        }
    });
    let fields: Vec<_> = upstream.address_fields.iter().map(|field| &field.name).collect();
    json!({
        "name": upstream.name,
        "servers": servers.collect::<Vec<_>>(),
        "protocol": match upstream.protocol {
            Protocol::Http1 => "http1",
            Protocol::Http2 => "http2",
        },
        "host": match upstream.host {
            HostField::Visitor => "visitor",
            HostField::Server => "server",
        },
        "address_fields": fields,
        "sealed_field": upstream.sealed_field,
        "country_field": upstream.country_field,
        "via": upstream.via,
        "timeouts": {
            "connect": time(upstream.connect),
            "first_byte": time(upstream.first_byte),
            "stall": time(upstream.stall),
        },
        "pool": {
            "connections": upstream.connections,
            "sockets": upstream.sockets,
            "waiting": upstream.waiting,
            "wait": time(upstream.wait),
            "idle": time(upstream.idle),
        },
        "health": { "failures": upstream.failures, "pause": time(upstream.pause) },
    })
}

fn websocket(websocket: &WebSocket) -> Value {
    json!({
        "compress": match websocket.compress {
            Compress::Visitors => "visitors",
            Compress::Both => "both",
            Compress::None => "none",
        },
        "context_takeover": websocket.context_takeover,
        "reload": match websocket.reload {
            OnReload::Stay => "stay",
            OnReload::Move => "move",
        },
        "greeting": websocket.greeting.as_deref(),
    })
}

fn limits(limits: &Limits) -> Value {
    json!({
        "head_bytes": written_size(limits.head_bytes as u64),
        "head_fields": limits.head_fields,
        "line_bytes": written_size(limits.line_bytes as u64),
        "body_bytes": written_size(limits.body_bytes),
        "requests_per_connection": limits.requests_per_connection,
        "connections": limits.connections,
        "connections_per_peer": limits.connections_per_peer,
        "handshakes": limits.handshakes,
        "h2_streams": limits.h2_streams,
        "h2_pending_resets": limits.h2_pending_resets,
        "h2_window": written_size(limits.h2_window.into()),
        "small_body": written_size(limits.small_body as u64),
        "json_depth": limits.json_depth,
        "decoded_bytes": written_size(limits.decoded_bytes),
        "decoded_ratio": limits.decoded_ratio,
        "ws_message": written_size(limits.ws_message),
        "ws_frame": written_size(limits.ws_frame),
        "ws_fragments": limits.ws_fragments,
        "bindings": limits.bindings,
    })
}

fn timeouts(timeouts: &Timeouts) -> Value {
    json!({
        "proxy_header": time(timeouts.proxy_header),
        "tls_handshake": time(timeouts.tls_handshake),
        "head": time(timeouts.head),
        "keep_alive": time(timeouts.keep_alive),
        "body_idle": time(timeouts.body_idle),
        "body_rate": timeouts.body_rate,
        "body_rate_after": time(timeouts.body_rate_after),
        "send": time(timeouts.send),
        "first_message": time(timeouts.first_message),
        "ws_ping": time(timeouts.ws_ping.unwrap_or_default()),
        "tunnel_idle": time(timeouts.tunnel_idle),
        "drain": time(timeouts.drain),
    })
}

fn time(duration: Duration) -> String {
    written_time(duration)
}

fn path(path: &Path) -> String {
    path.display().to_string()
}
