//! `cloakroom kinds`: what can be looked for, and how each kind proves itself.

use crate::command::Failure;
use crate::config::{Entry, group_name};
use crate::detect::catalog::{DEFAULT, kinds};
use crate::detect::kind::{Context, Edges, Group, Kind};
use clap::Args;
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// List the kinds of personal data.
#[derive(Debug, Args)]
pub(super) struct Kinds {
    /// All that is known of them, as an array of JSON objects.
    #[arg(long)]
    json: bool,
    /// Only those of a group: global, secrets, or a country's as de.
    #[arg(long, value_name = "GROUP", value_parser = group)]
    group: Option<Group>,
    /// One kind, in full.
    #[arg(value_name = "NAME", value_parser = one, conflicts_with = "group")]
    name: Option<&'static Kind>,
}

impl Kinds {
    pub(super) fn run(self) -> Result<(), Failure> {
        let out = &mut io::stdout().lock();
        let wanted = |kind: &&'static Kind| {
            self.group.is_none_or(|group| kind.group == group)
                && self.name.is_none_or(|one| kind.name == one.name)
        };
        let list: Vec<&Kind> = kinds().filter(wanted).collect();
        if self.json {
            let all: Vec<Object<'_>> = list.into_iter().map(object).collect();
            let text = serde_json::to_string_pretty(&all).map_err(|e| Failure::new("kinds", e))?;
            writeln!(out, "{text}")?;
        } else if let Some(kind) = self.name {
            tell(out, kind)?;
        } else {
            // A program reads one kind a line; a person has a terminal, 80 columns wide.
            let width = if out.is_terminal() { COLUMNS - INDENT } else { usize::MAX };
            table(out, &list, width)?;
        }
        Ok(())
    }
}

/// A group by its name, with or without the `group:` of a configuration.
fn group(text: &str) -> Result<Group, String> {
    let name = text.strip_prefix("group:").unwrap_or(text);
    match Entry::read(&format!("group:{name}")) {
        Ok(Entry::Group(group)) => Ok(group),
        Ok(_) => Err("expected a group of kinds".to_owned()),
        Err(expected) => Err(format!("expected {expected}")),
    }
}

fn one(name: &str) -> Result<&'static Kind, String> {
    match Entry::read(name) {
        Ok(Entry::Kind(kind)) => Ok(kind),
        Ok(_) => Err("expected one kind; for more there is --group".to_owned()),
        Err(expected) => Err(format!("expected {expected}")),
    }
}

/// Columns that any terminal has.
const COLUMNS: usize = 80;

/// Columns before what a kind is: name (19), group (9), default (9), context (10).
const INDENT: usize = 47;

fn table(out: &mut impl Write, list: &[&Kind], width: usize) -> io::Result<()> {
    writeln!(out, "{:<19}{:<9}{:<9}{:<10}WHAT", "NAME", "GROUP", "DEFAULT", "CONTEXT")?;
    for kind in list {
        let default = if is_default(kind) { "yes" } else { "-" };
        let context = match kind.context {
            Context::Helps(_) => "-",
            Context::Required(_) => "required",
            Context::RequiredUngrouped(_) => "if bare",
        };
        write!(out, "{:<19}{:<9}{default:<9}{context:<10}", kind.name, group_name(kind.group))?;
        for (index, line) in wrapped(kind.what, width).iter().enumerate() {
            let indent = if index == 0 { 0 } else { INDENT };
            writeln!(out, "{:indent$}{line}", "")?;
        }
    }
    Ok(())
}

