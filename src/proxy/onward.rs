//! A request on its way to the upstream: whose it is, what becomes of it, who takes it.
//!
//! No path leads from request bytes to the upstream except through [`onward`]: it fits on one
//! screen, and every decision in it is made elsewhere.

use crate::policy::source::Plucked;
use crate::policy::upstream::HostField;
use crate::proxy::access::Access;
use crate::proxy::filter::{Screens, ask_for_known_codings};
use crate::proxy::intake::Intake;
use crate::proxy::learn::Learn;
use crate::proxy::plan::Plan;
use crate::proxy::progress::Progress;
use crate::proxy::refusal::Refusal;
use crate::proxy::request_body::{Cleaning, RequestBody};
use crate::proxy::upstream::{Checkout, Lease, Pool, Unsent};
use crate::proxy::verdict::Verdict;
use crate::proxy::visit::Visit;
use crate::proxy::websocket::{Asked, Call};
use http::header::{CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, UPGRADE};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Request, Response, Uri, Version};
use http_body::Body;
use hyper::body::Incoming;
use hyper::ext::Protocol;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Another protocol that a request asks for on its connection.
#[derive(Clone, Debug)]
pub enum Change {
    /// None.
    None,
    /// This one, by an upgrade of HTTP/1.1.
    Upgrade(HeaderValue),
    /// A WebSocket.
    WebSocket(Asked),
}

/// What an upstream answered, and what its answer still has to go through.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub response: Response<Incoming>,
    /// Its connection.
    pub lease: Lease,
    /// How the request's body fares.
    pub progress: Arc<Progress>,
    /// What of the exchange is looked at.
    pub screens: Screens,
    /// The longest pause within the answer.
    pub stall: Duration,
    /// Whose rules hold.
    pub property: Arc<str>,
    /// Learns which tokens the backend hands out.
    pub learn: Option<Learn>,
    /// How a WebSocket was asked for.
    pub call: Option<Call>,
}

/// The one way from a request to the upstream. What was `plucked` of its body, or of its first
/// message, has a say in whose it is.
pub async fn onward(
    visit: &Visit,
    plan: &Arc<Plan>,
    mut parts: Parts,
    (mut intake, plucked): (Intake, &[Plucked<'_>]),
    change: &Change,
    access: &mut Access,
) -> Result<Answered, Refusal> {
    let progress = Arc::clone(intake.progress());
    let verdict = Verdict::with_body(visit, plan, &parts, plucked)?;
    access.property = Some(Arc::clone(&verdict.property.id));
    access.mode = Some(verdict.told.mode);
    let pool = verdict.pool;
    verdict.rewrite(plan).apply(&mut parts);
    let mut screens = Screens::new(plan, verdict.property, visit.dice, &access.finds);
    let learn = verdict.is_known().then(|| Learn::of(plan, &verdict.property.id)).flatten();
    if learn.is_some() {
        ask_for_known_codings(&mut parts.headers);
    }
    let call = match change {
        Change::None => None,
        Change::Upgrade(wanted) => {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, wanted.clone());
            None
        }
        Change::WebSocket(asked) => {
            let reads = asked.is_welcome() || screens.read_messages() || learn.is_some();
            let reads = reads.then_some(&plan.settings.websocket);
            Some(Call::write(asked, reads, pool.settings.protocol, &mut parts)?)
        }
    };
    let passage = screens.request(&mut parts, &mut intake).await?;
    let body = RequestBody::new(intake, passage, cleaning(plan, &verdict, &screens));
    access.awaited_client = progress.awaited_client();
    let sent = Instant::now();
    let changes = !matches!(change, Change::None);
    let (response, lease) = send(pool, parts, body, &verdict.authority, changes).await?;
    access.waited = Some(sent.elapsed());
    access.upstream = Some((Arc::clone(&pool.name), lease.server()));
    let (stall, property) = (pool.settings.stall, Arc::clone(&verdict.property.id));
    Ok(Answered { response, lease, progress, screens, stall, property, learn, call })
}

/// How trailers are cleaned: like the head.
fn cleaning(plan: &Plan, verdict: &Verdict<'_>, screens: &Screens) -> Cleaning {
    Cleaning {
        settings: Arc::clone(&plan.settings),
        told: Arc::clone(&verdict.told),
        screen: screens.request.clone(),
    }
}

/// Sends the request, on another connection if the first turns out to be dead: at most
/// once more, and only where nothing was sent or sending twice does no harm.
async fn send(
    pool: &Pool,
    mut parts: Parts,
    body: RequestBody,
    authority: &Authority,
    changes: bool,
) -> Result<(Response<Incoming>, Lease), Refusal> {
    let progress = body.progress();
    let repeatable = body.is_end_stream() && parts.method.is_idempotent();
    // What hangs on the server's side of the exchange stays here.
    let protocol = parts.extensions.remove::<Protocol>();
    parts.extensions = http::Extensions::new();
    if let Some(protocol) = protocol {
        parts.extensions.insert(protocol);
    }
    let mut request = Request::from_parts(parts, body);
    let mut which = Checkout::Any;
    loop {
        let mut lease = pool.checkout(which).await?;
        if changes && !lease.becomes_socket() {
            return Err(Refusal::Busy);
        }
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
