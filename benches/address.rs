//! What does it cost to decide what a backend may learn of a visitor's address?

use cloakroom::address::recording::{
    Landing, Mode, Moment, PseudonymKey, Recording, Sealing, StandIn, Truncation,
};
use cloakroom::address::sealing::Variant;
use cloakroom::address::{Client, VisitorAddr, period::PeriodSecret};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;

criterion_group!(benches, disclose, key, text);
criterion_main!(benches);

/// Per mode and family; where a pseudonym is part of it, with a key that was kept and, as
/// `underived`, with one that is derived for this visitor alone.
fn disclose(c: &mut Criterion) {
    let secret = PeriodSecret::new([7; 32]);
    let landing = Landing::default();
    let moment = moment(&secret, &landing);
    let sealed = |variant| {
        let key: Vec<u8> = (1..=32).take(Variant::key_bytes(variant)).collect();
        Recording::Sealed(Arc::new(Sealing::from_key_bytes(variant, &key).expect("a good key")))
    };
    let modes = [
        ("off", Recording::Off { stand_in: StandIn::None }),
        ("off-random", Recording::Off { stand_in: StandIn::Random }),
        ("pseudonym", Recording::Pseudonym),
        ("truncate", Recording::Truncate(Truncation::default())),
        ("sealed-nd", sealed(Variant::Nd)),
        ("sealed-ndx", sealed(Variant::Ndx)),
        ("sealed-deterministic", sealed(Variant::Deterministic)),
        ("sealed-pfx", sealed(Variant::Pfx)),
        ("full", Recording::Full),
    ];
    let mut group = c.benchmark_group("disclose");
    for (name, recording) in modes {
        let key = PseudonymKey::derive(&secret, recording.mode(), moment.property);
        for (family, client) in clients() {
            group.bench_function(format!("{name}/{family}"), |b| {
                b.iter(|| recording.disclose_with(&key, black_box(client), &moment));
            });
            if recording == Recording::Pseudonym {
                group.bench_function(format!("{name}-underived/{family}"), |b| {
                    b.iter(|| recording.disclose(black_box(client), &moment));
                });
            }
        }
    }
}

fn key(c: &mut Criterion) {
    let secret = PeriodSecret::new([7; 32]);
    c.bench_function("pseudonym-key", |b| {
        b.iter(|| PseudonymKey::derive(&secret, Mode::Pseudonym, black_box("shop")));
    });
}

fn text(c: &mut Criterion) {
    let secret = PeriodSecret::new([7; 32]);
    let landing = Landing::default();
    for (family, client) in clients() {
        let disclosure = Recording::Pseudonym.disclose(client, &moment(&secret, &landing));
        c.bench_function(&format!("text/{family}"), |b| {
            b.iter(|| black_box(&disclosure).address_text());
        });
        c.bench_function(&format!("text-forwarded/{family}"), |b| {
            b.iter(|| black_box(&disclosure).forwarded());
        });
    }
}

fn moment<'a>(secret: &'a PeriodSecret, landing: &'a Landing) -> Moment<'a> {
    let connection = 0x1234_5678_9abc_def0_1234_5678_9abc_def0;
    Moment { property: "shop", secret, landing, connection, tweak: [5; 16] }
}

fn clients() -> [(&'static str, Client); 2] {
    [("v4", "203.0.113.77"), ("v6", "2001:db8:1:2:3:4:5:6")].map(|(family, address)| {
        (family, Client::Known(VisitorAddr::new(address.parse().expect("address"))))
    })
}
