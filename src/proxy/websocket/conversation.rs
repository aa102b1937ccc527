//! A WebSocket whose messages we read: a peer on each leg.

use crate::proxy::access::Access;
use crate::proxy::plan::Plan;
use crate::proxy::tunnel::UpgradeAnswer;
use crate::proxy::upstream::Lease;
use crate::proxy::websocket::call::Agreed;
use crate::proxy::websocket::chair::Chair;
use crate::proxy::websocket::flow::{Broken, Flow};
use crate::proxy::websocket::relay::{Outcome, Relay, Times};
use crate::websocket::{Code, Limits, Reader, Writer};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;

/// Both sides of a WebSocket, and what was agreed with each.
#[derive(Debug)]
pub struct Conversation {
    /// The backend's side.
    pub upstream: OnUpgrade,
    /// The right to its connection.
    pub lease: Lease,
    /// What compression the visitor and the backend agreed to.
    pub agreed: Agreed,
    /// The rules.
    pub chair: Chair,
}

impl Conversation {
    /// Lets it run, in a task of its own, until it is over or the stop signal comes.
    pub fn open(self, visitor: OnUpgrade, answer: UpgradeAnswer, mut access: Access) {
        let visit = Arc::clone(self.chair.visit());
        answer.tunnel();
        visit.tasks.spawn(visit.conversations.track_future(async move {
            // The visitor's side is ready once our answer is written.
            if let Ok(visitor) = visitor.await {
                self.run(visitor, Vec::new(), None, &mut access).await;
            }
        }));
    }

    /// Runs until it is over. The visitor has said `early` already, and was `told` what the
    /// backend may say first.
    pub async fn run(
        self,
        visitor: Upgraded,
        early: Vec<u8>,
        told: Option<Arc<str>>,
        access: &mut Access,
    ) {
        let Self { upstream, lease, agreed, mut chair } = self;
        let Ok(upstream) = upstream.await else { return };
        let place = lease.into_place();
        let plan = Arc::clone(chair.plan());
        let (inward, mut outward) = flows(&plan, &agreed, &chair);
        if let Some(told) = &told {
            outward.was_told(told);
        }
        let (visitor, upstream) = (TokioIo::new(visitor), TokioIo::new(upstream));
        let stop = chair.visit().stop.clone();
        let mut relay = Relay::new(visitor, upstream, inward, outward, times(&plan));
        relay.heard_already(early, &mut chair);
        let outcome = {
            let mut stopped = pin!(stop.cancelled());
            let mut banned = pin!(chair.guest().clone().banned(Arc::clone(&plan.bans)));
            let (mut stops, mut is_banned) = (false, false);
            poll_fn(|cx| {
                if !stops && stopped.as_mut().poll(cx).is_ready() {
                    stops = true;
                    relay.end(Code::GOING_AWAY, "stopped");
                }
                if !is_banned && banned.as_mut().poll(cx).is_ready() {
                    is_banned = true;
                    relay.turn_away(Broken::Banned);
                }
                relay.poll(cx, &mut chair)
            })
            .await
        };
        tell(access, outcome);
        drop(place);
    }
}

fn tell(access: &mut Access, outcome: Outcome) {
    access.sent(usize::try_from(outcome.bytes_out).unwrap_or(usize::MAX));
    access.messages = Some((outcome.messages_in, outcome.messages_out));
    access.ended(outcome.ended);
}

/// A direction each way, on terms that were agreed to with each side.
fn flows(plan: &Plan, agreed: &Agreed, chair: &Chair) -> (Flow, Flow) {
    let visitor = agreed.visitor.as_ref();
    let upstream = agreed.upstream.as_ref();
    let (inward, outward) = chair.messages();
    let inward = Flow::new(
        Reader::new(true, visitor.map(|agreed| agreed.inflate(true)), limits(plan)),
        inward,
        Writer::new(upstream.map(|agreed| agreed.deflate(true))),
        true,
    );
    let outward = Flow::new(
        Reader::new(false, upstream.map(|agreed| agreed.inflate(false)), limits(plan)),
        outward,
        Writer::new(visitor.map(|agreed| agreed.deflate(false))),
        false,
    );
    (inward, outward)
}

/// What is read of a message, and of a frame.
pub(super) fn limits(plan: &Plan) -> Limits {
    let limits = &plan.settings.limits;
    Limits { frame: limits.ws_frame, message: limits.ws_message, fragments: limits.ws_fragments }
}

fn times(plan: &Plan) -> Times {
    let times = &plan.settings.timeouts;
    Times { ping: times.ws_ping, idle: times.tunnel_idle, send: times.send }
}
