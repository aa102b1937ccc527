//! What does a text complete? A search through the end of what was said before, and the text
//! behind it, in the ways in which people cut what they type.

use super::heard::Heard;
use super::piece::{Numbers, Piece};
use crate::detect::search::scanner::Scanner;
use crate::redact::lane::Hit;
use crate::redact::rules::Rules;
use std::ops::RangeInclusive;
use zeroize::{Zeroize, Zeroizing};

/// Digits of the numbers that are written without signs between them: fewer prove nothing, and
/// a payment card has the most.
const GLUED: RangeInclusive<usize> = 8..=19;

/// Adds what is said by these pieces, oldest first, and the text that was heard behind them
/// together. `last` says that the text is over.
pub(super) fn search(
    rules: &Rules,
    pieces: &[&Piece],
    heard: &Heard,
    last: bool,
    hits: &mut Vec<Hit>,
) {
    let mut scanner = Scanner::default();
    let mut look = |joined: &Joined, last| joined.scan(rules, heard, last, &mut scanner, hits);
    if let Some(joined) = as_it_stands(pieces, heard.text()) {
        look(&joined, last);
    }
    if let Some(number) = Numbers::of(heard.text()).first
        && (last || number.end < heard.text().len())
    {
        let chain = chain(pieces);
        let places = number.clone().collect();
        if let Some(joined) = in_groups(chain, heard.text(), places) {
            look(&joined, true);
        }
        let is_digit = |place: &usize| heard.text().get(*place).is_some_and(u8::is_ascii_digit);
        let places: Vec<usize> = number.filter(is_digit).collect();
        for from in 0..chain.len() {
            let chain = chain.get(from..).unwrap_or_default();
            if let Some(joined) = glued(chain, heard.text(), &places) {
                look(&joined, true);
            }
        }
    }
    scanner.text().zeroize();
}

/// What was said before, and the text behind it.
struct Joined {
    text: Zeroizing<Vec<u8>>,
    /// Where the last of what was said before ends.
    old: usize,
    /// Where the text begins.
    new: usize,
    /// Where each of its bytes stands in what was heard.
    places: Vec<usize>,
}

impl Joined {
    /// The text continues what was said before at these places of it.
    fn new(mut said: Vec<u8>, old: usize, heard: &[u8], places: Vec<usize>) -> Self {
        let new = said.len();
        said.extend(places.iter().filter_map(|&place| heard.get(place)));
        Self { text: Zeroizing::new(said), old, new, places }
    }

    /// Adds what begins in what was said before and ends in the text.
    fn scan(
        &self,
        rules: &Rules,
        heard: &Heard,
        last: bool,
        scanner: &mut Scanner,
        hits: &mut Vec<Hit>,
    ) {
        scanner.begin(&rules.detectors, b"");
        scanner.text().zeroize();
        scanner.text().extend_from_slice(&self.text);
        let mut finds = Vec::new();
        scanner.scan(&rules.detectors, last, &mut finds);
        for find in finds {
            let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
            let (mut start, mut end) = (place(find.start), place(find.end));
            let act = rules.acts.get(usize::from(find.detector));
            if find.continued || act.is_none_or(|act| !act.proves_itself) {
                continue;
            }
            let whole = self.text.get(start..end).unwrap_or_default();
            if let Some(part) = rules.part(find.detector, whole) {
                (start, end) = (start + part.start, start + part.end);
            }
            let Some(&to) = end.checked_sub(self.new + 1).and_then(|end| self.places.get(end))
            else {
                continue;
            };
            let Some(&from) = self.places.first().filter(|_| start < self.old) else { continue };
            let (from, to) = (from, to + 1);
            let (begin, over) = heard.span(from, to);
            hits.push(Hit {
                start: begin,
                end: over,
                detector: find.detector,
                in_context: find.in_context,
                continued: false,
                is_key: false,
                lane: 0,
                text: self.text.get(start..end).unwrap_or_default().to_vec(),
                said: None,
                percent: heard.is_percent(from, to),
                quote: None,
                markup: heard.markup(from, to),
            });
        }
    }
}

/// As it was typed, a blank between messages, but none within an e-mail address. Words that
/// stand alone say nothing, unless an address goes on behind them.
fn as_it_stands(pieces: &[&Piece], heard: &[u8]) -> Option<Joined> {
    let blank = heard.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let rest = heard.get(blank..).unwrap_or_default();
    let (mut said, mut old) = (Vec::with_capacity(1024), 0);
    for (index, piece) in pieces.iter().enumerate() {
        let next = pieces.get(index + 1).map_or(rest, |next| &next.text);
        if !piece.tells() && !next.starts_with(b"@") {
            continue;
        }
        said.extend_from_slice(&piece.text);
        old = said.len();
        if !piece.touches(next) {
            said.push(b' ');
        }
    }
    (old > 0).then(|| Joined::new(said, old, heard, (blank..heard.len()).collect()))
}

/// Numbers alone, in the groups in which they were typed.
fn in_groups(chain: &[&Piece], heard: &[u8], places: Vec<usize>) -> Option<Joined> {
    let mut said = Vec::with_capacity(1024);
    for piece in chain.iter().filter(|piece| !piece.number.is_empty()) {
        said.extend_from_slice(&piece.number);
        said.push(b' ');
    }
    let old = said.len().checked_sub(1)?;
    Some(Joined::new(said, old, heard, places))
}

/// Digits alone. What begins in the middle of a message is no number of its own then.
fn glued(chain: &[&Piece], heard: &[u8], places: &[usize]) -> Option<Joined> {
    if chain.first().is_none_or(|first| first.number.is_empty()) {
        // The chain without it says the same.
        return None;
    }
    let digits = chain.iter().flat_map(|piece| piece.number.iter()).copied();
    let said: Vec<u8> = digits.filter(u8::is_ascii_digit).take(GLUED.end() + 1).collect();
    let old = said.len();
    let fits = GLUED.contains(&(old + places.len()));
    fits.then(|| Joined::new(said, old, heard, places.to_vec()))
}

/// The pieces whose numbers may be parts of the same: from the last that began something new on.
fn chain<'a, 'b>(pieces: &'a [&'b Piece]) -> &'a [&'b Piece] {
    let from = pieces.iter().rposition(|piece| piece.is_fresh).unwrap_or_default();
    pieces.get(from..).unwrap_or_default()
}
