//! A proxy that is reconfigured and stopped while visitors are there: nobody who was let in
//! is turned away, and what does not work is not begun.

use crate::harness::authority::AUTHORITY;
use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom;
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use http::Method;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[tokio::test]
async fn an_exchange_ends_under_the_policy_that_it_began_with() {
    for visitor in both_protocols() {
        let (shop, go) = holding().await;
        let builder = cloakroom::before(&shop);
        let mut door = builder.clone().record("truncate").start().await;
        let mut talk = visitor.connect(&door).await;
        let held = tokio::spawn(async move {
            let answer = talk.get("/hold").await;
            (talk, answer)
        });
        shop.after(1).await;
        door.reload(&builder.record("full")).await;
        go.notify_one();
        let (mut talk, answer) = soon("the held answer", held).await.expect("a task");
        assert_eq!((answer.status(), answer.field("connection")), (200, String::new()));
        // The next one on the same connection knows the new policy.
        assert_eq!(talk.get("/").await.status(), 200);
        let seen: Vec<_> = shop.requests().iter().map(|r| r.field("x-forwarded-for")).collect();
        assert_eq!(seen, ["203.0.113.0", "203.0.113.77"]);
        assert_eq!(shop.connections(), 1, "an upstream that stays keeps its connections");
    }
}

#[tokio::test]
async fn a_body_that_is_on_the_way_ends_under_the_policy_of_its_head() {
    let shop = backend::start().await;
    let builder = cloakroom::before(&shop);
    let mut door = builder.clone().record("truncate").start().await;
    let ann = visitor::at("203.0.113.77").with("transfer-encoding", "chunked");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.with("trailer", "x-note").head("POST / HTTP/1.1")).await;
    wire.send("5\r\nhello\r\n").await;
    shop.after_bytes(b"hello").await;
    door.reload(&builder.record("full")).await;
    wire.send("0\r\nX-Note: from 203.0.113.77\r\n\r\n").await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    assert_eq!(shop.only().trailer("x-note"), "from 203.0.113.0");
}

#[tokio::test]
async fn requests_go_where_the_new_configuration_says() {
    let (one, two) = (backend::start().await, backend::start().await);
    let mut door = cloakroom::before(&one).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    assert_eq!(talk.get("/").await.status(), 200);
    door.reload(&cloakroom::before(&two)).await;
    assert_eq!(talk.get("/").await.status(), 200);
    door.reload(&cloakroom::before(&two).toml("[limits]\nbody_bytes = 4")).await;
    // The framing of a connection is that of its beginning; the next one is refused.
    assert_eq!(visitor::at("203.0.113.77").post(&door, "/", b"hello").await.status(), 413);
    assert_eq!((one.requests().len(), two.requests().len()), (1, 1));
}

#[tokio::test]
async fn listeners_come_go_and_change() {
    let shop = backend::start().await;
    let builder = cloakroom::before(&shop);
    let mut door = builder.clone().start().await;
    let (first, second) = (door.address(), backend::nowhere().await);
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    assert_eq!(talk.get("/").await.status(), 200);
    assert!(TcpStream::connect(second).await.is_err());
    // One comes.
    door.reload(&builder.clone().toml(&plain_listener("second", second))).await;
    assert_eq!(plain_status(second).await, 200);
    assert_eq!(talk.get("/").await.status(), 200);
    // It speaks TLS on the same address.
    let tls = format!(
        "[[listener]]\nname = \"second\"\nbind = \"{second}\"\n\
         tls.certificates = [{{ chain = {:?}, key = {:?} }}]",
        AUTHORITY.chain(),
        AUTHORITY.key()
    );
    door.reload(&builder.clone().toml(&tls)).await;
    assert_eq!(plain_status(second).await, 0, "it does not speak HTTP in the clear");
    let config = AUTHORITY.client(&["http/1.1"]);
    let name = rustls::pki_types::ServerName::try_from("localhost").expect("a name");
    let socket = TcpStream::connect(second).await.expect("a connection");
    let shaken = tokio_rustls::TlsConnector::from(config).connect(name, socket);
    soon("a handshake", shaken).await.expect("TLS");
    // It has another name, and goes on.
    door.reload(&builder.clone().toml(&plain_listener("third", second))).await;
    assert_eq!(plain_status(second).await, 200);
    let names: Vec<_> = door.addresses();
    assert_eq!(names, [("front".to_owned(), first), ("third".to_owned(), second)]);
    // It goes: who is connected is served once more, and told that it was the last time.
    let mut wire = visitor::at("203.0.113.77").wire_to(second).await;
    wire.send(visitor::nobody().head("GET / HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").field("connection"), "");
    door.reload(&builder).await;
    wire.send(visitor::nobody().head("GET / HTTP/1.1")).await;
    assert_eq!(wire.answer().await.expect("an answer").field("connection"), "close");
    assert_eq!(wire.rest().await, b"");
    let refused = async { while TcpStream::connect(second).await.is_ok() {} };
    soon("the address to be closed", refused).await;
    assert_eq!(talk.get("/").await.status(), 200, "the first one never noticed");
}

