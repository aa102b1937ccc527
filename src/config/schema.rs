//! The JSON Schema of a configuration file: what editors complete and `cloakroom schema` prints.
//!
//! It is generated from [`File`], then tidied: an optional key is one that may be left out,
//! never one that may be `null` (TOML has none), and the defaults of [`crate::policy`] are
//! written in, so that they stand in one place only.

use super::file::File;
use super::quantity;
use crate::policy::admin::ADMIN_PORT;
use crate::policy::binding::EXPIRES;
use crate::policy::limits::{Limits, Timeouts};
use crate::policy::listener::Transport;
use crate::policy::settings::{Log, LogFormat, Rotation, UPGRADES};
use crate::policy::upstream::Upstream;
use crate::policy::websocket::{Compress, OnReload};
use crate::policy::{Listener, WebSocket, property};
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The schema of the main file. A property's own file follows `$defs/Property`.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings.into_generator().into_root_schema_for::<File>();
    RecursiveTransform(tidy).transform(&mut schema);
    let mut schema = schema.to_value();
    for (definition, key, default) in defaults() {
        let path = if definition.is_empty() {
            format!("/properties/{key}")
        } else {
            format!("/$defs/{definition}/properties/{key}")
        };
        if let Some(Value::Object(slot)) = schema.pointer_mut(&path) {
            slot.insert("default".into(), default);
        }
    }
    if let Some(root) = schema.as_object_mut() {
        // What the meaning pass asks for, since neither may stand in a part of a long file.
        root.insert("required".into(), json!(["listener", "upstream"]));
    }
    schema
}

/// Takes out what only serves JSON or Rust: `null`, integer formats, an empty default.
fn tidy(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::Array(mut options)) = object.remove("anyOf") {
        options.retain(|option| option.get("type").is_none_or(|name| name != "null"));
        match options.as_mut_slice() {
            [Value::Object(only)] => object.append(only),
            _ => drop(object.insert("anyOf".into(), Value::Array(options))),
        }
    }
    // `uint32` and the like say nothing to a person, and a limit from the type alone misleads.
    if object.get("format").and_then(Value::as_str).is_some_and(|f| f.starts_with("uint")) {
        object.remove("format");
    }
    if object.get("default").is_some_and(|value| value.is_null() || *value == json!([])) {
        object.remove("default");
    }
    join_lines(object);
}

