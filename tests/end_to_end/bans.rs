//! Visitors who are banned by what the backend saw of them: they and nobody else, for as long as
//! was said, whatever they are called by then.

use crate::harness::backend::{self, Backend};
use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::socket::{Heard, chat, guest};
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use ::cloakroom::proxy::bans::{Banned, NotBanned, Order};
use std::time::Duration;

const ANN: &str = "203.0.113.77";
const BOB: &str = "203.0.113.78";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn who_is_banned_by_its_stand_in_is_refused_and_nobody_else() {
    for (mode, http2) in
        [("pseudonym", false), ("pseudonym", true), ("sealed", false), ("sealed", true)]
    {
        let shop = backend::start().await;
        let door = cloakroom::before(&shop).record(mode).start().await;
        let ask = |address| {
            let visitor = visitor::at(address);
            if http2 { visitor.over_http2() } else { visitor }
        };
        let mut talk = ask(ANN).connect(&door).await;
        assert_eq!(talk.get("/").await.status(), 200);
        let handle = last(&shop);
        let banned = ban(&door, &handle, DAY).expect("a ban");
        assert_eq!((banned.visitors, &*banned.property), (1, "shop"), "{mode}");
        let answer = talk.get("/").await;
        assert_eq!(answer.status(), 403, "{mode}: on a connection that was open");
        assert!(answer.text().contains("\"code\":\"banned\""), "{}", answer.text());
        assert!(!talk.is_closed(), "{mode}");
        assert_eq!(ask(ANN).get(&door, "/").await.status(), 403, "{mode}");
        assert_eq!(ask(BOB).get(&door, "/").await.status(), 200, "{mode}");
        assert_eq!(shop.heads(), 2, "{mode}");
        // What is listed is what the agent said, and how long it lasts.
        let listed = door.plan().bans.list();
        let [only] = listed.as_slice() else { panic!("{mode}: {} bans", listed.len()) };
        let shown = only.handle.expect("a stand-in may be shown");
        assert_eq!(shown.address().to_string(), handle, "{mode}");
        assert!(only.left <= DAY && only.left > DAY / 2, "{mode}");
        assert!(!format!("{listed:?} {:?}", door.plan().bans).contains(&handle), "{mode}");
        assert!(!door.plan().bans.lift("shop", "240.1.2.3"), "{mode}: nobody's");
        assert!(!door.plan().bans.lift("blog", &handle), "{mode}: of another property");
        assert!(door.plan().bans.lift("shop", &handle), "{mode}");
        assert!(door.plan().bans.is_empty(), "{mode}");
        assert_eq!(ask(ANN).get(&door, "/").await.status(), 200, "{mode}");
    }
}

#[tokio::test]
async fn a_ban_goes_on_when_the_period_turns() {
    let shop = backend::start().await;
    let mut door = pseudonyms(&shop).start().await;
    let mut talk = visitor::at(ANN).connect(&door).await;
    assert_eq!(talk.get("/").await.status(), 200);
    let (ann, bob) = (last(&shop), seen(&shop, &door, BOB).await);
    ban(&door, &ann, DAY).expect("a ban");
    turn(&mut door, &pseudonyms(&shop)).await;
    assert_ne!(seen(&shop, &door, BOB).await, bob, "a new period");
    assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 403);
    assert_eq!(talk.get("/").await.status(), 403);
    // What Bob was called before is nobody's.
    assert_eq!(ban(&door, &bob, DAY).expect("a ban").visitors, 0);
    assert_eq!(visitor::at(BOB).get(&door, "/").await.status(), 200);
    // The agent lifts what it knows.
    assert!(door.plan().bans.lift("shop", &ann));
    assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn who_is_not_remembered_is_met_by_its_stand_in() {
    let nobody = |shop: &Backend| pseudonyms(shop).toml("[limits]\nban_visitors = 0");
    for comes in [false, true] {
        let shop = backend::start().await;
        let mut door = nobody(&shop).start().await;
        let ann = seen(&shop, &door, ANN).await;
        assert_eq!(ban(&door, &ann, DAY).expect("a ban").visitors, 0);
        if comes {
            assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 403);
            assert_eq!(door.plan().bans.list()[0].visitors, 1);
        }
        turn(&mut door, &nobody(&shop)).await;
        let expected = if comes { 403 } else { 200 };
        assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), expected);
        assert_eq!(visitor::at(BOB).get(&door, "/").await.status(), 200);
    }
}

