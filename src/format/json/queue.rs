//! Does a member that comes later choose this object? Until that is known, what stands in it is
//! heard and not told.
//!
//! ```text
//! fields[?key=="phone"].value
//!
//! {"fields": [{"value": "+44 20 7946 0018", "key": "phone"}, …
//!             └─ heard from here on ───────────────────────┘ told: this is what was meant
//! ```
//!
//! An object is chosen as soon as one of its members says so, and is not when it is over and none
//! has. Where that stays open for longer than [`LONGEST`], or the structure is lost, or something
//! else has to be told: it is chosen, unless it had the key and the key said something else. So
//! nothing passes that a later key would have taken out, but for an object that has its key twice
//! and is longer than that.
//!
//! Nothing is walked through twice: of each object within the first one it is written down, while
//! it is heard, what its own members say.

use super::listener::{Listener, Said};
use super::token::is_telling;
use super::unescape;
use crate::format::path::{Members, Paths, Trail};
use crate::format::{Role, Sink, Spelling};
use std::sync::Arc;

/// How much of an object is heard before it is told, in bytes: as much as a small body has. What
/// is heard takes up to about forty times as much memory, where it is numbers of one digit.
const LONGEST: u64 = 64 * 1024;

/// What was heard and not told.
pub(super) struct Queue {
    paths: Arc<Paths>,
    heard: Vec<Heard>,
    /// The first that was not told.
    next: usize,
    /// Names and texts, as they come in `heard`.
    bytes: Vec<u8>,
    /// The first that was not told.
    next_byte: usize,
    /// The name of the text that was heard last, and of the one that was told last.
    name_heard: Vec<u8>,
    name_told: Vec<u8>,
    objects: Vec<Object>,
    /// The first of them that is not past [`LONGEST`].
    fresh: usize,
    /// For which of them nothing is told, and by which members it may be chosen.
    waits: Option<(usize, Members)>,
    /// What opened and did not close: the number of an object, if it is an element.
    open: Vec<Option<usize>>,
    /// Which members the value is about that comes.
    asked: Members,
    /// How it is spelled, once it has begun as a text, and as much of it as matters.
    spelling: Option<Spelling>,
    value: Vec<u8>,
    /// Whether the text that is being told is a word that nobody asked for.
    skips: bool,
}

/// An object that is an element.
struct Object {
    start: u64,
    /// The members that it has, whatever they say.
    seen: Members,
    /// Those that say what was asked.
    equal: Members,
    /// Why no more is written down of it.
    done: Option<Done>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Done {
    /// It is over.
    Over,
    /// Nobody can wait any longer.
    GivenUp,
}

/// One thing that was heard. Offsets are those of the payload.
enum Heard {
    /// A name of so many bytes.
    Name(usize),
    Index(u64),
    Leave,
    Object(usize),
    Begin(u64, Head),
    More(u64, usize),
    End(u64),
    BreakOff(u64),
    Whole(u64, usize, Head),
}

/// What is known of a text; its name has so many bytes, or is the one before.
#[derive(Clone, Copy)]
struct Head {
    spelling: Spelling,
    role: Role,
    name: Option<usize>,
}

impl Queue {
    /// Nothing is held.
    pub(super) fn new(paths: Arc<Paths>) -> Self {
        Self {
            paths,
            heard: Vec::new(),
            next: 0,
            bytes: Vec::new(),
            next_byte: 0,
            name_heard: Vec::new(),
            name_told: Vec::new(),
            objects: Vec::new(),
            fresh: 0,
            waits: None,
            open: Vec::new(),
            asked: Members::NONE,
            spelling: None,
            value: Vec::new(),
            skips: false,
        }
    }

    /// Whether something is held, so that nothing may be told past it.
    pub(super) fn is_holding(&self) -> bool {
        self.waits.is_some()
    }

    /// From this offset on, if something is held.
    pub(super) fn held(&self) -> Option<u64> {
        self.waits.and_then(|(object, _)| self.objects.get(object)).map(|object| object.start)
    }

    /// An object that began here has to wait for one of these members.
    pub(super) fn hold(&mut self, at: u64, members: Members) {
        self.open(at, true);
        self.waits = Some((0, members));
    }

