//! One exchange, from request head to response head.

use crate::proxy::access::Access;
use crate::proxy::body_sources;
use crate::proxy::call;
use crate::proxy::head;
use crate::proxy::intake::Intake;
use crate::proxy::learn::Tap;
use crate::proxy::onward::{Answered, Change, onward};
use crate::proxy::pace::Pace;
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use crate::proxy::reply_body::{FromUpstream, ReplyBody};
use crate::proxy::tunnel::{Tunnel, UpgradeAnswer};
use crate::proxy::visit::Visit;
use crate::proxy::websocket::first::Awaited;
use crate::proxy::websocket::{Asked, Chair, Conversation, Terms};
use bytes::Bytes;
use http::header::{CONNECTION, UPGRADE};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::ext::Protocol;
use hyper::upgrade::OnUpgrade;
use std::convert::Infallible;
use std::sync::Arc;

/// Answers a request: with the upstream's response, or with a refusal.
pub async fn answer(
    visit: Arc<Visit>,
    request: Request<Incoming>,
) -> Result<Response<ReplyBody>, Infallible> {
    let plan = visit.plan.load_full();
    let served = visit.state.begin();
    let version = request.version();
    let is_call = call::is_call(version, request.headers());
    let logged = plan.settings.log.access;
    let mut access = Access::new(&visit, request.method().clone(), version, logged);
    let last = served >= plan.settings.limits.requests_per_connection;
    let outcome = forward(&visit, &plan, request, served, &mut access).await;
    access.answered();
    let mut response = match outcome {
        Ok(Reply::Message(response, source)) => {
            access.status = response.status();
            let send = plan.settings.timeouts.send;
            let pace = (version == Version::HTTP_2 && !response.body().is_end_stream())
                .then(|| Pace::new(&visit.state.paces, served, send));
            response.map(|body| ReplyBody::upstream(body, source, access).paced(pace))
        }
        Ok(Reply::Tunnel(response, tunnel)) => {
            access.status = response.status();
            access.converses();
            tunnel.open(&visit, plan.settings.timeouts.tunnel_idle, access);
            response.map(|()| ReplyBody::none())
        }
        Ok(Reply::Conversation(response, visitor, answer, conversation)) => {
            access.status = response.status();
            access.converses();
            conversation.open(visitor, answer, access);
            response.map(|()| ReplyBody::none())
        }
        Ok(Reply::Awaited(response, awaited)) => {
            access.status = response.status();
            access.converses();
            awaited.open(&visit, &plan, access);
            response.map(|()| ReplyBody::none())
        }
        Err(refusal) => {
            // The reading side knows better why a body broke.
            let refusal = visit.state.refused(served).unwrap_or(refusal);
            access.refused(refusal);
            let answer: Response<Full<Bytes>> =
                if is_call { call::refused(refusal) } else { refusal.answer() };
            access.status = answer.status();
            answer.map(|text| ReplyBody::own(text, access))
        }
    };
    let upgraded = response.status() == StatusCode::SWITCHING_PROTOCOLS;
    if version < Version::HTTP_2 && !upgraded && (last || visit.state.is_draining()) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response)
}

/// What the upstream answered.
enum Reply {
    Message(Response<Incoming>, FromUpstream),
    Tunnel(Response<()>, Tunnel),
    Conversation(Response<()>, OnUpgrade, UpgradeAnswer, Box<Conversation>),
    Awaited(Response<()>, Box<Awaited>),
}

