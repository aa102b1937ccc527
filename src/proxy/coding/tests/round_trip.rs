//! Is what was coded read again, whole and at every cut, and is all that others write read?

use super::*;

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
        for pieces in [1, 2] {
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

/// An empty frame that announces 134 bytes. The decoder underneath minds only when it gets all
/// at once.
#[test]
fn a_zstd_frame_is_the_same_in_one_piece() {
    check("zstd", "28b52ffd248601000099e9d851", b"");
}