    /// All was heard up to this offset.
    pub(super) fn reach(&mut self, to: u64) {
        while let Some(object) = self.objects.get_mut(self.fresh) {
            if object.start + LONGEST >= to {
                return;
            }
            object.done.get_or_insert(Done::GivenUp);
            self.fresh += 1;
        }
    }

    /// Nobody can wait any longer.
    pub(super) fn give_up(&mut self) {
        for object in &mut self.objects {
            object.done.get_or_insert(Done::GivenUp);
        }
        self.fresh = self.objects.len();
    }

    /// Tells what may be told, if enough is known of the object that all else waits for.
    pub(super) fn tell_if_ready<S: Sink + ?Sized>(&mut self, trail: &mut Trail, sink: &mut S) {
        if self.is_holding() && self.is_ready() {
            self.tell(trail, sink);
        }
    }

    fn tell<S: Sink + ?Sized>(&mut self, trail: &mut Trail, sink: &mut S) {
        while let Some(heard) = self.heard.get(self.next) {
            match heard {
                &Heard::Object(number) => {
                    let members = trail.chosen_by();
                    let object = self.objects.get(number).filter(|_| !members.is_empty());
                    match object.map(|object| object.chosen(members)) {
                        Some(None) => {
                            self.waits = Some((number, members));
                            return self.shrink();
                        }
                        Some(Some(chosen)) => trail.choose(chosen),
                        None => {}
                    }
                }
                &Heard::Name(length) => {
                    trail.enter_name(take(&self.bytes, &mut self.next_byte, length));
                }
                &Heard::Index(index) => trail.enter_index(index),
                Heard::Leave => trail.leave(),
                &Heard::Begin(at, head) | &Heard::Whole(at, _, head) => {
                    if let Some(length) = head.name {
                        self.name_told.clear();
                        let name = take(&self.bytes, &mut self.next_byte, length);
                        self.name_told.extend_from_slice(name);
                    }
                    let Head { spelling, role, .. } = head;
                    let text = Said { spelling, role, name: &self.name_told }.at(trail);
                    match *heard {
                        Heard::Whole(_, length, _) => {
                            sink.whole(at, take(&self.bytes, &mut self.next_byte, length), text);
                        }
                        _ if role == Role::Word && text.field.is_none() => self.skips = true,
                        _ => sink.begin(at, text),
                    }
                }
                &Heard::More(at, length) => {
                    let raw = take(&self.bytes, &mut self.next_byte, length);
                    if !self.skips {
                        sink.more(at, raw);
                    }
                }
                &Heard::End(at) => {
                    if !std::mem::take(&mut self.skips) {
                        sink.end(at);
                    }
                }
                &Heard::BreakOff(at) => sink.break_off(at),
            }
            self.next += 1;
        }
        self.clear();
    }

    /// Forgets everything, and keeps its room.
    pub(super) fn clear(&mut self) {
        self.heard.clear();
        self.next = 0;
        self.bytes.clear();
        self.next_byte = 0;
        self.name_heard.clear();
        self.name_told.clear();
        self.objects.clear();
        self.fresh = 0;
        self.waits = None;
        self.open.clear();
        self.asked = Members::NONE;
        self.spelling = None;
        self.skips = false;
    }

    /// What was told takes no room, as soon as it is the larger part.
    fn shrink(&mut self) {
        if self.next > self.heard.len() / 2 {
            self.heard.drain(..self.next);
            self.bytes.drain(..self.next_byte.min(self.bytes.len()));
            (self.next, self.next_byte) = (0, 0);
        }
    }

    /// The object that the next name or value belongs to, as long as it is written down.
    fn innermost(&mut self) -> Option<&mut Object> {
        let number = (*self.open.last()?)?;
        self.objects.get_mut(number).filter(|object| object.done.is_none())
    }

    /// The value that was asked about is over, and said this to those who asked.
    fn answer(&mut self, equal: Members) {
        let asked = std::mem::take(&mut self.asked);
        if let Some(object) = self.innermost().filter(|_| !asked.is_empty()) {
            object.seen = object.seen.and(asked);
            object.equal = object.equal.and(equal);
        }
    }

    fn head(&mut self, Said { spelling, role, name }: Said<'_>) -> Head {
        let is_new = self.name_heard != name;
        if is_new {
            self.name_heard.clear();
            self.name_heard.extend_from_slice(name);
            self.bytes.extend_from_slice(name);
        }
        // A name of a member is not what stands there.
        self.spelling = (role != Role::Name && !self.asked.is_empty()).then_some(spelling);
        self.value.clear();
        Head { spelling, role, name: is_new.then_some(name.len()) }
    }

