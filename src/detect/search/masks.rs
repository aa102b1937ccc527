//! Where in a piece of text could anything begin? Sixty-four bytes at a time, for all kinds.
//!
//! ```text
//! kinds ──> eight buckets of kinds that begin alike
//! byte 0..6 of a place ──> two small tables each ──> which buckets may have it there ──> and
//! ```
//!
//! The tables are looked up by the halves of a byte (as in the algorithms Teddy and shufti), so
//! a bucket may let through more than its kinds do, and never less: what is hot is looked at by
//! the banks of `starts`, and what is not never again.

use super::automaton::DEPTH;
use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

/// How many first bytes are looked at here.
const LOOK: usize = 6;

/// How many buckets: a bit of a byte each.
const BUCKETS: usize = 8;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;

/// The tables.
#[derive(Debug)]
pub(super) struct Masks {
    low: [Table; LOOK],
    high: [Table; LOOK],
    /// Buckets whose kinds may begin within a word.
    open: u8,
    /// Bytes of words, and bytes by which a kind is looked for.
    words: Table,
    anchors: Table,
    /// Bytes that may be written for another.
    special: Table,
    /// Which of the eight upper halves of ASCII a byte has.
    upper: Table,
    level: Level,
}

/// A table of sixteen bytes for each sixteen of the sixty-four, written out: to have the processor
/// do that took a sixth of the time that a message of 200 bytes takes.
type Table = [u8; BLOCK];

/// A set of ASCII characters: a bit for each upper half of a byte under each lower half.
#[derive(Clone, Copy, Debug, Default)]
struct Set([u8; 16]);

/// What one piece of text looks like: a bit for each byte, 64 to a word.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    hot: Vec<u64>,
    special: Vec<u64>,
}

impl Ground {
    /// Whether in this range anything may begin, or be written for something else.
    #[inline]
    pub fn is_quiet(&self, from: usize, to: usize) -> bool {
        any(&self.hot, from, to) == 0 && any(&self.special, from, to) == 0
    }

    /// Whether in this range anything may be written for something else.
    #[inline]
    pub fn is_plain(&self, from: usize, to: usize) -> bool {
        any(&self.special, from, to) == 0
    }

    /// The first place from `from` on where something may begin.
    #[inline]
    pub fn next_hot(&self, from: usize) -> Option<usize> {
        let mut word = from / BLOCK;
        let mut bits = self.hot.get(word)? & (u64::MAX << (from % BLOCK));
        while bits == 0 {
            word += 1;
            bits = *self.hot.get(word)?;
        }
        Some(word * BLOCK + bits.trailing_zeros() as usize)
    }
}

/// The bits from `from` up to `to`, or anything else that is not zero if one of them is set.
#[inline]
fn any(bits: &[u64], from: usize, to: usize) -> u64 {
    if from >= to {
        return 0;
    }
    let (first, last) = (from / BLOCK, (to - 1) / BLOCK);
    let head = u64::MAX << (from % BLOCK);
    let tail = u64::MAX >> (BLOCK - 1 - (to - 1) % BLOCK);
    if first == last {
        return bits.get(first).copied().unwrap_or(u64::MAX) & head & tail;
    }
    let inner = bits.get(first + 1..last).unwrap_or_default();
    bits.get(first).copied().unwrap_or(u64::MAX) & head
        | inner.iter().fold(0, |all, word| all | word)
        | bits.get(last).copied().unwrap_or(u64::MAX) & tail
}

