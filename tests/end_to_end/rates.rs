//! Visitors who ask too often: each is counted for itself, by the address that the backend does
//! not see.
//!
//! Rates are so many a day: nothing flows back while a test runs.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::message::Message;
use crate::harness::socket::{Heard, chat, guest};
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use ::cloakroom::policy::{Book, JsonPlace, Source, UnknownProperty};

const ANN: &str = "203.0.113.77";
const BOB: &str = "203.0.113.78";

#[tokio::test]
async fn over_its_rate_a_visitor_is_refused_and_nobody_else() {
    for http2 in [false, true] {
        let shop = backend::start().await;
        let door = limited(&shop).start().await;
        let (ann, bob) = (who(ANN, http2), who(BOB, http2));
        assert_eq!(statuses(&door, &ann, 4).await, [200, 200, 429, 429]);
        assert_eq!(statuses(&door, &bob, 3).await, [200, 200, 429]);
        assert_refused(&ann.post(&door, "/", b"hello").await);
        // Every other address that it claims is its own is hearsay.
        for forged in ["198.51.100.1", "198.51.100.2", "unknown"] {
            let forger = who(&format!("{forged}, {ANN}"), http2);
            assert_eq!(statuses(&door, &forger, 1).await, [429], "{forged}");
        }
        assert_eq!(shop.heads(), 4, "nothing that was refused went on");
    }
}

#[tokio::test]
async fn a_refusal_leaves_the_connection_to_those_behind_the_same_hop() {
    for http2 in [false, true] {
        let shop = backend::start().await;
        let door = limited(&shop).start().await;
        let mut talk = who(ANN, http2).connect(&door).await;
        for expected in [200, 200, 429, 429] {
            assert_eq!(talk.get("/").await.status(), expected);
        }
        assert!(!talk.is_closed());
        // The last element counts, and the hop says that it is another one's.
        let mut talk = talk.with("x-forwarded-for", BOB);
        assert_eq!(talk.get("/").await.status(), 200);
    }
}

