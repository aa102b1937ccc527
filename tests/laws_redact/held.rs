//! How much is held back? What could still become a find, and nothing more.

use crate::corpus;
use crate::redacting::Door;
use crate::rule_set::rules;
use cloakroom::format::content::Content;
use cloakroom::redact::{Options, Redactor};

#[test]
fn of_plain_chat_text_little_is_held_back() {
    let text = corpus::english();
    let messages = chat_text();
    for (name, corpus) in [("english", &text), ("chat text", &messages)] {
        for (chunks, held) in each_chunking(&Content::Text, corpus) {
            report(name, chunks, &held);
            assert!(held.mean() < 8.0 && held.at(99) < 48, "{name}, {chunks}");
        }
    }
}

#[test]
fn of_chat_json_little_is_held_back() {
    for percent in [1, 30] {
        let corpus = corpus::chat(percent);
        for (chunks, held) in each_chunking(&Content::Json, &corpus) {
            let name = format!("chat JSON, {percent} % personal");
            report(&name, chunks, &held);
            assert!(held.mean() < 8.0 && held.at(99) < 48, "{name}, {chunks}");
        }
    }
}

/// 64 MiB that nobody ever has in memory; without optimisation, which would take minutes, 8.
#[test]
fn a_large_document_goes_through_in_little_memory() {
    const SIZE: usize = if cfg!(debug_assertions) { 8 << 20 } else { 64 << 20 };
    const CHUNK: usize = 64 << 10;
    let line = corpus::chat(5);
    let mut redactor = Door::content(Content::Json).redactor(&rules(0), Options::default());
    let (mut pushed, mut written, mut most_held, mut most_room) = (0, 0, 0, 0);
    let mut out = Vec::new();
    let mut chunk = b"[".to_vec();
    let mut documents = line.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).cycle();
    while pushed < SIZE {
        while chunk.len() < CHUNK {
            chunk.extend_from_slice(documents.next().unwrap_or_default());
            chunk.push(b',');
        }
        let rest = chunk.split_off(CHUNK);
        push(&mut redactor, &chunk, &mut out);
        pushed += chunk.len();
        written += out.len();
        most_held = most_held.max(redactor.held());
        most_room = most_room.max(out.capacity());
        out.clear();
        chunk = rest;
    }
    redactor.finish(&mut out).expect("nothing to block");
    written += out.len();
    println!("{pushed} bytes in, {written} out, at most {most_held} held, {most_room} of room");
    assert!(redactor.tally().total() > 1_000, "{:?}", redactor.tally().total());
    assert!(written < pushed && written > pushed / 2);
    assert!(most_held < 1024 && most_room < 4 * CHUNK, "{most_held} held, {most_room} of room");
}

/// What was held after each push.
#[derive(Default)]
struct Held(Vec<usize>);

impl Held {
    fn mean(&self) -> f64 {
        self.0.iter().sum::<usize>() as f64 / self.0.len() as f64
    }

    /// What so many of a hundred pushes do not exceed.
    fn at(&self, percent: usize) -> usize {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted[(sorted.len() - 1) * percent / 100]
    }
}

fn report(name: &str, chunks: &str, held: &Held) {
    let (mean, most) = (held.mean(), held.at(100));
    let pushes = held.0.len();
    println!(
        "{name}, {chunks}: mean {mean:.1}, p50 {}, p99 {}, most {most} bytes held after {pushes} pushes",
        held.at(50),
        held.at(99),
    );
}

/// In pieces of 64 bytes, and in pieces of 1 to 400.
fn each_chunking(content: &Content, corpus: &[u8]) -> [(&'static str, Held); 2] {
    let mut state = 3_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        1 + (state >> 33) as usize % 400
    };
    [
        ("64 bytes", held(content, corpus, || 64)),
        ("1 to 400 bytes", held(content, corpus, &mut random)),
    ]
}

fn held(content: &Content, corpus: &[u8], mut length: impl FnMut() -> usize) -> Held {
    let mut redactor = Door::content(content.clone()).redactor(&rules(0), Options::default());
    let mut out = Vec::new();
    let mut held = Held::default();
    let mut rest = corpus;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(length().min(rest.len()));
        push(&mut redactor, piece, &mut out);
        held.0.push(redactor.held());
        out.clear();
        rest = after;
    }
    held
}

fn push(redactor: &mut Redactor, piece: &[u8], out: &mut Vec<u8>) {
    redactor.push(piece, out).expect("nothing to block");
}

/// The messages of the chat corpus without the JSON around them.
fn chat_text() -> Vec<u8> {
    let mut text = Vec::new();
    for line in corpus::chat(5).split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let message: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        text.extend_from_slice(message["content"].as_str().unwrap_or_default().as_bytes());
        text.push(b'\n');
    }
    text
}
