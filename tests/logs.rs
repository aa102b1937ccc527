//! The log of a whole run, down to the finest line: it tells what was decided, and nothing of
//! who asked or for what.

#![expect(clippy::panic, reason = "a harness that cannot go on fails the test that uses it")]

#[path = "end_to_end/harness/mod.rs"]
mod harness;

use cloakroom::policy::settings::{Log, LogFormat};
use cloakroom::server::log;
use cloakroom::websocket::{Kind, Writer, handshake};
use harness::backend::{self, Step};
use harness::cloakroom::{SHOP, before};
use harness::finder::assert_absent;
use harness::personal::assert_gone;
use harness::soon;
use harness::visitor::{self, Visitor};
use http::Method;
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;
use tokio::sync::watch;

#[tokio::test]
async fn a_log_at_trace_tells_nothing_of_visitors() {
    let log = Memory::start();
    let mut expected = Vec::new();
    every_mode(&mut expected).await;
    refused_heads(&mut expected).await;
    broken_backends(&mut expected).await;
    redactions(&mut expected).await;
    tunnels(&mut expected).await;
    conversations(&mut expected).await;
    proxy_headers(&mut expected).await;
    connections_without_exchange().await;
    visitors_who_hang_up(&log, &mut expected).await;
    reload_and_drain(&mut expected).await;

    let text = log.after(expected.len()).await;
    for address in ADDRESSES {
        assert_absent(address, text.as_bytes(), "the log");
    }
    assert_gone(MAIL, text.as_bytes(), "the log");
    let lower = text.to_ascii_lowercase();
    if let Some(at) = lower.find("secret") {
        panic!("the log tells a secret: …{}…", &text[at.saturating_sub(200)..at + 50]);
    }
    assert!(!text.contains("panicked"), "{text}");

    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let has = |level: &str| lines.iter().any(|line| line["level"] == level);
    assert!(has("DEBUG") && has("INFO"), "the log is not at trace");
    let exchanges = lines.iter().filter(|line| line["target"] == "cloakroom::access");
    let mut told: Vec<String> = exchanges.map(line).collect();
    for expected in expected {
        match told.iter().position(|told| *told == expected) {
            Some(at) => drop(told.swap_remove(at)),
            None => panic!("not in the log: {expected}; left over: {told:#?}"),
        }
    }
    assert_eq!(told, [""; 0], "more in the log than was asked");
}

/// Visitors: by a trusted hop's word, by a PROXY header's, and by the socket itself.
const ADDRESSES: [&str; 3] = ["203.0.113.77", "2001:db8:5:6::77", "127.0.77.78"];

/// What stands in no log: a target, fields and a body.
const TARGET: &str = "/secret-path/203.0.113.77?secret-query=2001:db8:5:6::77&ip=127.0.77.78";

/// What is taken out of a body, and stands in no log.
const MAIL: &str = "ann@secret.example.org";

/// An exchange as the log tells it: property, mode, status, why refused, bytes in, upstream, and
/// how much was found, if anything was.
fn line(line: &Value) -> String {
    let word = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
    let number = |key: &str| line[key].as_u64().expect("a number");
    assert!(line["total_ms"].as_f64().is_some() && line["bytes_out"].as_u64().is_some());
    assert!(["front"].contains(&word("listener").as_str()));
    let finds = |key: &str| line[key].as_u64().map(|count| format!(" {key} {count}"));
    format!(
        "{} {} {} {} {} {} {} {}{}{}",
        word("method"),
        word("version"),
        word("property"),
        word("mode"),
        number("status"),
        word("refusal"),
        number("bytes_in"),
        word("upstream"),
        finds("redacted").unwrap_or_default(),
        finds("observed").unwrap_or_default(),
    )
}

async fn every_mode(expected: &mut Vec<String>) {
    for shop in [backend::start().await, backend::start_http2().await] {
        for (mode, toml) in MODES {
            let door = before(&shop).shop(toml).start().await;
            for address in &ADDRESSES[..2] {
                for (http2, version) in [(false, "HTTP/1.1"), (true, "HTTP/2.0")] {
                    let ann = asking(visitor::at(address), http2);
                    assert_eq!(ann.get(&door, TARGET).await.status(), 200);
                    assert_eq!(ann.post(&door, TARGET, b"secret body").await.status(), 200);
                    let method = Method::from_bytes(b"SECRET").expect("a method");
                    assert_eq!(ann.ask(&door, method, TARGET, b"").await.status(), 200);
                    for (method, bytes) in [("GET", 0), ("POST", 11), ("other", 0)] {
                        expected.push(format!("{method} {version} shop {mode} 200 - {bytes} chat"));
                    }
                }
            }
        }
        let door = before(&shop).record("full").believing("").start().await;
        let bob = asking(visitor::nobody().from("127.0.77.78"), false);
        assert_eq!(bob.get(&door, TARGET).await.status(), 200);
        expected.push("GET HTTP/1.1 shop full 200 - 0 chat".to_owned());
        let bob = bob.host("secret.example.org");
        assert_eq!(bob.get(&door, TARGET).await.status(), 200);
        expected.push("GET HTTP/1.1 (unknown) off 200 - 0 chat".to_owned());
    }
}