#[tokio::test]
async fn a_ban_survives_a_reload_and_ends_in_time() {
    let shop = backend::start().await;
    let mut door = pseudonyms(&shop).start().await;
    let ann = seen(&shop, &door, ANN).await;
    ban(&door, &ann, Duration::from_secs(4)).expect("a ban");
    // Even if it is recorded in another mode from here on.
    for mode in ["pseudonym", "truncate", "off", "full"] {
        door.reload(&pseudonyms(&shop).record(mode)).await;
        assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 403, "{mode}");
        assert_eq!(visitor::at(BOB).get(&door, "/").await.status(), 200, "{mode}");
    }
    let over = async { while visitor::at(ANN).get(&door, "/").await.status() == 403 {} };
    soon("the end of the ban", over).await;
    assert_eq!((door.plan().bans.list(), door.plan().bans.len()), (Vec::new(), 1));
    door.plan().forget();
    assert_eq!(door.plan().bans.len(), 0);
    assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn another_property_is_another_matter() {
    let shop = backend::start().await;
    let blog = "[[property]]\nid = \"blog\"\nhosts = [\"blog.example.org\"]\nrecord = \"full\"";
    let door = pseudonyms(&shop).toml(blog).start().await;
    let ann = seen(&shop, &door, ANN).await;
    ban(&door, &ann, DAY).expect("a ban");
    let elsewhere = visitor::at(ANN).host("blog.example.org");
    assert_eq!(elsewhere.get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn a_network_is_banned_where_all_of_it_is_meant() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).record("truncate").start().await;
    let handle = seen(&shop, &door, ANN).await;
    let order = |network| Order { property: "shop", handle: &handle, network, lasts: DAY };
    let refused = door.plan().ban(&order(false)).expect_err("not all of it");
    assert_eq!(refused, NotBanned::WholeNetwork);
    assert!(refused.to_string().contains("\"network\": true"), "{refused}");
    assert_eq!(visitor::at(ANN).get(&door, "/").await.status(), 200);
    door.plan().ban(&order(true)).expect("a ban");
    for (address, expected) in [(ANN, 403), (BOB, 403), ("203.0.114.77", 200)] {
        assert_eq!(visitor::at(address).get(&door, "/").await.status(), expected, "{address}");
    }
}

