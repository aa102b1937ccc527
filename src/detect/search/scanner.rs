//! A search through one text that arrives in pieces.

use super::edge::free_behind;
use super::masks::Ground;
use super::pem::PemTail;
use super::set::{ANCHOR, BANKS, Detectors, Need, OPEN, START, WORD, words_of};
use super::starts::{BANK, Possible};
use super::walk::Walk;
use super::words::{Met, REACH};
use std::fmt;

/// Something found, in offsets of the canonical text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Find {
    /// Where it begins.
    pub start: u64,
    /// Where it has ended.
    pub end: u64,
    /// Its number in [`Detectors::list`].
    pub detector: u16,
    /// Whether one of its words of context stands before it.
    pub in_context: bool,
    /// It is the rest of the find that ends where it begins.
    pub continued: bool,
}

/// A search through one text. Text is appended, scanned, and forgotten once it is settled.
#[derive(Default)]
pub struct Scanner {
    /// What is not forgotten of the text, with what stands before it for context.
    text: Vec<u8>,
    /// Offset of its first byte.
    base: u64,
    /// What was looked at.
    cursor: u64,
    /// What could begin at the cursor and is not decided; the first `open` of them, the others
    /// keep their memory.
    walks: Vec<Walk>,
    open: usize,
    /// Of each detector: where its last find ended.
    claimed: Vec<u64>,
    tail: Option<(u16, PemTail)>,
    /// Nothing begins before this any more: a key ended here.
    floor: u64,
    is_over: bool,
    name: Vec<u8>,
    /// Which kinds the name of the text speaks for; empty until somebody asks.
    named: Vec<u64>,
    near: Vec<u64>,
    /// For which place `near` is.
    near_at: Option<u64>,
    met: Met,
    /// What the text looks like from here on, where it was worth a look.
    ground: Ground,
    ground_at: u64,
    has_ground: bool,
}

/// The text is content.
impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

impl Scanner {
    /// Begins a new text that stands under this name.
    pub fn begin(&mut self, detectors: &Detectors, name: &[u8]) {
        self.text.clear();
        self.base = 0;
        self.cursor = 0;
        self.open = 0;
        self.claimed.clear();
        self.claimed.resize(detectors.list.len(), 0);
        self.tail = None;
        self.floor = 0;
        self.is_over = false;
        self.name.clear();
        self.name.extend_from_slice(name);
        self.named.clear();
        self.near_at = None;
        self.met.begin_at(0);
    }

    /// Goes on like another search that has looked at the text before `offset` and at nothing
    /// behind it.
    pub fn follow(&mut self, other: &Self, offset: u64) {
        let Self { text, base, cursor, walks, open, claimed, tail, floor, .. } = other;
        self.text.clear();
        let known = usize::try_from(offset.saturating_sub(*base)).unwrap_or(usize::MAX);
        self.text.extend_from_slice(text.get(..known).unwrap_or(text));
        (self.base, self.cursor, self.open) = (*base, *cursor, *open);
        self.walks.clear();
        self.walks.extend(walks.iter().take(*open).cloned());
        self.claimed.clone_from(claimed);
        self.tail = *tail;
        (self.floor, self.is_over) = (*floor, false);
        self.name.clone_from(&other.name);
        self.named.clone_from(&other.named);
        self.near_at = None;
        self.met.begin_at(self.base);
    }

    /// Whether this search will find the same as another one in whatever text follows both.
    pub fn is_like(&self, other: &Self) -> bool {
        let is_idle = |one: &Self| one.open == 0 && one.tail.is_none() && one.cursor == one.len();
        let tail = |one: &Self| {
            let gone = one.text.len().saturating_sub(LOOK_BACK);
            (gone > 0).then_some(gone)
        };
        // What lies behind the reach of any look back is the same for both: over.
        let age = |one: &Self, at: u64| (one.len() - at).min(LOOK_BACK as u64);
        let (Some(gone), Some(others_gone)) = (tail(self), tail(other)) else { return false };
        is_idle(self)
            && is_idle(other)
            && self.text.get(gone..) == other.text.get(others_gone..)
            && age(self, self.floor) == age(other, other.floor)
            && self.claimed.iter().zip(&other.claimed).all(|(a, b)| age(self, *a) == age(other, *b))
    }

