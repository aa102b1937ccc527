//! Does anything on the way wait for the end? Events with pauses between them tell.

use bytes::Bytes;
use http_body::{Body, Frame};
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// A few server-sent events with pauses between them: who sees them arrive one by one sees
/// that nothing on the way waits for the end.
pub(super) struct Events {
    property: String,
    sent: u32,
    pause: Pin<Box<Sleep>>,
}

/// Events in a stream.
const EVENTS: u32 = 3;

/// Time between two events.
const EVENT_PAUSE: Duration = Duration::from_millis(500);

impl Events {
    /// Events that name this property.
    pub(super) fn about(property: &str) -> Self {
        Self { property: property.into(), sent: 0, pause: Box::pin(sleep(Duration::ZERO)) }
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.sent == EVENTS {
            return Poll::Ready(None);
        }
        ready!(self.pause.as_mut().poll(context));
        self.sent += 1;
        self.pause = Box::pin(sleep(EVENT_PAUSE));
        // A path holds no line break, so the property cannot begin a field of its own.
        let event = format!(
            "id: {number}\nevent: message\ndata: {property}: event {number} of {EVENTS}\n\n",
            number = self.sent,
            property = self.property,
        );
        Poll::Ready(Some(Ok(Frame::data(event.into()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn events_arrive_one_by_one() {
        let asked = tokio::time::Instant::now();
        let mut events = Events::about("blog");
        for number in 1..=EVENTS {
            let frame = events.frame().await.unwrap().unwrap().into_data().unwrap();
            let expected =
                format!("id: {number}\nevent: message\ndata: blog: event {number} of 3\n\n");
            assert_eq!(frame, expected);
            assert!(asked.elapsed() >= EVENT_PAUSE * (number - 1), "event {number}");
        }
        assert!(events.frame().await.is_none());
    }
}
