//! What does it cost to find the client, to decide what a backend may learn of it, and to
//! keep it out of everything else?

use cloakroom::address::fields::AddressFields;
use cloakroom::address::recording::{
    Landing, Mode, Moment, PseudonymKey, Recording, Sealing, StandIn, Truncation,
};
use cloakroom::address::scan::Scan;
use cloakroom::address::sealing::Variant;
use cloakroom::address::{Chain, Client, Source, Trust, VisitorAddr, period::PeriodSecret};
use cloakroom::policy::rate::{Buckets, Pace, network_of};
use criterion::{Criterion, criterion_group, criterion_main};
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

criterion_group!(benches, resolve, clean, disclose, key, text, count);
criterion_main!(benches);

/// Who is asking, behind a balancer and a CDN; and with ten thousand forged elements before
/// the one that counts.
fn resolve(c: &mut Criterion) {
    let networks = ["10.0.0.0/8", "2001:db8:c::/48"].map(|net| net.parse().expect("a network"));
    let chain = |source| Chain { trust: Trust::Networks(networks.to_vec()), source };
    let peer = "10.0.0.8".parse().ok();
    let forged = format!("{}203.0.113.77, 10.0.0.7", "198.51.100.1, ".repeat(10_000));
    let mut group = c.benchmark_group("resolve");
    for (name, source, line) in [
        ("x-forwarded-for", Source::XForwardedFor, "198.51.100.1, 203.0.113.77, 10.0.0.7"),
        ("x-forwarded-for-forged", Source::XForwardedFor, forged.as_str()),
        ("forwarded", Source::Forwarded, "for=203.0.113.77;proto=https, for=\"10.0.0.7:4711\""),
        ("field", Source::Field("cf-connecting-ip".into()), "203.0.113.77"),
    ] {
        let chain = chain(source);
        group.bench_function(name, |b| {
            b.iter(|| chain.resolve(black_box(peer), [black_box(line).as_bytes()]));
        });
    }
}

/// What is done for every field of every request: is its name one that tells, does its value
/// hold the address? Per head of 14 fields with 560 bytes of values.
fn clean(c: &mut Criterion) {
    let fields = AddressFields::new([]);
    let mut group = c.benchmark_group("clean");
    group.bench_function("names", |b| {
        b.iter(|| {
            HEAD.iter()
                .filter(|(name, _)| fields.tells(black_box(name).as_bytes()).is_some())
                .count()
        });
    });
    for (family, visitor) in [("v4", "203.0.113.77"), ("v6", "3fff:abc:1234:5678::77")] {
        let visitor = VisitorAddr::new(visitor.parse().expect("an address"));
        group.bench_function(format!("values/{family}"), |b| {
            b.iter(|| {
                let scan = Scan::new(black_box(visitor));
                HEAD.iter().filter(|(_, value)| scan.contains(black_box(value).as_bytes())).count()
            });
        });
    }
}

/// What a browser sends with a widget call.
const HEAD: [(&str, &str); 14] = [
    ("host", "chat.example.org"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.61 Safari/537.36",
    ),
    ("accept", "application/json, text/plain, */*"),
    ("accept-language", "de-DE,de;q=0.9,en;q=0.8"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("content-type", "application/json"),
    ("content-length", "312"),
    ("origin", "https://shop.example.org"),
    ("referer", "https://shop.example.org/checkout?step=2&order=20260929-0001"),
    (
        "cookie",
        "cw_conversation=eyJhbGciOiJIUzI1NiJ9.eyJzb3VyY2VfaWQiOiJkMGQ0IiwiaW5ib3hfaWQiOjd9.c2ln",
    ),
    ("x-auth-token", "eyJhbGciOiJIUzI1NiJ9.eyJzb3VyY2VfaWQiOiJkMGQ0IiwiaW5ib3hfaWQiOjd9.c2ln"),
    ("sec-fetch-site", "cross-site"),
    ("sec-fetch-mode", "cors"),
    ("x-forwarded-for", "198.51.100.9"),
];

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

/// How often has this visitor asked? Of one, whose place is at hand, and of a hundred thousand,
/// who fill the table; the hash of the address is part of it.
fn count(c: &mut Criterion) {
    let (key, pace) = (RandomState::new(), Pace::new(20, Duration::from_secs(1), 40));
    let mut group = c.benchmark_group("count");
    for visitors in [1, 100_000] {
        let mut buckets = Buckets::new(100_000);
        let (mut number, mut now) = (0_u32, Duration::ZERO);
        group.bench_function(format!("visitors/{visitors}"), |b| {
            b.iter(|| {
                number = (number + 7_919) % visitors;
                now += Duration::from_micros(10);
                let visitor = VisitorAddr::new(black_box(number).to_be_bytes().into());
                let tag = key.hash_one(("shop", network_of(visitor, 64)));
                buckets.admit(tag, pace, now)
            });
        });
    }
}
