//! Where does text stand in JSON (RFC 8259)? A reader that is pushed the bytes as they come,
//! keeps no tree of them and changes none.
//!
//! ```text
//! {"contact": {"email": "ann\u0040example.org", "id": 4711}}
//!   └─────┘     └───┘    └──────────────────┘   └┘   └──┘
//!   name        name     value, spelled JSON    name number
//! ```
//!
//! Documents may follow one another, separated or not (NDJSON, RFC 7464, SignalR). Where
//! nothing depends on it the reader is lenient: commas are only looked at as what separates,
//! a control character in a string is text, `007` is a number. But where the structure cannot
//! be followed, the rest of the payload is one plain text, from the token on that did not fit:
//! what is not understood is still looked at.

mod class;
mod levels;
mod piece;
mod token;
pub(super) mod unescape;

use super::path::{Paths, Trail};
use super::{Bounds, Role, Sink, Spelling, Text, Unreadable};
use class::{Class, Escapes};
use levels::{Inside, Levels};
use piece::{Piece, number_length};
use std::fmt;
use std::sync::Arc;
use token::{LONGEST_HELD, Shape, Token, WORDS, is_telling};

/// Reads JSON and tells where its texts are: strings, keys, numbers, and where a path leads
/// to them `true` and `false`. `null` has no text.
///
/// Of a key longer than 256 bytes only the beginning counts as [`Text::name`] and for paths.
/// What is inside of a matched place, keys too, has the field of that place.
///
/// ```
/// use cloakroom::format::{Bounds, Sink, Text, json::Json, path::Paths};
/// use std::sync::Arc;
///
/// struct Length(u64);
///
/// impl Sink for Length {
///     fn begin(&mut self, _: u64, _: Text<'_>) {}
///     fn more(&mut self, _: u64, raw: &[u8]) {
///         self.0 += raw.len() as u64;
///     }
///     fn end(&mut self, _: u64) {}
/// }
///
/// let mut length = Length(0);
/// let mut json = Json::new(Bounds::default(), Arc::new(Paths::default()));
/// json.push(0, br#"{"text": "cut he"#, &mut length)?;
/// json.push(16, br#"re"}"#, &mut length)?;
/// json.finish(20, &mut length)?;
/// assert_eq!(length.0, 12);
/// # Ok::<(), cloakroom::format::Unreadable>(())
/// ```
pub struct Json {
    bounds: Bounds,
    state: State,
    levels: Levels,
    trail: Trail,
    token: Token,
    failed: Option<Unreadable>,
}

// What every token passes through is inlined into one loop, whatever the compiler thinks of
// its size: with calls, which hand on the piece in memory, frames of a chat took half as long
// again.

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A byte order mark, or the first document.
    Start,
    /// In an object a key; else a value. Or the end of what is open.
    Item,
    /// The colon behind a key.
    Colon,
    /// The value behind a colon.
    Value,
    /// More of a key.
    Key(Escapes),
    /// More of a string.
    Text(Escapes),
    /// More of a number or a word of which nothing was told yet.
    Token,
    /// More of a number that is too long to be held, and was told up to this offset.
    Number(u64),
    /// More of what does not fit.
    Rest,
}

impl Json {
    /// At the start of a payload. `paths` are what [`Text::field`] is about.
    pub fn new(bounds: Bounds, paths: Arc<Paths>) -> Self {
        Self {
            bounds,
            state: State::Start,
            levels: Levels::default(),
            trail: Trail::new(paths),
            token: Token::default(),
            failed: None,
        }
    }

