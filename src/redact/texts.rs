//! What becomes of the texts of a payload: hears of them from a format's reader, and turns
//! finds and fields into edits.

use super::across::Memory;
use super::base64;
use super::blocked::Blocked;
use super::edit::Edits;
use super::hand::{self, Hand};
use super::inside::{Decides, Inside};
use super::lane::{Hit, Lanes};
use super::open::Open;
use super::rules::{FieldAct, Rules};
use super::spec::{Action, Names};
use super::tally::{Note, Tally};
use super::value::Value;
use crate::detect::search::masks::Ground;
use crate::format::view::escape;
use crate::format::{Role, Sink, Spelling, Text, Unreadable};
use std::cmp::Reverse;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Hears of texts and decides what is replaced in them.
pub(super) struct Texts {
    rules: Arc<Rules>,
    hand: Hand,
    lanes: Lanes,
    /// Finds of the open text that one which begins before them may still swallow.
    hits: Vec<Hit>,
    /// The last key, as far as it was replaced.
    key: Range<u64>,
    value: Value,
    inside: Option<Box<Inside<Self>>>,
    /// What earlier messages of the same sender left behind.
    pub(super) memory: Option<Box<Memory>>,
    pub(super) edits: Edits,
    pub(super) tally: Tally,
    pub(super) blocked: Option<Blocked>,
    now: Now,
    name: Vec<u8>,
    /// The chunk that is being read, and where it begins, as far as somebody looked at it.
    ground: Ground,
    ground_at: u64,
    has_ground: bool,
}

/// Names and finds are content.
impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Texts")
            .field("now", &self.now)
            .field("edits", &self.edits)
            .field("blocked", &self.blocked)
            .finish_non_exhaustive()
    }
}

/// The text that is open.
#[derive(Clone, Copy, Debug)]
enum Now {
    /// None, or one that passes unread.
    Passing,
    /// One in which something is looked for.
    Searching(Open),
    /// One that is taken out whole, whatever it says, by this act of all fields.
    Field(usize, Open),
    /// One that is JSON in a string.
    Inside(Open),
}

/// The longest JSON number that is looked at, in bytes: it is replaced whole or not at all, so
/// it is held whole. No kind has so many digits.
const NUMBER: u64 = 64;

impl Texts {
    pub(super) fn new(rules: Arc<Rules>, hand: Hand, explains: bool) -> Self {
        Self {
            tally: Tally::new(rules.acts.len() + rules.field_acts.len(), explains),
            rules,
            hand,
            lanes: Lanes::default(),
            hits: Vec::new(),
            key: 0..0,
            value: Value::default(),
            inside: None,
            memory: None,
            edits: Edits::default(),
            blocked: None,
            now: Now::Passing,
            name: Vec::new(),
            ground: Ground::default(),
            ground_at: 0,
            has_ground: false,
        }
    }

    /// What it follows.
    pub(super) fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Who writes what stands there instead.
    pub(super) fn hand(&self) -> &Hand {
        &self.hand
    }

    /// A chunk comes: what it looks like decides which of its texts have to be read at all.
    pub(super) fn look(&mut self, at: u64, chunk: &[u8]) {
        self.has_ground = !self.rules.detectors.is_empty();
        if self.has_ground {
            self.rules.detectors.look(chunk, &mut self.ground);
            self.ground_at = at;
        }
    }

    /// The chunk is over.
    pub(super) fn look_away(&mut self) {
        self.has_ground = false;
    }

    /// Whether nothing is found in this text, whatever is called its name.
    #[inline]
    fn is_nothing(&self, at: u64, raw: &[u8], text: Text<'_>) -> bool {
        // Of a picture nothing is read: there is no need to look at what seems to begin in it.
        if !self.has_ground || text.field.is_some() || raw.starts_with(b"data:") {
            return false;
        }
        let from = at.checked_sub(self.ground_at).and_then(|from| usize::try_from(from).ok());
        let Some(from) = from else { return false };
        let to = from + raw.len();
        self.ground.is_plain(from, to)
            && !(text.spelling == Spelling::Form && raw.contains(&b'+'))
            && self.rules.detectors.is_nothing(raw, text.name, &self.ground, from, to)
    }

