//! gRPC through the proxy, HTTP/2 on both sides: each message as soon as it was sent, in both
//! directions at once, no faster than it is taken, with its trailers, and given up where one side
//! gives up.

use crate::harness::backend::{self, Step};
use crate::harness::calls::{self, Client, Fields, Inbox, Outbox, Server, framed};
use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::soon;
use crate::harness::visitor::{self, Visitor};
use h2::Reason;
use std::time::Duration;
use tokio::time::timeout;

/// Sets of rules under which a call that is not to be rewritten passes as it is.
const SETS: [&str; 3] = ["", "observe = true", "action = \"block\""];

#[tokio::test]
async fn a_unary_call_passes_with_its_trailers() {
    each(async |server, client, what| {
        let mut call = client.call("/chat.Chat/Say", &[("x-trace-bin", TRACE)]).await;
        call.outbox.message(b"\x0a\x0fann@example.org").await;
        call.outbox.end();
        let mut served = server.next().await;
        assert_eq!((served.method.as_str(), served.target.as_str()), ("POST", "/chat.Chat/Say"));
        assert_eq!(served.field("content-type"), "application/grpc", "{what}");
        assert_eq!(served.field("te"), "trailers", "{what}");
        assert_eq!(served.field("x-trace-bin"), TRACE, "{what}");
        assert_eq!(served.field("x-forwarded-for"), "", "{what}: nothing is recorded");
        check(&mut served.inbox, b"\x0a\x0fann@example.org").await;
        assert_eq!(served.inbox.message().await, None, "{what}");
        let mut reply = served.answer(&[("x-trace-bin", TRACE)]);
        reply.message(b"\x0a\x05hello").await;
        reply.trailers(&[("grpc-status", "0"), ("x-cost-bin", TRACE)]);
        let mut answer = call.answer().await;
        assert_eq!((answer.status, answer.field("x-trace-bin")), (200, TRACE), "{what}");
        check(&mut answer.inbox, b"\x0a\x05hello").await;
        assert_eq!(
            answer.inbox.trailers().await,
            own(&[("grpc-status", "0"), ("x-cost-bin", TRACE)])
        );
    })
    .await;
}

#[tokio::test]
async fn a_call_without_messages_is_answered_by_trailers_only() {
    each(async |server, client, what| {
        let mut call = client.call("/chat.Chat/Say", &[]).await;
        call.outbox.end();
        let mut served = server.next().await;
        assert_eq!(served.inbox.message().await, None, "{what}");
        served.answer_only(&[("grpc-status", "5"), ("grpc-message", "no%20such%20room")]);
        let mut answer = call.answer().await;
        assert_eq!((answer.status, answer.field("grpc-status")), (200, "5"), "{what}");
        assert_eq!(answer.field("grpc-message"), "no%20such%20room", "{what}");
        assert_eq!(answer.field("content-length"), "", "{what}");
        assert_eq!(answer.inbox.trailers().await, [], "{what}");
    })
    .await;
}

#[tokio::test]
async fn messages_go_both_ways_while_both_ways_are_open() {
    each(async |server, client, what| {
        let mut call = client.call("/chat.Chat/Talk", &[]).await;
        // The head goes on before there is a message.
        let mut served = server.next().await;
        let mut reply = served.answer(&[]);
        let mut answer = call.answer().await;
        for number in 0..5_u8 {
            let said = [0x08, number];
            call.outbox.message(&said).await;
            check(&mut served.inbox, &said).await;
            for _ in 0..2 {
                reply.message(&said).await;
                check(&mut answer.inbox, &said).await;
            }
        }
        // Half of a message goes on as well: nobody waits for its end.
        let half = framed(0, b"\x0a\x05hello");
        call.outbox.bytes(&half[..7], false).await;
        call.outbox.bytes(&half[7..], true).await;
        check(&mut served.inbox, b"\x0a\x05hello").await;
        assert_eq!(served.inbox.message().await, None, "{what}");
        // One way is closed, the other is open.
        reply.message(b"\x08\x09").await;
        check(&mut answer.inbox, b"\x08\x09").await;
        reply.trailers(&[("grpc-status", "0")]);
        assert_eq!(answer.inbox.trailers().await, own(&[("grpc-status", "0")]), "{what}");
    })
    .await;
}

#[tokio::test]
async fn a_server_may_be_done_before_its_client_is() {
    each(async |server, client, what| {
        let mut call = client.call("/chat.Chat/Talk", &[]).await;
        call.outbox.message(b"\x08\x01").await;
        let mut served = server.next().await;
        check(&mut served.inbox, b"\x08\x01").await;
        served.answer_only(&[("grpc-status", "8")]);
        let answer = call.answer().await;
        assert_eq!(answer.field("grpc-status"), "8", "{what}");
    })
    .await;
}

