//! One payload on its way through: bytes in, bytes out.
//!
//! ```text
//! chunk ──> [Recoded: its charset] ──> Reader: its format ──> Texts ──> edits
//!   └─────> pending ── up to where all is decided, with the edits ──────────> out
//! ```

use super::across::Memory;
use super::blocked::Blocked;
use super::hand::Hand;
use super::inside::Decides;
use super::options::{HeadPart, Options};
use super::rules::Rules;
use super::tally::{Note, Tally};
use super::texts::Texts;
use crate::format::Unreadable;
use crate::format::charset::{self, Charset};
use crate::format::content::{Content, charset_parameter};
use crate::format::reader::Reader;
use crate::format::recoded::Recoded;
use std::fmt;
use std::sync::Arc;

/// One payload on its way through.
///
/// The output depends on the input alone, never on its chunks. What is held back is what could
/// still become a find.
pub struct Redactor {
    reader: Reader,
    recoded: Option<Recoded>,
    charset: Charset,
    /// What was read of the newest chunk, where the payload is in another charset.
    utf8: Vec<u8>,
    /// How much was read in all: in the payload, and in its UTF-8 form.
    read: u64,
    read_utf8: u64,
    texts: Texts,
    /// What is not yet written of the payload, and its offset.
    pending: Vec<u8>,
    base: u64,
    options: Options,
    state: State,
    /// All of the payload was taken through, and the reader stands at the start of another.
    is_over: bool,
}

/// What is pending is content.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("read", &self.read)
            .field("base", &self.base)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
enum State {
    /// Too little came to know what the payload is, which claims to be of this type.
    Opening(Option<String>),
    /// Too little came to know what the message is.
    Message,
    Reading,
    /// The rest passes unread.
    Passing,
    Blocked(Blocked),
}

impl Redactor {
    /// A redactor of a payload that came with this `Content-Type`. What it is, its first bytes
    /// have a say in.
    pub fn new(
        rules: &Arc<Rules>,
        hand: Hand,
        content_type: Option<&str>,
        options: Options,
    ) -> Self {
        let mut redactor = Self::of(rules, hand, &Content::Empty, Charset::Utf8, options);
        redactor.state = State::Opening(content_type.map(str::to_owned));
        redactor
    }

    /// A redactor of a text message, which is UTF-8: JSON or text, as its first bytes show.
    pub fn of_message(rules: &Arc<Rules>, hand: Hand, options: Options) -> Self {
        let mut redactor = Self::of(rules, hand, &Content::Empty, Charset::Utf8, options);
        redactor.state = State::Message;
        redactor
    }

    /// Goes on from what earlier messages of the same sender left behind. Said before the first
    /// byte comes.
    pub fn recall(&mut self, mut memory: Box<Memory>) {
        memory.next_message();
        self.texts.memory = Some(memory);
    }

    /// What is remembered, when the message is over. Of one that is blocked in the midst of JSON in
    /// a string: nothing.
    pub fn take_memory(&mut self) -> Option<Box<Memory>> {
        self.texts.memory.take()
    }

    /// A redactor of a payload with this content.
    pub fn of(
        rules: &Arc<Rules>,
        hand: Hand,
        content: &Content,
        charset: Charset,
        options: Options,
    ) -> Self {
        let paths = Arc::clone(&rules.paths);
        let reader = Reader::new(content, options.bounds, paths, options.binary);
        Self::reading(rules, hand, reader, charset, options)
    }

    /// A redactor of a part of a request's head.
    pub fn of_head(rules: &Arc<Rules>, hand: Hand, part: HeadPart, options: Options) -> Self {
        let paths = Arc::clone(&rules.paths);
        let reader = match part {
            HeadPart::Url => Reader::url(paths),
            HeadPart::Query => Reader::new(&Content::Form, options.bounds, paths, options.binary),
            HeadPart::Cookies => Reader::cookies(paths),
            HeadPart::Text => Reader::new(&Content::Text, options.bounds, paths, options.binary),
        };
        Self::reading(rules, hand, reader, Charset::Utf8, options)
    }

    /// A redactor of what this reader reads; its paths are those of the rules.
    fn reading(
        rules: &Arc<Rules>,
        hand: Hand,
        reader: Reader,
        charset: Charset,
        options: Options,
    ) -> Self {
        Self {
            reader,
            recoded: (charset != Charset::Utf8).then(|| Recoded::new(charset)),
            charset,
            utf8: Vec::new(),
            read: 0,
            read_utf8: 0,
            texts: Texts::new(Arc::clone(rules), hand, options.explain),
            pending: Vec::new(),
            base: 0,
            options,
            state: State::Reading,
            is_over: false,
        }
    }

