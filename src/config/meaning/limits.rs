//! What `[limits]`, `[timeouts]` and `[log]` mean.

use super::numbers::{size, time, time_or_never};
use crate::config::file::limits as typed;
use crate::config::file::value::Placed;
use crate::config::report::Reports;
use crate::policy::settings::{Log, LogFormat};
use crate::policy::{Limits, Timeouts};

/// Sizes and counts; the counts' ranges stand in the schema and are checked already.
pub(super) fn limits(typed: &typed::Limits, reports: &mut Reports) -> Limits {
    let mut limits = Limits::default();
    let bytes = |size: u64| usize::try_from(size).unwrap_or(usize::MAX);
    if let Some(size) = size(typed.head_bytes.as_ref(), "1KiB"..="1MiB", reports) {
        limits.head_bytes = bytes(size);
        limits.line_bytes = limits.line_bytes.min(limits.head_bytes);
    }
    if let Some(size) = size(typed.line_bytes.as_ref(), "256"..="1MiB", reports) {
        limits.line_bytes = bytes(size);
    }
    if let Some(Placed { at, .. }) = &typed.line_bytes
        && limits.line_bytes > limits.head_bytes
    {
        reports.value(at, format!("at most limits.head_bytes, {}", limits.head_bytes));
    }
    if let Some(size) = size(typed.body_bytes.as_ref(), "0"..="1024GiB", reports) {
        limits.body_bytes = size;
    }
    if let Some(size) = size(typed.h2_window.as_ref(), "1MiB"..="64MiB", reports) {
        limits.h2_window = u32::try_from(size).unwrap_or(u32::MAX);
    }
    if let Some(size) = size(typed.small_body.as_ref(), "0"..="16MiB", reports) {
        limits.small_body = bytes(size);
    }
    if let Some(size) = size(typed.decoded_bytes.as_ref(), "1KiB"..="1024GiB", reports) {
        limits.decoded_bytes = size;
    }
    if let Some(size) = size(typed.held_bytes.as_ref(), "1MiB"..="1024GiB", reports) {
        limits.held_bytes = size;
    }
    if let Some(size) = size(typed.ws_message.as_ref(), "1KiB"..="1GiB", reports) {
        limits.ws_message = size;
    }
    if let Some(size) = size(typed.ws_frame.as_ref(), "1KiB"..="1GiB", reports) {
        limits.ws_frame = size;
    }
    let count = |typed: &Option<Placed<u32>>, into: &mut usize| {
        if let Some(count) = typed {
            *into = count.value as usize;
        }
    };
    count(&typed.head_fields, &mut limits.head_fields);
    count(&typed.connections, &mut limits.connections);
    count(&typed.connections_per_peer, &mut limits.connections_per_peer);
    count(&typed.handshakes, &mut limits.handshakes);
    count(&typed.h2_pending_resets, &mut limits.h2_pending_resets);
    count(&typed.json_depth, &mut limits.json_depth);
    count(&typed.bindings, &mut limits.bindings);
    if let Some(count) = &typed.decoded_ratio {
        limits.decoded_ratio = count.value;
    }
    if let Some(count) = &typed.ws_fragments {
        limits.ws_fragments = count.value;
    }
    if let Some(count) = &typed.h2_streams {
        limits.h2_streams = count.value;
    }
    if let Some(count) = &typed.requests_per_connection {
        limits.requests_per_connection = count.value.into();
    }
    limits
}

/// How long a client may take.
pub(super) fn timeouts(typed: &typed::Timeouts, reports: &mut Reports) -> Timeouts {
    let mut timeouts = Timeouts::default();
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
    } = &mut timeouts;
    time(typed.proxy_header.as_ref(), "100ms"..="1m", proxy_header, reports);
    time(typed.tls_handshake.as_ref(), "100ms"..="5m", tls_handshake, reports);
    time(typed.head.as_ref(), "100ms"..="5m", head, reports);
    time(typed.keep_alive.as_ref(), "1s"..="1h", keep_alive, reports);
    time(typed.body_idle.as_ref(), "1s"..="1h", body_idle, reports);
    time(typed.body_rate_after.as_ref(), "1s"..="1h", body_rate_after, reports);
    time(typed.send.as_ref(), "1s"..="1h", send, reports);
    time(typed.first_message.as_ref(), "100ms"..="5m", first_message, reports);
    time_or_never(typed.ws_ping.as_ref(), "1s"..="1h", ws_ping, reports);
    time(typed.tunnel_idle.as_ref(), "1s"..="7d", tunnel_idle, reports);
    time(typed.drain.as_ref(), "0s"..="1h", drain, reports);
    if let Some(rate) = &typed.body_rate {
        *body_rate = rate.value.into();
    }
    timeouts
}

/// What is logged.
pub(super) fn log(typed: &typed::Log, reports: &mut Reports) -> Log {
    let mut log = Log::default();
    if let Some(format) = &typed.format {
        log.format = match format.value {
            typed::LogFormat::Text => LogFormat::Text,
            typed::LogFormat::Json => LogFormat::Json,
        };
    }
    if let Some(Placed { at, value }) = &typed.level {
        if value.split(',').all(is_level) {
            log.level.clone_from(value);
        } else {
            reports.value(
                at,
                "off, error, warn, info, debug or trace, also per module as in \
                 \"info,cloakroom::proxy=debug\"",
            );
        }
    }
    log.access = typed.access.unwrap_or(log.access);
    log
}

/// `info`, or `cloakroom::proxy=info`
fn is_level(directive: &str) -> bool {
    let (module, level) = directive.rsplit_once('=').unwrap_or(("cloakroom", directive));
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':');
    let named = !module.trim().is_empty() && module.trim().bytes().all(part);
    named && ["off", "error", "warn", "info", "debug", "trace"].contains(&level.trim())
}