async fn refused_heads(expected: &mut Vec<String>) {
    let shop = backend::start().await;
    let door = before(&shop)
        .toml(
            "[properties]\nsources = [\"host\", { query = \"secret-key\" }]\n\
             [limits]\nline_bytes = 256\nbody_bytes = 20\n[timeouts]\nhead = \"100ms\"",
        )
        .start()
        .await;
    let secret = "X-Secret: 203.0.113.77\r\n";
    for (request, status, refusal) in [
        (format!("GET {TARGET} HTTP/1.1\r\n{secret}\r\n"), 400, "host-missing"),
        (format!("GET {TARGET} HTTP/1.1\r\nHost: a\r\n{secret} folded\r\n\r\n"), 400, "folded"),
        (format!("GET {TARGET}{} HTTP/1.1\r\n", "x".repeat(300)), 414, "request-line-too-long"),
        (format!("SECRET {TARGET}\r\n\r\n"), 400, "request-line"),
        ("\x16\x03\x01secret 203.0.113.77\r\n\r\n".to_owned(), 400, "method"),
        (format!("GET {TARGET} HTTP/1.1\r\nHost: "), 408, "head-too-slow"),
    ] {
        let mut wire = visitor::nobody().wire(&door).await;
        wire.send(request).await;
        let answer = wire.answer().await.expect(refusal);
        assert!(answer.text().contains(&format!("\"{refusal}\"")), "{}", answer.text());
        wire.rest().await;
        expected.push(format!("- HTTP/1.1 - - {status} {refusal} 0 -"));
    }
    for (http2, version) in [(false, "HTTP/1.1"), (true, "HTTP/2.0")] {
        let ann = asking(visitor::at("203.0.113.77"), http2);
        let conflict = format!("{TARGET}&secret-key=secret");
        assert_eq!(ann.get(&door, &conflict).await.status(), 400);
        expected.push(format!("GET {version} - - 400 property-conflict 0 -"));
        let disguised = ann.with("transfer_encoding", "secret");
        assert_eq!(disguised.get(&door, TARGET).await.status(), 400);
        // What the gate refuses has no method that could be told.
        let (method, why) = if http2 { ("GET", "field-name") } else { ("-", "look-alike") };
        expected.push(format!("{method} {version} - - 400 {why} 0 -"));
    }
    let ann = asking(visitor::at("203.0.113.77"), true);
    assert_eq!(ann.post(&door, TARGET, b"a secret that is too long").await.status(), 413);
    expected.push("POST HTTP/2.0 shop off 413 body-too-large 25 -".to_owned());
}

async fn broken_backends(expected: &mut Vec<String>) {
    for (steps, status, refusal) in [
        (vec![Step::Close], 502, "upstream-broken"),
        (vec![Step::write("secret 203.0.113.77\r\n\r\n")], 502, "upstream-broken"),
        (vec![Step::Await(Arc::default())], 504, "upstream-first-byte-timeout"),
    ] {
        let shop = backend::answering(move |_| steps.clone()).start().await;
        let limit = "timeouts.first_byte = \"100ms\"";
        let door = before(&shop).record("truncate").upstream(limit).start().await;
        let ann = asking(visitor::at("203.0.113.77"), false);
        assert_eq!(ann.get(&door, TARGET).await.status(), status);
        expected.push(format!("GET HTTP/1.1 shop truncate {status} {refusal} 0 -"));
    }
    let shop = backend::start().await;
    for nowhere in ["http://127.0.0.1:1", "https://127.0.0.1:1", "unix:/nowhere/backend.sock"] {
        let nowhere = format!("servers = [{nowhere:?}]");
        let door = before(&shop).instead_of_the_backend(&nowhere).start().await;
        let ann = asking(visitor::at("203.0.113.77"), false);
        assert_eq!(ann.get(&door, TARGET).await.status(), 502);
        expected.push("GET HTTP/1.1 shop off 502 upstream-unreachable 0 -".to_owned());
    }
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nsecret";
    let shop = backend::answering(move |_| vec![Step::write(cut), Step::Close]).start().await;
    let door = before(&shop).start().await;
    let mut talk = asking(visitor::at("203.0.113.77"), false).connect(&door).await;
    assert!(talk.ask(Method::GET, TARGET, b"").await.is_err());
    expected.push("GET HTTP/1.1 shop off 200 - 0 chat".to_owned());
}