#[tokio::test]
async fn who_is_known_by_its_own_address_is_banned_by_it_and_not_listed_with_it() {
    for (ann, same, other) in
        [(ANN, ANN, BOB), ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")]
    {
        let shop = backend::start().await;
        let door = cloakroom::before(&shop).record("full").start().await;
        let banned = ban(&door, ann, DAY).expect("a ban, without having seen it");
        assert_eq!((banned.handle, banned.visitors), (None, 1));
        for (address, expected) in [(ann, 403), (same, 403), (other, 200)] {
            assert_eq!(visitor::at(address).get(&door, "/").await.status(), expected, "{address}");
        }
        assert_eq!(door.plan().bans.list()[0].handle, None);
        assert!(door.plan().bans.lift("shop", ann));
        assert_eq!(visitor::at(ann).get(&door, "/").await.status(), 200);
    }
}

#[tokio::test]
async fn what_cannot_be_banned_is_said() {
    let shop = backend::start().await;
    for (mode, handle, lasts, expected) in [
        ("off", "240.1.2.3", DAY, NotBanned::NothingTold),
        ("off", ANN, DAY, NotBanned::NothingTold),
        ("pseudonym", ANN, DAY, NotBanned::NeverTold),
        ("sealed", "2001:db9::1", DAY, NotBanned::NeverTold),
        ("truncate", ANN, DAY, NotBanned::NeverTold),
        ("full", "ann", DAY, NotBanned::NoAddress),
        ("full", "203.0.113.0/24", DAY, NotBanned::NoAddress),
        ("full", "", DAY, NotBanned::NoAddress),
        ("full", ANN, Duration::ZERO, NotBanned::Lasts),
        ("full", ANN, DAY * 367, NotBanned::Lasts),
    ] {
        let door = cloakroom::before(&shop).record(mode).start().await;
        let refused = ban(&door, handle, lasts).expect_err(mode);
        assert_eq!(refused, expected, "{mode} {handle}");
        assert!(!refused.to_string().contains("203.0.113"), "{refused}");
        assert!(door.plan().bans.is_empty());
    }
    let door = cloakroom::before(&shop).record("full").toml("[limits]\nbans = 1").start().await;
    let nobody = Order { property: "blog", handle: ANN, network: false, lasts: DAY };
    assert_eq!(door.plan().ban(&nobody), Err(NotBanned::NoProperty));
    ban(&door, ANN, DAY).expect("a ban");
    ban(&door, ANN, DAY).expect("the same once more");
    assert_eq!(ban(&door, BOB, DAY), Err(NotBanned::Full { limit: 1 }));
    // Those who name no property are one that can be named.
    let unknown = cloakroom::before(&shop).toml("[properties.unknown]\nrecord = \"full\"");
    let door = unknown.start().await;
    let order = Order { property: "(unknown)", handle: ANN, network: false, lasts: DAY };
    door.plan().ban(&order).expect("a ban");
    let ann = visitor::at(ANN);
    assert_eq!(ann.clone().host("nobody.example.org").get(&door, "/").await.status(), 403);
    assert_eq!(ann.get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn those_whose_address_is_not_known_cannot_be_banned() {
    let shop = backend::start().await;
    let door = pseudonyms(&shop).start().await;
    let ann = seen(&shop, &door, ANN).await;
    ban(&door, &ann, DAY).expect("a ban");
    assert_eq!(visitor::at("unknown").get(&door, "/").await.status(), 200);
    assert_eq!(visitor::nobody().get(&door, "/").await.status(), 200);
}

#[tokio::test]
async fn an_open_conversation_ends_with_the_ban() {
    for http2 in [false, true] {
        let mut chat = chat(false).await;
        let door = cloakroom::towards(&chat.upstream())
            .shop("record = \"pseudonym\"\nredact = \"chat\"")
            .toml("[[redaction]]\nname = \"chat\"")
            .start()
            .await;
        let mut ann = guest(http2).open(&door).await;
        let mut shop = chat.next().await;
        ann.say("hello").await;
        assert_eq!(shop.hear().await, Heard::text("hello"));
        let handle = shop.head.field("x-forwarded-for");
        // Somebody else's ban is none of hers.
        ban(&door, "240.1.2.3", DAY).expect("a ban");
        ann.say("again").await;
        assert_eq!(shop.hear().await, Heard::text("again"));
        ban(&door, &handle, DAY).expect("a ban");
        ann.say("why?").await;
        shop.hear_close(1001, "", http2).await;
        ann.hear_close(1008, "", http2).await;
        let refused = guest(http2).ask(&door).await.err().expect("no other one");
        assert_eq!(refused.status(), 403);
    }
}

#[tokio::test]
async fn a_tunnel_whose_messages_nobody_reads_ends_with_the_ban() {
    for http2 in [false, true] {
        let mut chat = chat(false).await;
        let door =
            cloakroom::towards(&chat.upstream()).shop("record = \"pseudonym\"").start().await;
        let mut ann = guest(http2).open(&door).await;
        let mut shop = chat.next().await;
        let handle = shop.head.field("x-forwarded-for");
        ban(&door, "240.1.2.3", DAY).expect("a ban");
        ann.say("hello").await;
        assert_eq!(shop.hear().await, Heard::text("hello"));
        ban(&door, &handle, DAY).expect("a ban");
        assert_eq!(shop.hear().await, Heard::End);
        assert_eq!(ann.hear().await, Heard::End);
    }
}

fn pseudonyms(shop: &Backend) -> Builder {
    cloakroom::before(shop).record("pseudonym")
}

/// Another secret, as at the turn of a period: other secrets are asked for.
async fn turn(door: &mut Door, with: &Builder) {
    door.reload(&with.clone().toml("[address.rotation]\nperiod = \"1h\"")).await;
}

fn ban(door: &Door, handle: &str, lasts: Duration) -> Result<Banned, NotBanned> {
    door.plan().ban(&Order { property: "shop", handle, network: false, lasts })
}

/// What the backend saw of this visitor.
async fn seen(shop: &Backend, door: &Door, address: &str) -> String {
    let visitor: Visitor = visitor::at(address);
    assert_eq!(visitor.get(door, "/").await.status(), 200);
    last(shop)
}

/// What the backend saw of the visitor who asked last.
fn last(shop: &Backend) -> String {
    shop.requests().last().expect("a request").field("x-forwarded-for")
}
