//! Bytes per second of a redactor: by corpus, by kinds, by size of chunks, beside the `regex`
//! crate's `replace_all` with the same shapes one after another, in the same run.

#![allow(missing_docs, reason = "criterion's macros make items without docs")]

mod corpus;

use cloakroom::detect::catalog::{DEFAULT, kind, kinds};
use cloakroom::detect::kind::{Edges, Kind};
use cloakroom::format::charset::Charset;
use cloakroom::format::content::Content;
use cloakroom::redact::hand::{Hand, HashKey};
use cloakroom::redact::spec::{Action, Spec, Wanted};
use cloakroom::redact::{Options, Redactor, Rules};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use regex::bytes::Regex;
use std::hint::black_box;
use std::sync::Arc;

fn corpora(c: &mut Criterion) {
    let default = rules(DEFAULT.iter().filter_map(|name| kind(name)));
    let all = rules(kinds());
    let regexes = regexes();
    for (name, content, corpus) in [
        ("chat 1 %", Content::Json, corpus::chat(1)),
        ("chat 30 %", Content::Json, corpus::chat(30)),
        ("english", Content::Text, corpus::english()),
        ("digits", Content::Text, corpus::digits()),
        ("world", Content::Text, corpus::world()),
    ] {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(corpus.len() as u64)).sample_size(10);
        let mut out = Vec::with_capacity(2 * corpus.len());
        for (kinds, rules) in [("default", &default), ("all", &all)] {
            group.bench_function(kinds, |b| {
                b.iter(|| redact(rules, &content, black_box(&corpus), 64 * 1024, &mut out));
            });
        }
        for chunk in [16 * 1024, 1024, 64] {
            group.bench_function(format!("default, chunks of {chunk}"), |b| {
                b.iter(|| redact(&default, &content, black_box(&corpus), chunk, &mut out));
            });
        }
        group.bench_function("regex, one after another", |b| {
            b.iter(|| {
                let mut text = black_box(&corpus).clone();
                for regex in &regexes {
                    text = regex.replace_all(&text, &b"[x]"[..]).into_owned();
                }
                text
            });
        });
        group.finish();
    }
}

fn messages(c: &mut Criterion) {
    let default = rules(DEFAULT.iter().filter_map(|name| kind(name)));
    let corpus = corpus::chat(1);
    let message = &corpus[..1024];
    let mut group = c.benchmark_group("message of 1 KiB");
    group.throughput(Throughput::Bytes(1024));
    let mut out = Vec::new();
    group.bench_function("default", |b| {
        b.iter(|| redact(&default, &Content::Json, black_box(message), 64 * 1024, &mut out));
    });
    group.finish();
}

/// A picture of 300 kB in a message, as a bare string and in HTML.
fn pictures(c: &mut Criterion) {
    let default = rules(DEFAULT.iter().filter_map(|name| kind(name)));
    let mut group = c.benchmark_group("picture");
    let mut out = Vec::new();
    for (name, message) in corpus::pictures() {
        group.throughput(Throughput::Bytes(message.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| redact(&default, &Content::Json, black_box(&message), 64 * 1024, &mut out));
        });
    }
    group.finish();
}

fn hostile(c: &mut Criterion) {
    let default = rules(DEFAULT.iter().filter_map(|name| kind(name)));
    let all = rules(kinds());
    let mut group = c.benchmark_group("hostile");
    group.sample_size(10);
    for (name, corpus) in corpus::hostile() {
        group.throughput(Throughput::Bytes(corpus.len() as u64));
        let mut out = Vec::with_capacity(2 * corpus.len());
        for (kinds, rules) in [("default", &default), ("all", &all)] {
            group.bench_function(format!("{name}, {kinds}"), |b| {
                b.iter(|| redact(rules, &Content::Text, black_box(&corpus), 64 * 1024, &mut out));
            });
        }
    }
    group.finish();
}

fn redact(rules: &Arc<Rules>, content: &Content, input: &[u8], chunk: usize, out: &mut Vec<u8>) {
    out.clear();
    let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "bench".into());
    let options = Options::default();
    let mut redactor = Redactor::of(rules, hand, content, Charset::Utf8, options);
    for chunk in input.chunks(chunk) {
        redactor.push(chunk, out).expect("nothing to block");
    }
    redactor.finish(out).expect("nothing to block");
    black_box(out.len());
}

fn rules(kinds: impl Iterator<Item = &'static Kind>) -> Arc<Rules> {
    let wanted = |kind| Wanted { kind, action: Action::Label, context_optional: false };
    let spec = Spec { kinds: kinds.map(wanted).collect(), ..Spec::default() };
    Arc::new(Rules::compile(&spec).expect("rules"))
}

/// The shapes of the default kinds, with their edges as far as a regex without look-around has
/// them. They prove nothing, and see through no escape: less work than ours.
fn regexes() -> Vec<Regex> {
    let shape = |kind: &Kind| match kind.edges {
        Edges::Open => kind.shape.to_owned(),
        _ => format!(r"(?-u:\b)(?:{})", kind.shape),
    };
    DEFAULT
        .iter()
        .filter_map(|name| kind(name))
        .map(|k| Regex::new(&shape(k)).expect("a shape"))
        .collect()
}

criterion_group!(benches, corpora, messages, pictures, hostile);
criterion_main!(benches);
