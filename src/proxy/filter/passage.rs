//! The frames of a body on their way through a filter, or past it.

use crate::proxy::digest;
use crate::proxy::filter::body::Filter;
use crate::proxy::refusal::Refusal;
use bytes::Bytes;
use http_body::Frame;

/// What becomes of the frames of one body.
#[derive(Debug)]
pub struct Passage {
    filter: Option<Box<Filter>>,
    /// Whether the body is not what it was, so that checksums behind it are wrong.
    changed: bool,
    /// Trailers that wait for the last of the body to go before them.
    waiting: Option<Frame<Bytes>>,
}

/// What became of a frame.
#[derive(Debug)]
pub enum Passed {
    /// This goes on.
    Frame(Frame<Bytes>),
    /// It is held back until more comes.
    Held,
    /// It was the end.
    End,
}

impl Passage {
    /// Frames pass as they are; the body may be `changed` already.
    pub fn open(changed: bool) -> Self {
        Self { filter: None, changed, waiting: None }
    }

    /// Frames pass through this filter.
    pub fn through(filter: Filter) -> Self {
        let changed = !filter.observes();
        Self { filter: Some(Box::new(filter)), changed, waiting: None }
    }

    /// Whether something may still come out when nothing more goes in.
    pub fn holds(&self) -> bool {
        self.waiting.is_some() || self.filter.as_ref().is_some_and(|filter| !filter.observes())
    }

    /// What is ready to go on without another frame.
    pub fn ready(&mut self) -> Option<Frame<Bytes>> {
        self.waiting.take()
    }

    /// What goes on after this frame, `None` being the end. Whether it is the `last` that has
    /// data may be known or not.
    pub fn pass(&mut self, frame: Option<Frame<Bytes>>, last: bool) -> Result<Passed, Refusal> {
        let frame = match frame.map(Frame::into_data) {
            Some(Ok(data)) => return self.data(data, last),
            Some(Err(frame)) => frame,
            None => return self.rest(),
        };
        let frame = match frame.into_trailers() {
            Ok(mut trailers) => {
                if self.changed {
                    digest::forget(&mut trailers);
                }
                Frame::trailers(trailers)
            }
            Err(other) => other,
        };
        match self.rest()? {
            Passed::Frame(rest) => {
                self.waiting = Some(frame);
                Ok(Passed::Frame(rest))
            }
            Passed::Held | Passed::End => Ok(Passed::Frame(frame)),
        }
    }

    fn data(&mut self, data: Bytes, last: bool) -> Result<Passed, Refusal> {
        let Some(filter) = &mut self.filter else { return Ok(Passed::Frame(Frame::data(data))) };
        let data = filter.push(data, last)?;
        if last {
            self.filter = None;
        }
        // An empty piece would be the end in chunks.
        Ok(if data.is_empty() { Passed::Held } else { Passed::Frame(Frame::data(data)) })
    }

    /// What the filter still has.
    fn rest(&mut self) -> Result<Passed, Refusal> {
        let Some(mut filter) = self.filter.take() else { return Ok(Passed::End) };
        let rest = filter.push(Bytes::new(), true)?;
        Ok(if rest.is_empty() { Passed::End } else { Passed::Frame(Frame::data(rest)) })
    }
}
