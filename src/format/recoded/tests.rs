use super::*;
use proptest::prelude::*;

const SHAPES: [&encoding_rs::Encoding; 8] = [
    encoding_rs::WINDOWS_1252,
    encoding_rs::KOI8_R,
    encoding_rs::SHIFT_JIS,
    encoding_rs::EUC_JP,
    encoding_rs::EUC_KR,
    encoding_rs::GBK,
    encoding_rs::GB18030,
    encoding_rs::BIG5,
];

#[test]
fn text_reads_in_utf8_and_each_byte_has_its_place() {
    let latin = Charset::Other(encoding_rs::WINDOWS_1252);
    let japanese = Charset::Other(encoding_rs::SHIFT_JIS);
    for (charset, raw, text, starts) in [
        (Charset::Utf8, &b"a\xc3\xb6\xff"[..], &b"a\xc3\xb6\xff"[..], &[0, 1, 2, 3, 4][..]),
        (latin, b"J\xf6rg", "J\u{f6}rg".as_bytes(), &[0, 1, 1, 2, 3, 4]),
        (latin, b"\x80", "\u{20ac}".as_bytes(), &[0, 0, 0, 1]),
        (Charset::Utf16Le, b"a\0\xf6\0b\0", "a\u{f6}b".as_bytes(), &[0, 2, 2, 4, 6]),
        (Charset::Utf16Be, b"\0a\0\xf6", "a\u{f6}".as_bytes(), &[0, 2, 2, 4]),
        (
            Charset::Utf16Le,
            b"\xff\xfea\0\x3d\xd8\x00\xde",
            "\u{feff}a\u{1f600}".as_bytes(),
            &[0, 0, 0, 2, 4, 4, 4, 4, 8],
        ),
        // Halves of pairs, and half a unit.
        (
            Charset::Utf16Le,
            b"\x3d\xd8a\0\x00\xde\x3d\xd8b",
            "\u{fffd}a\u{fffd}\u{fffd}\u{fffd}".as_bytes(),
            &[0, 0, 0, 2, 4, 4, 4, 6, 6, 6, 8, 8, 8, 9],
        ),
        (japanese, b"a\x93\xfa@", "a\u{65e5}@".as_bytes(), &[0, 1, 1, 1, 3, 4]),
        // A lead byte without its trail, before ASCII and at the end.
        (japanese, b"\x93!\x93", "\u{fffd}!\u{fffd}".as_bytes(), &[0, 0, 0, 1, 2, 2, 2, 3]),
        (
            Charset::Other(encoding_rs::GB18030),
            b"\x81\x30\x81\x30a",
            "\u{80}a".as_bytes(),
            &[0, 0, 4, 5],
        ),
        // Two code points in one unit.
        (
            Charset::Other(encoding_rs::BIG5),
            b"\x88\x62a",
            "\u{ca}\u{304}a".as_bytes(),
            &[0, 0, 0, 0, 2, 3],
        ),
        (Charset::Utf16Le, b"", b"", &[0]),
    ] {
        check(charset, raw, text, starts);
    }
}

#[test]
fn ascii_is_one_run_and_what_is_forgotten_takes_no_room() {
    let mut recoded = Recoded::new(Charset::Utf16Le);
    let mut text = Vec::new();
    for _ in 0..1000 {
        recoded.push(b"a\0n\0n\0", &mut text);
    }
    assert_eq!(recoded.map.runs.len(), 1);
    for _ in 0..1000 {
        recoded.push(b"\xf6\0n\0", &mut text);
        recoded.forget(text.len() as u64 - 1);
        assert!(recoded.map.runs.len() <= 2);
    }
    let c = text.len() as u64;
    assert_eq!((recoded.start_of(c - 1), recoded.end_of(c)), (9998, 10_000));
}

proptest! {
    #[test]
    fn cuts_do_not_matter_and_places_cover_all(raw in prop::collection::vec(any::<u8>(), 0..24)) {
        let others = SHAPES.into_iter().map(Charset::Other);
        for charset in others.chain([Charset::Utf8, Charset::Utf16Le, Charset::Utf16Be]) {
            let (text, starts) = whole(charset, &raw);
            every_cut(charset, &raw, &text, &starts);
            assert!(starts.is_sorted());
        }
    }

    #[test]
    fn it_reads_as_the_standard_says(raw in prop::collection::vec(
        prop_oneof![any::<u8>(), 0x81..=0x88u8, 0x30..=0x39u8], 0..24,
    )) {
        for encoding in SHAPES {
            let (text, _) = whole(Charset::Other(encoding), &raw);
            let (expected, _) = encoding.decode_without_bom_handling(&raw);
            assert_eq!(text, expected.as_bytes(), "{}", encoding.name());
        }
        let (text, _) = whole(Charset::Utf16Be, &raw);
        let (expected, _) = encoding_rs::UTF_16BE.decode_without_bom_handling(&raw);
        // Half a unit reads as one character more or less, which the standard leaves open.
        assert!(raw.len() % 2 == 1 || text == expected.as_bytes());
    }

    #[test]
    fn what_an_encoding_can_write_comes_back(text in "[a-z@.\u{e4}-\u{fc}\u{3041}-\u{3093}]{0,12}") {
        for charset in [Charset::Utf16Le, Charset::Utf16Be, Charset::Other(encoding_rs::GB18030)] {
            assert_eq!(whole(charset, &charset.encode(&text)).0, text.as_bytes());
        }
    }
}

/// `starts` has the place of each byte of the text, and the end of all.
#[track_caller]
fn check(charset: Charset, raw: &[u8], text: &[u8], starts: &[u64]) {
    let read = whole(charset, raw);
    assert_eq!(read, (text.to_vec(), starts.to_vec()), "{charset:?} {raw:?}");
    every_cut(charset, raw, text, starts);
}

#[track_caller]
fn every_cut(charset: Charset, raw: &[u8], text: &[u8], starts: &[u64]) {
    let cut_in_two = (0..raw.len()).map(|cut| vec![&raw[..cut], &raw[cut..]]);
    for pieces in cut_in_two.chain([raw.chunks(1).collect()]) {
        let again = read(charset, &pieces);
        assert_eq!(again, (text.to_vec(), starts.to_vec()), "{charset:?} {pieces:?}");
    }
}

fn whole(charset: Charset, raw: &[u8]) -> (Vec<u8>, Vec<u64>) {
    read(charset, &[raw])
}

/// The text, and where each of its bytes and the end begin. Asserts that units touch.
#[track_caller]
fn read(charset: Charset, pieces: &[&[u8]]) -> (Vec<u8>, Vec<u64>) {
    let mut recoded = Recoded::new(charset);
    let mut text = Vec::new();
    let mut settled = 0;
    for piece in pieces {
        recoded.push(piece, &mut text);
        let now = recoded.settled(text.len() as u64);
        assert!(now >= settled);
        settled = now;
    }
    recoded.finish(&mut text);
    let all = text.len() as u64;
    let starts: Vec<u64> = (0..=all).map(|c| recoded.start_of(c)).collect();
    assert_eq!(starts.last().copied(), Some(pieces.concat().len() as u64));
    for (c, place) in (1..).zip(starts.windows(2)) {
        assert!(recoded.end_of(c) > place[0]);
        if place[1] != place[0] {
            assert_eq!(recoded.end_of(c), place[1], "units touch");
        }
    }
    (text, starts)
}
