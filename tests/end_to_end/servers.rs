//! Connections to a backend: used again, shared out, limited; and which server of several is
//! asked.

use crate::harness::backend::{self, Backend, Step};
use crate::harness::cloakroom;
use crate::harness::soon;
use crate::harness::visitor;
use http::Method;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;
use tokio::task::JoinSet;

#[tokio::test]
async fn requests_in_a_row_share_one_upstream_connection() {
    let answers = [
        Step::ok("sized"),
        Step::answer(204, &[], ""),
        Step::answer(304, &[("etag", "\"1\"")], ""),
        Step::answer(200, &[], "chunked").with_trailer("x-sum", "42"),
        Step::write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    ];
    for unix in [false, true] {
        let answers = answers.clone();
        let shop = backend::answering(move |request| {
            let number: usize = request.target()[1..].parse().expect("a number");
            vec![answers[number % answers.len()].clone()]
        });
        let shop = if unix { shop.on_a_unix_socket() } else { shop }.start().await;
        let door = cloakroom::before(&shop).start().await;
        let ann = visitor::at("203.0.113.77");
        let mut talk = ann.connect(&door).await;
        for number in 0..10 {
            talk.ask(Method::GET, &format!("/{number}"), b"").await.expect("an answer");
            ann.clone().over_http2().post(&door, &format!("/{number}"), b"hello").await;
            talk.ask(Method::HEAD, &format!("/{number}"), b"").await.expect("an answer");
        }
        assert_eq!((shop.requests().len(), shop.connections()), (30, 1));
    }
}

#[tokio::test]
async fn a_get_on_a_connection_that_the_backend_closes_is_asked_again() {
    let shop = closing_at_every_second_request().await;
    let door = cloakroom::before(&shop).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    for (method, target) in
        [(Method::GET, "/1"), (Method::GET, "/2"), (Method::GET, "/3"), (Method::DELETE, "/4")]
    {
        let answer = talk.ask(method, target, b"").await.expect("an answer");
        assert_eq!((answer.status(), answer.text()), (200, "welcome".to_owned()), "{target}");
    }
    let targets: Vec<_> = shop.requests().iter().map(|r| r.target().to_owned()).collect();
    assert_eq!(targets, ["/1", "/2", "/2", "/3", "/3", "/4", "/4"]);
    assert_eq!(shop.connections(), 4);
}

#[tokio::test]
async fn what_may_do_harm_twice_is_sent_once() {
    for (method, body) in
        [(Method::POST, "order"), (Method::POST, ""), (Method::PATCH, ""), (Method::PUT, "order")]
    {
        let shop = closing_at_every_second_request().await;
        let door = cloakroom::before(&shop).start().await;
        let mut talk = visitor::at("203.0.113.77").connect(&door).await;
        assert_eq!(talk.get("/").await.status(), 200);
        let answer = talk.ask(method.clone(), "/order", body.as_bytes()).await;
        assert_eq!(answer.expect("an answer").status(), 502, "{method} {body}");
        let orders = shop.requests().iter().filter(|r| r.target() == "/order").count();
        assert_eq!(orders, 1, "{method} {body}");
    }
}

#[tokio::test]
async fn a_kept_connection_that_closes_as_a_request_comes_loses_nothing_and_doubles_nothing() {
    // The end of the connection and the request are under way at the same time.
    let closed = Arc::new(Notify::new());
    let shop = {
        let closed = Arc::clone(&closed);
        backend::answering(move |request| match request.target() {
            "/last" => vec![Step::ok("welcome"), Step::Await(Arc::clone(&closed)), Step::Close],
            _ => vec![Step::ok("welcome")],
        })
    };
    let shop = shop.start().await;
    let door = cloakroom::before(&shop).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    for round in 0..20 {
        assert_eq!(talk.get("/last").await.status(), 200);
        let target = format!("/order/{round}");
        let (method, body) =
            if round % 2 == 0 { (Method::POST, &b"order"[..]) } else { (Method::GET, &b""[..]) };
        closed.notify_one();
        let answer = talk.ask(method.clone(), &target, body).await.expect("an answer");
        let orders = shop.requests().iter().filter(|r| r.target() == target).count();
        match (method, answer.status()) {
            (_, 200) => assert_eq!(orders, 1),
            (Method::POST, 502) => assert!(orders <= 1),
            (method, status) => panic!("{method}: {status}"),
        }
    }
}

