//! The messages of one direction, on their way through the rules of a property.

use crate::proxy::filter::Screen;
use crate::proxy::learn::Learn;
use crate::redact::{Blocked, Memory, Redactor};
use crate::websocket::Kind;

/// The messages of one direction. Each is a payload of its own: nothing of it is held back when
/// it is over.
#[derive(Debug, Default)]
pub struct Messages {
    screen: Option<Screen>,
    /// Takes the open message through, where the rules look at its kind.
    redactor: Option<Redactor>,
    /// What was typed in the messages before, where the rules want to know.
    memory: Option<Box<Memory>>,
    /// Hears which tokens the messages hand out.
    learn: Option<Learn>,
}

impl Messages {
    /// Messages that this screen looks at; without one they pass as they are. Either way, what
    /// they hand out may be learnt.
    pub fn new(screen: Option<Screen>, learn: Option<Learn>) -> Self {
        let memory = screen.as_ref().and_then(Screen::memory);
        Self { screen, redactor: None, memory, learn }
    }

    /// A message begins.
    pub fn begin(&mut self, kind: Kind) {
        self.redactor = self.screen.as_ref().and_then(|screen| screen.message(kind));
        // Nobody types what is no text.
        if let Some(redactor) = self.redactor.as_mut().filter(|_| kind == Kind::Text)
            && let Some(memory) = self.memory.take()
        {
            redactor.recall(memory);
        }
    }

    /// More of it: appends to `out` what is decided.
    ///
    /// # Errors
    /// The message must not go on.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Blocked> {
        if let Some(learn) = &mut self.learn {
            learn.hear(piece);
        }
        match &mut self.redactor {
            Some(redactor) => redactor.push(piece, out),
            None => {
                out.extend_from_slice(piece);
                Ok(())
            }
        }
    }

    /// The message is over: appends the rest.
    ///
    /// # Errors
    /// As [`Messages::push`].
    pub fn end(&mut self, out: &mut Vec<u8>) -> Result<(), Blocked> {
        if let Some(learn) = &mut self.learn {
            learn.learn();
        }
        let Some(mut redactor) = self.redactor.take() else { return Ok(()) };
        let finished = redactor.finish(out);
        self.memory = redactor.take_memory().or(self.memory.take());
        if let Some(screen) = &self.screen {
            screen.count(&redactor);
        }
        finished
    }
}
