//! One exchange, from request head to response head.
//!
//! No path leads from request bytes to the upstream except through `forward`: it fits on
//! one screen, and every decision in it is made elsewhere.

use crate::policy::upstream::HostField;
use crate::proxy::access::Access;
use crate::proxy::body_sources;
use crate::proxy::call;
use crate::proxy::filter::Screens;
use crate::proxy::head;
use crate::proxy::intake::Intake;
use crate::proxy::pace::Pace;
use crate::proxy::plan::Plan;
use crate::proxy::progress::Progress;
use crate::proxy::refusal::Refusal;
use crate::proxy::reply_body::{FromUpstream, ReplyBody};
use crate::proxy::request_body::{Cleaning, RequestBody};
use crate::proxy::tunnel::{Tunnel, UpgradeAnswer};
use crate::proxy::upstream::{Checkout, Lease, Pool, Unsent};
use crate::proxy::verdict::Verdict;
use crate::proxy::visit::Visit;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Request, Response, StatusCode, Uri, Version};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

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
    let mut access =
        Access::new(&visit.state, &visit.name, request.method().clone(), version, logged);
    let last = served >= plan.settings.limits.requests_per_connection;
    let outcome = forward(&visit, &plan, request, served, &mut access).await;
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
            tunnel.open(&visit, plan.settings.timeouts.tunnel_idle, access);
            response.map(|()| ReplyBody::none())
        }
        Err(refusal) => {
            // The reading side knows better why a body broke.
            let refusal = visit.state.refused(served).unwrap_or(refusal);
            access.refusal = Some(refusal);
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
}

/// The one way from a request to the upstream.
async fn forward(
    visit: &Visit,
    plan: &Arc<Plan>,
    request: Request<Incoming>,
    number: u64,
    access: &mut Access,
) -> Result<Reply, Refusal> {
    let asks_upgrade = request.version() == Version::HTTP_11 && visit.state.asks_upgrade(number);
    let answer = UpgradeAnswer::new(asks_upgrade, &visit.state);
    let (mut parts, body) = request.into_parts();
    let upgrade = parts.headers.get(UPGRADE).filter(|_| asks_upgrade).cloned();
    if let Some(refusal) = visit.state.refused(number) {
        // This is the stand-in; what was asked for is not known.
        access.method = None;
        return Err(refusal);
    }
    if upgrade.as_ref().is_some_and(|wanted| !allowed(plan, wanted)) {
        return Err(Refusal::Upgrade);
    }
    let mut intake = Intake::new(body, &plan.settings);
    if call::is_call(parts.version, &parts.headers) {
        intake.converse(plan.settings.timeouts.tunnel_idle);
    }
    let progress = Arc::clone(intake.progress());
    access.request = Some(Arc::clone(&progress));
    let plucked = body_sources::plucked(plan, &parts, &mut intake).await?;
    let verdict = Verdict::with_body(visit, plan, &parts, &plucked)?;
    access.property = Some(Arc::clone(&verdict.property.id));
    access.mode = Some(verdict.told.mode);
    let ours = parts.extensions.remove::<OnUpgrade>().filter(|_| upgrade.is_some());
    verdict.rewrite(plan).apply(&mut parts);
    if let Some(wanted) = &upgrade {
        parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        parts.headers.insert(UPGRADE, wanted.clone());
    }
    let mut screens = Screens::new(plan, verdict.property, visit.dice, &access.finds);
    let passage = screens.request(&mut parts, &mut intake).await?;
    let body = RequestBody::new(intake, passage, cleaning(plan, &verdict, &screens));
    let pool = verdict.pool;
    let sent = Instant::now();
    let (mut response, lease) = send(pool, parts, body, &verdict.authority).await?;
    access.waited = Some(sent.elapsed());
    access.upstream = Some((Arc::clone(&pool.name), lease.server()));
    let theirs = (response.status() == StatusCode::SWITCHING_PROTOCOLS)
        .then(|| hyper::upgrade::on(&mut response));
    let chosen = response.headers().get(UPGRADE).cloned();
    head::strip_hop_by_hop(response.headers_mut());
    match (ours, theirs) {
        (_, None) => {
            let passage = screens.response(&mut response)?;
            let from = FromUpstream::new(lease, progress, pool.settings.stall, passage);
            Ok(Reply::Message(response, from))
        }
        // A change of protocol that nobody asked for is no answer.
        (None, Some(_)) => Err(Refusal::UpstreamBroken),
        (Some(ours), Some(theirs)) => {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
            if let Some(chosen) = chosen.or(upgrade) {
                response.headers_mut().insert(UPGRADE, chosen);
            }
            Ok(Reply::Tunnel(response.map(drop), Tunnel::new(ours, theirs, lease, answer)))
        }
    }
}

