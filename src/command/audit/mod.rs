//! `cloakroom audit`: what does a backend behind this proxy get to know of a visitor?
//!
//! It takes the backend's place, visits the proxy with addresses and personal data in every
//! place and spelling, and looks for them in what arrives. Any proxy can be audited.

mod outcome;
mod probe;
mod protocol;
mod received;
mod recorder;
mod report;
mod run;
mod spelling;
mod suite;
mod target;
mod verdict;
mod visitor;

use crate::command::Failure;
use crate::command::serve::runtime;
use crate::config::Entry;
use clap::Args;
use protocol::Protocol;
use run::{Plan, run};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use target::Target;
use visitor::Belief;

/// Attack a running proxy: what reaches its backend of a visitor's address and personal data?
///
/// The audit listens where the proxy has its upstream, so stop the backend first. Exit code 0:
/// nothing leaked; 1: something did; 2: the audit could not be made.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The proxy: http:// or https://, with the path that requests should have.
    #[arg(long, value_name = "URL", value_parser = Target::read)]
    target: Target,
    /// Where the proxy looks for its upstream; the recorder listens there.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    upstream_bind: SocketAddr,
    /// The host of the property, where it is not the one of the URL.
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// A query that names the property.
    #[arg(long, value_name = "NAME=VALUE")]
    query: Option<String>,
    /// A field that every request has, such as one that names the property. Any number.
    #[arg(long = "property-field", value_name = "NAME: VALUE", value_parser = field)]
    fields: Vec<(String, String)>,
    /// Believe the certificates of this PEM file; the system's where there is none.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Believe any certificate.
    #[arg(long)]
    insecure: bool,
    /// Over HTTP/1.1; without any of these three, over all that the proxy speaks.
    #[arg(long)]
    http1: bool,
    /// Over HTTP/2.
    #[arg(long)]
    http2: bool,
    /// Over WebSocket.
    #[arg(long)]
    websocket: bool,
    /// The property has personal data taken out: try each kind in each format, too.
    #[arg(long)]
    payloads: bool,
    /// The kinds that it has taken out: names, group:NAME, default or all.
    #[arg(
        long,
        value_name = "KINDS",
        value_delimiter = ',',
        value_parser = entry,
        default_value = "all",
        requires = "payloads"
    )]
    kinds: Vec<Entry>,
    /// The address to connect from; one in 127.77.0.0/16 where the proxy is on loopback.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<IpAddr>,
    /// Play a trusted hop that says in X-Forwarded-For that this is the visitor. The proxy has
    /// to trust the address that the audit connects from.
    #[arg(long, value_name = "ADDRESS")]
    visitor: Option<IpAddr>,
    /// Seconds that an answer may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    timeout: u64,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) fn run(self) -> Result<(), Failure> {
        let json = self.json;
        let (own, outcome) = runtime(None)?.block_on(run(self.plan())).map_err(Failure::Usage)?;
        let out = &mut io::stdout().lock();
        let written = match json {
            true => report::json(out, own, &outcome),
            false => report::table(out, own, &outcome),
        };
        match outcome.leaking {
            0 => Ok(written?),
            // Also where nobody reads on: a leak is never a pass.
            leaking => Err(Failure::Other(format!("{leaking} of {} probes leaked", outcome.sent))),
        }
    }

    fn plan(self) -> Plan {
        let mut target = self.target;
        if let Some(host) = self.host {
            target.authority = host;
        }
        let queries: Vec<String> = target.query.into_iter().chain(self.query).collect();
        target.query = (!queries.is_empty()).then(|| queries.join("&"));
        target.fields = self.fields;
        target.reported = self.visitor;
        let named = |over: &Protocol| match over {
            Protocol::Http1 => self.http1,
            Protocol::Http2 => self.http2,
            Protocol::WebSocket | Protocol::WebSocketHttp2 => self.websocket,
        };
        let mut protocols: Vec<Protocol> = Protocol::ALL.into_iter().filter(named).collect();
        let mut needed = protocols.clone();
        // Few proxies take WebSockets over HTTP/2, and no browser minds.
        needed.retain(|over| *over != Protocol::WebSocketHttp2);
        if protocols.is_empty() {
            protocols = Protocol::ALL.to_vec();
        }
        Plan {
            target,
            recorder: self.upstream_bind,
            source: self.from,
            belief: if self.insecure { Belief::Anything } else { Belief::Signed(self.ca) },
            protocols,
            needed,
            kinds: if self.payloads { self.kinds } else { Vec::new() },
            patience: Duration::from_secs(self.timeout),
        }
    }
}

fn entry(text: &str) -> Result<Entry, String> {
    Entry::read(text).map_err(|expected| format!("expected {expected}"))
}

/// A field as it stands in a head.
fn field(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected NAME: VALUE")?;
    let is_good = http::HeaderName::from_bytes(name.as_bytes()).is_ok()
        && http::HeaderValue::from_str(value.trim()).is_ok();
    if !is_good {
        return Err("expected NAME: VALUE as in a head of HTTP".to_owned());
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}
