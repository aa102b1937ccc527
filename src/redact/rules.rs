//! Rules made ready from a [`Spec`], or all that is wrong with it.

use super::spec::Spec;
use regex_syntax::hir::Hir;
use std::fmt;

/// Rules made ready: compiled once, shared by every property that names them.
pub struct Rules {
    kinds: usize,
    patterns: usize,
    fields: usize,
}

/// A part of a [`Spec`] that will not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which.
    pub part: Part,
    /// What was expected of it, lower case, to stand behind "expected".
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
    /// The kinds, all of them together.
    Kinds,
}

impl Rules {
    /// Makes the rules ready, or says all that is wrong.
    pub fn compile(spec: &Spec) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |part, problem| faults.push(Fault { part, problem });
        for (index, pattern) in spec.patterns.iter().enumerate() {
            if let Err(problem) = bounded(&pattern.regex) {
                fault(Part::Pattern(index), problem);
            }
        }
        for (index, pattern) in spec.allow.patterns.iter().enumerate() {
            if let Err(problem) = parsed(pattern) {
                fault(Part::AllowPattern(index), problem);
            }
        }
        for (index, field) in spec.fields.iter().enumerate() {
            if field.path.split('.').all(str::is_empty) {
                fault(Part::Field(index), "a path such as \"contact.email\"".to_owned());
            }
        }
        if faults.is_empty() {
            Ok(Self {
                kinds: spec.kinds.len(),
                patterns: spec.patterns.len(),
                fields: spec.fields.len(),
            })
        } else {
            Err(faults)
        }
    }
}

/// How many there are; what they look for is nobody's business in a log.
impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kinds, patterns, fields } = self;
        write!(f, "{kinds} kinds, {patterns} patterns, {fields} fields")
    }
}

/// A pattern that has a longest match and matches something.
fn bounded(text: &str) -> Result<(), String> {
    let pattern = parsed(text)?;
    match (pattern.properties().minimum_len(), pattern.properties().maximum_len()) {
        (Some(0), _) => Err("a regular expression that matches no empty text".to_owned()),
        (_, None) => Err("a regular expression with a longest match: instead of *, + and {n,} \
                          write how many there may be, as in {1,64}"
            .to_owned()),
        _ => Ok(()),
    }
}

fn parsed(text: &str) -> Result<Hir, String> {
    regex_syntax::parse(text).map_err(|error| {
        let (problem, at) = match &error {
            regex_syntax::Error::Parse(error) => {
                (error.kind().to_string(), error.span().start.offset)
            }
            regex_syntax::Error::Translate(error) => {
                (error.kind().to_string(), error.span().start.offset)
            }
            _ => ("it cannot be read".to_owned(), 0),
        };
        format!("a regular expression: at byte {at}, {problem}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::spec::{Action, Pattern};

    #[test]
    fn a_pattern_has_a_longest_match() {
        check("ORD-[0-9]{8}", None);
        check("ORD-[0-9]+", Some("longest match"));
        check("(", Some("at byte 0"));
        check("a?", Some("no empty text"));
    }

    #[track_caller]
    fn check(regex: &str, expected: Option<&str>) {
        let pattern = Pattern {
            name: "order".into(),
            regex: regex.into(),
            validate: None,
            context: Vec::new(),
            group: 0,
            action: Action::Label,
        };
        match (Rules::compile(&Spec { patterns: vec![pattern], ..Spec::default() }), expected) {
            (Ok(rules), None) => assert_eq!(rules.patterns, 1),
            (Err(faults), Some(expected)) => {
                assert!(faults[0].problem.contains(expected), "{faults:?}");
                assert_eq!(faults[0].part, Part::Pattern(0));
            }
            (result, _) => panic!("{result:?}"),
        }
    }
}