    /// Reads on. `at` is the offset of the first byte of `raw`; pieces come in order, but there
    /// may be something else between them. An error stays one.
    pub fn push<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let mut piece = Piece::new(at, raw);
        while let Some(byte) = piece.peek() {
            match self.state {
                State::Item => self.item(byte, &mut piece, sink)?,
                State::Colon => self.colon(byte, &mut piece, sink),
                State::Value => self.value(byte, &mut piece, sink)?,
                State::Key(escapes) => self.key(escapes, &mut piece, sink),
                State::Text(escapes) => self.text(escapes, &mut piece, sink),
                State::Token => self.token(byte, &mut piece, sink),
                State::Number(_) => self.number(&mut piece, sink),
                State::Rest => {
                    sink.more(piece.offset(), piece.take(raw.len()));
                }
                State::Start => self.start(byte, &mut piece, sink),
            }
        }
        Ok(())
    }

    /// The payload ended before the offset `at`: so does what is still open. Afterwards the
    /// reader stands at the start of another payload.
    pub fn finish<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) -> Result<(), Unreadable> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        if self.state == State::Token {
            self.end_token(at, sink);
        } else if !self.token.is_empty() {
            self.unfit(at, sink);
        }
        match self.state {
            State::Key(_) | State::Text(_) => sink.break_off(at),
            State::Rest => sink.end(at),
            State::Number(end) => sink.end(end),
            State::Start | State::Item | State::Colon | State::Value | State::Token => {}
        }
        self.state = State::Start;
        self.levels.clear();
        self.trail.rewind();
        self.token.clear();
        Ok(())
    }

    /// From where on what was pushed was not told yet.
    pub fn held(&self) -> Option<u64> {
        self.token.start()
    }

    /// Leaves out a byte order mark.
    fn start<S: Sink + ?Sized>(&mut self, byte: u8, piece: &mut Piece<'_>, sink: &mut S) {
        let seen = self.token.bytes().len();
        if BYTE_ORDER_MARK.get(seen) == Some(&byte) {
            self.token.hold(piece.offset(), byte);
            piece.next += 1;
            if seen + 1 == BYTE_ORDER_MARK.len() {
                self.token.clear();
                self.state = State::Item;
            }
        } else if seen == 0 {
            self.state = State::Item;
        } else {
            self.unfit(piece.offset(), sink);
        }
    }

    #[inline(always)]
    fn item<S: Sink + ?Sized>(
        &mut self,
        byte: u8,
        piece: &mut Piece<'_>,
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        match (Class::of(byte), self.levels.inside()) {
            (Class::White, _) => piece.skip_white(),
            (Class::Comma, _) => piece.next += 1,
            (Class::Quote, Inside::Object) => self.begin_key(piece, sink),
            (Class::CloseObject, Inside::Object) | (Class::CloseArray, Inside::Array) => {
                piece.next += 1;
                self.levels.close();
                self.end_value();
            }
            (Class::CloseObject | Class::CloseArray | Class::Colon, _) | (_, Inside::Object) => {
                self.unfit(piece.offset(), sink);
            }
            (class, Inside::Array) => {
                let index = self.levels.next_index();
                self.trail.enter_index(index);
                self.begin_value(class, piece, sink)?;
            }
            (class, Inside::Nothing) => self.begin_value(class, piece, sink)?,
        }
        Ok(())
    }

    #[inline(always)]
    fn colon<S: Sink + ?Sized>(&mut self, byte: u8, piece: &mut Piece<'_>, sink: &mut S) {
        match Class::of(byte) {
            Class::White => piece.skip_white(),
            Class::Colon => {
                piece.next += 1;
                self.state = State::Value;
            }
            _ => self.unfit(piece.offset(), sink),
        }
    }

    #[inline(always)]
    fn value<S: Sink + ?Sized>(
        &mut self,
        byte: u8,
        piece: &mut Piece<'_>,
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        match Class::of(byte) {
            Class::White => piece.skip_white(),
            Class::Comma | Class::Colon | Class::CloseObject | Class::CloseArray => {
                self.unfit(piece.offset(), sink);
            }
            class => self.begin_value(class, piece, sink)?,
        }
        Ok(())
    }

    /// A value begins at a byte of this class; the trail already leads to it.
    #[inline(always)]
    fn begin_value<S: Sink + ?Sized>(
        &mut self,
        class: Class,
        piece: &mut Piece<'_>,
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        match class {
            Class::Quote => {
                piece.next += 1;
                let mut escapes = Escapes::default();
                let text = self.text_of(Spelling::JsonString, Role::Value);
                let (_, closed) = piece.string(Some(text), &mut escapes, sink);
                self.told_text(closed, escapes);
            }
            Class::OpenObject => self.open(Inside::Object, piece)?,
            Class::OpenArray => self.open(Inside::Array, piece)?,
            _ => self.begin_token(class, piece, sink),
        }
        Ok(())
    }

    fn open(&mut self, inside: Inside, piece: &mut Piece<'_>) -> Result<(), Unreadable> {
        if self.levels.depth() >= self.bounds.depth {
            let too_deep = Unreadable::TooDeep { at: piece.offset() };
            self.failed = Some(too_deep);
            return Err(too_deep);
        }
        piece.next += 1;
        self.levels.open(inside);
        self.state = State::Item;
        Ok(())
    }

    #[inline(always)]
    fn end_value(&mut self) {
        if self.levels.inside() != Inside::Nothing {
            self.trail.leave();
        }
        self.state = State::Item;
    }

    #[inline(always)]
    fn begin_key<S: Sink + ?Sized>(&mut self, piece: &mut Piece<'_>, sink: &mut S) {
        piece.next += 1;
        self.levels.begin_key();
        let text = Text {
            spelling: Spelling::JsonString,
            role: Role::Name,
            name: self.levels.name(),
            field: self.trail.matched(),
        };
        let mut escapes = Escapes::default();
        let told = piece.string(Some(text), &mut escapes, sink);
        self.told_key(told, escapes, piece);
    }

    #[inline(always)]
    fn key<S: Sink + ?Sized>(&mut self, escapes: Escapes, piece: &mut Piece<'_>, sink: &mut S) {
        let mut escapes = escapes;
        let told = piece.string(None, &mut escapes, sink);
        self.told_key(told, escapes, piece);
    }

    /// This was told of a key, and whether it has ended.
    #[inline(always)]
    fn told_key(&mut self, told: (&[u8], bool), escapes: Escapes, piece: &mut Piece<'_>) {
        let (run, closed) = told;
        self.levels.more_of_key(run);
        if !closed {
            self.state = State::Key(escapes);
            return;
        }
        self.trail.enter_name(self.levels.end_key(escapes.any));
        self.state = match piece.peek() {
            // As it nearly always is: a shortcut, no rule of its own.
            Some(b':') => {
                piece.next += 1;
                State::Value
            }
            _ => State::Colon,
        };
    }

    #[inline(always)]
    fn text<S: Sink + ?Sized>(&mut self, escapes: Escapes, piece: &mut Piece<'_>, sink: &mut S) {
        let mut escapes = escapes;
        let (_, closed) = piece.string(None, &mut escapes, sink);
        self.told_text(closed, escapes);
    }

    #[inline(always)]
    fn told_text(&mut self, closed: bool, escapes: Escapes) {
        match closed {
            true => self.end_value(),
            false => self.state = State::Text(escapes),
        }
    }

    /// A number or a word that is here to its end, as nearly all are, is told at once.
    #[inline(always)]
    fn begin_token<S: Sink + ?Sized>(&mut self, class: Class, piece: &mut Piece<'_>, sink: &mut S) {
        let rest = piece.rest();
        let ends_at = |length| rest.get(length).is_some_and(|&byte| Class::of(byte).ends_token());
        if class == Class::Digit {
            let length = number_length(rest);
            if length <= LONGEST_HELD && ends_at(length) {
                let text = self.text_of(Spelling::Plain, Role::Number);
                sink.whole(piece.offset(), piece.take(length), text);
                return self.end_value();
            }
        } else if let Some(word) = WORDS.iter().find(|word| rest.starts_with(word))
            && ends_at(word.len())
        {
            if is_telling(word) && self.trail.matched().is_some() {
                self.begin(piece.offset(), Spelling::Plain, Role::Word, sink);
                sink.more(piece.offset(), word);
                sink.end(piece.offset() + word.len() as u64);
            }
            piece.next += word.len();
            return self.end_value();
        }
        self.state = State::Token;
    }

    /// The same byte by byte, for what was cut, is long, or does not fit.
    fn token<S: Sink + ?Sized>(&mut self, byte: u8, piece: &mut Piece<'_>, sink: &mut S) {
        if Class::of(byte).ends_token() {
            return self.end_token(piece.offset(), sink);
        }
        self.token.hold(piece.offset(), byte);
        piece.next += 1;
        match self.token.shape() {
            Shape::Unfit => self.unfit(piece.offset(), sink),
            Shape::Number if self.token.is_long() => {
                self.begin_held(Role::Number, sink);
                self.state = State::Number(piece.offset());
            }
            Shape::Number | Shape::Word | Shape::Begun => {}
        }
    }

    fn end_token<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) {
        let role = match self.token.shape() {
            Shape::Number => Role::Number,
            Shape::Word => Role::Word,
            Shape::Begun | Shape::Unfit => return self.unfit(at, sink),
        };
        let told = is_telling(self.token.bytes()) && self.trail.matched().is_some();
        if role == Role::Number || told {
            let end = self.token.end().unwrap_or(at);
            self.begin_held(role, sink);
            sink.end(end);
        }
        self.token.clear();
        self.end_value();
    }

    fn number<S: Sink + ?Sized>(&mut self, piece: &mut Piece<'_>, sink: &mut S) {
        let State::Number(end) = self.state else { return };
        let length = number_length(piece.rest());
        if length > 0 {
            sink.more(piece.offset(), piece.take(length));
            self.state = State::Number(piece.offset());
            return;
        }
        sink.end(end);
        match piece.peek().is_none_or(|byte| Class::of(byte).ends_token()) {
            true => self.end_value(),
            false => self.unfit(piece.offset(), sink),
        }
    }

    /// From here on, or from where the held token began, nothing can be followed.
    #[cold]
    fn unfit<S: Sink + ?Sized>(&mut self, at: u64, sink: &mut S) {
        // Where a key should stand there is no value that the last key could be the name of.
        let key_expected = self.state == State::Item && self.levels.inside() == Inside::Object;
        let name = if key_expected { self.levels.name() } else { self.levels.value_name() };
        let field = self.trail.matched();
        let text = Text { spelling: Spelling::Plain, role: Role::Value, name, field };
        sink.begin(self.token.start().unwrap_or(at), text);
        self.token.tell(sink);
        self.token.clear();
        self.state = State::Rest;
    }

    fn begin_held<S: Sink + ?Sized>(&mut self, role: Role, sink: &mut S) {
        if let Some(start) = self.token.start() {
            self.begin(start, Spelling::Plain, role, sink);
        }
        self.token.tell(sink);
        self.token.clear();
    }

    /// A value's text begins.
    #[inline(always)]
    fn begin<S: Sink + ?Sized>(&self, at: u64, spelling: Spelling, role: Role, sink: &mut S) {
        sink.begin(at, self.text_of(spelling, role));
    }

    #[inline(always)]
    fn text_of(&self, spelling: Spelling, role: Role) -> Text<'_> {
        let name = self.levels.value_name();
        Text { spelling, role, name, field: self.trail.matched() }
    }
}

/// U+FEFF, which some senders put before a document although RFC 8259 §8.1 asks them not to.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Keys are content.
impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Json")
            .field("state", &self.state)
            .field("depth", &self.levels.depth())
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}