impl Masks {
    /// The tables of these kinds: of each, its first bytes and whether it may begin within a
    /// word. `anchors` are the bytes by which others are looked for.
    pub(super) fn new(kinds: &[(&[[bool; 256]; DEPTH], bool)], anchors: &[u8]) -> Self {
        let mut buckets: Vec<Bucket> = Vec::new();
        for (prefix, is_open) in kinds {
            let alone = Bucket::of(prefix, *is_open);
            let costs = buckets.iter().map(|bucket| {
                let grown = bucket.joined(&alone).weight() - bucket.weight();
                if bucket.is_open == *is_open { grown } else { f64::INFINITY }
            });
            let best = costs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            // One bucket is kept for either way of beginning.
            let full = buckets.len() >= BUCKETS - usize::from(!*is_open);
            match best {
                Some((index, cost)) if full && cost.is_finite() || cost <= alone.weight() / 8.0 => {
                    if let Some(bucket) = buckets.get_mut(index) {
                        *bucket = bucket.joined(&alone);
                    }
                }
                _ => buckets.push(alone),
            }
        }
        let mut masks = Self {
            low: [[0; BLOCK]; LOOK],
            high: [[0; BLOCK]; LOOK],
            open: 0,
            words: table(Set::of(|byte| byte.is_ascii_alphanumeric()).0),
            anchors: table(Set::of(|byte| anchors.contains(&byte)).0),
            special: table(Set::of(|byte| b"\\%&<".contains(&byte)).0),
            upper: table(UPPER_HALVES),
            level: Level::new(),
        };
        let (mut lows, mut highs) = ([[0; 16]; LOOK], [[0; 16]; LOOK]);
        for (index, bucket) in buckets.iter().enumerate() {
            let bit = 1 << index.min(BUCKETS - 1);
            if bucket.is_open {
                masks.open |= bit;
            }
            for ((low, high), set) in lows.iter_mut().zip(&mut highs).zip(&bucket.sets) {
                for byte in (0..=u8::MAX).filter(|&byte| set[usize::from(byte)]) {
                    low[usize::from(byte & 15)] |= bit;
                    high[usize::from(byte >> 4)] |= bit;
                }
            }
        }
        (masks.low, masks.high) = (lows.map(table), highs.map(table));
        masks
    }

    /// Looks at a piece of text. What stands before and behind it is not known.
    pub(super) fn look(&self, text: &[u8], ground: &mut Ground) {
        ground.hot.clear();
        ground.special.clear();
        ground.hot.reserve(text.len() / BLOCK + 1);
        ground.special.reserve(text.len() / BLOCK + 1);
        dispatch!(self.level, simd => self.look_with(simd, text, ground));
    }

    #[inline(always)]
    fn look_with<S: Simd>(&self, simd: S, text: &[u8], ground: &mut Ground) {
        let tables = Tables {
            low: loaded(simd, &self.low),
            high: loaded(simd, &self.high),
            upper: u8x64::from_slice(simd, &self.upper),
            words: u8x64::from_slice(simd, &self.words),
            anchors: u8x64::from_slice(simd, &self.anchors),
            special: u8x64::from_slice(simd, &self.special),
            open: self.open,
        };
        let mut in_word = 0;
        let mut from = 0;
        while let Some(window) = text.get(from..from + BLOCK + LOOK - 1) {
            let seen = tables.look(simd, window, in_word);
            ground.hot.push(seen.hot);
            ground.special.push(seen.special);
            in_word = seen.in_word;
            from += BLOCK;
        }
        // What is left is looked at with zeros behind it. Of its last bytes nobody can say what
        // they begin.
        while from < text.len() {
            let rest = text.get(from..).unwrap_or_default();
            let mut window = [0; BLOCK + LOOK - 1];
            let known = rest.len().min(window.len());
            for (to, byte) in window.iter_mut().zip(rest) {
                *to = *byte;
            }
            let seen = tables.look(simd, &window, in_word);
            let sure = known.saturating_sub(LOOK - 1).min(BLOCK);
            let unsure = if sure >= BLOCK { 0 } else { u64::MAX << sure };
            ground.hot.push(seen.hot | unsure);
            ground.special.push(seen.special);
            in_word = seen.in_word;
            from += BLOCK;
        }
    }
}

/// The tables, ready to be looked up in.
struct Tables<S: Simd> {
    low: [u8x64<S>; LOOK],
    high: [u8x64<S>; LOOK],
    upper: u8x64<S>,
    words: u8x64<S>,
    anchors: u8x64<S>,
    special: u8x64<S>,
    open: u8,
}

/// What 64 bytes look like.
struct Seen {
    hot: u64,
    special: u64,
    in_word: u64,
}

