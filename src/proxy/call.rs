//! What is particular about a gRPC call? How it is known, and how it is refused: its client reads
//! a status of its own, and makes little of one of HTTP.

use crate::proxy::payload;
use crate::proxy::refusal::Refusal;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Version};

/// Whether these are the fields of a call: `application/grpc` over HTTP/2, whatever its messages
/// are. What browsers send instead (`application/grpc-web`) is an HTTP request like any other.
pub fn is_call(version: Version, fields: &HeaderMap) -> bool {
    if version != Version::HTTP_2 {
        return false;
    }
    let content_type = payload::content_type(fields).unwrap_or_default();
    let behind = content_type.get(GRPC.len()..).and_then(|rest| rest.bytes().next());
    content_type.get(..GRPC.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(GRPC))
        && matches!(behind, None | Some(b'+' | b';' | b' '))
}

/// The answer to a call that is refused: trailers only, and nothing of the request in them.
pub fn refused<B: Default>(refusal: Refusal) -> Response<B> {
    let mut response = Response::new(B::default());
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(GRPC));
    fields.insert(STATUS, HeaderValue::from(status(refusal)));
    fields.insert(MESSAGE, HeaderValue::from_static(refusal.name()));
    response
}

/// The status of a call (gRPC, "Status codes and their use").
fn status(refusal: Refusal) -> u16 {
    const INVALID_ARGUMENT: u16 = 3;
    const DEADLINE_EXCEEDED: u16 = 4;
    const NOT_FOUND: u16 = 5;
    const PERMISSION_DENIED: u16 = 7;
    const RESOURCE_EXHAUSTED: u16 = 8;
    const UNIMPLEMENTED: u16 = 12;
    const INTERNAL: u16 = 13;
    const UNAVAILABLE: u16 = 14;
    match refusal {
        Refusal::Forbidden | Refusal::Banned => PERMISSION_DENIED,
        Refusal::RateLimited(_) => RESOURCE_EXHAUSTED,
        Refusal::Property => NOT_FOUND,
        // What the gRPC specification has a server say of a compression that it does not know.
        Refusal::UnknownCoding => UNIMPLEMENTED,
        Refusal::ReplyUnreadable => INTERNAL,
        other => match other.status() {
            StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
                RESOURCE_EXHAUSTED
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => DEADLINE_EXCEEDED,
            status if status.is_client_error() => INVALID_ARGUMENT,
            _ => UNAVAILABLE,
        },
    }
}

const GRPC: &str = "application/grpc";
const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Unreadable;

    #[test]
    fn a_call_is_known_by_its_type() {
        for (content_type, expected) in [
            ("application/grpc", true),
            ("application/grpc+proto", true),
            ("Application/GRPC+json; charset=utf-8", true),
            ("application/grpc ; a=b", true),
            ("application/grpc-web+proto", false),
            ("application/grpcs", false),
            ("application/json", false),
            ("application/grp\u{e9}", false),
            ("", false),
        ] {
            let value = HeaderValue::from_bytes(content_type.as_bytes()).expect("a value");
            let fields = HeaderMap::from_iter([(CONTENT_TYPE, value)]);
            assert_eq!(is_call(Version::HTTP_2, &fields), expected, "{content_type}");
            assert!(!is_call(Version::HTTP_11, &fields), "{content_type}");
        }
        assert!(!is_call(Version::HTTP_2, &HeaderMap::new()));
    }

    #[test]
    fn a_refusal_has_a_status_of_grpc() {
        for (refusal, expected) in [
            (Refusal::Forbidden, "7"),
            (Refusal::Unreadable(Unreadable::Binary { at: 0 }), "3"),
            (Refusal::Unreadable(Unreadable::TooDeep { at: 9 }), "3"),
            (Refusal::MalformedCoding, "3"),
            (Refusal::UnknownCoding, "12"),
            (Refusal::DecodedTooLarge, "8"),
            (Refusal::HeadTooLarge, "8"),
            (Refusal::BodyTooSlow, "4"),
            (Refusal::FirstByteTimeout, "4"),
            (Refusal::Property, "5"),
            (Refusal::RateLimited(3), "8"),
            (Refusal::Banned, "7"),
            (Refusal::ReplyUnreadable, "13"),
            (Refusal::Unreachable, "14"),
            (Refusal::Busy, "14"),
        ] {
            let answer: Response<()> = refused(refusal);
            let fields = answer.headers();
            assert_eq!(answer.status(), StatusCode::OK);
            assert_eq!(fields["grpc-status"], expected, "{refusal}");
            assert_eq!(fields["grpc-message"], refusal.name());
        }
    }
}