#[tokio::test]
async fn several_servers_are_asked_in_turn() {
    let (one, two) = (backend::start().await, backend::start().await);
    let servers = [one.address(), two.address()].map(|address| format!("\"http://{address}\""));
    let door = cloakroom::towards(&format!("servers = [{}]", servers.join(", "))).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    for _ in 0..6 {
        assert_eq!(talk.get("/").await.status(), 200);
    }
    assert_eq!((one.requests().len(), two.requests().len()), (3, 3));
    assert_eq!((one.connections(), two.connections()), (1, 1));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_passed_over_until_it_is_back() {
    let dead = backend::nowhere().await;
    let well = backend::start().await;
    let upstream = format!(
        "servers = [\"http://{dead}\", \"http://{}\"]\n\
         health = {{ failures = 2, pause = \"100ms\" }}",
        well.address()
    );
    let door = cloakroom::towards(&upstream).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    for _ in 0..8 {
        assert_eq!(talk.ask(Method::POST, "/", b"x").await.expect("an answer").status(), 200);
    }
    assert_eq!(well.requests().len(), 8);
    let back = backend::answering(|_| vec![Step::ok("back")]).at(dead).start().await;
    let returned = async {
        while back.requests().is_empty() {
            assert_eq!(talk.get("/").await.status(), 200);
        }
    };
    soon("the server to be asked again", returned).await;
}

#[tokio::test]
async fn a_server_that_breaks_off_is_passed_over() {
    let bad = backend::answering(|_| vec![Step::Close]).start().await;
    let well = backend::start().await;
    let upstream = format!(
        "servers = [\"http://{}\", \"http://{}\"]\nhealth = {{ failures = 2, pause = \"1h\" }}",
        bad.address(),
        well.address()
    );
    let door = cloakroom::towards(&upstream).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(talk.get("/").await.status());
    }
    assert_eq!(statuses, [502, 200, 502, 200, 200, 200, 200, 200, 200, 200]);
    assert_eq!(bad.connections(), 2);
}

#[tokio::test]
async fn a_server_that_never_answers_is_passed_over() {
    let mute = backend::answering(|_| vec![Step::Await(Arc::default())]).start().await;
    let well = backend::start().await;
    let upstream = format!(
        "servers = [\"http://{}\", \"http://{}\"]\n\
         timeouts = {{ first_byte = \"400ms\" }}\nhealth = {{ failures = 1, pause = \"1h\" }}",
        mute.address(),
        well.address()
    );
    let door = cloakroom::towards(&upstream).start().await;
    let mut talk = visitor::at("203.0.113.77").connect(&door).await;
    assert_eq!(talk.get("/").await.status(), 504);
    for _ in 0..4 {
        assert_eq!(talk.get("/").await.status(), 200);
    }
    assert_eq!(mute.connections(), 1);
}

#[tokio::test]
async fn over_the_limit_requests_wait_and_then_are_refused() {
    for http2 in [false, true] {
        let (shop, go) = holding(http2).await;
        let pool = "pool = { connections = 1, waiting = 1, wait = \"300ms\" }";
        let door = cloakroom::before(&shop).upstream(pool).start().await;
        let mut ann = visitor::at("203.0.113.77").over_http2().connect(&door).await;
        let mut held = ann.twin();
        let mut others = JoinSet::new();
        others.spawn(async move { held.get("/hold").await.status() });
        shop.after_heads(1).await;
        // One waits for its time, one finds the queue full; again and again.
        for _ in 0..3 {
            let mut bob = ann.twin();
            let waiting = async { bob.get("/").await };
            let (one, other) = tokio::join!(waiting, ann.get("/"));
            for answer in [one, other] {
                assert_eq!(answer.status(), 503);
                assert!(answer.text().contains("upstream-busy"), "{}", answer.text());
            }
        }
        assert_eq!(shop.heads(), 1, "nothing was sent over the limit");
        go.notify_one();
        let first = soon("the first answer", others.join_next()).await.expect("a task");
        assert_eq!(first.expect("an answer"), 200);
        assert_eq!(ann.get("/").await.status(), 200, "the connection is free again");
    }
}

