//! What a `[[redaction.pattern]]` means.

use super::action::action;
use super::kinds::Kinds;
use crate::config::file::redaction as typed;
use crate::config::file::value::{Placed, Regex};
use crate::config::report::Reports;
use crate::redact::spec::{Action, Pattern, Validate};
use std::collections::HashSet;

/// Every pattern that was typed; `default` is what happens where a pattern says nothing.
pub(super) fn patterns(
    typed: &[Placed<typed::Pattern>],
    default: Action,
    kinds: &Kinds,
    reports: &mut Reports,
) -> Vec<Pattern> {
    let mut names = HashSet::new();
    let mut patterns = Vec::new();
    for Placed { value: typed, .. } in typed {
        let Placed { at, value: name } = &typed.name;
        match label(name) {
            Err(expected) => reports.value(at, expected),
            Ok(()) if kinds.has(name) => {
                reports.value(at, "a name of its own: a kind of this set has it already");
            }
            Ok(()) if !names.insert(name) => {
                reports.value(at, "a name of its own: another pattern has it already");
            }
            Ok(()) => {}
        }
        let mut context = Vec::new();
        for Placed { at, value } in typed.context.iter().flatten() {
            match value.trim() {
                "" => reports.value(at, "a word"),
                word => context.push(word.to_lowercase()),
            }
        }
        patterns.push(Pattern {
            name: name.clone(),
            regex: typed.regex.value.0.clone(),
            validate: typed.validate.map(|validate| match validate {
                typed::Validate::Luhn => Validate::Luhn,
                typed::Validate::Mod97 => Validate::Mod97,
                typed::Validate::Mod11_10 => Validate::Mod11_10,
                typed::Validate::Verhoeff => Validate::Verhoeff,
            }),
            context,
            group: group(typed, reports),
            action: typed.action.map_or(default, action),
        });
    }
    patterns
}

/// Whether this may stand in a payload, in brackets, where something was taken out: nothing in
/// it may mean anything to a format, or be found again.
pub(super) fn label(text: &str) -> Result<(), String> {
    let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    if first && text.len() <= 64 && text.bytes().all(part) {
        Ok(())
    } else {
        Err("1 to 64 letters, digits, - and _ with a letter first".to_owned())
    }
}

/// The capture group, if the pattern has it. A pattern that cannot be read is blamed elsewhere.
fn group(typed: &typed::Pattern, reports: &mut Reports) -> usize {
    let Some(Placed { at, value }) = &typed.group else { return 0 };
    let group = usize::from(*value);
    let Regex(text) = &typed.regex.value;
    let Ok(pattern) = regex_syntax::parse(text) else { return 0 };
    match pattern.properties().explicit_captures_len() {
        0 if group > 0 => reports.value(at, "0, since the pattern has no capture group"),
        most if group > most => {
            reports.value(at, format!("0 to {most}, since the pattern has no more capture groups"));
        }
        _ => return group,
    }
    0
}
