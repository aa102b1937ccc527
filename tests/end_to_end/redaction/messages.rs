//! What is personal in messages of gRPC and in protobuf bodies: taken out of each while the call
//! goes on, its lengths and its coding mended.

use crate::harness::backend::{self, Step};
use crate::harness::calls::{self, Client, Server, framed};
use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::coding::{decoded, encoded};
use crate::harness::visitor::{self, Visitor};

/// A message with a string in a message in it, and what is left of it.
const TO: &[u8] = b"\x08\x07\x1a\x11\x0a\x0fann@example.org";
const HIDDEN: &[u8] = b"\x08\x07\x1a\x09\x0a\x07[email]";

const REDACT: &str = "protobuf = \"redact\"";

#[tokio::test]
async fn each_message_is_rewritten_while_the_call_goes_on() {
    for (requests, responses) in [(true, false), (false, true)] {
        for coding in ["", "gzip", "deflate", "zstd"] {
            let (mut server, mut client, _door) = ends(|door| match requests {
                true => door.redacting(REDACT),
                false => door.redacting_responses(REDACT),
            })
            .await;
            let more: &[_] = if coding.is_empty() { &[] } else { &[("grpc-encoding", coding)] };
            let mut call = client.call("/chat.Chat/Talk", more).await;
            let mut served = server.next().await;
            let mut reply = served.answer(more);
            let mut answer = call.answer().await;
            let flag = u8::from(!coding.is_empty());
            let wire = framed(flag, &encoded(coding, TO));
            for cut in [1, 5, 9, wire.len()] {
                for (outbox, inbox, is_rewritten) in [
                    (&mut call.outbox, &mut served.inbox, requests),
                    (&mut reply, &mut answer.inbox, responses),
                ] {
                    outbox.bytes(&wire[..cut], false).await;
                    outbox.bytes(&wire[cut..], false).await;
                    let (seen, message) = inbox.message().await.expect("a message");
                    let expected = if is_rewritten { HIDDEN } else { TO };
                    assert_eq!((seen, decoded(coding, &message)), (flag, expected.to_vec()));
                }
            }
            call.outbox.end();
            assert_eq!(served.inbox.message().await, None);
            reply.trailers(&[("grpc-status", "0")]);
            assert_eq!(answer.inbox.trailers().await, [("grpc-status".into(), "0".into())]);
        }
    }
}

#[tokio::test]
async fn who_only_counts_changes_nothing() {
    let observe = format!("{REDACT}\nobserve = true");
    let (mut server, mut client, _door) = ends(|door| door.redacting(&observe)).await;
    let mut call = client.call("/chat.Chat/Say", &[]).await;
    let mut served = server.next().await;
    for said in [TO, b"no message at all", TO] {
        call.outbox.message(said).await;
        assert_eq!(served.inbox.message().await, Some((0, said.to_vec())));
    }
}

#[tokio::test]
async fn a_call_ends_where_something_may_not_go_on() {
    let block = format!("{REDACT}\naction = \"block\"");
    let small = "[limits]\ndecoded_bytes = \"64KiB\"";
    for (what, set, coding, wire, expected) in [
        ("forbidden", block.as_str(), "gzip", framed(0, TO), ["7", "forbidden-content"]),
        ("no message", REDACT, "gzip", framed(0, b"ann@example.org"), ["3", "unreadable"]),
        ("not coded", REDACT, "gzip", framed(1, TO), ["3", "malformed-coding"]),
        ("unknown", REDACT, "snappy", framed(1, TO), ["12", "unknown-coding"]),
        ("too long", REDACT, "gzip", framed(0, &[b' '; 70_000]), ["8", "decoded-too-large"]),
        ("refused", "protobuf = \"refuse\"", "gzip", framed(0, TO), ["3", "unreadable"]),
    ] {
        let (mut server, mut client, _door) = ends(|door| door.toml(small).redacting(set)).await;
        let mut call = client.call("/chat.Chat/Say", &[("grpc-encoding", coding)]).await;
        // Whoever is refused need not be read to the end.
        let answering = call.answer();
        let (answer, _) = tokio::join!(answering, call.outbox.try_bytes(&wire));
        assert_eq!([answer.field("grpc-status"), answer.field("grpc-message")], expected, "{what}");
        if what != "refused" {
            let mut served = server.next().await;
            assert!(served.inbox.given_up().await.is_some(), "{what}");
        }
        assert!(!server.has_more(), "{what}");
    }
    // Once the answer has begun, all that is left is to break off.
    let (mut server, mut client, _door) = ends(|door| door.redacting(&block)).await;
    let mut call = client.call("/chat.Chat/Talk", &[]).await;
    let mut served = server.next().await;
    let _reply = served.answer(&[]);
    let mut answer = call.answer().await;
    call.outbox.message(TO).await;
    assert!(served.inbox.given_up().await.is_some());
    assert!(answer.inbox.given_up().await.is_some());
    // And the same for what the server says.
    let (mut server, mut client, _door) = ends(|door| door.redacting_responses(&block)).await;
    let mut call = client.call("/chat.Chat/Talk", &[]).await;
    let mut served = server.next().await;
    let mut reply = served.answer(&[]);
    let mut answer = call.answer().await;
    reply.message(TO).await;
    assert!(answer.inbox.given_up().await.is_some());
}

