//! What a `[[redaction.field]]` means.

use super::action::action;
use super::pattern::label;
use crate::config::file::redaction as typed;
use crate::config::file::value::{PayloadPath, Placed};
use crate::config::report::Reports;
use crate::redact::spec::{Action, Field};
use std::collections::HashSet;

/// Every field that was typed; `default` is what happens where a field says nothing.
pub(super) fn fields(
    typed: &[Placed<typed::Field>],
    default: Action,
    reports: &mut Reports,
) -> Vec<Field> {
    let mut paths = HashSet::new();
    let mut fields = Vec::new();
    for Placed { at: table, value: typed } in typed {
        let Placed { at, value: PayloadPath(path) } = &typed.path;
        let inside = match (&typed.decode, &typed.inside) {
            (None, None) => None,
            (Some(_), Some(Placed { value: PayloadPath(inside), .. })) => Some(inside),
            (Some(_), None) => {
                reports.missing(table, "inside", "the path in what is decoded");
                None
            }
            (None, Some(Placed { at, .. })) => {
                reports.value(at, "decode = \"json\" beside it");
                None
            }
        };
        if !paths.insert((path, inside)) {
            reports.value(at, "each path once: of two that fit, the first counts");
        }
        let name = match &typed.name {
            Some(Placed { at, value }) => {
                if let Err(expected) = label(value) {
                    reports.value(at, expected);
                }
                value.clone()
            }
            None => last_name(inside.unwrap_or(path)).map(str::to_owned).unwrap_or_else(|| {
                reports.missing(table, "name", "one, since the path ends in none that fits");
                String::new()
            }),
        };
        let action = match typed.action {
            None => default,
            Some(typed::FieldAction::Action(typed)) => action(typed),
            Some(typed::FieldAction::Keep(typed::Keep::Keep)) => Action::Keep,
        };
        fields.push(Field { name, path: path.clone(), inside: inside.cloned(), action });
    }
    fields
}

/// The last name in a path, indices and wildcards aside: `text` of `messages[*].text[0]`.
fn last_name(path: &str) -> Option<&str> {
    let apart = |c: char| matches!(c, '.' | '[' | ']' | '\'' | '"' | '*' | '$' | '/');
    let is_index = |step: &&str| step.is_empty() || step.bytes().all(|b| b.is_ascii_digit());
    let last = path.split(apart).rfind(|step| !is_index(step))?;
    label(last).is_ok().then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_called_by_the_last_name_in_its_path() {
        for (path, expected) in [
            ("email", Some("email")),
            ("contact.email", Some("email")),
            ("messages[*].text[0]", Some("text")),
            ("..phone", Some("phone")),
            ("contact['e-mail']", Some("e-mail")),
            ("contact.*", Some("contact")),
            ("*", None),
            ("", None),
            ("contact.stra\u{df}e", None),
        ] {
            assert_eq!(last_name(path), expected, "{path}");
        }
    }
}
