//! The reference of every key, for people: what `docs/configuration.md` holds and
//! `cloakroom schema --markdown` prints.
//!
//! It is written from the JSON Schema alone, so it says what the schema says: a section for each
//! table, a row for each key, then the words and the values that keys take. A table that stands
//! at several places has one section, which names them all.

use super::schema::schema;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

/// The reference as Markdown.
pub fn markdown() -> String {
    let schema = schema();
    let mut reference = Reference::new(&schema);
    reference.visit("", &schema, Form::Table);
    reference.to_string()
}

/// Everything that the reference tells, in the order in which it is told.
struct Reference<'a> {
    schema: &'a Value,
    tables: Vec<Table<'a>>,
    words: Vec<&'a str>,
    /// Kinds of text by what they are called.
    values: BTreeMap<&'a str, &'a Value>,
}

/// A table of the file: its keys, and where it may stand.
struct Table<'a> {
    /// Its name in the schema; none where it is written out in place.
    name: Option<&'a str>,
    definition: &'a Value,
    places: Vec<Place>,
}

/// Where a table may stand: the keys that lead there, and how that is written.
struct Place {
    path: String,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `[path]`
    Table,
    /// `[[path]]`
    Array,
    /// As one of several things that the key takes.
    Choice,
}

impl<'a> Reference<'a> {
    fn new(schema: &'a Value) -> Self {
        Self { schema, tables: Vec::new(), words: Vec::new(), values: BTreeMap::new() }
    }

    /// Notes what stands at a path, and goes on to what stands below it.
    fn visit(&mut self, path: &str, slot: &'a Value, form: Form) {
        let (name, definition) = self.resolve(slot);
        if let Some(keys) = definition["properties"].as_object() {
            let place = Place { path: path.to_owned(), form };
            let known = |table: &&mut Table<'_>| name.is_some() && table.name == name;
            if let Some(table) = self.tables.iter_mut().find(known) {
                table.places.push(place);
                return;
            }
            self.tables.push(Table { name, definition, places: vec![place] });
            for (key, slot) in keys {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                self.visit(&below, slot, Form::Table);
            }
        } else if definition["items"].is_object() {
            let form = if form == Form::Table { Form::Array } else { form };
            self.visit(path, &definition["items"], form);
        } else if definition["additionalProperties"].is_object() {
            self.visit(&format!("{path}.NAME"), &definition["additionalProperties"], form);
        } else if let Some(title) = definition["title"].as_str() {
            self.values.insert(title, definition);
        } else if let (Some(name), Some(choices)) = (name, definition["oneOf"].as_array()) {
            if !self.words.contains(&name) {
                self.words.push(name);
            }
            for slot in choices.iter().flat_map(|choice| keys(choice).map(|(_, slot)| slot)) {
                self.visit(path, slot, Form::Choice);
            }
        }
        for choice in definition["anyOf"].as_array().into_iter().flatten() {
            self.visit(path, choice, Form::Choice);
        }
    }

    /// What a slot refers to, with its name, or itself.
    fn resolve(&self, slot: &'a Value) -> (Option<&'a str>, &'a Value) {
        let name = slot["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        match name {
            Some(name) => (Some(name), &self.schema["$defs"][name]),
            None => (None, slot),
        }
    }

    /// What a key takes.
    fn kind(&self, slot: &'a Value) -> String {
        let (name, definition) = self.resolve(slot);
        if let Some(table) = self.tables.iter().find(|table| {
            std::ptr::eq(table.definition, definition) && definition["properties"].is_object()
        }) {
            return format!("[table](#{})", table.anchor());
        }
        if let Some(title) = definition["title"].as_str() {
            return format!("[{title}](#values)");
        }
        if let (Some(name), Some(choices)) = (name, definition["oneOf"].as_array()) {
            let words: Vec<String> = choices.iter().map(word).collect();
            return format!("[{}](#{})", words.join(", "), word_anchor(name));
        }
        if let Some(choices) = definition["anyOf"].as_array() {
            return self.choice(choices);
        }
        if definition["items"].is_object() {
            let kind = self.kind(&definition["items"]);
            return format!("list: {kind}");
        }
        if definition["additionalProperties"].is_object() {
            return format!("table: NAME = {}", self.kind(&definition["additionalProperties"]));
        }
        let kind = definition["type"].as_str().unwrap_or("any");
        match (&definition["minimum"], &definition["maximum"]) {
            (Value::Number(least), Value::Number(most)) => format!("{kind}, {least} to {most}"),
            _ => kind.to_owned(),
        }
    }

    /// One of several; a list of what was just named is a list of such.
    fn choice(&self, choices: &'a [Value]) -> String {
        let mut out = String::new();
        let mut last: Option<&Value> = None;
        for choice in choices {
            if last.is_some() {
                out.push_str(" or ");
            }
            if last.is_some_and(|last| choice["items"] == *last) {
                out.push_str("a list of such");
            } else {
                out.push_str(&self.kind(choice));
            }
            last = Some(choice);
        }
        out
    }
}

impl Display for Reference<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(INTRODUCTION)?;
        for table in &self.tables {
            write!(f, "- [{}](#{})", table.heading(), table.anchor())?;
            writeln!(f, ": {}", text(&table.definition["description"]))?;
        }
        for table in &self.tables {
            self.write_table(f, table)?;
        }
        writeln!(f, "\n## Words\n\nWhat the words mean that a key takes.")?;
        for name in &self.words {
            let definition = &self.schema["$defs"][*name];
            writeln!(f, "\n<a id=\"{}\"></a>\n", word_anchor(name))?;
            writeln!(f, "{}\n", text(&definition["description"]))?;
            writeln!(f, "| Word | Meaning |\n|---|---|")?;
            for choice in definition["oneOf"].as_array().into_iter().flatten() {
                writeln!(f, "| {} | {} |", word(choice), text(&choice["description"]))?;
            }
        }
        writeln!(f, "\n## Values\n\n| Value | Such as |\n|---|---|")?;
        for (title, definition) in &self.values {
            let examples = definition["examples"].as_array().into_iter().flatten();
            let examples: Vec<String> = examples.map(|example| format!("`{example}`")).collect();
            writeln!(f, "| {title} | {} |", cell(&examples.join(", ")))?;
        }
        Ok(())
    }
}

