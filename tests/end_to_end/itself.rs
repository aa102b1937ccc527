//! The harness itself: what it hands over is what was sent.

use crate::harness::backend::{self, Step};
use crate::harness::finder::{find, spellings};
use crate::harness::{cloakroom, visitor};

#[tokio::test]
async fn a_visitor_reaches_the_backend_over_every_protocol() {
    for (http2_visitor, http2_backend, tls, unix) in [
        (false, false, false, false),
        (false, false, true, false),
        (false, true, false, true),
        (true, false, false, true),
        (true, true, false, false),
        (true, true, true, false),
    ] {
        let mut shop = backend::answering(|request| {
            vec![Step::ok(&request.text()).with_trailer("x-sum", "42")]
        });
        if http2_backend {
            shop = shop.over_http2();
        }
        if tls {
            shop = shop.over_tls();
        }
        if unix {
            shop = shop.on_a_unix_socket();
        }
        let shop = shop.start().await;
        let door = cloakroom::before(&shop).record("truncate").start().await;
        let mut ann = visitor::at("203.0.113.77").with("te", "trailers");
        if http2_visitor {
            ann = ann.over_http2();
        }
        let reply = ann.post(&door, "/chat?a=b", b"hello").await;
        assert_eq!((reply.status(), reply.text()), (200, "hello".to_owned()));
        assert_eq!(reply.trailer("x-sum"), "42");
        let seen = shop.only();
        assert_eq!(seen.method(), "POST");
        assert!(seen.target().ends_with("/chat?a=b"), "{}", seen.target());
        assert_eq!(seen.field("x-forwarded-for"), "203.0.113.0");
        assert_eq!(seen.body, b"hello");
    }
}

#[test]
fn every_spelling_of_a_list_is_found() {
    for address in ["203.0.113.77", "2001:db8:5:6::77"] {
        for text in spellings(address) {
            let address = address.parse().expect("an address");
            assert!(find(address, format!("a={text};").as_bytes()).is_some(), "{text}");
        }
    }
}

#[test]
fn every_spelling_is_found_and_nothing_else() {
    for (address, text, expected) in [
        ("203.0.113.77", "203.0.113.77", true),
        ("203.0.113.77", "for=203.0.113.77;proto=https", true),
        ("203.0.113.77", "[203.0.113.77]:8080", true),
        ("203.0.113.77", "x203.000.113.077y", true),
        ("203.0.113.77", "::ffff:203.0.113.77", true),
        ("203.0.113.77", "::FFFF:cb00:714D", true),
        ("203.0.113.77", "0:0:0:0:0:ffff:cb00:714d", true),
        ("203.0.113.77", "2002:cb00:714d::1", true),
        ("203.0.113.77", "64:ff9b::cb00:714d", true),
        ("203.0.113.77", "%32%30%33.0%2e113%2E77", true),
        ("203.0.113.77", "203%252e0.113.77", true),
        ("203.0.113.77", "host-203-0-113-77.example.org", true),
        ("203.0.113.77", "id=3405803853", true),
        ("203.0.113.77", "203.0.113.0", false),
        ("203.0.113.77", "203.0.113.7", false),
        ("203.0.113.77", "203.0.113 .77", false),
        ("2001:db8::7", "2001:db8::7", true),
        ("2001:db8::7", "[2001:DB8:0:0:0:0:0:7]:443", true),
        ("2001:db8::7", "2001:0db8:0000:0000:0000:0000:0000:0007", true),
        ("2001:db8::7", "2001%3Adb8%3A%3A7", true),
        ("2001:db8::7", "2001:db8::", false),
        ("2001:db8::7", "2001:db8::8", false),
    ] {
        let address = address.parse().expect("an address");
        assert_eq!(find(address, text.as_bytes()).is_some(), expected, "{text}");
    }
}