    /// What is written in Base64 with what was found in it replaced; `None` where nothing was.
    fn in_base64(rules: &Arc<Rules>, hand: &Hand, text: &[u8]) -> Option<Vec<u8>> {
        let (encoding, plain) = base64::decoded(text)?;
        let mut inner = Self::new(Arc::clone(rules), hand.clone(), false);
        let (spelling, role) = (Spelling::Plain, Role::Value);
        inner.whole(0, &plain, Text { spelling, role, name: b"", field: None });
        let place = |offset| usize::try_from(offset).unwrap_or(usize::MAX);
        let (mut out, mut at) = (Vec::new(), 0);
        while let Some(edit) = inner.edits.pop_if(|_| true) {
            out.extend_from_slice(plain.get(at..place(edit.start)).unwrap_or_default());
            out.extend_from_slice(&edit.text);
            at = place(edit.end);
        }
        out.extend_from_slice(plain.get(at..).unwrap_or_default());
        (inner.tally.total() > 0).then(|| encoding.encode(&out).into_bytes())
    }

    /// Turns the finds that nothing can swallow any more into edits.
    fn settle(&mut self, open: Open, upto: u64) {
        if self.hits.is_empty() {
            return;
        }
        let keys = self.hits.iter().filter(|hit| hit.is_key && !hit.continued);
        let first_key = keys.map(|hit| hit.start).min().unwrap_or(u64::MAX);
        // The rest of a key goes with what was replaced before, if that is not still to come.
        let is_rest = |hit: &Hit| hit.continued && hit.start < first_key;
        self.hits.sort_by_key(|hit| {
            let order = (hit.start, Reverse(hit.end), !hit.in_context, hit.detector, hit.lane);
            (!is_rest(hit), order)
        });
        let ready = self.hits.partition_point(|hit| is_rest(hit) || hit.start < upto);
        let mut hits = std::mem::take(&mut self.hits);
        // Where another key begins, the one before is over.
        let is_next_key = |hit: &Hit| hit.is_key && !hit.continued && hit.start >= self.key.end;
        let has_next_key = hits.iter().take(ready).any(is_next_key);
        let in_key = upto < u64::MAX && self.lanes.are_in_key() && !has_next_key;
        share_quotes(hits.get_mut(..ready).unwrap_or_default());
        for hit in hits.drain(..ready) {
            if in_key && self.begins_in_key(&hit) {
                // Read in another way, something begins in a key: it may end in there too.
                self.hits.push(hit);
            } else {
                self.replace(open, hit);
            }
        }
        self.hits.append(&mut hits);
    }

    fn replace(&mut self, open: Open, hit: Hit) {
        let rules = Arc::clone(&self.rules);
        let Some(act) = rules.acts.get(usize::from(hit.detector)) else { return };
        if act.action == Action::Block {
            self.blocked.get_or_insert(Blocked::Forbidden { at: hit.start });
        }
        if hit.continued {
            self.key.end = self.key.end.max(hit.end);
        } else if hit.is_key {
            self.key = hit.start..hit.end;
        }
        if hit.end <= self.edits.done() {
            return;
        }
        let start = hit.start.max(self.edits.done());
        // What stands before is written already.
        let markup = hit.markup_from(start).collect();
        let mut text = Vec::new();
        if !hit.continued {
            self.note(usize::from(hit.detector), &act.name, hit.start, hit.in_context);
            let mut said = Vec::new();
            // A name that is nothing would be another name.
            let is_name = open.role == Role::Name && act.action == Action::Remove;
            let action = if is_name { Action::Label } else { act.action };
            match hit.said {
                Some(written) => said = written,
                None => self.hand.write(action, &act.name, &hit.text, &mut said),
            }
            if open.role == Role::Number {
                self.edits.push(open.begin, open.heard, open.as_value(action, &said), Vec::new());
                return;
            }
            let is_whole = start <= open.begin && hit.end >= open.heard;
            if is_whole && action == Action::Remove && open.quotes_are_its_own() {
                let (start, end) = (open.begin.saturating_sub(1), open.heard + open.quote);
                self.edits.push(start, end, b"null".to_vec(), Vec::new());
                return;
            }
            if let Some(quote) = &hit.quote {
                said = match action {
                    Action::Remove => b"null".to_vec(),
                    _ => [&quote[..], &said, quote].concat(),
                };
            }
            let spelling = if hit.percent { Spelling::Percent } else { open.spelling };
            escape(spelling, &said, &mut text);
        }
        self.edits.push(start, hit.end, text, markup);
    }

    fn note(&mut self, index: usize, name: &Arc<str>, at: u64, in_context: bool) {
        let under = &self.name;
        self.tally.add(index, || Note {
            name: Arc::clone(name),
            at,
            under: String::from_utf8_lossy(under).into_owned(),
            in_context,
        });
    }

