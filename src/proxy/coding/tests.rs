//! Bodies there and back: each coding and some stacks of them, whole and at every cut.

use super::{Codings, Decoder, Encoder, Failure, Limits};

/// Each coding, and stacks as caches and gateways make them.
const LISTS: [&str; 8] =
    ["", "gzip", "deflate", "br", "zstd", "gzip, gzip", "br, gzip", "deflate, zstd, br"];

/// Those whose last layer carries a checksum over all it says.
const CHECKED: [&str; 5] = ["gzip", "deflate", "zstd", "gzip, gzip", "br, gzip"];

const TEXT: &[u8] = br#"{"message":"write to ann@example.org","n":1}"#;

const ROOMY: Limits = Limits { bytes: 1 << 24, ratio: 1 << 20, ratio_after: 0 };

#[test]
fn bodies_of_other_encoders_are_read() {
    // CPython's zlib 1.2.13, the gzip header with every optional field put in front by hand.
    check(
        "gzip",
        "1f8b081f0000000002030400616200636e616d6500636f6d6d656e7400526aab56ca4d2d2e4e4c4f55b2522a2f\
         ca2c495528c95748cccb7348ad48cc2dc849d5cb2f4a57d251ca53b232ac05002884eae32c000000",
        TEXT,
    );
    check(
        "deflate",
        "78daab56ca4d2d2e4e4c4f55b2522a2fca2c495528c95748cccb7348ad48cc2dc849d5cb2f4a57d251ca53b232\
         ac0500604a0f16",
        TEXT,
    );
    check(
        "deflate",
        "ab56ca4d2d2e4e4c4f55b2522a2fca2c495528c95748cccb7348ad48cc2dc849d5cb2f4a57d251ca53b232ac05\
         00",
        TEXT,
    );
    check("deflate", "0300", b"");
    check("deflate", "789c030000000001", b"");
    // The zstd command 1.5.4, with and without a checksum.
    check(
        "zstd",
        "28b52ffd242c6101007b226d657373616765223a22777269746520746f20616e6e406578616d706c652e6f7267\
         222c226e223a317d72c2db74",
        TEXT,
    );
    check(
        "zstd",
        "28b52ffd202c6101007b226d657373616765223a22777269746520746f20616e6e406578616d706c652e6f7267\
         222c226e223a317d",
        TEXT,
    );
    // Node.js's brotli.
    check(
        "br",
        "8b15807b226d657373616765223a22777269746520746f20616e6e406578616d706c652e6f7267222c226e223a\
         317d03",
        TEXT,
    );
    check("br", "3b", b"");
}

#[test]
fn what_was_coded_is_read_again_at_every_cut() {
    for list in LISTS {
        for body in [&b""[..], b"a", TEXT, &text(700), &noise(700)] {
            let wire = coded(list, &[body]);
            assert_same(list, &wire, Ok(body));
            let bytes: Vec<_> = body.chunks(1).collect();
            assert_same(list, &coded(list, &bytes), Ok(body));
        }
    }
}

/// A piece that is just full, and the end of the stream right behind it.
#[test]
fn bodies_as_long_as_pieces_are_read() {
    for list in LISTS {
        for pieces in [1, 2, 4] {
            for length in [pieces * 16384 - 1, pieces * 16384, pieces * 16384 + 1] {
                for body in [vec![b'a'; length], text(length), noise(length)] {
                    let wire = coded(list, &[&body]);
                    assert_eq!(decoded(list, ROOMY, &[&wire]).0, Ok(()), "{list} {length}");
                    assert_cut(list, &wire, 1, Ok(&body));
                    assert_cut(list, &wire, 1000, Ok(&body));
                }
            }
        }
    }
}

