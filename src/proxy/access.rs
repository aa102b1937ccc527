//! One exchange as the log tells it and the metrics count it: what was decided and how long it
//! took, nothing of who asked or for what.

use crate::address::Mode;
use crate::proxy::finds::Finds;
use crate::proxy::meters::Meters;
use crate::proxy::progress::Progress;
use crate::proxy::refusal::{BrokenReply, Refusal};
use crate::proxy::visit::{State, Visit};
use http::{Method, StatusCode, Version};
use prometheus_client::metrics::gauge::Gauge;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The record of an exchange; dropping it ends the exchange and writes the line.
#[derive(Debug)]
pub struct Access {
    state: Arc<State>,
    meters: Arc<Meters>,
    logged: bool,
    began: Instant,
    /// The listener's name.
    pub listener: Arc<str>,
    /// Which method was asked for; `None` where the head was refused unread.
    pub method: Option<Method>,
    /// Over which version.
    pub version: Version,
    /// The property's id.
    pub property: Option<Arc<str>>,
    /// Its recording mode.
    pub mode: Option<Mode>,
    /// Which upstream, and which of its servers.
    pub upstream: Option<(Arc<str>, usize)>,
    /// Our answer's status.
    pub status: StatusCode,
    /// Why we refused, if we did.
    refusal: Option<Refusal>,
    /// How the request body fared.
    pub request: Option<Arc<Progress>>,
    /// How much personal data was found.
    pub finds: Arc<Finds>,
    /// How long we waited for the client before anything went on to the upstream.
    pub awaited_client: Duration,
    /// How long the upstream took to its response head.
    pub waited: Option<Duration>,
    /// Messages that went to the backend and to the visitor, where the exchange became a
    /// conversation.
    pub messages: Option<(u64, u64)>,
    /// Why we ended the conversation, if we did.
    ended: Option<&'static str>,
    sent: u64,
    broken: Option<BrokenReply>,
    /// Where it became a conversation, one of those that are open.
    conversation: Option<Open>,
}

/// One more, until it is dropped.
#[derive(Debug)]
struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Access {
    /// Begins the record of an exchange that [`State::begin`] has counted.
    pub fn new(visit: &Visit, method: Method, version: Version, logged: bool) -> Self {
        Self {
            state: Arc::clone(&visit.state),
            meters: Arc::clone(&visit.meters),
            logged,
            began: Instant::now(),
            listener: Arc::clone(&visit.name),
            method: Some(method),
            version,
            property: None,
            mode: None,
            upstream: None,
            status: StatusCode::OK,
            refusal: None,
            request: None,
            finds: Arc::new(Finds::among(&visit.meters.findings)),
            awaited_client: Duration::ZERO,
            waited: None,
            messages: None,
            ended: None,
            sent: 0,
            broken: None,
            conversation: None,
        }
    }

    /// The exchange becomes a conversation.
    pub fn converses(&mut self) {
        self.meters.conversations.inc();
        self.conversation = Some(Open(self.meters.conversations.clone()));
    }

    /// The response begins.
    pub fn answered(&self) {
        if let Some(waited) = self.waited {
            let others = waited + self.awaited_client;
            self.meters.added.observe(self.began.elapsed().saturating_sub(others));
        }
    }

    /// Counts response bytes.
    pub fn sent(&mut self, bytes: usize) {
        self.sent += bytes as u64;
    }

    /// We ended the conversation, if there is a reason.
    pub fn ended(&mut self, why: Option<&'static str>) {
        self.ended = why;
    }

    /// Adds the exchange to all that there were.
    fn count(&self) {
        let meters = &self.meters;
        let whose = self.property.as_ref().zip(self.mode);
        meters.exchanges.count(whose, self.status);
        meters.received.inc_by(self.received());
        meters.sent.inc_by(self.sent);
        let by = |reason| [("reason", reason)];
        if let Some(refusal) = self.refusal {
            meters.refusals.get_or_create_owned(&by(refusal.name())).inc();
        }
        if let Some(broken) = self.broken {
            meters.broken.get_or_create_owned(&by(broken.name())).inc();
        }
        if let Some(ended) = self.ended {
            meters.ended.get_or_create_owned(&by(ended)).inc();
        }
        if let (Some((upstream, _)), Some(waited)) = (&self.upstream, self.waited) {
            let upstream = [("upstream", Arc::clone(upstream))];
            meters.waited.get_or_create_owned(&upstream).observe(waited);
        }
        for (direction, messages) in self
            .messages
            .into_iter()
            .flat_map(|(to_backend, to_visitor)| [("in", to_backend), ("out", to_visitor)])
        {
            meters.messages.get_or_create_owned(&[("direction", direction)]).inc_by(messages);
        }
    }

    /// Bytes of the body that the client has sent.
    fn received(&self) -> u64 {
        self.request.as_ref().map_or(0, |progress| progress.received())
    }

    /// We refused the exchange.
    pub fn refused(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
    }

    /// The response was cut.
    pub fn broken(&mut self, why: BrokenReply) {
        self.broken = Some(why);
    }
}

impl Drop for Access {
    fn drop(&mut self) {
        self.state.end();
        self.count();
        if !self.logged {
            return;
        }
        let millis = |duration: Duration| duration.as_secs_f64() * 1e3;
        tracing::info!(
            target: "cloakroom::access",
            listener = &*self.listener,
            property = self.property.as_deref(),
            mode = self.mode.map(Mode::as_str),
            method = self.method.as_ref().map(method),
            version = ?self.version,
            status = self.status.as_u16(),
            refusal = self.refusal.map(Refusal::name),
            broken = self.broken.map(tracing::field::display),
            bytes_in = self.received(),
            bytes_out = self.sent,
            messages_in = self.messages.map(|(to_backend, _)| to_backend),
            messages_out = self.messages.map(|(_, to_visitor)| to_visitor),
            ended = self.ended,
            redacted = self.finds.taken_out(),
            observed = self.finds.only_seen(),
            upstream = self.upstream.as_ref().map(|(name, _)| &**name),
            server = self.upstream.as_ref().map(|(_, server)| *server),
            upstream_ms = self.waited.map(millis),
            total_ms = millis(self.began.elapsed()),
            "exchange"
        );
    }
}

/// The method's name, where it is one of those that everybody knows: others are text that
/// a client made up.
fn method(method: &Method) -> &str {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::CONNECT,
        Method::TRACE,
    ];
    if known.contains(method) { method.as_str() } else { "other" }
}