#[tokio::test]
async fn the_server_is_asked_for_messages_that_can_be_read() {
    let (mut server, mut client, _door) = ends(|door| door.redacting_responses(REDACT)).await;
    for (asked, expected) in [("gzip, snappy, identity", "gzip, identity"), ("snappy", "identity")]
    {
        let mut call = client.call("/chat.Chat/Say", &[("grpc-accept-encoding", asked)]).await;
        call.outbox.end();
        let served = server.next().await;
        assert_eq!(served.field("grpc-accept-encoding"), expected);
    }
}

#[tokio::test]
async fn json_in_calls_is_rewritten_with_its_lengths() {
    let (mut server, mut client, _door) = ends(|door| door.redacting("")).await;
    let json = [("content-type", "application/grpc+json")];
    let mut call = client.call("/chat.Chat/Talk", &json).await;
    let mut served = server.next().await;
    for _ in 0..2 {
        call.outbox.message(b"{\"to\":\"ann@example.org\"}").await;
        let hidden = b"{\"to\":\"[email]\"}".to_vec();
        assert_eq!(served.inbox.message().await, Some((0, hidden)));
    }
}

#[tokio::test]
async fn a_protobuf_body_is_rewritten_whole() {
    for http2 in [false, true] {
        let shop = backend::answering(|request| {
            vec![Step::answer_bytes(
                200,
                &[("content-type", "application/protobuf")],
                &request.body,
            )]
        });
        let shop = if http2 { shop.over_http2() } else { shop }.start().await;
        // Numbers that a coding cannot make a hundred times shorter.
        let numbers: Vec<u8> = (0..40_000_u32)
            .flat_map(|number| {
                [[0x4d].to_vec(), number.wrapping_mul(0x9e37_79b9).to_le_bytes().to_vec()].concat()
            })
            .collect();
        let long = |said: &[u8]| [said, &numbers].concat();
        for (of, hidden) in [(TO.to_vec(), HIDDEN.to_vec()), (long(TO), long(HIDDEN))] {
            for coding in ["", "gzip"] {
                let door = cloakroom::before(&shop).redacting(REDACT).start().await;
                let ann = by(http2)
                    .with("content-type", "application/x-protobuf")
                    .with("content-encoding", coding);
                assert_eq!(ann.post(&door, "/", &encoded(coding, &of)).await.status(), 200);
                let seen = shop.requests().pop().expect("a request");
                assert!(decoded(coding, &seen.body) == hidden, "{coding}");
            }
            let door = cloakroom::before(&shop).redacting_responses(REDACT).start().await;
            let answer = by(http2)
                .with("content-type", "application/x-protobuf")
                .post(&door, "/", &of)
                .await;
            assert!(answer.body == hidden);
        }
        for (set, body, status) in [
            (REDACT, &b"ann@example.org"[..], 400),
            ("protobuf = \"redact\"\naction = \"block\"", TO, 422),
            ("protobuf = \"refuse\"", TO, 415),
            ("protobuf = \"redact\"\nunreadable = \"pass\"", b"ann@example.org", 200),
            ("", TO, 200),
        ] {
            let door = cloakroom::before(&shop).redacting(set).start().await;
            let ann = by(http2).with("content-type", "application/x-protobuf");
            let answer = ann.post(&door, "/", body).await;
            assert_eq!(answer.status(), status, "{set}");
            assert!(status != 200 || answer.body == body, "{set}");
        }
    }
}

#[tokio::test]
async fn grpc_of_browsers_is_rewritten_with_its_trailers() {
    let wire = |said: &[u8], mail: &str| {
        [framed(0, said), framed(0x80, format!("grpc-message: {mail}\r\n").as_bytes())].concat()
    };
    let reply = wire(TO, "ann%40example.org");
    let shop = backend::answering(move |_| {
        vec![Step::answer_bytes(200, &[("content-type", "application/grpc-web+proto")], &reply)]
    });
    let shop = shop.start().await;
    for http2 in [false, true] {
        let door = cloakroom::before(&shop).redacting_responses(REDACT).start().await;
        let ann = by(http2).with("content-type", "application/grpc-web+proto");
        let answer = ann.post(&door, "/chat.Chat/Say", &framed(0, TO)).await;
        assert_eq!(answer.body, wire(HIDDEN, "%5Bemail%5D"));
        let door = cloakroom::before(&shop).redacting(REDACT).start().await;
        assert_eq!(ann.post(&door, "/chat.Chat/Say", &framed(0, TO)).await.status(), 200);
        let seen = shop.requests().pop().expect("a request");
        assert_eq!(seen.body, framed(0, HIDDEN));
        // In Base64 nobody reads it here.
        let ann = by(http2).with("content-type", "application/grpc-web-text");
        assert_eq!(ann.post(&door, "/chat.Chat/Say", b"AAAAAAA=").await.status(), 415);
    }
}

/// A server of calls, and a client of it through a proxy with these rules.
async fn ends(rules: impl FnOnce(Builder) -> Builder) -> (Server, Client, Door) {
    let server = calls::server().await;
    let door = rules(cloakroom::towards(&server.upstream())).start().await;
    let client = calls::connect(&by(true), &door).await;
    (server, client, door)
}

fn by(http2: bool) -> Visitor {
    let ann = visitor::at("203.0.113.77");
    if http2 { ann.over_http2() } else { ann }
}
