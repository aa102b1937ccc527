//! One way to read a text, and the search through what is read.
//!
//! ```text
//! raw ──> View: the text's own spelling ──> Scanner ──> finds
//!            └──> View: %40, &amp;, tags, \u0040 ──> Scanner ──> finds
//!                    └──> once more, up to DEPTH times
//! ```
//!
//! A deeper lane begins where the first byte stands that it might read differently; up to there
//! it would have read the same. No lane reads a picture in Base64: the text before it ends there,
//! and another one begins behind it.

use super::quote;
use super::rules::Rules;
use crate::detect::search::scanner::{Find, Scanner};
use crate::format::Spelling;
use crate::format::data_url::{DataUrls, Part};
use crate::format::view::{Layer, View, deep_at};
use std::fmt;

/// The ways in which one text is read.
pub(super) struct Lanes {
    data: DataUrls,
    /// Up to where data was passed over, where nothing followed it yet.
    in_data: Option<u64>,
    lanes: Vec<Lane>,
    active: usize,
    finds: Vec<Find>,
    /// How the text is spelled, and its name.
    spelling: Spelling,
    name: Vec<u8>,
}

/// A name is content.
impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").field("active", &self.active).finish_non_exhaustive()
    }
}

struct Lane {
    view: View,
    scanner: Scanner,
    /// From this byte of what the lane below reads on, the view reads; before, both are alike.
    origin: u64,
}

/// A find in offsets of the payload.
#[derive(Clone)]
pub(crate) struct Hit {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) detector: u16,
    pub(super) in_context: bool,
    pub(super) continued: bool,
    /// Whether what follows may be the rest of it.
    pub(super) is_key: bool,
    pub(super) lane: usize,
    /// What was read.
    pub(super) text: Vec<u8>,
    /// What stands there instead, where it is no matter of an action.
    pub(super) said: Option<Vec<u8>>,
    /// Whether it was read through percent-encoding within the text.
    pub(super) percent: bool,
    /// The quote that what stands there instead needs around it, as the text has it: where JSON
    /// in the text has a number.
    pub(super) quote: Option<Vec<u8>>,
    /// Markup inside, which survives.
    pub(super) markup: Vec<(u64, u64)>,
}

/// What was read is content.
impl fmt::Debug for Hit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hit")
            .field("start", &self.start)
            .field("end", &self.end)
            .field("detector", &self.detector)
            .finish_non_exhaustive()
    }
}

/// How often a text may be spelled within its spelling: HTML in JSON in a JSON string.
const DEPTH: usize = 3;

impl Default for Lanes {
    fn default() -> Self {
        Self {
            data: DataUrls::default(),
            in_data: None,
            lanes: Vec::new(),
            active: 0,
            finds: Vec::new(),
            spelling: Spelling::Plain,
            name: Vec::new(),
        }
    }
}

impl Lanes {
    /// A new text begins.
    pub(super) fn begin(&mut self, rules: &Rules, spelling: Spelling, name: &[u8]) {
        if self.lanes.is_empty() {
            self.lanes.resize_with(1 + DEPTH, Lane::new);
        }
        self.data.begin(spelling == Spelling::Form);
        self.in_data = None;
        self.spelling = spelling;
        self.name.clear();
        self.name.extend_from_slice(name);
        self.restart(rules);
    }

    fn restart(&mut self, rules: &Rules) {
        self.active = 1;
        if let Some(lane) = self.lanes.first_mut() {
            lane.view.begin(Layer::Base(self.spelling));
            lane.scanner.begin(&rules.detectors, &self.name);
            lane.origin = 0;
        }
    }

    /// More of it.
    pub(super) fn push(&mut self, rules: &Rules, at: u64, raw: &[u8], hits: &mut Vec<Hit>) {
        let mut data = std::mem::take(&mut self.data);
        data.push(at, raw, &mut |part| self.hear(rules, part, hits));
        self.data = data;
    }

    /// The text is over.
    pub(super) fn finish(&mut self, rules: &Rules, hits: &mut Vec<Hit>) {
        let mut data = std::mem::take(&mut self.data);
        data.finish(&mut |part| self.hear(rules, part, hits));
        self.data = data;
        if self.in_data.is_none() {
            self.end(rules, hits);
        }
    }

