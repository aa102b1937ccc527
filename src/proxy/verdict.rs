//! What is decided about a request before a byte of it goes on: whose it is, who asks, and
//! what the backend is told. The exchange acts on it; `cloakroom explain` prints it.

use crate::address::{Client, Resolved};
use crate::policy::source::{Plucked, WithBody};
use crate::policy::{Found, Listener, Property, UnknownProperty};
use crate::proxy::head::{self, Rewrite, View};
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use crate::proxy::told::Told;
use crate::proxy::upstream::Pool;
use crate::proxy::visit::Visit;
use http::HeaderValue;
use http::request::Parts;
use http::uri::Authority;
use std::sync::Arc;

/// What is decided about a request.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The listener, as it is configured now.
    pub listener: &'a Listener,
    /// Whom the request is for.
    pub authority: Authority,
    /// Who asks.
    pub resolved: Resolved,
    /// Whether the socket's peer is a trusted hop.
    pub trusted: bool,
    /// What the sources said of the property.
    pub found: Found<'a>,
    /// Whose policy holds.
    pub property: &'a Property,
    /// What the backend is told of the visitor.
    pub told: Arc<Told>,
    /// Where the request goes.
    pub pool: &'a Arc<Pool>,
}

impl<'a> Verdict<'a> {
    /// Decides about the request with this head, and with what its body says of its property.
    pub fn with_body(
        visit: &'a Visit,
        plan: &'a Plan,
        parts: &Parts,
        plucked: &[Plucked<'_>],
    ) -> Result<Self, Refusal> {
        let authority = head::admit(parts, &plan.settings.limits)?;
        let listener = listener(visit, plan);
        let resolved = client(listener, visit, parts);
        let trusted = visit.peer.is_some_and(|peer| listener.chain.trusts(peer));
        let head = View::new(parts, &authority);
        let found = plan.settings.book.find(&WithBody { head: &head, plucked }, &mut &*plan.tokens);
        visit.meters.lookups.count(found);
        let property = property(plan, found)?;
        let pool = plan.pools.get(property.policy.upstream).ok_or(Refusal::Unreachable)?;
        let told = visit.tell(plan, resolved.client, property)?;
        if names_visitor(visit, &told, resolved.client, parts, &authority) {
            return Err(Refusal::NamesVisitor);
        }
        Ok(Self { listener, authority, resolved, trusted, found, property, told, pool })
    }

    /// Whether the property is one that the request named, not the unknown one.
    pub fn is_known(&self) -> bool {
        matches!(self.found, Found::Property(..))
    }

    /// How the head is rewritten.
    pub fn rewrite(&'a self, plan: &'a Plan) -> Rewrite<'a> {
        Rewrite {
            address_fields: &plan.settings.address_fields,
            told: &self.told,
            authority: &self.authority,
            scheme: self.listener.scheme,
            trusted: self.trusted,
            via: self.pool.settings.via,
        }
    }
}

/// Whether nothing in this head names a property.
pub fn is_silent(plan: &Plan, parts: &Parts) -> Result<bool, Refusal> {
    let authority = head::admit(parts, &plan.settings.limits)?;
    let head = View::new(parts, &authority);
    Ok(plan.settings.book.find(&head, &mut &*plan.tokens) == Found::Silent)
}

/// Whether the method or the host spells the visitor's address. A host that is our own
/// address says nothing of the visitor, also where both are the same machine.
fn names_visitor(
    visit: &Visit,
    told: &Told,
    client: Client,
    parts: &Parts,
    authority: &Authority,
) -> bool {
    let Some(scan) = &told.scan else { return false };
    let method = parts.method.as_str();
    let ours = match client {
        Client::Known(visitor) => visit.local == Some(visitor.reveal()),
        Client::Unknown(_) => true,
    };
    (head::may_spell(method) && scan.contains(method.as_bytes()))
        || (!ours && scan.contains(authority.as_str().as_bytes()))
}

/// The listener as it is configured now, or as it was when the connection came.
fn listener<'a>(visit: &'a Visit, plan: &'a Plan) -> &'a Listener {
    let same = |listener: &&Listener| listener.name == visit.listener.name;
    plan.settings.listeners.iter().find(same).unwrap_or(&visit.listener)
}

fn client(listener: &Listener, visit: &Visit, parts: &Parts) -> Resolved {
    let lines = listener.chain.field().map(|name| parts.headers.get_all(name));
    let lines = lines.into_iter().flatten().map(HeaderValue::as_bytes);
    listener.chain.resolve(visit.peer, lines)
}

fn property<'a>(plan: &'a Plan, found: Found<'a>) -> Result<&'a Property, Refusal> {
    match found {
        Found::Property(property, _) => Ok(property),
        Found::Conflict(..) => Err(Refusal::Conflict),
        Found::Silent | Found::Unknown(_) => match plan.settings.book.unknown() {
            UnknownProperty::Serve(property) => Ok(property),
            UnknownProperty::Refuse => Err(Refusal::Property),
        },
    }
}
