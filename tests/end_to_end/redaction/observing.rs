//! A set that only observes changes nothing, whatever it meets.

use crate::harness::backend;
use crate::harness::cloakroom;
use crate::harness::coding::encoded;
use crate::harness::visitor;

#[tokio::test]
async fn everything_goes_on_as_it_came() {
    let long = format!("{{\"talk\":\"{}\",\"to\":\"ann@example.org\"}}", "hello ".repeat(30_000));
    let gzip = encoded("gzip", long.as_bytes());
    let bomb = encoded("gzip", &vec![b' '; 30 << 20]);
    for http2 in [false, true] {
        let shop = backend::start().await;
        let set = "observe = true\naction = \"block\"\nheaders = [\"x-note\"]";
        let door = cloakroom::before(&shop).redacting(set).start().await;
        for (content_type, codings, body) in [
            ("application/json", "", &b"{\"to\":\"ann@example.org\"}"[..]),
            ("application/json", "", long.as_bytes()),
            ("application/json", "gzip", &gzip),
            ("application/json", "gzip", &bomb),
            ("application/json", "gzip", b"no gzip: ann@example.org"),
            ("application/json", "unheard-of", b"ann@example.org"),
            ("text/plain; charset=utf-7", "", b"ann@example.org"),
            ("multipart/form-data", "", b"ann@example.org"),
        ] {
            let ann = visitor::at("203.0.113.77")
                .with("content-type", content_type)
                .with("content-encoding", codings)
                .with("content-length", &body.len().to_string())
                .with("content-digest", "sha-256=:YWJj:")
                .with("referer", "https://shop.example.org/?to=ann@example.org")
                .with("cookie", "to=ann@example.org")
                .with("x-note", "ann@example.org");
            let ann = if http2 { ann.over_http2() } else { ann };
            let target = "/ann@example.org?to=ann%40example.org";
            let what = format!("{content_type} {codings:?} {} bytes", body.len());
            assert_eq!(ann.post(&door, target, body).await.status(), 200, "{what}");
            let seen = shop.requests().pop().expect("a request");
            assert!(seen.body == body, "{what}");
            assert_eq!(seen.target(), target, "{what}");
            assert_eq!(seen.field("content-length"), body.len().to_string(), "{what}");
            assert_eq!(seen.field("content-digest"), "sha-256=:YWJj:", "{what}");
            for name in ["referer", "cookie", "x-note"] {
                assert!(seen.field(name).ends_with("ann@example.org"), "{what}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn answers_go_on_as_they_came() {
    let body = "to ann@example.org";
    let shop = backend::answering(move |_| {
        let fields = [("content-type", "text/plain"), ("etag", "\"1\"")];
        vec![backend::Step::answer(206, &fields, body)]
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).redacting_responses("observe = true").start().await;
    let ann = visitor::at("203.0.113.77")
        .with("range", "bytes=0-17")
        .with("accept-encoding", "unheard-of");
    let answer = ann.get(&door, "/").await;
    assert_eq!((answer.status(), answer.text()), (206, body.to_owned()));
    assert_eq!(
        (answer.field("etag"), answer.field("content-length")),
        ("\"1\"".into(), "18".into())
    );
    let seen = shop.only();
    assert_eq!(seen.field("range"), "bytes=0-17");
    assert_eq!(seen.field("accept-encoding"), "unheard-of");
}