#[tokio::test]
async fn a_request_that_waits_gets_the_next_free_connection() {
    let (shop, go) = holding(false).await;
    let pool = "pool = { connections = 1, waiting = 8, wait = \"20s\" }";
    let door = cloakroom::before(&shop).upstream(pool).start().await;
    let mut ann = visitor::at("203.0.113.77").over_http2().connect(&door).await;
    let mut all = JoinSet::new();
    for _ in 0..8 {
        let mut twin = ann.twin();
        all.spawn(async move { twin.get("/hold").await.status() });
    }
    for count in 1..=8 {
        shop.after_heads(count).await;
        assert_eq!(shop.heads(), count, "one at a time");
        go.notify_one();
    }
    let statuses = soon("all answers", all.join_all()).await;
    assert_eq!((statuses, shop.connections()), (vec![200; 8], 1));
    assert_eq!(ann.get("/").await.status(), 200);
}

#[tokio::test]
async fn a_visitor_who_leaves_frees_the_connection() {
    for http2_visitor in [false, true] {
        for stage in ["/silent", "/half"] {
            let shop = backend::answering(|request| match request.target() {
                "/silent" => vec![Step::Await(Arc::default())],
                "/half" => vec![
                    Step::write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"),
                    Step::Await(Arc::default()),
                ],
                _ => vec![Step::ok("welcome")],
            });
            let shop = shop.start().await;
            let pool = "pool = { connections = 1, waiting = 1, wait = \"15s\" }";
            let door = cloakroom::before(&shop).upstream(pool).start().await;
            let ann = visitor::at("203.0.113.77");
            let ann = if http2_visitor { ann.over_http2() } else { ann };
            let mut talk = ann.connect(&door).await;
            let mut leaving = tokio::spawn(async move { talk.ask(Method::GET, stage, b"").await });
            shop.after_heads(1).await;
            let bob = visitor::at("203.0.113.78");
            let mut waiting = bob.connect(&door).await;
            leaving.abort();
            assert!((&mut leaving).await.is_err());
            let answer = waiting.get("/").await;
            assert_eq!(answer.status(), 200, "HTTP/2 {http2_visitor}, {stage}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn fifty_streams_use_fifty_connections_or_one() {
    for http2_backend in [false, true] {
        let gates = Arc::new(std::sync::Mutex::new(Vec::new()));
        let script = {
            let gates = Arc::clone(&gates);
            move |request: &crate::harness::message::Message| {
                let gate = Arc::new(Notify::new());
                gates.lock().expect("no panic").push(Arc::clone(&gate));
                vec![Step::Await(gate), Step::ok(&request.field("x-number"))]
            }
        };
        let shop = backend::answering(script);
        let shop = if http2_backend { shop.over_http2() } else { shop }.start().await;
        let door = cloakroom::before(&shop).start().await;
        let talk = visitor::at("203.0.113.77").over_http2().connect(&door).await;
        let mut all = JoinSet::new();
        for number in 0..50 {
            let mut twin = talk.twin().with("x-number", &number.to_string());
            all.spawn(async move { twin.get("/").await.text() == number.to_string() });
        }
        shop.after(50).await;
        assert_eq!(shop.connections(), if http2_backend { 1 } else { 50 });
        // The last ones first: no stream waits for another.
        let gates = std::mem::take(&mut *gates.lock().expect("no panic"));
        for gate in gates.iter().rev() {
            gate.notify_one();
        }
        let all = soon("all answers", all.join_all()).await;
        assert_eq!((all.len(), all.iter().all(|same| *same)), (50, true));
    }
}

/// A backend that closes the connection at the second request on it, having read it.
async fn closing_at_every_second_request() -> Backend {
    let second = AtomicBool::new(false);
    let shop = backend::answering(move |_| {
        // A connection's first request is answered, and the next one begins a new connection.
        match second.fetch_xor(true, Ordering::Relaxed) {
            false => vec![Step::ok("welcome")],
            true => vec![Step::Close],
        }
    });
    shop.start().await
}

/// A backend that answers `/hold` when it is told to.
async fn holding(http2: bool) -> (Backend, Arc<Notify>) {
    let go = Arc::new(Notify::new());
    let shop = {
        let go = Arc::clone(&go);
        backend::answering(move |request| {
            let hold = request.target().ends_with("/hold");
            let wait = hold.then(|| Step::Await(Arc::clone(&go)));
            wait.into_iter().chain([Step::ok("welcome")]).collect()
        })
    };
    (if http2 { shop.over_http2() } else { shop }.start().await, go)
}
