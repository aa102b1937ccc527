//! The backend's side of the handshake: what we ask for, and whether the answer says yes.

use crate::policy::WebSocket;
use crate::policy::upstream::Protocol as Spoken;
use crate::policy::websocket::Compress;
use crate::proxy::refusal::Refusal;
use crate::proxy::websocket::asked::{Asked, Welcome, wanted};
use crate::websocket::extension::{self, Agreement};
use crate::websocket::handshake;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use hyper::ext::Protocol;

/// What a backend was asked for.
#[derive(Debug)]
pub struct Call {
    over_http2: bool,
    /// What its answer has to be made from; `None` where that is for the visitor to check.
    key: Option<String>,
    /// Who reads the messages, if we do.
    reads: Option<Reads>,
}

/// What only concerns who reads the messages.
#[derive(Debug)]
struct Reads {
    /// The compression that the visitor gets.
    visitor: Option<Agreement>,
    wanted: extension::Wanted,
    offered: bool,
    /// The subprotocols that were offered.
    protocols: Vec<HeaderValue>,
}

impl Call {
    /// Makes the head of a visitor's request one for a backend that speaks `spoken`. With
    /// settings, we are the one who reads its messages.
    pub fn write(
        asked: &Asked,
        reads: Option<&WebSocket>,
        spoken: Spoken,
        parts: &mut Parts,
    ) -> Result<Self, Refusal> {
        let over_http2 = spoken == Spoken::Http2;
        let reads = reads.map(|settings| offer(asked, settings, &mut parts.headers)).transpose()?;
        parts.headers.entry(SEC_WEBSOCKET_VERSION).or_insert(HeaderValue::from_static("13"));
        if over_http2 {
            parts.method = Method::CONNECT;
            parts.extensions.insert(Protocol::from_static("websocket"));
            parts.headers.remove(SEC_WEBSOCKET_KEY);
            return Ok(Self { over_http2, key: None, reads });
        }
        parts.method = Method::GET;
        parts.extensions.remove::<Protocol>();
        parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        parts.headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        let key = if reads.is_some() || asked.over_http2 { Some(key()?) } else { None };
        if let Some(Ok(key)) = key.as_deref().map(HeaderValue::from_str) {
            parts.headers.insert(SEC_WEBSOCKET_KEY, key);
        }
        Ok(Self { over_http2, key, reads })
    }

    /// Whether this answer changes the protocol. Any other is a message.
    pub fn is_answered<B>(&self, response: &Response<B>) -> bool {
        if self.over_http2 {
            response.status().is_success()
        } else {
            response.status() == StatusCode::SWITCHING_PROTOCOLS
        }
    }

    /// Whether the backend was given the visitor's own key.
    pub fn passes_key(&self) -> bool {
        !self.over_http2 && self.key.is_none()
    }

    /// Checks an answer that changes the protocol, and says which compression was agreed to on
    /// both legs; `None` where bytes go through as they are.
    ///
    /// # Errors
    /// What a client must not accept (RFC 6455 §4.1).
    pub fn agreed(&self, fields: &HeaderMap) -> Result<Option<Agreed>, Refusal> {
        let only = |name| {
            let mut all = fields.get_all(name).iter();
            all.next().filter(|_| all.next().is_none())
        };
        if let Some(key) = &self.key {
            let accept = handshake::accept(key.as_bytes());
            let answered = only(SEC_WEBSOCKET_ACCEPT);
            if answered.is_none_or(|answer| answer.as_bytes() != accept.as_bytes()) {
                return Err(Refusal::UpstreamBroken);
            }
        }
        let Some(reads) = &self.reads else { return Ok(None) };
        if !self.over_http2 {
            let upgrade = only(UPGRADE).map(HeaderValue::as_bytes).unwrap_or_default();
            if !upgrade.eq_ignore_ascii_case(b"websocket") {
                return Err(Refusal::UpstreamBroken);
            }
        }
        if fields.contains_key(SEC_WEBSOCKET_PROTOCOL) {
            let chosen = only(SEC_WEBSOCKET_PROTOCOL).ok_or(Refusal::UpstreamBroken)?;
            let offered =
                reads.protocols.iter().flat_map(|line| line.as_bytes().split(|&b| b == b','));
            if !offered.map(<[u8]>::trim_ascii).any(|offered| offered == chosen.as_bytes()) {
                return Err(Refusal::UpstreamBroken);
            }
        }
        let lines = fields.get_all(SEC_WEBSOCKET_EXTENSIONS).iter().map(HeaderValue::as_bytes);
        let agreement =
            Agreement::read(lines, &reads.wanted).map_err(|_| Refusal::UpstreamBroken)?;
        match agreement {
            Some(_) if !reads.offered => Err(Refusal::UpstreamBroken),
            upstream => Ok(Some(Agreed { visitor: reads.visitor, upstream })),
        }
    }
}

/// What compression was agreed to on each leg.
#[derive(Clone, Debug, Default)]
pub struct Agreed {
    /// With the visitor.
    pub visitor: Option<Agreement>,
    /// With the backend.
    pub upstream: Option<Agreement>,
}

/// Offers the backend what we can read, in the place of what the visitor can.
fn offer(asked: &Asked, settings: &WebSocket, fields: &mut HeaderMap) -> Result<Reads, Refusal> {
    let visitor = match &asked.welcome {
        None => asked.admit(fields, settings)?,
        Some(Welcome { agreement, protocol }) => {
            // The visitor was told which one it is.
            match protocol {
                Some(protocol) => drop(fields.insert(SEC_WEBSOCKET_PROTOCOL, protocol.clone())),
                None => drop(fields.remove(SEC_WEBSOCKET_PROTOCOL)),
            }
            *agreement
        }
    };
    let wanted = wanted(settings);
    let offered = settings.compress == Compress::Both;
    fields.remove(SEC_WEBSOCKET_EXTENSIONS);
    if offered && let Ok(offer) = HeaderValue::from_str(&extension::offer(&wanted)) {
        fields.insert(SEC_WEBSOCKET_EXTENSIONS, offer);
    }
    let protocols = fields.get_all(SEC_WEBSOCKET_PROTOCOL).iter().cloned().collect();
    Ok(Reads { visitor, wanted, offered, protocols })
}

/// A key of our own: 16 random bytes (RFC 6455 §4.1).
fn key() -> Result<String, Refusal> {
    let mut nonce = [0; 16];
    aws_lc_rs::rand::fill(&mut nonce).map_err(|_| Refusal::NoRandomness)?;
    Ok(handshake::key(nonce))
}