    /// Where more text is appended.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// Offset behind the last byte that was appended.
    pub fn len(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    /// Whether nothing was appended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text between two offsets, as far as it is not forgotten.
    pub fn slice(&self, start: u64, end: u64) -> &[u8] {
        let place = |offset: u64| usize::try_from(offset.saturating_sub(self.base)).ok();
        place(start)
            .zip(place(end))
            .and_then(|(start, end)| self.text.get(start..end))
            .unwrap_or_default()
    }

    /// Looks at what was appended; `last` says that nothing follows. Adds what it found, not
    /// always in order: what is found last may begin first, but never before
    /// [`Scanner::settled`].
    pub fn scan(&mut self, detectors: &Detectors, last: bool, found: &mut Vec<Find>) {
        self.is_over = last;
        let rest = self.text.get(self.place(self.cursor)..).unwrap_or_default();
        self.has_ground = rest.len() >= WORTH_A_LOOK;
        if self.has_ground {
            detectors.look(rest, &mut self.ground);
            self.ground_at = self.cursor;
        }
        loop {
            if let Some((detector, tail)) = &mut self.tail {
                let start = self.cursor;
                let rest = usize::try_from(start - self.base).unwrap_or(usize::MAX);
                let (more, goes_on) = tail.follow(self.text.get(rest..).unwrap_or_default());
                self.cursor += more as u64;
                if more > 0 {
                    let (end, detector) = (self.cursor, *detector);
                    found.push(Find { start, end, detector, in_context: false, continued: true });
                }
                if goes_on {
                    return;
                }
                self.tail = None;
                self.floor = self.cursor;
            }
            if self.open == 0 && !self.advance(detectors, last) {
                return;
            }
            if !self.walk(detectors, last) || !self.decide(detectors, last, found) {
                return;
            }
            self.open = 0;
        }
    }

    /// Whether the rest of a key is being told.
    pub fn is_in_key(&self) -> bool {
        self.tail.is_some()
    }

    /// No find that begins before this offset will still be made.
    pub fn settled(&self, detectors: &Detectors) -> u64 {
        if self.is_over || self.tail.is_some() {
            return self.cursor;
        }
        let at = self.place(self.cursor);
        let anchored = detectors.anchored.iter().filter_map(|&index| detectors.get(index));
        let held = anchored.map(|one| self.base + one.anchor.held(&self.text, at) as u64);
        let open = self.walks.iter().take(self.open).map(|walk| walk.start);
        held.chain(open).fold(self.cursor, u64::min).max(self.floor)
    }

    /// Text before this offset is not asked for again.
    pub fn forget(&mut self, offset: u64) {
        let place = self.place(offset.min(self.cursor));
        // What context and edges look back to stays. Moving the rest costs less than a copy of
        // what goes.
        let gone = place.saturating_sub(LOOK_BACK);
        if gone > self.text.len() / 2 {
            self.text.drain(..gone);
            self.base += gone as u64;
        }
    }

    fn place(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX)
    }

    /// Moves the cursor to the next place where something may begin, and lists what; false
    /// where there is none, or where that depends on bytes that have not come.
    fn advance(&mut self, detectors: &Detectors, last: bool) -> bool {
        let mut at = self.place(self.cursor);
        while let Some(hot) = self.next_hot(detectors, at) {
            self.cursor = self.base + hot as u64;
            if !self.list(detectors, hot, last) {
                return false;
            }
            if self.open > 0 {
                return true;
            }
            at = hot + 1;
        }
        self.cursor = self.len();
        false
    }

