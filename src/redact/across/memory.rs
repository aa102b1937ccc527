//! What is remembered of the messages of one sender, as long as the connection lasts.

use super::heard::{Heard, LONGEST};
use super::piece::Piece;
use super::search::search;
use crate::format::{Role, Spelling, Text};
use crate::redact::lane::Hit;
use crate::redact::rules::Rules;
use std::collections::VecDeque;
use std::fmt;

/// What the last messages of one sender left behind: of each text that a person typed at most 48
/// bytes of its end, and its last number. It is overwritten when it is dropped.
///
/// A text has to be short (200 bytes) to be remembered, and completes something only by its
/// beginning. At most four names and 16 messages are remembered: some 5 KiB of text.
pub struct Memory {
    /// How many messages are remembered.
    messages: u64,
    /// The number of the open message.
    now: u64,
    slots: Vec<Slot>,
    open: Option<Open>,
}

/// What is remembered is content.
impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("messages", &self.messages).finish_non_exhaustive()
    }
}

/// What stood under one name.
struct Slot {
    name: Box<[u8]>,
    /// The last message that had a text under this name, and how many of those there were.
    last: u64,
    count: u64,
    /// Oldest first, each with the count of its message.
    pieces: VecDeque<(u64, Piece)>,
}

/// A text that is told.
struct Open {
    name: Box<[u8]>,
    heard: Heard,
    /// Whether it is all of a message.
    is_all: bool,
    /// Whether something was said before that it may complete, and nobody looked yet.
    waits: bool,
    /// Whether it completes something.
    completes: bool,
}

/// How many messages can be remembered: as many as a payment card has digits.
const MOST_MESSAGES: u8 = 16;

/// How many names are remembered; the one that was not used for the longest time goes.
const NAMES: usize = 4;

/// How many texts of one name are remembered, however many a message has.
const PIECES: usize = MOST_MESSAGES as usize;

/// The names under which chats send what a person typed: Chatwoot and Zammad `content`,
/// Rocket.Chat `msg`, Papercups `body`, others `text` or `message`. Under any other one the same
/// digits are the numbers of messages, rooms and orders.
const TYPED: &[&[u8]] = &[
    b"answer",
    b"body",
    b"comment",
    b"content",
    b"description",
    b"html",
    b"message",
    b"messagebody",
    b"message_body",
    b"messagetext",
    b"message_text",
    b"msg",
    b"note",
    b"question",
    b"reply",
    b"text",
];

impl Memory {
    /// A memory of so many messages, at most 16.
    pub fn new(messages: u8) -> Self {
        let messages = u64::from(messages.min(MOST_MESSAGES));
        Self { messages, now: 0, slots: Vec::new(), open: None }
    }

    /// A message begins.
    pub(crate) fn next_message(&mut self) {
        self.now += 1;
        self.open = None;
    }

    /// Whether this text is one that a person typed.
    pub(crate) fn listens(&self, text: Text<'_>) -> bool {
        let Text { spelling, role, name, .. } = text;
        let is_all = name.is_empty() && spelling != Spelling::JsonString;
        let is_typed = || TYPED.iter().any(|typed| typed.eq_ignore_ascii_case(name));
        role == Role::Value && (is_all || is_typed())
    }

