//! From text to the file as typed: is it TOML, does every key exist, has every value its type?
//!
//! All that is wrong is reported, not only the first. A table with a fault is then left out,
//! so that the rest can still be judged for what it means.

use super::file::{File, property::Property, value::Placed};
use super::nearest::nearest;
use super::report::{Fault, Reports};
use super::schema::schema;
use super::shape::{Keys, Kind, Shape};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue, ValueDeserializer};

/// What could be read of a document.
#[derive(Debug)]
pub(super) struct Read<T> {
    /// As typed, without the tables that have a fault.
    pub(super) file: T,
    /// Top-level keys of which something was left out.
    pub(super) damaged: BTreeSet<String>,
    /// Whether it is not even TOML: nothing can be said of what is missing.
    pub(super) unreadable: bool,
}

/// Reads the main file, or an excerpt of it.
pub(super) fn read_file(text: &str, reports: &mut Reports) -> Read<File> {
    let nothing = |unreadable| Read { file: File::default(), damaged: BTreeSet::new(), unreadable };
    let Some(root) = parse(text, reports) else { return nothing(true) };
    let mut damaged = BTreeSet::new();
    let root = sound_part(root, &mut damaged, reports);
    match deserialize(Spanned::new(0..text.len(), DeValue::Table(root)), reports) {
        Some(file) => Read { file, damaged, unreadable: false },
        None => nothing(true),
    }
}

/// Reads a property's own file. `None` where it has a fault.
pub(super) fn read_property(text: &str, reports: &mut Reports) -> Option<Placed<Property>> {
    let shape = SHAPE.element("property")?;
    let root = Spanned::new(0..0, DeValue::Table(parse(text, reports)?));
    let before = reports.len();
    Walk { reports }.value(&root, shape);
    if reports.len() > before {
        return None;
    }
    deserialize(root, reports)
}

/// The shape of the main file.
static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::of(&schema()));

fn parse<'t>(text: &'t str, reports: &mut Reports) -> Option<DeTable<'t>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = error.span().unwrap_or(text.len()..text.len());
        reports.push(&at, Fault::Syntax(error.message().to_owned()));
    }
    errors.is_empty().then(|| root.into_inner())
}

fn deserialize<'t, T: Deserialize<'t>>(
    value: Spanned<DeValue<'t>>,
    reports: &mut Reports,
) -> Option<T> {
    let whole = value.span();
    match T::deserialize(ValueDeserializer::from(value)) {
        Ok(read) => Some(read),
        // The walk lets nothing pass that this would refuse; if it ever does, say so.
        Err(error) => {
            let at = error.span().unwrap_or(whole);
            reports.push(&at, Fault::Syntax(error.message().to_owned()));
            None
        }
    }
}

/// Walks the document and leaves out each top-level table, and each element of a top-level
/// list of tables, that has a fault; `damaged` names the keys where something is left out.
fn sound_part<'t>(
    root: DeTable<'t>,
    damaged: &mut BTreeSet<String>,
    reports: &mut Reports,
) -> DeTable<'t> {
    let shape: &'static Shape = &SHAPE;
    let Kind::Table(keys) = &shape.kind else { return root };
    let mut walk = Walk { reports };
    let mut sound = DeTable::new();
    for (key, mut value) in root {
        let Some(shape) = walk.key(&key, keys) else { continue };
        let before = walk.reports.len();
        let keep = match (value.get_mut(), &shape.kind) {
            (DeValue::Array(list), Kind::List(element)) => {
                let all = std::mem::replace(list, DeArray::new()).into_iter();
                *list = all.filter(|item| walk.is_sound(item, element)).collect();
                true
            }
            (_, Kind::List(element)) if matches!(element.kind, Kind::Table(_)) => {
                walk.reports.value(&value.span(), format!("[[{}]], once for each", key.get_ref()));
                false
            }
            _ => walk.is_sound(&value, shape),
        };
        if walk.reports.len() > before {
            damaged.insert(key.get_ref().to_string());
        }
        if keep {
            sound.insert(key, value);
        }
    }
    sound
}

/// Compares a document with its shape.
struct Walk<'r> {
    reports: &'r mut Reports,
}

impl Walk<'_> {
    /// Whether nothing was reported of this value.
    fn is_sound(&mut self, value: &Spanned<DeValue<'_>>, shape: &'static Shape) -> bool {
        let before = self.reports.len();
        self.value(value, shape);
        self.reports.len() == before
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>, shape: &'static Shape) {
        let sound = match (value.get_ref(), &shape.kind) {
            (DeValue::Table(table), Kind::Table(keys)) => {
                self.table(table, value.span(), keys);
                true
            }
            (DeValue::Table(table), Kind::Map(each)) => {
                for value in table.values() {
                    self.value(value, each);
                }
                true
            }
            (DeValue::Array(list), Kind::List(element)) => {
                for item in list {
                    self.value(item, element);
                }
                true
            }
            (_, Kind::Either(shapes)) => match fitting(value.get_ref(), shapes) {
                Some(shape) => return self.value(value, shape),
                None => false,
            },
            (value, kind) => accepts(value, kind),
        };
        if !sound {
            self.reports.value(&value.span(), shape.expected.as_str());
        }
    }

    fn table(&mut self, table: &DeTable<'_>, at: Range<usize>, keys: &'static Keys) {
        for (key, value) in table {
            if let Some(shape) = self.key(key, keys) {
                self.value(value, shape);
            }
        }
        for required in keys.required() {
            if !table.contains_key(required.as_str()) {
                let expected = keys.at(required).map(|shape| shape.expected.as_str());
                self.reports.missing(&at, required, expected.unwrap_or_default());
            }
        }
    }

    /// The shape at this key; an unknown one is reported.
    fn key(
        &mut self,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        keys: &'static Keys,
    ) -> Option<&'static Shape> {
        let shape = keys.at(key.get_ref());
        if shape.is_none() {
            let names = keys.names();
            let nearest = nearest(key.get_ref(), names.iter().map(String::as_str));
            self.reports.push(&key.span(), Fault::UnknownKey { nearest, known: names });
        }
        shape
    }
}

/// Whether a value that holds no others is accepted.
fn accepts(value: &DeValue<'_>, kind: &Kind) -> bool {
    match (value, kind) {
        (DeValue::String(text), Kind::Text(Some(words))) => words.iter().any(|w| **w == **text),
        (DeValue::String(_), Kind::Text(None)) | (DeValue::Boolean(_), Kind::Flag) => true,
        (DeValue::Integer(number), Kind::Whole { least, most }) => {
            let number = i64::from_str_radix(number.as_str(), number.radix()).map(i128::from);
            number.is_ok_and(|number| {
                least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most)
            })
        }
        _ => false,
    }
}

/// The one of several shapes that this value is meant to have; for a table the one that knows
/// all its keys.
fn fitting<'s>(value: &DeValue<'_>, shapes: &'s [Shape]) -> Option<&'s Shape> {
    shapes.iter().find(|shape| match (value, &shape.kind) {
        (DeValue::Table(table), Kind::Table(keys)) => {
            !table.is_empty() && table.keys().all(|key| keys.at(key.get_ref()).is_some())
        }
        (DeValue::Array(_), Kind::List(_)) => true,
        (value, kind) => accepts(value, kind),
    })
}