async fn redactions(expected: &mut Vec<String>) {
    let target = format!("{TARGET}&to={MAIL}");
    let body = format!("{{\"secret\":\"{MAIL}\",\"cc\":\"{MAIL}\"}}");
    let long = format!("{{\"secret\":\"{}\",\"cc\":\"{MAIL}\"}}", "secret ".repeat(20_000));
    for shop in [backend::start().await, backend::start_http2().await] {
        for (http2, version) in [(false, "HTTP/1.1"), (true, "HTTP/2.0")] {
            let ann = asking(visitor::at("203.0.113.77"), http2)
                .with("content-type", "application/json")
                .with("referer", &format!("https://secret.example.org/?to={MAIL}"));
            let mail = "kinds = [\"email\"]";
            let door = before(&shop).redacting(mail).start().await;
            for (body, finds) in [(&body, 4), (&long, 3)] {
                assert_eq!(ann.post(&door, &target, body.as_bytes()).await.status(), 200);
                let length = body.len();
                let line = format!("POST {version} shop off 200 - {length} chat redacted {finds}");
                expected.push(line);
            }
            let door = before(&shop).redacting(&format!("{mail}\nobserve = true")).start().await;
            assert_eq!(ann.post(&door, &target, body.as_bytes()).await.status(), 200);
            let length = body.len();
            expected.push(format!("POST {version} shop off 200 - {length} chat observed 4"));
            let door = before(&shop).redacting("kinds = [\"email\"]\naction = \"block\"");
            let door = door.start().await;
            assert_eq!(ann.post(&door, "/", body.as_bytes()).await.status(), 422);
            expected.push(format!("POST {version} shop off 422 forbidden-content 0 -"));
            let coded = ann.with("content-encoding", "gzip");
            let door = before(&shop).redacting("in = [\"body\"]").start().await;
            assert_eq!(coded.post(&door, &target, body.as_bytes()).await.status(), 400);
            expected.push(format!("POST {version} shop off 400 malformed-coding {length} -"));
        }
    }
    let answer = body.clone();
    let fields = [("content-type", "application/json")];
    let shop = backend::answering(move |_| vec![Step::answer(200, &fields, &answer)]);
    let shop = shop.start().await;
    let ann = asking(visitor::at("203.0.113.77"), false);
    let door = before(&shop).redacting_responses("kinds = [\"email\"]").start().await;
    assert_eq!(ann.get(&door, &target).await.status(), 200);
    expected.push("GET HTTP/1.1 shop off 200 - 0 chat redacted 2".to_owned());
    let set = "kinds = [\"email\"]\naction = \"block\"";
    let door = before(&shop).redacting_responses(set).start().await;
    let mut talk = ann.connect(&door).await;
    assert!(talk.ask(Method::GET, &target, b"").await.is_err());
    expected.push("GET HTTP/1.1 shop off 200 - 0 chat".to_owned());
    let sources = "[properties]\nsources = [\"host\", { json = \"secret\" }]";
    let door = before(&shop).toml(sources).start().await;
    let ann = ann.with("content-type", "application/json");
    assert_eq!(ann.post(&door, &target, body.as_bytes()).await.status(), 400);
    expected.push(format!("POST HTTP/1.1 - - 400 property-conflict {} -", body.len()));
}

async fn tunnels(expected: &mut Vec<String>) {
    let shop = backend::answering(|_| {
        let fields = [("connection", "upgrade"), ("upgrade", "websocket")];
        vec![Step::answer(101, &fields, ""), Step::Echo]
    });
    let shop = shop.start().await;
    let door = before(&shop).record("pseudonym").start().await;
    let ann = asking(visitor::at("203.0.113.77"), false)
        .with("connection", "upgrade")
        .with("upgrade", "websocket");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head(&format!("GET {TARGET} HTTP/1.1"))).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 101);
    wire.send("secret 203.0.113.77").await;
    wire.exactly(19).await.expect("the echo");
    wire.finish().await;
    wire.rest().await;
    expected.push("GET HTTP/1.1 shop pseudonym 101 - 0 chat".to_owned());

    let ann = asking(visitor::at("203.0.113.77"), false)
        .with("connection", "upgrade")
        .with("upgrade", "secret");
    let mut wire = ann.wire(&door).await;
    wire.send(ann.head(&format!("GET {TARGET} HTTP/1.1"))).await;
    assert_eq!(wire.answer().await.expect("an answer").status(), 400);
    wire.rest().await;
    expected.push("GET HTTP/1.1 - - 400 upgrade 0 -".to_owned());
}

