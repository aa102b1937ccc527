//! What the backend learns of a visitor's address: what the property's mode says, once, and
//! nothing anywhere else.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder, SEALING_KEY};
use crate::harness::finder::{assert_absent, spellings};
use crate::harness::message::Message;
use crate::harness::visitor::{self, Visitor};
use ::cloakroom::address::fields::{AddressFields, Tells};
use ::cloakroom::address::sealing::{Sealing, Variant};
use http::Method;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// One visitor of each family.
const VISITORS: [&str; 2] = ["203.0.113.77", "2001:db8:5:6::77"];

/// What property `shop` says in every mode that keeps something back.
const STRICT: [&str; 5] = [
    "record = \"off\"",
    "record = \"off\"\nstand_in = \"random\"",
    "record = \"pseudonym\"",
    "record = \"truncate\"",
    "record = \"sealed\"\nsealed = { key_file = \"sealing.key\" }",
];

const FULL: &str = "record = \"full\"";

#[tokio::test]
async fn no_listed_field_reaches_the_backend_over_http1() {
    for http2_backend in [false, true] {
        let shop = shop(http2_backend).await;
        for mode in STRICT {
            let door = roomy(&shop, mode).start().await;
            for address in VISITORS {
                let before = shop.requests().len();
                let mut wire = visitor::nobody().wire(&door).await;
                wire.send(every_listed_field(address)).await;
                let answer = wire.answer().await.expect("an answer");
                assert_eq!(answer.status(), 200, "{mode}: {}", answer.text());
                let seen = shop.after(before + 1).await.remove(before);
                check_strict(mode, address, &seen);
            }
        }
        for address in VISITORS {
            assert_absent(address, &shop.raw(), "all that the backend received");
        }
    }
}

#[tokio::test]
async fn no_listed_field_reaches_the_backend_over_http2() {
    for http2_backend in [false, true] {
        let shop = shop(http2_backend).await;
        for mode in STRICT {
            let door = roomy(&shop, mode).start().await;
            for address in VISITORS {
                let before = shop.requests().len();
                let mut ann = visitor::nobody().over_http2();
                for (name, _) in AddressFields::built_in() {
                    for name in [name.to_owned(), name.replace('-', "_")] {
                        ann = ann.with(&name, address).with(&name, &spellings(address)[1]);
                    }
                }
                let answer = ann.with("x-forwarded-for", address).get(&door, "/").await;
                assert_eq!(answer.status(), 200, "{mode}: {}", answer.text());
                check_strict(mode, address, &shop.requests()[before]);
            }
        }
        for address in VISITORS {
            assert_absent(address, &shop.raw(), "all that the backend received");
        }
    }
}

#[tokio::test]
async fn no_trailer_reaches_the_backend_with_an_address() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        for mode in STRICT {
            let door = roomy(&shop, mode).start().await;
            for address in VISITORS {
                let before = shop.requests().len();
                let mut ann = by(http2_visitor, address);
                for (name, _) in AddressFields::built_in() {
                    ann = ann.with_trailer(name, address);
                    ann = ann.with_trailer(&name.replace('-', "_"), address);
                }
                for (at, spelt) in spellings(address).iter().enumerate() {
                    ann = ann.with_trailer(&format!("x-note-{at}"), spelt);
                }
                let ann = ann.with_trailer("x-sum", "42");
                let answer = ann.post(&door, "/", b"hello").await;
                assert_eq!(answer.status(), 200, "{mode}: {}", answer.text());
                let seen = shop.requests().remove(before);
                assert_eq!((seen.body.as_slice(), seen.trailer("x-sum")), (&b"hello"[..], "42"));
                for (name, _) in AddressFields::built_in() {
                    assert_eq!(seen.trailer(name), "", "{mode}: trailer {name}");
                }
                assert_ne!(seen.trailer("x-note-0"), "", "other trailers are kept");
            }
        }
        for address in VISITORS {
            assert_absent(address, &shop.raw(), "all that the backend received");
        }
    }
}

