//! Messages behind prefixes, as gRPC sends them: each is gathered, undone, rewritten, coded again
//! and sent on before the next one is read.
//!
//! ```text
//! flags, length, message ──> [Decoder] ──> Message ──> [Encoder] ──> flags, length, message
//! ```
//!
//! One message is held at a time, and of a limited size. Where nothing is found in it, it leaves
//! as it came, coded bytes included.

use crate::format::Unreadable;
use crate::proxy::coding::{self, Codings, Decoder, Encoder, UnknownCoding};
use crate::proxy::filter::message::{Held, Message};
use crate::proxy::filter::messages::Prefixes;
use crate::proxy::refusal::Refusal;

/// Messages behind prefixes, on their way through.
#[derive(Debug)]
pub(super) struct Prefixed {
    message: Message,
    about: u8,
    codings: Result<Codings, UnknownCoding>,
    limits: coding::Limits,
    /// The prefix of the message that is coming, as far as it came.
    prefix: [u8; PREFIX],
    filled: usize,
    held: Held,
    /// What the message says, once it is decoded.
    text: Held,
    /// Whether the rest goes on as it comes: nobody knows where its messages begin.
    passing: bool,
}

impl Prefixed {
    /// Messages that are framed so and, where their flag says it, in the coding of this name.
    pub(super) fn new(
        message: Message,
        prefixes: Prefixes,
        coding: Option<&[u8]>,
        limits: coding::Limits,
    ) -> Self {
        Self {
            message,
            about: prefixes.about,
            codings: Codings::parse(coding),
            limits,
            prefix: [0; PREFIX],
            filled: 0,
            held: Held::default(),
            text: Held::default(),
            passing: false,
        }
    }

    /// Takes what came, and writes every message that is whole.
    pub(super) fn push(&mut self, mut wire: &[u8], out: &mut Vec<u8>) -> Result<(), Refusal> {
        while !wire.is_empty() {
            if self.passing {
                out.extend_from_slice(wire);
                return Ok(());
            }
            if self.filled < PREFIX {
                let Some((first, rest)) = wire.split_first() else { break };
                if let Some(place) = self.prefix.get_mut(self.filled) {
                    *place = *first;
                }
                self.filled += 1;
                wire = rest;
                if self.filled == PREFIX {
                    self.begin(out)?;
                }
                continue;
            }
            let missing = self.length().saturating_sub(self.held.0.len());
            let (piece, rest) = wire.split_at(missing.min(wire.len()));
            self.held.0.extend_from_slice(piece);
            wire = rest;
            self.end_if_whole(out)?;
        }
        Ok(())
    }

    /// The body is over; a message that is not is none.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.filled == 0 {
            return Ok(());
        }
        self.give_up(out)
    }

    /// How much was found so far.
    pub(super) fn message(&self) -> &Message {
        &self.message
    }

    /// A prefix came.
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.length() as u64 > self.limits.bytes {
            return Err(Refusal::DecodedTooLarge);
        }
        if self.flags() & !(COMPRESSED | self.about) != 0 {
            return self.give_up(out);
        }
        self.end_if_whole(out)
    }

    fn end_if_whole(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.held.0.len() < self.length() {
            return Ok(());
        }
        match self.rewritten()? {
            Some(rewritten) => {
                let length = u32::try_from(rewritten.len()).map_err(|_| Refusal::Overlong)?;
                out.push(self.flags());
                out.extend_from_slice(&length.to_be_bytes());
                out.extend_from_slice(&rewritten);
            }
            None => {
                out.extend_from_slice(&self.prefix);
                out.extend_from_slice(&self.held.0);
            }
        }
        self.filled = 0;
        for Held(buffer) in [&mut self.held, &mut self.text] {
            buffer.clear();
            buffer.shrink_to(KEPT);
        }
        Ok(())
    }

    /// What stands in the place of the message that is held, coded as it was; `None` where it
    /// stays.
    fn rewritten(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        let is_coded = self.flags() & COMPRESSED != 0;
        if is_coded && let Err(why) = self.decode() {
            let is_unreadable = matches!(why, Refusal::UnknownCoding | Refusal::MalformedCoding);
            let passes = is_unreadable && self.message.passes_unreadable();
            return if passes { Ok(None) } else { Err(why) };
        }
        let said = if is_coded { &self.text.0 } else { &self.held.0 };
        let rewritten = match self.flags() & self.about {
            0 => self.message.rewrite(said)?,
            _ => self.message.about(said)?,
        };
        let (Some(rewritten), true, Ok(codings)) = (&rewritten, is_coded, &self.codings) else {
            return Ok(rewritten);
        };
        let mut coded = Vec::with_capacity(self.held.0.len());
        let mut encoder = Encoder::new(codings);
        encoder.push(rewritten, &mut coded)?;
        encoder.finish(&mut coded)?;
        Ok(Some(coded))
    }

    fn decode(&mut self) -> Result<(), Refusal> {
        let codings = self.codings.as_ref().map_err(|_| Refusal::UnknownCoding)?;
        if codings.is_empty() {
            // It is coded, and nobody says how.
            return Err(Refusal::MalformedCoding);
        }
        let mut decoder = Decoder::new(codings, self.limits);
        let mut wire = &self.held.0[..];
        while let Some(piece) = decoder.next(&mut wire)? {
            self.text.0.extend_from_slice(piece);
        }
        Ok(decoder.finish()?)
    }

    /// What is held is no message: it does not go on, nor what follows, unless the set says so.
    fn give_up(&mut self, out: &mut Vec<u8>) -> Result<(), Refusal> {
        if !self.message.passes_unreadable() {
            return Err(Refusal::Unreadable(Unreadable::NoMessage { at: 0 }));
        }
        out.extend_from_slice(self.prefix.get(..self.filled).unwrap_or_default());
        out.append(&mut self.held.0);
        self.filled = 0;
        self.passing = true;
        Ok(())
    }

    fn flags(&self) -> u8 {
        let [flags, ..] = self.prefix;
        flags
    }

    fn length(&self) -> usize {
        let [_, length @ ..] = self.prefix;
        usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX)
    }
}

