//! What is done with a body once its coding is undone: it is read as a text or as messages.

use crate::proxy::filter::grpc::Prefixed;
use crate::proxy::filter::message::Bare;
use crate::proxy::refusal::Refusal;
use crate::redact::Redactor;

/// How a body is read and rewritten.
#[derive(Debug)]
pub(super) enum Work {
    /// By what its type and its first bytes say.
    Text(Box<Redactor>),
    /// As one message.
    Bare(Box<Bare>),
    /// As messages behind prefixes.
    Prefixed(Box<Prefixed>),
}

impl Work {
    /// Takes a piece, and appends to `out` what is decided.
    pub(super) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        match self {
            Self::Text(redactor) => Ok(redactor.push(piece, out)?),
            Self::Bare(bare) => bare.push(piece),
            Self::Prefixed(messages) => messages.push(piece, out),
        }
    }

    /// The body is over: appends the rest.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        match self {
            Self::Text(redactor) => Ok(redactor.finish(out)?),
            Self::Bare(bare) => bare.finish(out),
            Self::Prefixed(messages) => messages.finish(out),
        }
    }

    /// How much was found so far.
    pub(super) fn total(&self) -> u64 {
        match self {
            Self::Text(redactor) => redactor.tally().total(),
            Self::Bare(bare) => bare.message().total(),
            Self::Prefixed(messages) => messages.message().total(),
        }
    }

    /// The same by the rule that found it, in the order of the rules' names.
    pub(super) fn counts(&self) -> Vec<u64> {
        match self {
            Self::Text(redactor) => redactor.tally().counts().to_vec(),
            Self::Bare(bare) => bare.message().counts(),
            Self::Prefixed(messages) => messages.message().counts(),
        }
    }

    /// What the body is taken for, in a word.
    pub(super) fn format(&self) -> &'static str {
        match self {
            Self::Text(redactor) => redactor.format(),
            Self::Bare(bare) => bare.message().format(),
            Self::Prefixed(messages) => messages.message().format(),
        }
    }
}