impl<S: Simd> Tables<S> {
    /// Looks at the first 64 bytes of a window; bit 0 of `in_word` says what stood before.
    #[inline(always)]
    fn look(&self, simd: S, window: &[u8], in_word: u64) -> Seen {
        let nibble = u8x64::splat(simd, 15);
        let none = u8x64::splat(simd, 0);
        let bytes = u8x64::from_slice(simd, window.get(..BLOCK).unwrap_or(&[0; BLOCK]));
        let (low, high) = (bytes & nibble, bytes >> 4);
        let upper = self.upper.swizzle_dyn_within_blocks(high);
        let is_in = |set: u8x64<S>| {
            let row = set.swizzle_dyn_within_blocks(low);
            !(row & upper).simd_eq(none).to_bitmask()
        };
        let words = is_in(self.words);
        let anchors = is_in(self.anchors);
        let beyond = !(bytes & u8x64::splat(simd, 0x80)).simd_eq(none).to_bitmask();
        let special = is_in(self.special) | beyond;
        let mut kinds = self.low[0].swizzle_dyn_within_blocks(low)
            & self.high[0].swizzle_dyn_within_blocks(high);
        for depth in 1..LOOK {
            let window = window.get(depth..depth + BLOCK).unwrap_or(&[0; BLOCK]);
            let bytes = u8x64::from_slice(simd, window);
            kinds = kinds
                & self.low[depth].swizzle_dyn_within_blocks(bytes & nibble)
                & self.high[depth].swizzle_dyn_within_blocks(bytes >> 4);
        }
        let may_begin = !kinds.simd_eq(none).to_bitmask();
        let open = !(kinds & u8x64::splat(simd, self.open)).simd_eq(none).to_bitmask();
        let behind_word = words << 1 | in_word & 1;
        let hot = may_begin & !behind_word | open | anchors;
        Seen { hot, special, in_word: words >> (BLOCK - 1) }
    }
}

/// The tables, one for each of the first bytes. Spelled out: neither a loop nor a closure would
/// be compiled for the processor at hand.
#[inline(always)]
fn loaded<S: Simd>(simd: S, [a, b, c, d, e, f]: &[Table; LOOK]) -> [u8x64<S>; LOOK] {
    [
        u8x64::from_slice(simd, a),
        u8x64::from_slice(simd, b),
        u8x64::from_slice(simd, c),
        u8x64::from_slice(simd, d),
        u8x64::from_slice(simd, e),
        u8x64::from_slice(simd, f),
    ]
}

/// This table for each sixteen of the sixty-four bytes.
fn table(sixteen: [u8; 16]) -> Table {
    let mut all = [0; BLOCK];
    for part in all.chunks_exact_mut(sixteen.len()) {
        part.copy_from_slice(&sixteen);
    }
    all
}

/// For each upper half of a byte its bit in a [`Set`]; none beyond ASCII.
const UPPER_HALVES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0];

impl Set {
    fn of(is_in: impl Fn(u8) -> bool) -> Self {
        let mut set = [0; 16];
        for byte in (0..128_u8).filter(|&byte| is_in(byte)) {
            set[usize::from(byte & 15)] |= UPPER_HALVES[usize::from(byte >> 4)];
        }
        Self(set)
    }
}

/// Kinds that begin alike.
struct Bucket {
    sets: [[bool; 256]; LOOK],
    is_open: bool,
}

impl Bucket {
    fn of(prefix: &[[bool; 256]; DEPTH], is_open: bool) -> Self {
        let mut sets = [[false; 256]; LOOK];
        for (set, allowed) in sets.iter_mut().zip(prefix) {
            *set = *allowed;
        }
        Self { sets, is_open }
    }

    fn joined(&self, other: &Self) -> Self {
        let mut sets = self.sets;
        for (set, more) in sets.iter_mut().zip(&other.sets) {
            for (is_in, more) in set.iter_mut().zip(more) {
                *is_in |= more;
            }
        }
        Self { sets, is_open: self.is_open }
    }

    /// How much of a text would be hot: the product of how often each byte is one of its set,
    /// as the tables by halves have it.
    fn weight(&self) -> f64 {
        let often = |set: &[bool; 256]| {
            let half = |of: fn(u8) -> u8| {
                let mut halves = [false; 16];
                for byte in (0..=u8::MAX).filter(|&byte| set[usize::from(byte)]) {
                    halves[usize::from(of(byte))] = true;
                }
                halves
            };
            let (low, high) = (half(|byte| byte & 15), half(|byte| byte >> 4));
            let is_in = |byte: u8| low[usize::from(byte & 15)] && high[usize::from(byte >> 4)];
            (0..=u8::MAX).filter(|&byte| is_in(byte)).map(frequency).sum::<f64>()
        };
        self.sets.iter().map(often).product()
    }
}

/// About how often a byte is met in chat text: letters most, then blanks and digits.
fn frequency(byte: u8) -> f64 {
    match byte {
        b'a'..=b'z' => 0.025,
        b'0'..=b'9' => 0.01,
        b' ' => 0.12,
        b'A'..=b'Z' => 0.002,
        b'"' | b',' | b'.' | b':' | b'-' => 0.01,
        _ => 0.0005,
    }
}
