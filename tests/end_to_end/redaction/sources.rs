//! A property that its visitors name in the body: found before anything is told of them.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder};
use crate::harness::coding::encoded;
use crate::harness::visitor::{self, Visitor};

#[tokio::test]
async fn a_body_names_its_property() {
    check(&[
        (Some(JSON), "{\"contact\":{\"token\":\"key-full\"}}", Told::Full),
        (Some(JSON), "{\"contact\":{\"token\":\"key\\u002dfull\"},\"token\":\"x\"}", Told::Full),
        (Some(JSON), "{\"contact\":{\"token\":\"key-net\"}}", Told::Network),
        (None, "{\"contact\":{\"token\":\"key-net\"}}", Told::Network),
        (Some("text/plain"), "{\"contact\":{\"token\":\"key-net\"}}", Told::Network),
        (Some(FORM), "a=b&token=key-full", Told::Full),
        (Some(FORM), "token=key%2Dnet&token=key-net", Told::Network),
        (Some(PARTS), PART, Told::Full),
        (
            Some("application/json; charset=utf-8"),
            "{\"contact\":{\"token\":\"key-full\"}}",
            Told::Full,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_body_that_names_nobody_is_told_nothing_of() {
    check(&[
        (Some(JSON), "{}", Told::Nothing),
        (Some(JSON), "{\"contact\":{\"Token\":\"key-full\"}}", Told::Nothing),
        (Some(JSON), "{\"token\":\"key-full\"}", Told::Nothing),
        (Some(JSON), "{\"contact\":{\"token\":\"nobody\"}}", Told::Nothing),
        (Some(JSON), "token=key-full", Told::Nothing),
        (Some(FORM), "Token=key-full&token[]=key-full&contact[token]=key-full", Told::Nothing),
        (Some("text/html"), "token=key-full", Told::Nothing),
        (Some("image/png"), "{\"contact\":{\"token\":\"key-full\"}}", Told::Nothing),
        (Some(JSON), "", Told::Nothing),
    ])
    .await;
}

#[tokio::test]
async fn sources_that_disagree_are_refused() {
    check(&[
        (Some(JSON), "{\"contact\":{\"token\":\"key-full\",\"token\":\"key-net\"}}", CONFLICT),
        (Some(JSON), "{\"contact\":{\"token\":{\"a\":\"key-net\"}}}", CONFLICT),
        (Some(FORM), "token=key-full&token=key-net", CONFLICT),
        (Some(FORM), "token=key-full&token=nobody", CONFLICT),
    ])
    .await;
    let shop = backend::start().await;
    let door = properties(&shop).start().await;
    for (visitor, target, expected) in [
        (ann(), "/?token=key-full", 200),
        (ann(), "/?token=key-net", 400),
        (ann(), "/?token=nobody", 400),
        (ann().host("full.example.org"), "/", 200),
        (ann().host("net.example.org"), "/", 400),
    ] {
        for http2 in [false, true] {
            let visitor = visitor.clone().with("content-type", JSON);
            let visitor = if http2 { visitor.over_http2() } else { visitor };
            let body = b"{\"contact\":{\"token\":\"key-full\"}}";
            let answer = visitor.post(&door, target, body).await;
            assert_eq!(answer.status(), expected, "{target}");
            if expected == 400 {
                assert!(answer.text().contains("\"property-conflict\""), "{}", answer.text());
            }
        }
    }
    assert_eq!(shop.requests().len(), 4);
}

#[tokio::test]
async fn a_coded_body_is_read_through_its_coding() {
    let shop = backend::start().await;
    let door = properties(&shop).start().await;
    let body = b"{\"contact\":{\"token\":\"key-full\"},\"to\":\"ann@example.org\"}";
    for codings in ["gzip", "deflate", "br", "zstd", "br, gzip"] {
        let wire = encoded(codings, body);
        let visitor = ann().with("content-type", JSON).with("content-encoding", codings);
        assert_eq!(visitor.post(&door, "/", &wire).await.status(), 200, "{codings}");
        let seen = shop.requests().pop().expect("a request");
        assert_eq!(seen.field("x-forwarded-for"), ADDRESS, "{codings}");
        assert!(seen.body == wire, "{codings}: this property has no set");
    }
    for (codings, wire, status) in
        [("compress", body.to_vec(), 415), ("gzip", body.to_vec(), 400), ("gzip", bomb(), 413)]
    {
        let visitor = ann().with("content-type", JSON).with("content-encoding", codings);
        assert_eq!(visitor.post(&door, "/", &wire).await.status(), status, "{codings}");
        // It has nothing to say of its property, so nobody needs to read it.
        let visitor = ann().with("content-type", "text/html").with("content-encoding", codings);
        assert_eq!(visitor.post(&door, "/", &wire).await.status(), 200, "{codings}");
    }
}

#[tokio::test]
async fn only_the_beginning_of_a_large_body_speaks() {
    let shop = backend::start().await;
    let door = properties(&shop).toml("[limits]\nsmall_body = \"1KiB\"").start().await;
    let talk = "hello ".repeat(40_000);
    let token = "\"contact\":{\"token\":\"key-full\"}";
    for (body, expected) in [
        (format!("{{{token},\"talk\":\"{talk}\"}}"), ADDRESS),
        (format!("{{\"talk\":\"{talk}\",{token}}}"), ""),
    ] {
        for http2 in [false, true] {
            let visitor = ann().with("content-type", JSON);
            let visitor = if http2 { visitor.over_http2() } else { visitor };
            assert_eq!(visitor.post(&door, "/", body.as_bytes()).await.status(), 200);
            let seen = shop.requests().pop().expect("a request");
            assert!(seen.text() == body, "the body arrives as it was");
            assert_eq!(seen.field("x-forwarded-for"), expected);
        }
    }
}

#[tokio::test]
async fn a_body_that_was_read_ahead_is_redacted_too() {
    let shop = backend::start().await;
    let door = properties(&shop).start().await;
    for long in [false, true] {
        let talk = "hello ".repeat(if long { 40_000 } else { 1 });
        let body = format!(
            "{{\"contact\":{{\"token\":\"key-net\",\"to\":\"ann@example.org\"}},\
             \"talk\":\"{talk}\",\"cc\":\"bob@example.org\"}}"
        );
        let visitor = ann().with("content-type", JSON);
        assert_eq!(
            visitor.post(&door, "/?a=ann%40example.org", body.as_bytes()).await.status(),
            200
        );
        let seen = shop.requests().pop().expect("a request");
        let expected =
            body.replace("ann@example.org", "[email]").replace("bob@example.org", "[email]");
        assert!(seen.text() == expected, "{}", seen.text());
        assert_eq!(seen.target(), "/?a=%5Bemail%5D");
        assert_eq!(seen.field("x-forwarded-for"), "203.0.113.0");
    }
}

#[tokio::test]
async fn a_head_that_is_refused_is_not_read_on() {
    let shop = backend::start().await;
    let door = properties(&shop).start().await;
    let ann = visitor::at(ADDRESS)
        .with("content-type", JSON)
        .with("content-length", "100")
        .with("expect", "100-continue");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head("TRACE / HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 405);
}

const ADDRESS: &str = "203.0.113.77";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const PARTS: &str = "multipart/form-data; boundary=x";
const PART: &str = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n\
                    --x\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nkey-full\r\n--x--\r\n";
const CONFLICT: Told = Told::Refused(400);

/// What the backend is told of the visitor.
enum Told {
    Full,
    Network,
    Nothing,
    /// No request at all.
    Refused(u16),
}

/// A visitor who asks for a host that is nobody's.
fn ann() -> Visitor {
    visitor::at(ADDRESS).host("chat.example.org")
}

fn bomb() -> Vec<u8> {
    encoded("gzip", &vec![b' '; 20 << 20])
}

/// Two properties that a body can name; one of them has a set of rules.
fn properties(shop: &Backend) -> Builder {
    cloakroom::before(shop).toml(
        r#"
        [properties]
        sources = ["host", { query = "token" }, { json = "contact.token" }, { form = "token" }]

        [[redaction]]
        name = "chat"

        [[property]]
        id = "full"
        keys = ["key-full"]
        hosts = ["full.example.org"]
        record = "full"

        [[property]]
        id = "net"
        keys = ["key-net"]
        hosts = ["net.example.org"]
        record = "truncate"
        redact = "chat"
        "#,
    )
}

async fn check(cases: &[(Option<&str>, &str, Told)]) {
    for http2 in [false, true] {
        let shop = backend::start().await;
        let door = properties(&shop).start().await;
        for (content_type, body, told) in cases {
            let visitor = if http2 { ann().over_http2() } else { ann() };
            let visitor = match content_type {
                Some(content_type) => visitor.with("content-type", content_type),
                None => visitor,
            };
            let before = shop.requests().len();
            let answer = visitor.post(&door, "/", body.as_bytes()).await;
            let seen = shop.requests().split_off(before);
            let expected = match told {
                Told::Refused(status) => {
                    assert_eq!((answer.status(), seen.len()), (*status, 0), "{body}");
                    continue;
                }
                Told::Full => ADDRESS,
                Told::Network => "203.0.113.0",
                Told::Nothing => "",
            };
            assert_eq!((answer.status(), seen.len()), (200, 1), "{body}: {}", answer.text());
            assert_eq!(seen[0].field("x-forwarded-for"), expected, "{body}");
            assert_eq!(seen[0].text(), *body);
        }
    }
}
