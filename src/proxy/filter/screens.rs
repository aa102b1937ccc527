//! What of an exchange is looked at, on the way in and on the way out.

use crate::policy::redaction::Unreadable;
use crate::policy::{Limits, Property};
use crate::proxy::coding::narrow;
use crate::proxy::digest;
use crate::proxy::filter::hand::hand;
use crate::proxy::filter::head::rewrite_head;
use crate::proxy::filter::messages::{ACCEPTED, Messages};
use crate::proxy::filter::passage::Passage;
use crate::proxy::filter::screen::Screen;
use crate::proxy::finds::Finds;
use crate::proxy::intake::Intake;
use crate::proxy::payload;
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, IF_RANGE, RANGE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body::Body;
use std::sync::Arc;

/// What of an exchange is looked at. Nothing of one whose property has no sets of rules.
#[derive(Debug, Default)]
pub struct Screens {
    /// What looks at the request.
    pub request: Option<Screen>,
    /// What looks at the response: its body alone.
    pub response: Option<Screen>,
    small_body: usize,
    /// Whether the answer to the request has no body.
    asks_head: bool,
}

impl Screens {
    /// The screens of an exchange of this property, on the connection with these random bits.
    pub fn new(
        plan: &Arc<Plan>,
        property: &Property,
        connection: u128,
        finds: &Arc<Finds>,
    ) -> Self {
        let policy = &property.policy;
        if policy.redact.is_none() && policy.redact_responses.is_none() {
            return Self::default();
        }
        let limits: &Limits = &plan.settings.limits;
        let hand = hand(plan, property, connection);
        let screen = |set| Screen::new(set, hand.clone(), limits, finds, &plan.ceiling);
        Self {
            request: policy.redact.as_ref().map(screen),
            response: policy.redact_responses.as_ref().filter(|set| set.parts.body).map(screen),
            small_body: limits.small_body,
            asks_head: false,
        }
    }

    /// Whether the messages of a WebSocket are looked at, in either direction.
    pub fn read_messages(&self) -> bool {
        self.response.is_some()
            || self.request.as_ref().is_some_and(|screen| screen.set().parts.body)
    }

    /// Looks at a request whose addresses were rewritten already, and says how its body goes on.
    ///
    /// A small body is read whole before its head is sent, and its length is exact; a longer one
    /// is rewritten as it comes, and has none.
    pub async fn request(
        &mut self,
        parts: &mut Parts,
        intake: &mut Intake,
    ) -> Result<Passage, Refusal> {
        self.asks_head = parts.method == Method::HEAD;
        if self.response.as_ref().is_some_and(|screen| !screen.set().observe) {
            ask_for_what_can_be_read(&mut parts.headers);
        }
        let Some(screen) = &self.request else { return Ok(Passage::open(false)) };
        rewrite_head(screen, parts)?;
        if intake.is_end_stream() {
            return Ok(Passage::open(false));
        }
        let Some(filter) = screen.filter(&parts.headers)? else {
            return Ok(Passage::open(false));
        };
        if filter.observes() {
            return Ok(Passage::through(filter));
        }
        // A call goes on message by message, and may wait for an answer to its first.
        let content_type = payload::content_type(&parts.headers);
        let are_streamed = content_type.and_then(Messages::of).is_some_and(Messages::are_streamed);
        if !are_streamed {
            intake.gather(self.small_body).await?;
        }
        if are_streamed || !intake.is_whole() || intake.ahead().len() > self.small_body {
            parts.headers.remove(CONTENT_LENGTH);
            digest::forget(&mut parts.headers);
            return Ok(Passage::through(filter));
        }
        let rewritten = filter.rewrite(intake.ahead())?;
        let changed = rewritten.is_some();
        if let Some(rewritten) = rewritten {
            intake.replace(rewritten);
            digest::forget(&mut parts.headers);
        }
        // Over HTTP/1 trailers need chunks, which a length would forbid.
        if parts.headers.contains_key(CONTENT_LENGTH) || !intake.has_trailers() {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(intake.ahead().len()));
        }
        Ok(Passage::open(changed))
    }

    /// Looks at a response, and says how its body goes on: rewritten as it comes, without a
    /// length.
    pub fn response<B: Body>(&self, response: &mut Response<B>) -> Result<Passage, Refusal> {
        let Some(screen) = &self.response else { return Ok(Passage::open(false)) };
        let status = response.status();
        let is_bare = self.asks_head || status == StatusCode::NOT_MODIFIED;
        if !is_bare && response.body().is_end_stream() {
            return Ok(Passage::open(false));
        }
        let filter = match screen.filter(response.headers()) {
            Ok(None) => return Ok(Passage::open(false)),
            Ok(Some(filter)) if filter.observes() => return Ok(Passage::through(filter)),
            other => other,
        };
        if status == StatusCode::PARTIAL_CONTENT && !is_bare {
            // A part of a text is not what the rules are for, and nobody asked for one.
            return match screen.set().unreadable {
                Unreadable::Pass => Ok(Passage::open(false)),
                Unreadable::Refuse => Err(Refusal::ReplyUnreadable),
            };
        }
        let fields = response.headers_mut();
        fields.remove(CONTENT_LENGTH);
        digest::forget(fields);
        match filter {
            _ if is_bare => Ok(Passage::open(true)),
            Ok(filter) => Ok(filter.map_or(Passage::open(true), Passage::through)),
            Err(_) => Err(Refusal::ReplyUnreadable),
        }
    }
}

/// Asks the upstream for an answer that is whole and in a coding that can be undone. Who asked
/// for a range gets all of it: a range of the rewritten answer is not what the upstream would
/// send for it.
fn ask_for_what_can_be_read(fields: &mut HeaderMap) {
    ask_for_known_codings(fields);
    fields.remove(RANGE);
    fields.remove(IF_RANGE);
}

/// Asks the upstream for an answer in a coding that can be undone.
pub fn ask_for_known_codings(fields: &mut HeaderMap) {
    let lines: Vec<_> = fields.get_all(ACCEPT_ENCODING).iter().map(HeaderValue::as_bytes).collect();
    let readable = HeaderValue::from_bytes(&narrow(lines));
    let readable = readable.unwrap_or(HeaderValue::from_static("identity"));
    fields.insert(ACCEPT_ENCODING, readable);
    for name in ACCEPTED.map(HeaderName::from_static) {
        // Without one, messages are not coded.
        let lines: Vec<_> = fields.get_all(&name).iter().map(HeaderValue::as_bytes).collect();
        if !lines.is_empty() {
            let readable = HeaderValue::from_bytes(&narrow(lines));
            fields.insert(name, readable.unwrap_or(HeaderValue::from_static("identity")));
        }
    }
}