    /// The first place from `at` on where something may begin.
    fn next_hot(&self, detectors: &Detectors, at: usize) -> Option<usize> {
        let ground = usize::try_from(self.ground_at.saturating_sub(self.base)).ok()?;
        if let Some(from) = at.checked_sub(ground).filter(|_| self.has_ground) {
            return self
                .ground
                .next_hot(from)
                .map(|hot| hot + ground)
                .filter(|&hot| hot < self.text.len());
        }
        let mut in_word = self.is_word(at.checked_sub(1));
        let rest = self.text.get(at..).unwrap_or_default();
        let hot = rest.iter().position(|&byte| {
            let class = detectors.class[usize::from(byte)];
            let starts = class & (OPEN | ANCHOR) != 0 || class & START != 0 && !in_word;
            in_word = class & WORD != 0;
            starts
        });
        hot.map(|hot| at + hot)
    }

    fn is_word(&self, place: Option<usize>) -> bool {
        place.and_then(|place| self.text.get(place)).is_some_and(u8::is_ascii_alphanumeric)
    }

    /// Lists what may begin at the cursor, or around it; false where that depends on bytes that
    /// have not come.
    fn list(&mut self, detectors: &Detectors, at: usize, last: bool) -> bool {
        let class = self.text.get(at).map_or(0, |&byte| detectors.class[usize::from(byte)]);
        let in_word = self.is_word(at.checked_sub(1));
        let starts = class & OPEN != 0 || class & START != 0 && !in_word;
        let mut possible = [0_u64; BANKS];
        if starts {
            for (bank, possible) in detectors.banks.iter().zip(&mut possible) {
                match bank.possible(&self.text, at, last) {
                    Possible::These(kinds) => *possible = kinds,
                    Possible::Undecided => return false,
                }
            }
        }
        if class & ANCHOR != 0 {
            let byte = self.text.get(at).copied();
            for &index in &detectors.anchored {
                let Some(one) = detectors.get(index).filter(|one| one.anchor.byte() == byte) else {
                    continue;
                };
                let Some(starts) = one.anchor.starts(&self.text, at, last) else {
                    self.open = 0;
                    return false;
                };
                for start in starts {
                    self.push(detectors, index, start);
                }
            }
        }
        let mut before = None;
        for (bank, mut kinds) in possible.into_iter().enumerate() {
            while kinds != 0 {
                let bit = bank * BANK + kinds.trailing_zeros() as usize;
                kinds &= kinds - 1;
                let owner = detectors.owners.get(bit).copied();
                // Two ways to begin are one walk.
                if let Some(owner) = owner.filter(|_| owner != before)
                    && self.has_its_word(detectors, owner, at)
                {
                    self.push(detectors, owner, at);
                }
                before = owner;
            }
        }
        true
    }

    fn push(&mut self, detectors: &Detectors, detector: u16, place: usize) {
        let start = self.base + place as u64;
        let claimed = self.claimed.get(usize::from(detector)).copied().unwrap_or_default();
        let Some(one) = detectors.get(detector).filter(|_| start >= claimed.max(self.floor)) else {
            return;
        };
        let before = place.checked_sub(1).and_then(|before| self.text.get(before)).copied();
        let state = one.shape.start(before);
        if let Some(walk) = self.walks.get_mut(self.open) {
            walk.ends.clear();
            let ends = std::mem::take(&mut walk.ends);
            *walk = Walk { detector, start, at: start, state, is_done: false, ends };
        } else {
            let ends = Vec::new();
            self.walks.push(Walk { detector, start, at: start, state, is_done: false, ends });
        }
        self.open += 1;
    }

    /// Walks every candidate to its end; false where one goes on behind what has come.
    fn walk(&mut self, detectors: &Detectors, last: bool) -> bool {
        let (text, base) = (&self.text, self.base);
        let mut all_done = true;
        for walk in self.walks.iter_mut().take(self.open).filter(|walk| !walk.is_done) {
            let Some(one) = detectors.get(walk.detector) else { continue };
            walk.go(one, text, base, last);
            all_done &= walk.is_done;
        }
        all_done
    }