    /// Drops what the operator allows, and what stands in for somebody already.
    fn allow(&mut self, from: usize) {
        let (rules, hand) = (&self.rules, &self.hand);
        if let Some((detector, inner)) = &rules.base64 {
            for hit in self.hits.iter_mut().skip(from).filter(|hit| hit.detector == *detector) {
                hit.said = Some(Self::in_base64(inner, hand, &hit.text).unwrap_or_default());
            }
        }
        let mut index = 0;
        self.hits.retain(|hit| {
            index += 1;
            let Some(act) = rules.acts.get(usize::from(hit.detector)) else { return false };
            let is_allowed =
                || hand::is_stand_in(&hit.text) || rules.allowed.keeps(&act.name, &hit.text);
            let says_nothing = hit.said.as_ref().is_some_and(Vec::is_empty);
            index <= from
                || act.action != Action::Keep && !says_nothing && (hit.continued || !is_allowed())
        });
    }

    /// A field is taken out as far as it was heard.
    fn take(&mut self, index: usize, open: Open, is_over: bool) {
        let rules = Arc::clone(&self.rules);
        let Some(act) = rules.field_acts.get(index) else { return };
        if open.heard == open.begin {
            // Nothing stands there, and nothing is what it tells.
            return;
        }
        let needs_value = !matches!(act.action, Action::Label | Action::Remove | Action::Block);
        if self.value.is_open() {
            if needs_value && !is_over && !self.value.is_long() {
                return;
            }
            self.note(rules.acts.len() + index, &act.name, open.begin, true);
            let mut said = Vec::new();
            let action = if self.value.is_long() { Action::Label } else { act.action };
            match action {
                Action::Block => {
                    self.blocked.get_or_insert(Blocked::Forbidden { at: open.begin });
                }
                _ => self.hand.write(action, &act.name, self.value.text(), &mut said),
            }
            self.value.close();
            if action == Action::Remove && open.quotes_are_its_own() {
                self.edits.push(open.begin.saturating_sub(1), open.heard, b"null".to_vec(), vec![]);
            } else {
                self.edits.push(open.begin, open.heard, open.as_value(action, &said), vec![]);
            }
        } else {
            self.edits.push(self.edits.done(), open.heard, Vec::new(), Vec::new());
        }
        if is_over && act.action == Action::Remove && open.quotes_are_its_own() {
            self.edits.push(open.heard, open.heard + open.quote, Vec::new(), Vec::new());
        }
    }
}

impl Texts {
    /// What was found in JSON in a string becomes what is found here.
    fn hear_inside(&mut self, heard: Result<(), Unreadable>) {
        let Some(inside) = &mut self.inside else { return };
        while let Some(edit) = inside.next_edit() {
            self.edits.push(edit.start, edit.end, edit.text, edit.kept);
        }
        self.tally.join(&mut inside.texts.tally);
        let blocked = inside.texts.blocked.take().or(heard.err().map(Blocked::Unreadable));
        self.blocked = self.blocked.or(blocked);
    }
}

impl Texts {
    /// Whether it begins in the key that is being told, and does not end in what was told of it.
    fn begins_in_key(&self, hit: &Hit) -> bool {
        !hit.continued && self.key.contains(&hit.start) && hit.end > self.key.end
    }

    /// Up to where all is found.
    fn searched(&self) -> Option<u64> {
        match self.now {
            Now::Passing => None,
            Now::Field(_, open) if self.value.is_open() => Some(open.begin.saturating_sub(1)),
            Now::Field(_, open) => Some(open.heard),
            Now::Inside(open) => {
                let settled = self.inside.as_ref().map_or(open.heard, |inside| inside.settled());
                // The first of its quotes may go with it.
                Some(if settled <= open.begin { open.begin.saturating_sub(1) } else { settled })
            }
            Now::Searching(open) if open.role == Role::Number => Some(open.begin),
            Now::Searching(open) => {
                // Of a text of which nothing was heard the lanes do not know where it begins.
                let waits = self.memory.as_ref().is_some_and(|memory| memory.waits());
                let searched = if waits { 0 } else { self.lanes.settled(&self.rules) };
                let settled = searched.max(open.begin);
                let is_whole = |hit: &Hit| hit.start <= open.begin && hit.end >= open.heard;
                let may_be_whole = settled <= open.begin || self.hits.iter().any(is_whole);
                if may_be_whole && self.rules.removes && open.quotes_are_its_own() {
                    // Its quotes go with it.
                    return Some(open.begin.saturating_sub(1));
                }
                Some(settled)
            }
        }
    }
}

impl Decides for Texts {
    fn settled(&self) -> Option<u64> {
        let settled = self.searched()?;
        let waits = self.hits.iter().any(|hit| self.begins_in_key(hit));
        Some(if waits { settled.min(self.edits.done()) } else { settled })
    }

    fn edits(&mut self) -> &mut Edits {
        &mut self.edits
    }
}

