//! One message: what is personal in it, whatever it is written in.

use crate::proxy::coding;
use crate::proxy::filter::messages::Format;
use crate::proxy::refusal::Refusal;
use crate::redact::{Blocked, Hand, Options, Protobuf, Redactor, Rules};
use std::fmt;
use std::sync::Arc;

/// Rewrites messages of one format, one after another.
pub(super) struct Message {
    rules: Arc<Rules>,
    hand: Hand,
    options: Options,
    format: Format,
    protobuf: Protobuf,
    /// How much was found in those that are text, by the rule that found it.
    finds: Vec<u64>,
}

/// Rules are long, and said elsewhere.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Message {
    /// For messages of this format.
    pub(super) fn new(format: Format, rules: &Arc<Rules>, hand: Hand, options: Options) -> Self {
        let protobuf = Protobuf::new(rules, hand.clone(), options);
        Self { rules: Arc::clone(rules), hand, options, format, protobuf, finds: Vec::new() }
    }

    /// What stands in the place of this one; `None` where it stays as it is.
    pub(super) fn rewrite(&mut self, message: &[u8]) -> Result<Option<Vec<u8>>, Blocked> {
        match self.format {
            Format::Protobuf => self.protobuf.rewrite(message),
            Format::Json => self.text("application/json", message),
        }
    }

    /// The same for what is no message of the application's, but text about them.
    pub(super) fn about(&mut self, text: &[u8]) -> Result<Option<Vec<u8>>, Blocked> {
        self.text("text/plain", text)
    }

    /// Whether what cannot be read goes on as it came.
    pub(super) fn passes_unreadable(&self) -> bool {
        self.options.pass_unreadable
    }

    /// How much was found so far.
    pub(super) fn total(&self) -> u64 {
        self.finds.iter().sum::<u64>() + self.protobuf.tally().total()
    }

    /// The same by the rule that found it.
    pub(super) fn counts(&self) -> Vec<u64> {
        let mut counts = self.protobuf.tally().counts().to_vec();
        add(&mut counts, &self.finds);
        counts
    }

    /// What the messages are written in, in a word.
    pub(super) fn format(&self) -> &'static str {
        match self.format {
            Format::Protobuf => "protobuf",
            Format::Json => "json",
        }
    }

    fn text(&mut self, content_type: &str, text: &[u8]) -> Result<Option<Vec<u8>>, Blocked> {
        let hand = self.hand.clone();
        let mut redactor = Redactor::new(&self.rules, hand, Some(content_type), self.options);
        let mut out = Vec::with_capacity(text.len());
        redactor.push(text, &mut out)?;
        redactor.finish(&mut out)?;
        let finds = redactor.tally().total();
        self.finds.resize(redactor.tally().counts().len(), 0);
        add(&mut self.finds, redactor.tally().counts());
        Ok((finds > 0 && !self.options.observe).then_some(out))
    }
}

fn add(sum: &mut [u64], more: &[u64]) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// A body that is one message: it is held until it is whole, since its lengths stand before what
/// they count.
#[derive(Debug)]
pub(super) struct Bare {
    message: Message,
    held: Held,
    limits: coding::Limits,
}

impl Bare {
    /// A body that is this message, of at most so many bytes.
    pub(super) fn new(message: Message, limits: coding::Limits) -> Self {
        Self { message, held: Held::default(), limits }
    }

    /// More of it.
    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        if (self.held.0.len() + piece.len()) as u64 > self.limits.bytes {
            return Err(Refusal::DecodedTooLarge);
        }
        self.held.0.extend_from_slice(piece);
        Ok(())
    }

    /// It is whole: writes what goes on.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        match self.message.rewrite(&self.held.0)? {
            Some(rewritten) => out.extend_from_slice(&rewritten),
            None => out.extend_from_slice(&self.held.0),
        }
        self.held = Held::default();
        Ok(())
    }

    /// The message, and what was found in it.
    pub(super) fn message(&self) -> &Message {
        &self.message
    }
}

/// Bytes that are held back.
#[derive(Default)]
pub(super) struct Held(pub(super) Vec<u8>);

/// They are content.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Held({})", self.0.len())
    }
}