#[tokio::test]
async fn no_other_part_of_a_head_carries_the_address() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        for mode in STRICT {
            let door = roomy(&shop, mode).start().await;
            for address in VISITORS {
                let before = shop.requests().len();
                let mut ann = by(http2_visitor, address);
                let mut target = "/who?a=b".to_owned();
                for spelt in spellings(address) {
                    ann = ann
                        .with("referer", &format!("https://shop.example.org/?from={spelt}"))
                        .with("cookie", &format!("a=b; seen={spelt}; c=d"))
                        .with("x-custom", &spelt)
                        .with("x-custom", &format!("again {spelt}, and {spelt}"))
                        .with("user-agent", &format!("Robot/1.0 (+{spelt})"))
                        .with("authorization", &format!("Custom {spelt}"))
                        .with("x-request-id", &format!("x{spelt}z"))
                        .with("content-type", &format!("text/plain; boundary=\"{spelt}\""));
                    target = format!("/is/{spelt}{target}&ip={spelt}&x=[{spelt}]");
                }
                let answer = ann.get(&door, &target).await;
                assert_eq!(answer.status(), 200, "{mode}");
                assert_absent(address, &shop.requests()[before].flat(), mode);
            }
        }
        let seen = shop.requests().remove(0);
        assert!(seen.target().contains("/who?a=b&ip="), "{}", seen.target());
        assert!(seen.field("cookie").starts_with("a=b; seen="), "{}", seen.field("cookie"));
    }
}

#[tokio::test]
async fn what_a_trusted_hop_says_of_scheme_host_and_port_is_no_hiding_place() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        for mode in STRICT {
            let door = roomy(&shop, mode).start().await;
            for address in VISITORS {
                for spelt in spellings(address) {
                    let ann = by(http2_visitor, address)
                        .with("x-forwarded-host", &spelt)
                        .with("x-forwarded-port", &spelt)
                        .with("x-forwarded-proto", &spelt);
                    let before = shop.requests().len();
                    assert_eq!(ann.get(&door, "/").await.status(), 200);
                    let seen = shop.requests().remove(before);
                    assert_absent(address, &seen.flat(), &format!("{mode}: {spelt}"));
                }
            }
        }
    }
}

#[tokio::test]
async fn no_name_of_a_field_or_of_a_method_is_a_hiding_place() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        let door = roomy(&shop, STRICT[3]).start().await;
        let ann = by(http2_visitor, "203.0.113.77")
            .with("203.0.113.77", "1")
            .with("x-203-0-113-77-seen", "1")
            .with("x-kept", "1")
            .with_trailer("x-trailer-203.0.113.77", "1");
        let method = Method::from_bytes(b"SEEN-203.0.113.77").expect("a method");
        // Whether such a method is refused or changed is of no interest here.
        ann.ask(&door, method, "/", b"hello").await;
        let answer = ann.post(&door, "/", b"hello").await;
        assert_eq!(answer.status(), 200);
        assert_absent("203.0.113.77", &shop.raw(), "names");
        assert_eq!(shop.requests().last().expect("a request").field("x-kept"), "1");
    }
}

#[tokio::test]
async fn an_upgrade_is_told_no_more_than_a_request() {
    let shop = backend::answering(|_| {
        let fields = [("connection", "upgrade"), ("upgrade", "websocket")];
        vec![backend::Step::answer(101, &fields, ""), backend::Step::Echo]
    });
    let shop = shop.start().await;
    for mode in STRICT {
        let door = cloakroom::before(&shop).shop(mode).start().await;
        let ann = visitor::at("203.0.113.77")
            .with("connection", "Upgrade, X-Forwarded-For")
            .with("upgrade", "websocket")
            .with("x-real-ip", "203.0.113.77")
            .with("sec-websocket-protocol", "chat, from-203.0.113.77");
        let mut wire = ann.wire(&door).await;
        wire.send(ann.head("GET /cable?ip=203.0.113.77 HTTP/1.1")).await;
        let answer = wire.answer().await.expect("an answer");
        assert_eq!(answer.status(), 101, "{mode}");
        wire.send("hello").await;
        assert_eq!(wire.exactly(5).await.as_deref(), Some(&b"HELLO"[..]), "{mode}");
        assert_absent("203.0.113.77", &shop.raw(), mode);
    }
}

