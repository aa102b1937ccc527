//! The visitor's side of the handshake: what it asks for, and what it is answered.

use crate::policy::WebSocket;
use crate::policy::websocket::Compress;
use crate::proxy::refusal::Refusal;
use crate::websocket::extension::{Agreement, Offers, Wanted};
use crate::websocket::handshake;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use hyper::ext::Protocol;

/// A visitor who asks for a WebSocket: with an upgrade of HTTP/1.1 (RFC 6455 §4.2.1), or an
/// extended CONNECT of HTTP/2 (RFC 8441 §4).
#[derive(Clone, Debug)]
pub struct Asked {
    pub(super) over_http2: bool,
    /// Over HTTP/2 there is none.
    pub(super) key: Option<HeaderValue>,
    /// What it was answered already, before the backend was asked.
    pub(super) welcome: Option<Welcome>,
}

/// An answer that was given before the backend was asked.
#[derive(Clone, Debug)]
pub struct Welcome {
    /// The compression that was agreed to.
    pub agreement: Option<Agreement>,
    /// The subprotocol that was chosen.
    pub protocol: Option<HeaderValue>,
}

impl Asked {
    /// Whether the request with this head asks for one, whose `upgrade` was allowed.
    pub fn of(parts: &Parts, upgrade: Option<&HeaderValue>) -> Option<Self> {
        if let Some(protocol) = parts.extensions.get::<Protocol>() {
            let wanted = protocol.as_str() == "websocket";
            return wanted.then_some(Self { over_http2: true, key: None, welcome: None });
        }
        let wanted = upgrade?.as_bytes().eq_ignore_ascii_case(b"websocket");
        let key = parts.headers.get(SEC_WEBSOCKET_KEY).cloned();
        wanted.then_some(Self { over_http2: false, key, welcome: None })
    }

    /// Whether it was answered already.
    pub fn is_welcome(&self) -> bool {
        self.welcome.is_some()
    }

    /// Checks what only concerns who reads the messages, and says which compression it gets of
    /// what it offers.
    ///
    /// # Errors
    /// A handshake that a server must not accept (RFC 6455 §4.2.1).
    pub fn admit(
        &self,
        fields: &HeaderMap,
        settings: &WebSocket,
    ) -> Result<Option<Agreement>, Refusal> {
        let mut versions = fields.get_all(SEC_WEBSOCKET_VERSION).iter();
        match (versions.next(), versions.next()) {
            (Some(version), None) if version.as_bytes() == b"13" => {}
            _ => return Err(Refusal::WebSocketVersion),
        }
        let keys = fields.get_all(SEC_WEBSOCKET_KEY).iter().count();
        let has_key = match &self.key {
            Some(key) => keys == 1 && handshake::is_key(key.as_bytes()),
            None => self.over_http2,
        };
        if !has_key {
            return Err(Refusal::Handshake);
        }
        let lines = fields.get_all(SEC_WEBSOCKET_EXTENSIONS).iter().map(HeaderValue::as_bytes);
        let offers = Offers::parse(lines).map_err(|_| Refusal::Handshake)?;
        Ok(match settings.compress {
            Compress::None => None,
            Compress::Visitors | Compress::Both => offers.accept(&wanted(settings)),
        })
    }

    /// The first subprotocol that it offers, for an answer before the backend was asked.
    pub fn first_subprotocol(fields: &HeaderMap) -> Option<HeaderValue> {
        let line = fields.get(SEC_WEBSOCKET_PROTOCOL)?;
        let first = line.as_bytes().split(|&byte| byte == b',').map(<[u8]>::trim_ascii).next()?;
        HeaderValue::from_bytes(first).ok().filter(|first| !first.is_empty())
    }

    /// Makes of these fields the answer that says yes.
    pub fn welcome(&self, mut fields: HeaderMap, terms: Terms<'_>) -> Response<()> {
        match terms {
            Terms::Ours(agreement) => {
                fields.remove(SEC_WEBSOCKET_EXTENSIONS);
                let response = agreement.map(Agreement::response);
                if let Some(Ok(response)) = response.as_deref().map(HeaderValue::from_str) {
                    fields.insert(SEC_WEBSOCKET_EXTENSIONS, response);
                }
                self.accept(&mut fields);
            }
            // Where both sides speak HTTP/1.1, the backend has answered the visitor's own key.
            Terms::Theirs { answers_key } if !answers_key => self.accept(&mut fields),
            Terms::Theirs { .. } => {}
        }
        let mut response = Response::new(());
        if self.over_http2 {
            fields.remove(SEC_WEBSOCKET_ACCEPT);
        } else {
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            fields.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            fields.entry(UPGRADE).or_insert(HeaderValue::from_static("websocket"));
        }
        *response.headers_mut() = fields;
        response
    }

    fn accept(&self, fields: &mut HeaderMap) {
        let accept = self.key.as_ref().map(|key| handshake::accept(key.as_bytes()));
        if let Some(Ok(accept)) = accept.as_deref().map(HeaderValue::from_str) {
            fields.insert(SEC_WEBSOCKET_ACCEPT, accept);
        }
    }
}

/// On which terms a visitor is welcome.
#[derive(Clone, Copy, Debug)]
pub enum Terms<'a> {
    /// We read the messages, and have agreed to this compression.
    Ours(Option<&'a Agreement>),
    /// The backend's: bytes go through as they are.
    Theirs {
        /// Whether its answer was made from the visitor's key.
        answers_key: bool,
    },
}

/// What the settings say of compression.
pub(super) fn wanted(settings: &WebSocket) -> Wanted {
    Wanted { context_takeover: settings.context_takeover }
}