#[test]
fn a_flush_lets_out_all_that_went_in() {
    for list in LISTS {
        let codings = codings(list);
        let (mut encoder, mut decoder) = (Encoder::new(&codings), Decoder::new(&codings, ROOMY));
        let (mut sent, mut seen) = (Vec::new(), Vec::new());
        for event in [TEXT, b"", &noise(40_000), b"x", &text(20_000)] {
            sent.extend_from_slice(event);
            let mut wire = Vec::new();
            encoder.push(event, &mut wire).unwrap();
            encoder.flush(&mut wire).unwrap();
            let flushed = wire.len();
            encoder.flush(&mut wire).unwrap();
            assert_eq!(wire.len(), flushed, "{list}: a second flush says nothing");
            let mut wire = &wire[..];
            while let Some(piece) = decoder.next(&mut wire).unwrap() {
                seen.extend_from_slice(piece);
            }
            assert!(seen == sent, "{list}: {} of {}", seen.len(), sent.len());
        }
        let mut wire = Vec::new();
        encoder.finish(&mut wire).unwrap();
        let mut wire = &wire[..];
        assert_eq!(decoder.next(&mut wire), Ok(None), "{list}");
        assert_eq!(decoder.finish(), Ok(()), "{list}");
    }
}

#[test]
fn no_body_at_all_is_an_empty_one() {
    for list in LISTS {
        assert_same(list, b"", Ok(b""));
    }
}

#[test]
fn a_body_that_ends_too_early_is_malformed() {
    for list in &LISTS[1..] {
        for body in [&b""[..], TEXT, &noise(300)] {
            let wire = coded(list, &[body]);
            for length in 1..wire.len() {
                let (whole, bytewise) = verdicts(list, &wire[..length]);
                assert_eq!(whole, Err(Failure::Malformed), "{list} {length} of {}", wire.len());
                assert_eq!(bytewise, whole, "{list} {length}");
            }
        }
    }
}

#[test]
fn what_stands_behind_the_end_is_malformed() {
    for list in &LISTS[1..] {
        for garbage in [&b"\0"[..], b"x", b"\x1f", b"\x1f\x8b\x08", b"\x28\xb5\x2f", &[0; 600]] {
            let wire = [&coded(list, &[TEXT]), garbage].concat();
            assert_same(list, &wire, Err(Failure::Malformed));
        }
    }
}

#[test]
fn members_and_frames_follow_one_another() {
    for list in ["gzip", "zstd"] {
        let (one, empty) = (coded(list, &[TEXT]), coded(list, &[]));
        assert_same(list, &[one.clone(), empty, one].concat(), Ok(&TEXT.repeat(2)));
    }
    for list in ["deflate", "br"] {
        assert_same(list, &coded(list, &[TEXT]).repeat(2), Err(Failure::Malformed));
    }
    let skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc";
    let frame = coded("zstd", &[TEXT]);
    assert_same("zstd", &[&skippable[..], &frame, skippable].concat(), Ok(TEXT));
    let inside = coded("gzip", &[&coded("gzip", &[TEXT]).repeat(3)]);
    assert_same("gzip, gzip", &inside, Ok(&TEXT.repeat(3)));
}

#[test]
fn a_flipped_checksum_is_malformed() {
    for (list, checksum) in [("gzip", 8), ("deflate", 4), ("zstd", 4)] {
        let wire = coded(list, &[TEXT]);
        for at in wire.len() - checksum..wire.len() {
            let mut wire = wire.clone();
            wire[at] ^= 0x10;
            assert_same(list, &wire, Err(Failure::Malformed));
        }
    }
}

#[test]
fn a_flipped_bit_is_an_error_or_changes_nothing() {
    for list in &LISTS[1..] {
        for body in [TEXT, &text(400)] {
            let wire = coded(list, &[body]);
            for bit in 0..wire.len() * 8 {
                let mut wire = wire.clone();
                wire[bit / 8] ^= 1 << (bit % 8);
                let (whole, came) = decoded(list, ROOMY, &[&wire]);
                let bytes: Vec<_> = wire.chunks(1).collect();
                let (bytewise, came_bytewise) = decoded(list, ROOMY, &bytes);
                assert_eq!(whole, bytewise, "{list}, bit {bit}");
                if whole.is_ok() {
                    assert!(came == came_bytewise, "{list}, bit {bit}");
                    assert!(!CHECKED.contains(list) || came == body, "{list}, bit {bit}");
                }
            }
        }
    }
}

#[test]
fn no_more_memory_is_set_aside_than_the_coding_allows() {
    // A window of 8 MiB, of 9, and of 128, as `zstd --long` asks for.
    check("zstd", "28b52ffd00681100006869", b"hi");
    for window in ["69", "88"] {
        let wire = hex(&format!("28b52ffd00{window}1100006869"));
        assert_same("zstd", &wire, Err(Failure::Malformed));
    }
    // Node.js's brotli with BROTLI_PARAM_LARGE_WINDOW.
    let wire =
        hex("111c5600027b226d657373616765223a22777269746520746f20616e6e406578616d706c652e6f72\
                    67222c226e223a317d03");
    assert_same("br", &wire, Err(Failure::Malformed));
    assert_eq!(decoded("br", ROOMY, &[&wire[..1]]).0, Err(Failure::Malformed), "the first byte");
}

