//! Is a text that nobody calls JSON JSON all the same? Its first bytes will tell.
//!
//! Fields of forms and data of events often are JSON without saying so. A message may begin
//! with a bracket too, and must not fall apart at each number in it: `[12:30] call me`.

use super::json::Json;
use super::path::Paths;
use super::plain::Plain;
use super::sniff::begins_json;
use super::{Bounds, Sink, Spelling, Unreadable};
use std::fmt;
use std::sync::Arc;

/// Tells one text, or the texts of JSON. Pieces come in order but need not touch.
pub(super) struct Guess {
    state: State,
    /// What is not told yet, byte by byte with its place.
    held: Vec<(u64, u8)>,
    text: Plain,
    bounds: Bounds,
    paths: Arc<Paths>,
    /// Made when it is first needed, and kept: most parts of a form are text.
    json: Option<Box<Json>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unsure,
    Text,
    Json,
}

/// What is held back is content.
impl fmt::Debug for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guess").field("state", &self.state).finish_non_exhaustive()
    }
}

impl Guess {
    /// A text under this name, or JSON.
    pub(super) fn new(name: &[u8], bounds: Bounds, paths: Arc<Paths>) -> Self {
        Self {
            state: State::Unsure,
            held: Vec::new(),
            text: Plain::named(Spelling::Plain, name, None),
            bounds,
            paths,
            json: None,
        }
    }

    pub(super) fn is_json(&self) -> bool {
        self.state == State::Json
    }

    pub(super) fn push<S: Sink + ?Sized>(
        &mut self,
        mut at: u64,
        mut raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        while self.state == State::Unsure {
            let Some((first, rest)) = raw.split_first() else { return Ok(()) };
            if self.held.is_empty() && !matches!(first, b'{' | b'[') {
                self.state = State::Text;
                break;
            }
            self.held.push((at, *first));
            (at, raw) = (at + 1, rest);
            let mut bytes = [0; MOST_HELD];
            bytes.iter_mut().zip(&self.held).for_each(|(byte, held)| *byte = held.1);
            match begins_json(bytes.get(..self.held.len()).unwrap_or_default()) {
                Some(true) => self.decide(State::Json, sink)?,
                Some(false) => self.decide(State::Text, sink)?,
                None if self.held.len() == MOST_HELD => self.decide(State::Text, sink)?,
                None => {}
            }
        }
        self.tell(at, raw, sink)
    }

    /// From where on what was pushed was not told yet.
    pub(super) fn held(&self) -> Option<u64> {
        let json = self.json.as_ref().filter(|_| self.state == State::Json);
        self.held.first().map(|&(at, _)| at).or_else(|| json?.held())
    }

    /// Something else is about to be told: what is not known to be JSON by now is a text, and
    /// JSON holds nothing back.
    pub(super) fn settle<S: Sink + ?Sized>(&mut self, sink: &mut S) -> Result<(), Unreadable> {
        match self.state {
            State::Unsure => self.decide(State::Text, sink)?,
            State::Json => self.json().settle(sink),
            State::Text => {}
        }
        Ok(())
    }

    pub(super) fn finish<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        if self.state == State::Unsure {
            self.decide(State::Text, sink)?;
        }
        match std::mem::replace(&mut self.state, State::Unsure) {
            State::Json => self.json().finish(at, sink),
            State::Text | State::Unsure => self.text.finish(at, sink),
        }
    }

    fn decide<S: Sink + ?Sized>(&mut self, state: State, sink: &mut S) -> Result<(), Unreadable> {
        self.state = state;
        let mut held = std::mem::take(&mut self.held);
        let told = held.drain(..).try_for_each(|(at, byte)| self.tell(at, &[byte], sink));
        self.held = held;
        told
    }

    fn tell<S: Sink + ?Sized>(
        &mut self,
        at: u64,
        raw: &[u8],
        sink: &mut S,
    ) -> Result<(), Unreadable> {
        match self.state {
            State::Json => self.json().push(at, raw, sink),
            State::Text | State::Unsure => self.text.push(at, raw, sink),
        }
    }

    fn json(&mut self) -> &mut Json {
        let (bounds, paths) = (self.bounds, &self.paths);
        self.json.get_or_insert_with(|| Box::new(Json::new(bounds, Arc::clone(paths))))
    }
}

/// How many bytes may leave it open: a bracket, a number of as many digits as a double needs
/// (17) with sign, point and exponent, and blanks. What is longer is no number.
const MOST_HELD: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::heard::{lines, paths, reads};

    reads!(Guess);

    #[test]
    fn what_begins_like_json_is_json() {
        for (payload, expected) in [
            ("{\"a\":\"b\"}", &["name jsonstring : a", "value jsonstring a: b"][..]),
            ("{ \r\n\"a\":1}", &["name jsonstring : a", "number plain a: 1"]),
            ("[\"a\"]", &["value jsonstring : a"]),
            ("[ -1.5e3 ,2]", &["number plain : -1.5e3", "number plain : 2"]),
            ("[true,\"a\"]", &["value jsonstring : a"]),
            ("[[]]", &[]),
            ("[ [1, [2]]]", &["number plain : 1", "number plain : 2"]),
            ("{}", &[]),
        ] {
            check(payload, expected);
        }
    }

    #[test]
    fn all_else_is_one_text() {
        for payload in [
            "hello",
            " {\"a\":1}",
            "[12:30] call me",
            "[4111 1111 1111 1111]",
            "{4111 1111 1111 1111}",
            "{{name}}",
            "[[4111 1111 1111 1111]]",
            "[tru",
            "[trust me]",
            "[",
            "{",
            "[1",
            "[11111111111111111111111111111111111]",
            "[                                     1]",
        ] {
            check(payload, &[&format!("value plain note: {payload}")]);
        }
        check("", &[]);
    }

    #[track_caller]
    fn check(payload: &str, expected: &[&str]) {
        let told = lines(payload.as_bytes(), || Guess::new(b"note", Bounds::default(), paths(&[])));
        assert_eq!(told, expected, "{payload}");
    }
}
