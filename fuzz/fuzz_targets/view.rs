//! Laws of a view: cuts do not matter to what is read, and the way back never goes back.

#![no_main]

use cloakroom::format::Spelling;
use cloakroom::format::view::{Layer, View};
use cloakroom_fuzz::{Thrown, shown};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some(thrown) = Thrown::of(input) else { return };
    let layers = [
        Layer::Deep,
        Layer::Base(Spelling::Plain),
        Layer::Base(Spelling::JsonString),
        Layer::Base(Spelling::Percent),
        Layer::Base(Spelling::Form),
        Layer::Base(Spelling::Quoted),
        Layer::Base(Spelling::Markup),
    ];
    let layer = layers[usize::from(thrown.dice[0]) % layers.len()];
    let mut view = View::new();
    let whole = read(&mut view, layer, &[thrown.payload]);
    let end = START + thrown.payload.len() as u64;
    check_way_back(&whole, end);
    for (first, second) in [(2, 3), (4, 5), (6, 7)] {
        let cut = read(&mut view, layer, &thrown.pieces(first, second));
        assert_eq!(shown(&cut.text), shown(&whole.text), "{layer:?}");
        assert_eq!(cut.places, whole.places, "{layer:?}");
    }
});

/// Where the text begins in its payload.
const START: u64 = 100;

struct Read {
    text: Vec<u8>,
    places: Vec<(u64, u64)>,
}

fn read(view: &mut View, layer: Layer, pieces: &[&[u8]]) -> Read {
    view.begin(layer);
    let (mut text, mut at, mut settled) = (Vec::new(), START, 0);
    for piece in pieces {
        view.push(at, piece, &mut text);
        at += piece.len() as u64;
        let now = view.settled(text.len() as u64);
        assert!(now >= settled, "settled goes from {settled} back to {now}");
        settled = now;
    }
    view.finish(&mut text);
    let length = text.len() as u64;
    let places = (0..length).map(|c| (view.start_of(c), view.end_of(c + 1))).collect();
    Read { text, places }
}

fn check_way_back(read: &Read, end: u64) {
    let mut last = (START, START);
    for &(from, to) in &read.places {
        assert!(last.0 <= from && last.1 <= to, "{last:?} before {:?}", (from, to));
        assert!(from < to && to <= end, "{:?} of {end}", (from, to));
        last = (from, to);
    }
}
