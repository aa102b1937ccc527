//! A response body on its way to the visitor. While it lasts, the exchange does.

use crate::proxy::access::Access;
use crate::proxy::filter::{Passage, Passed};
use crate::proxy::learn::Tap;
use crate::proxy::pace::Pace;
use crate::proxy::progress::Progress;
use crate::proxy::refusal::BrokenReply;
use crate::proxy::upstream::Lease;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::Full;
use hyper::body::Incoming;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// A response body on its way to the visitor. While it lasts, the exchange does.
#[derive(Debug)]
pub struct ReplyBody {
    source: Source,
    access: Option<Access>,
    pace: Option<Pace>,
}

#[derive(Debug)]
enum Source {
    Own(Full<Bytes>),
    Upstream(Incoming, Box<FromUpstream>),
}

/// What stands behind an upstream's response while its body flows.
#[derive(Debug)]
pub struct FromUpstream {
    lease: Option<Lease>,
    progress: Arc<Progress>,
    stall: Duration,
    patience: Option<Pin<Box<Sleep>>>,
    passage: Passage,
    /// Learns from the body as it came.
    tap: Option<Box<Tap>>,
}

impl ReplyBody {
    /// An answer of our own.
    pub fn own(text: Full<Bytes>, access: Access) -> Self {
        Self { source: Source::Own(text), access: Some(access), pace: None }
    }

    /// No body: the exchange goes on as a tunnel.
    pub fn none() -> Self {
        Self { source: Source::Own(Full::default()), access: None, pace: None }
    }

    /// The upstream's answer; its connection goes back to the pool when the body has ended.
    pub fn upstream(inner: Incoming, mut from: FromUpstream, access: Access) -> Self {
        if inner.is_end_stream() {
            from.release();
        }
        Self { source: Source::Upstream(inner, Box::new(from)), access: Some(access), pace: None }
    }

    /// Notes at this pace how the client takes the body.
    pub fn paced(mut self, pace: Option<Pace>) -> Self {
        self.pace = pace;
        self
    }
}

impl FromUpstream {
    /// The response that came over `lease` to the request of this `progress`; a pause of
    /// `stall` within it is its end. Its body takes this `passage`.
    pub fn new(lease: Lease, progress: Arc<Progress>, stall: Duration, passage: Passage) -> Self {
        progress.hear();
        Self { lease: Some(lease), progress, stall, patience: None, passage, tap: None }
    }

    /// The same, and this hears of the body as it comes.
    pub fn tapped(mut self, tap: Option<Tap>) -> Self {
        self.tap = tap.map(Box::new);
        self
    }

    /// Hears of a frame before it goes on: who has all of the body may show what it hands out.
    fn hear(&mut self, frame: Option<&Frame<Bytes>>, last: bool) {
        let Some(tap) = &mut self.tap else { return };
        if let Some(data) = frame.and_then(Frame::data_ref) {
            tap.hear(data);
        }
        if last || !frame.is_some_and(Frame::is_data) {
            tap.learn();
            self.tap = None;
        }
    }

    /// Gives the connection back, unless the backend answered before it had the whole
    /// request: what it would read next is the rest of a body.
    fn release(&mut self) {
        if let Some(lease) = self.lease.take()
            && self.progress.is_complete()
        {
            lease.give_back();
        }
    }

    /// What goes on of the next frames.
    fn poll_frame(
        &mut self,
        inner: &mut Incoming,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenReply>>> {
        loop {
            if let Some(frame) = self.passage.ready() {
                return Poll::Ready(Some(Ok(frame)));
            }
            let frame = ready!(self.poll_upstream(inner, cx)).transpose()?;
            let last = frame.as_ref().is_some_and(Frame::is_data) && inner.is_end_stream();
            self.hear(frame.as_ref(), last);
            return Poll::Ready(match self.passage.pass(frame, last) {
                Ok(Passed::Frame(frame)) => Some(Ok(frame)),
                Ok(Passed::End) => None,
                Ok(Passed::Held) => continue,
                Err(_) => Some(Err(BrokenReply::Withheld)),
            });
        }
    }

    fn poll_upstream(
        &mut self,
        inner: &mut Incoming,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenReply>>> {
        match Pin::new(&mut *inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                self.patience = None;
                self.progress.hear();
                // Behind trailers nothing is polled for any more.
                let last = match &frame {
                    None => true,
                    Some(Ok(frame)) => frame.is_trailers() || inner.is_end_stream(),
                    Some(Err(_)) => false,
                };
                if last {
                    self.release();
                }
                Poll::Ready(
                    frame.map(|frame| frame.map_err(|error| BrokenReply::of_upstream(&error))),
                )
            }
            Poll::Pending => {
                let stall = self.stall;
                let patience =
                    self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
                ready!(patience.as_mut().poll(cx));
                Poll::Ready(Some(Err(BrokenReply::Stalled)))
            }
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = BrokenReply;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenReply>>> {
        let this = &mut *self;
        let polled = match &mut this.source {
            Source::Own(body) => {
                let frame = ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(frame.map(|frame| frame.map_err(|never| match never {})))
            }
            Source::Upstream(inner, from) => from.poll_frame(inner, cx),
        };
        if let Some(pace) = &this.pace {
            match &polled {
                Poll::Ready(Some(Ok(frame))) => pace.gave(frame.data_ref().map_or(0, Bytes::len)),
                _ => pace.waits(),
            }
        }
        let frame = ready!(polled);
        if let Some(access) = &mut this.access {
            match &frame {
                Some(Ok(frame)) => access.sent(frame.data_ref().map_or(0, Bytes::len)),
                Some(Err(broken)) => access.broken(*broken),
                None => {}
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Own(body) => body.is_end_stream(),
            Source::Upstream(inner, from) => inner.is_end_stream() && !from.passage.holds(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Own(body) => body.size_hint(),
            Source::Upstream(_, from) if from.passage.holds() => SizeHint::default(),
            Source::Upstream(inner, _) => inner.size_hint(),
        }
    }
}
