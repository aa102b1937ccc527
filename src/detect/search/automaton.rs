//! Where could a match that begins here end? A shape as a table that is walked byte by byte.

use regex_automata::Anchored;
use regex_automata::MatchKind;
use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_syntax::hir::{Hir, HirKind, Look};

/// A shape as a table. It tells each end of a match that begins at a given place.
#[derive(Debug)]
pub struct Automaton {
    table: dense::DFA<Vec<u32>>,
    longest: usize,
}

/// Why a pattern cannot be walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is no regular expression.
    Syntax,
    /// It has no longest match, or one over [`LONGEST`] bytes.
    Endless,
    /// It matches the empty text.
    Empty,
    /// Its table would be larger than [`TABLE`] bytes.
    Large,
}

/// The longest match that a pattern may have, in bytes: what is held back while one is cut.
/// The longest kind, a JSON Web Token, has 5,310.
pub const LONGEST: usize = 8 * 1024;

/// The largest table, in bytes. A bounded repetition of Unicode letters takes most: `\w{64}`
/// about a megabyte.
pub const TABLE: usize = 16 * 1024 * 1024;

/// A place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(StateID);

/// What a byte told.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Where the walk goes on.
    pub state: State,
    /// A match ended before this byte.
    pub ended: bool,
    /// No match can end any more.
    pub dead: bool,
}

impl Automaton {
    /// The table of a kind's shape: ASCII, without looking around.
    pub fn of_shape(shape: &str) -> Result<Self, Unfit> {
        let ascii = syntax::Config::new().unicode(false).utf8(false);
        Self::build(&syntax::parse_with(shape, &ascii).map_err(|_| Unfit::Syntax)?)
    }

    /// The table of an operator's pattern. Word boundaries are ASCII's: text is canonical.
    pub fn of_pattern(pattern: &str) -> Result<Self, Unfit> {
        let unicode = syntax::Config::new().utf8(false);
        let parsed = syntax::parse_with(pattern, &unicode).map_err(|_| Unfit::Syntax)?;
        Self::build(&ascii_boundaries(&parsed))
    }

    fn build(shape: &Hir) -> Result<Self, Unfit> {
        if shape.properties().minimum_len() == Some(0) {
            return Err(Unfit::Empty);
        }
        let longest = shape.properties().maximum_len().filter(|&longest| longest <= LONGEST);
        let longest = longest.ok_or(Unfit::Endless)?;
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().utf8(false).shrink(false))
            .build_from_hir(shape)
            .map_err(|_| Unfit::Large)?;
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Anchored)
            .dfa_size_limit(Some(TABLE))
            .determinize_size_limit(Some(4 * TABLE));
        let table = dense::Builder::new().configure(config).build_from_nfa(&nfa);
        Ok(Self { table: table.map_err(|_| Unfit::Large)?, longest })
    }

    /// Bytes of the table.
    pub fn memory(&self) -> usize {
        self.table.memory_usage()
    }

    /// The longest match in bytes.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Where a match begins behind this byte; `None` at the beginning of the text.
    pub fn start(&self, before: Option<u8>) -> State {
        let config = start::Config::new().look_behind(before).anchored(Anchored::Yes);
        // Anchored starts are always there, and nothing makes this table give up on a byte.
        State(self.table.start_state(&config).unwrap_or_default())
    }

    /// Walks over one byte.
    pub fn step(&self, from: State, byte: u8) -> Step {
        let next = self.table.next_state(from.0, byte);
        Step {
            state: State(next),
            ended: self.table.is_match_state(next),
            dead: self.table.is_dead_state(next),
        }
    }

    /// Whether a match ends where the text does.
    pub fn ends(&self, at: State) -> bool {
        self.table.is_match_state(self.table.next_eoi_state(at.0))
    }

    /// Whether a match can still grow or end behind this place.
    pub fn is_alive(&self, at: State) -> bool {
        !self.table.is_dead_state(at.0)
            && (0..=u8::MAX)
                .any(|byte| !self.table.is_dead_state(self.table.next_state(at.0, byte)))
    }

    /// For each of the first `N` bytes of a match, which there can be: all of them where a match
    /// may have ended by then.
    pub fn prefix<const N: usize>(&self) -> [[bool; 256]; N] {
        let mut allowed = [[false; 256]; N];
        let befores = [None, Some(b' '), Some(b'a'), Some(b'\n'), Some(b'\r'), Some(0x80)];
        let mut states: Vec<StateID> = befores.iter().map(|&before| self.start(before).0).collect();
        for depth in 0..N {
            states.sort_unstable();
            states.dedup();
            let mut next = Vec::new();
            for &state in &states {
                for byte in 0..=u8::MAX {
                    let to = self.table.next_state(state, byte);
                    if self.table.is_match_state(to) {
                        for rest in allowed.iter_mut().skip(depth) {
                            *rest = [true; 256];
                        }
                        return allowed;
                    }
                    if !self.table.is_dead_state(to) {
                        if let Some(row) = allowed.get_mut(depth) {
                            row[usize::from(byte)] = true;
                        }
                        next.push(to);
                    }
                }
            }
            states = next;
        }
        allowed
    }
}

/// The same pattern with ASCII word boundaries instead of Unicode ones, which a table of bytes
/// cannot hold.
fn ascii_boundaries(pattern: &Hir) -> Hir {
    match pattern.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0.clone()),
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Look(look) => Hir::look(match look {
            Look::WordUnicode => Look::WordAscii,
            Look::WordUnicodeNegate => Look::WordAsciiNegate,
            Look::WordStartUnicode => Look::WordStartAscii,
            Look::WordEndUnicode => Look::WordEndAscii,
            Look::WordStartHalfUnicode => Look::WordStartHalfAscii,
            Look::WordEndHalfUnicode => Look::WordEndHalfAscii,
            other => *other,
        }),
        HirKind::Repetition(repetition) => {
            Hir::repetition(repetition.with(ascii_boundaries(&repetition.sub)))
        }
        HirKind::Capture(capture) => ascii_boundaries(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(ascii_boundaries).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(ascii_boundaries).collect())
        }
    }
}