    /// The message is over, and another one of the same sender comes, which is UTF-8 text, too. As
    /// a new redactor of a message, but for its offsets, which count on: to make one anew costs
    /// more than to take a word of chat through. Once blocked, it stays so.
    pub fn next_message(&mut self) {
        if matches!(self.state, State::Blocked(_)) {
            return;
        }
        if !self.is_over || self.recoded.is_some() {
            let (rules, hand) = (Arc::clone(self.texts.rules()), self.texts.hand().clone());
            *self = Self::of_message(&rules, hand, self.options);
            return;
        }
        self.texts.tally.clear();
        self.state = State::Message;
    }

    /// Takes the next chunk, and appends to `out` what is decided. Once blocked, it stays so.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Blocked> {
        match &self.state {
            State::Blocked(why) => Err(*why),
            State::Passing => {
                out.extend_from_slice(chunk);
                Ok(())
            }
            State::Reading => self.read(chunk, out),
            State::Opening(content_type) => {
                let enough = Content::decided_by(content_type.as_deref());
                self.pending.extend_from_slice(chunk);
                let is_decided = self.pending.len() >= enough
                    || enough == charset::FIRST_BYTES && Charset::is_shown_by(&self.pending);
                if is_decided { self.open(out) } else { Ok(()) }
            }
            State::Message if self.pending.is_empty() => match Content::of_message(chunk, false) {
                Some(content) => self.read_as(&content, chunk, out),
                None => {
                    self.pending.extend_from_slice(chunk);
                    Ok(())
                }
            },
            State::Message => {
                self.pending.extend_from_slice(chunk);
                match Content::of_message(&self.pending, false) {
                    Some(content) => self.read_pending_as(&content, out),
                    None => Ok(()),
                }
            }
        }
    }

    /// The payload is over: appends the rest.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Blocked> {
        match self.state {
            State::Opening(_) => self.open(out)?,
            State::Message => {
                let content = Content::of_message(&self.pending, true).unwrap_or(Content::Text);
                self.read_pending_as(&content, out)?;
            }
            State::Blocked(_) | State::Passing | State::Reading => {}
        }
        match self.state {
            State::Blocked(why) => return Err(why),
            State::Passing | State::Opening(_) | State::Message => return Ok(()),
            State::Reading => {}
        }
        let heard = match &mut self.recoded {
            None => self.reader.finish(self.read, &mut self.texts),
            Some(recoded) => {
                self.utf8.clear();
                recoded.finish(&mut self.utf8);
                let pushed = self.reader.push(self.read_utf8, &self.utf8, &mut self.texts);
                self.read_utf8 += self.utf8.len() as u64;
                pushed.and_then(|()| self.reader.finish(self.read_utf8, &mut self.texts))
            }
        };
        self.is_over = heard.is_ok();
        self.go_on(heard, &[], out)?;
        self.release(u64::MAX, &[], out);
        Ok(())
    }

    /// Enough came to know what the payload is.
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Blocked> {
        let first = std::mem::take(&mut self.pending);
        let State::Opening(content_type) = std::mem::replace(&mut self.state, State::Reading)
        else {
            return Ok(());
        };
        let content = Content::of(content_type.as_deref(), &first);
        let label = content_type.as_deref().and_then(charset_parameter);
        let charset = match Charset::of(label.as_deref(), &first) {
            _ if content == Content::Binary => Charset::Utf8,
            Ok(charset) => charset,
            Err(_) if self.options.pass_unreadable => {
                out.extend_from_slice(&first);
                self.state = State::Passing;
                return Ok(());
            }
            Err(_) => return self.block(Blocked::Unreadable(Unreadable::Encoding { at: 0 })),
        };
        self.recoded = (charset != Charset::Utf8).then(|| Recoded::new(charset));
        self.charset = charset;
        self.read_as(&content, &first, out)
    }

    /// What is pending is the beginning of this content.
    fn read_pending_as(&mut self, content: &Content, out: &mut Vec<u8>) -> Result<(), Blocked> {
        let first = std::mem::take(&mut self.pending);
        self.read_as(content, &first, out)
    }

    fn read_as(
        &mut self,
        content: &Content,
        first: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Blocked> {
        let stands_at_start = std::mem::take(&mut self.is_over) && self.reader.is_json();
        if !stands_at_start || *content != Content::Json {
            let paths = Arc::clone(&self.texts.rules().paths);
            self.reader = Reader::new(content, self.options.bounds, paths, self.options.binary);
        }
        self.state = State::Reading;
        self.read(first, out)
    }

    fn read(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Blocked> {
        let heard = match &mut self.recoded {
            None => {
                if self.reader.has_short_texts() {
                    self.texts.look(self.read, chunk);
                }
                self.reader.push(self.read, chunk, &mut self.texts)
            }
            Some(recoded) => {
                self.utf8.clear();
                recoded.push(chunk, &mut self.utf8);
                if self.reader.has_short_texts() {
                    self.texts.look(self.read_utf8, &self.utf8);
                }
                let heard = self.reader.push(self.read_utf8, &self.utf8, &mut self.texts);
                self.read_utf8 += self.utf8.len() as u64;
                heard
            }
        };
        self.texts.look_away();
        self.read += chunk.len() as u64;
        self.go_on(heard, chunk, out)
    }

    /// What the payload is taken for, in a word; see [`Reader::format`].
    pub fn format(&self) -> &'static str {
        self.reader.format()
    }

    /// How much was taken out so far.
    pub fn tally(&self) -> &Tally {
        &self.texts.tally
    }

    /// Takes the notes that were made since the last time, so that they need not be kept until
    /// the payload is over.
    pub fn take_notes(&mut self) -> Vec<Note> {
        self.texts.tally.take_notes()
    }

    /// How many bytes are held back.
    pub fn held(&self) -> usize {
        self.pending.len()
    }

    fn go_on(
        &mut self,
        heard: Result<(), Unreadable>,
        chunk: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Blocked> {
        if let Some(why) = self.texts.blocked.take().filter(|_| !self.options.observe) {
            return self.block(why);
        }
        match heard {
            Ok(()) => {}
            Err(_) if self.options.pass_unreadable => {
                self.release(u64::MAX, chunk, out);
                self.state = State::Passing;
                return Ok(());
            }
            Err(why) => return self.block(Blocked::Unreadable(why)),
        }
        let settled = match (&self.recoded, self.settled()) {
            _ if self.options.observe => u64::MAX,
            (None, settled) => settled.unwrap_or(u64::MAX),
            (Some(recoded), settled) => recoded.settled(settled.unwrap_or(self.read_utf8)),
        };
        self.release(settled, chunk, out);
        let settled = self.settled().unwrap_or(self.read_utf8);
        if let Some(recoded) = &mut self.recoded {
            recoded.forget(settled);
        }
        let (held, limit) = (self.pending.len(), self.options.held);
        if held > limit {
            return self.block(Blocked::Overlong { held, limit });
        }
        Ok(())
    }

    /// Up to where all is decided; `None`: all that was read.
    fn settled(&self) -> Option<u64> {
        [self.texts.settled(), self.reader.held()].into_iter().flatten().min()
    }

    fn block(&mut self, why: Blocked) -> Result<(), Blocked> {
        self.pending = Vec::new();
        self.state = State::Blocked(why);
        Err(why)
    }

    /// Writes the payload up to this offset, with the edits that begin before it. Behind what
    /// is pending comes `chunk`, of which the rest is pending then.
    fn release(&mut self, upto: u64, chunk: &[u8], out: &mut Vec<u8>) {
        if self.options.observe {
            self.texts.edits.clear();
        }
        let mut pending = std::mem::take(&mut self.pending);
        // As a rule nothing is pending, and the chunk goes straight on.
        let is_pending = !pending.is_empty();
        if is_pending {
            pending.extend_from_slice(chunk);
        }
        let source = if is_pending { &pending[..] } else { chunk };
        let base = self.base;
        let place = |offset: u64| {
            let place = usize::try_from(offset.saturating_sub(base)).unwrap_or(usize::MAX);
            place.min(source.len())
        };
        let mut at = 0;
        let limit = self.read.min(upto);
        while let Some(edit) = self.next_edit(limit) {
            let start = place(edit.start);
            out.extend_from_slice(source.get(at..start).unwrap_or_default());
            match self.charset {
                Charset::Utf8 => out.extend_from_slice(&edit.text),
                other => out.extend(other.encode(&String::from_utf8_lossy(&edit.text))),
            }
            for (from, to) in edit.kept {
                out.extend_from_slice(source.get(place(from)..place(to)).unwrap_or_default());
            }
            at = place(edit.end).max(start);
        }
        let end = place(limit);
        if at < end {
            out.extend_from_slice(source.get(at..end).unwrap_or_default());
            at = end;
        }
        if is_pending {
            pending.drain(..at);
        } else {
            pending.extend_from_slice(chunk.get(at..).unwrap_or_default());
        }
        self.pending = pending;
        self.base += at as u64;
    }

    /// The next edit that begins before this offset, in offsets of the payload.
    fn next_edit(&mut self, limit: u64) -> Option<super::edit::Edit> {
        let edits = &mut self.texts.edits;
        let Some(recoded) = &self.recoded else { return edits.pop_if(|edit| edit.start < limit) };
        let mut edit = edits.pop_if(|edit| recoded.start_of(edit.start) < limit)?;
        (edit.start, edit.end) = (recoded.start_of(edit.start), recoded.end_of(edit.end));
        for (from, to) in &mut edit.kept {
            (*from, *to) = (recoded.start_of(*from), recoded.end_of(*to));
        }
        Some(edit)
    }
}
