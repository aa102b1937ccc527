//! What may come of a WebSocket?

use super::code::Code;
use std::fmt;

/// What a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Anything.
    Binary,
}

/// What came next. A message is `Begin`, any number of `Piece` and `Fragment`, and `End`;
/// control frames stand anywhere between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// A message begins.
    Begin(Kind),
    /// More of its payload, unmasked and inflated, never empty. Of text it is proven that it
    /// can go on to be UTF-8: a piece may end inside a character.
    Piece(&'a [u8]),
    /// A frame that is not the message's last is over.
    Fragment,
    /// The message is over. Of text it is proven that all of it is UTF-8.
    End,
    /// An answer with the same payload is asked for.
    Ping(&'a [u8]),
    /// An answer to a ping, or a sign of life.
    Pong(&'a [u8]),
    /// The peer sends nothing any more; why, and a word on it. `None`: the frame was empty.
    Close(Option<(Code, &'a str)>),
}

/// Kinds and sizes: the content is what is being hidden.
impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin(kind) => write!(f, "Begin({kind:?})"),
            Self::Piece(bytes) => write!(f, "Piece({} bytes)", bytes.len()),
            Self::Fragment => f.write_str("Fragment"),
            Self::End => f.write_str("End"),
            Self::Ping(bytes) => write!(f, "Ping({} bytes)", bytes.len()),
            Self::Pong(bytes) => write!(f, "Pong({} bytes)", bytes.len()),
            Self::Close(None) => f.write_str("Close"),
            Self::Close(Some((code, reason))) => {
                write!(f, "Close({}, {} bytes)", code.value(), reason.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_printed_without_its_content() {
        let secret = "ann@example.org";
        for event in [
            Event::Piece(secret.as_bytes()),
            Event::Ping(secret.as_bytes()),
            Event::Pong(secret.as_bytes()),
            Event::Close(Some((Code::NORMAL, secret))),
        ] {
            let printed = format!("{event:?}");
            assert!(printed.contains("15 bytes"), "{printed}");
            assert!(!printed.contains("ann"), "{printed}");
        }
    }
}
