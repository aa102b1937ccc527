//! Bodies there and back: each coding and some stacks of them, whole and at every cut.

mod damage;
mod limits;
mod round_trip;

use super::{Codings, Decoder, Encoder, Failure, Limits};

/// Each coding, and stacks as caches and gateways make them.
const LISTS: [&str; 8] =
    ["", "gzip", "deflate", "br", "zstd", "gzip, gzip", "br, gzip", "deflate, zstd, br"];

/// Those whose last layer carries a checksum over all it says.
const CHECKED: [&str; 5] = ["gzip", "deflate", "zstd", "gzip, gzip", "br, gzip"];

const TEXT: &[u8] = br#"{"message":"write to ann@example.org","n":1}"#;

const ROOMY: Limits = Limits { bytes: 1 << 24, ratio: 1 << 20, ratio_after: 0 };

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
