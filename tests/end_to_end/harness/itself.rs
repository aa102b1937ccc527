//! The harness itself: what it hands over is what was sent.

use super::backend::{self, Step};
use super::{cloakroom, visitor};

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
