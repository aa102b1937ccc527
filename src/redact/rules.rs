//! What shall be taken out, made ready: the detectors, and what happens to what they find.

use super::allow::Allowed;
use super::base64;
use super::spec::{Action, Field, Names, Pattern, Spec, Validate};
use crate::detect::checksum;
use crate::detect::contact::national;
use crate::detect::kind::{Context, Group, Kind};
use crate::detect::search::automaton::{LONGEST, TABLE, Unfit};
use crate::detect::search::set::{Detector, Detectors, MOST};
use crate::format::path::{Path, PathError, Paths};
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::Arc;

/// Rules that a [`Redactor`](super::Redactor) follows. Compiled once, shared by every property
/// that chose them.
#[derive(Debug)]
pub struct Rules {
    pub(super) detectors: Arc<Detectors>,
    /// What happens to each detector's finds.
    pub(super) acts: Arc<[Act]>,
    pub(super) paths: Arc<Paths>,
    /// What happens at each of the paths.
    pub(super) fields: Vec<FieldAct>,
    /// What happens to the values of fields, by the numbers of [`FieldAct::Whole`].
    pub(super) field_acts: Arc<[Act]>,
    pub(super) allowed: Arc<Allowed>,
    pub(super) names: Names,
    /// Whether anything is removed without a trace.
    pub(super) removes: bool,
    /// The detector of text in Base64, and the rules for what it says.
    pub(super) base64: Option<(u16, Arc<Rules>)>,
}

/// What happens at a place that a path leads to.
#[derive(Clone, Debug)]
pub(super) enum FieldAct {
    /// Its value is taken out: this act of all fields.
    Whole(usize),
    /// It is JSON in a string, for which these rules hold.
    Inside(Arc<Rules>),
}

/// What happens to a find, and under which name.
#[derive(Debug)]
pub(super) struct Act {
    pub(super) name: Arc<str>,
    pub(super) action: Action,
    /// Whether its finds are surely what they seem, so that parts of them that came one after
    /// another can be put together.
    pub(super) proves_itself: bool,
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
            let proves_itself = proves_itself(wanted.kind);
            let name = Arc::clone(&detector.name);
            acts.push(Act { name, action: wanted.action, proves_itself, part: None });
            detectors.push(detector);
            let regions = spec.regions.iter().filter_map(|&region| national(region));
            for check in regions.filter(|_| wanted.kind.name == "phone-national") {
                let detector = Detector::proved(wanted.kind, check);
                let name = Arc::clone(&detector.name);
                acts.push(Act { name, action: wanted.action, proves_itself, part: None });
                detectors.push(detector);
            }
            if wanted.kind.name == "email" {
                for domain in &spec.private_domains {
                    if let Ok(detector) = private_email(domain) {
                        let name = Arc::clone(&detector.name);
                        acts.push(Act { name, action: wanted.action, proves_itself, part: None });
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
        let (mut paths, mut insides) = (Vec::new(), Vec::new());
        for (index, field) in spec.fields.iter().enumerate() {
            let mut parse = |text: &str| {
                let fault = |error: PathError| Fault {
                    part: Part::Field(index),
                    problem: error.to_string(),
                };
                Path::parse(text).map_err(|error| faults.push(fault(error))).ok()
            };
            let inside = field.inside.as_deref().map(&mut parse);
            insides.extend(inside.flatten().map(|inside| (index, inside)));
            paths.extend(parse(&field.path));
        }
        let field_acts = spec.fields.iter().map(|field| Act {
            name: field.name.as_str().into(),
            action: field.action,
            proves_itself: false,
            part: None,
        });
        let field_acts: Arc<[Act]> = field_acts.collect();
        let allowed = Allowed::compile(spec).map_err(|wrong| {
            faults.extend(
                wrong
                    .into_iter()
                    .map(|(index, problem)| Fault { part: Part::AllowPattern(index), problem }),
            );
        });
        let Ok(allowed) = allowed else { return Err(faults) };
        if !faults.is_empty() {
            return Err(faults);
        }
        let base64 = match spec.base64 {
            false => None,
            true => {
                let inner = Self::compile(&Spec { base64: false, ..spec.clone() })?;
                let index = u16::try_from(detectors.len()).ok();
                if let Ok(detector) = base64::detector() {
                    let name = Arc::clone(&detector.name);
                    acts.push(Act {
                        name,
                        action: Action::Label,
                        proves_itself: false,
                        part: None,
                    });
                    detectors.push(detector);
                }
                index.map(|index| (index, Arc::new(inner)))
            }
        };
        let removes = acts.iter().any(|act| act.action == Action::Remove);
        let mut rules = Self {
            detectors: Arc::new(Detectors::new(detectors)),
            acts: acts.into(),
            paths: Arc::default(),
            fields: Vec::new(),
            field_acts,
            allowed: Arc::new(allowed),
            names: spec.names,
            removes,
            base64,
        };
        // Fields inside the same string are looked for together, where the first of them was.
        let within = |path: &str| {
            let is_there = |(index, _): &&(usize, Path)| {
                spec.fields.get(*index).is_some_and(|field| field.path == path)
            };
            let (fields, paths) = insides
                .iter()
                .filter(is_there)
                .map(|(index, inside)| (FieldAct::Whole(*index), inside.clone()))
                .unzip();
            FieldAct::Inside(Arc::new(Self {
                detectors: Arc::clone(&rules.detectors),
                acts: Arc::clone(&rules.acts),
                paths: Arc::new(Paths::new(paths)),
                fields,
                field_acts: Arc::clone(&rules.field_acts),
                allowed: Arc::clone(&rules.allowed),
                names: rules.names,
                removes: rules.removes,
                base64: rules.base64.clone(),
            }))
        };
        let act = |(index, field): (usize, &Field)| match &field.inside {
            None => FieldAct::Whole(index),
            Some(_) => within(&field.path),
        };
        let fields = spec.fields.iter().enumerate().map(act).collect();
        rules.fields = fields;
        rules.paths = Arc::new(Paths::new(paths));
        Ok(rules)
    }

    /// The names of all kinds, patterns and fields, in the order in which they are counted.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.acts.iter().chain(&*self.field_acts).map(|act| &act.name)
    }

    /// What is done with the finds of each, in the same order.
    pub fn actions(&self) -> impl Iterator<Item = Action> {
        self.acts.iter().chain(&*self.field_acts).map(|act| act.action)
    }

    /// The part of a find that is meant, where it is not the whole.
    pub(super) fn part(&self, detector: u16, text: &[u8]) -> Option<Range<usize>> {
        let (regex, group) = self.acts.get(usize::from(detector))?.part.as_ref()?;
        regex.captures(text)?.get(*group).map(|part| part.range())
    }

    /// Whether hashes or stand-ins are written, so that it matters who keeps the key.
    pub fn is_keyed(&self) -> bool {
        let mut acts = self.acts.iter().chain(&*self.field_acts);
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
    let proves_itself = pattern.validate.is_some() && context.is_empty();
    let name = Arc::clone(&detector.name);
    let act = Act { name, action: pattern.action, proves_itself, part };
    Ok((detector, act))
}

/// Whether a candidate of this kind that proves itself is one even where its parts were put
/// together: bank and card numbers, those of countries that need no word before them, and
/// e-mail addresses. Any few digits are a telephone number together.
fn proves_itself(kind: &Kind) -> bool {
    let is_sure = matches!(kind.name, "payment-card" | "iban" | "email");
    let is_number = matches!(kind.group, Group::Country(_));
    matches!(kind.context, Context::Helps(_)) && (is_sure || is_number)
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
