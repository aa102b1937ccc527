//! What is printed of a decision.

use super::diff::{diff, visible};
use super::taken::{Taken, Taking};
use crate::address::chain::Evidence;
use crate::address::{Client, Trust};
use crate::command::note::Words;
use crate::policy::Found;
use crate::policy::listener::Transport;
use crate::proxy::verdict::Verdict;
use http::request::Parts;
use std::fmt::Display;
use std::io::{self, Write};
use std::net::IpAddr;

/// Prints, in colour or not.
pub(super) struct Teller<W> {
    pub(super) out: W,
    pub(super) colour: bool,
}

impl<W: Write> Teller<W> {
    /// One thing that was decided.
    pub(super) fn row(&mut self, what: &str, text: impl Display) -> io::Result<()> {
        writeln!(self.out, "{what:<10} {text}")
    }

    /// Who asks, for which property, and where the request goes.
    pub(super) fn verdict(&mut self, verdict: &Verdict<'_>, peer: IpAddr) -> io::Result<()> {
        let listener = verdict.listener;
        let transport = match &listener.transport {
            Transport::Plain { .. } => "plain HTTP",
            Transport::Tls(_) => "TLS",
        };
        self.row("listener", format_args!("{}, {transport}", listener.name))?;
        let trust = match (&listener.chain.trust, verdict.trusted) {
            (Trust::Nobody, _) => "no hop is trusted, so the peer is the client",
            (_, false) => "not a trusted hop, so the peer is the client",
            (_, true) => "a trusted hop, whose word is taken",
        };
        self.row("peer", format_args!("{peer}: {trust}"))?;
        let place = match verdict.resolved.evidence {
            Evidence::Peer => "the socket".to_owned(),
            _ => format!(
                "{}, {} hop(s) skipped",
                listener.chain.field().unwrap_or("-"),
                verdict.resolved.hops
            ),
        };
        match verdict.resolved.client {
            Client::Known(visitor) => {
                self.row("client", format_args!("{} (from {place})", visitor.reveal()))?;
            }
            Client::Unknown(why) => {
                let unknown = "nothing is told of it";
                self.row("client", format_args!("unknown (from {place}): {why:?}; {unknown}"))?;
            }
        }
        let found = match verdict.found {
            Found::Property(_, source) => format!("named by {source}"),
            Found::Silent => {
                "no source names a property, so the policy for unknown ones holds".into()
            }
            Found::Unknown(source) => {
                format!(
                    "{source} names one that nobody knows, so the policy for unknown ones holds"
                )
            }
            Found::Conflict(first, second) => format!("{first} and {second} disagree"),
        };
        self.row("property", format_args!("{} ({found})", verdict.property.id))?;
        self.row("mode", verdict.told.mode)?;
        self.row("upstream", &verdict.pool.name)
    }

    /// What was taken out, part by part, and why.
    pub(super) fn taken(&mut self, taking: &Taking<'_>, taken: &[Taken]) -> io::Result<()> {
        let count: usize = taken.iter().map(|part| part.notes.len()).sum();
        let verb =
            if taking.options.observe { "found, and left: it observes" } else { "taken out" };
        self.row("redaction", format_args!("{}: {count} {verb}", taking.set.name))?;
        let mut words = Words::new(&taking.set.rules, taking.hand);
        for Taken { part, notes } in taken {
            for note in notes {
                writeln!(self.out, "           {part}, {}", words.of(note))?;
            }
        }
        Ok(())
    }

    /// What follows is what would be sent.
    pub(super) fn introduce(&mut self) -> io::Result<()> {
        writeln!(
            self.out,
            "\nThe backend would get (stand-ins are made with a secret of this run alone):\n"
        )
    }

    /// The head.
    pub(super) fn head(&mut self, parts: &Parts) -> io::Result<()> {
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        writeln!(self.out, "{} {target} HTTP/1.1", parts.method)?;
        for (name, value) in &parts.headers {
            writeln!(self.out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        Ok(())
    }

    /// The body, before and after.
    pub(super) fn body(&mut self, before: &[u8], after: &[u8]) -> io::Result<()> {
        writeln!(self.out)?;
        if before != after {
            let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
            return diff(&mut self.out, &before, &after, self.colour);
        }
        match str::from_utf8(after) {
            Ok(text) => text.lines().try_for_each(|line| writeln!(self.out, "  {}", visible(line))),
            Err(_) => writeln!(self.out, "  {} bytes as they came", after.len()),
        }
    }
}