#[test]
fn bombs_are_stopped_before_they_are_large() {
    let zeros = vec![0; 10 << 20];
    let limits = Limits { bytes: 1 << 20, ratio: 100, ratio_after: 1 << 16 };
    for list in &LISTS[1..] {
        let wire = coded(list, &[&zeros]);
        for size in [1, 7, wire.len()] {
            let chunks: Vec<_> = wire.chunks(size).collect();
            let (verdict, came) = decoded(list, Limits { ratio: u64::MAX, ..limits }, &chunks);
            assert_eq!(verdict, Err(Failure::TooLarge), "{list} in {size}");
            assert!(came.len() <= 1 << 20, "{list} in {size}: {}", came.len());
            let (verdict, came) = decoded(list, limits, &chunks);
            assert_eq!(verdict, Err(Failure::Ratio), "{list} in {size}");
            assert!(came.len() <= 100 * wire.len().next_multiple_of(1024), "{list} in {size}");
        }
    }
}

/// Nothing comes out of it, and yet it is a megabyte of work.
#[test]
fn a_bomb_between_two_layers_is_met() {
    let members = coded("gzip", &[]).repeat(50_000);
    let wire = coded("gzip", &[&members]);
    let limits = Limits { bytes: 1 << 24, ratio: 20, ratio_after: 1 << 16 };
    assert_eq!(decoded("gzip, gzip", limits, &[&wire]), (Err(Failure::Ratio), Vec::new()));
    let limits = Limits { bytes: members.len() as u64 - 1, ratio: 1 << 20, ratio_after: 0 };
    assert_eq!(decoded("gzip, gzip", limits, &[&wire]), (Err(Failure::TooLarge), Vec::new()));
    let limits = Limits { bytes: members.len() as u64, ..limits };
    assert_eq!(decoded("gzip, gzip", limits, &[&wire]), (Ok(()), Vec::new()));
}

#[test]
fn limits_are_met_by_the_byte_and_at_every_cut() {
    let body = vec![b'a'; 100_000];
    let size = body.len() as u64;
    for list in &LISTS[1..] {
        let wire = coded(list, &[&body]);
        assert!(wire.len() < 1024, "{list}: it is one cell");
        let free = Limits { bytes: u64::MAX, ratio: u64::MAX, ratio_after: 0 };
        for (limits, expected) in [
            (Limits { bytes: size, ..free }, Ok(())),
            (Limits { bytes: size - 1, ..free }, Err(Failure::TooLarge)),
            (Limits { ratio: 0, ratio_after: size, ..free }, Ok(())),
            (Limits { ratio: 0, ratio_after: size - 1, ..free }, Err(Failure::Ratio)),
            (Limits { ratio: size.div_ceil(1024), ..free }, Ok(())),
            (Limits { ratio: size / 1024, ..free }, Err(Failure::Ratio)),
        ] {
            for cut in 0..=wire.len() {
                let (verdict, came) = decoded(list, limits, &[&wire[..cut], &wire[cut..]]);
                assert_eq!(verdict, expected, "{list} {limits:?} {cut}");
                assert!(verdict.is_err() || came == body, "{list} {limits:?} {cut}");
            }
        }
    }
    let limits = Limits { bytes: 44, ratio: 1, ratio_after: 0 };
    assert_eq!(decoded("", limits, &[TEXT]).0, Ok(()), "no coding grows nothing");
    assert_eq!(decoded("", limits, &[TEXT, b"x"]).0, Err(Failure::TooLarge));
}

