//! Which keys may stand where, and which values: the JSON schema as a small tree to walk.
//!
//! The schema is written for editors. Walking it as it is would look up names and follow
//! references for every key of every property, so it is compiled once.

use super::file::value::either;
use serde_json::Value;
use std::collections::{HashMap, VecDeque};

/// What may stand in one place.
#[derive(Debug)]
pub(super) struct Shape {
    /// What a message says was expected.
    pub(super) expected: String,
    /// What is accepted.
    pub(super) kind: Kind,
}

/// What is accepted in one place.
#[derive(Debug)]
pub(super) enum Kind {
    Table(Keys),
    /// A table with keys of its author's own.
    Map(Box<Shape>),
    List(Box<Shape>),
    /// Any text, or one of these.
    Text(Option<Vec<String>>),
    Whole {
        least: Option<i128>,
        most: Option<i128>,
    },
    Flag,
    /// One of several shapes; no two of the same type, save tables.
    Either(Vec<Shape>),
}

/// The keys of a table, in the order in which they are declared.
#[derive(Debug)]
pub(super) struct Keys {
    names: Vec<String>,
    shapes: HashMap<String, Shape>,
    required: Vec<String>,
}

impl Keys {
    /// What may stand at this key.
    pub(super) fn at(&self, key: &str) -> Option<&Shape> {
        self.shapes.get(key)
    }

    /// All keys.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Such a table as it would stand in a line: `{ chain = …, key = … }`
    fn inline(&self) -> String {
        let keys: Vec<String> = self.required.iter().map(|key| format!("{key} = …")).collect();
        format!("{{ {} }}", keys.join(", "))
    }

    /// The keys that may not be left out.
    pub(super) fn required(&self) -> &[String] {
        &self.required
    }
}

impl Shape {
    /// The shape of the document that this schema describes.
    pub(super) fn of(schema: &Value) -> Self {
        Compiler { root: schema }.shape(schema)
    }

    /// The shape of the elements of the list at this key.
    pub(super) fn element(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Table(keys) => match &keys.at(key)?.kind {
                Kind::List(element) => Some(element),
                _ => None,
            },
            _ => None,
        }
    }
}

struct Compiler<'s> {
    root: &'s Value,
}

impl Compiler<'_> {
    fn shape(&self, schema: &Value) -> Shape {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = self.root.pointer(reference.trim_start_matches('#'));
            return self.shape(target.unwrap_or(&Value::Null));
        }
        let options = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
        if let Some(options) = options {
            return one_of(options.iter().map(|option| self.shape(option)).collect());
        }
        if let Some(choices) = schema["enum"].as_array() {
            return one_of(choices.iter().map(choice).collect());
        }
        if let Value::String(_) = schema["const"] {
            return choice(&schema["const"]);
        }
        let mut shape = match &schema["type"] {
            Value::Array(types) => {
                let shapes = types.iter().filter_map(Value::as_str);
                one_of(shapes.map(|name| self.typed(name, schema)).collect())
            }
            name => self.typed(name.as_str().unwrap_or_default(), schema),
        };
        if let (Some(noun), Some(examples)) =
            (schema["title"].as_str(), schema["examples"].as_array())
        {
            let examples: Vec<String> = examples.iter().map(Value::to_string).collect();
            shape.expected = format!("{noun} such as {}", either(&examples));
        }
        shape
    }

    fn typed(&self, name: &str, schema: &Value) -> Shape {
        let (expected, kind) = match name {
            "string" => ("a string".to_owned(), Kind::Text(None)),
            "boolean" => ("true or false".to_owned(), Kind::Flag),
            "integer" => {
                let bound = |key: &str| schema[key].as_i64().map(i128::from);
                let (least, most) = (bound("minimum"), bound("maximum"));
                let expected = match (least, most) {
                    (Some(least), Some(most)) => format!("a whole number from {least} to {most}"),
                    _ => "a whole number".to_owned(),
                };
                (expected, Kind::Whole { least, most })
            }
            "array" => {
                let element = self.shape(&schema["items"]);
                let expected = match &element.kind {
                    Kind::Text(_) => "a list of strings".to_owned(),
                    Kind::Table(keys) => format!("a list of {}", keys.inline()),
                    _ => "a list".to_owned(),
                };
                (expected, Kind::List(Box::new(element)))
            }
            _ if schema["additionalProperties"].is_object() => {
                let each = self.shape(&schema["additionalProperties"]);
                ("a table".to_owned(), Kind::Map(Box::new(each)))
            }
            _ => ("a table".to_owned(), Kind::Table(self.keys(schema))),
        };
        Shape { expected, kind }
    }

    fn keys(&self, schema: &Value) -> Keys {
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut keys = Keys {
            names: Vec::new(),
            shapes: HashMap::new(),
            required: required.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        };
        for (name, slot) in schema["properties"].as_object().into_iter().flatten() {
            keys.names.push(name.clone());
            keys.shapes.insert(name.clone(), self.shape(slot));
        }
        keys
    }
}

