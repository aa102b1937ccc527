//! The audit from its first connection to its last.
//!
//! ```text
//! visitor ──probe──▶ audited proxy ──▶ recorder ──Received──▶ verdict
//!    └───────────────── answer, or none ──────────────────────┘
//! ```
//!
//! One probe after the other: whatever arrives between two of them belongs to the first.

use super::outcome::Outcome;
use super::probe::Probe;
use super::protocol::Protocol;
use super::recorder::Recorder;
use super::spelling::Finder;
use super::suite::suite;
use super::target::Target;
use super::visitor::{Belief, Dial, Visitor};
use crate::config::Entry;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{sleep, timeout};

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is audited.
    pub(super) target: Target,
    /// Where the recorder listens.
    pub(super) recorder: SocketAddr,
    /// The address from which the audit connects; one of its own choice where there is none.
    pub(super) source: Option<IpAddr>,
    /// What the target's certificate has to be.
    pub(super) belief: Belief,
    /// Protocols that are tried.
    pub(super) protocols: Vec<Protocol>,
    /// Those of them that have to be spoken.
    pub(super) needed: Vec<Protocol>,
    /// Kinds of personal data that are tried; none, where the property redacts nothing.
    pub(super) kinds: Vec<Entry>,
    /// How long an answer may take.
    pub(super) patience: Duration,
}

/// Does it. Returns the visitor's address as well, since the report names it.
///
/// # Errors
/// Why it could not be done: an audit that saw nothing has found nothing out.
pub(super) async fn run(plan: Plan) -> Result<(IpAddr, Outcome), String> {
    let Plan { target, recorder, source, belief, protocols, needed, kinds, patience } = plan;
    let listening = Recorder::start(recorder).await;
    let listening =
        listening.map_err(|e| format!("the recorder cannot listen at {recorder}: {e}"))?;
    let address = reach(&target, patience).await?;
    let mut dial = Dial::new(&target, address, &belief)?;
    if let Some(source) = source.or_else(|| own_choice(address.ip())) {
        dial = dial.from(source);
    }
    let own = dial
        .local_address()
        .await
        .map_err(|e| format!("{address} cannot be reached from there: {e}"))?;
    let dial = dial.from(own);
    // Where the audit plays a trusted hop, its own address is nobody's.
    let own = target.reported.unwrap_or(own).to_canonical();
    let mut audit = Audit {
        visitor: Visitor::new(target, dial, patience),
        recorder: listening,
        own: Finder::new(own),
        outcome: Outcome::default(),
    };
    let probes = suite(own, &kinds);
    let (first, others) = probes.split_first().ok_or("there is nothing to send")?;
    audit.find_out(first, &protocols).await;
    let Outcome { spoken, unspoken, .. } = &audit.outcome;
    if spoken.is_empty() || needed.iter().any(|needed| !spoken.contains(needed)) {
        let answers = unspoken.iter().map(|(over, why)| format!("\n  {over}: {why}"));
        let answers: String = answers.collect();
        return Err(format!(
            "a plain request did not reach the recorder at {recorder}; what came instead:{answers}"
        ));
    }
    for over in spoken.clone() {
        for probe in others.iter().filter(|probe| probe.over.contains(&over)) {
            audit.send(probe, over, first).await?;
        }
    }
    audit.outcome.end();
    Ok((own, audit.outcome))
}

struct Audit {
    visitor: Visitor,
    recorder: Recorder,
    own: Finder,
    outcome: Outcome,
}

impl Audit {
    /// Which of these protocols reach the recorder.
    async fn find_out(&mut self, plain: &Probe, wanted: &[Protocol]) {
        for &over in wanted {
            let answer = self.visitor.ask(over, &plain.ask).await;
            let received = self.recorder.take().await;
            if received.is_empty() {
                self.outcome.unspoken.push((over, said(answer)));
            } else {
                self.outcome.spoken.push(over);
                self.outcome.add(plain, over, &received, answer, &self.own);
            }
        }
    }

    /// Sends a probe. Where it is refused, `plain` tells whether that was for what it carries.
    async fn send(&mut self, probe: &Probe, over: Protocol, plain: &Probe) -> Result<(), String> {
        let answer = self.visitor.ask(over, &probe.ask).await;
        let mut received = self.recorder.take().await;
        if received.is_empty() {
            // Some proxies refuse while they forward.
            sleep(LATE).await;
            received = self.recorder.take().await;
        }
        let is_refused = received.is_empty();
        self.outcome.add(probe, over, &received, answer, &self.own);
        if !is_refused {
            return Ok(());
        }
        let answer = self.visitor.ask(over, &plain.ask).await;
        if self.recorder.take().await.is_empty() {
            return Err(format!(
                "after {} probes a plain request over {over} is refused as well ({}), so that nothing \
                 more is learnt; is there a limit for {}?",
                self.outcome.sent,
                said(answer),
                self.own.address(),
            ));
        }
        Ok(())
    }
}

/// An answer in words.
fn said(answer: Result<u16, String>) -> String {
    answer.map_or_else(|why| why, |status| format!("answered {status}"))
}

/// How much later than its refusal a request may arrive.
const LATE: Duration = Duration::from_millis(20);

/// Where the target can be reached: over IPv4 if it can be, since only there loopback has more
/// than one address.
async fn reach(target: &Target, patience: Duration) -> Result<SocketAddr, String> {
    let place = (target.server.as_str(), target.port);
    let cannot = |why: &dyn Display| format!("{}:{} cannot be reached: {why}", place.0, place.1);
    let mut found: Vec<SocketAddr> = lookup_host(place).await.map_err(|e| cannot(&e))?.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    let mut failure = cannot(&"it has no address");
    for address in found {
        match timeout(patience, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(address),
            Ok(Err(error)) => failure = cannot(&error),
            Err(_) => failure = cannot(&"no answer in time"),
        }
    }
    Err(failure)
}

/// An address that nobody else has: all of 127.0.0.0/8 is this machine, and what is at home
/// in 127.0.0.1 would be found in every `Host`. Elsewhere the machine's own has to do.
fn own_choice(target: IpAddr) -> Option<IpAddr> {
    let mut dice = [0; 2];
    if !target.is_loopback() || !target.is_ipv4() || aws_lc_rs::rand::fill(&mut dice).is_err() {
        return None;
    }
    // No part may be 0, which is what truncation leaves, or so small that it is in every text.
    let [c, d] = dice.map(|die| 40 + die % 200);
    Some(IpAddr::V4(Ipv4Addr::new(127, 77, c, d)))
}
