//! The messages of one direction, on their way through the rules of a property.

use crate::proxy::ceiling::Share;
use crate::proxy::filter::Screen;
use crate::proxy::learn::Learn;
use crate::proxy::refusal::Refusal;
use crate::redact::{Blocked, Memory, Redactor};
use crate::websocket::Kind;

/// The messages of one direction. Each is a payload of its own: nothing of it is held back when
/// it is over.
#[derive(Debug, Default)]
pub struct Messages {
    screen: Option<Screen>,
    /// Takes a message of this kind through, where the rules look at it: the open one, or the
    /// next.
    redactor: Option<(Kind, Redactor)>,
    /// What was typed in the messages before, where the rules want to know.
    memory: Option<Box<Memory>>,
    /// Hears which tokens the messages hand out.
    learn: Option<Learn>,
    share: Option<Share>,
}

impl Messages {
    /// Messages that this screen looks at; without one they pass as they are. Either way, what
    /// they hand out may be learnt.
    pub fn new(screen: Option<Screen>, learn: Option<Learn>) -> Self {
        let memory = screen.as_ref().and_then(Screen::memory);
        let share = screen.as_ref().map(Screen::share);
        Self { screen, redactor: None, memory, learn, share }
    }

    /// A message begins.
    pub fn begin(&mut self, kind: Kind) {
        match &mut self.redactor {
            Some((Kind::Text, redactor)) if kind == Kind::Text => redactor.next_message(),
            other => {
                let redactor = self.screen.as_ref().and_then(|screen| screen.message(kind));
                *other = redactor.map(|redactor| (kind, redactor));
            }
        }
        // Nobody types what is no text.
        if let (Kind::Text, Some((_, redactor))) = (kind, &mut self.redactor)
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
            Some((_, redactor)) => redactor.push(piece, out),
            None => {
                out.extend_from_slice(piece);
                Ok(())
            }
        }
    }

    /// Counts what is held back of the open message among what all exchanges hold.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn count_held(&mut self) -> Result<(), Refusal> {
        match (&self.redactor, &mut self.share) {
            (Some((_, redactor)), Some(share)) => share.hold(redactor.held()),
            _ => Ok(()),
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
        let Some((_, redactor)) = &mut self.redactor else { return Ok(()) };
        let finished = redactor.finish(out);
        self.memory = redactor.take_memory().or(self.memory.take());
        if let Some(screen) = &self.screen {
            screen.count(redactor);
        }
        finished
    }

    /// No message is open, and no other is here yet: what is kept for it is given back, since
    /// most conversations are silent most of the time.
    pub fn rest(&mut self) {
        self.redactor = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::catalog::kind;
    use crate::policy::Limits;
    use crate::policy::redaction::{Binary, Parts, Protobuf, Redaction, Unreadable};
    use crate::proxy::ceiling::Ceiling;
    use crate::redact::hand::HashKey;
    use crate::redact::spec::{Action, Spec, Wanted};
    use crate::redact::{Hand, Rules};
    use std::sync::Arc;

    #[test]
    fn what_is_typed_in_pieces_is_found_where_messages_are_remembered() {
        let pieces = [text("4111 1111"), text("one moment"), text("1111 1111")];
        check(0, &pieces, &["4111 1111", "one moment", "1111 1111"]);
        check(1, &pieces, &["4111 1111", "one moment", "1111 1111"]);
        check(2, &pieces, &["4111 1111", "one moment", "[payment-card]"]);
    }

    #[test]
    fn a_binary_message_is_read_if_it_is_json() {
        let json = (Kind::Binary, r#"{"card":"4111 1111 1111 1111"}"#);
        check(0, &[json], &[r#"{"card":"[payment-card]"}"#]);
        let other = "card 4111 1111 1111 1111";
        check(0, &[(Kind::Binary, other), text(other)], &[other, "card [payment-card]"]);
    }

    #[test]
    fn messages_that_nobody_types_push_nothing_out() {
        let messages = [text("4111 1111"), (Kind::Binary, "1111 1111"), text("1111 1111")];
        check(1, &messages, &["4111 1111", "1111 1111", "[payment-card]"]);
    }

    #[test]
    fn the_message_that_completes_is_blocked() {
        let mut messages = messages(2, Action::Block);
        assert_eq!(say(&mut messages, text("4111 1111")), Ok("4111 1111".to_owned()));
        let blocked = say(&mut messages, text("1111 1111"));
        assert!(matches!(blocked, Err(Blocked::Forbidden { .. })), "{blocked:?}");
    }

    #[track_caller]
    fn check(remembered: u8, said: &[(Kind, &str)], expected: &[&str]) {
        let mut messages = messages(remembered, Action::Label);
        let heard: Vec<_> = said.iter().map(|said| say(&mut messages, *said).unwrap()).collect();
        assert_eq!(heard, expected);
    }

    fn say(messages: &mut Messages, (kind, said): (Kind, &str)) -> Result<String, Blocked> {
        let mut out = Vec::new();
        messages.begin(kind);
        messages.push(said.as_bytes(), &mut out)?;
        messages.end(&mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn text(said: &str) -> (Kind, &str) {
        (Kind::Text, said)
    }

    fn messages(remembered: u8, action: Action) -> Messages {
        let card = kind("payment-card").unwrap();
        let kinds = vec![Wanted { kind: card, action, context_optional: false }];
        let rules = Rules::compile(&Spec { kinds, ..Spec::default() }).unwrap();
        let set = Redaction {
            name: "chat".into(),
            rules: Arc::new(rules),
            parts: Parts::default(),
            headers: Vec::new(),
            unreadable: Unreadable::default(),
            binary: Binary::default(),
            protobuf: Protobuf::default(),
            across_messages: remembered,
            observe: false,
        };
        let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
        let screen = Screen::new(
            &Arc::new(set),
            hand,
            &Limits::default(),
            &Arc::default(),
            &Ceiling::default(),
        );
        Messages::new(Some(screen), None)
    }
}