    /// Of every candidate the longest end that proves itself becomes a find; false where that
    /// depends on bytes that have not come.
    fn decide(&mut self, detectors: &Detectors, last: bool, found: &mut Vec<Find>) -> bool {
        let made = found.len();
        for index in 0..self.open {
            let Some(walk) = self.walks.get(index) else { continue };
            let (start, number) = (walk.start, walk.detector);
            let claimed = self.claimed.get(usize::from(number)).copied().unwrap_or_default();
            let Some(one) = detectors.get(number).filter(|_| start >= claimed) else { continue };
            let place = self.place(start);
            for end in (0..walk.ends.len()).rev() {
                let Some(&end) = self.walks.get(index).and_then(|walk| walk.ends.get(end)) else {
                    continue;
                };
                let end_place = self.place(end);
                match free_behind(one.edges, &self.text, end_place, last) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => {
                        self.unclaim(found, made);
                        return false;
                    }
                }
                let part = self.text.get(place..end_place).unwrap_or_default();
                let needs = match one.need {
                    Need::No => false,
                    Need::Always => true,
                    Need::Ungrouped => part.iter().all(u8::is_ascii_digit),
                };
                if !(one.check)(part) {
                    continue;
                }
                self.look_around(detectors, place);
                let in_context = self.is_near(number);
                if needs && !in_context {
                    continue;
                }
                if let Some(claimed) = self.claimed.get_mut(usize::from(number)) {
                    *claimed = end;
                }
                found.push(Find { start, end, detector: number, in_context, continued: false });
                break;
            }
        }
        let made = found.get(made..).unwrap_or_default();
        let key = made.iter().find(|find| detectors.get(find.detector).is_some_and(|d| d.is_pem));
        self.tail = key.map(|find| (find.detector, PemTail::default()));
        self.cursor = key.map_or(self.cursor + 1, |find| find.end);
        true
    }

    /// Takes back what was found at a place that is not decided after all.
    fn unclaim(&mut self, found: &mut Vec<Find>, made: usize) {
        for find in found.drain(made..) {
            if let Some(claimed) = self.claimed.get_mut(usize::from(find.detector)) {
                *claimed = find.start;
            }
        }
    }

    /// Whether a detector that looks at nothing without a word before it has one at this place.
    fn has_its_word(&mut self, detectors: &Detectors, detector: u16, place: usize) -> bool {
        if detectors.get(detector).is_none_or(|one| one.need != Need::Always) {
            return true;
        }
        self.look_around(detectors, place);
        self.is_near(detector)
    }

    fn is_near(&self, detector: u16) -> bool {
        let (bank, bit) = (usize::from(detector) / BANK, usize::from(detector) % BANK);
        self.near.get(bank).is_some_and(|near| near >> bit & 1 == 1)
    }

    /// Notes for which kinds a word stands before this place, or in the name of the text.
    fn look_around(&mut self, detectors: &Detectors, place: usize) {
        let at = self.base + place as u64;
        if self.near_at == Some(at) {
            return;
        }
        self.near_at = Some(at);
        if self.named.is_empty() {
            detectors.words.find(&words_of(&self.name), &mut self.named);
        }
        self.near.clear();
        self.near.extend_from_slice(&self.named);
        detectors.words.before(&self.text, self.base, at, &mut self.met, &mut self.near);
    }
}

impl Detectors {
    fn get(&self, index: u16) -> Option<&super::set::Detector> {
        self.list.get(usize::from(index))
    }
}

/// How much text is worth a look at all of it before each byte is: a few blocks.
const WORTH_A_LOOK: usize = 128;

/// What is kept of the text that was looked at: context, and what stands before a candidate.
const LOOK_BACK: usize = REACH + 2;
