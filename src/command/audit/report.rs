//! What is printed: for people a table, for programs JSON.

use super::outcome::{Finds, Outcome, Seen};
use super::protocol::Protocol;
use super::verdict::{Found, What};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::net::IpAddr;

/// Prints what came of it as tables.
pub(super) fn table(out: &mut impl Write, own: IpAddr, outcome: &Outcome) -> io::Result<()> {
    let Outcome { spoken, unspoken, sent, arrived, leaking, refused, .. } = outcome;
    let spoken: Vec<String> = spoken.iter().map(ToString::to_string).collect();
    writeln!(out, "visitor    {own}, over {}", spoken.join(", "))?;
    for (over, why) in unspoken {
        writeln!(out, "not tried  {over}: {why}")?;
    }
    finds(out, "LEAKS", &outcome.leaks, outcome.spoken.len())?;
    finds(out, "PASSED, NOT COUNTED", &outcome.passed, outcome.spoken.len())?;
    if !outcome.disclosed.is_empty() {
        writeln!(out, "\nTOLD INSTEAD")?;
        for ((field, seems), times) in &outcome.disclosed {
            writeln!(out, "  field {field}: {seems} ({times} times)")?;
        }
    }
    if !refused.is_empty() {
        writeln!(out, "\nREFUSED")?;
        for (why, times) in reasons(outcome) {
            writeln!(out, "  {times} probes: {why}")?;
        }
    }
    let refused = refused.len();
    writeln!(out, "\n{sent} probes: {arrived} arrived, {refused} refused, {leaking} leaked")?;
    Ok(())
}

/// One line for each place, and one for each kind of personal data. `spoken`: how many
/// protocols were tried.
fn finds(out: &mut impl Write, title: &str, finds: &Finds, spoken: usize) -> io::Result<()> {
    if finds.is_empty() {
        return Ok(());
    }
    let mut personal: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut lines: BTreeMap<(&str, String), Line<'_>> = BTreeMap::new();
    for (Found { what, place, spelling }, seen) in finds {
        let what = match what {
            What::Own => "the visitor's address",
            What::Claimed => "a claimed address",
            What::Personal(kind, format) => {
                personal.entry(kind).or_default().insert(format);
                continue;
            }
        };
        let line = lines.entry((what, place.to_string())).or_default();
        line.spellings.push(spelling);
        line.over.extend(&seen.over);
        line.probes += seen.probes;
    }
    writeln!(out, "\n{title}")?;
    for ((what, place), Line { spellings, over, probes }) in lines {
        let names: Vec<String> = over.iter().map(ToString::to_string).collect();
        let over = if over.len() == spoken { "all protocols".to_owned() } else { names.join(", ") };
        let spellings = spellings.join("; ");
        writeln!(out, "  {what:<23}{place:<34} {over:<17}{probes:>5} x  {spellings}")?;
    }
    for (kind, formats) in personal {
        let formats: Vec<&str> = formats.into_iter().collect();
        writeln!(out, "  {kind:<23}{}", formats.join("; "))?;
    }
    Ok(())
}

/// What was found in one place.
#[derive(Default)]
struct Line<'a> {
    spellings: Vec<&'a str>,
    over: BTreeSet<Protocol>,
    probes: usize,
}

/// The answers to what was refused, each with how often it was given.
fn reasons(outcome: &Outcome) -> BTreeMap<String, usize> {
    let mut reasons = BTreeMap::new();
    for (_, over, why) in &outcome.refused {
        *reasons.entry(format!("{why}, over {over}")).or_default() += 1;
    }
    reasons
}

/// Prints what came of it as JSON.
pub(super) fn json(out: &mut impl Write, own: IpAddr, outcome: &Outcome) -> io::Result<()> {
    let find = |(found, seen): (&Found, &Seen)| {
        let (what, kind, format) = match found.what {
            What::Own => ("visitor", None, None),
            What::Claimed => ("claim", None, None),
            What::Personal(kind, format) => ("personal", Some(kind), Some(format)),
        };
        Find {
            what,
            kind,
            format,
            place: found.place.to_string(),
            spelling: found.spelling,
            protocols: seen.over.iter().map(ToString::to_string).collect(),
            probes: seen.probes,
            first: seen.first.clone(),
        }
    };
    let report = Report {
        visitor: own,
        protocols: outcome.spoken.iter().map(ToString::to_string).collect(),
        not_tried: outcome
            .unspoken
            .iter()
            .map(|(over, why)| Untried { protocol: over.to_string(), why })
            .collect(),
        probes: outcome.sent,
        arrived: outcome.arrived,
        leaking: outcome.leaking,
        leaks: outcome.leaks.iter().map(find).collect(),
        passed: outcome.passed.iter().map(find).collect(),
        disclosed: outcome
            .disclosed
            .iter()
            .map(|((field, seems), &times)| Disclosed { field, seems, times })
            .collect(),
        refused: outcome
            .refused
            .iter()
            .map(|(probe, over, why)| Refused { probe, protocol: over.to_string(), why })
            .collect(),
    };
    let text = serde_json::to_string_pretty(&report).map_err(io::Error::other)?;
    writeln!(out, "{text}")
}

#[derive(Serialize)]
struct Report<'a> {
    visitor: IpAddr,
    protocols: Vec<String>,
    not_tried: Vec<Untried<'a>>,
    probes: usize,
    arrived: usize,
    leaking: usize,
    leaks: Vec<Find>,
    passed: Vec<Find>,
    disclosed: Vec<Disclosed<'a>>,
    refused: Vec<Refused<'a>>,
}

#[derive(Serialize)]
struct Untried<'a> {
    protocol: String,
    why: &'a str,
}

#[derive(Serialize)]
struct Find {
    what: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<&'static str>,
    place: String,
    spelling: &'static str,
    protocols: Vec<String>,
    probes: usize,
    first: String,
}

#[derive(Serialize)]
struct Disclosed<'a> {
    field: &'a str,
    seems: &'a str,
    times: usize,
}

#[derive(Serialize)]
struct Refused<'a> {
    probe: &'a str,
    protocol: String,
    why: &'a str,
}
