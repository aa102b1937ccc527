//! Is a body that is not what its coding says refused, wherever it is damaged and cut?

use super::*;

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
