//! Why an exchange is refused, and what the client is told: a status and a name, never a
//! word of what it sent. And why a response that has begun is cut.

use crate::format::Unreadable;
use crate::framing;
use crate::proxy::coding::{Failure, Unencodable, UnknownCoding};
use crate::redact::Blocked;
use http::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, SEC_WEBSOCKET_VERSION};
use http::{HeaderValue, Response, StatusCode};
use std::fmt;
use std::sync::LazyLock;

/// Why an exchange is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The byte stream is not one that every reader would cut into the same messages.
    Framing(framing::Refusal),
    /// The head did not arrive in time.
    HeadTooSlow,
    /// The target is longer than a line may be.
    TargetTooLong,
    /// There are too many fields, or one is longer than a line may be.
    HeadTooLarge,
    /// `Host` is missing, doubled, or differs from `:authority`.
    Host,
    /// The method or the host spells the visitor's address: neither can be rewritten, and
    /// a backend would log both.
    NamesVisitor,
    /// `Content-Length` is doubled, or no number.
    Length,
    /// A field name that a backend may take for a framing field.
    FieldName,
    /// The method is not forwarded (`CONNECT`, `TRACE`).
    Method,
    /// The request asks for an upgrade that is not in the operator's list.
    Upgrade,
    /// The handshake of a WebSocket is not one that a server may accept.
    Handshake,
    /// The WebSocket is of a version other than 13.
    WebSocketVersion,
    /// The request names two properties.
    Conflict,
    /// The request names no property that is known, and unknown ones are refused.
    Property,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The body came too slowly.
    BodyTooSlow,
    /// The body broke off or was malformed.
    BodyBroken,
    /// The body has a content coding that is not read, or too many of them.
    UnknownCoding,
    /// The body is not what its content coding says.
    MalformedCoding,
    /// The body is longer than allowed once its content coding is undone.
    DecodedTooLarge,
    /// Something stands in the request that the property forbids.
    Forbidden,
    /// The body cannot be read for what its type says.
    Unreadable(Unreadable),
    /// More of the request would have to be held back than is allowed.
    Overlong,
    /// A part of the head from which something was taken out cannot be written any more.
    Unwritable,
    /// A body could not be coded again.
    Unencodable,
    /// The upstream's answer cannot be read, and what cannot be read is not passed on.
    ReplyUnreadable,
    /// No connection to a server of the upstream could be made.
    Unreachable,
    /// The upstream broke off, or answered with something that is not HTTP.
    UpstreamBroken,
    /// Too many requests wait for a connection, or one waited too long.
    Busy,
    /// The system gave no random bytes, and what needs them is not done without.
    NoRandomness,
    /// The upstream did not accept a connection in time.
    ConnectTimeout,
    /// The upstream did not answer in time.
    FirstByteTimeout,
}