/// A byte of flags and four of length (gRPC over HTTP/2, "Length-Prefixed-Message").
const PREFIX: usize = 5;

/// The flag of a message that is coded.
const COMPRESSED: u8 = 1;

/// What is kept between messages for the next one: most are smaller, and a stream may last for days.
const KEPT: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::catalog::kind;
    use crate::proxy::filter::messages::{Format, Framing, Messages};
    use crate::redact::hand::HashKey;
    use crate::redact::spec::{Action, Spec, Wanted};
    use crate::redact::{Hand, Options, Rules};
    use std::sync::Arc;

    #[test]
    fn messages_are_rewritten_one_by_one_however_they_are_cut() {
        let (to, hidden) = (b"\x0a\x0fann@example.org", b"\x0a\x07[email]");
        check(GRPC, "", &[], &[]);
        check(GRPC, "", &framed(0, to), &framed(0, hidden));
        let several = |said| {
            [framed(0, b""), framed(0, said), framed(0, b"\x08\x01"), framed(0, said)].concat()
        };
        check(GRPC, "gzip", &several(to), &several(hidden));
        check(
            "application/grpc+json",
            "",
            &framed(0, b"{\"to\":\"ann@example.org\"}"),
            &framed(0, b"{\"to\":\"[email]\"}"),
        );
        // Trailers and ends of streams are texts behind flags.
        let web = |said: &[u8], mail: &str| {
            [framed(0, said), framed(0x80, format!("grpc-message: {mail}\r\n").as_bytes())].concat()
        };
        check(
            "application/grpc-web+proto",
            "",
            &web(to, "ann@example.org"),
            &web(hidden, "[email]"),
        );
        let end = |said: &[u8], mail: &str| {
            [framed(0, said), framed(2, format!("{{\"error\":\"{mail}\"}}").as_bytes())].concat()
        };
        check(
            "application/connect+proto",
            "",
            &end(to, "ann@example.org"),
            &end(hidden, "[email]"),
        );
    }

    #[test]
    fn coded_messages_are_coded_again() {
        let (to, hidden) = (b"\x0a\x0fann@example.org", b"\x0a\x07[email]");
        for coding in ["gzip", "deflate", "zstd", "br"] {
            let wire = [
                framed(1, &coded(coding, to)),
                framed(0, to),
                framed(1, &coded(coding, b"\x08\x01")),
            ]
            .concat();
            let expected = [
                framed(1, &coded(coding, hidden)),
                framed(0, hidden),
                framed(1, &coded(coding, b"\x08\x01")),
            ]
            .concat();
            check(GRPC, coding, &wire, &expected);
        }
        // What is not found stays in the bytes it came in, and those are not the ones we write.
        let stored = b"\x78\x01\x01\x02\x00\xfd\xff\x08\x01\x00\x13\x00\x0a";
        check(GRPC, "deflate", &framed(1, stored), &framed(1, stored));
    }

    #[test]
    fn what_cannot_be_read_is_refused_or_passes() {
        use Refusal::{DecodedTooLarge, MalformedCoding, UnknownCoding};
        let none = Refusal::Unreadable(Unreadable::NoMessage { at: 0 });
        let to = b"\x0a\x0fann@example.org";
        for (what, coding, wire, expected, may_pass) in [
            ("no message", "", framed(0, b"ann@example.org"), none, true),
            ("a flag", "", framed(4, to), none, true),
            ("half a prefix", "", b"\0\0\0".to_vec(), none, true),
            ("half a message", "", framed(0, to)[..9].to_vec(), none, true),
            ("unknown", "snappy", framed(1, to), UnknownCoding, true),
            ("not said", "", framed(1, to), MalformedCoding, true),
            ("not coded", "gzip", framed(1, to), MalformedCoding, true),
            ("large", "", [&[0][..], &20_001_u32.to_be_bytes()].concat(), DecodedTooLarge, false),
            (
                "large once read",
                "gzip",
                framed(1, &coded("gzip", &[b' '; 20_001])),
                DecodedTooLarge,
                false,
            ),
        ] {
            for cut in 0..=wire.len() {
                let refused = run(filter(GRPC, coding, Options::default()), &wire, cut);
                assert_eq!(refused, Err(expected), "{what} at {cut}");
                let pass = Options { pass_unreadable: true, ..Options::default() };
                let wire = [&wire[..], &framed(0, b"\x08\x01")].concat();
                let passed = run(filter(GRPC, coding, pass), &wire, cut);
                match may_pass {
                    true if what.starts_with("half") => {}
                    true => assert_eq!(passed, Ok(wire), "{what} at {cut}"),
                    false => assert_eq!(passed, Err(expected), "{what} at {cut}"),
                }
            }
        }
        // What is not coded is read, whatever the field says.
        check(GRPC, "snappy", &framed(0, to), &framed(0, b"\x0a\x07[email]"));
        let pass = Options { pass_unreadable: true, ..Options::default() };
        assert_eq!(
            run(filter(GRPC, "", pass), b"\0\0\0\0\x09abc", 3),
            Ok(b"\0\0\0\0\x09abc".to_vec())
        );
    }

    #[test]
    fn a_message_goes_on_before_the_next_one_comes() {
        let mut filter = filter(GRPC, "", Options::default());
        let mut out = Vec::new();
        for _ in 0..3 {
            filter.push(&framed(0, b"\x0a\x0fann@example.org"), &mut out).unwrap();
            assert_eq!(out, framed(0, b"\x0a\x07[email]"));
            out.clear();
            filter.push(&framed(0, b""), &mut out).unwrap();
            assert_eq!(out, framed(0, b""));
            out.clear();
        }
        assert_eq!(filter.message().total(), 3);
        // A long one leaves nothing behind but its find.
        let long = framed(0, &[&b"\x0a\x80\x9c\x01"[..], &[b' '; 19_968]].concat());
        filter.push(&long, &mut out).unwrap();
        assert_eq!(out, long);
        assert!(filter.held.0.capacity() <= KEPT);
    }

    #[test]
    fn nothing_of_a_message_is_printed() {
        let mut filter = filter(GRPC, "", Options::default());
        filter.push(&framed(0, b"\x0a\x0fann@example.org")[..12], &mut Vec::new()).unwrap();
        let printed = format!("{filter:?}");
        assert!(!printed.contains("ann") && !printed.contains("97"), "{printed}");
    }

    /// Whole, at every cut and byte by byte, this becomes that.
    #[track_caller]
    fn check(content_type: &str, coding: &str, wire: &[u8], expected: &[u8]) {
        for cut in 0..=wire.len() {
            let out = run(filter(content_type, coding, Options::default()), wire, cut);
            assert_eq!(out.as_deref(), Ok(expected), "{content_type} {coding}, cut at {cut}");
        }
        let mut bytewise = filter(content_type, coding, Options::default());
        let mut out = Vec::new();
        for byte in wire {
            bytewise.push(&[*byte], &mut out).unwrap();
        }
        bytewise.finish(&mut out).unwrap();
        assert_eq!(out, expected, "{content_type} {coding}, byte by byte");
    }

    fn run(mut filter: Prefixed, wire: &[u8], cut: usize) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        let (one, two) = wire.split_at(cut);
        filter.push(one, &mut out)?;
        filter.push(two, &mut out)?;
        filter.finish(&mut out)?;
        Ok(out)
    }

    fn filter(content_type: &str, coding: &str, options: Options) -> Prefixed {
        let email = kind("email").unwrap();
        let wanted = Wanted { kind: email, action: Action::Label, context_optional: false };
        let rules = Rules::compile(&Spec { kinds: vec![wanted], ..Spec::default() }).unwrap();
        let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
        let Some(Messages { framing: Framing::Prefixed(prefixes), format }) =
            Messages::of(content_type)
        else {
            unreachable!("{content_type}")
        };
        let message = Message::new(format, &Arc::new(rules), hand, options);
        assert!(format == Format::Protobuf || content_type.ends_with("json"));
        let coding = (!coding.is_empty()).then_some(coding.as_bytes());
        Prefixed::new(message, prefixes, coding, LIMITS)
    }

    fn framed(flags: u8, message: &[u8]) -> Vec<u8> {
        let length = u32::try_from(message.len()).unwrap().to_be_bytes();
        [&[flags][..], &length, message].concat()
    }

    fn coded(coding: &str, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&Codings::parse([coding.as_bytes()]).unwrap());
        encoder.push(message, &mut out).unwrap();
        encoder.finish(&mut out).unwrap();
        out
    }

    const GRPC: &str = "application/grpc";
    const LIMITS: coding::Limits =
        coding::Limits { bytes: 20_000, ratio: 1_000, ratio_after: 1 << 16 };
}