    fn hear(&mut self, rules: &Rules, part: Part<'_>, hits: &mut Vec<Hit>) {
        match part {
            Part::Text(at, raw) => {
                if self.in_data.take().is_some() {
                    self.restart(rules);
                }
                self.read(rules, at, raw, hits);
            }
            Part::Data(to) => {
                if self.in_data.replace(to).is_none() {
                    self.end(rules, hits);
                    self.active = 0;
                }
            }
        }
    }

    fn read(&mut self, rules: &Rules, at: u64, raw: &[u8], hits: &mut Vec<Hit>) {
        let Some(lane) = self.lanes.first_mut() else { return };
        let from = lane.scanner.len();
        lane.view.push(at, raw, lane.scanner.text());
        self.deepen(from, false);
        self.scan(rules, false, hits);
        self.forget(rules);
    }

    /// The text ends here, or is interrupted.
    fn end(&mut self, rules: &Rules, hits: &mut Vec<Hit>) {
        let Some(lane) = self.lanes.first_mut() else { return };
        let from = lane.scanner.len();
        lane.view.finish(lane.scanner.text());
        self.deepen(from, true);
        self.scan(rules, true, hits);
    }

    /// No hit that begins before this offset of the payload will still come.
    pub(super) fn settled(&self, rules: &Rules) -> u64 {
        let held = self.data.held().unwrap_or(u64::MAX);
        if let Some(to) = self.in_data {
            return to.min(held);
        }
        let lanes = self.lanes.get(..self.active).unwrap_or_default();
        let mut need = u64::MAX;
        for lane in lanes.iter().rev() {
            need = lane.settled(lane.scanner.settled(&rules.detectors).min(need));
        }
        need.min(held)
    }

    /// Whether the rest of a key is being told by one of them.
    pub(super) fn are_in_key(&self) -> bool {
        self.lanes.iter().take(self.active).any(|lane| lane.scanner.is_in_key())
    }

    /// Gives the deeper lanes what the first one read from `from` on.
    fn deepen(&mut self, mut from: u64, last: bool) {
        for index in 1..self.lanes.len() {
            let (below, above) = self.lanes.split_at_mut(index);
            let (Some(below), Some(lane)) = (below.last(), above.first_mut()) else { return };
            let added = below.scanner.slice(from, below.scanner.len());
            if index >= self.active {
                if !is_deep(added) {
                    return;
                }
                self.active = index + 1;
                lane.view.begin(Layer::Deep);
                lane.origin = from;
                lane.scanner.follow(&below.scanner, from);
            }
            let next = lane.scanner.len();
            lane.view.push(from, added, lane.scanner.text());
            if last {
                lane.view.finish(lane.scanner.text());
            }
            from = next;
        }
    }

    fn scan(&mut self, rules: &Rules, last: bool, hits: &mut Vec<Hit>) {
        for index in 0..self.active {
            let Some(lane) = self.lanes.get_mut(index) else { return };
            lane.scanner.scan(&rules.detectors, last, &mut self.finds);
            for find in self.finds.drain(..) {
                let lanes = self.lanes.get(..=index).unwrap_or_default();
                let Some(hit) = hit(rules, lanes, find, index) else { continue };
                match hits.iter_mut().rev().find(|one| hit.continued && one.goes_on_in(&hit)) {
                    Some(begun) => {
                        begun.markup.extend(hit.markup_from(begun.end));
                        begun.end = hit.end;
                    }
                    None => hits.push(hit),
                }
            }
        }
    }

    /// Drops lanes that read what the one below them reads, now and from here on.
    fn shallow(&mut self) {
        while let [.., below, lane] = self.lanes.get(..self.active).unwrap_or_default() {
            let read = lane.settled(lane.scanner.len());
            if read != below.scanner.len() || !lane.scanner.is_like(&below.scanner) {
                return;
            }
            self.active -= 1;
        }
    }

    fn forget(&mut self, rules: &Rules) {
        self.shallow();
        let mut need = u64::MAX;
        for lane in self.lanes.iter_mut().take(self.active).rev() {
            let settled = lane.scanner.settled(&rules.detectors);
            lane.scanner.forget(settled);
            need = need.min(settled);
            let below = lane.settled(need);
            lane.forget(need);
            need = below;
        }
    }
}

