//! A request body on its way to the backend: its trailers cleaned like the head, and its bytes
//! through a filter where the property has one.

use crate::policy::Settings;
use crate::proxy::filter::{Passage, Passed, Screen, rewrite_trailers};
use crate::proxy::head;
use crate::proxy::intake::Intake;
use crate::proxy::progress::Progress;
use crate::proxy::refusal::Refusal;
use crate::proxy::told::Told;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// A request body on its way to the backend.
#[derive(Debug)]
pub struct RequestBody {
    intake: Intake,
    passage: Passage,
    cleaning: Option<Cleaning>,
}

/// How trailers are cleaned.
#[derive(Debug)]
pub struct Cleaning {
    /// Which fields can tell where a visitor is.
    pub settings: Arc<Settings>,
    /// What is told instead.
    pub told: Arc<Told>,
    /// What looks for personal data in them.
    pub screen: Option<Screen>,
}

impl RequestBody {
    /// What comes in, taken through this passage.
    pub fn new(intake: Intake, passage: Passage, cleaning: Cleaning) -> Self {
        Self { intake, passage, cleaning: Some(cleaning) }
    }

    /// No body.
    pub fn empty() -> Self {
        Self { intake: Intake::empty(), passage: Passage::open(false), cleaning: None }
    }

    /// How the body fares.
    pub fn progress(&self) -> Arc<Progress> {
        Arc::clone(self.intake.progress())
    }

    fn poll_passed(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Frame<Bytes>>, Refusal>> {
        loop {
            if let Some(frame) = self.passage.ready() {
                return Poll::Ready(Ok(Some(frame)));
            }
            let mut frame = ready!(self.intake.poll_frame(cx)).transpose()?;
            if let Some(trailers) = frame.as_mut().and_then(Frame::trailers_mut) {
                self.clean(trailers)?;
            }
            let last = self.intake.is_end_stream();
            return Poll::Ready(match self.passage.pass(frame, last)? {
                Passed::Frame(frame) => Ok(Some(frame)),
                Passed::End => Ok(None),
                Passed::Held => continue,
            });
        }
    }

    fn clean(&self, trailers: &mut HeaderMap) -> Result<(), Refusal> {
        let Some(Cleaning { settings, told, screen }) = &self.cleaning else {
            trailers.clear();
            return Ok(());
        };
        head::clean(trailers, &settings.address_fields, told);
        screen.as_ref().map_or(Ok(()), |screen| rewrite_trailers(screen, trailers))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Refusal;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Refusal>>> {
        let this = &mut *self;
        let passed = ready!(this.poll_passed(cx));
        let progress = this.intake.progress();
        if matches!(passed, Ok(None)) || this.is_end_stream() {
            progress.completed();
        }
        Poll::Ready(passed.map_err(|refusal| progress.fail(refusal)).transpose())
    }

    fn is_end_stream(&self) -> bool {
        self.intake.is_end_stream() && !self.passage.holds()
    }

    fn size_hint(&self) -> SizeHint {
        match self.passage.holds() {
            true => SizeHint::default(),
            false => self.intake.size_hint(),
        }
    }
}
