//! Laws of WebSocket: cuts do not matter, whatever a peer sends; and what is read of it and
//! written anew is read again as the same.

#![no_main]

use cloakroom::websocket::{Deflate, Event, Inflate, Kind, Limits, Reader, Violation, Writer};
use cloakroom_fuzz::Thrown;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(thrown) = Thrown::of(input) else { return };
    let [leg, window_bits, ..] = thrown.dice;
    let (masked, keeps) = (leg & 1 != 0, leg & 2 != 0);
    let inflate = |agreed: bool| agreed.then(|| Inflate::new(keeps));
    let reader = || Reader::new(masked, inflate(leg & 4 != 0), TIGHT);

    let whole = told(reader(), &[thrown.payload]);
    for (first, second) in [(2, 3), (4, 5), (6, 7)] {
        assert!(told(reader(), &thrown.pieces(first, second)) == whole, "cut");
    }

    let deflate = (leg & 8 != 0).then(|| Deflate::new(8 + window_bits % 8, keeps));
    let key = (leg & 16 != 0).then_some([leg, 0, window_bits, 0xff]);
    let (wire, expected) = written(Writer::new(deflate), &whole, key);
    let again = Reader::new(key.is_some(), inflate(true), Limits { frame: 1 << 16, ..TIGHT });
    assert!(told(again, &[&wire]) == expected, "written anew");
});

/// Small enough to be met.
const TIGHT: Limits = Limits { frame: 4096, message: 1 << 15, fragments: 8 };

/// What was told, owned.
#[derive(Clone, PartialEq)]
enum Told {
    Begin(Kind),
    /// All that came of a frame: where pieces end is the network's doing.
    Piece(Vec<u8>),
    Fragment,
    End,
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(cloakroom::websocket::Code, String)>),
    Violation(Violation),
}

fn told(mut reader: Reader, pieces: &[&[u8]]) -> Vec<Told> {
    let mut told = Vec::new();
    for piece in pieces {
        let mut owned = piece.to_vec();
        let mut rest = owned.as_mut_slice();
        loop {
            let event = match reader.next(&mut rest) {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(violation) => {
                    told.push(Told::Violation(violation));
                    return told;
                }
            };
            match (event, told.last_mut()) {
                (Event::Piece(more), Some(Told::Piece(before))) => before.extend(more),
                (event, _) => told.push(owned_of(event)),
            }
        }
        assert!(rest.is_empty());
    }
    told
}

fn owned_of(event: Event<'_>) -> Told {
    match event {
        Event::Begin(kind) => Told::Begin(kind),
        Event::Piece(bytes) => Told::Piece(bytes.to_vec()),
        Event::Fragment => Told::Fragment,
        Event::End => Told::End,
        Event::Ping(bytes) => Told::Ping(bytes.to_vec()),
        Event::Pong(bytes) => Told::Pong(bytes.to_vec()),
        Event::Close(said) => Told::Close(said.map(|(code, reason)| (code, reason.to_owned()))),
    }
}

/// What was told, on the wire, and what has to be told of that: all frames that were whole.
fn written(mut writer: Writer, told: &[Told], key: Option<[u8; 4]>) -> (Vec<u8>, Vec<Told>) {
    let (mut wire, mut expected, mut payload) = (Vec::new(), Vec::new(), Vec::new());
    // A frame that breaks off is not written, nor is what began with it.
    let ends = |it: &Told| !matches!(it, Told::Begin(_) | Told::Piece(_) | Told::Violation(_));
    let whole = told.iter().rposition(ends).map_or(0, |at| at + 1);
    for it in &told[..whole] {
        match it {
            Told::Begin(kind) => writer.begin(*kind),
            Told::Piece(bytes) => payload.extend(bytes),
            Told::Fragment | Told::End => {
                writer.frame(&payload, *it == Told::End, key, &mut wire);
                payload.clear();
            }
            Told::Ping(bytes) => writer.ping(bytes, key, &mut wire),
            Told::Pong(bytes) => writer.pong(bytes, key, &mut wire),
            Told::Close(said) => {
                let said = said.as_ref().map(|(code, reason)| (*code, reason.as_str()));
                writer.close(said, key, &mut wire);
            }
            Told::Violation(_) => {}
        }
        expected.push(it.clone());
    }
    (wire, expected)
}
