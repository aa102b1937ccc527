//! What do a backend's answers teach about tokens?

use crate::format::Bounds;
use crate::format::content::Content;
use crate::proxy::body_sources;
use crate::proxy::coding::Decoder;
use crate::proxy::payload;
use crate::proxy::plan::Plan;
use http::HeaderMap;
use std::fmt;
use std::sync::Arc;

/// Learns which tokens the backend hands out to a visitor of a property that is known: from the
/// body of a response, or from one message after the other.
///
/// Only as much is looked at as a small body may have, and only JSON: what stands elsewhere
/// teaches nothing.
pub struct Learn {
    plan: Arc<Plan>,
    property: Arc<str>,
    text: Vec<u8>,
    is_too_long: bool,
}

/// What it holds is content.
impl fmt::Debug for Learn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Learn").field("property", &self.property).finish_non_exhaustive()
    }
}

impl Learn {
    /// Learns for this property; `None` where there is nothing to learn.
    pub fn of(plan: &Arc<Plan>, property: &Arc<str>) -> Option<Self> {
        let learns = plan.settings.limits.bindings > 0
            && plan.settings.book.bindings().iter().any(|binding| !binding.learn.is_empty());
        learns.then(|| Self {
            plan: Arc::clone(plan),
            property: Arc::clone(property),
            text: Vec::new(),
            is_too_long: false,
        })
    }

    /// More of the body or the message.
    pub fn hear(&mut self, piece: &[u8]) {
        let limit = self.plan.settings.limits.small_body;
        if self.is_too_long || self.text.len() + piece.len() > limit {
            self.is_too_long = true;
            self.text = Vec::new();
        } else {
            self.text.extend_from_slice(piece);
        }
    }

    /// The body or the message is over: what it hands out is bound.
    pub fn learn(&mut self) {
        let text = std::mem::take(&mut self.text);
        let is_whole = !std::mem::take(&mut self.is_too_long);
        if !is_whole || !matches!(text.trim_ascii_start().first(), Some(b'{' | b'[')) {
            return;
        }
        let settings = &self.plan.settings;
        let bounds = Bounds { depth: settings.limits.json_depth };
        for binding in settings.book.bindings() {
            for place in &binding.learn {
                if let Some(token) = body_sources::at_place(place, bounds, &text) {
                    self.plan.tokens.learn(binding, token.as_bytes(), &self.property);
                }
            }
        }
    }
}

/// Learns from the body of a response, whatever its content coding.
#[derive(Debug)]
pub struct Tap {
    learn: Learn,
    /// Where there is something to undo.
    decoder: Option<Decoder>,
    gave_up: bool,
}

impl Tap {
    /// Listens to the body behind these fields; `None` where it says nothing, or cannot be read.
    pub fn new(learn: Learn, fields: &HeaderMap) -> Option<Self> {
        let content_type = payload::content_type(fields);
        if Content::of(content_type, b"{") != Content::Json {
            return None;
        }
        let codings = payload::codings(fields).ok()?;
        let limits = payload::decoded_limits(&learn.plan.settings.limits);
        let decoder = (!codings.is_empty()).then(|| Decoder::new(&codings, limits));
        Some(Self { learn, decoder, gave_up: false })
    }

    /// More of the body as it is sent.
    pub fn hear(&mut self, mut wire: &[u8]) {
        let Some(decoder) = &mut self.decoder else { return self.learn.hear(wire) };
        while !self.gave_up && !self.learn.is_too_long {
            match decoder.next(&mut wire) {
                Ok(Some(piece)) => self.learn.hear(piece),
                Ok(None) => return,
                // Whoever reads it sees to that.
                Err(_) => self.gave_up = true,
            }
        }
    }

    /// The body is over.
    pub fn learn(&mut self) {
        if !self.gave_up {
            self.learn.learn();
        }
    }
}
