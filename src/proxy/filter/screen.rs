//! A set of rules in one exchange: it looks at parts of a head, and makes the filter of a body.

use crate::format::content::{Binary, Content, FIRST_BYTES};
use crate::format::{self, Bounds};
use crate::policy::Limits;
use crate::policy::redaction::{self, Redaction, Unreadable};
use crate::proxy::coding;
use crate::proxy::filter::body::{Filter, Manner, Tell};
use crate::proxy::filter::grpc::Prefixed;
use crate::proxy::filter::message::{Bare, Message};
use crate::proxy::filter::messages::{Format, Framing, Messages};
use crate::proxy::filter::work::Work;
use crate::proxy::finds::Finds;
use crate::proxy::payload;
use crate::proxy::refusal::Refusal;
use crate::redact::{Hand, HeadPart, Memory, Options, Redactor};
use crate::websocket::Kind;
use http::HeaderMap;
use std::sync::Arc;

/// A set of rules in one exchange.
#[derive(Clone, Debug)]
pub struct Screen {
    set: Arc<Redaction>,
    hand: Hand,
    options: Options,
    decoded: coding::Limits,
    finds: Arc<Finds>,
}

/// What a binary message claims to be. JSON is known all the same; what else it holds is no text.
const OCTETS: &str = "application/octet-stream";

impl Screen {
    /// This set in an exchange in which `hand` writes and `finds` are counted.
    pub fn new(set: &Arc<Redaction>, hand: Hand, limits: &Limits, finds: &Arc<Finds>) -> Self {
        let options = Options {
            observe: set.observe,
            pass_unreadable: set.unreadable == Unreadable::Pass,
            binary: match set.binary {
                redaction::Binary::Pass => Binary::Pass,
                redaction::Binary::Refuse => Binary::Refuse,
            },
            bounds: Bounds { depth: limits.json_depth },
            ..Options::default()
        };
        let decoded = payload::decoded_limits(limits);
        Self { set: Arc::clone(set), hand, options, decoded, finds: Arc::clone(finds) }
    }

    /// What the set says.
    pub fn set(&self) -> &Redaction {
        &self.set
    }

    /// A filter for the body behind these fields. `None` where it goes on as it came: the set
    /// does not look at bodies, lets pass what this one is, or only observes and could not read
    /// it.
    pub fn filter(&self, fields: &HeaderMap) -> Result<Option<Filter>, Refusal> {
        let content_type = payload::content_type(fields);
        let messages = match content_type.and_then(Messages::of) {
            _ if !self.set.parts.body => return Ok(None),
            None => None,
            Some(messages) if messages.format == Format::Json => Some(messages),
            Some(messages) => match self.set.protobuf {
                redaction::Protobuf::Redact => Some(messages),
                redaction::Protobuf::Pass => None,
                redaction::Protobuf::Refuse if self.options.observe => return Ok(None),
                redaction::Protobuf::Refuse => {
                    return Err(Refusal::Unreadable(format::Unreadable::Binary { at: 0 }));
                }
            },
        };
        if messages.is_none() && self.passes_unread(content_type) {
            return Ok(None);
        }
        let Options { observe, pass_unreadable, .. } = self.options;
        let codings = match payload::codings(fields) {
            Ok(codings) => codings,
            Err(_) if observe || pass_unreadable => return Ok(None),
            Err(_) => return Err(Refusal::UnknownCoding),
        };
        let (rules, hand) = (&self.set.rules, self.hand.clone());
        let message = |format| Message::new(format, rules, hand.clone(), self.options);
        let work = match messages {
            None => {
                let redactor = Redactor::new(rules, hand, content_type, self.options);
                Work::Text(Box::new(redactor))
            }
            Some(Messages { framing: Framing::Bare, format }) => {
                Work::Bare(Box::new(Bare::new(message(format), self.decoded)))
            }
            Some(Messages { framing: Framing::Prefixed(prefixes), format }) => {
                let coding = prefixes.coding(fields);
                let message = message(format);
                Work::Prefixed(Box::new(Prefixed::new(message, prefixes, coding, self.decoded)))
            }
            Some(Messages { framing: Framing::Base64, .. }) if observe || pass_unreadable => {
                return Ok(None);
            }
            Some(Messages { framing: Framing::Base64, .. }) => {
                return Err(Refusal::Unreadable(format::Unreadable::Encoding { at: 0 }));
            }
        };
        let manner = Manner { observe, pass_unreadable };
        let tell = Tell { finds: Arc::clone(&self.finds), rules: Arc::clone(rules) };
        Ok(Some(Filter::new(codings, self.decoded, work, manner, tell)))
    }

    /// A redactor of a message of this kind; `None` where it goes on as it came, since the set
    /// does not look at messages. What is text and what is not, its kind says and its first
    /// bytes.
    pub fn message(&self, kind: Kind) -> Option<Redactor> {
        let hand = self.hand.clone();
        let rules = &self.set.rules;
        self.set.parts.body.then(|| match kind {
            Kind::Text => Redactor::of_message(rules, hand, self.options),
            Kind::Binary => Redactor::new(rules, hand, Some(OCTETS), self.options),
        })
    }

    /// A memory of the messages of one sender, where the set wants one.
    pub fn memory(&self) -> Option<Box<Memory>> {
        let messages = self.set.across_messages;
        (messages > 0 && self.set.parts.body).then(|| Box::new(Memory::new(messages)))
    }

    /// Counts what a redactor of this screen has found.
    pub fn count(&self, redactor: &Redactor) {
        self.tell(redactor, redactor.format());
    }

    fn tell(&self, redactor: &Redactor, format: &'static str) {
        let counts = redactor.tally().counts().iter().copied();
        self.finds.add(&self.set.rules, counts, format, self.options.observe);
    }

    /// What stands in the place of this part of a head; `None` where it stays.
    pub(super) fn take_out(
        &self,
        part: HeadPart,
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let observe = self.options.observe;
        let hand = self.hand.clone();
        let mut redactor = Redactor::of_head(&self.set.rules, hand, part, self.options);
        let mut out = Vec::with_capacity(value.len());
        let read = redactor.push(value, &mut out).and_then(|()| redactor.finish(&mut out));
        if !observe {
            read?;
        }
        self.tell(&redactor, part.name());
        let finds = redactor.tally().total();
        Ok((finds > 0 && !observe).then_some(out))
    }

    /// Whether a body of this type holds no text, whatever its bytes are, and passes for that.
    fn passes_unread(&self, content_type: Option<&str>) -> bool {
        self.options.binary == Binary::Pass
            && Content::decided_by(content_type) < FIRST_BYTES
            && Content::of(content_type, b"a") == Content::Binary
    }
}