#[tokio::test]
async fn the_address_is_taken_out_of_a_calls_head_and_trailers() {
    let mut server = calls::server().await;
    let door = cloakroom::towards(&server.upstream()).record("truncate").start().await;
    let mut client = calls::connect(&ann(), &door).await;
    let more = [("x-client", "203.0.113.77"), ("cf-connecting-ip", "203.0.113.77")];
    let mut call = client.call("/chat.Chat/203.0.113.77", &more).await;
    call.outbox.message(b"\x08\x01").await;
    call.outbox.trailers(&[
        ("x-real-ip", "203.0.113.77"),
        ("x-last", "203.0.113.77"),
        ("x-sum", "4"),
    ]);
    let mut served = server.next().await;
    assert_eq!(served.target, "/chat.Chat/203.0.113.0");
    assert_eq!(served.field("x-forwarded-for"), "203.0.113.0");
    assert_eq!(
        (served.field("x-client"), served.field("cf-connecting-ip")),
        ("203.0.113.0".into(), "".into())
    );
    check(&mut served.inbox, b"\x08\x01").await;
    let mut trailers = served.inbox.trailers().await;
    trailers.sort();
    assert_eq!(trailers, own(&[("x-last", "203.0.113.0"), ("x-sum", "4")]));
    served.answer_only(&[("grpc-status", "0")]);
    assert_eq!(call.answer().await.field("grpc-status"), "0");
}