/// From a request to what it is answered.
async fn forward(
    visit: &Arc<Visit>,
    plan: &Arc<Plan>,
    request: Request<Incoming>,
    number: u64,
    access: &mut Access,
) -> Result<Reply, Refusal> {
    let asks_upgrade = request.version() == Version::HTTP_11 && visit.state.asks_upgrade(number);
    let answer = UpgradeAnswer::new(asks_upgrade, &visit.state);
    let (mut parts, body) = request.into_parts();
    if let Some(refusal) = visit.state.refused(number) {
        // This is the stand-in; what was asked for is not known.
        access.method = None;
        return Err(refusal);
    }
    let change = change(plan, &parts, asks_upgrade)?;
    let ours = parts.extensions.remove::<OnUpgrade>();
    let ours = ours.filter(|_| !matches!(change, Change::None));
    if let (Change::WebSocket(asked), true) = (&change, ours.is_some())
        && Awaited::is_needed(plan, &parts)?
    {
        let ours = ours.ok_or(Refusal::UpstreamBroken)?;
        let (response, awaited) = Awaited::welcome(plan, asked.clone(), parts, ours, answer)?;
        return Ok(Reply::Awaited(response, Box::new(awaited)));
    }
    let mut intake = Intake::new(body, &plan.settings);
    if call::is_call(parts.version, &parts.headers) {
        intake.converse(plan.settings.timeouts.tunnel_idle);
    }
    access.request = Some(Arc::clone(intake.progress()));
    let plucked = body_sources::plucked(plan, &parts, &mut intake).await?;
    let answered = onward(visit, plan, parts, (intake, &plucked), &change, access).await?;
    let Answered { mut response, lease, progress, screens, stall, property, learn, call } =
        answered;
    let changes = match &call {
        Some(call) => call.is_answered(&response),
        None => response.status() == StatusCode::SWITCHING_PROTOCOLS,
    };
    if !changes {
        head::strip_hop_by_hop(response.headers_mut());
        let tap = learn.filter(|_| response.status().is_success());
        let tap = tap.and_then(|learn| Tap::new(learn, response.headers()));
        let passage = screens.response(&mut response)?;
        let from = FromUpstream::new(lease, progress, stall, passage).tapped(tap);
        return Ok(Reply::Message(response, from));
    }
    // A change of protocol that nobody asked for is no answer.
    let ours = ours.ok_or(Refusal::UpstreamBroken)?;
    let theirs = hyper::upgrade::on(&mut response);
    let mut parts = response.into_parts().0;
    match change {
        Change::WebSocket(asked) => {
            let call = call.ok_or(Refusal::UpstreamBroken)?;
            let agreed = call.agreed(&parts.headers)?;
            head::strip_hop_by_hop(&mut parts.headers);
            let Some(agreed) = agreed else {
                let terms = Terms::Theirs { answers_key: call.passes_key() };
                let tunnel = Tunnel::new(ours, theirs, lease, answer);
                return Ok(Reply::Tunnel(asked.welcome(parts.headers, terms), tunnel));
            };
            let response = asked.welcome(parts.headers, Terms::Ours(agreed.visitor.as_ref()));
            let chair = Chair::new(visit, plan, &property, (screens, learn), &access.finds);
            let conversation = Conversation { upstream: theirs, lease, agreed, chair };
            Ok(Reply::Conversation(response, ours, answer, Box::new(conversation)))
        }
        Change::Upgrade(wanted) => {
            let chosen = parts.headers.get(UPGRADE).cloned();
            head::strip_hop_by_hop(&mut parts.headers);
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, chosen.unwrap_or(wanted));
            let tunnel = Tunnel::new(ours, theirs, lease, answer);
            Ok(Reply::Tunnel(Response::from_parts(parts, ()), tunnel))
        }
        Change::None => Err(Refusal::UpstreamBroken),
    }
}

/// Which other protocol the request asks for, if the operator lets it through.
fn change(plan: &Plan, parts: &Parts, asks_upgrade: bool) -> Result<Change, Refusal> {
    let upgrade = parts.headers.get(UPGRADE).filter(|_| asks_upgrade);
    if upgrade.is_some_and(|wanted| !allowed(plan, wanted.as_bytes())) {
        return Err(Refusal::Upgrade);
    }
    Ok(match (Asked::of(parts, upgrade), upgrade) {
        (Some(_), _) if !allowed(plan, b"websocket") => return Err(Refusal::Upgrade),
        (Some(asked), _) => Change::WebSocket(asked),
        (None, _) if parts.extensions.get::<Protocol>().is_some() => return Err(Refusal::Upgrade),
        (None, Some(wanted)) => Change::Upgrade(wanted.clone()),
        (None, None) => Change::None,
    })
}

/// Whether the operator lets this protocol through.
fn allowed(plan: &Plan, wanted: &[u8]) -> bool {
    let allowed = &plan.settings.upgrades;
    allowed.iter().any(|name| wanted.eq_ignore_ascii_case(name.as_bytes()))
}