impl<'a> Reference<'a> {
    fn write_table(&self, f: &mut Formatter<'_>, table: &Table<'a>) -> fmt::Result {
        writeln!(f, "\n<a id=\"{}\"></a>\n\n## {}\n", table.anchor(), table.heading())?;
        writeln!(f, "{}\n", text(&table.definition["description"]))?;
        if let Some((_, others)) = table.places.split_first().filter(|(_, rest)| !rest.is_empty()) {
            let others: Vec<String> = others.iter().map(Place::to_string).collect();
            writeln!(f, "Also {}.\n", others.join(", "))?;
        }
        writeln!(f, "| Key | Type | Default | Meaning |\n|---|---|---|---|")?;
        let required = table.definition["required"].as_array();
        for (key, slot) in keys(table.definition) {
            let is_needed =
                required.is_some_and(|keys| keys.iter().any(|name| name.as_str() == Some(key)));
            let default = match &slot["default"] {
                Value::Null if is_needed => "needed".to_owned(),
                Value::Null => String::new(),
                default => format!("`{default}`").replace("\",\"", "\", \""),
            };
            writeln!(
                f,
                "| <a id=\"{}\"></a>`{key}` | {} | {} | {} |",
                table.key_anchor(key),
                cell(&self.kind(slot)),
                cell(&default),
                text(&slot["description"]),
            )?;
        }
        Ok(())
    }
}

impl Table<'_> {
    /// The first place names the section.
    fn heading(&self) -> String {
        self.places.first().map(Place::to_string).unwrap_or_default()
    }

    fn anchor(&self) -> String {
        match self.places.first() {
            Some(place) if !place.path.is_empty() => anchor(&place.path),
            _ => "top-level".to_owned(),
        }
    }

    fn key_anchor(&self, key: &str) -> String {
        match self.places.first() {
            // A table of this name has the anchor without.
            Some(place) if place.path.is_empty() => format!("key-{key}"),
            Some(place) => format!("{}-key-{key}", anchor(&place.path)),
            None => anchor(key),
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match self.form {
            Form::Table if path.is_empty() => f.write_str("Top level"),
            Form::Table => write!(f, "`[{path}]`"),
            Form::Array => write!(f, "`[[{path}]]`"),
            Form::Choice => write!(f, "`{path} = {{ … }}`"),
        }
    }
}

/// The keys of a table.
fn keys(definition: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let keys = definition["properties"].as_object();
    keys.into_iter().flatten().map(|(key, slot)| (key.as_str(), slot))
}

/// One of the words that a key takes, as it is typed.
fn word(choice: &Value) -> String {
    match choice["const"].as_str() {
        Some(word) => format!("`\"{word}\"`"),
        None => keys(choice).map(|(key, _)| format!("`{{ {key} = … }}`")).collect(),
    }
}

/// A description, fit for a cell.
fn text(description: &Value) -> String {
    cell(description.as_str().unwrap_or_default())
}

/// In a table a bar would begin the next cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn anchor(path: &str) -> String {
    path.replace('.', "-").to_lowercase()
}

fn word_anchor(name: &str) -> String {
    format!("words-{}", name.to_lowercase())
}

const INTRODUCTION: &str = "\
<!-- Written by `cloakroom schema --markdown`; `GOLDEN=write cargo test --test deploy` writes it anew. -->

# Configuration

Every table and every key of a configuration file, in the order of the alphabet. The file is TOML.
[`config/cloakroom.toml`](../config/cloakroom.toml) has the same keys in the order in which one thinks of them,
with examples. `cloakroom check` says what is wrong with a file, `cloakroom schema` prints the JSON Schema for
editors. A key that is not listed here is an error.

A cell of defaults that is empty: without the key there is none, or the meaning says what holds then. Relative
paths start at the directory of the main file. A file of `properties.directory` has the keys of
[`[[property]]`](#property) at its top level.

";

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_table_and_key_has_a_row() {
        let schema = schema();
        let text = markdown();
        let definitions = schema["$defs"].as_object().expect("a map");
        let mut met = 0;
        for table in definitions.values().chain([&schema]) {
            for (key, slot) in keys(table) {
                let row = text.lines().find(|line| {
                    line.contains(&format!("`{key}` |")) && line.contains(&cell_of(slot))
                });
                assert!(row.is_some(), "{key}");
                met += 1;
            }
        }
        assert!(met > 80, "met {met} keys");
    }

    #[test]
    fn every_link_leads_to_an_anchor_and_no_anchor_is_there_twice() {
        let text = markdown();
        let mut anchors: BTreeSet<&str> = ["words", "values"].into();
        for rest in text.split("<a id=\"").skip(1) {
            let (anchor, _) = rest.split_once('"').expect("closed");
            assert!(anchors.insert(anchor), "{anchor} is there twice");
        }
        let mut met = 0;
        for rest in text.split("](#").skip(1) {
            let (anchor, _) = rest.split_once(')').expect("closed");
            assert!(anchors.contains(anchor), "{anchor} leads nowhere");
            met += 1;
        }
        assert!(met > 80, "met {met} links");
    }

    fn cell_of(slot: &Value) -> String {
        text(&slot["description"])
    }
}
