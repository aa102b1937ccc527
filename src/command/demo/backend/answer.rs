//! What is a request answered?

use super::call::Call;
use super::events::Events;
use super::handshake::Asked;
use super::received::Received;
use crate::command::demo::page;
use bytes::Bytes;
use http::header::{
    ACCEPT, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_VERSION, UPGRADE, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use std::time::Duration;
use tokio::time::timeout;

/// What answers are made of.
pub(super) type AnswerBody = Either<Full<Bytes>, Events>;

/// Every request has an answer: the page, the events, a WebSocket, or what was received.
pub(super) async fn answer(
    request: Request<Incoming>,
    page_policy: &HeaderValue,
) -> (Response<AnswerBody>, Option<Call>) {
    let (mut head, body) = request.into_parts();
    if let Some((response, call)) = chat(&mut head) {
        return (response, call);
    }
    let path = head.uri.path();
    let property = property_of(path);
    let reading = head.method == Method::GET || head.method == Method::HEAD;
    let response = match property {
        None if reading && matches!(path, "/" | "/demo" | "/demo/") => {
            let mut response = text("text/html; charset=utf-8", page::HTML);
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, page_policy.clone());
            response
        }
        Some((property, "events")) if reading => {
            respond("text/event-stream", Either::Right(Events::about(property)))
        }
        _ => match timeout(BODY_TIME, Limited::new(body, LONGEST_BODY).collect()).await {
            Ok(Ok(body)) => {
                let trailers = body.trailers().cloned();
                let body = body.to_bytes();
                let received = Received::new(&head, &body, trailers.as_ref());
                echo(&head, &received, property.map(|(name, _)| name))
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "this backend reads no more than 1 MiB\n")
            }
            Ok(Err(_)) => refuse(StatusCode::BAD_REQUEST, "the body could not be read\n"),
            Err(_) => refuse(StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
        },
    };
    (response, None)
}

/// The answer to who wants to chat, if that is so.
fn chat(head: &mut Parts) -> Option<(Response<AnswerBody>, Option<Call>)> {
    let (property, "chat") = property_of(head.uri.path())? else { return None };
    let property = property.to_owned();
    let accept = match Asked::of(head) {
        Asked::Other => return None,
        Asked::Wrong(status) => {
            let mut refusal = refuse(status, "this is no handshake of a WebSocket\n");
            // Which one is spoken (RFC 6455 section 4.4).
            let version = HeaderValue::from_static("13");
            refusal.headers_mut().insert(SEC_WEBSOCKET_VERSION, version);
            return Some((refusal, None));
        }
        Asked::WebSocket(accept) => accept,
    };
    let upgrade = head.extensions.remove::<OnUpgrade>()?;
    let mut response = Response::new(Either::Left(Full::default()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().extend([
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, accept),
    ]);
    let received = Received::new(head, b"", None);
    Some((response, Some(Call { property, received, upgrade })))
}

/// Longest body that is read, in octets: far above any chat message, far below the memory
/// of the smallest machine.
pub(super) const LONGEST_BODY: usize = 1 << 20;

/// Time for a whole body. A person typing into `curl -d @-` should not run out of it.
const BODY_TIME: Duration = Duration::from_secs(60);

/// `/demo/{property}/{rest}`: the property's name and the rest.
fn property_of(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("/demo/")?.split_once('/').filter(|(property, _)| !property.is_empty())
}

fn echo(head: &Parts, received: &Received, property: Option<&str>) -> Response<AnswerBody> {
    let mut response = if accepts_json(&head.headers) {
        match received.to_json(property) {
            Ok(json) => text("application/json", json),
            Err(_) => refuse(StatusCode::INTERNAL_SERVER_ERROR, "no JSON could be made of it\n"),
        }
    } else {
        text("text/plain; charset=utf-8", received.to_text())
    };
    // A 2xx would turn the connection into a tunnel (RFC 9110 section 9.3.6).
    if head.method == Method::CONNECT {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    }
    response
}

/// Whether JSON is asked for by name. `*/*` is what curl says, and a person reads that.
fn accepts_json(fields: &HeaderMap) -> bool {
    fields.get_all(ACCEPT).iter().any(|value| {
        value
            .as_bytes()
            .split(|byte| matches!(byte, b',' | b';'))
            .any(|part| part.trim_ascii().eq_ignore_ascii_case(b"application/json"))
    })
}

fn text(kind: &'static str, content: impl Into<Bytes>) -> Response<AnswerBody> {
    respond(kind, Either::Left(Full::new(content.into())))
}

fn refuse(status: StatusCode, why: &'static str) -> Response<AnswerBody> {
    let mut response = text("text/plain; charset=utf-8", why);
    *response.status_mut() = status;
    response
}

/// An answer that is stored nowhere and taken for nothing but its kind.
fn respond(kind: &'static str, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    response.headers_mut().extend([
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ]);
    response
}
