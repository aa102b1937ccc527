//! One request at the recorder: kept piece by piece, answered with nothing.

use super::call;
use super::log::{Draft, Log, Sender};
use super::tap::Unread;
use crate::command::audit::received::Place;
use crate::websocket::handshake;
use bytes::Bytes;
use http::header::{
    CONNECTION, CONTENT_ENCODING, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE,
};
use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::ext::Protocol;

/// Keeps a request. `unread` is what was read of the connection and not yet understood.
pub(super) async fn keep(
    mut request: Request<Incoming>,
    log: Log,
    sender: Sender,
    unread: Unread,
) -> Response<Empty<Bytes>> {
    let mut draft = log.begin(sender);
    draft.part(Place::Path, request.uri().path().as_bytes());
    if let Some(query) = request.uri().query() {
        draft.part(Place::Query, query.as_bytes());
    }
    fields(&mut draft, request.headers(), Place::Field);
    if request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding == "gzip") {
        draft.is_gzip();
    }
    if let Some(response) = agreed(&request) {
        let upgrade = hyper::upgrade::on(&mut request);
        // What follows is read by the call alone, and taken for nothing else.
        unread.forget();
        drop(draft);
        tokio::spawn(call::listen(upgrade, log, sender));
        return response;
    }
    let mut body = request.into_body();
    // A body that breaks off is kept as far as it came.
    while let Some(Ok(frame)) = body.frame().await {
        if let Some(piece) = frame.data_ref() {
            draft.piece(piece);
        } else if let Some(trailers) = frame.trailers_ref() {
            fields(&mut draft, trailers, Place::Trailer);
        }
    }
    unread.forget();
    drop(draft);
    response(StatusCode::NO_CONTENT)
}

fn fields(draft: &mut Draft, fields: &HeaderMap, place: fn(String) -> Place) {
    for (name, value) in fields {
        draft.part(place(name.as_str().to_owned()), value.as_bytes());
    }
}

/// The answer to a request for a WebSocket; `None` to any other.
fn agreed(request: &Request<Incoming>) -> Option<Response<Empty<Bytes>>> {
    // RFC 8441 §5.1.
    if request.extensions().get::<Protocol>().is_some_and(|asked| asked.as_str() == "websocket") {
        return Some(response(StatusCode::OK));
    }
    let upgrade = request.headers().get(UPGRADE)?.as_bytes();
    if request.version() != Version::HTTP_11 || !upgrade.eq_ignore_ascii_case(b"websocket") {
        return None;
    }
    let accept = handshake::accept(request.headers().get(SEC_WEBSOCKET_KEY)?.as_bytes());
    let mut response = response(StatusCode::SWITCHING_PROTOCOLS);
    for (name, value) in
        [(CONNECTION, "upgrade"), (UPGRADE, "websocket"), (SEC_WEBSOCKET_ACCEPT, accept.as_str())]
    {
        response.headers_mut().insert(name, value.parse().ok()?);
    }
    Some(response)
}

fn response(status: StatusCode) -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}
