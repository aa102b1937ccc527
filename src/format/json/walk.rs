//! What does each byte of JSON mean? Walks its structure, whoever listens.
//!
//! ```text
//! bytes ──> Walker: states and levels ──> Listener: names, indices, texts
//! ```

use super::class::{Class, Escapes};
use super::levels::{Inside, Levels};
use super::listener::{Listener, Said};
use super::piece::{Piece, number_length};
use super::token::{LONGEST_HELD, Shape, Token, WORDS};
use crate::format::{Bounds, Role, Spelling, Unreadable};

/// Walks through JSON as it comes.
pub(super) struct Walker {
    bounds: Bounds,
    state: State,
    levels: Levels,
    token: Token,
}

/// Why the walk stopped although there are more bytes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stop {
    /// The listener has to know more before it hears on: an object began at this offset.
    Object(u64),
    /// It cannot be walked through.
    Unreadable(Unreadable),
}

// What every token passes through is inlined into one loop, whatever the compiler thinks of
// its size: with calls, which hand on the piece in memory, frames of a chat took half as long
// again.

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
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

impl Walker {
    /// At the start of a payload.
    pub(super) fn new(bounds: Bounds) -> Self {
        Self { bounds, state: State::Start, levels: Levels::default(), token: Token::default() }
    }

