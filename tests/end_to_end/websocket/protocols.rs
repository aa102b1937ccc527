//! What chat widgets send, as messages: where nothing is found not a byte changes and a frame
//! stays a frame; where something is, that one place does.

use super::{ALL, Talk, reading, redacting};
use crate::harness::socket::Heard;
use ::cloakroom::websocket::Kind;
use std::fs;
use std::path::Path;

#[tokio::test]
async fn rules_that_find_nothing_change_nothing() {
    for legs in ALL {
        for deflates in [false, true] {
            let guest = if deflates { legs.guest().deflating() } else { legs.guest() };
            let mut talk = Talk::of(guest, legs, reading).await;
            for (file, line, _) in payloads() {
                for kind in [Kind::Text, Kind::Binary] {
                    let same = Heard::Message(kind, line.clone(), 1);
                    talk.ann.message(kind, &line).await;
                    assert_eq!(talk.shop.hear().await, same, "{file}, {legs:?}");
                    talk.shop.message(kind, &line).await;
                    assert_eq!(talk.ann.hear().await, same, "{file}, {legs:?}");
                }
            }
            let picture = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &[0xc3; 5000]].concat();
            talk.ann.message(Kind::Binary, &picture).await;
            let same = Heard::Message(Kind::Binary, picture, 1);
            assert_eq!(talk.shop.hear().await, same, "{legs:?}");
        }
    }
}

#[tokio::test]
async fn rules_that_find_something_change_that_place() {
    for legs in ALL {
        let mut talk = Talk::of(legs.guest().deflating(), legs, redacting).await;
        let mut changed = 0;
        for (file, line, expected) in payloads() {
            talk.ann.message(Kind::Text, &line).await;
            let heard = Heard::Message(Kind::Text, expected.clone(), 1);
            assert_eq!(talk.shop.hear().await, heard, "{file}, {legs:?}");
            changed += usize::from(line != expected);
        }
        assert!(changed >= 15, "{changed} changed");
    }
}

/// Each message of `tests/protocols`: its file, it, and what becomes of it.
fn payloads() -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/protocols");
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the protocols are there") {
        let path = entry.expect("a readable folder").path();
        if path.extension().is_none_or(|ending| ending != "jsonl") {
            continue;
        }
        let name = path.display().to_string();
        let input = fs::read_to_string(&path).expect("a readable file");
        let expected = fs::read_to_string(format!("{name}.expected"));
        let expected = expected.unwrap_or_else(|_| input.clone());
        assert_eq!(input.lines().count(), expected.lines().count(), "{name}");
        for (line, expected) in input.lines().zip(expected.lines()) {
            all.push((name.clone(), line.into(), expected.into()));
        }
    }
    assert!(all.len() >= 40, "{} messages", all.len());
    all
}