/// Whether a deeper lane might read something else than what stands there. An escape that may
/// be cut at the end is one.
fn is_deep(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = deep_at(rest) {
        let is_escape = match rest.get(at..).unwrap_or_default() {
            [b'%', a, b, ..] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
            [b'%', a] => a.is_ascii_hexdigit(),
            [b'&', a, ..] => *a == b'#' || a.is_ascii_alphabetic(),
            [b'<', a, ..] => a.is_ascii_alphabetic() || b"/!".contains(a),
            [b'\\', a, ..] => b"unrt\"\\/".contains(a),
            _ => true,
        };
        if is_escape {
            return true;
        }
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    false
}

/// A find of the last of these lanes, in offsets of the payload.
fn hit(rules: &Rules, lanes: &[Lane], mut find: Find, index: usize) -> Option<Hit> {
    let lane = lanes.last()?;
    if let Some(part) = rules.part(find.detector, lane.scanner.slice(find.start, find.end)) {
        find.end = find.start + part.end as u64;
        find.start += part.start as u64;
    }
    let mut markup = Vec::new();
    let mut percent = false;
    let (mut start, mut end) = (find.start, find.end);
    for (depth, lane) in lanes.iter().enumerate().rev() {
        let lower = lanes.get(..depth).unwrap_or_default();
        // The rest of a key begins where what was told of it ends, whatever stands between.
        let first = if find.continued { start.saturating_sub(1) } else { start };
        lane.markup(first, end, |from, to| markup.push(down(lower, from, to)));
        let from = if find.continued { lane.end_of(start) } else { lane.start_of(start) };
        (start, end) = (from, lane.end_of(end));
        percent |= lower.last().is_some_and(|lane| lane.scanner.slice(start, end).contains(&b'%'));
    }
    markup.sort_unstable();
    let Find { detector, in_context, continued, .. } = find;
    let text = lane.scanner.slice(find.start, find.end).to_vec();
    let is_key = rules.detectors.is_key(detector);
    // What is no number without escapes is none with them: the first lane finds it.
    let quote = match index {
        0 => {
            let from = find.start.saturating_sub(quote::REACH as u64);
            quote::around(lane.scanner.slice(from, find.start), from == 0, &text)
        }
        _ => None,
    };
    Some(Hit {
        start,
        end,
        detector,
        in_context,
        continued,
        is_key,
        lane: index,
        text,
        said: None,
        percent,
        quote,
        markup,
    })
}

impl Hit {
    /// The markup in it from this offset on.
    pub(super) fn markup_from(&self, from: u64) -> impl Iterator<Item = (u64, u64)> {
        let behind = self.markup.iter().filter(move |&&(_, end)| end > from);
        behind.map(move |&(start, end)| (start.max(from), end))
    }

    /// Whether this is the rest of it.
    fn goes_on_in(&self, rest: &Self) -> bool {
        (rest.start, rest.detector, rest.lane) == (self.end, self.detector, self.lane)
    }
}

/// A range of what the lane above these reads from, in offsets of the payload.
fn down(lanes: &[Lane], from: u64, to: u64) -> (u64, u64) {
    lanes.iter().rev().fold((from, to), |(from, to), lane| (lane.start_of(from), lane.end_of(to)))
}

impl Lane {
    fn new() -> Self {
        Self { view: View::new(), scanner: Scanner::default(), origin: 0 }
    }

    fn start_of(&self, offset: u64) -> u64 {
        match offset.checked_sub(self.origin) {
            Some(read) => self.view.start_of(read),
            None => offset,
        }
    }

    fn end_of(&self, offset: u64) -> u64 {
        match offset.checked_sub(self.origin) {
            Some(read) if read > 0 => self.view.end_of(read),
            _ => offset,
        }
    }

    fn settled(&self, offset: u64) -> u64 {
        match offset.min(self.scanner.len()).checked_sub(self.origin) {
            // What cannot be seen goes with a key, if more of the key follows.
            Some(read) if read > 0 && self.scanner.is_in_key() => self.view.end_of(read),
            Some(read) => self.view.settled(read),
            None => offset,
        }
    }

    fn markup(&self, from: u64, to: u64, keep: impl FnMut(u64, u64)) {
        match (from.checked_sub(self.origin), to.checked_sub(self.origin)) {
            (Some(from), Some(to)) => self.view.markup(from, to, keep),
            (None, Some(to)) => self.view.markup_before(to, keep),
            _ => {}
        }
    }

    fn forget(&mut self, offset: u64) {
        if let Some(read) = offset.min(self.scanner.len()).checked_sub(self.origin) {
            // The rest of a key takes along what stands before its first byte.
            let before = u64::from(self.scanner.is_in_key());
            if let Some(read) = read.checked_sub(before) {
                self.view.forget(read);
            }
        }
    }
}
