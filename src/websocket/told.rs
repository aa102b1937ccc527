//! What a reader told, in tests: owned, and with the pieces of one frame put together, since
//! where they end is the network's doing.

use super::{Event, Kind, Reader, Violation};

/// An event that outlives its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Begin(Kind),
    Piece(Vec<u8>),
    Fragment,
    End,
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<(u16, String)>),
    Violation(u16, &'static str),
}

/// A text in one piece.
pub(super) fn text(text: &str) -> Vec<Told> {
    let piece = (!text.is_empty()).then(|| Told::Piece(text.into()));
    [Told::Begin(Kind::Text)].into_iter().chain(piece).chain([Told::End]).collect()
}

/// What the reader tells of these bytes, `size` of them at a time.
pub(super) fn cut_every(reader: &mut Reader, bytes: &[u8], size: usize) -> Vec<Told> {
    pieces(reader, bytes.chunks(size.max(1)))
}

/// What a reader made by `new` tells of these bytes, however they are cut.
#[track_caller]
pub(super) fn however_cut(new: impl Fn() -> Reader, bytes: &[u8]) -> Vec<Told> {
    let whole = cut_every(&mut new(), bytes, bytes.len());
    assert_eq!(cut_every(&mut new(), bytes, 1), whole, "byte by byte");
    for cut in 1..bytes.len() {
        let (left, right) = bytes.split_at(cut);
        assert_eq!(pieces(&mut new(), [left, right]), whole, "cut at {cut}");
    }
    whole
}

fn pieces<'a>(reader: &mut Reader, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Told> {
    let mut told = Vec::new();
    for piece in pieces {
        let mut owned = piece.to_vec();
        let mut rest = owned.as_mut_slice();
        loop {
            match reader.next(&mut rest) {
                Ok(Some(event)) => add(&mut told, event),
                Ok(None) => break,
                Err(Violation { code, what }) => {
                    told.push(Told::Violation(code.value(), what));
                    assert_eq!(reader.next(&mut rest), Err(Violation { code, what }));
                    return told;
                }
            }
        }
        assert!(rest.is_empty(), "asks for more and has not read all");
    }
    told
}

fn add(told: &mut Vec<Told>, event: Event<'_>) {
    match event {
        Event::Begin(kind) => told.push(Told::Begin(kind)),
        Event::Piece(bytes) => {
            assert!(!bytes.is_empty());
            match told.last_mut() {
                Some(Told::Piece(before)) => before.extend(bytes),
                _ => told.push(Told::Piece(bytes.to_vec())),
            }
        }
        Event::Fragment => told.push(Told::Fragment),
        Event::End => told.push(Told::End),
        Event::Ping(bytes) => told.push(Told::Ping(bytes.to_vec())),
        Event::Pong(bytes) => told.push(Told::Pong(bytes.to_vec())),
        Event::Close(said) => {
            let owned = said.map(|(code, reason)| (code.value(), reason.to_owned()));
            told.push(Told::Close(owned));
        }
    }
}
