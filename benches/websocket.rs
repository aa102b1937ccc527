//! What a message of a WebSocket costs: how many pass in a second, and the CPU time of whoever
//! stands between, for each.
//!
//! Visitors send masked text messages of 200 bytes, one in a hundred with something personal; the
//! backend counts them and acknowledges. Between them stands a plain TCP relay, or cloakroom: as a
//! tunnel, as a reader whose rules find nothing, with the default kinds, with compression on
//! the visitors' leg, over TLS. Each relay runs on a thread of its own, whose CPU time the
//! kernel counts. `one way` is the same without sockets.

#![allow(missing_docs, reason = "criterion's macros make items without docs")]
#![allow(clippy::print_stdout, reason = "CPU times are told beside criterion's own lines")]

#[path = "websocket/backend.rs"]
mod backend;
#[path = "websocket/one_way.rs"]
mod one_way;
#[path = "websocket/relays.rs"]
mod relays;
mod stand;
#[path = "websocket/visitors.rs"]
mod visitors;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use relays::{Leg, Relays};
use stand::{cpu, runtime};
use std::time::{Duration, Instant};
use visitors::Visitors;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

criterion_group!(benches, relayed, one_way::one_way);
criterion_main!(benches);

/// Messages that a visitor sends before it waits for the backend's word: a conversation, and a
/// stream.
const AT_A_TIME: [usize; 2] = [1, 100];

fn relayed(c: &mut Criterion) {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let backend = runtime("backend");
    let upstream = backend.block_on(backend::counting());
    let relays = Relays::start(scratch.path(), upstream);
    let speaking = runtime("visitors");
    for at_a_time in AT_A_TIME {
        let mut group = c.benchmark_group(format!("websocket/{at_a_time} at a time"));
        group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(3));
        let mut costs = Vec::new();
        for leg in &relays.legs {
            let mut visitors = speaking.block_on(Visitors::connect(leg, &relays.authority));
            let (mut spent, mut sent) = (Duration::ZERO, 0);
            group.bench_function(BenchmarkId::from_parameter(leg.name), |b| {
                b.iter_custom(|count| {
                    let (began, before) = (Instant::now(), cpu(leg.thread));
                    let count_sent = speaking.block_on(visitors.send(count, at_a_time));
                    let took = began.elapsed();
                    spent += cpu(leg.thread) - before;
                    sent += count_sent;
                    // What was sent is rounded up to whole turns.
                    took.mul_f64(count as f64 / count_sent as f64)
                });
            });
            if sent > 0 {
                costs.push((leg, spent.as_secs_f64() * 1e6 / sent as f64));
            }
        }
        group.finish();
        tell(at_a_time, &costs);
    }
}

fn tell(at_a_time: usize, costs: &[(&Leg, f64)]) {
    let Some((_, first)) = costs.first() else { return };
    println!("\nCPU time of a message, {at_a_time} at a time");
    for (leg, micros) in costs {
        println!("{:<44} {micros:>8.2} µs {:>7.2} x", leg.name, micros / first);
    }
    println!();
}
