//! `cloakroom explain`: what would happen to this request, and why.
//!
//! It runs the same decisions as the proxy on a request from a file or from standard input,
//! and sends nothing. What it prints holds the addresses that the request holds.

use crate::address::chain::Evidence;
use crate::address::{Client, Trust};
use crate::command::{Failure, load};
use crate::framing::{GateLimits, head};
use crate::policy::listener::Transport;
use crate::policy::{Found, Listener, Settings};
use crate::proxy::verdict::Verdict;
use crate::proxy::{Plan, Visit};
use crate::server;
use arc_swap::ArcSwap;
use clap::Args;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Version};
use std::io::{Read, Write};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// Show what would happen to a request.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The configuration file.
    #[arg(long, short, value_name = "FILE", default_value = "/etc/cloakroom/cloakroom.toml")]
    config: PathBuf,
    /// The address from which the request would come.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    peer: IpAddr,
    /// The listener, by name; the first one where nothing is said.
    #[arg(long, value_name = "NAME")]
    listener: Option<String>,
    /// A raw HTTP/1.1 request; `-` is standard input.
    #[arg(value_name = "REQUEST", default_value = "-")]
    request: PathBuf,
}

impl Explain {
    pub(super) fn run(self) -> Result<(), Failure> {
        let settings = load::settings(&self.config)?;
        let mut raw = Vec::new();
        if self.request.as_os_str() == "-" {
            std::io::stdin().lock().read_to_end(&mut raw)?;
        } else {
            raw = std::fs::read(&self.request)
                .map_err(|e| Failure::new(self.request.display(), e))?;
        }
        let out = &mut std::io::stdout().lock();
        let limits = GateLimits {
            head_bytes: settings.limits.head_bytes,
            head_fields: settings.limits.head_fields,
            line_bytes: settings.limits.line_bytes,
            body_bytes: settings.limits.body_bytes,
        };
        let mut parts = match head::read(&network_lines(&raw), &limits) {
            Ok((head, _)) => parts(&head)?,
            Err(refusal) => {
                writeln!(out, "framing    refused: {refusal} ({})", refusal.status())?;
                return Ok(());
            }
        };
        writeln!(out, "framing    good: every reader cuts it alike")?;
        let listener = self.choose(&settings)?.clone();
        let plan = server::rehearse(settings).map_err(|e| Failure::Config(e.to_string()))?;
        let visit = visit(plan, listener, self.peer);
        let plan = visit.plan.load_full();
        let verdict = match Verdict::of(&visit, &plan, &parts) {
            Ok(verdict) => verdict,
            Err(refusal) => {
                writeln!(out, "decision   refused: {refusal} ({})", refusal.status())?;
                return Ok(());
            }
        };
        tell(out, &verdict, self.peer)?;
        verdict.rewrite(&plan).apply(&mut parts);
        print_head(out, &parts)?;
        Ok(())
    }

    fn choose<'a>(&self, settings: &'a Settings) -> Result<&'a Listener, Failure> {
        let wanted =
            |listener: &&Listener| self.listener.as_ref().is_none_or(|name| listener.name == *name);
        settings.listeners.iter().find(wanted).ok_or_else(|| {
            let names: Vec<_> = settings.listeners.iter().map(|l| l.name.as_str()).collect();
            Failure::Other(format!("no such listener; there are: {}", names.join(", ")))
        })
    }
}

/// A request as it travels: an editor's line ends become the network's, in the head alone.
fn network_lines(raw: &[u8]) -> Vec<u8> {
    if raw.windows(2).any(|pair| pair == b"\r\n") {
        return raw.to_vec();
    }
    let mut out = Vec::with_capacity(raw.len() + 64);
    for line in raw.split_inclusive(|&byte| byte == b'\n') {
        out.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
        out.extend_from_slice(b"\r\n");
        if line == b"\n" {
            break;
        }
    }
    if !out.ends_with(b"\r\n\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn parts(head: &head::Head<'_>) -> Result<Parts, Failure> {
    let wrong = |e: http::Error| Failure::new("request", e);
    let version = match head.version {
        head::Version::Http10 => Version::HTTP_10,
        head::Version::Http11 => Version::HTTP_11,
    };
    let mut request = Request::builder().method(head.method).uri(head.target).version(version);
    for (name, value) in &head.fields {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|e| wrong(e.into()))?;
        let value = HeaderValue::from_bytes(value).map_err(|e| wrong(e.into()))?;
        request = request.header(name, value);
    }
    Ok(request.body(()).map_err(wrong)?.into_parts().0)
}

fn visit(plan: Plan, listener: Listener, peer: IpAddr) -> Visit {
    Visit {
        plan: Arc::new(ArcSwap::from_pointee(plan)),
        name: listener.name.as_str().into(),
        listener: Arc::new(listener),
        peer: Some(peer),
        local: None,
        dice: 0,
        tasks: Default::default(),
        stop: Default::default(),
        state: Arc::default(),
        memo: Mutex::default(),
    }
}

fn tell(out: &mut impl Write, verdict: &Verdict<'_>, peer: IpAddr) -> std::io::Result<()> {
    let listener = verdict.listener;
    let transport = match &listener.transport {
        Transport::Plain { .. } => "plain HTTP",
        Transport::Tls(_) => "TLS",
    };
    writeln!(out, "listener   {}, {transport}", listener.name)?;
    let trust = match (&listener.chain.trust, verdict.trusted) {
        (Trust::Nobody, _) => "no hop is trusted, so the peer is the client",
        (_, false) => "not a trusted hop, so the peer is the client",
        (_, true) => "a trusted hop, whose word is taken",
    };
    writeln!(out, "peer       {peer}: {trust}")?;
    let place = match verdict.resolved.evidence {
        Evidence::Peer => "the socket".to_owned(),
        _ => format!(
            "{}, {} hop(s) skipped",
            listener.chain.field().unwrap_or("-"),
            verdict.resolved.hops
        ),
    };
    match verdict.resolved.client {
        Client::Known(visitor) => writeln!(out, "client     {} (from {place})", visitor.reveal())?,
        Client::Unknown(why) => {
            writeln!(out, "client     unknown (from {place}): {why:?}; nothing is told of it")?
        }
    }
    let found = match verdict.found {
        Found::Property(_, source) => format!("named by {source}"),
        Found::Silent => "no source names a property, so the policy for unknown ones holds".into(),
        Found::Unknown(source) => {
            format!("{source} names one that nobody knows, so the policy for unknown ones holds")
        }
        Found::Conflict(first, second) => format!("{first} and {second} disagree"),
    };
    writeln!(out, "property   {} ({found})", verdict.property.id)?;
    writeln!(out, "mode       {}", verdict.told.mode)?;
    writeln!(out, "upstream   {}", verdict.pool.name)?;
    writeln!(out, "\nThe backend would get (stand-ins are made with a secret of this run alone):\n")
}

fn print_head(out: &mut impl Write, parts: &Parts) -> std::io::Result<()> {
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    writeln!(out, "{} {target} HTTP/1.1", parts.method)?;
    for (name, value) in &parts.headers {
        writeln!(out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
    }
    Ok(())
}
