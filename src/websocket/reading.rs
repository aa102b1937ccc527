//! Tests: what a reader tells of frames that are written here byte for byte, however they are
//! cut, and what it refuses with which code.

use super::told::{Told, cut_every, however_cut, text};
use super::{Event, Inflate, Kind, Limits, Reader};

const ROOMY: Limits = Limits { frame: 1 << 20, message: 1 << 20, fragments: 1000 };
const TIGHT: Limits = Limits { frame: 10, message: 16, fragments: 3 };

/// RFC 6455 §5.7.
#[test]
fn the_examples_of_the_standard() {
    check(b"\x81\x05\x48\x65\x6c\x6c\x6f", &text("Hello"));
    let fragments = [
        Told::Begin(Kind::Text),
        Told::Piece(b"Hel".to_vec()),
        Told::Fragment,
        Told::Piece(b"lo".to_vec()),
        Told::End,
    ];
    check(b"\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f", &fragments);
    check(b"\x89\x05\x48\x65\x6c\x6c\x6f", &[Told::Ping(b"Hello".to_vec())]);

    let masked = || Reader::new(true, None, ROOMY);
    let hello = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(however_cut(masked, hello), text("Hello"));
    let pong = b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(however_cut(masked, pong), [Told::Pong(b"Hello".to_vec())]);

    let binary = |length: usize| {
        [Told::Begin(Kind::Binary), Told::Piece(vec![7; length]), Told::End].to_vec()
    };
    let medium = [b"\x82\x7e\x01\x00".as_slice(), &[7; 256]].concat();
    check(&medium, &binary(256));
    let long = [b"\x82\x7f\0\0\0\0\0\x01\0\0".as_slice(), &[7; 65_536]].concat();
    for size in [1, 9, 10, 11, 1000, long.len()] {
        let mut reader = Reader::new(false, None, ROOMY);
        assert_eq!(cut_every(&mut reader, &long, size), binary(65_536), "cut every {size}");
    }
}

