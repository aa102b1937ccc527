//! A WebSocket whose first message says for which property it is: the visitor is welcomed, and
//! the backend asked when that is known.

use crate::format::Bounds;
use crate::policy::Source;
use crate::proxy::access::Access;
use crate::proxy::body_sources;
use crate::proxy::intake::Intake;
use crate::proxy::onward::{Answered, Change, onward};
use crate::proxy::plan::Plan;
use crate::proxy::refusal::Refusal;
use crate::proxy::tunnel::UpgradeAnswer;
use crate::proxy::verdict;
use crate::proxy::visit::Visit;
use crate::proxy::websocket::asked::{Asked, Terms, Welcome};
use crate::proxy::websocket::chair::Chair;
use crate::proxy::websocket::conversation::{Conversation, limits};
use crate::websocket::{Code, Event, Kind, Reader, Writer};
use http::header::SEC_WEBSOCKET_PROTOCOL;
use http::request::Parts;
use http::{HeaderMap, Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

/// A visitor who is welcome, and has to say for which property.
#[derive(Debug)]
pub struct Awaited {
    visitor: OnUpgrade,
    answer: UpgradeAnswer,
    parts: Parts,
    asked: Asked,
}

impl Awaited {
    /// Whether the first message has to be waited for: nothing in the head names a property, and
    /// a message can.
    pub fn is_needed(plan: &Plan, parts: &Parts) -> Result<bool, Refusal> {
        let mut sources = plan.settings.book.body_sources();
        let speaks = sources.any(|source| matches!(source, Source::Json(_)));
        Ok(speaks && verdict::is_silent(plan, parts)?)
    }

    /// Welcomes the visitor. The first of the subprotocols that it offers is taken: the backend
    /// is offered no other.
    pub fn welcome(
        plan: &Plan,
        mut asked: Asked,
        parts: Parts,
        visitor: OnUpgrade,
        answer: UpgradeAnswer,
    ) -> Result<(Response<()>, Self), Refusal> {
        let agreement = asked.admit(&parts.headers, &plan.settings.websocket)?;
        let protocol = Asked::first_subprotocol(&parts.headers);
        let mut fields = HeaderMap::new();
        if let Some(protocol) = &protocol {
            fields.insert(SEC_WEBSOCKET_PROTOCOL, protocol.clone());
        }
        let response = asked.welcome(fields, Terms::Ours(agreement.as_ref()));
        asked.welcome = Some(Welcome { agreement, protocol });
        Ok((response, Self { visitor, answer, parts, asked }))
    }

    /// Waits for the first message and lets the conversation run, in a task of its own.
    pub fn open(self, visit: &Arc<Visit>, plan: &Arc<Plan>, mut access: Access) {
        let Self { visitor, answer, parts, asked } = self;
        let (visit, plan) = (Arc::clone(visit), Arc::clone(plan));
        answer.tunnel();
        let (tasks, conversations) = (visit.tasks.clone(), visit.conversations.clone());
        tasks.spawn(conversations.track_future(async move {
            // The visitor's side is ready once our answer is written.
            let Ok(visitor) = visitor.await else { return };
            let mut lobby = Lobby::new(visitor, &plan, &asked);
            let stop = visit.stop.clone();
            let said = tokio::select! {
                said = lobby.first_message(&plan) => said,
                () = stop.cancelled() => Said::Stop(Code::GOING_AWAY, "stopped"),
            };
            let message = match said {
                Said::Message(message) => message,
                Said::Gone => return,
                Said::Stop(code, why) => {
                    access.ended(Some(why));
                    return lobby.leave(code, why).await;
                }
            };
            let met = tokio::select! {
                met = meet(&visit, &plan, parts, asked, &message, &mut access) => met,
                () = stop.cancelled() => Err(Refusal::UpstreamBroken),
            };
            match met {
                Ok(conversation) => {
                    let Lobby { io, early, .. } = lobby;
                    let told = plan.settings.websocket.greeting.clone();
                    conversation.run(io.into_inner(), early, told, &mut access).await;
                }
                Err(refusal) => {
                    access.refused(refusal);
                    lobby.leave(code(refusal), "").await;
                }
            }
        }));
    }
}

/// What a first message came to.
enum Said {
    /// This text; empty where none came in time, or one that names nothing.
    Message(Vec<u8>),
    /// The visitor has left.
    Gone,
    /// It may not go on.
    Stop(Code, &'static str),
}

/// Where a visitor waits who has not said for which property it is.
struct Lobby {
    io: TokioIo<Upgraded>,
    /// All that came, as it came.
    early: Vec<u8>,
    reader: Reader,
    writer: Writer,
}

impl Lobby {
    fn new(visitor: Upgraded, plan: &Plan, asked: &Asked) -> Self {
        let agreement = asked.welcome.as_ref().and_then(|welcome| welcome.agreement.as_ref());
        Self {
            io: TokioIo::new(visitor),
            early: Vec::new(),
            reader: Reader::new(true, agreement.map(|agreed| agreed.inflate(true)), limits(plan)),
            writer: Writer::new(agreement.map(|agreed| agreed.deflate(false))),
        }
    }

    /// The first message, in time. What came is kept: the backend has not heard it yet.
    async fn first_message(&mut self, plan: &Plan) -> Said {
        let settings = &plan.settings;
        let end = Instant::now() + settings.timeouts.first_message;
        if let Some(greeting) = &settings.websocket.greeting {
            let mut out = Vec::new();
            self.writer.begin(Kind::Text);
            self.writer.frame(greeting.as_bytes(), true, None, &mut out);
            let sent = async {
                self.io.write_all(&out).await?;
                self.io.flush().await
            };
            if !matches!(timeout_at(end, sent).await, Ok(Ok(()))) {
                return Said::Gone;
            }
        }
        let most = settings.limits.small_body;
        let mut message = Vec::new();
        let mut sip = vec![0; SIP];
        loop {
            let read = match timeout_at(end, self.io.read(&mut sip)).await {
                // Nobody said anything: so does the message.
                Err(_) => return Said::Message(Vec::new()),
                Ok(Ok(0) | Err(_)) => return Said::Gone,
                Ok(Ok(read)) => read,
            };
            let fresh = sip.get_mut(..read).unwrap_or_default();
            self.early.extend_from_slice(fresh);
            if let Some(said) = hear(&mut self.reader, fresh, &mut message, most) {
                return said;
            }
            if self.early.len() > most {
                return Said::Message(Vec::new());
            }
        }
    }

    /// Says the end, and waits for the visitor to have heard it.
    async fn leave(mut self, code: Code, reason: &str) {
        let mut out = Vec::new();
        self.writer.close(Some((code, reason)), None, &mut out);
        let farewell = async {
            self.io.write_all(&out).await?;
            self.io.shutdown().await?;
            let mut waste = [0; 512];
            while self.io.read(&mut waste).await? > 0 {}
            Ok::<(), std::io::Error>(())
        };
        // Nothing more can be done for one who does not take it.
        drop(timeout(FAREWELL, farewell).await);
    }
}

/// Bytes that are read at a time: first messages are short.
const SIP: usize = 4 << 10;

/// How long a visitor has for the end.
const FAREWELL: Duration = Duration::from_secs(2);

/// What the visitor says in these bytes, once that shows.
fn hear(
    reader: &mut Reader,
    mut fresh: &mut [u8],
    message: &mut Vec<u8>,
    most: usize,
) -> Option<Said> {
    loop {
        match reader.next(&mut fresh) {
            Err(violation) => return Some(Said::Stop(violation.code, violation.what)),
            Ok(None) => return None,
            Ok(Some(Event::Piece(piece))) if message.len() + piece.len() <= most => {
                message.extend_from_slice(piece);
            }
            // What stands further back says nothing, and neither does what is no text.
            Ok(Some(Event::Piece(_) | Event::Begin(Kind::Binary))) => {
                return Some(Said::Message(Vec::new()));
            }
            Ok(Some(Event::End)) => return Some(Said::Message(std::mem::take(message))),
            Ok(Some(Event::Close(_))) => return Some(Said::Stop(Code::NORMAL, "")),
            Ok(Some(
                Event::Begin(Kind::Text) | Event::Fragment | Event::Ping(_) | Event::Pong(_),
            )) => {}
        }
    }
}

/// Finds out whose it is, and asks the backend.
async fn meet(
    visit: &Arc<Visit>,
    plan: &Arc<Plan>,
    parts: Parts,
    asked: Asked,
    message: &[u8],
    access: &mut Access,
) -> Result<Conversation, Refusal> {
    let bounds = Bounds { depth: plan.settings.limits.json_depth };
    let plucked = body_sources::of_message(&plan.settings.book, bounds, message)?;
    let change = Change::WebSocket(asked);
    let intake = Intake::empty();
    let answered = onward(visit, plan, parts, (intake, &plucked), &change, access).await?;
    let Answered { mut response, lease, screens, guest, learn, call, .. } = answered;
    let call = call.filter(|call| call.is_answered(&response)).ok_or(Refusal::UpstreamBroken)?;
    let agreed = call.agreed(response.headers())?.unwrap_or_default();
    let upstream = hyper::upgrade::on(&mut response);
    let chair = Chair::new(visit, plan, guest, (screens, learn), &access.finds);
    Ok(Conversation { upstream, lease, agreed, chair })
}

/// What a visitor is told of a refusal.
fn code(refusal: Refusal) -> Code {
    match refusal.status().as_u16() {
        429 | 503 => Code::TRY_LATER,
        400..500 => Code::POLICY,
        _ => Code::BAD_GATEWAY,
    }
}
