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
    beginnings: Vec<Beginning>,
    longest: usize,
}

/// How one of the alternatives of a shape begins.
#[derive(Debug)]
pub(super) struct Beginning {
    /// For each of its first bytes, which there can be.
    pub(super) bytes: Box<[[bool; 256]; DEPTH]>,
    /// Its shortest match in bytes.
    pub(super) shortest: usize,
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
    /// The table of a kind's shape: ASCII, without looking around. What is not open stands
    /// alone: no letter and no digit beside it.
    pub fn of_shape(shape: &str, is_open: bool) -> Result<Self, Unfit> {
        let ascii = syntax::Config::new().unicode(false).utf8(false);
        Self::build(&syntax::parse_with(shape, &ascii).map_err(|_| Unfit::Syntax)?, is_open)
    }

    /// The table of an operator's pattern. Word boundaries are ASCII's: text is canonical.
    pub fn of_pattern(pattern: &str) -> Result<Self, Unfit> {
        let unicode = syntax::Config::new().utf8(false);
        let parsed = syntax::parse_with(pattern, &unicode).map_err(|_| Unfit::Syntax)?;
        Self::build(&ascii_boundaries(&parsed), true)
    }

    fn build(shape: &Hir, is_open: bool) -> Result<Self, Unfit> {
        if shape.properties().minimum_len().is_none_or(|shortest| shortest == 0) {
            return Err(Unfit::Empty);
        }
        let longest = shape.properties().maximum_len().filter(|&longest| longest <= LONGEST);
        let longest = longest.ok_or(Unfit::Endless)?;
        let table = table(shape)?;
        let alternatives = match shape.kind() {
            HirKind::Alternation(alternatives) => &alternatives[..],
            _ => std::slice::from_ref(shape),
        };
        let beginning = |alternative: &Hir| {
            let shortest = alternative.properties().minimum_len().unwrap_or(1);
            Ok(Beginning { bytes: first_bytes(&self::table(alternative)?, is_open), shortest })
        };
        let beginnings = alternatives.iter().map(beginning).collect::<Result<_, _>>()?;
        Ok(Self { table, beginnings, longest })
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

    /// How each of its alternatives begins.
    pub(super) fn beginnings(&self) -> &[Beginning] {
        &self.beginnings
    }
}

fn table(shape: &Hir) -> Result<dense::DFA<Vec<u32>>, Unfit> {
    let nfa = thompson::Compiler::new()
        .configure(thompson::Config::new().utf8(false).shrink(false))
        .build_from_hir(shape)
        .map_err(|_| Unfit::Large)?;
    let config = dense::Config::new()
        .match_kind(MatchKind::All)
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(TABLE))
        .determinize_size_limit(Some(4 * TABLE));
    dense::Builder::new().configure(config).build_from_nfa(&nfa).map_err(|_| Unfit::Large)
}

/// How many first bytes decide whether a walk begins at all: numbers of people have up to
/// sixteen digits.
pub(super) const DEPTH: usize = 16;

/// For each of the first bytes of a match, which there can be: those that go on, and where a
/// match may end, those that may stand behind it. From then on, all of them.
fn first_bytes(table: &dense::DFA<Vec<u32>>, is_open: bool) -> Box<[[bool; 256]; DEPTH]> {
    let mut allowed = Box::new([[false; 256]; DEPTH]);
    let befores = [None, Some(b' '), Some(b'a'), Some(b'\n'), Some(b'\r'), Some(0x80)];
    let start = |&before: &Option<u8>| {
        let config = start::Config::new().look_behind(before).anchored(Anchored::Yes);
        table.start_state(&config).unwrap_or_default()
    };
    let mut states: Vec<StateID> = befores.iter().map(start).collect();
    let goes_on = |state| (0..=u8::MAX).any(|b| !table.is_dead_state(table.next_state(state, b)));
    for depth in 0..DEPTH {
        states.sort_unstable();
        states.dedup();
        let (mut next, mut ended) = (Vec::new(), false);
        for &state in &states {
            for byte in 0..=u8::MAX {
                let to = table.next_state(state, byte);
                let ends = table.is_match_state(to);
                let lives = !table.is_dead_state(to) && (!ends || goes_on(to));
                ended |= ends;
                // Behind a match that stands alone there is no letter and no digit.
                if lives || ends && (is_open || !byte.is_ascii_alphanumeric()) {
                    allowed[depth][usize::from(byte)] = true;
                }
                if lives {
                    next.push(to);
                }
            }
        }
        if ended {
            allowed.iter_mut().skip(depth + 1).for_each(|rest| *rest = [true; 256]);
            break;
        }
        states = next;
    }
    allowed
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
