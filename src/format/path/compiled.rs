//! Where do all configured paths lead from one level to the next? Compiled once, shared by
//! every payload.
//!
//! The steps of all paths lie in one row. A level of a payload is a set of positions in that
//! row, one bit each: the steps that may come next. Going down a level looks at each position
//! once, so the work is linear in the steps however the payload nests.

use super::syntax::{Path, Step, To, Way, fold};

/// The places that a policy names, in its order; the first is number 0.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    steps: Vec<Waiting>,
    /// The positions from which the payload's top is left.
    first: Vec<u64>,
    /// Shorthand names, folded and sorted, each with the first path that is one.
    anywhere: Vec<(Box<[u8]>, u16)>,
    /// Bit n: there is a shorthand name of n bytes; the last bit stands for all longer ones.
    lengths: u64,
    /// Bit n: one begins with a byte that is n modulo 64. Most keys are told apart by that.
    initials: u64,
    /// The first path that leads to the payload as a whole.
    root: Option<u16>,
    count: usize,
}

#[derive(Clone, Debug)]
struct Waiting {
    step: Step,
    /// The path whose last step this is.
    last_of: Option<u16>,
}

/// One way down.
#[derive(Clone, Copy, Debug)]
pub(super) enum Down<'a> {
    Name(&'a [u8]),
    Index(u64),
    /// A number between the brackets of a form name: backends differ in what it is to them.
    Either(&'a [u8], u64),
    /// An element whose number is not told.
    SomeIndex,
}

impl Paths {
    /// Compiles them; a path's number is its place in the list. Numbers end at 65,534, which
    /// all later ones share.
    pub fn new(paths: Vec<Path>) -> Self {
        let mut compiled = Self { count: paths.len(), ..Self::default() };
        let mut begins = Vec::new();
        for (number, path) in paths.into_iter().enumerate() {
            let number = u16::try_from(number).unwrap_or(u16::MAX).min(u16::MAX - 1);
            match path.0 {
                Way::Anywhere(name) => compiled.anywhere.push((name, number)),
                Way::Steps(steps) => {
                    let last = steps.len().checked_sub(1);
                    match last {
                        Some(_) => begins.push(compiled.steps.len()),
                        None => compiled.root = compiled.root.or(Some(number)),
                    }
                    compiled.steps.extend(steps.into_iter().enumerate().map(|(place, step)| {
                        Waiting { step, last_of: (Some(place) == last).then_some(number) }
                    }));
                }
            }
        }
        compiled.first = vec![0; compiled.words()];
        for begin in begins {
            set(&mut compiled.first, begin);
        }
        compiled.anywhere.sort();
        compiled.anywhere.dedup_by(|later, earlier| later.0 == earlier.0);
        for (name, _) in &compiled.anywhere {
            compiled.lengths |= length_bit(name.len());
            compiled.initials |= initial_bit(name);
        }
        compiled
    }

    /// Whether there are none, so that nobody needs to follow a payload's names.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// How many words a level's set of positions takes.
    pub(super) fn words(&self) -> usize {
        self.steps.len().div_ceil(64)
    }

    /// The positions at the payload's top.
    pub(super) fn first(&self) -> &[u64] {
        &self.first
    }

    /// The first path that leads to the payload as a whole.
    pub(super) fn root(&self) -> Option<u16> {
        self.root
    }

    /// Goes down one level: sets the positions `below`, which comes in as zeros, and returns
    /// the first path that ends there.
    pub(super) fn go(&self, down: Down<'_>, level: &[u64], below: &mut [u64]) -> Option<u16> {
        let mut ended: Option<u16> = None;
        for (word, &bits) in level.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                let position = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let Some(waiting) = self.steps.get(position) else { break };
                if waiting.step.descent {
                    set(below, position);
                }
                if !leads(&waiting.step.to, down) {
                    continue;
                }
                match waiting.last_of {
                    Some(path) => ended = Some(ended.map_or(path, |ended| ended.min(path))),
                    None => set(below, position + 1),
                }
            }
        }
        ended
    }

    /// The first shorthand that is this name. `folded` is scratch.
    pub(super) fn anywhere(&self, name: &[u8], folded: &mut Vec<u8>) -> Option<u16> {
        if self.initials & initial_bit(name) == 0 {
            return None;
        }
        let folded = fold_into(folded, name);
        if self.lengths & length_bit(folded.len()) == 0 {
            return None;
        }
        let found = self.anywhere.binary_search_by(|(name, _)| (**name).cmp(folded)).ok()?;
        self.anywhere.get(found).map(|&(_, number)| number)
    }
}

fn leads(to: &To, down: Down<'_>) -> bool {
    match (to, down) {
        (To::Name(wanted), Down::Name(name) | Down::Either(name, _)) => **wanted == *name,
        (To::AnyName, Down::Name(_) | Down::Either(..)) => true,
        (To::Index(wanted), Down::Index(index) | Down::Either(_, index)) => *wanted == index,
        (To::Index(_), Down::SomeIndex) => true,
        (To::AnyIndex, Down::Index(_) | Down::Either(..) | Down::SomeIndex) => true,
        _ => false,
    }
}

/// [`fold`] without a branch a byte, for the keys of payloads.
fn fold_into<'a>(folded: &'a mut Vec<u8>, name: &[u8]) -> &'a [u8] {
    folded.resize(name.len(), 0);
    let mut length = 0;
    for &byte in name {
        if let Some(place) = folded.get_mut(length) {
            *place = byte.to_ascii_lowercase();
        }
        length += usize::from(!matches!(byte, b'_' | b'-'));
    }
    folded.get(..length).unwrap_or_default()
}

fn set(words: &mut [u64], position: usize) {
    if let Some(word) = words.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

/// Of a name that is folded or is not; none of one that folds to nothing.
fn initial_bit(name: &[u8]) -> u64 {
    fold(name).next().map_or(0, |initial| 1 << (initial % 64))
}
