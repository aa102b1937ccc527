//! What an operator is answered.

use super::reply::{Reply, json, text};
use super::{bans, health, metrics, show};
use crate::server::inside::Inside;
use http::header::{ACCEPT, ALLOW, CACHE_CONTROL, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

/// Replys an operator who asks on this machine, or from elsewhere.
pub(super) async fn answer(
    inside: Arc<Inside>,
    is_local: bool,
    request: Request<Incoming>,
) -> Result<Reply, Infallible> {
    let mut answer = route(&inside, is_local, request).await;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

async fn route(inside: &Arc<Inside>, is_local: bool, request: Request<Incoming>) -> Reply {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    let allowed: &[Method] = match path {
        "/reload" => &[Method::POST],
        "/bans" => &[Method::GET, Method::POST, Method::DELETE],
        _ => &[Method::GET, Method::HEAD],
    };
    let known = match path {
        "/healthz" | "/readyz" | "/metrics" => true,
        "/config" | "/reload" | "/bans" => is_local,
        _ => is_local && path.starts_with("/properties/"),
    };
    if !known {
        return text(StatusCode::NOT_FOUND, "there is nothing here\n");
    }
    if !allowed.contains(&parts.method) {
        let mut reply = text(StatusCode::METHOD_NOT_ALLOWED, "not by this method\n");
        let names: Vec<_> = allowed.iter().map(Method::as_str).collect();
        if let Ok(names) = HeaderValue::from_str(&names.join(", ")) {
            reply.headers_mut().insert(ALLOW, names);
        }
        return reply;
    }
    if is_local && is_of_a_page(&parts.headers) {
        return text(StatusCode::FORBIDDEN, "not for web pages\n");
    }
    match path {
        "/healthz" => text(StatusCode::OK, "ok\n"),
        "/readyz" => health::ready(inside).await,
        "/metrics" => metrics::answer(inside, parts.headers.get(ACCEPT)),
        "/config" => json(StatusCode::OK, &show::config(&inside.plan.load())),
        "/reload" => match inside.reload().await {
            Ok(()) => text(StatusCode::OK, "reloaded\n"),
            Err(why) => {
                let why = format!("{why}\nthe old configuration goes on\n");
                text(StatusCode::UNPROCESSABLE_ENTITY, why)
            }
        },
        "/bans" if parts.method == Method::GET => bans::list(&inside.plan.load()),
        "/bans" => {
            let Ok(body) = Limited::new(body, bans::LONGEST).collect().await else {
                return text(StatusCode::PAYLOAD_TOO_LARGE, "more than a ban takes\n");
            };
            let (plan, body) = (inside.plan.load_full(), body.to_bytes());
            match parts.method {
                Method::POST => bans::make(&plan, &body),
                _ => bans::lift(&plan, &body),
            }
        }
        _ => {
            let id = path.strip_prefix("/properties/").unwrap_or_default();
            match show::property(&inside.plan.load(), id) {
                Some(property) => json(StatusCode::OK, &property),
                None => text(StatusCode::NOT_FOUND, "there is no such property\n"),
            }
        }
    }
}

/// Whether a page that an operator's browser shows asks, and not the operator: it says so by its
/// origin, or by a name for this machine that it made up (DNS rebinding).
fn is_of_a_page(fields: &HeaderMap) -> bool {
    let Some(host) = fields.get(HOST).and_then(|host| host.to_str().ok()) else { return false };
    let authority = host.parse::<http::uri::Authority>().ok();
    let name = authority.as_ref().map_or("", |authority| authority.host());
    let name = name.trim_start_matches('[').trim_end_matches(']');
    let is_ours = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    fields.contains_key(ORIGIN) || !is_ours
}
