//! A search through one text that arrives in pieces.

use super::automaton::State;
use super::edge::free_behind;
use super::pem::PemTail;
use super::set::{ANCHOR, Detector, Detectors, Need, OPEN, START, WORD};
use super::starts::{BANK, Possible};
use super::words::REACH;

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
#[derive(Debug, Default)]
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
    in_data: bool,
    /// Nothing begins before this any more: data or a key ended here.
    floor: u64,
    is_over: bool,
    name: Vec<u8>,
    /// Which kinds the name of the text speaks for; empty until somebody asks.
    named: Vec<u64>,
    near: Vec<u64>,
}

/// One candidate on its way through its shape.
#[derive(Clone, Debug)]
struct Walk {
    detector: u16,
    start: u64,
    at: u64,
    state: State,
    is_done: bool,
    ends: Vec<u64>,
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
        self.in_data = false;
        self.floor = 0;
        self.is_over = false;
        self.name.clear();
        self.name.extend_from_slice(name);
        self.named.clear();
    }

    /// Goes on like another search that has looked at the text before `offset` and at nothing
    /// behind it.
    pub fn follow(&mut self, other: &Self, offset: u64) {
        let Self { text, base, cursor, walks, open, claimed, tail, in_data, floor, .. } = other;
        self.text.clear();
        let known = usize::try_from(offset.saturating_sub(*base)).unwrap_or(usize::MAX);
        self.text.extend_from_slice(text.get(..known).unwrap_or(text));
        (self.base, self.cursor, self.open) = (*base, *cursor, *open);
        self.walks.clear();
        self.walks.extend(walks.iter().take(*open).cloned());
        self.claimed.clone_from(claimed);
        self.tail = *tail;
        (self.in_data, self.floor, self.is_over) = (*in_data, *floor, false);
        self.name.clone_from(&other.name);
        self.named.clone_from(&other.named);
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
        if self.is_over || self.tail.is_some() || self.in_data {
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
        let mut in_word = at
            .checked_sub(1)
            .and_then(|before| self.text.get(before))
            .is_some_and(u8::is_ascii_alphanumeric);
        while let Some(&byte) = self.text.get(at) {
            if self.in_data && !is_base64(byte) {
                self.in_data = false;
                self.floor = self.base + at as u64;
            }
            let class = detectors.class[usize::from(byte)];
            let starts = class & OPEN != 0 || class & START != 0 && !in_word;
            if (starts || class & ANCHOR != 0) && !self.in_data {
                self.cursor = self.base + at as u64;
                if !self.list(detectors, at, class, starts, last) {
                    return false;
                }
                if self.open > 0 {
                    return true;
                }
            }
            if byte == b',' && ends_data_head(self.text.get(..at).unwrap_or_default()) {
                self.in_data = true;
            }
            in_word = class & WORD != 0;
            at += 1;
        }
        self.cursor = self.base + at as u64;
        false
    }

    /// Lists what may begin at the cursor, or around it; false where that depends on bytes that
    /// have not come.
    fn list(
        &mut self,
        detectors: &Detectors,
        at: usize,
        class: u8,
        starts: bool,
        last: bool,
    ) -> bool {
        let mut possible = [0_u64; super::set::MOST / BANK];
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
        for (bank, mut kinds) in possible.into_iter().enumerate() {
            while kinds != 0 {
                let index = bank * BANK + kinds.trailing_zeros() as usize;
                kinds &= kinds - 1;
                self.push(detectors, u16::try_from(index).unwrap_or(u16::MAX), at);
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
        let mut near_at = None;
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
                if near_at != Some(start) {
                    self.look_around(detectors, place);
                    near_at = Some(start);
                }
                let bit = self.near.get(usize::from(number) / BANK).copied().unwrap_or_default();
                let in_context = bit >> (usize::from(number) % BANK) & 1 == 1;
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

    /// Notes for which kinds a word stands before this place, or in the name of the text.
    fn look_around(&mut self, detectors: &Detectors, place: usize) {
        if self.named.is_empty() {
            let mut name = Vec::with_capacity(self.name.len());
            let mut lower = false;
            for &byte in &self.name {
                // `homePhone` is two words.
                if lower && byte.is_ascii_uppercase() {
                    name.push(b' ');
                }
                lower = byte.is_ascii_lowercase();
                name.push(byte);
            }
            detectors.words.find(&name, &mut self.named);
        }
        self.near.clear();
        self.near.extend_from_slice(&self.named);
        let before = self.text.get(place.saturating_sub(REACH)..place).unwrap_or_default();
        detectors.words.find(before, &mut self.near);
    }
}

impl Walk {
    fn go(&mut self, detector: &Detector, text: &[u8], base: u64, last: bool) {
        let place = usize::try_from(self.at - base).unwrap_or(usize::MAX);
        for &byte in text.get(place..).unwrap_or_default() {
            let step = detector.shape.step(self.state, byte);
            if step.ended {
                self.ends.push(self.at);
            }
            if step.dead {
                self.is_done = true;
                return;
            }
            self.state = step.state;
            self.at += 1;
        }
        if last {
            if detector.shape.ends(self.state) {
                self.ends.push(self.at);
            }
            self.is_done = true;
        } else {
            self.is_done = !detector.shape.is_alive(self.state);
        }
    }
}

impl Detectors {
    fn get(&self, index: u16) -> Option<&Detector> {
        self.list.get(usize::from(index))
    }
}

/// What is kept of the text that was looked at: context, and the head of a `data:` link.
const LOOK_BACK: usize = if REACH > DATA_HEAD { REACH } else { DATA_HEAD } + 2;

/// The longest head of a `data:` link up to its comma: its media type has at most two names of
/// 127 characters (RFC 6838 section 4.2), in practice much less.
const DATA_HEAD: usize = 96;

/// Whether the text ends in the head of a `data:` link in Base64: what follows is no text.
fn ends_data_head(text: &[u8]) -> bool {
    if !text.ends_with(b";base64") {
        return false;
    }
    let head = text.get(text.len().saturating_sub(DATA_HEAD)..).unwrap_or_default();
    let Some(start) = memchr::memmem::rfind(head, b"data:") else { return false };
    let kind = head.get(start + 5..).unwrap_or_default();
    kind.contains(&b'/') && kind.iter().all(|b| b.is_ascii_alphanumeric() || b"/;=.+-_".contains(b))
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}