    /// Reads on, to the end of the piece or to where the listener has heard enough for once.
    pub(super) fn walk<L: Listener>(
        &mut self,
        piece: &mut Piece<'_>,
        listener: &mut L,
    ) -> Result<(), Stop> {
        while let Some(byte) = piece.peek() {
            match self.state {
                State::Item => self.item(byte, piece, listener)?,
                State::Colon => self.colon(byte, piece, listener),
                State::Value => self.value(byte, piece, listener)?,
                State::Key(escapes) => self.key(escapes, piece, listener),
                State::Text(escapes) => self.text(escapes, piece, listener),
                State::Token => self.token(byte, piece, listener),
                State::Number(_) => self.number(piece, listener),
                State::Rest => listener.more(piece.offset(), piece.take(usize::MAX)),
                State::Start => self.start(byte, piece, listener),
            }
            if listener.is_ready() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The payload ended before the offset `at`: so does what is still open. Afterwards the
    /// walker stands at the start of another payload.
    pub(super) fn finish<L: Listener>(&mut self, at: u64, listener: &mut L) {
        if self.state == State::Token {
            self.end_token(at, listener);
        } else if !self.token.is_empty() {
            self.unfit(at, listener);
        }
        match self.state {
            State::Key(_) | State::Text(_) => listener.break_off(at),
            State::Rest => listener.end(at),
            State::Number(end) => listener.end(end),
            State::Start | State::Item | State::Colon | State::Value | State::Token => {}
        }
        self.state = State::Start;
        self.levels.clear();
        self.token.clear();
    }

    /// From where on what was walked through was not told yet.
    pub(super) fn held(&self) -> Option<u64> {
        self.token.start()
    }

    /// What comes next, and how deep it is: nothing of the payload.
    pub(super) fn place(&self) -> (State, usize) {
        (self.state, self.levels.depth())
    }

    /// Leaves out a byte order mark.
    fn start<L: Listener>(&mut self, byte: u8, piece: &mut Piece<'_>, listener: &mut L) {
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
            self.unfit(piece.offset(), listener);
        }
    }

    #[inline(always)]
    fn item<L: Listener>(
        &mut self,
        byte: u8,
        piece: &mut Piece<'_>,
        listener: &mut L,
    ) -> Result<(), Stop> {
        match (Class::of(byte), self.levels.inside()) {
            (Class::White, _) => piece.skip_white(),
            (Class::Comma, _) => piece.next += 1,
            (Class::Quote, Inside::Object) => self.begin_key(piece, listener),
            (Class::CloseObject, Inside::Object) | (Class::CloseArray, Inside::Array) => {
                piece.next += 1;
                self.levels.close();
                listener.close(piece.offset());
                self.end_value(listener);
            }
            (Class::CloseObject | Class::CloseArray | Class::Colon, _) | (_, Inside::Object) => {
                self.unfit(piece.offset(), listener);
            }
            (class, Inside::Array) => {
                let index = self.levels.next_index();
                listener.enter_index(index);
                self.begin_value(class, piece, listener)?;
            }
            (class, Inside::Nothing) => self.begin_value(class, piece, listener)?,
        }
        Ok(())
    }

    #[inline(always)]
    fn colon<L: Listener>(&mut self, byte: u8, piece: &mut Piece<'_>, listener: &mut L) {
        match Class::of(byte) {
            Class::White => piece.skip_white(),
            Class::Colon => {
                piece.next += 1;
                self.state = State::Value;
            }
            _ => self.unfit(piece.offset(), listener),
        }
    }

    #[inline(always)]
    fn value<L: Listener>(
        &mut self,
        byte: u8,
        piece: &mut Piece<'_>,
        listener: &mut L,
    ) -> Result<(), Stop> {
        match Class::of(byte) {
            Class::White => piece.skip_white(),
            Class::Comma | Class::Colon | Class::CloseObject | Class::CloseArray => {
                self.unfit(piece.offset(), listener);
            }
            class => self.begin_value(class, piece, listener)?,
        }
        Ok(())
    }

    /// A value begins at a byte of this class; the trail already leads to it.
    #[inline(always)]
    fn begin_value<L: Listener>(
        &mut self,
        class: Class,
        piece: &mut Piece<'_>,
        listener: &mut L,
    ) -> Result<(), Stop> {
        match class {
            Class::Quote => {
                piece.next += 1;
                let mut escapes = Escapes::default();
                let text = self.text_of(Spelling::JsonString, Role::Value);
                let (_, closed) = piece.string(Some(text), &mut escapes, listener);
                self.told_text(closed, escapes, listener);
            }
            Class::OpenObject => self.open(Inside::Object, piece, listener)?,
            Class::OpenArray => self.open(Inside::Array, piece, listener)?,
            _ => self.begin_token(class, piece, listener),
        }
        Ok(())
    }

    fn open<L: Listener>(
        &mut self,
        inside: Inside,
        piece: &mut Piece<'_>,
        listener: &mut L,
    ) -> Result<(), Stop> {
        let at = piece.offset();
        if self.levels.depth() >= self.bounds.depth {
            return Err(Stop::Unreadable(Unreadable::TooDeep { at }));
        }
        piece.next += 1;
        let is_element = self.levels.inside() == Inside::Array;
        self.levels.open(inside);
        self.state = State::Item;
        match listener.open(at, inside == Inside::Object && is_element) {
            true => Err(Stop::Object(at)),
            false => Ok(()),
        }
    }

    #[inline(always)]
    fn end_value<L: Listener>(&mut self, listener: &mut L) {
        if self.levels.inside() != Inside::Nothing {
            listener.leave();
        }
        self.state = State::Item;
    }

    #[inline(always)]
    fn begin_key<L: Listener>(&mut self, piece: &mut Piece<'_>, listener: &mut L) {
        piece.next += 1;
        self.levels.begin_key();
        let name = self.levels.name();
        let text = Said { spelling: Spelling::JsonString, role: Role::Name, name };
        let mut escapes = Escapes::default();
        let told = piece.string(Some(text), &mut escapes, listener);
        self.told_key(told, escapes, piece, listener);
    }

    #[inline(always)]
    fn key<L: Listener>(&mut self, escapes: Escapes, piece: &mut Piece<'_>, listener: &mut L) {
        let mut escapes = escapes;
        let told = piece.string(None, &mut escapes, listener);
        self.told_key(told, escapes, piece, listener);
    }

    /// This was told of a key, and whether it has ended.
    #[inline(always)]
    fn told_key<L: Listener>(
        &mut self,
        told: (&[u8], bool),
        escapes: Escapes,
        piece: &mut Piece<'_>,
        listener: &mut L,
    ) {
        let (run, closed) = told;
        self.levels.more_of_key(run);
        if !closed {
            self.state = State::Key(escapes);
            return;
        }
        listener.enter_name(self.levels.end_key(escapes.any));
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
    fn text<L: Listener>(&mut self, escapes: Escapes, piece: &mut Piece<'_>, listener: &mut L) {
        let mut escapes = escapes;
        let (_, closed) = piece.string(None, &mut escapes, listener);
        self.told_text(closed, escapes, listener);
    }

    #[inline(always)]
    fn told_text<L: Listener>(&mut self, closed: bool, escapes: Escapes, listener: &mut L) {
        match closed {
            true => self.end_value(listener),
            false => self.state = State::Text(escapes),
        }
    }

    /// A number or a word that is here to its end, as nearly all are, is told at once.
    #[inline(always)]
    fn begin_token<L: Listener>(&mut self, class: Class, piece: &mut Piece<'_>, listener: &mut L) {
        let rest = piece.rest();
        let ends_at = |length| rest.get(length).is_some_and(|&byte| Class::of(byte).ends_token());
        if class == Class::Digit {
            let length = number_length(rest);
            if length <= LONGEST_HELD && ends_at(length) {
                let text = self.text_of(Spelling::Plain, Role::Number);
                listener.whole(piece.offset(), piece.take(length), text);
                return self.end_value(listener);
            }
        } else if let Some(word) = WORDS.iter().find(|word| rest.starts_with(word))
            && ends_at(word.len())
        {
            if listener.word(word, piece.offset() + word.len() as u64) {
                self.begin(piece.offset(), Spelling::Plain, Role::Word, listener);
                listener.more(piece.offset(), word);
                listener.end(piece.offset() + word.len() as u64);
            }
            piece.next += word.len();
            return self.end_value(listener);
        }
        self.state = State::Token;
    }

    /// The same byte by byte, for what was cut, is long, or does not fit.
    fn token<L: Listener>(&mut self, byte: u8, piece: &mut Piece<'_>, listener: &mut L) {
        if Class::of(byte).ends_token() {
            return self.end_token(piece.offset(), listener);
        }
        self.token.hold(piece.offset(), byte);
        piece.next += 1;
        match self.token.shape() {
            Shape::Unfit => self.unfit(piece.offset(), listener),
            Shape::Number if self.token.is_long() => {
                self.begin_held(Role::Number, listener);
                self.state = State::Number(piece.offset());
            }
            Shape::Number | Shape::Word | Shape::Begun => {}
        }
    }

    fn end_token<L: Listener>(&mut self, at: u64, listener: &mut L) {
        let role = match self.token.shape() {
            Shape::Number => Role::Number,
            Shape::Word => Role::Word,
            Shape::Begun | Shape::Unfit => return self.unfit(at, listener),
        };
        let end = self.token.end().unwrap_or(at);
        if role == Role::Number || listener.word(self.token.bytes(), end) {
            self.begin_held(role, listener);
            listener.end(end);
        }
        self.token.clear();
        self.end_value(listener);
    }

    fn number<L: Listener>(&mut self, piece: &mut Piece<'_>, listener: &mut L) {
        let State::Number(end) = self.state else { return };
        let length = number_length(piece.rest());
        if length > 0 {
            listener.more(piece.offset(), piece.take(length));
            self.state = State::Number(piece.offset());
            return;
        }
        listener.end(end);
        match piece.peek().is_none_or(|byte| Class::of(byte).ends_token()) {
            true => self.end_value(listener),
            false => self.unfit(piece.offset(), listener),
        }
    }

    /// From here on, or from where the held token began, nothing can be followed.
    #[cold]
    fn unfit<L: Listener>(&mut self, at: u64, listener: &mut L) {
        // Where a key should stand there is no value that the last key could be the name of.
        let key_expected = self.state == State::Item && self.levels.inside() == Inside::Object;
        let name = if key_expected { self.levels.name() } else { self.levels.value_name() };
        let text = Said { spelling: Spelling::Plain, role: Role::Value, name };
        listener.lost();
        listener.begin(self.token.start().unwrap_or(at), text);
        self.token.tell(|at, raw| listener.more(at, raw));
        self.token.clear();
        self.state = State::Rest;
    }

    fn begin_held<L: Listener>(&mut self, role: Role, listener: &mut L) {
        if let Some(start) = self.token.start() {
            self.begin(start, Spelling::Plain, role, listener);
        }
        self.token.tell(|at, raw| listener.more(at, raw));
        self.token.clear();
    }

    /// A value's text begins.
    #[inline(always)]
    fn begin<L: Listener>(&self, at: u64, spelling: Spelling, role: Role, listener: &mut L) {
        listener.begin(at, self.text_of(spelling, role));
    }

    #[inline(always)]
    fn text_of(&self, spelling: Spelling, role: Role) -> Said<'_> {
        Said { spelling, role, name: self.levels.value_name() }
    }
}

/// U+FEFF, which some senders put before a document although RFC 8259 §8.1 asks them not to.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];