/// RFC 7692 §7.2.3.
#[test]
fn the_examples_of_compression() {
    for keeps in [true, false] {
        let check = |bytes: &[u8], expected: &[Told]| {
            let new = || Reader::new(false, Some(Inflate::new(keeps)), ROOMY);
            assert_eq!(however_cut(new, bytes), expected);
        };
        let hello = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00".as_slice();
        check(hello, &text("Hello"));
        let fragments = [
            Told::Begin(Kind::Text),
            // Three bytes of it tell no more.
            Told::Piece(b"He".to_vec()),
            Told::Fragment,
            Told::Piece(b"llo".to_vec()),
            Told::End,
        ];
        check(b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00", &fragments);
        check(b"\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", &text("Hello"));
        check(b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", &text("Hello"));
        let two_blocks = b"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00";
        check(two_blocks, &text("Hello"));
        check(b"\xc1\x01\x00", &text(""));
        check(b"\xc1\x00", &text(""));
        // What is not marked is as it is, and is not referred to.
        let mixed = [b"\x81\x02hi".as_slice(), hello, b"\x81\x02hi", hello].concat();
        check(&mixed, &[text("hi"), text("Hello"), text("hi"), text("Hello")].concat());
        let shared = [hello, b"\xc1\x05\xf2\x00\x11\x00\x00"].concat();
        let then = if keeps {
            text("Hello")
        } else {
            vec![Told::Begin(Kind::Text), Told::Piece(b"H".to_vec()), NOT_DEFLATED]
        };
        check(&shared, &[text("Hello"), then].concat());
    }
}

#[test]
fn control_frames_stand_anywhere_between_frames() {
    let bytes = b"\x8a\x00\x01\x01a\x89\x01x\x00\x00\x8a\x01y\x80\x01b\x88\x05\x03\xe8bye";
    let expected = [
        Told::Pong(vec![]),
        Told::Begin(Kind::Text),
        Told::Piece(b"a".to_vec()),
        Told::Fragment,
        Told::Ping(b"x".to_vec()),
        Told::Fragment,
        Told::Pong(b"y".to_vec()),
        Told::Piece(b"b".to_vec()),
        Told::End,
        Told::Close(Some((1000, "bye".into()))),
    ];
    check(bytes, &expected);
    let longest = [b"\x89\x7d".as_slice(), &[0; 125]].concat();
    check(&longest, &[Told::Ping(vec![0; 125])]);
}

#[test]
fn a_close_may_say_why() {
    check(b"\x88\x00", &[Told::Close(None)]);
    check(b"\x88\x02\x03\xe9", &[Told::Close(Some((1001, String::new())))]);
    check(b"\x88\x04\x0f\xa0\xc3\xa9", &[Told::Close(Some((4000, "é".into())))]);
    // Whatever follows means nothing, and a message may stay open for ever.
    check(b"\x88\x00\x81\x02hi\xff\xff\xff\xff", &[Told::Close(None)]);
    check(b"\x01\x00\x88\x00", &[Told::Begin(Kind::Text), Told::Fragment, Told::Close(None)]);
}

#[test]
fn the_end_of_a_message_is_known() {
    let mut reader = Reader::new(false, None, ROOMY);
    for (bytes, expected) in [
        (b"\x89\x00\x01".as_slice(), false),
        (b"\x01a\x89\x00", false),
        (b"\x80", false),
        (b"\x00", true),
    ] {
        cut_every(&mut reader, bytes, 1);
        assert_eq!(reader.is_between_messages(), expected, "{bytes:x?}");
    }
}

#[test]
fn what_breaks_the_protocol_is_refused() {
    for (frames, told, what) in [
        (b"\x83\x00".as_slice(), 0, "a frame has a reserved opcode"),
        (b"\x8b\x00", 0, "a frame has a reserved opcode"),
        (b"\xa1\x00", 0, "a frame has a reserved bit set"),
        (b"\x91\x00", 0, "a frame has a reserved bit set"),
        (b"\xc1\x00", 0, "a reserved bit is set that was not agreed on"),
        (b"\x01\x00\xc0\x00", 2, "only the first frame of a message may be marked"),
        (b"\xc9\x00", 0, "only the first frame of a message may be marked"),
        (b"\x80\x00", 0, "there is nothing to continue"),
        (b"\x00\x00", 0, "there is nothing to continue"),
        (b"\x81\x00\x80\x00", 2, "there is nothing to continue"),
        (b"\x01\x00\x81\x00", 2, "a message begins within another"),
        (b"\x01\x00\x02\x00", 2, "a message begins within another"),
        (b"\x09\x00", 0, "a control frame is fragmented"),
        (b"\x89\x7e\x00\x7e", 0, "a control frame is longer than 125 bytes"),
        (b"\x88\x7f", 0, "a control frame is longer than 125 bytes"),
        (b"\x81\x80\0\0\0\0", 0, "a frame of a server is masked"),
        (b"\x81\x7e\x00\x05", 0, "a length is not told in as few bytes as possible"),
        (b"\x82\x7f\xff\0\0\0\0\0\0\0", 0, "a length has its highest bit set"),
        (b"\x88\x01\x03", 0, "a close code has one byte"),
        (b"\x88\x02\x00\x00", 0, "a close code that may not be sent"),
        (b"\x88\x02\x03\xed", 0, "a close code that may not be sent"),
        (b"\x88\x02\x0b\xb7", 0, "a close code that may not be sent"),
        (b"\x88\x02\x13\x88", 0, "a close code that may not be sent"),
    ] {
        check_refused(None, frames, told, Told::Violation(1002, what));
    }
    let new = || Reader::new(true, None, ROOMY);
    let refused = Told::Violation(1002, "a frame of a client is not masked");
    assert_eq!(however_cut(new, b"\x81\x05Hello"), [refused]);
}

#[test]
fn what_is_no_text_is_refused_as_soon_as_that_is_certain() {
    let not = || Told::Violation(1007, "a text is not UTF-8");
    let open = || Told::Violation(1007, "a text ends inside a character");
    let reason = Told::Violation(1007, "the reason of a close is not UTF-8");
    check_refused(None, b"\x88\x03\x03\xe8\xff", 0, reason.clone());
    check_refused(None, b"\x88\x03\x03\xe8\xc3", 0, reason);
    check_refused(None, b"\x81\x01\xff", 1, not());
    check_refused(None, b"\x81\x03ab\xff", 2, not());
    check_refused(None, b"\x81\x01\xc3", 2, open());
    check_refused(None, b"\x01\x01\xc3\x80\x00", 3, open());
    check_refused(None, b"\x01\x01\xc3\x80\x01(", 3, not());
    // Long before the frame ends.
    check_refused(None, b"\x81\x7e\xff\xffab\xed\xa0", 2, not());
    for keeps in [true, false] {
        let inflate = Some(keeps);
        check_refused(inflate, b"\xc1\x07\x00\x01\x00\xfe\xff\xff\x00", 1, not());
        check_refused(inflate, b"\xc1\x07\x00\x01\x00\xfe\xff\xc3\x00", 2, open());
        check_refused(inflate, b"\xc1\x7d\x00\x02\x00\xfd\xffa\xff", 2, not());
    }
    // A character may be cut by the end of a frame, and binary is not looked at.
    let told = [
        Told::Begin(Kind::Text),
        Told::Piece(b"\xe2\x82".to_vec()),
        Told::Fragment,
        Told::Piece(b"\xac".to_vec()),
        Told::End,
    ];
    check(b"\x01\x02\xe2\x82\x80\x01\xac", &told);
    check(b"\x82\x01\xff", &[Told::Begin(Kind::Binary), Told::Piece(vec![0xff]), Told::End]);
}

#[test]
fn what_cannot_be_inflated_is_refused() {
    for keeps in [true, false] {
        check_refused(Some(keeps), b"\xc1\x01\x07", 1, NOT_DEFLATED);
        // What stood before it is good, and is told.
        let bytes = b"\xc1\x08\x00\x01\x00\xfe\xffa\x07\x00";
        check_refused(Some(keeps), bytes, 2, NOT_DEFLATED);
        // The message breaks off.
        check_refused(Some(keeps), b"\xc1\x06\x00\x02\x00\xfd\xffa", 2, NOT_DEFLATED);
    }
}

#[test]
fn what_is_too_big_is_refused_by_its_claim() {
    let check = |frames: &[u8], told: usize, what| {
        let found = however_cut(|| Reader::new(false, None, TIGHT), frames);
        assert_eq!(found[told..], [Told::Violation(1009, what)], "{frames:x?}");
    };
    check(b"\x81\x0b", 0, "a frame is too big");
    check(b"\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 0, "a frame is too big");
    check(b"\x01\x0aaaaaaaaaaa\x80\x07", 3, "a message is too big");
    check(b"\x01\x00\x00\x00\x00\x00\x00\x00", 4, "a message has too many fragments");
    // As much as is permitted, twice: the limits are each message's own.
    let full = b"\x01\x0aaaaaaaaaaa\x00\x06aaaaaa\x80\x00".repeat(2);
    let told = however_cut(|| Reader::new(false, None, TIGHT), &full);
    assert!(!told.iter().any(|told| matches!(told, Told::Violation(..))));
}

#[test]
fn a_deflated_message_is_measured_as_it_grows() {
    // 17 bytes of "a", inflated: the seventeenth is the one that is refused.
    let bytes = b"\xc2\x05\x4b\x44\x07\x00\x00";
    let new = || Reader::new(false, Some(Inflate::new(true)), TIGHT);
    let expected = [
        Told::Begin(Kind::Binary),
        Told::Piece(vec![b'a'; 16]),
        Told::Violation(1009, "a message is too big"),
    ];
    assert_eq!(however_cut(new, bytes), expected);
}

/// 8 MiB of zeros in 8 KiB: no more than the limit is ever told, and no more than one buffer
/// of it at once.
#[test]
fn a_bomb_stops_at_the_limit() {
    let mut zlib = flate2::Compress::new(flate2::Compression::best(), false);
    let mut bomb = Vec::with_capacity(1 << 20);
    for _ in 0..8 {
        zlib.compress_vec(&vec![0; 1 << 20], &mut bomb, flate2::FlushCompress::Sync).unwrap();
    }
    let length = u16::try_from(bomb.len()).unwrap().to_be_bytes();
    let mut frame = [b"\xc2\x7e".as_slice(), &length, &bomb].concat();
    let mut reader = Reader::new(false, Some(Inflate::new(true)), ROOMY);
    let mut rest = frame.as_mut_slice();
    let mut size = 0;
    let violation = loop {
        match reader.next(&mut rest) {
            Ok(Some(Event::Piece(piece))) => {
                assert!(piece.len() <= 16 << 10);
                size += piece.len();
            }
            Ok(event) => assert_eq!(event, Some(Event::Begin(Kind::Binary))),
            Err(violation) => break violation,
        }
    };
    assert_eq!((size, violation.code.value()), (1 << 20, 1009));
    assert!(rest.len() > bomb.len() / 2, "{} of {} are left", rest.len(), bomb.len());
}

/// Thousands of empty last blocks, each of which begins a stream anew.
#[test]
fn a_message_of_last_blocks_is_read_in_one_go() {
    let blocks = b"\x03\x00".repeat(32_000);
    let length = u16::try_from(blocks.len()).unwrap().to_be_bytes();
    let frame = [b"\xc2\x7e".as_slice(), &length, &blocks].concat();
    for size in [1, 1000, frame.len()] {
        let mut reader = Reader::new(false, Some(Inflate::new(false)), ROOMY);
        let told = cut_every(&mut reader, &frame, size);
        assert_eq!(told, [Told::Begin(Kind::Binary), Told::End]);
    }
}

/// A reader does not print what it has read.
#[test]
fn nothing_that_was_read_is_printed() {
    let mut reader = Reader::new(false, Some(Inflate::new(true)), ROOMY);
    cut_every(&mut reader, b"\x81\x03abc\x89\x05Hello\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", 1);
    let printed = format!("{reader:?}");
    assert!(printed.starts_with("Reader { masked: false, "), "{printed}");
    assert!(!printed.contains("72, 101") && !printed.contains("Hello"), "{printed}");
}

const NOT_DEFLATED: Told = Told::Violation(1007, "a message cannot be inflated");

#[track_caller]
fn check(bytes: &[u8], expected: &[Told]) {
    assert_eq!(however_cut(|| Reader::new(false, None, ROOMY), bytes), expected, "{bytes:x?}");
}

/// So many events, then this one.
#[track_caller]
fn check_refused(inflate: Option<bool>, bytes: &[u8], told: usize, expected: Told) {
    let found = however_cut(|| Reader::new(false, inflate.map(Inflate::new), ROOMY), bytes);
    assert_eq!(found.get(told..), Some([expected].as_slice()), "{bytes:x?}: {found:?}");
}
