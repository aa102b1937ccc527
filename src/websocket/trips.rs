//! Tests: what a writer wrote, a reader reads, whatever was agreed on and however the message
//! was fragmented; and bytes from nowhere never harm.

use super::extension::{Offers, Wanted};
use super::told::{Told, cut_every, however_cut};
use super::{Deflate, Inflate, Kind, Limits, Reader, Writer};
use proptest::prelude::*;

const ROOMY: Limits = Limits { frame: 1 << 24, message: 1 << 24, fragments: 100_000 };

#[test]
fn a_message_survives_every_agreement() {
    for bits in 8..=15 {
        for (keeps, mask) in [(true, None), (false, Some([0x12, 0xfe, 0, 0x80]))] {
            let mut leg = Leg::new(Some((bits, keeps)), mask);
            for message in messages() {
                for at_most in [message.len().max(1), 20_000, 100, 7] {
                    if message.len() / at_most < 1_000 {
                        leg.check(Kind::Binary, &message, at_most);
                    }
                }
            }
        }
    }
}

#[test]
fn a_message_survives_without_compression() {
    for mask in [None, Some([0x12, 0xfe, 0, 0x80])] {
        let mut leg = Leg::new(None, mask);
        for message in messages() {
            leg.check(Kind::Binary, &message, message.len().max(1));
            leg.check(Kind::Binary, &message, 20_000);
        }
    }
}

/// Every way to cut a text into two and three fragments, empty ones included, cut by the network
/// everywhere.
#[test]
fn every_fragmentation_is_the_same_message() {
    let text = "Grüße! 😀";
    for agreed in [None, Some((15, true)), Some((9, false))] {
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let bytes = text.as_bytes();
                let fragments = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                let mut writer = Writer::new(agreed.map(|(bits, keeps)| Deflate::new(bits, keeps)));
                let mut wire = Vec::new();
                writer.begin(Kind::Text);
                writer.frame(fragments[0], false, None, &mut wire);
                writer.frame(fragments[1], false, None, &mut wire);
                writer.frame(fragments[2], true, None, &mut wire);
                let inflate = agreed.map(|(_, keeps)| Inflate::new(keeps));
                let mut expected = vec![Told::Begin(Kind::Text)];
                for (at, fragment) in fragments.iter().enumerate() {
                    if !fragment.is_empty() {
                        expected.push(Told::Piece(fragment.to_vec()));
                    }
                    expected.push(if at < 2 { Told::Fragment } else { Told::End });
                }
                let told = cut_every(&mut Reader::new(false, inflate, ROOMY), &wire, wire.len());
                assert_eq!(told, expected, "{agreed:?} {first} {second}");
                if (first + second) % 5 == 0 {
                    let inflate = || agreed.map(|(_, keeps)| Inflate::new(keeps));
                    however_cut(|| Reader::new(false, inflate(), ROOMY), &wire);
                }
            }
        }
    }
}

#[test]
fn a_context_that_is_kept_makes_the_second_message_shorter() {
    let message = messages().into_iter().find(|message| message.len() == 300).unwrap();
    let lengths = |keeps| {
        let mut writer = Writer::new(Some(Deflate::new(15, keeps)));
        let mut length = || {
            let mut out = Vec::new();
            writer.begin(Kind::Text);
            writer.frame(&message, true, None, &mut out);
            out.len()
        };
        (length(), length())
    };
    let (first, second) = lengths(true);
    assert!(second < first / 5, "{first}, then {second}");
    let (first, second) = lengths(false);
    assert_eq!(first, second);
}