/// A text that is one of the words in `value`.
fn choice(value: &Value) -> Shape {
    let word = value.as_str().unwrap_or_default().to_owned();
    Shape { expected: shown(&word), kind: Kind::Text(Some(vec![word])) }
}

/// A word as a message shows it: in quotes where it could pass for a number.
fn shown(word: &str) -> String {
    if word.starts_with(|c: char| c.is_ascii_digit()) { format!("{word:?}") } else { word.into() }
}

/// One of several shapes: words become one choice among them all.
fn one_of(shapes: Vec<Shape>) -> Shape {
    let mut words: Vec<String> = Vec::new();
    let mut others = Vec::new();
    let mut shapes = VecDeque::from(shapes);
    while let Some(shape) = shapes.pop_front() {
        match shape.kind {
            Kind::Text(Some(more)) => words.extend(more),
            Kind::Either(inner) => inner.into_iter().rev().for_each(|one| shapes.push_front(one)),
            _ => others.push(shape),
        }
    }
    // Words alone need no quotes; among other things they do.
    let quoted = |word: &String| if others.is_empty() { shown(word) } else { format!("{word:?}") };
    let mut expected: Vec<String> = words.iter().map(quoted).collect();
    expected.extend(others.iter().map(|shape| match &shape.kind {
        Kind::Table(keys) => keys.inline(),
        _ => shape.expected.clone(),
    }));
    let expected = match expected.as_slice() {
        [one, other] if one.contains(" or ") => format!("{one}, or {other}"),
        many => either(many),
    };
    if others.is_empty() {
        return Shape { expected, kind: Kind::Text(Some(words)) };
    }
    if !words.is_empty() {
        others.insert(0, Shape { expected: expected.clone(), kind: Kind::Text(Some(words)) });
    }
    Shape { expected, kind: Kind::Either(others) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::file::value::such_as;
    use serde_json::json;

    #[test]
    fn words_from_several_places_are_one_choice() {
        let shape = Shape::of(&json!({
            "oneOf": [{ "enum": ["a", "b"] }, { "const": "c", "type": "string" }]
        }));
        assert_eq!(shape.expected, "a, b or c");
        assert!(matches!(shape.kind, Kind::Text(Some(words)) if words == ["a", "b", "c"]));
    }

    #[test]
    fn a_choice_within_a_choice_is_one_choice() {
        let table = json!({
            "type": "object", "properties": { "n": { "type": "integer" } }, "required": ["n"]
        });
        let shape = Shape::of(&json!({
            "anyOf": [{ "anyOf": [{ "enum": ["a", "b"] }, table] }, { "enum": ["c"] }]
        }));
        assert_eq!(shape.expected, "\"a\", \"b\", \"c\" or { n = … }");
        assert!(matches!(shape.kind, Kind::Either(shapes) if shapes.len() == 2));
    }

    #[test]
    fn a_table_may_have_keys_of_its_authors_own() {
        let shape = Shape::of(&json!({
            "type": "object", "additionalProperties": { "enum": ["a"] }
        }));
        assert!(matches!(shape.kind, Kind::Map(each) if each.expected == "a"));
    }

    #[test]
    fn a_reference_is_followed() {
        let shape = Shape::of(&json!({
            "type": "object",
            "properties": { "list": { "type": "array", "items": { "$ref": "#/$defs/N" } } },
            "$defs": { "N": { "type": "integer", "minimum": 1, "maximum": 9 } }
        }));
        let element = shape.element("list").expect("a list");
        assert_eq!(element.expected, "a whole number from 1 to 9");
    }

    #[test]
    fn examples_say_what_was_expected() {
        let shape = Shape::of(&json!({
            "type": "string", "title": "a duration", "examples": ["10s", "2m"]
        }));
        assert_eq!(shape.expected, such_as("a duration", &["10s", "2m"]));
    }
}