    /// A text begins in which something is looked for.
    pub(crate) fn begin(&mut self, text: Text<'_>) {
        self.open = None;
        if !self.listens(text) {
            return;
        }
        let name = text.name.to_ascii_lowercase().into_boxed_slice();
        let mut waits = false;
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.name == name) {
            slot.turn(self.now, self.messages);
            waits = slot.earlier().next().is_some();
        }
        let (heard, is_all) = (Heard::new(text.spelling), text.name.is_empty());
        self.open = Some(Open { name, heard, is_all, waits, completes: false });
    }

    /// Whether something may still be found that begins where the open text does.
    pub(crate) fn waits(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.waits)
    }

    /// More of the text.
    pub(crate) fn push(&mut self, rules: &Rules, at: u64, raw: &[u8], hits: &mut Vec<Hit>) {
        let Some(open) = &mut self.open else { return };
        open.heard.push(at, raw);
        if open.heard.is_full() {
            // Whoever fills it with what cannot be seen hides nothing.
            let is_over = open.heard.text().len() < LONGEST;
            self.look(rules, is_over, hits);
        }
    }

    /// The text is over.
    pub(crate) fn finish(&mut self, rules: &Rules, hits: &mut Vec<Hit>) {
        let Some(open) = &mut self.open else { return };
        open.heard.finish();
        let is_over = !open.heard.is_full() || open.heard.text().len() < LONGEST;
        self.look(rules, is_over, hits);
    }

    fn look(&mut self, rules: &Rules, last: bool, hits: &mut Vec<Hit>) {
        let Some(open) = &mut self.open else { return };
        if !std::mem::take(&mut open.waits) || !open.is_typed() {
            return;
        }
        let Some(slot) = self.slots.iter().find(|slot| slot.name == open.name) else { return };
        let pieces: Vec<&Piece> = slot.earlier().collect();
        let before = hits.len();
        search(rules, &pieces, &open.heard, last, hits);
        open.completes = hits.len() > before;
    }

    /// What was found in the text is decided: all before this offset of the payload is taken
    /// out, if anything is. Of the rest something is remembered.
    pub(crate) fn end(&mut self, begin: u64, taken: u64) {
        let Some(open) = self.open.take() else { return };
        let is_taken = taken > begin;
        let index = self.slots.iter().position(|slot| slot.name == open.name);
        if let Some(slot) = index.and_then(|index| self.slots.get_mut(index))
            && open.completes
            && is_taken
        {
            // What is completed is not a part of something else as well.
            slot.pieces.clear();
        }
        if open.heard.is_full() || !open.is_typed() {
            return;
        }
        let rest = if is_taken { open.heard.behind(taken) } else { open.heard.text() };
        let Some(piece) = Piece::of(rest) else { return };
        let index = index.unwrap_or_else(|| self.add(open.name));
        if let Some(slot) = self.slots.get_mut(index) {
            // Words matter to what follows them at once.
            if slot.pieces.back().is_some_and(|(_, last)| !last.tells()) {
                slot.pieces.pop_back();
            }
            if slot.pieces.len() == PIECES {
                slot.pieces.pop_front();
            }
            slot.pieces.push_back((slot.count, piece));
        }
    }

    /// Room for a name that was not met, or not for long.
    fn add(&mut self, name: Box<[u8]>) -> usize {
        let slot = Slot { name, last: self.now, count: 0, pieces: VecDeque::new() };
        if self.slots.len() < NAMES {
            self.slots.push(slot);
            return self.slots.len() - 1;
        }
        let oldest = (0..NAMES).min_by_key(|&index| self.slots.get(index).map(|slot| slot.last));
        let oldest = oldest.unwrap_or_default();
        if let Some(place) = self.slots.get_mut(oldest) {
            *place = slot;
        }
        oldest
    }
}

impl Open {
    /// Whether a person typed it. A message that is all text may be one of a program: a digit that
    /// asks whether somebody is there, or digits before brackets (Socket.IO), or lines of fields
    /// (STOMP). Those digits are counted up and must stay.
    fn is_typed(&self) -> bool {
        let text = self.heard.text();
        !self.is_all || text.len() > 1 && memchr::memchr3(b'[', b'{', b'\n', text).is_none()
    }
}

impl Slot {
    /// A text under this name comes in this message: what is too old is forgotten.
    fn turn(&mut self, now: u64, messages: u64) {
        if self.last != now {
            self.last = now;
            self.count += 1;
        }
        let count = self.count;
        self.pieces.retain(|(at, _)| at + messages >= count);
    }

    /// What earlier messages left behind: the texts of one message are no sequence.
    fn earlier(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|(at, _)| *at < self.count).map(|(_, piece)| piece)
    }
}
