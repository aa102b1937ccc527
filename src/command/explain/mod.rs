//! `cloakroom explain`: what would happen to this request, and why.
//!
//! It runs the same decisions as the proxy on a request from a file or from standard input,
//! and sends nothing. What it prints holds the addresses that the request holds, and of a body
//! what stands in it.

mod diff;
mod request;
mod taken;
mod tell;

use crate::command::options::options;
use crate::command::{Failure, load};
use crate::framing::{GateLimits, head};
use crate::policy::{Listener, Settings};
use crate::proxy::verdict::Verdict;
use crate::proxy::{Plan, Visit, body_sources, digest, filter};
use crate::redact::Options;
use crate::server;
use clap::Args;
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::request::Parts;
use std::io::{self, IsTerminal, Read, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use taken::{Refused, Taking};
use tell::Teller;

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
    /// The body of the request, not compressed; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,
    /// The Content-Type of the body, instead of the one in the request.
    #[arg(long, value_name = "TYPE", requires = "body")]
    content_type: Option<HeaderValue>,
    /// The head of a raw HTTP/1.1 request; `-` is standard input.
    #[arg(value_name = "REQUEST", default_value = "-")]
    request: PathBuf,
}

impl Explain {
    pub(super) fn run(self) -> Result<(), Failure> {
        if is_standard_input(&self.request) && self.body.as_deref().is_some_and(is_standard_input) {
            return Err(Failure::Usage(
                "the head or the body from standard input, not both".into(),
            ));
        }
        let settings = load::settings(&self.config)?;
        let raw = read(&self.request)?;
        let body = self.body.as_deref().map(read).transpose()?;
        let out = io::stdout().lock();
        let colour = out.is_terminal() && may_colour();
        let mut teller = Teller { out, colour };
        let limits = GateLimits {
            head_bytes: settings.limits.head_bytes,
            head_fields: settings.limits.head_fields,
            line_bytes: settings.limits.line_bytes,
            body_bytes: settings.limits.body_bytes,
        };
        let mut parts = match head::read(&request::network_lines(&raw), &limits) {
            Ok((head, _)) => request::parts(&head)?,
            Err(refusal) => {
                teller.row("framing", format_args!("refused: {refusal} ({})", refusal.status()))?;
                return Ok(());
            }
        };
        teller.row("framing", "good: every reader cuts it alike")?;
        if let Some(content_type) = &self.content_type {
            parts.headers.insert(CONTENT_TYPE, content_type.clone());
        }
        let listener = self.choose(&settings)?.clone();
        let plan = server::rehearse(settings).map_err(|e| Failure::Config(e.to_string()))?;
        let visit = request::visit(plan, listener, self.peer);
        let plan = visit.plan.load_full();
        let body_or_none = body.as_deref().unwrap_or_default();
        let verdict = body_sources::of_body(&plan, &parts, body_or_none)
            .and_then(|plucked| Verdict::with_body(&visit, &plan, &parts, &plucked));
        let verdict = match verdict {
            Ok(verdict) => verdict,
            Err(refusal) => {
                teller
                    .row("decision", format_args!("refused: {refusal} ({})", refusal.status()))?;
                return Ok(());
            }
        };
        teller.verdict(&verdict, self.peer)?;
        verdict.rewrite(&plan).apply(&mut parts);
        let sent = match redact(&mut teller, &visit, &plan, &verdict, &mut parts, body.as_deref())?
        {
            Redacted::Sent(sent) => sent,
            Redacted::Refused => return Ok(()),
        };
        teller.head(&parts)?;
        if let (Some(before), Some(after)) = (&body, &sent) {
            teller.body(before, after)?;
        }
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

fn is_standard_input(file: &Path) -> bool {
    file.as_os_str() == "-"
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    if !is_standard_input(file) {
        return std::fs::read(file).map_err(|e| Failure::new(file.display(), e));
    }
    let mut raw = Vec::new();
    let all = io::stdin().lock().read_to_end(&mut raw);
    all.map_err(|e| Failure::new("standard input", e))?;
    Ok(raw)
}

/// Whether colours are welcome: <https://no-color.org>, and terminals that know none.
fn may_colour() -> bool {
    let says = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    says("NO_COLOR").is_none() && says("TERM").is_none_or(|term| term != "dumb")
}

/// What becomes of a request whose property has rules.
enum Redacted {
    /// It is sent with this body, where there is one.
    Sent(Option<Vec<u8>>),
    /// It is not.
    Refused,
}

/// Takes personal data out of head and body, and tells what and where.
fn redact<W: Write>(
    teller: &mut Teller<W>,
    visit: &Visit,
    plan: &Arc<Plan>,
    verdict: &Verdict<'_>,
    parts: &mut Parts,
    body: Option<&[u8]>,
) -> Result<Redacted, Failure> {
    let Some(set) = &verdict.property.policy.redact else {
        teller.row("redaction", "none: what the visitor wrote goes on as it came")?;
        teller.introduce()?;
        return Ok(Redacted::Sent(body.map(<[u8]>::to_vec)));
    };
    let limits = &plan.settings.limits;
    let taking = Taking {
        set,
        hand: &filter::hand(plan, verdict.property, visit.dice),
        options: Options { explain: true, ..options(set, limits.json_depth) },
    };
    let taken = taking.head(parts).and_then(|mut taken| {
        let Some(body) = body.filter(|_| set.parts.body) else { return Ok((taken, None)) };
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let (written, of_body) = taking.body(body, content_type)?;
        taken.push(of_body);
        Ok((taken, Some(written)))
    });
    let (taken, written) = match taken {
        Ok(taken) => taken,
        Err(Refused { part, why }) => {
            teller.row("redaction", format_args!("{}: refused: {part}: {why}", set.name))?;
            return Ok(Redacted::Refused);
        }
    };
    teller.taken(&taking, &taken)?;
    teller.introduce()?;
    let sent = written.or_else(|| body.map(<[u8]>::to_vec));
    if let (Some(before), Some(after)) = (body, &sent)
        && before != after.as_slice()
    {
        digest::forget(&mut parts.headers);
    }
    if let Some(sent) = &sent {
        parts.headers.remove(CONTENT_LENGTH);
        // A longer one is sent as it is rewritten, without a length.
        if sent.len() <= limits.small_body {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(sent.len()));
        }
    }
    Ok(Redacted::Sent(sent))
}