#[tokio::test]
async fn a_configuration_that_cannot_run_changes_nothing() {
    let shop = backend::start().await;
    let other = backend::start().await;
    let taken = TcpListener::bind("127.0.0.2:0").await.expect("a port");
    let taken = taken.local_addr().map(|address| (address, taken)).expect("an address");
    let free = backend::nowhere().await;
    let missing = PathBuf::from("/nonexistent/file.pem");
    let mut door = cloakroom::before(&shop).record("truncate").start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    let new = || cloakroom::before(&other).record("full").toml(&plain_listener("new", free));
    for (what, builder) in [
        ("a missing certificate", new().certificates(&[(missing.clone(), missing.clone())])),
        ("a key of another", new().certificates(&[(AUTHORITY.chain(), AUTHORITY.chain())])),
        ("an address that is taken", new().toml(&plain_listener("last", taken.0))),
        ("a missing authority", new().listener(&format!("tls.client_ca = {missing:?}"))),
        (
            "a missing database",
            new()
                .shop("record = \"full\"\ncountry = true")
                .toml("[address]\ncountry_file = \"/nonexistent.mmdb\""),
        ),
        (
            "a missing master secret",
            new().toml("[address.rotation]\nmaster_file = \"/nonexistent\""),
        ),
    ] {
        let error = door.try_reload(&builder).await.expect_err(what).to_string();
        assert!(!error.is_empty(), "{what}");
        assert_eq!(talk.get("/").await.status(), 200, "{what}");
        assert_eq!(visitor::at("203.0.113.77").get(&door, "/").await.status(), 200, "{what}");
        let refused = async { while TcpStream::connect(free).await.is_ok() {} };
        soon("the new address to be closed again", refused).await;
    }
    let seen = shop.requests();
    assert_eq!(seen.len(), 12);
    assert!(seen.iter().all(|request| request.field("x-forwarded-for") == "203.0.113.0"));
    assert_eq!((shop.connections(), other.connections()), (1, 0));
}

#[tokio::test]
async fn a_drain_lets_what_is_open_end() {
    for visitor in both_protocols() {
        let (shop, go) = holding().await;
        let door = cloakroom::before(&shop).start().await;
        let address = door.address();
        let mut talk = visitor.connect(&door).await;
        assert_eq!(talk.get("/").await.field("connection"), "");
        let held = tokio::spawn(async move {
            let answer = talk.get("/hold").await;
            (talk, answer)
        });
        shop.after(2).await;
        let drained = tokio::spawn(door.drain());
        let refused = async { while TcpStream::connect(address).await.is_ok() {} };
        soon("new connections to be refused", refused).await;
        assert!(!drained.is_finished(), "an exchange is open");
        go.notify_one();
        let (talk, answer) = soon("the held answer", held).await.expect("a task");
        assert_eq!((answer.status(), answer.text()), (200, "welcome".to_owned()));
        if answer.start.starts_with("HTTP/1") {
            assert_eq!(answer.field("connection"), "close");
        }
        assert_eq!(soon("the drain", drained).await.expect("a task"), 0);
        let closed = async {
            while !talk.is_closed() {
                tokio::task::yield_now().await;
            }
        };
        soon("the end of the connection", closed).await;
    }
}

