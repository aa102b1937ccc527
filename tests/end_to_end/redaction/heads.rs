//! What is taken out of a head: each part where the set names it, and no other.

use crate::harness::backend;
use crate::harness::cloakroom;
use crate::harness::message::Message;
use crate::harness::visitor;

const TARGET: &str = "/to/bob%40example.org/x?cc=eve%40example.org&n=1";
const REWRITTEN_PATH: &str = "/to/%5Bemail%5D/x";
const REWRITTEN_QUERY: &str = "cc=%5Bemail%5D&n=1";

#[tokio::test]
async fn each_part_is_looked_at_where_the_set_names_it() {
    for (parts, target, referer, cookie) in [
        ("\"path\", \"query\"", (true, true), false, false),
        ("\"path\"", (true, false), false, false),
        ("\"query\"", (false, true), false, false),
        ("\"referer\"", (false, false), true, false),
        ("\"cookies\"", (false, false), false, true),
        ("\"body\"", (false, false), false, false),
    ] {
        let seen = ask(&format!("in = [{parts}]")).await;
        let path = if target.0 { REWRITTEN_PATH } else { "/to/bob%40example.org/x" };
        let query = if target.1 { REWRITTEN_QUERY } else { "cc=eve%40example.org&n=1" };
        assert_eq!(seen.target(), format!("{path}?{query}"), "{parts}");
        assert_eq!(seen.field("referer").contains("ann"), !referer, "{parts}");
        assert_eq!(seen.field("cookie").contains("ann"), !cookie, "{parts}");
        assert!(seen.field("x-customer-email").contains("ann"), "{parts}");
        assert_eq!(seen.text().contains("ann"), !parts.contains("body"), "{parts}");
    }
}

#[tokio::test]
async fn all_parts_are_looked_at_unless_the_set_says_otherwise() {
    let seen = ask("headers = [\"x-customer-email\"]").await;
    assert_eq!(seen.target(), format!("{REWRITTEN_PATH}?{REWRITTEN_QUERY}"));
    assert_eq!(seen.field("referer"), "https://shop.example.org/a?mail=%5Bemail%5D#%5Bemail%5D");
    assert_eq!(seen.values("cookie"), ["a=b; mail=%5Bemail%5D", "mail2=%5Bemail%5D"]);
    assert_eq!(seen.field("x-customer-email"), "Ann <[email]>");
    // A backend behind CGI takes the one for the other.
    assert_eq!(seen.field("X_Customer_Email"), "[email]");
    assert_eq!(seen.field("x-other"), "ann@example.org");
    assert_eq!(seen.text(), "[email]");
}

#[tokio::test]
async fn targets_of_every_form_are_rewritten() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("").start().await;
    for (line, expected) in [
        ("GET /?ann@example.org HTTP/1.1", "/?%5Bemail%5D"),
        ("GET http://shop.example.org/ann@example.org HTTP/1.1", "/%5Bemail%5D"),
        ("GET http://shop.example.org?a=ann@example.org HTTP/1.1", "/?a=%5Bemail%5D"),
        ("GET /?a=%61nn%2540example.org HTTP/1.1", "/?a=%5Bemail%5D"),
        ("OPTIONS * HTTP/1.1", "*"),
        ("GET / HTTP/1.1", "/"),
        ("GET /? HTTP/1.1", "/?"),
        ("GET /a?b=%zz& HTTP/1.1", "/a?b=%zz&"),
    ] {
        let mut wire = visitor::at("203.0.113.77").wire(&door).await;
        wire.send(visitor::at("203.0.113.77").head(line)).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200, "{line}");
        assert_eq!(shop.requests().pop().expect("a request").target(), expected, "{line}");
    }
}

#[tokio::test]
async fn the_head_of_a_tunnel_is_rewritten() {
    let shop = backend::answering(|_| {
        let fields = [("connection", "upgrade"), ("upgrade", "websocket")];
        vec![backend::Step::answer(101, &fields, ""), backend::Step::Echo]
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).redacting("in = [\"query\", \"cookies\"]").start().await;
    let ann = visitor::at("203.0.113.77")
        .with("connection", "upgrade")
        .with("upgrade", "websocket")
        .with("cookie", "mail=ann@example.org");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head("GET /cable?mail=ann%40example.org HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    wire.send("hello").await;
    assert_eq!(wire.exactly(5).await.expect("the echo"), b"HELLO");
    let seen = shop.only();
    assert_eq!(seen.target(), "/cable?mail=%5Bemail%5D");
    assert_eq!(seen.field("cookie"), "mail=%5Bemail%5D");
}

#[tokio::test]
async fn properties_without_a_set_are_left_alone() {
    let shop = backend::start().await;
    let set = "[[redaction]]\nname = \"chat\"";
    let door = cloakroom::before(&shop).toml(set).start().await;
    let ann = visitor::at("203.0.113.77").with("referer", "https://a.example/?m=ann@example.org");
    assert_eq!(ann.post(&door, TARGET, b"ann@example.org").await.status(), 200);
    let seen = shop.only();
    assert_eq!((seen.target(), seen.text()), (TARGET, "ann@example.org".to_owned()));
    assert_eq!(seen.field("referer"), "https://a.example/?m=ann@example.org");
}

/// What the backend receives of a request that has an address in every part.
async fn ask(set: &str) -> Message {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting(set).start().await;
    let ann = visitor::at("203.0.113.77")
        .with("referer", "https://shop.example.org/a?mail=ann%40example.org#ann@example.org")
        .with("cookie", "a=b; mail=ann%40example.org")
        .with("cookie", "mail2=ann%40example.org")
        .with("x-customer-email", "Ann <ann@example.org>")
        .with("X_Customer_Email", "ann@example.org")
        .with("x-other", "ann@example.org");
    assert_eq!(ann.post(&door, TARGET, b"ann@example.org").await.status(), 200);
    shop.only()
}
