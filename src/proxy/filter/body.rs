//! One body on its way through: what its coding hides is undone, read, rewritten, and coded
//! again.
//!
//! ```text
//! wire ──> Decoder ──> Redactor ──> Encoder ──> wire
//! ```

use crate::proxy::coding::{Codings, Decoder, Encoder, Limits};
use crate::proxy::finds::Finds;
use crate::proxy::refusal::Refusal;
use crate::redact::Redactor;
use bytes::Bytes;
use std::sync::Arc;

/// One body on its way through.
#[derive(Debug)]
pub struct Filter {
    codings: Codings,
    /// Where there is something to undo.
    decoder: Option<Decoder>,
    redactor: Redactor,
    /// Once something was coded again.
    encoder: Option<Encoder>,
    manner: Manner,
    /// What was rewritten of the newest piece, where it is coded again.
    text: Vec<u8>,
    /// Whether an observer has met what it cannot read: the rest is not looked at.
    gave_up: bool,
    finds: Arc<Finds>,
    counted: u64,
}

/// How a filter goes about what it meets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// It counts, and changes nothing.
    pub(super) observe: bool,
    /// What cannot be read goes on as it came.
    pub(super) pass_unreadable: bool,
}

impl Filter {
    /// A filter for a body in these codings.
    pub(super) fn new(
        codings: Codings,
        limits: Limits,
        redactor: Redactor,
        manner: Manner,
        finds: Arc<Finds>,
    ) -> Self {
        let decoder = (!codings.is_empty()).then(|| Decoder::new(&codings, limits));
        Self {
            codings,
            decoder,
            redactor,
            encoder: None,
            manner,
            text: Vec::new(),
            gave_up: false,
            finds,
            counted: 0,
        }
    }

    /// Whether it only counts: what it gives out is what was put in.
    pub fn observes(&self) -> bool {
        self.manner.observe
    }

    /// What stands in the place of this whole body; `None` where it stays as it is, byte for
    /// byte, since nothing was found or the set lets pass what cannot be read.
    pub fn rewrite(mut self, whole: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        let mut text = Vec::with_capacity(whole.len());
        match self.read_whole(whole, &mut text) {
            Err(Refusal::MalformedCoding) if self.manner.pass_unreadable => return Ok(None),
            read => read?,
        }
        self.count();
        if self.counted == 0 {
            return Ok(None);
        }
        if self.codings.is_empty() {
            return Ok(Some(text));
        }
        let mut out = Vec::with_capacity(whole.len());
        let mut encoder = Encoder::new(&self.codings);
        encoder.push(&text, &mut out)?;
        encoder.finish(&mut out)?;
        Ok(Some(out))
    }

    /// What can go on after this piece, which is perhaps the `last`. What goes in comes out as
    /// soon as it is decided, also where it is coded again: a reader waits for no more than the
    /// client has sent.
    ///
    /// A body that turns out to be unlike its coding fails here, whatever the set says: its
    /// beginning went on in another coding already.
    pub fn push(&mut self, wire: Bytes, last: bool) -> Result<Bytes, Refusal> {
        if self.manner.observe {
            if !self.gave_up {
                let counted = self.count_only(&wire, last);
                self.gave_up = counted.is_err();
            }
            return Ok(wire);
        }
        let mut out = Vec::with_capacity(wire.len() + ROOM);
        if self.decoder.is_none() {
            self.redactor.push(&wire, &mut out)?;
            if last {
                self.redactor.finish(&mut out)?;
            }
        } else {
            self.recode(&wire, last, &mut out)?;
        }
        self.count();
        Ok(out.into())
    }

    /// Undoes the coding of a piece, rewrites what it says, and codes that again.
    fn recode(&mut self, mut wire: &[u8], last: bool, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let encoder = self.encoder.get_or_insert_with(|| Encoder::new(&self.codings));
        while let Some(piece) = decoder.next(&mut wire)? {
            self.redactor.push(piece, &mut self.text)?;
            encoder.push(&self.text, out)?;
            self.text.clear();
        }
        if !last {
            return Ok(encoder.flush(out)?);
        }
        decoder.finish()?;
        self.redactor.finish(&mut self.text)?;
        encoder.push(&self.text, out)?;
        self.text.clear();
        match self.encoder.take() {
            Some(encoder) => Ok(encoder.finish(out)?),
            None => Ok(()),
        }
    }

    fn read_whole(&mut self, mut wire: &[u8], text: &mut Vec<u8>) -> Result<(), Refusal> {
        match &mut self.decoder {
            None => self.redactor.push(wire, text)?,
            Some(decoder) => {
                while let Some(piece) = decoder.next(&mut wire)? {
                    self.redactor.push(piece, text)?;
                }
                decoder.finish()?;
            }
        }
        Ok(self.redactor.finish(text)?)
    }

    /// Looks at a piece that goes on as it came.
    fn count_only(&mut self, mut wire: &[u8], last: bool) -> Result<(), Refusal> {
        match &mut self.decoder {
            None => self.redactor.push(wire, &mut self.text)?,
            Some(decoder) => {
                while let Some(piece) = decoder.next(&mut wire)? {
                    self.redactor.push(piece, &mut self.text)?;
                    self.text.clear();
                }
            }
        }
        if last {
            self.redactor.finish(&mut self.text)?;
        }
        self.text.clear();
        self.count();
        Ok(())
    }

    fn count(&mut self) {
        let total = self.redactor.tally().total();
        self.finds.add(total - self.counted, self.manner.observe);
        self.counted = total;
    }
}

/// What a piece may gain by labels before its buffer grows, and what was held back before it.
const ROOM: usize = 64;
