//! What did both sides agree on?

use super::super::deflate::Deflate;
use super::super::inflate::Inflate;
use super::element::elements;
use super::parameters::{NAME, Parameters};
use super::wanted::Wanted;
use std::fmt::{self, Write};

/// How the messages of one leg are compressed, in both directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Messages of the server do not refer to earlier ones.
    pub server_no_context_takeover: bool,
    /// Messages of the client do not refer to earlier ones.
    pub client_no_context_takeover: bool,
    /// The server refers to at most 2^n bytes before; 8 to 15.
    pub server_max_window_bits: u8,
    /// The client refers to at most 2^n bytes before; 8 to 15.
    pub client_max_window_bits: u8,
    /// A window that was offered has to be answered, even if it is the largest (RFC 7692 §7.1.2.1).
    names_server_window: bool,
}

/// Why what a server answered is no agreement. The handshake fails (RFC 6455 §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// The field does not follow its grammar.
    Malformed,
    /// An extension that was not offered, or one twice.
    NotOffered,
    /// A parameter that was not offered, is unknown or doubled, or has a wrong value.
    Parameter,
    /// The server insists on referring to earlier messages.
    ContextTakeover,
}

impl Agreement {
    /// What the server says when it accepts this.
    pub(super) fn accepting(offer: &Parameters, wanted: &Wanted) -> Self {
        let drops = !wanted.context_takeover;
        Self {
            server_no_context_takeover: offer.server_no_context_takeover || drops,
            client_no_context_takeover: offer.client_no_context_takeover || drops,
            server_max_window_bits: offer.server_max_window_bits.unwrap_or(15),
            // A value is the client's word that it needs no larger one.
            client_max_window_bits: offer.client_max_window_bits.flatten().unwrap_or(15),
            names_server_window: offer.server_max_window_bits.is_some(),
        }
    }

    /// `Sec-WebSocket-Extensions` of the answer that accepts.
    pub fn response(&self) -> String {
        let mut line = String::from("permessage-deflate");
        if self.server_no_context_takeover {
            line.push_str("; server_no_context_takeover");
        }
        if self.client_no_context_takeover {
            line.push_str("; client_no_context_takeover");
        }
        if self.names_server_window {
            push_window(&mut line, "server", self.server_max_window_bits);
        }
        if self.client_max_window_bits < 15 {
            push_window(&mut line, "client", self.client_max_window_bits);
        }
        line
    }

    /// What a server answered to [`offer`](super::offer): all lines of `Sec-WebSocket-Extensions`
    /// of its answer. `None`: it wants no compression.
    pub fn read<'a>(
        lines: impl Iterator<Item = &'a [u8]>,
        wanted: &Wanted,
    ) -> Result<Option<Self>, Disagreement> {
        let mut agreed = None;
        for line in lines {
            for element in elements(line).map_err(|_| Disagreement::Malformed)? {
                if element.name != NAME || agreed.is_some() {
                    return Err(Disagreement::NotOffered);
                }
                let answer = Parameters::read(&element).ok_or(Disagreement::Parameter)?;
                agreed = Some(Self::answered(&answer, wanted)?);
            }
        }
        Ok(agreed)
    }

    fn answered(answer: &Parameters, wanted: &Wanted) -> Result<Self, Disagreement> {
        if !wanted.context_takeover && !answer.server_no_context_takeover {
            return Err(Disagreement::ContextTakeover);
        }
        // Only an offer may leave the choice to the other side.
        let client_max_window_bits = match answer.client_max_window_bits {
            Some(None) => return Err(Disagreement::Parameter),
            Some(Some(bits)) => bits,
            None => 15,
        };
        Ok(Self {
            server_no_context_takeover: answer.server_no_context_takeover,
            // What the client does not want it need not do, whatever the server could bear.
            client_no_context_takeover: answer.client_no_context_takeover
                || !wanted.context_takeover,
            server_max_window_bits: answer.server_max_window_bits.unwrap_or(15),
            client_max_window_bits,
            names_server_window: answer.server_max_window_bits.is_some(),
        })
    }

    /// What inflates the messages of the client, or those of the server.
    pub fn inflate(&self, of_client: bool) -> Inflate {
        Inflate::new(if of_client {
            !self.client_no_context_takeover
        } else {
            !self.server_no_context_takeover
        })
    }

    /// What deflates messages as the client, or as the server.
    pub fn deflate(&self, as_client: bool) -> Deflate {
        if as_client {
            Deflate::new(self.client_max_window_bits, !self.client_no_context_takeover)
        } else {
            Deflate::new(self.server_max_window_bits, !self.server_no_context_takeover)
        }
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "Sec-WebSocket-Extensions is malformed",
            Self::NotOffered => "the server agrees on an extension that was not offered",
            Self::Parameter => "the server names a parameter that cannot be agreed on",
            Self::ContextTakeover => "the server does not agree to forget its messages",
        })
    }
}

impl std::error::Error for Disagreement {}

fn push_window(line: &mut String, side: &str, bits: u8) {
    write!(line, "; {side}_max_window_bits={bits}").expect("a string takes what is written");
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Wanted = Wanted { context_takeover: true };
    const DROP: Wanted = Wanted { context_takeover: false };

    #[test]
    fn an_answer_says_how_messages_go() {
        check("permessage-deflate", &KEEP, Ok((false, false, 15, 15)));
        check("permessage-deflate; server_max_window_bits=8", &KEEP, Ok((false, false, 8, 15)));
        check("permessage-deflate; client_max_window_bits=9", &KEEP, Ok((false, false, 15, 9)));
        check(
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
             server_max_window_bits=10; client_max_window_bits=11",
            &KEEP,
            Ok((true, true, 10, 11)),
        );
        check("permessage-deflate; server_no_context_takeover", &DROP, Ok((true, true, 15, 15)));
    }

    #[test]
    fn what_was_not_offered_is_no_agreement() {
        for (line, expected) in [
            ("permessage-deflate;", Disagreement::Malformed),
            ("permessage-bzip2", Disagreement::NotOffered),
            ("permessage-deflate, permessage-deflate", Disagreement::NotOffered),
            ("permessage-deflate, x", Disagreement::NotOffered),
            ("permessage-deflate; x", Disagreement::Parameter),
            ("permessage-deflate; client_max_window_bits", Disagreement::Parameter),
            ("permessage-deflate; client_max_window_bits=16", Disagreement::Parameter),
            ("permessage-deflate; server_max_window_bits", Disagreement::Parameter),
            ("permessage-deflate; server_no_context_takeover=1", Disagreement::Parameter),
        ] {
            check(line, &KEEP, Err(expected));
        }
        check("permessage-deflate", &DROP, Err(Disagreement::ContextTakeover));
    }

    #[test]
    fn a_server_need_not_agree() {
        assert_eq!(Agreement::read([].into_iter(), &KEEP), Ok(None));
        assert_eq!(Agreement::read([b" ".as_slice(), b","].into_iter(), &DROP), Ok(None));
    }

    type Shown = (bool, bool, u8, u8);

    #[track_caller]
    fn check(line: &str, wanted: &Wanted, expected: Result<Shown, Disagreement>) {
        let found = Agreement::read([line.as_bytes()].into_iter(), wanted).map(|agreed| {
            let agreed = agreed.unwrap();
            (
                agreed.server_no_context_takeover,
                agreed.client_no_context_takeover,
                agreed.server_max_window_bits,
                agreed.client_max_window_bits,
            )
        });
        assert_eq!(found, expected, "{line}");
    }
}
