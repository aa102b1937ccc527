//! What an operator is answered.

use super::reply::{Reply, json, text};
use super::{health, metrics, show};
use crate::server::inside::Inside;
use http::header::{ACCEPT, ALLOW, CACHE_CONTROL, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
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
    let mut answer = route(&inside, is_local, &request).await;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

async fn route(inside: &Arc<Inside>, is_local: bool, request: &Request<Incoming>) -> Reply {
    let path = request.uri().path();
    let method = match path {
        "/reload" => Method::POST,
        _ => Method::GET,
    };
    let known = match path {
        "/healthz" | "/readyz" | "/metrics" => true,
        "/config" | "/reload" => is_local,
        _ => is_local && path.starts_with("/properties/"),
    };
    if !known {
        return text(StatusCode::NOT_FOUND, "there is nothing here\n");
    }
    let is_asked =
        *request.method() == method || *request.method() == Method::HEAD && method == Method::GET;
    if !is_asked {
        let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "not by this method\n");
        let allowed = if method == Method::POST { "POST" } else { "GET, HEAD" };
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed));
        return answer;
    }
    if is_local && is_of_a_page(request.headers()) {
        return text(StatusCode::FORBIDDEN, "not for web pages\n");
    }
    match path {
        "/healthz" => text(StatusCode::OK, "ok\n"),
        "/readyz" => health::ready(inside).await,
        "/metrics" => metrics::answer(inside, request.headers().get(ACCEPT)),
        "/config" => json(StatusCode::OK, &show::config(&inside.plan.load())),
        "/reload" => match inside.reload().await {
            Ok(()) => text(StatusCode::OK, "reloaded\n"),
            Err(why) => {
                let why = format!("{why}\nthe old configuration goes on\n");
                text(StatusCode::UNPROCESSABLE_ENTITY, why)
            }
        },
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
