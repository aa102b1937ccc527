//! An answer to an operator.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

/// An answer to an operator, whole.
pub(super) type Reply = Response<Full<Bytes>>;

/// An answer of text.
pub(super) fn text(status: StatusCode, text: impl Into<Bytes>) -> Reply {
    of(status, "text/plain; charset=utf-8", text.into())
}

/// An answer of JSON.
pub(super) fn json(status: StatusCode, value: &Value) -> Reply {
    of(status, "application/json", format!("{value:#}\n").into())
}

/// An answer of this type.
pub(super) fn of(status: StatusCode, content_type: &'static str, body: Bytes) -> Reply {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer
}
