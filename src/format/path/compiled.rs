//! Where do all configured paths lead from one level to the next? Compiled once, shared by
//! every payload.
//!
//! The steps of all paths lie in one row. A level of a payload is a set of positions in that
//! row, one bit each: the steps that may come next. Going down a level looks at each position
//! once, so the work is linear in the steps however the payload nests.

use super::syntax::{Member, Path, Step, To, Way, fold};

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
    /// The members by which elements of arrays are chosen, each once.
    members: Vec<Member>,
    /// The positions that choose so; empty where none does.
    choosing: Vec<u64>,
}

/// Which members: a bit for each. The last one stands for all that are too many, which then
/// choose together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Members(u64);

impl Members {
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are not among the others.
    #[must_use]
    pub fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    fn of(number: usize) -> Self {
        Self(1 << number.min(63))
    }

    fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

#[derive(Clone, Debug)]
struct Waiting {
    step: Step,
    /// The path whose last step this is.
    last_of: Option<u16>,
    /// The member by which it chooses.
    member: Members,
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
                    for (place, step) in steps.into_iter().enumerate() {
                        let last_of = (Some(place) == last).then_some(number);
                        let member = compiled.member(&step.to);
                        compiled.steps.push(Waiting { step, last_of, member });
                    }
                }
            }
        }
        compiled.first = vec![0; compiled.words()];
        for begin in begins {
            set(&mut compiled.first, begin);
        }
        if !compiled.members.is_empty() {
            compiled.choosing = vec![0; compiled.words()];
            for (position, waiting) in compiled.steps.iter().enumerate() {
                if !waiting.member.is_empty() {
                    set(&mut compiled.choosing, position);
                }
            }
        }
        compiled.anywhere.sort();
        compiled.anywhere.dedup_by(|later, earlier| later.0 == earlier.0);
        for (name, _) in &compiled.anywhere {
            compiled.lengths |= length_bit(name.len());
            compiled.initials |= initial_bit(name);
        }
        compiled
    }

    fn member(&mut self, to: &To) -> Members {
        let To::Where(member) = to else { return Members::NONE };
        let known = self.members.iter().position(|known| known == member);
        Members::of(known.unwrap_or_else(|| {
            self.members.push(member.clone());
            self.members.len() - 1
        }))
    }

    /// The members that have this name.
    pub(in crate::format) fn members_named(&self, name: &[u8]) -> Members {
        self.members_that(|member| *member.name == *name)
    }

    /// Of these members those at which this stands.
    pub(in crate::format) fn members_with(&self, among: Members, value: &[u8]) -> Members {
        let equal = self.members_that(|member| *member.value == *value);
        Members(equal.0 & among.0)
    }

    /// The longest value of a member, in bytes.
    pub(in crate::format) fn longest_member(&self) -> usize {
        self.members.iter().map(|member| member.value.len()).max().unwrap_or_default()
    }

    fn members_that(&self, is: impl Fn(&Member) -> bool) -> Members {
        let those = self.members.iter().enumerate().filter(|(_, member)| is(member));
        those.fold(Members::NONE, |all, (number, _)| all.and(Members::of(number)))
    }

    /// The members that choose among the elements of an array at this level.
    pub(super) fn choosing(&self, level: &[u64]) -> Members {
        let mut all = Members::NONE;
        for (word, (&level, &choosing)) in level.iter().zip(&self.choosing).enumerate() {
            for position in positions(word, level & choosing) {
                all = self.steps.get(position).map_or(all, |waiting| all.and(waiting.member));
            }
        }
        all
    }

    /// Goes down to an element of an array at this level that these members choose: sets the
    /// positions `below`, beside those that [`Paths::go`] has set, and returns the first path
    /// that ends there.
    pub(super) fn choose(&self, these: Members, level: &[u64], below: &mut [u64]) -> Option<u16> {
        let mut ended = None;
        for (word, (&level, &choosing)) in level.iter().zip(&self.choosing).enumerate() {
            for position in positions(word, level & choosing) {
                let Some(waiting) = self.steps.get(position) else { break };
                if waiting.member.has(these) {
                    ended = first(ended, self.step(position, waiting, below));
                }
            }
        }
        ended
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
            for position in positions(word, bits) {
                let Some(waiting) = self.steps.get(position) else { break };
                if waiting.step.descent {
                    set(below, position);
                }
                if leads(&waiting.step.to, down) {
                    ended = first(ended, self.step(position, waiting, below));
                }
            }
        }
        ended
    }

    /// A step leads below: to the next one, or to the end of its path.
    fn step(&self, position: usize, waiting: &Waiting, below: &mut [u64]) -> Option<u16> {
        if waiting.last_of.is_none() {
            set(below, position + 1);
        }
        waiting.last_of
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
        // The members of such an element come as fields far apart: each may be the one.
        (To::Where(_), Down::Either(..) | Down::SomeIndex) => true,
        _ => false,
    }
}

/// The positions of a word of a level.
fn positions(word: usize, bits: u64) -> impl Iterator<Item = usize> {
    let mut bits = bits;
    std::iter::from_fn(move || {
        let position = word * 64 + bits.trailing_zeros() as usize;
        let is_one = bits != 0;
        bits &= bits.wrapping_sub(1);
        is_one.then_some(position)
    })
}

/// The one with the lower number.
pub(super) fn first(one: Option<u16>, other: Option<u16>) -> Option<u16> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        _ => one.or(other),
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