#[tokio::test]
async fn a_drain_answers_the_next_request_of_an_idle_connection_as_its_last() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).start().await;
    let address = door.address();
    let ann = visitor::at("203.0.113.77");
    let mut busy = ann.wire(&door).await;
    let mut idle = ann.wire(&door).await;
    for wire in [&mut busy, &mut idle] {
        wire.send(ann.head("GET / HTTP/1.1")).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 200);
    }
    let drained = tokio::spawn(door.drain());
    let refused = async { while TcpStream::connect(address).await.is_ok() {} };
    soon("new connections to be refused", refused).await;
    busy.send(ann.head("GET / HTTP/1.1")).await;
    let last = busy.answer().await.expect("an answer");
    assert_eq!((last.status(), last.field("connection").as_str()), (200, "close"));
    assert_eq!(busy.rest().await, b"");
    assert_eq!(idle.rest().await, b"", "who has nothing to ask is not waited for");
    assert_eq!(soon("the drain", drained).await.expect("a task"), 0);
}

#[tokio::test]
async fn at_the_deadline_what_is_left_is_closed_and_counted() {
    let shop = backend::answering(|request| match request.field("upgrade").as_str() {
        "" => vec![Step::Await(Arc::default())],
        _ => vec![
            Step::write(
                "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
            ),
            Step::Echo,
        ],
    });
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).toml("[timeouts]\ndrain = \"500ms\"").start().await;
    let mut held = Vec::new();
    for visitor in both_protocols() {
        let mut talk = visitor.connect(&door).await;
        held.push(tokio::spawn(async move { talk.ask(Method::GET, "/hold", b"").await }));
    }
    shop.after(2).await;
    let ann =
        visitor::at("203.0.113.77").with("connection", "upgrade").with("upgrade", "websocket");
    let mut tunnel = ann.wire(&door).await;
    tunnel.send(ann.head("GET / HTTP/1.1")).await;
    assert_eq!(tunnel.answer().await.expect("an answer").status(), 101);
    // One that has not finished its TLS handshake.
    let mut silent = TcpStream::connect(door.address()).await.expect("a connection");
    let began = Instant::now();
    assert_eq!(door.drain().await, 4);
    assert!(began.elapsed() >= Duration::from_millis(450), "before the deadline");
    assert!(began.elapsed() < Duration::from_secs(5), "long after the deadline");
    for held in held {
        assert!(soon("the cut", held).await.expect("a task").is_err());
    }
    assert_eq!(tunnel.rest().await, b"");
    let mut rest = Vec::new();
    let end = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut rest);
    assert_eq!(soon("the end", end).await.unwrap_or_default(), 0);
}

#[tokio::test]
async fn reloads_lose_no_request() {
    let shop = backend::start().await;
    let builder = cloakroom::before(&shop);
    let mut door = builder.clone().start().await;
    let address = door.address();
    let mut all = tokio::task::JoinSet::new();
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    for visitor in both_protocols() {
        let mut talk = visitor.connect(&door).await;
        let done = Arc::clone(&done);
        all.spawn(async move {
            let mut count = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let answer = talk.ask(Method::POST, "/", b"hello").await.expect("an answer");
                assert_eq!(answer.status(), 200);
                count += 1;
            }
            count
        });
    }
    for round in 0..20 {
        // A pool that is changed is made anew, in the middle of its exchanges.
        let changed = builder.clone().upstream(&format!("pool = {{ waiting = {round} }}"));
        door.reload(&changed).await;
        shop.after(shop.requests().len() + 4).await;
    }
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    let counts = soon("the visitors", all.join_all()).await;
    assert_eq!(counts.iter().sum::<usize>(), shop.requests().len());
    assert_eq!(door.address(), address);
}

fn both_protocols() -> [Visitor; 2] {
    let ann = visitor::at("203.0.113.77");
    [ann.clone(), ann.over_http2()]
}

fn plain_listener(name: &str, address: SocketAddr) -> String {
    format!("[[listener]]\nname = {name:?}\nbind = \"{address}\"")
}

/// The status of a GET in the clear; 0 where nothing of HTTP is answered.
async fn plain_status(address: SocketAddr) -> u16 {
    let mut wire = visitor::nobody().wire_to(address).await;
    wire.send(visitor::nobody().head("GET / HTTP/1.1")).await;
    let answer = wire.answer().await;
    answer.map_or(0, |answer| answer.status())
}

/// A backend that answers `/hold` when it is told to.
async fn holding() -> (Backend, Arc<Notify>) {
    let go = Arc::new(Notify::new());
    let shop = {
        let go = Arc::clone(&go);
        backend::answering(move |request| {
            let wait = request.target().ends_with("/hold").then(|| Step::Await(Arc::clone(&go)));
            wait.into_iter().chain([Step::ok("welcome")]).collect()
        })
    };
    (shop.start().await, go)
}