/// How trailers are cleaned: like the head.
fn cleaning(plan: &Plan, verdict: &Verdict<'_>, screens: &Screens) -> Cleaning {
    Cleaning {
        settings: Arc::clone(&plan.settings),
        told: Arc::clone(&verdict.told),
        screen: screens.request.clone(),
    }
}

/// Whether the operator lets this protocol through.
fn allowed(plan: &Plan, wanted: &HeaderValue) -> bool {
    let allowed = &plan.settings.upgrades;
    allowed.iter().any(|name| wanted.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
}

/// Sends the request, on another connection if the first turns out to be dead: at most
/// once more, and only where nothing was sent or sending twice does no harm.
async fn send(
    pool: &Pool,
    mut parts: Parts,
    body: RequestBody,
    authority: &Authority,
) -> Result<(Response<Incoming>, Lease), Refusal> {
    let progress = body.progress();
    let repeatable = body.is_end_stream() && parts.method.is_idempotent();
    // What hangs on the server's side of the exchange stays here.
    parts.extensions = http::Extensions::new();
    let mut request = Request::from_parts(parts, body);
    let mut which = Checkout::Any;
    loop {
        let mut lease = pool.checkout(which).await?;
        aim(&mut request, &lease, pool.settings.host, authority)?;
        let may_repeat = which == Checkout::Any && lease.is_reused();
        let copy = (may_repeat && repeatable).then(|| again(&request));
        let sent = first_byte(pool.settings.first_byte, &progress, lease.send(request)).await;
        let unsent = match sent.inspect_err(|_| lease.was_silent())? {
            Ok(response) => return Ok((response, lease)),
            Err(unsent) => unsent,
        };
        request = match (unsent.request, copy) {
            (Some(request), _) if which == Checkout::Any => request,
            (None, Some(copy)) => copy,
            _ => return Err(progress.failure().unwrap_or(Refusal::UpstreamBroken)),
        };
        which = Checkout::Fresh;
    }
}

/// The same request once more; it has no body.
fn again(request: &Request<RequestBody>) -> Request<RequestBody> {
    let mut copy = Request::new(RequestBody::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.version_mut() = request.version();
    *copy.headers_mut() = request.headers().clone();
    copy
}

/// Waits for the response head. While it is for the client to send more of its body, the
/// client's own limits hold; an upstream that does not take what it was given gets no more
/// time than one that does not answer.
async fn first_byte<F>(
    limit: Duration,
    progress: &Progress,
    sending: F,
) -> Result<Result<Response<Incoming>, Unsent>, Refusal>
where
    F: Future<Output = Result<Response<Incoming>, Unsent>>,
{
    let mut sending = pin!(sending);
    let mut deadline = Instant::now() + limit;
    loop {
        if let Ok(outcome) = timeout_at(deadline, &mut sending).await {
            return Ok(outcome);
        }
        let now = Instant::now();
        deadline = if progress.is_awaited() { now } else { progress.last() } + limit;
        if deadline <= now {
            return Err(Refusal::FirstByteTimeout);
        }
    }
}

/// Gives the request the target form and the `Host` that this connection needs.
fn aim(
    request: &mut Request<RequestBody>,
    lease: &Lease,
    host: HostField,
    visitor: &Authority,
) -> Result<(), Refusal> {
    let authority = match host {
        HostField::Visitor => visitor.as_str(),
        HostField::Server => lease.authority(),
    };
    let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    if lease.is_http2() {
        let uri =
            Uri::builder().scheme(lease.scheme().clone()).authority(authority).path_and_query(path);
        *request.uri_mut() = uri.build().map_err(|_| Refusal::Host)?;
        request.headers_mut().remove(HOST);
        *request.version_mut() = Version::HTTP_2;
    } else {
        *request.uri_mut() = Uri::from(path);
        let host = HeaderValue::from_str(authority).map_err(|_| Refusal::Host)?;
        request.headers_mut().insert(HOST, host);
        // The library takes a GET without a length for one without a body.
        if !request.body().is_end_stream() && !request.headers().contains_key(CONTENT_LENGTH) {
            request.headers_mut().insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
        *request.version_mut() = Version::HTTP_11;
    }
    Ok(())
}