/// Dull at first, dense later: whoever looked only at the end would not see the first.
#[test]
fn the_ratio_is_that_of_the_worst_moment_at_every_cut() {
    let body = [vec![0; 200_000], noise(3000)].concat();
    for list in ["gzip", "deflate", "br", "zstd"] {
        let dull = coded(list, &[&body[..200_000]]).len();
        let codings = codings(list);
        let (mut encoder, mut wire) = (Encoder::new(&codings), Vec::new());
        encoder.push(&body[..200_000], &mut wire).unwrap();
        encoder.flush(&mut wire).unwrap();
        encoder.push(&body[200_000..], &mut wire).unwrap();
        encoder.finish(&mut wire).unwrap();
        assert!(dull < 1000 && wire.len() > 3000, "{list}: {dull} {}", wire.len());
        for (ratio, expected) in [(190, Err(Failure::Ratio)), (200, Ok(()))] {
            let limits = Limits { bytes: u64::MAX, ratio, ratio_after: 0 };
            for size in [1, 100, 1023, 1024, 1025, wire.len()] {
                let chunks: Vec<_> = wire.chunks(size).collect();
                let verdict = decoded(list, limits, &chunks).0;
                assert_eq!(verdict, expected, "{list} {ratio} in {size}");
            }
        }
    }
}

/// These bytes, in hexadecimal, say this: whole, in two at every byte, and byte by byte.
#[track_caller]
fn check(list: &str, wire: &str, expected: &[u8]) {
    assert_same(list, &hex(wire), Ok(expected));
}

#[track_caller]
fn assert_same(list: &str, wire: &[u8], expected: Result<&[u8], Failure>) {
    for cut in 0..=wire.len() {
        assert_result(list, &[&wire[..cut], &wire[cut..]], expected);
    }
    assert_cut(list, wire, 1, expected);
}

#[track_caller]
fn assert_cut(list: &str, wire: &[u8], size: usize, expected: Result<&[u8], Failure>) {
    let chunks: Vec<_> = wire.chunks(size).collect();
    assert_result(list, &chunks, expected);
}

#[track_caller]
fn assert_result(list: &str, chunks: &[&[u8]], expected: Result<&[u8], Failure>) {
    let (verdict, came) = decoded(list, ROOMY, chunks);
    let first = chunks.first().map_or(0, |chunk| chunk.len());
    assert_eq!(verdict, expected.map(|_| ()), "{list}, the first of {} is {first}", chunks.len());
    if let Ok(body) = expected {
        assert!(came == body, "{list}, the first of {} is {first}", chunks.len());
    }
}

fn verdicts(list: &str, wire: &[u8]) -> (Result<(), Failure>, Result<(), Failure>) {
    let bytes: Vec<_> = wire.chunks(1).collect();
    (decoded(list, ROOMY, &[wire]).0, decoded(list, ROOMY, &bytes).0)
}

/// What becomes of these chunks, and what came out until then.
fn decoded(list: &str, limits: Limits, chunks: &[&[u8]]) -> (Result<(), Failure>, Vec<u8>) {
    let mut decoder = Decoder::new(&codings(list), limits);
    let mut out = Vec::new();
    let mut all = || {
        for mut chunk in chunks.iter().copied() {
            while let Some(piece) = decoder.next(&mut chunk)? {
                assert!((1..=16384).contains(&piece.len()), "{list}: {}", piece.len());
                out.extend_from_slice(piece);
            }
            assert!(chunk.is_empty(), "{list}: all was read");
        }
        decoder.finish()
    };
    let verdict = all();
    if let Err(failure) = verdict {
        assert_eq!(decoder.next(&mut &b"more"[..]), Err(failure), "{list}: for good");
        assert_eq!(decoder.finish(), Err(failure), "{list}: for good");
    }
    (verdict, out)
}

fn coded(list: &str, chunks: &[&[u8]]) -> Vec<u8> {
    let mut encoder = Encoder::new(&codings(list));
    let mut out = Vec::new();
    for chunk in chunks {
        encoder.push(chunk, &mut out).unwrap();
    }
    encoder.finish(&mut out).unwrap();
    out
}

fn codings(list: &str) -> Codings {
    Codings::parse([list.as_bytes()]).unwrap()
}

/// Something that people could have written.
fn text(length: usize) -> Vec<u8> {
    let words = ["visitor ", "to ", "property ", "the ", "{\"id\":", "1700", "\u{fc}ber "];
    let chosen = noise(length).into_iter().map(|byte| words[usize::from(byte) % words.len()]);
    chosen.flat_map(str::bytes).take(length).collect()
}

/// Bytes that no coding makes smaller (xorshift64).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(&mut next).take(length).collect()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    data_encoding::HEXLOWER.decode(&digits).unwrap()
}