#[tokio::test]
async fn full_tells_the_address_once() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        let door = roomy(&shop, FULL).start().await;
        for address in VISITORS {
            let before = shop.requests().len();
            let mut ann = match http2_visitor {
                true => visitor::nobody().over_http2(),
                false => visitor::nobody(),
            };
            for (name, _) in AddressFields::built_in() {
                ann = ann.with(name, "198.51.100.9").with(&name.replace('-', "_"), "198.51.100.9");
            }
            let answer = ann.with("x-forwarded-for", address).get(&door, "/").await;
            assert_eq!(answer.status(), 200);
            let seen = shop.requests().remove(before);
            assert_eq!(seen.values("x-forwarded-for"), [address]);
            let names = seen.names();
            for (name, tells) in AddressFields::built_in() {
                let own = name == "x-forwarded-for";
                let kept = tells != Tells::Address;
                assert_eq!(names.contains(&name.to_owned()), own || kept, "{name}");
            }
            assert!(!names.contains(&"x_forwarded_for".to_owned()));
        }
    }
}

#[tokio::test]
async fn the_disclosure_stands_once_in_each_configured_field() {
    let fields = "address_fields = [\"x-real-ip\", \"forwarded\", \"x-shop-visitor\"]\n\
                  sealed_field = \"x-shop-sealed\"";
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        for mode in [&STRICT[..], &[FULL]].concat() {
            let door = roomy(&shop, mode).upstream(fields).start().await;
            for address in VISITORS {
                let before = shop.requests().len();
                let ann = by(http2_visitor, address)
                    .with("x-real-ip", "198.51.100.9")
                    .with("X_Real_IP", "198.51.100.9")
                    .with("forwarded", "for=198.51.100.9")
                    .with("x-shop-visitor", "198.51.100.9")
                    .with("x_shop_visitor", "198.51.100.9")
                    .with("x-shop-sealed", "forged")
                    .with("x_shop_sealed", "forged");
                ann.get(&door, "/").await;
                let seen = shop.requests().remove(before);
                let told = match disclosed(mode, address, &seen, "x-real-ip") {
                    Some(told) => vec![told.to_string()],
                    None => vec![],
                };
                assert_eq!(seen.values("x-shop-visitor"), told, "{mode}");
                let forwarded = match told.first() {
                    Some(v6) if v6.contains(':') => vec![format!("for=\"[{v6}]\"")],
                    Some(v4) => vec![format!("for={v4}")],
                    None => vec![],
                };
                assert_eq!(seen.values("forwarded"), forwarded, "{mode}");
                assert_eq!(seen.values("x-shop-sealed").len(), usize::from(mode == STRICT[4]));
                let raw = String::from_utf8_lossy(&seen.flat()).into_owned();
                for forged in ["198.51.100.9", "forged", "x-forwarded-for"] {
                    assert!(!raw.contains(forged), "{mode}: {forged} in {raw}");
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_forges_a_disclosure_that_is_not_made() {
    for (http2_visitor, http2_backend) in PROTOCOLS {
        let shop = shop(http2_backend).await;
        for mode in [&STRICT[..4], &[FULL]].concat() {
            let door = roomy(&shop, mode).start().await;
            let before = shop.requests().len();
            let ann = by(http2_visitor, "203.0.113.77")
                .with("x-sealed-address", "forged")
                .with("x_sealed_address", "forged")
                .with("x-visitor-country", "DE")
                .with("x_visitor_country", "DE")
                .with_trailer("x-sealed-address", "forged")
                .with_trailer("x_visitor_country", "DE");
            ann.post(&door, "/", b"hello").await;
            let seen = shop.requests().remove(before);
            let trailers = seen.trailers.iter().map(|(name, _)| name.to_ascii_lowercase());
            let names: BTreeSet<_> = seen.names().into_iter().chain(trailers).collect();
            for name in ["sealed-address", "visitor-country"] {
                let forged = |seen: &String| seen.replace('_', "-") == format!("x-{name}");
                assert!(!names.iter().any(forged), "{mode}: {name} in {names:?}");
            }
        }
    }
}

#[tokio::test]
async fn of_an_unknown_visitor_nothing_is_told_in_any_mode() {
    let shop = shop(false).await;
    for mode in [STRICT[0], STRICT[2], STRICT[3], STRICT[4], FULL] {
        let door = roomy(&shop, mode).start().await;
        for said in ["unknown", "_hidden", "203.0.113.77, nonsense", "\"203.0.113.77"] {
            let before = shop.requests().len();
            let ann = visitor::at(said).with("x-real-ip", "203.0.113.77");
            assert_eq!(ann.get(&door, "/").await.status(), 200);
            let seen = shop.requests().remove(before);
            assert_eq!(seen.values("x-forwarded-for"), [""; 0], "{mode}: {said}");
            assert_eq!(seen.values("x-sealed-address"), [""; 0], "{mode}: {said}");
            assert_absent("203.0.113.77", &seen.flat(), mode);
        }
    }
}

#[tokio::test]
async fn a_pseudonym_belongs_to_a_visitor_and_a_property() {
    let shop = shop(false).await;
    let door = roomy(&shop, "record = \"pseudonym\"")
        .toml("[[property]]\nid = \"blog\"\nhosts = [\"blog.example.org\"]\nrecord = \"pseudonym\"")
        .start()
        .await;
    for (ann, bob) in [("203.0.113.77", "203.0.113.78"), ("2001:db8::7", "2001:db8::8")] {
        let mut told = Vec::new();
        for visitor in [
            visitor::at(ann),
            visitor::at(ann).over_http2(),
            visitor::at(ann),
            visitor::at(bob),
            visitor::at(ann).host("blog.example.org"),
        ] {
            visitor.get(&door, "/").await;
            let seen = shop.requests().pop().expect("a request");
            told.push(seen.field("x-forwarded-for"));
        }
        assert_eq!((&told[0], &told[0]), (&told[1], &told[2]), "the same over any connection");
        assert_ne!(told[0], told[3], "another visitor");
        assert_ne!(told[0], told[4], "another property");
    }
}

#[tokio::test]
async fn a_random_stand_in_lasts_as_long_as_the_connection() {
    let shop = shop(false).await;
    let door = roomy(&shop, STRICT[1]).start().await;
    let ann = visitor::at("203.0.113.77");
    for _ in 0..2 {
        let mut talk = ann.connect(&door).await;
        talk.get("/").await;
        talk.get("/").await;
    }
    let told: Vec<_> = shop.requests().iter().map(|seen| seen.field("x-forwarded-for")).collect();
    assert_eq!((&told[0], &told[2]), (&told[1], &told[3]));
    assert_ne!(told[0], told[2]);
}

#[tokio::test]
async fn visitors_who_share_a_hop_are_kept_apart() {
    let shop = shop(false).await;
    let door = roomy(&shop, "record = \"truncate\"").start().await;
    let mut wire = visitor::nobody().wire(&door).await;
    for address in ["203.0.113.77", "198.51.100.9", "unknown", "203.0.113.77"] {
        wire.send(visitor::at(address).head("GET / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    }
    let told: Vec<_> = shop.requests().iter().map(|seen| seen.field("x-forwarded-for")).collect();
    assert_eq!(told, ["203.0.113.0", "198.51.100.0", "", "203.0.113.0"]);
}

#[tokio::test]
async fn an_address_inside_an_address_is_not_told_either() {
    let shop = shop(false).await;
    let door = roomy(&shop, "record = \"truncate\"").start().await;
    for outer in ["2002:cb00:714d::1", "64:ff9b::203.0.113.77", "::ffff:203.0.113.77"] {
        let ann = visitor::at(outer).with("x-real-ip", outer).with("x-note", "203.0.113.77");
        assert_eq!(ann.get(&door, &format!("/?ip={outer}")).await.status(), 200);
        assert_absent("203.0.113.77", &shop.raw(), outer);
    }
}

/// Over which version the visitor asks, and over which the backend answers.
const PROTOCOLS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

async fn shop(http2: bool) -> Backend {
    if http2 { backend::start_http2().await } else { backend::start().await }
}

fn by(http2: bool, address: &str) -> Visitor {
    if http2 { visitor::at(address).over_http2() } else { visitor::at(address) }
}

/// A proxy that takes heads of any size.
fn roomy(shop: &Backend, mode: &str) -> Builder {
    cloakroom::before(shop).shop(mode).toml("[limits]\nhead_fields = 10000\nhead_bytes = \"1MiB\"")
}

/// A request with every listed field, in any case and with underscores, once and again. The
/// last line of `X-Forwarded-For` is the trusted hop's.
fn every_listed_field(address: &str) -> String {
    let spelt = spellings(address);
    let mut head = format!("GET / HTTP/1.1\r\nHost: {}\r\n", cloakroom::SHOP);
    let mut count = 0;
    for (name, _) in AddressFields::built_in() {
        let under = name.replace('-', "_");
        let title = name.split('-').map(title).collect::<Vec<_>>().join("-");
        let mixed = title.replacen('-', "_", 1);
        for name in [name, name, &name.to_ascii_uppercase(), &title, &under, &mixed] {
            head += &format!("{name}: {}\r\n", spelt[count % spelt.len()]);
            count += 1;
        }
    }
    assert!(count > 600, "{count} fields");
    head + &format!("X-Forwarded-For: {address}\r\n\r\n")
}

fn title(word: &str) -> String {
    word[..1].to_ascii_uppercase() + &word[1..]
}

/// Fails where a listed field reached the backend, or the disclosure is not what the mode says.
#[track_caller]
fn check_strict(mode: &str, address: &str, seen: &Message) {
    let names: BTreeSet<String> = seen.names().iter().map(|n| n.replace('_', "-")).collect();
    for (name, _) in AddressFields::built_in().filter(|(name, _)| *name != "x-forwarded-for") {
        assert!(!names.contains(name), "{mode}: {name} reached the backend");
    }
    disclosed(mode, address, seen, "x-forwarded-for");
    assert_absent(address, &seen.flat(), mode);
}

/// The disclosure in this field, which is what the mode says.
#[track_caller]
fn disclosed(mode: &str, address: &str, seen: &Message, field: &str) -> Option<IpAddr> {
    let told = seen.values(field);
    if mode == STRICT[0] {
        assert_eq!(told, [""; 0], "{mode}");
        return None;
    }
    assert_eq!(told.len(), 1, "{mode}: {told:?}");
    let told: IpAddr = told[0].parse().expect("an address");
    let v4 = address.contains('.');
    match mode {
        "record = \"truncate\"" => {
            assert_eq!(told.to_string(), if v4 { "203.0.113.0" } else { "2001:db8::" });
        }
        "record = \"full\"" => assert_eq!(told.to_string(), address),
        _ => assert!(lands(told, v4), "{mode}: a stand-in of the visitor's family"),
    }
    if mode == STRICT[4] {
        let sealing = Sealing::from_key_hex(Variant::Nd, SEALING_KEY).expect("a key");
        let own = [seen.field("x-sealed-address"), seen.field("x-shop-sealed")].concat();
        let opened = sealing.open(&own).expect("it opens");
        assert_eq!(opened.to_string(), address);
    }
    Some(told)
}

/// Whether an address lies in the range of stand-ins for this family.
fn lands(address: IpAddr, v4: bool) -> bool {
    match address {
        IpAddr::V4(address) => v4 && address.octets()[0] >= 240,
        IpAddr::V6(address) => !v4 && address.segments()[..2] == [0x2001, 0xdb8],
    }
}