#[tokio::test]
async fn it_may_ask_again_when_it_was_told() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).shop("rate = { requests = 1 }").start().await;
    let ann = visitor::at(ANN);
    assert_eq!(ann.get(&door, "/").await.status(), 200);
    let served = async {
        let mut refused = 0;
        loop {
            let answer = ann.get(&door, "/").await;
            if answer.status() == 200 {
                return refused;
            }
            assert_eq!((answer.status(), answer.field("retry-after").as_str()), (429, "1"));
            refused += 1;
        }
    };
    assert!(soon("a second to pass", served).await > 0);
    // Who may ask as if it never had is not remembered.
    assert_eq!(door.plan().rates.count(), 1);
    let forgotten = async {
        while door.plan().rates.count() > 0 {
            door.plan().forget();
            tokio::task::yield_now().await;
        }
    };
    soon("another second to pass", forgotten).await;
    assert_eq!(ann.get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn properties_are_counted_apart_and_listeners_for_all_of_them() {
    let shop = backend::start().await;
    let door = limited(&shop)
        .listener("rate = { requests = 5, per = \"24h\" }")
        .toml(
            "[[property]]\nid = \"blog\"\nhosts = [\"blog.example.org\"]\n\
             rate = { requests = 1, per = \"24h\" }\n\
             [[property]]\nid = \"free\"\nhosts = [\"free.example.org\"]",
        )
        .start()
        .await;
    let (ann, blog, free) = (
        visitor::at(ANN),
        visitor::at(ANN).host("blog.example.org"),
        visitor::at(ANN).host("free.example.org"),
    );
    assert_eq!(statuses(&door, &ann, 2).await, [200, 200]);
    assert_eq!(statuses(&door, &blog, 2).await, [200, 429]);
    // The fifth at the listener, which counts what a property refused as well.
    assert_eq!(statuses(&door, &free, 3).await, [200, 429, 429]);
    assert_eq!(statuses(&door, &visitor::at(BOB).host("blog.example.org"), 1).await, [200]);
    assert_eq!(shop.heads(), 5);
}

#[tokio::test]
async fn what_nobody_trusted_says_is_no_key() {
    let shop = backend::start().await;
    let door = limited(&shop).believing("").start().await;
    let mut statuses = Vec::new();
    for forged in ["198.51.100.1", "198.51.100.2", "198.51.100.3"] {
        let ann = visitor::at(forged).from("127.0.0.2").with("forwarded", "for=198.51.100.4");
        statuses.push(ann.get(&door, "/").await.status());
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(visitor::at(ANN).from("127.0.0.3").get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn those_whose_address_is_not_known_are_one() {
    let shop = backend::start().await;
    let door = limited(&shop).start().await;
    let mut statuses = Vec::new();
    for said in ["unknown", "_hidden", "garbage"] {
        statuses.push(visitor::at(said).get(&door, "/").await.status());
    }
    statuses.push(visitor::nobody().get(&door, "/").await.status());
    assert_eq!(statuses, [200, 200, 429, 429]);
    assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn of_ipv6_a_network_is_one_visitor() {
    for (v6, other, expected) in [
        ("", "2001:db8:1:2:ffff::9", 429),
        ("", "2001:db8:1:3::1", 200),
        (", v6 = 48", "2001:db8:1:3::1", 429),
        (", v6 = 128", "2001:db8:1:2::2", 200),
        (", v6 = 128", "2001:db8:1:2::1", 429),
    ] {
        let shop = backend::start().await;
        let rate = format!("rate = {{ requests = 1, per = \"24h\"{v6} }}");
        let door = cloakroom::before(&shop).shop(&rate).start().await;
        assert_eq!(visitor::at("2001:db8:1:2::1").get(&door, "/").await.status(), 200);
        assert_eq!(visitor::at(other).get(&door, "/").await.status(), expected, "{v6} {other}");
    }
}

#[tokio::test]
async fn a_reload_forgets_nobody_and_brings_the_new_rate() {
    let shop = backend::start().await;
    let builder = limited(&shop);
    let mut door = builder.clone().start().await;
    let (ann, bob) = (visitor::at(ANN), visitor::at(BOB));
    let mut talk = ann.connect(&door).await;
    for expected in [200, 200, 429] {
        assert_eq!(talk.get("/").await.status(), expected);
    }
    assert!((100_000..101_000).contains(&door.plan().rates.capacity()));
    door.reload(&builder.clone().toml("[limits]\nrate_visitors = 5000")).await;
    assert!((5_000..5_200).contains(&door.plan().rates.capacity()));
    assert_eq!(talk.get("/").await.status(), 429);
    assert_eq!(statuses(&door, &bob, 1).await, [200]);
    door.reload(&builder.clone().shop("rate = { requests = 3, per = \"24h\" }")).await;
    // What is owed is a time: his twelve hours leave room for one that takes eight.
    assert_eq!(statuses(&door, &bob, 2).await, [200, 429]);
    door.reload(&builder.shop("record = \"off\"")).await;
    assert_eq!(talk.get("/").await.status(), 200);
    assert_eq!(door.plan().rates.capacity(), 0, "where nothing is limited, nobody is remembered");
}

#[tokio::test]
async fn an_unknown_property_has_a_rate_of_its_own() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop)
        .toml("[properties.unknown]\nrate = { requests = 1, per = \"24h\" }")
        .start()
        .await;
    let ann = visitor::at(ANN).host("nobody.example.org");
    assert_eq!(statuses(&door, &ann, 2).await, [200, 429]);
    assert_eq!(statuses(&door, &visitor::at(ANN), 2).await, [200, 200]);
}

#[tokio::test]
async fn who_asks_too_often_is_refused_before_its_body_is_read() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop)
        .listener("rate = { requests = 1, per = \"24h\" }")
        .toml("[properties]\nsources = [\"host\", { json = \"property\" }]")
        .start()
        .await;
    let ann = visitor::at(ANN)
        .with("content-type", "application/json")
        .with("content-length", "1000")
        .with("expect", "100-continue");
    assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 200);
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head("POST / HTTP/1.1")).await;
    assert_refused(&wire.answer().await.expect("an answer, without 100"));
}