    fn raw(&mut self, raw: &[u8]) {
        self.bytes.extend_from_slice(raw);
        if self.spelling.is_some() {
            // One byte more than fits is enough to see that it does not.
            let most = self.paths.longest_member() * LONGEST_SPELLING + 1;
            let room = most.saturating_sub(self.value.len());
            self.value.extend_from_slice(raw.get(..room).unwrap_or(raw));
        }
    }

    /// The text is over, and it was all there.
    fn ended(&mut self) {
        let Some(spelling) = self.spelling.take() else { return };
        let fits = self.value.len() <= self.paths.longest_member() * LONGEST_SPELLING;
        if spelling == Spelling::JsonString && fits {
            unescape::in_place(&mut self.value, 0);
        }
        let equal = match fits {
            true => self.paths.members_with(self.asked, &self.value),
            false => Members::NONE,
        };
        self.answer(equal);
    }
}

impl Object {
    /// Which of the members that choose here choose it, if that is known.
    fn chosen(&self, members: Members) -> Option<Members> {
        match self.done {
            Some(Done::Over) => Some(self.equal),
            Some(Done::GivenUp) => Some(self.equal.and(members.without(self.seen))),
            None => members.without(self.equal).is_empty().then_some(self.equal),
        }
    }
}

impl Listener for Queue {
    fn enter_name(&mut self, name: &[u8]) {
        self.bytes.extend_from_slice(name);
        self.heard.push(Heard::Name(name.len()));
        self.asked = match self.innermost() {
            Some(_) => self.paths.members_named(name),
            None => Members::NONE,
        };
    }

    fn enter_index(&mut self, index: u64) {
        self.heard.push(Heard::Index(index));
    }

    fn leave(&mut self) {
        self.heard.push(Heard::Leave);
    }

    fn open(&mut self, at: u64, is_element: bool) -> bool {
        self.reach(at + 1);
        self.answer(Members::NONE);
        let number = is_element.then_some(self.objects.len());
        if let Some(number) = number {
            let (seen, equal) = (Members::NONE, Members::NONE);
            self.objects.push(Object { start: at, seen, equal, done: None });
            self.heard.push(Heard::Object(number));
        }
        self.open.push(number);
        false
    }

    fn close(&mut self, at: u64) {
        self.reach(at);
        if let Some(object) = self.innermost() {
            object.done = Some(Done::Over);
        }
        self.open.pop();
    }

    fn word(&mut self, word: &[u8], end: u64) -> bool {
        self.reach(end);
        if !is_telling(word) {
            self.answer(Members::NONE);
        }
        is_telling(word)
    }

    fn lost(&mut self) {
        self.give_up();
    }

    fn is_ready(&self) -> bool {
        self.waits.is_none_or(|(number, members)| {
            self.objects.get(number).is_none_or(|object| object.chosen(members).is_some())
        })
    }

    fn begin(&mut self, at: u64, text: Said<'_>) {
        self.reach(at);
        let head = self.head(text);
        self.heard.push(Heard::Begin(at, head));
    }

    fn more(&mut self, at: u64, raw: &[u8]) {
        self.reach(at + raw.len() as u64);
        self.raw(raw);
        self.heard.push(Heard::More(at, raw.len()));
    }

    fn end(&mut self, at: u64) {
        self.reach(at);
        self.ended();
        self.heard.push(Heard::End(at));
    }

    fn break_off(&mut self, at: u64) {
        self.give_up();
        self.heard.push(Heard::BreakOff(at));
    }

    fn whole(&mut self, at: u64, raw: &[u8], text: Said<'_>) {
        self.reach(at + raw.len() as u64);
        let head = self.head(text);
        self.raw(raw);
        self.ended();
        self.heard.push(Heard::Whole(at, raw.len(), head));
    }
}

/// The next bytes of those that were heard.
fn take<'b>(bytes: &'b [u8], next: &mut usize, length: usize) -> &'b [u8] {
    let from = *next;
    *next += length;
    bytes.get(from..*next).unwrap_or_default()
}

/// Bytes that one byte takes at most: `\u0061`.
const LONGEST_SPELLING: usize = 6;