impl Sink for Texts {
    fn begin(&mut self, at: u64, text: Text<'_>) {
        let Text { spelling, role, name, field } = text;
        let open = Open { begin: at, heard: at, spelling, role, quote: 1 };
        let field = field.filter(|_| role != Role::Name);
        let rules = Arc::clone(&self.rules);
        let field = field.and_then(|index| rules.fields.get(usize::from(index)));
        self.name.clear();
        self.name.extend_from_slice(name);
        self.key = 0..0;
        self.now = match field {
            Some(FieldAct::Whole(index)) => {
                let action = rules.field_acts.get(*index).map(|act| act.action);
                if action == Some(Action::Keep) {
                    self.now = Now::Passing;
                    return;
                }
                self.value.begin(spelling);
                Now::Field(*index, open)
            }
            Some(FieldAct::Inside(inner)) if spelling == Spelling::JsonString => {
                let explains = self.tally.explains();
                let mut texts = Self::new(Arc::clone(inner), self.hand.clone(), explains);
                texts.memory = self.memory.take();
                let paths = Arc::clone(&inner.paths);
                self.inside = Some(Box::new(Inside::new(spelling, paths, texts)));
                Now::Inside(open)
            }
            _ if role == Role::Word || self.rules.detectors.is_empty() => Now::Passing,
            _ if role == Role::Name && self.rules.names == Names::Pass => Now::Passing,
            _ => {
                self.lanes.begin(&self.rules, spelling, name);
                if let Some(memory) = &mut self.memory {
                    memory.begin(text);
                }
                Now::Searching(open)
            }
        };
    }

    fn more(&mut self, at: u64, raw: &[u8]) {
        let end = at + raw.len() as u64;
        match &mut self.now {
            Now::Passing => {}
            Now::Field(index, open) => {
                open.heard = end;
                self.value.push(at, raw);
                let (index, open) = (*index, *open);
                self.take(index, open, false);
            }
            Now::Inside(open) => {
                open.heard = end;
                if let Some(inside) = &mut self.inside {
                    let heard = inside.push(at, raw);
                    self.hear_inside(heard);
                }
            }
            Now::Searching(open) => {
                open.heard = end;
                let open = *open;
                if open.role == Role::Number && end - open.begin > NUMBER {
                    self.hits.clear();
                    self.now = Now::Passing;
                    return;
                }
                let from = self.hits.len();
                self.lanes.push(&self.rules, at, raw, &mut self.hits);
                if let Some(memory) = &mut self.memory {
                    memory.push(&self.rules, at, raw, &mut self.hits);
                }
                self.allow(from);
                if open.role != Role::Number && !self.hits.is_empty() {
                    self.settle(open, self.searched().unwrap_or_default());
                }
            }
        }
    }

    #[inline]
    fn whole(&mut self, at: u64, raw: &[u8], text: Text<'_>) {
        let is_heard = self.memory.as_ref().is_some_and(|memory| memory.listens(text));
        if !is_heard && self.is_nothing(at, raw, text) {
            return;
        }
        self.begin(at, text);
        if !raw.is_empty() {
            self.more(at, raw);
        }
        self.end(at + raw.len() as u64);
    }

    fn end(&mut self, _at: u64) {
        match self.now {
            Now::Passing => {}
            Now::Field(index, open) => {
                self.value.finish();
                self.take(index, open, true);
            }
            Now::Inside(_) => {
                if let Some(mut inside) = self.inside.take() {
                    let heard = inside.finish();
                    self.inside = Some(inside);
                    self.hear_inside(heard);
                }
                if let Some(mut inside) = self.inside.take() {
                    self.memory = inside.texts.memory.take();
                }
            }
            Now::Searching(open) => {
                let from = self.hits.len();
                self.lanes.finish(&self.rules, &mut self.hits);
                if let Some(memory) = &mut self.memory {
                    memory.finish(&self.rules, &mut self.hits);
                }
                self.allow(from);
                self.settle(open, u64::MAX);
                if let Some(memory) = &mut self.memory {
                    memory.end(open.begin, self.edits.done());
                }
            }
        }
        self.now = Now::Passing;
    }

    fn break_off(&mut self, at: u64) {
        if let Now::Field(_, open) | Now::Inside(open) | Now::Searching(open) = &mut self.now {
            open.quote = 0;
        }
        self.end(at);
    }
}

/// Of those who found the same thing the first has its way, with the quotes that another saw.
fn share_quotes(hits: &mut [Hit]) {
    for index in (1..hits.len()).rev() {
        let (before, rest) = hits.split_at_mut(index);
        if let (Some(one), Some(other)) = (before.last_mut(), rest.first_mut())
            && (one.start, one.end) == (other.start, other.end)
            && one.quote.is_none()
        {
            one.quote = other.quote.take();
        }
    }
}
