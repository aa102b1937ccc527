//! Who hears what stands in JSON? Someone who follows its names and indices, and knows where
//! paths lead.

use super::token::is_telling;
use crate::format::path::Trail;
use crate::format::{Role, Sink, Spelling, Text};

/// What the reader knows of a text when it begins.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) spelling: Spelling,
    pub(super) role: Role,
    pub(super) name: &'a [u8],
}

/// Hears of each step and each text of JSON, in its order. Offsets are those of the payload.
pub(super) trait Listener {
    /// A key of the innermost object is over: its value comes.
    fn enter_name(&mut self, name: &[u8]);
    /// An element of the innermost array comes.
    fn enter_index(&mut self, index: u64);
    /// The value, or the element, is over.
    fn leave(&mut self);
    /// An array or an object opened at this offset; `is_element`: it is an object in an array.
    /// Says whether the listener has to be another one from here on.
    fn open(&mut self, at: u64, is_element: bool) -> bool;
    /// The innermost array or object closed before this offset.
    fn close(&mut self, at: u64);
    /// `true`, `false`, `null` and their like, up to this offset. Says whether it is told as a
    /// text.
    fn word(&mut self, word: &[u8], end: u64) -> bool;
    /// From here on the structure cannot be followed.
    fn lost(&mut self);
    /// Whether it has heard enough for once.
    #[inline(always)]
    fn is_ready(&self) -> bool {
        false
    }
    /// See [`Sink::begin`].
    fn begin(&mut self, at: u64, text: Said<'_>);
    /// See [`Sink::more`].
    fn more(&mut self, at: u64, raw: &[u8]);
    /// See [`Sink::end`].
    fn end(&mut self, at: u64);
    /// See [`Sink::break_off`].
    fn break_off(&mut self, at: u64);
    /// See [`Sink::whole`].
    fn whole(&mut self, at: u64, raw: &[u8], text: Said<'_>);
}

/// Passes on what it hears, with the path that leads there.
pub(super) struct Direct<'a, S: ?Sized> {
    pub(super) trail: &'a mut Trail,
    pub(super) sink: &'a mut S,
}

impl<S: Sink + ?Sized> Listener for Direct<'_, S> {
    #[inline(always)]
    fn enter_name(&mut self, name: &[u8]) {
        self.trail.enter_name(name);
    }

    #[inline(always)]
    fn enter_index(&mut self, index: u64) {
        self.trail.enter_index(index);
    }

    #[inline(always)]
    fn leave(&mut self) {
        self.trail.leave();
    }

    #[inline(always)]
    fn open(&mut self, _: u64, is_element: bool) -> bool {
        is_element && !self.trail.chosen_by().is_empty()
    }

    #[inline(always)]
    fn close(&mut self, _: u64) {}

    #[inline(always)]
    fn word(&mut self, word: &[u8], _: u64) -> bool {
        is_telling(word) && self.trail.matched().is_some()
    }

    #[inline(always)]
    fn lost(&mut self) {}

    #[inline(always)]
    fn begin(&mut self, at: u64, text: Said<'_>) {
        self.sink.begin(at, text.at(self.trail));
    }

    #[inline(always)]
    fn more(&mut self, at: u64, raw: &[u8]) {
        self.sink.more(at, raw);
    }

    #[inline(always)]
    fn end(&mut self, at: u64) {
        self.sink.end(at);
    }

    #[inline(always)]
    fn break_off(&mut self, at: u64) {
        self.sink.break_off(at);
    }

    #[inline(always)]
    fn whole(&mut self, at: u64, raw: &[u8], text: Said<'_>) {
        self.sink.whole(at, raw, text.at(self.trail));
    }
}

impl<'a> Said<'a> {
    /// As a sink hears of it at this place.
    #[inline(always)]
    pub(super) fn at(self, trail: &Trail) -> Text<'a> {
        let Self { spelling, role, name } = self;
        Text { spelling, role, name, field: trail.matched() }
    }
}
