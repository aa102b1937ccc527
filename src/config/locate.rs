//! Which key does a byte range belong to? Asked only for the reports that are shown.

use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a value stands in its document, in the words of its author.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The element of a top-level list, by its name where it has one: `property "shop"`.
    pub(super) subject: Option<String>,
    /// The keys from there on: `tls.certificates[0].key`.
    pub(super) path: String,
    /// Whether the range is all of a value as it was written, rather than its header.
    pub(super) spelled_out: bool,
}

/// What kind of document is looked through.
#[derive(Clone, Copy, Debug)]
pub(super) enum Document {
    /// The main file, or a part of it before which this many properties stand.
    Main { properties_before: usize },
    /// A property's own file.
    Property,
}

/// Finds the key or value at this range. A text that is no TOML has no keys.
pub(super) fn locate(text: &str, at: &Range<usize>, document: Document) -> Spot {
    let Ok(root) = DeTable::parse(text) else { return Spot::default() };
    let root = root.get_ref();
    let mut steps = Vec::new();
    let found = find(root, at, &mut steps);
    if found.is_none() {
        steps.clear();
    }
    let (subject, rest) = match (document, steps.as_slice()) {
        (Document::Property, steps) => (named("property", root), steps),
        (Document::Main { properties_before }, [Step::Key(key), Step::Index(index), rest @ ..]) => {
            let before = if *key == "property" { properties_before } else { 0 };
            let element = root.get(*key).and_then(|list| list.get_ref().get(index));
            let name = element.and_then(|item| named(key, item.get_ref().as_table()?));
            // A plain list of strings has no elements with names: its key says enough.
            match element.map(Spanned::get_ref) {
                Some(DeValue::Table(_)) => {
                    (name.or_else(|| Some(format!("{key}[{}]", before + index))), rest)
                }
                _ => (None, steps.as_slice()),
            }
        }
        (Document::Main { .. }, steps) => (None, steps),
    };
    let header = text.get(at.clone()).unwrap_or_default();
    let spelled_out = match found {
        Some(DeValue::Table(_)) => header.starts_with('{'),
        Some(DeValue::Array(_)) => !header.starts_with("[["),
        Some(_) => true,
        None => false,
    };
    Spot { subject, path: written(rest), spelled_out }
}

enum Step<'d> {
    Key(&'d str),
    Index(usize),
}

/// Looks for the range, deepest first: a table under a header and its first element may
/// share one.
fn find<'d>(
    table: &'d DeTable<'_>,
    at: &Range<usize>,
    steps: &mut Vec<Step<'d>>,
) -> Option<&'d DeValue<'d>> {
    for (key, value) in table {
        steps.push(Step::Key(key.get_ref()));
        let found = find_in(value, at, steps);
        if found.is_some() {
            return found;
        }
        if key.span() == *at {
            return Some(value.get_ref());
        }
        steps.pop();
    }
    None
}

fn find_in<'d>(
    value: &'d Spanned<DeValue<'_>>,
    at: &Range<usize>,
    steps: &mut Vec<Step<'d>>,
) -> Option<&'d DeValue<'d>> {
    let below = match value.get_ref() {
        DeValue::Table(table) => find(table, at, steps),
        DeValue::Array(list) => list.iter().enumerate().find_map(|(index, item)| {
            steps.push(Step::Index(index));
            let found = find_in(item, at, steps);
            if found.is_none() {
                steps.pop();
            }
            found
        }),
        _ => None,
    };
    below.or_else(|| (value.span() == *at).then_some(value.get_ref()))
}

/// `property "shop"`, from the table's `id` or `name`.
fn named(key: &str, table: &DeTable<'_>) -> Option<String> {
    let name = table.get("id").or_else(|| table.get("name"))?.get_ref().as_str()?;
    let short: String = name.chars().take(LONGEST_NAME).collect();
    Some(format!("{key} {short:?}"))
}

/// As long as an id may be.
const LONGEST_NAME: usize = 128;

fn written(steps: &[Step<'_>]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.extend(key.chars().map(|c| if c.is_control() { '?' } else { c }));
            }
            Step::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
upgrades = ['a', 'b']
[limits]
head_bytes = 1
[[listener]]
bind = 'x'
tls.certificates = [{ chain = 'c' }]
[[property]]
id = 'shop'
record = 'trunc'
[property.truncate]
v4 = 99
";

    #[test]
    fn a_value_is_found_by_its_range() {
        check("'b'", None, "upgrades[1]");
        check("1", None, "limits.head_bytes");
        check("'x'", Some("listener[0]"), "bind");
        check("'c'", Some("listener[0]"), "tls.certificates[0].chain");
        check("'trunc'", Some("property \"shop\""), "record");
        check("99", Some("property \"shop\""), "truncate.v4");
    }

    #[test]
    fn a_key_and_a_header_are_found() {
        check("record", Some("property \"shop\""), "record");
        check("[[listener]]", Some("listener[0]"), "");
        check("[property.truncate]", Some("property \"shop\""), "truncate");
    }

    #[test]
    fn properties_are_counted_from_the_first_in_the_file() {
        let document = Document::Main { properties_before: 7 };
        let spot = locate("[[property]]\nrecord = 1\n", &(22..23), document);
        assert_eq!(spot.subject.as_deref(), Some("property[7]"));
    }

    #[track_caller]
    fn check(what: &str, subject: Option<&str>, path: &str) {
        let start = TEXT.find(what).expect("stands in the text");
        let document = Document::Main { properties_before: 0 };
        let spot = locate(TEXT, &(start..start + what.len()), document);
        assert_eq!((spot.subject.as_deref(), spot.path.as_str()), (subject, path), "{what}");
    }
}
