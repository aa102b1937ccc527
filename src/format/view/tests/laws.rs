//! What is read does not depend on how it is cut, and the way back leads to where it was.

use super::told::{LAYERS, Told, index};
use crate::format::view::{View, deep_at};
use proptest::prelude::*;

/// Bits that are, or nearly are, read as something else.
const BITS: &[&str] = &[
    "a",
    "4",
    " ",
    ".",
    "%",
    "%4",
    "%40",
    "%EF",
    "%BC",
    "%94",
    "%e2%80%8b",
    "+",
    "\\",
    "\\u",
    "\\u00",
    "40",
    "\\u0040",
    "\\ud83d",
    "\\ude00",
    "\\\"",
    "\\\\",
    "\\/",
    "\\n",
    "&",
    "&#",
    "&#6",
    "&#x4",
    ";",
    "&amp",
    "&commat;",
    "&nbsp",
    "&Ta",
    "<",
    "</",
    "<b",
    "<b ",
    "<br",
    "<p ",
    "x='",
    "\"",
    "'",
    "=",
    ">",
    "/>",
    "<!--",
    "-",
    "-->",
    "<![CDATA[",
    "]",
    "]]>",
    "é",
    "日",
    "１",
    "\u{200b}",
    "𝟙",
    "😀",
    "\u{a0}",
];

proptest! {
    #[test]
    fn cuts_do_not_matter(
        layer in prop::sample::select(&LAYERS[..]),
        bits in prop::collection::vec(prop::sample::select(BITS), 0..12),
        noise in prop::collection::vec(any::<u8>(), 0..3),
        place in 0..100usize,
        sizes in prop::collection::vec(1..9usize, 1..40),
    ) {
        let mut raw = bits.concat().into_bytes();
        let place = place % (raw.len() + 1);
        raw.splice(place..place, noise);
        let whole = Told::of(layer, &[(0, &raw)]);
        whole.leads_back(raw.len() as u64);
        let mut rest = &raw[..];
        let mut at = 0;
        let mut pieces = Vec::new();
        for size in sizes.into_iter().cycle() {
            let (piece, behind) = rest.split_at(size.min(rest.len()));
            pieces.push((at, piece));
            at += piece.len() as u64;
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&whole, &Told::of(layer, &pieces));
        for cut in 0..raw.len() {
            let (head, tail) = raw.split_at(cut);
            let gap = Told::of(layer, &[(0, head), (cut as u64 + 5, tail)]);
            prop_assert_eq!(&gap, &whole.with_gap(cut as u64, 5));
        }
    }

    #[test]
    fn text_without_signs_reads_as_it_stands(text in "[a-zA-Z0-9 .,:;@/!?'\"=>()\näöüßéàñçλж漢字ひ한-]{0,200}") {
        for layer in LAYERS {
            let told = Told::of(layer, &[(0, text.as_bytes())]);
            prop_assert_eq!(&told.text, text.as_bytes());
            let all: Vec<u64> = (0..=text.len() as u64).collect();
            prop_assert_eq!((&told.starts, &told.ends), (&all, &all));
        }
        prop_assert_eq!(deep_at(text.as_bytes()), None);
    }

    /// What is forgotten is not asked for; all else is told as if nothing had been forgotten.
    #[test]
    fn forgetting_changes_nothing_of_what_is_left(
        layer in prop::sample::select(&LAYERS[..]),
        bits in prop::collection::vec(prop::sample::select(BITS), 1..30),
        keep in 0..8u64,
    ) {
        let raw = bits.concat().into_bytes();
        let whole = Told::of(layer, &[(0, &raw)]);
        let mut view = View::new();
        let mut out = Vec::new();
        view.begin(layer);
        for (byte, at) in raw.iter().zip(0..) {
            view.push(at, &[*byte], &mut out);
            let length = out.len() as u64;
            let from = length.saturating_sub(keep);
            view.forget(from);
            prop_assert_eq!(view.end_of(from), whole.ends[index(from)]);
            for c in from..length {
                prop_assert_eq!(view.start_of(c), whole.starts[index(c)]);
                prop_assert_eq!(view.end_of(c + 1), whole.ends[index(c + 1)]);
            }
        }
    }
}