/// A doc comment's line breaks are the source's, not the sentence's.
fn join_lines(object: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

/// Every default that is a plain value: definition, key, value.
fn defaults() -> Vec<(&'static str, &'static str, Value)> {
    let Limits {
        head_bytes,
        head_fields,
        line_bytes,
        body_bytes,
        requests_per_connection,
        connections,
        connections_per_peer,
        handshakes,
        h2_streams,
        h2_pending_resets,
        h2_window,
        small_body,
        json_depth,
        decoded_bytes,
        decoded_ratio,
        ws_message,
        ws_frame,
        ws_fragments,
        bindings,
    } = Limits::default();
    let Timeouts {
        proxy_header,
        tls_handshake,
        head,
        keep_alive,
        body_idle,
        body_rate,
        body_rate_after,
        send,
        first_message,
        ws_ping,
        tunnel_idle,
        drain,
    } = Timeouts::default();
    let listener = Listener::new(Vec::new(), Transport::Plain { http2: false });
    let upstream = Upstream::new("default", Vec::new());
    let fields: Vec<_> = upstream.address_fields.iter().map(|field| &field.name).collect();
    let log = Log::default();
    let format = match log.format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    let websocket = WebSocket::default();
    let compress = match websocket.compress {
        Compress::Visitors => "visitors",
        Compress::Both => "both",
        Compress::None => "none",
    };
    let reload = match websocket.reload {
        OnReload::Stay => "stay",
        OnReload::Move => "move",
    };
    vec![
        ("", "upgrades", json!(UPGRADES)),
        ("Listener", "proxy_protocol", json!(listener.proxy_protocol)),
        ("Listener", "client_from", json!("x-forwarded-for")),
        ("Listener", "h2c", json!(false)),
        ("Tls", "minimum", json!("1.2")),
        ("Tls", "http2", json!(true)),
        ("Upstream", "name", json!(upstream.name)),
        ("Upstream", "protocol", json!("http1")),
        ("Upstream", "host", json!("visitor")),
        ("Upstream", "address_fields", json!(fields)),
        ("Upstream", "sealed_field", json!(upstream.sealed_field)),
        ("Upstream", "country_field", json!(upstream.country_field)),
        ("Upstream", "via", json!(upstream.via)),
        ("UpstreamTimeouts", "connect", time(upstream.connect)),
        ("UpstreamTimeouts", "first_byte", time(upstream.first_byte)),
        ("UpstreamTimeouts", "stall", time(upstream.stall)),
        ("Pool", "connections", json!(upstream.connections)),
        ("Pool", "sockets", json!(upstream.sockets)),
        ("Pool", "waiting", json!(upstream.waiting)),
        ("Pool", "wait", time(upstream.wait)),
        ("Pool", "idle", time(upstream.idle)),
        ("Health", "failures", json!(upstream.failures)),
        ("Health", "pause", time(upstream.pause)),
        ("Address", "floor", json!("full")),
        ("Landing", "v4", json!(crate::address::recording::Landing::DEFAULT.v4().to_string())),
        ("Landing", "v6", json!(crate::address::recording::Landing::DEFAULT.v6().to_string())),
        ("Rotation", "period", time(Rotation::default().period)),
        ("Redaction", "kinds", json!(["default"])),
        ("Redaction", "action", json!("label")),
        ("Redaction", "context", json!("required")),
        ("Redaction", "names", json!("redact")),
        ("Redaction", "public_addresses_only", json!(false)),
        ("Redaction", "base64", json!(false)),
        ("Redaction", "in", json!(["body", "path", "query", "referer", "cookies"])),
        ("Redaction", "unreadable", json!("refuse")),
        ("Redaction", "binary", json!("pass")),
        ("Redaction", "protobuf", json!("pass")),
        ("Redaction", "across_messages", json!(0)),
        ("Redaction", "observe", json!(false)),
        ("Pattern", "group", json!(0)),
        ("Mask", "first", json!(0)),
        ("Mask", "last", json!(0)),
        ("Properties", "sources", json!(["host"])),
        ("Binding", "expires", time(EXPIRES)),
        ("Defaults", "record", json!("off")),
        ("Unknown", "record", json!("off")),
        ("Unknown", "refuse", json!(false)),
        ("Truncate", "v4", json!(property::TRUNCATE_V4_BITS)),
        ("Truncate", "v6", json!(property::TRUNCATE_V6_BITS)),
        ("Truncate", "allow_weak", json!(false)),
        ("Sealed", "variant", json!("nd")),
        ("Admin", "bind", json!(format!("127.0.0.1:{ADMIN_PORT}"))),
        ("WebSocket", "compress", json!(compress)),
        ("WebSocket", "context_takeover", json!(websocket.context_takeover)),
        ("WebSocket", "reload", json!(reload)),
        ("Limits", "head_bytes", size(head_bytes as u64)),
        ("Limits", "head_fields", json!(head_fields)),
        ("Limits", "line_bytes", size(line_bytes as u64)),
        ("Limits", "body_bytes", size(body_bytes)),
        ("Limits", "requests_per_connection", json!(requests_per_connection)),
        ("Limits", "connections", json!(connections)),
        ("Limits", "connections_per_peer", json!(connections_per_peer)),
        ("Limits", "handshakes", json!(handshakes)),
        ("Limits", "h2_streams", json!(h2_streams)),
        ("Limits", "h2_pending_resets", json!(h2_pending_resets)),
        ("Limits", "h2_window", size(h2_window.into())),
        ("Limits", "small_body", size(small_body as u64)),
        ("Limits", "json_depth", json!(json_depth)),
        ("Limits", "decoded_bytes", size(decoded_bytes)),
        ("Limits", "decoded_ratio", json!(decoded_ratio)),
        ("Limits", "ws_message", size(ws_message)),
        ("Limits", "ws_frame", size(ws_frame)),
        ("Limits", "ws_fragments", json!(ws_fragments)),
        ("Limits", "bindings", json!(bindings)),
        ("Timeouts", "proxy_header", time(proxy_header)),
        ("Timeouts", "tls_handshake", time(tls_handshake)),
        ("Timeouts", "head", time(head)),
        ("Timeouts", "keep_alive", time(keep_alive)),
        ("Timeouts", "body_idle", time(body_idle)),
        ("Timeouts", "body_rate", json!(body_rate)),
        ("Timeouts", "body_rate_after", time(body_rate_after)),
        ("Timeouts", "send", time(send)),
        ("Timeouts", "first_message", time(first_message)),
        ("Timeouts", "ws_ping", time(ws_ping.unwrap_or_default())),
        ("Timeouts", "tunnel_idle", time(tunnel_idle)),
        ("Timeouts", "drain", time(drain)),
        ("Log", "format", json!(format)),
        ("Log", "level", json!(log.level)),
        ("Log", "access", json!(log.access)),
    ]
}

fn time(duration: Duration) -> Value {
    Value::String(quantity::written_time(duration))
}

fn size(bytes: u64) -> Value {
    Value::String(quantity::written_size(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_has_a_key_to_stand_at() {
        let schema = schema();
        for (definition, key, default) in defaults() {
            let found = match definition {
                "" => &schema["properties"][key],
                _ => &schema["$defs"][definition]["properties"][key],
            };
            assert_eq!(found["default"], default, "{definition}.{key}");
        }
    }

    #[test]
    fn nothing_in_the_schema_is_null() {
        let text = schema().to_string();
        for spelling in ["\"null\"", ":null", "[null", ",null"] {
            assert!(!text.contains(spelling), "{spelling}");
        }
    }

    #[test]
    fn every_key_is_described() {
        let schema = schema();
        let definitions = schema["$defs"].as_object().expect("a map");
        let mut keys = 0;
        for table in definitions.values().chain([&schema]) {
            let Some(properties) = table["properties"].as_object() else { continue };
            assert_eq!(table["additionalProperties"], false);
            for (key, slot) in properties {
                assert!(slot["description"].is_string(), "{key}");
                keys += 1;
            }
        }
        assert!(keys > 80, "met {keys} keys");
    }
}
