//! Who is let into the chat? Whoever asks for a WebSocket as RFC 6455 §4.2.1 has it.

use crate::websocket::handshake;
use http::header::{SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, Method, StatusCode, Version};

/// What a request to the chat asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// No WebSocket.
    Other,
    /// A WebSocket; this is `Sec-WebSocket-Accept`.
    WebSocket(HeaderValue),
    /// A WebSocket, in a way that must not be accepted.
    Wrong(StatusCode),
}

impl Asked {
    /// What the request with this head asks for. No extension and no subprotocol is agreed on.
    pub(super) fn of(head: &Parts) -> Self {
        let upgrades = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"websocket");
        let is_able = head.method == Method::GET && head.version == Version::HTTP_11;
        if !is_able || !head.headers.get(UPGRADE).is_some_and(upgrades) {
            return Self::Other;
        }
        if head.headers.get(SEC_WEBSOCKET_VERSION).is_none_or(|version| version != "13") {
            return Self::Wrong(StatusCode::UPGRADE_REQUIRED);
        }
        let key = head.headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
        let accept = key.filter(|key| handshake::is_key(key)).map(handshake::accept);
        match accept.map(HeaderValue::try_from) {
            Some(Ok(accept)) => Self::WebSocket(accept),
            _ => Self::Wrong(StatusCode::BAD_REQUEST),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    #[test]
    fn a_handshake_is_accepted_by_its_key() {
        let (upgrade, version) = (("upgrade", "WebSocket"), ("sec-websocket-version", "13"));
        let key = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        let accept = HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        check("GET", &[upgrade, version, key], Asked::WebSocket(accept));
        check("GET", &[], Asked::Other);
        check("GET", &[version, key], Asked::Other);
        check("GET", &[("upgrade", "h2c"), version, key], Asked::Other);
        check("POST", &[upgrade, version, key], Asked::Other);
        check("GET", &[upgrade, key], Asked::Wrong(StatusCode::UPGRADE_REQUIRED));
        let old = ("sec-websocket-version", "8");
        check("GET", &[upgrade, old, key], Asked::Wrong(StatusCode::UPGRADE_REQUIRED));
        check("GET", &[upgrade, version], Asked::Wrong(StatusCode::BAD_REQUEST));
        let short = ("sec-websocket-key", "dGhlIHNhbXBsZQ==");
        check("GET", &[upgrade, version, short], Asked::Wrong(StatusCode::BAD_REQUEST));
    }

    #[track_caller]
    fn check(method: &str, fields: &[(&str, &str)], expected: Asked) {
        let mut request = Request::builder().method(method).uri("/demo/shop/chat");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(Asked::of(&head), expected, "{fields:?}");
    }
}