/// Each side of a leg, made from what was agreed on.
#[test]
fn both_directions_of_a_leg_understand_each_other() {
    for context_takeover in [true, false] {
        for offer in [
            "permessage-deflate",
            "permessage-deflate; client_max_window_bits=9; server_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=8; server_no_context_takeover",
            "permessage-deflate; client_no_context_takeover",
        ] {
            let offers = Offers::parse([offer.as_bytes()].into_iter()).unwrap();
            let agreed = offers.accept(&Wanted { context_takeover }).unwrap();
            for client in [true, false] {
                let mut leg = Leg {
                    writer: Writer::new(Some(agreed.deflate(client))),
                    reader: Reader::new(client, Some(agreed.inflate(client)), ROOMY),
                    mask: client.then_some([1, 2, 3, 4]),
                };
                for message in messages() {
                    leg.check(Kind::Binary, &message, 1000);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Frames whose heads are nearly right, with anything in them.
    #[test]
    fn bytes_from_nowhere_never_harm(
        frames in prop::collection::vec(
            (any::<u8>(), prop::collection::vec(any::<u8>(), 0..40)), 0..12,
        ),
        masked: bool,
        agreed in prop::option::of(any::<bool>()),
        size in 1..50usize,
    ) {
        let mut bytes = Vec::new();
        for (first, payload) in &frames {
            // Mostly what is permitted; sometimes anything.
            let first = if first % 7 == 0 { *first } else { first & 0xc3 };
            bytes.extend([first, u8::try_from(payload.len()).unwrap() | if masked { 0x80 } else { 0 }]);
            bytes.extend(masked.then_some([0; 4]).into_iter().flatten());
            bytes.extend(payload);
        }
        let limits = Limits { frame: 30, message: 100, fragments: 4 };
        let new = || Reader::new(masked, agreed.map(Inflate::new), limits);
        let whole = cut_every(&mut new(), &bytes, bytes.len());
        prop_assert_eq!(cut_every(&mut new(), &bytes, size), whole);
    }

    #[test]
    fn any_message_arrives(
        message in prop::collection::vec(0..4u8, 0..3000),
        at_most in 1..700usize,
        bits in 8..=15u8,
        keeps: bool,
        key in prop::option::of(any::<[u8; 4]>()),
    ) {
        let mut leg = Leg::new(Some((bits, keeps)), key);
        for _ in 0..2 {
            leg.check(Kind::Binary, &message, at_most);
        }
    }
}

/// Empty, short, chat, repetitive, long and incompressible, and longer than every window.
fn messages() -> Vec<Vec<u8>> {
    let chat = br#"{"command":"message","identifier":"{\"channel\":\"RoomChannel\"}","data":"{\"#;
    let noise = |length: u32| -> Vec<u8> {
        (0..length)
            .map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[at as usize % 2])
            .collect()
    };
    let mut far = noise(34_000);
    far.extend(noise(34_000));
    vec![
        vec![],
        b"a".to_vec(),
        chat.to_vec(),
        chat.iter().copied().cycle().take(300).collect(),
        vec![],
        vec![b'a'; 63],
        vec![b'a'; 64],
        noise(301),
        vec![0; 50_000],
        far,
        vec![],
    ]
}

/// A writer, and the reader that hears it.
struct Leg {
    writer: Writer,
    reader: Reader,
    mask: Option<[u8; 4]>,
}

impl Leg {
    fn new(agreed: Option<(u8, bool)>, mask: Option<[u8; 4]>) -> Self {
        let deflate = agreed.map(|(bits, keeps)| Deflate::new(bits, keeps));
        let inflate = agreed.map(|(_, keeps)| Inflate::new(keeps));
        let reader = Reader::new(mask.is_some(), inflate, ROOMY);
        Self { writer: Writer::new(deflate), reader, mask }
    }

    /// The message, in fragments of at most so many bytes, arrives as it was; with a ping between.
    #[track_caller]
    fn check(&mut self, kind: Kind, message: &[u8], at_most: usize) {
        let mut wire = Vec::new();
        let mut expected = vec![Told::Begin(kind)];
        self.writer.begin(kind);
        let mut rest = message;
        loop {
            let (fragment, behind) = rest.split_at(rest.len().min(at_most));
            rest = behind;
            self.writer.frame(fragment, rest.is_empty(), self.mask, &mut wire);
            if !fragment.is_empty() {
                expected.push(Told::Piece(fragment.to_vec()));
            }
            if rest.is_empty() {
                break;
            }
            self.writer.ping(b"?", self.mask, &mut wire);
            expected.extend([Told::Fragment, Told::Ping(b"?".to_vec())]);
        }
        expected.push(Told::End);
        let told = cut_every(&mut self.reader, &wire, 4096);
        assert!(
            told == expected,
            "{} bytes, {at_most} at most: {} events",
            message.len(),
            told.len()
        );
        assert!(self.reader.is_between_messages());
    }
}