impl Refusal {
    /// The status code (RFC 9110 §15).
    pub fn status(self) -> StatusCode {
        match self {
            Self::Framing(refusal) => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST)
            }
            Self::NamesVisitor
            | Self::Host
            | Self::Length
            | Self::FieldName
            | Self::Conflict
            | Self::Upgrade
            | Self::Handshake
            | Self::BodyBroken
            | Self::MalformedCoding
            | Self::Unwritable => StatusCode::BAD_REQUEST,
            Self::Unreadable(Unreadable::Encoding { .. } | Unreadable::Binary { .. }) => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Unreadable(
                Unreadable::TooDeep { .. }
                | Unreadable::NoParts { .. }
                | Unreadable::NoMessage { .. },
            ) => StatusCode::BAD_REQUEST,
            Self::UnknownCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Forbidden => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TargetTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Self::Property => StatusCode::NOT_FOUND,
            Self::BodyTooLarge | Self::DecodedTooLarge | Self::Overlong => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::HeadTooSlow | Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unreachable | Self::UpstreamBroken | Self::ReplyUnreadable => {
                StatusCode::BAD_GATEWAY
            }
            Self::Busy | Self::NoRandomness | Self::Unencodable => StatusCode::SERVICE_UNAVAILABLE,
            Self::ConnectTimeout | Self::FirstByteTimeout => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// A stable name for logs, counters and the answer's `code`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Framing(refusal) => refusal.name(),
            Self::HeadTooSlow => "head-too-slow",
            Self::TargetTooLong => "target-too-long",
            Self::HeadTooLarge => "head-too-large",
            Self::Host => "host",
            Self::NamesVisitor => "names-visitor",
            Self::Length => "length",
            Self::FieldName => "field-name",
            Self::Method => "method",
            Self::Upgrade => "upgrade",
            Self::Handshake => "websocket-handshake",
            Self::WebSocketVersion => "websocket-version",
            Self::Conflict => "property-conflict",
            Self::Property => "property-unknown",
            Self::BodyTooLarge => "body-too-large",
            Self::BodyTooSlow => "body-too-slow",
            Self::BodyBroken => "body-broken",
            Self::UnknownCoding => "unknown-coding",
            Self::MalformedCoding => "malformed-coding",
            Self::DecodedTooLarge => "decoded-too-large",
            Self::Forbidden => "forbidden-content",
            Self::Unreadable(_) => "unreadable",
            Self::Overlong => "overlong",
            Self::Unwritable => "unwritable",
            Self::Unencodable => "unencodable",
            Self::ReplyUnreadable => "reply-unreadable",
            Self::Unreachable => "upstream-unreachable",
            Self::UpstreamBroken => "upstream-broken",
            Self::Busy => "upstream-busy",
            Self::NoRandomness => "no-randomness",
            Self::ConnectTimeout => "upstream-connect-timeout",
            Self::FirstByteTimeout => "upstream-first-byte-timeout",
        }
    }

    /// Whether the connection is closed behind the answer: what follows on it cannot be trusted.
    fn closes(self) -> bool {
        self.status().is_client_error() && !matches!(self, Self::Property | Self::Conflict)
    }

    /// The answer: `application/problem+json` (RFC 9457) with nothing of the request in it.
    pub fn answer<B: From<String>>(self) -> Response<B> {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or("Refused");
        let body = format!(
            "{{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{},\"code\":\"{}\"}}\n",
            status.as_u16(),
            self.name()
        );
        let mut response = Response::new(B::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(
                ALLOW,
                HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
            );
        }
        if self == Self::WebSocketVersion {
            // RFC 6455 §4.4: which one would do.
            headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        }
        if self.closes() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl std::error::Error for Refusal {}

impl From<Blocked> for Refusal {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Forbidden { .. } => Self::Forbidden,
            Blocked::Unreadable(why) => Self::Unreadable(why),
            Blocked::Overlong { .. } => Self::Overlong,
        }
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Malformed => Self::MalformedCoding,
            Failure::TooLarge | Failure::Ratio => Self::DecodedTooLarge,
        }
    }
}

impl From<UnknownCoding> for Refusal {
    fn from(_: UnknownCoding) -> Self {
        Self::UnknownCoding
    }
}

impl From<Unencodable> for Refusal {
    fn from(_: Unencodable) -> Self {
        Self::Unencodable
    }
}

/// Why a response is cut. The client sees a broken connection or stream, never an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenReply {
    /// The upstream broke off.
    Upstream,
    /// The upstream gave up what it was asked for, and said so.
    Cancelled,
    /// The upstream was silent for too long.
    Stalled,
    /// The rest cannot be read, or holds what the property forbids.
    Withheld,
}

impl fmt::Display for BrokenReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Upstream => "the upstream broke off",
            Self::Cancelled => "the upstream gave up",
            Self::Stalled => "the upstream was silent for too long",
            Self::Withheld => "the rest may not be passed on",
        })
    }
}

impl BrokenReply {
    /// A stable name for counters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upstream => "upstream-broke-off",
            Self::Cancelled => "upstream-gave-up",
            Self::Stalled => "upstream-stalled",
            Self::Withheld => "withheld",
        }
    }

    /// Why a response broke off that came with this error.
    pub fn of_upstream(error: &hyper::Error) -> Self {
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            if let Some(reset) = error.downcast_ref::<h2::Error>() {
                let is_cancelled = reset.reason() == Some(h2::Reason::CANCEL);
                return if is_cancelled { Self::Cancelled } else { Self::Upstream };
            }
            source = error.source();
        }
        Self::Upstream
    }
}

/// HTTP/2 tells the client the reason that it finds here, and an internal error without one.
impl std::error::Error for BrokenReply {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        static CANCEL: LazyLock<h2::Error> = LazyLock::new(|| h2::Reason::CANCEL.into());
        (*self == Self::Cancelled).then(|| &*CANCEL as _)
    }
}
