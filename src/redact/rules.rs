//! What shall be taken out, made ready: the detectors, and what happens to what they find.

use super::allow::Allowed;
use super::spec::{Action, Names, Pattern, Spec, Validate};
use crate::detect::checksum;
use crate::detect::contact::national;
use crate::detect::search::automaton::{LONGEST, TABLE, Unfit};
use crate::detect::search::set::{Detector, Detectors, MOST};
use crate::format::path::{Path, Paths};
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::Arc;

/// Rules that a [`Redactor`](super::Redactor) follows. Compiled once, shared by every property
/// that chose them.
#[derive(Debug)]
pub struct Rules {
    pub(super) detectors: Detectors,
    /// What happens to each detector's finds.
    pub(super) acts: Vec<Act>,
    pub(super) paths: Arc<Paths>,
    pub(super) fields: Vec<Act>,
    pub(super) allowed: Allowed,
    pub(super) names: Names,
    /// Whether anything is removed without a trace.
    pub(super) removes: bool,
}

/// What happens to a find, and under which name.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) name: Arc<str>,
    pub(super) action: Action,
    /// The part of the find that is meant, where an operator's pattern says so.
    pub(super) part: Option<(Regex, usize)>,
}

/// What is wrong with a [`Spec`], and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub part: Part,
    /// What was expected.
    pub problem: String,
}

/// A part of a [`Spec`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The pattern of this index.
    Pattern(usize),
    /// The field of this index.
    Field(usize),
    /// The allowed pattern of this index.
    AllowPattern(usize),
    /// All of them together.
    Kinds,
}

impl Rules {
    /// Makes the rules ready, or says all that is wrong with them.
    pub fn compile(spec: &Spec) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut detectors = Vec::new();
        let mut acts = Vec::new();
        for wanted in &spec.kinds {
            let detector = Detector::kind(wanted.kind, wanted.context_optional);
            acts.push(Act { name: Arc::clone(&detector.name), action: wanted.action, part: None });
            detectors.push(detector);
            let regions = spec.regions.iter().filter_map(|&region| national(region));
            for check in regions.filter(|_| wanted.kind.name == "phone-national") {
                let detector = Detector::proved(wanted.kind, check);
                let name = Arc::clone(&detector.name);
                acts.push(Act { name, action: wanted.action, part: None });
                detectors.push(detector);
            }
            if wanted.kind.name == "email" {
                for domain in &spec.private_domains {
                    if let Ok(detector) = private_email(domain) {
                        let name = Arc::clone(&detector.name);
                        acts.push(Act { name, action: wanted.action, part: None });
                        detectors.push(detector);
                    }
                }
            }
        }
        for (index, pattern) in spec.patterns.iter().enumerate() {
            match compiled(pattern) {
                Ok((detector, act)) => {
                    detectors.push(detector);
                    acts.push(act);
                }
                Err(problem) => faults.push(Fault { part: Part::Pattern(index), problem }),
            }
        }
        if detectors.len() > MOST {
            let problem = format!("at most {MOST} kinds and patterns");
            faults.push(Fault { part: Part::Kinds, problem });
        }
        let mut paths = Vec::new();
        for (index, field) in spec.fields.iter().enumerate() {
            match Path::parse(&field.path) {
                Ok(path) => paths.push(path),
                Err(error) => {
                    let problem = error.to_string();
                    faults.push(Fault { part: Part::Field(index), problem });
                }
            }
        }
        let fields = spec.fields.iter().map(|field| Act {
            name: field.name.as_str().into(),
            action: field.action,
            part: None,
        });
        let fields = fields.collect();
        let allowed = Allowed::compile(spec).map_err(|wrong| {
            faults.extend(
                wrong
                    .into_iter()
                    .map(|(index, problem)| Fault { part: Part::AllowPattern(index), problem }),
            );
        });
        match allowed {
            Ok(allowed) if faults.is_empty() => Ok(Self {
                detectors: Detectors::new(detectors),
                removes: acts.iter().any(|act| act.action == Action::Remove),
                acts,
                paths: Arc::new(Paths::new(paths)),
                fields,
                allowed,
                names: spec.names,
            }),
            _ => Err(faults),
        }
    }

    /// The names of all kinds, patterns and fields, in the order in which they are counted.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.acts.iter().chain(&self.fields).map(|act| &act.name)
    }

    /// The part of a find that is meant, where it is not the whole.
    pub(super) fn part(&self, detector: u16, text: &[u8]) -> Option<Range<usize>> {
        let (regex, group) = self.acts.get(usize::from(detector))?.part.as_ref()?;
        regex.captures(text)?.get(*group).map(|part| part.range())
    }

    /// Whether hashes or stand-ins are written, so that it matters who keeps the key.
    pub fn is_keyed(&self) -> bool {
        let mut acts = self.acts.iter().chain(&self.fields);
        acts.any(|act| matches!(act.action, Action::Hash | Action::StandIn))
    }

    /// Whether nothing is ever taken out.
    pub fn is_empty(&self) -> bool {
        self.detectors.is_empty() && self.fields.is_empty()
    }
}

fn compiled(pattern: &Pattern) -> Result<(Detector, Act), String> {
    let check: fn(&[u8]) -> bool = match pattern.validate {
        None => |_| true,
        Some(Validate::Luhn) => |text| checksum::luhn(&digits(text)),
        Some(Validate::Mod97) => is_mod97,
        Some(Validate::Mod11_10) => |text| checksum::mod11_10(&digits(text)),
        Some(Validate::Verhoeff) => |text| checksum::verhoeff(&digits(text)),
    };
    let Pattern { name, regex, context, .. } = pattern;
    let detector = Detector::pattern(name, regex, check, context).map_err(|unfit| match unfit {
        Unfit::Syntax => "a regular expression in the syntax of the regex crate".to_owned(),
        Unfit::Endless => format!(
            "a pattern with a longest match of at most {LONGEST} bytes: instead of + or * write \
             how many at most, such as {{1,64}}"
        ),
        Unfit::Empty => "a pattern that does not match the empty text".to_owned(),
        Unfit::Large => {
            format!("a pattern whose table has at most {} MiB: try (?-u)", TABLE / 1024 / 1024)
        }
    })?;
    let whole = Regex::new(&format!(r"\A(?:{regex})\z"))
        .map_err(|_| "a regular expression in the syntax of the regex crate".to_owned())?;
    if pattern.group >= whole.captures_len() {
        return Err(format!("a group from 0 to {}", whole.captures_len() - 1));
    }
    let part = (pattern.group > 0).then_some((whole, pattern.group));
    let act = Act { name: Arc::clone(&detector.name), action: pattern.action, part };
    Ok((detector, act))
}

/// An address at a host that has no public domain, such as `ann@intranet`.
fn private_email(domain: &str) -> Result<Detector, Unfit> {
    let shape = format!(
        r"(?-u)[A-Za-z0-9_+][A-Za-z0-9.!#$%'*+^_~-]{{0,63}}@(?:[A-Za-z0-9-]{{1,63}}\.){{0,4}}(?i:{})\b",
        regex_syntax::escape(domain)
    );
    Detector::pattern("email", &shape, |_| true, &[])
}

fn is_mod97(text: &[u8]) -> bool {
    let signs: Vec<u8> = text.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let (head, rest) = signs.split_at(signs.len().min(4));
    checksum::mod97(rest.iter().chain(head).copied())
}

fn digits(text: &[u8]) -> Vec<u8> {
    text.iter().filter_map(|&byte| checksum::digit(byte)).collect()
}