#[tokio::test]
async fn a_new_websocket_is_a_request() {
    for http2 in [false, true] {
        let mut chat = chat(false).await;
        let rate = "rate = { requests = 1, per = \"24h\" }";
        let door = cloakroom::towards(&chat.upstream()).shop(rate).start().await;
        let _open = guest(http2).open(&door).await;
        let _shop = chat.next().await;
        assert_refused(&guest(http2).ask(&door).await.err().expect("no second one"));
        assert!(!chat.has_more());
    }
}

#[tokio::test]
async fn who_says_too_much_on_a_websocket_is_told_so_and_not_heard() {
    for http2 in [false, true] {
        let mut chat = chat(false).await;
        let rate = "ws_rate = { messages = 2, per = \"24h\", burst = 3 }";
        // Nothing else makes us read its messages.
        let door = cloakroom::towards(&chat.upstream()).shop(rate).start().await;
        let mut ann = guest(http2).open(&door).await;
        let mut shop = chat.next().await;
        for said in ["one", "two", "three"] {
            ann.say(said).await;
            assert_eq!(shop.hear().await, Heard::text(said));
            // What the backend says does not count.
            shop.say(said).await;
            shop.say(said).await;
            for _ in 0..2 {
                assert_eq!(ann.hear().await, Heard::text(said));
            }
        }
        ann.say("four").await;
        shop.hear_close(1001, "", http2).await;
        ann.hear_close(1008, "too many messages", http2).await;
        // Another connection is counted for itself.
        let mut again = guest(http2).open(&door).await;
        again.say("hello").await;
        assert_eq!(chat.next().await.hear().await, Heard::text("hello"));
    }
}

#[tokio::test]
async fn who_is_welcomed_before_its_property_is_known_hears_it_as_a_close() {
    let mut chat = chat(false).await;
    let mut settings = limited_towards(&chat.upstream()).settings();
    let sources = vec![Source::Json(JsonPlace::at("property"))];
    let mut book = Book::builder(sources, UnknownProperty::Refuse);
    let shop = settings.book.by_id("shop").expect("a property").clone();
    book.add(shop, &["key".into()], &[]).expect("a key of its own");
    settings.book = book.build();
    let door = cloakroom::with(settings).await;
    let first = "{\"property\":\"key\"}";
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut ann = guest(false).open(&door).await;
        ann.say(first).await;
        let mut shop = chat.next().await;
        assert_eq!(shop.hear().await, Heard::text(first));
        open.push((ann, shop));
    }
    let mut again = guest(false).open(&door).await;
    again.say(first).await;
    // Try again later.
    again.hear_close(1013, "", "the third one").await;
    assert!(!chat.has_more());
}

/// Two requests a visitor, and no more today.
fn limited(shop: &Backend) -> Builder {
    limited_towards(&shop.upstream())
}

fn limited_towards(upstream: &str) -> Builder {
    cloakroom::towards(upstream).shop("record = \"off\"\nrate = { requests = 2, per = \"24h\" }")
}

fn who(address: &str, http2: bool) -> Visitor {
    let visitor = visitor::at(address);
    if http2 { visitor.over_http2() } else { visitor }
}

/// What this visitor is answered, so many times in a row.
async fn statuses(door: &Door, visitor: &Visitor, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(visitor.get(door, "/").await.status());
    }
    statuses
}

/// It says what is wrong and how long that lasts: less than a day.
#[track_caller]
fn assert_refused(answer: &Message) {
    assert_eq!(answer.status(), 429);
    assert!(answer.text().contains("\"code\":\"rate-limited\""), "{}", answer.text());
    assert_eq!(answer.field("content-type"), "application/problem+json");
    let wait: u64 = answer.field("retry-after").parse().expect("seconds");
    assert!((1..=86_400).contains(&wait), "{wait}");
}
