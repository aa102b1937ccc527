//! Which property a request belongs to, seen from what the backend is told: each property
//! records in a mode of its own.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder};
use crate::harness::finder::assert_absent;
use crate::harness::visitor::{self, Visitor};

#[tokio::test]
async fn each_source_names_a_property() {
    check(&[
        (ann().host("full.example.org"), "/", Told::Full),
        (ann().host("FULL.example.ORG"), "/", Told::Full),
        (ann().host("full.example.org:8443"), "/", Told::Full),
        (ann().host("a.b.wide.example.org"), "/", Told::Full),
        (ann(), "/p/key-full/messages", Told::Full),
        (ann(), "/p/key%2Dfull", Told::Full),
        (ann(), "/?a=b&website_token=key-full", Told::Full),
        (ann(), "/?website%5Ftoken=key%2dfull", Told::Full),
        (ann().with("x-property", "key-full"), "/", Told::Full),
        (ann().with("cookie", "a=b; property=key-full"), "/", Told::Full),
        (ann().with("cookie", "a=b").with("cookie", "property=\"key-full\""), "/", Told::Full),
        (ann().host("net.example.org"), "/p/key-net/", Told::Network),
        (ann().with("x-property", "key-net"), "/?website_token=key-net", Told::Network),
    ])
    .await;
}

#[tokio::test]
async fn sources_that_disagree_are_refused() {
    check(&[
        (ann().host("full.example.org"), "/p/key-net/", Told::Refused(400)),
        (ann().host("full.example.org"), "/?website_token=key-net", Told::Refused(400)),
        (ann(), "/p/key-full/?website_token=key-net", Told::Refused(400)),
        (ann(), "/?website_token=key-full&website_token=key-net", Told::Refused(400)),
        (ann().with("x-property", "key-full"), "/p/key-net/", Told::Refused(400)),
        (ann().with("x-property", "key-full").with("x-property", "key-net"), "/", CONFLICT),
        (ann().with("cookie", "property=key-full; property=key-net"), "/", CONFLICT),
        (ann().with("cookie", "property=key-full"), "/p/key-net/", CONFLICT),
        // An unknown key beside a known one is another property too.
        (ann().with("cookie", "property=nobody"), "/p/key-full/", CONFLICT),
        (ann().with("x-property", "key-full, key-net"), "/p/key-full/", CONFLICT),
    ])
    .await;
}

#[tokio::test]
async fn what_names_nobody_is_told_nothing() {
    check(&[
        (ann(), "/", Told::Nothing),
        (ann().host("other.example.org"), "/", Told::Nothing),
        (ann().host("203.0.113.1"), "/", Told::Nothing),
        (ann(), "/p/nobody/", Told::Nothing),
        (ann(), "/p/KEY-FULL/", Told::Nothing),
        (ann(), "/p/key-full%00/", Told::Nothing),
        (ann(), "/P/key-full/", Told::Nothing),
        (ann(), "/?website_token=nobody", Told::Nothing),
        (ann(), "/?website_token=", Told::Nothing),
        (ann().with("x-property", "key-full, key-full"), "/", Told::Nothing),
        (ann().with("cookie", "xproperty=key-full"), "/", Told::Nothing),
    ])
    .await;
}

#[tokio::test]
async fn unknown_properties_can_be_refused() {
    for http2 in [false, true] {
        let shop = backend::start().await;
        let door = properties(&shop).toml("[properties.unknown]\nrefuse = true").start().await;
        let ann = if http2 { ann().over_http2() } else { ann() };
        for target in ["/", "/p/nobody/", "/?website_token=nobody"] {
            let answer = ann.get(&door, target).await;
            assert_eq!((answer.status(), shop.heads()), (404, 0), "{target}");
            assert!(answer.text().contains("\"property-unknown\""), "{}", answer.text());
        }
        assert_eq!(ann.get(&door, "/p/key-full/").await.status(), 200);
    }
}

#[tokio::test]
async fn one_connection_serves_many_properties() {
    for http2 in [false, true] {
        let shop = backend::start().await;
        let door = properties(&shop).start().await;
        let ann = if http2 { ann().over_http2() } else { ann() };
        let mut talk = ann.connect(&door).await;
        for target in ["/p/key-full/", "/p/key-net/", "/p/nobody/", "/p/key-full/"] {
            assert_eq!(talk.get(target).await.status(), 200);
        }
        let told: Vec<_> =
            shop.requests().iter().map(|seen| seen.field("x-forwarded-for")).collect();
        assert_eq!(told, [ADDRESS, "203.0.113.0", "", ADDRESS]);
    }
}

#[tokio::test]
async fn a_reload_changes_what_is_told_from_the_next_request_on() {
    let shop = backend::start().await;
    let mut door = cloakroom::before(&shop).record("full").start().await;
    let mut talk = ann().host(cloakroom::SHOP).connect(&door).await;
    talk.get("/").await;
    door.reload(&cloakroom::before(&shop).record("truncate")).await;
    talk.get("/").await;
    door.reload(&cloakroom::before(&shop).record("off")).await;
    talk.get("/").await;
    let told: Vec<_> = shop.requests().iter().map(|seen| seen.field("x-forwarded-for")).collect();
    assert_eq!(told, [ADDRESS, "203.0.113.0", ""]);
}

const ADDRESS: &str = "203.0.113.77";

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

/// Two properties, found in every way that there is.
fn properties(shop: &Backend) -> Builder {
    cloakroom::before(shop).toml(
        r#"
        [properties]
        sources = ["host", { path = "/p/{property}/**" }, { query = "website_token" },
                   { header = "x-property" }, { cookie = "property" }]

        [[property]]
        id = "full"
        keys = ["key-full"]
        hosts = ["full.example.org", "*.wide.example.org"]
        record = "full"

        [[property]]
        id = "net"
        keys = ["key-net"]
        hosts = ["net.example.org"]
        record = "truncate"
        "#,
    )
}

async fn check(cases: &[(Visitor, &str, Told)]) {
    for http2 in [false, true] {
        let shop = backend::start().await;
        let door = properties(&shop).start().await;
        for (visitor, target, told) in cases {
            let visitor = if http2 { visitor.clone().over_http2() } else { visitor.clone() };
            let before = shop.requests().len();
            let answer = visitor.get(&door, target).await;
            let seen = shop.requests().split_off(before);
            let what = format!("{target} {visitor:?}");
            let expected = match told {
                Told::Refused(status) => {
                    assert_eq!((answer.status(), seen.len()), (*status, 0), "{what}");
                    assert_eq!(shop.heads(), before, "{what}");
                    continue;
                }
                Told::Full => ADDRESS,
                Told::Network => "203.0.113.0",
                Told::Nothing => "",
            };
            assert_eq!((answer.status(), seen.len()), (200, 1), "{what}");
            assert_eq!(seen[0].field("x-forwarded-for"), expected, "{what}");
            if expected != ADDRESS {
                assert_absent(ADDRESS, &seen[0].flat(), &what);
            }
        }
    }
}