#[tokio::test]
async fn who_reads_slowly_stops_who_writes() {
    each(async |server, client, what| {
        let mut call = client.call("/chat.Chat/Upload", &[]).await;
        let mut served = server.next().await;
        let mut reply = served.answer(&[]);
        let mut answer = call.answer().await;
        let sent = fill(&mut call.outbox).await;
        assert!(sent < MOST, "{what}: {sent} bytes went up, and nobody reads them");
        let sent_back = fill(&mut reply).await;
        assert!(sent_back < MOST, "{what}: {sent_back} bytes came down, and nobody reads them");
        // Once somebody reads, it goes on to the last byte.
        for (inbox, outbox, sent) in [
            (&mut served.inbox, &mut call.outbox, sent),
            (&mut answer.inbox, &mut reply, sent_back),
        ] {
            let reading = inbox.rest();
            let ((), all) = tokio::join!(outbox.bytes(b"the last", true), reading);
            assert_eq!(all.len(), sent + 8, "{what}");
            assert!(all.ends_with(b"the last"), "{what}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_gives_up_is_heard_on_the_other_side() {
    each(async |server, client, what| {
        // The client, before and after the answer began.
        for begun in [false, true] {
            let mut call = client.call("/chat.Chat/Talk", &[]).await;
            call.outbox.message(b"\x08\x01").await;
            let mut served = server.next().await;
            let mut reply = begun.then(|| served.answer(&[]));
            let answer = if begun { Some(call.answer().await) } else { None };
            call.outbox.reset(Reason::CANCEL);
            assert!(served.inbox.given_up().await.is_some(), "{what}, begun: {begun}");
            if let Some(reply) = &mut reply {
                assert!(soon("a reset", reply.refused()).await, "{what}");
            }
            drop(answer);
        }
        // The server, before and after it began to answer.
        for begun in [false, true] {
            let mut call = client.call("/chat.Chat/Talk", &[]).await;
            call.outbox.message(b"\x08\x01").await;
            let mut served = server.next().await;
            if begun {
                let mut reply = served.answer(&[]);
                let mut answer = call.answer().await;
                reply.message(b"\x08\x01").await;
                check(&mut answer.inbox, b"\x08\x01").await;
                reply.reset(Reason::CANCEL);
                assert_eq!(answer.inbox.given_up().await, Some(Reason::CANCEL), "{what}");
            } else {
                served.reset(Reason::CANCEL);
                let answer = call.answer().await;
                assert_eq!(answer.field("grpc-status"), "14", "{what}");
                assert_eq!(answer.field("grpc-message"), "upstream-broken", "{what}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_pauses_of_a_call_are_its_own() {
    let mut server = calls::server().await;
    let times = "[timeouts]\nbody_idle = \"1s\"\nbody_rate = 1000\nbody_rate_after = \"1s\"\ntunnel_idle = \"2s\"";
    let door = cloakroom::towards(&server.upstream()).toml(times).start().await;
    let mut client = calls::connect(&ann(), &door).await;
    let mut call = client.call("/chat.Chat/Talk", &[]).await;
    let mut served = server.next().await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let mut reply = served.answer(&[]);
    let mut answer = call.answer().await;
    // What the server says counts as well.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    call.outbox.message(b"\x08\x01").await;
    check(&mut served.inbox, b"\x08\x01").await;
    reply.message(b"\x08\x02").await;
    check(&mut answer.inbox, b"\x08\x02").await;
    // Silence on both sides is not for ever.
    assert!(served.inbox.given_up().await.is_some());
    assert!(answer.inbox.given_up().await.is_some());
}

#[tokio::test]
async fn a_refusal_is_said_in_the_words_of_grpc() {
    let mut server = calls::server().await;
    let door = cloakroom::towards(&server.upstream()).redacting("action = \"block\"").start().await;
    let mut client = calls::connect(&ann(), &door).await;
    for (method, more, expected) in [
        ("/chat.Chat/ann@example.org", &[][..], ["7", "forbidden-content"]),
        ("/chat.Chat/Say", &[("host", "other.example.org")], ["3", "host"]),
    ] {
        let mut call = client.call(method, more).await;
        let mut answer = call.answer().await;
        assert_eq!((answer.status, answer.field("content-type")), (200, "application/grpc"));
        assert_eq!([answer.field("grpc-status"), answer.field("grpc-message")], expected);
        assert_eq!(answer.inbox.trailers().await, []);
    }
    assert!(!server.has_more());
}

#[tokio::test]
async fn a_call_that_a_set_refuses_is_refused_at_its_first_byte() {
    let mut server = calls::server().await;
    let door =
        cloakroom::towards(&server.upstream()).redacting("binary = \"refuse\"").start().await;
    let mut client = calls::connect(&ann(), &door).await;
    let mut call = client.call("/chat.Chat/Talk", &[]).await;
    call.outbox.message(b"\x08\x01").await;
    let answer = call.answer().await;
    assert_eq!([answer.field("grpc-status"), answer.field("grpc-message")], ["3", "unreadable"]);
    // It may have got the head, and nothing else.
    let mut served = server.next().await;
    assert!(served.inbox.given_up().await.is_some());
}

#[tokio::test]
async fn grpc_of_browsers_passes() {
    let say = framed(0, b"\x0a\x05hello");
    let reply = [framed(0, b"\x0a\x05hello"), framed(0x80, b"grpc-status: 0\r\n")].concat();
    for content_type in
        ["application/grpc-web", "application/grpc-web+proto", "application/grpc-web-text"]
    {
        let shop = {
            let reply = reply.clone();
            backend::answering(move |_| {
                vec![Step::answer_bytes(200, &[("content-type", content_type)], &reply)]
            })
        };
        let shop = shop.start().await;
        for set in SETS {
            let door = cloakroom::before(&shop).redacting(set).start().await;
            for http2 in [false, true] {
                let ann = ann().with("content-type", content_type).with("x-grpc-web", "1");
                let ann = if http2 { ann.over_http2() } else { ann };
                let answer = ann.post(&door, "/chat.Chat/Say", &say).await;
                assert_eq!((answer.status(), &answer.body), (200, &reply), "{content_type} {set}");
                let seen = shop.requests().pop().expect("a request");
                assert_eq!(
                    (seen.body.as_slice(), seen.field("x-grpc-web").as_str()),
                    (say.as_slice(), "1")
                );
            }
        }
    }
}

/// Does this with a call server and a client of it, without rules and under each of the sets, for
/// requests and for responses.
async fn each(test: impl AsyncFn(&mut Server, &mut Client, &str)) {
    let mut server = calls::server().await;
    let before = cloakroom::towards(&server.upstream());
    let mut doors: Vec<(String, Builder)> = vec![("no rules".to_owned(), before.clone())];
    for set in SETS {
        doors.push((format!("requests: {set}"), before.clone().redacting(set)));
        doors.push((format!("responses: {set}"), before.clone().redacting_responses(set)));
    }
    for (what, door) in doors {
        let door: Door = door.start().await;
        let mut client = calls::connect(&ann(), &door).await;
        test(&mut server, &mut client, &what).await;
    }
}

/// The next message is this one, uncompressed.
async fn check(inbox: &mut Inbox, expected: &[u8]) {
    let message = inbox.message().await;
    assert_eq!(message, Some((0, expected.to_vec())));
}

/// Sends as much as is taken while nobody reads on the other side, and says how much that was.
async fn fill(outbox: &mut Outbox) -> usize {
    const PIECE: usize = 64 << 10;
    let mut sent = 0;
    while sent < 2 * MOST {
        match timeout(Duration::from_millis(500), outbox.room(PIECE)).await {
            Ok(Some(room)) => {
                let piece = vec![b'x'; room.min(PIECE)];
                outbox.bytes(&piece, false).await;
                sent += piece.len();
            }
            _ => break,
        }
    }
    sent
}

/// More than all buffers on the way hold together: a window of 1 MiB for each of the three
/// connections' ends, and what the system keeps for their sockets.
const MOST: usize = 16 << 20;

/// Base64 of bytes that are no text, as metadata of binary values is written.
const TRACE: &str = "AAECAwQFBgcICf/+QUJD";

fn own(fields: &Fields<'_>) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn ann() -> Visitor {
    visitor::at("203.0.113.77")
}
