//! Is a body that grows too much stopped in time, and one that does not let through?

use super::*;

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
    for list in &LISTS[1..] {
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