fn tell(out: &mut impl Write, kind: &Kind) -> io::Result<()> {
    let (rule, words) = match kind.context {
        Context::Helps(words) => ("none needed; these help to choose between kinds", words),
        Context::Required(words) => ("one of these before it, or in the name of its field", words),
        Context::RequiredUngrouped(words) => {
            ("where it is digits alone, one of these before it or in the name of its field", words)
        }
    };
    let rule = match (kind.context, words) {
        (Context::Helps(_), []) => "none needed".to_owned(),
        _ => format!("{rule}: {}", words.join(", ")),
    };
    let (before, behind) =
        kind.example.0.split_once(kind.example.1).unwrap_or((kind.example.0, ""));
    let (before, part) = (one_line(before), one_line(kind.example.1));
    let example = format!("{before}{part}{}", one_line(behind));
    let group = group_name(kind.group);
    let default = if is_default(kind) { "yes" } else { "no, only where it is named" };
    writeln!(out, "{}\n", kind.name)?;
    for (title, text) in [
        ("what", kind.what),
        ("group", group),
        ("default", default),
        ("context", &rule),
        ("longest", &format!("{} bytes", kind.longest())),
    ] {
        entry(out, title, text)?;
    }
    // The mark has to stay below its part, whatever the width.
    writeln!(out, "{:<TITLE$}{example}", "example")?;
    let indent = TITLE + before.chars().count();
    writeln!(out, "{:indent$}{}", "", "^".repeat(part.chars().count()))?;
    writeln!(out, "{:<TITLE$}{}", "left alone", one_line(kind.bait))?;
    entry(out, "source", kind.source)
}

/// Columns before what is said of a kind.
const TITLE: usize = 12;

fn entry(out: &mut impl Write, title: &str, text: &str) -> io::Result<()> {
    for (index, line) in wrapped(text, COLUMNS - TITLE).iter().enumerate() {
        writeln!(out, "{:<TITLE$}{line}", if index == 0 { title } else { "" })?;
    }
    Ok(())
}

/// A kind for programs.
#[derive(Serialize)]
struct Object<'a> {
    name: &'a str,
    group: &'a str,
    default: bool,
    what: &'a str,
    context: Words<'a>,
    shape: &'a str,
    edges: &'a str,
    longest: usize,
    example: Example<'a>,
    bait: &'a str,
    source: &'a str,
}

#[derive(Serialize)]
struct Words<'a> {
    rule: &'a str,
    words: &'a [&'a str],
}

#[derive(Serialize)]
struct Example<'a> {
    text: &'a str,
    part: &'a str,
}

fn object(kind: &Kind) -> Object<'_> {
    let (rule, words) = match kind.context {
        Context::Helps(words) => ("helps", words),
        Context::Required(words) => ("required", words),
        Context::RequiredUngrouped(words) => ("required-ungrouped", words),
    };
    let (text, part) = kind.example;
    Object {
        name: kind.name,
        group: group_name(kind.group),
        default: is_default(kind),
        what: kind.what,
        context: Words { rule, words },
        shape: kind.shape,
        edges: match kind.edges {
            Edges::Word => "word",
            Edges::Number => "number",
            Edges::Dotted => "dotted",
            Edges::Open => "open",
        },
        longest: kind.longest(),
        example: Example { text, part },
        bait: kind.bait,
        source: kind.source,
    }
}

fn is_default(kind: &Kind) -> bool {
    DEFAULT.contains(&kind.name)
}

/// A text as one line: its line breaks are shown as `\n`.
fn one_line(text: &str) -> String {
    text.replace('\r', "\\r").replace('\n', "\\n")
}

/// A text in lines of at most this many characters, where its words allow that.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_a_terminal() {
        let list: Vec<&Kind> = kinds().collect();
        let mut out = Vec::new();
        table(&mut out, &list, COLUMNS - INDENT).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            assert!(line.chars().count() <= COLUMNS, "{line}");
        }
        for kind in list {
            let begins = format!("\n{:<19}{:<9}", kind.name, group_name(kind.group));
            assert!(text.contains(&begins) && begins.len() == 1 + 19 + 9, "{}", kind.name);
        }
    }

    #[test]
    fn the_mark_stands_below_the_part() {
        let mut met = 0;
        for kind in kinds() {
            let mut out = Vec::new();
            tell(&mut out, kind).unwrap();
            let text = String::from_utf8(out).unwrap();
            let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
            let mark = lines.iter().position(|line| {
                line.contains(&'^') && line.iter().all(|sign| matches!(sign, ' ' | '^'))
            });
            let mark = mark.expect(kind.name);
            let under: String = lines[mark - 1]
                .iter()
                .zip(&lines[mark])
                .filter(|(_, below)| **below == '^')
                .map(|(sign, _)| sign)
                .collect();
            assert_eq!(under, one_line(kind.example.1), "{}", kind.name);
            met += 1;
        }
        assert!(met >= 100, "met {met} kinds");
    }
}