async fn conversations(expected: &mut Vec<String>) {
    let shop = backend::answering(|request| {
        let accept = handshake::accept(request.field("sec-websocket-key").as_bytes());
        let fields = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-accept", &*accept),
        ];
        // What it echoes is masked, as no server's frames may be.
        vec![Step::answer(101, &fields, ""), Step::Echo]
    });
    let shop = shop.start().await;
    let ann = asking(visitor::at("203.0.113.77"), false)
        .with("connection", "upgrade")
        .with("upgrade", "websocket")
        .with("sec-websocket-version", "13")
        .with("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    let sources = "[properties]\nsources = [\"host\", { json = \"secret\" }]";
    // A host that nobody has says nothing: the first message has to, and names nobody either.
    let nobody = ann.clone().host("secret.example.org");
    for (ann, action, property, finds) in [
        (&ann, "label", "shop", " redacted 1"),
        (&ann, "block", "shop", ""),
        (&nobody, "label", "(unknown)", ""),
    ] {
        let set = format!("kinds = [\"email\"]\naction = \"{action}\"");
        let door = before(&shop).redacting(&set).toml(sources).start().await;
        let mut wire = ann.wire(&door).await;
        wire.send(ann.head(&format!("GET {TARGET} HTTP/1.1"))).await;
        assert_eq!(wire.answer().await.expect("an answer").status(), 101);
        let mut frames = Vec::new();
        let mut writer = Writer::new(None);
        writer.begin(Kind::Text);
        let message = format!("{{\"secret\":\"203.0.113.77 {MAIL}\"}}");
        writer.frame(message.as_bytes(), true, Some([1, 2, 3, 4]), &mut frames);
        wire.send(&frames).await;
        wire.rest().await;
        expected.push(format!("GET HTTP/1.1 {property} off 101 - 0 chat{finds}"));
    }
    for (field, value, refusal) in [
        ("sec-websocket-version", "secret", "426 websocket-version"),
        ("sec-websocket-extensions", "secret;=", "400 websocket-handshake"),
    ] {
        let door = before(&shop).redacting("").start().await;
        let mut wire = ann.wire(&door).await;
        wire.send(ann.clone().with(field, value).head(&format!("GET {TARGET} HTTP/1.1"))).await;
        wire.answer().await.expect("an answer");
        wire.rest().await;
        expected.push(format!("GET HTTP/1.1 shop off {refusal} 0 -"));
    }
}

async fn proxy_headers(expected: &mut Vec<String>) {
    let shop = backend::start().await;
    let trusting = |networks: &str| {
        let listener = format!("trusted = [{networks:?}]\nproxy_protocol = true");
        before(&shop).record("full").believing(&listener)
    };
    let door = trusting("127.0.0.0/8").start().await;
    for (source, target) in [("203.0.113.77", "192.0.2.1"), ("2001:db8:5:6::77", "2001:db8::1")] {
        let family = if source.contains(':') { "TCP6" } else { "TCP4" };
        let header = format!("PROXY {family} {source} {target} 5555 443\r\n");
        let ann = asking(visitor::nobody().behind(header), false);
        assert_eq!(ann.get(&door, TARGET).await.status(), 200);
        expected.push("GET HTTP/1.1 shop full 200 - 0 chat".to_owned());
    }
    for door in [trusting("127.0.0.0/8"), trusting("192.0.2.0/24")] {
        let door = door.plain().toml("[timeouts]\nproxy_header = \"100ms\"").start().await;
        for bad in ["PROXY TCP4 203.0.113.77 secret\r\n", "PROXY TCP4 203.0.113.77 "] {
            let mut wire = visitor::nobody().from("127.0.77.78").wire(&door).await;
            wire.send(bad).await;
            assert_eq!(wire.rest().await, b"");
        }
    }
}

async fn connections_without_exchange() {
    let shop = backend::start().await;
    for garbage in
        ["GET /secret HTTP/1.1\r\nHost: 203.0.113.77\r\n\r\n", "\x16\x03\x01\x00\x05secret"]
    {
        let limit = "[limits]\nconnections_per_peer = 1";
        let door = before(&shop).believing("").toml(limit).start().await;
        let bob = visitor::nobody().from("127.0.77.78");
        let mut wire = bob.clear_wire(&door).await;
        // One connection is all that this peer may have.
        let mut second = bob.clear_wire(&door).await;
        assert_eq!(second.rest().await, b"");
        wire.send(garbage).await;
        wire.finish().await;
        wire.rest().await;
    }
}

async fn visitors_who_hang_up(log: &Memory, expected: &mut Vec<String>) {
    let shop = backend::start().await;
    let door = before(&shop).start().await;
    let head =
        format!("POST {TARGET} HTTP/1.1\r\nHost: {SHOP}\r\nX-Forwarded-For: 203.0.113.77\r\n");
    let mut wire = visitor::nobody().wire(&door).await;
    wire.send(format!("{head}Content-Length: 500\r\n\r\nsecret body")).await;
    shop.after_heads(1).await;
    drop(wire);
    expected.push("POST HTTP/1.1 shop off 400 body-broken 11 -".to_owned());
    log.after(expected.len()).await;
    let mut wire = visitor::nobody().wire(&door).await;
    wire.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n6\r\nsecret\r\n")).await;
    shop.after_bytes(b"secret\r\n").await;
    wire.send("zz\r\n").await;
    wire.rest().await;
    expected.push("POST HTTP/1.1 shop off 400 chunk-size 6 -".to_owned());
}

async fn reload_and_drain(expected: &mut Vec<String>) {
    let shop = backend::start().await;
    let mut door = before(&shop).record("full").start().await;
    let mut talk = asking(visitor::at("203.0.113.77"), false).connect(&door).await;
    talk.get(TARGET).await;
    expected.push("GET HTTP/1.1 shop full 200 - 0 chat".to_owned());
    door.reload(&before(&shop).record("truncate")).await;
    talk.get(TARGET).await;
    expected.push("GET HTTP/1.1 shop truncate 200 - 0 chat".to_owned());
    assert_eq!(door.drain().await, 0);
}

/// Every mode, and how property `shop` says it.
const MODES: [(&str, &str); 6] = [
    ("off", "record = \"off\""),
    ("off", "record = \"off\"\nstand_in = \"random\""),
    ("pseudonym", "record = \"pseudonym\""),
    ("truncate", "record = \"truncate\""),
    ("sealed", "record = \"sealed\"\nsealed = { key_file = \"sealing.key\" }"),
    ("full", "record = \"full\""),
];

/// The visitor with fields that are nobody's business.
fn asking(visitor: Visitor, http2: bool) -> Visitor {
    let visitor = visitor
        .with("cookie", "secret=203.0.113.77")
        .with("user-agent", "secret robot at 2001:db8:5:6::77")
        .with("x-secret", "127.0.77.78");
    if http2 { visitor.over_http2() } else { visitor }
}

/// All that was logged so far.
#[derive(Clone)]
struct Memory(Arc<watch::Sender<Vec<u8>>>);

impl Memory {
    /// Starts the log of this process, at its finest, and keeps it. What a panic says is kept too.
    fn start() -> Self {
        let memory = Self(Arc::new(watch::channel(Vec::new()).0));
        // Nor may an operator ask the libraries, which print what they read.
        let level = "trace,h2=trace,h2::codec=trace,rustls::server=trace,hyper::proto=trace";
        let settings = Log { format: LogFormat::Json, level: level.to_owned(), access: true };
        let writer = memory.clone();
        log::start(&settings, move || writer.clone());
        let default = std::panic::take_hook();
        let writer = memory.clone();
        std::panic::set_hook(Box::new(move |panic| {
            let mut writer = writer.clone();
            writeln!(writer, "panicked: {panic}").expect("memory takes everything");
            default(panic);
        }));
        memory
    }

    /// The text, once it holds so many exchanges.
    async fn after(&self, exchanges: usize) -> String {
        let mut log = self.0.subscribe();
        let target = b"\"target\":\"cloakroom::access\"";
        let count = |log: &[u8]| log.windows(target.len()).filter(|found| found == target).count();
        let text = soon("exchanges in the log", log.wait_for(|log| count(log) >= exchanges)).await;
        String::from_utf8(text.expect("the log goes on").clone()).expect("text")
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.send_modify(|log| log.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
