//! `cloakroom audit` as a person runs it: against cloakroom in every mode, against a relay that
//! hides nothing, and where it cannot be made.
//!
//! ```text
//! audit (the binary) ──probes──▶ cloakroom, or a relay ──▶ the audit's own recorder
//! ```

use cloakroom::config::{SourceFile, load};
use cloakroom::server::Server;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_leaked_in_the_modes_that_hide_the_address() {
    for (mode, told) in [
        ("off", None),
        ("truncate", Some("the network alone")),
        ("pseudonym", Some("a stand-in of 240.0.0.0/4")),
        ("sealed", Some("a stand-in of 240.0.0.0/4")),
    ] {
        let recorder = free_address();
        let door = Door::open(recorder, With { record: mode, ..TRUNCATE }).await;
        let audit = door.audit(recorder, &[]).await;
        assert_eq!(audit.code, 0, "{mode}: {}", audit.err);
        assert_eq!(audit.leaks(), Vec::<String>::new(), "{mode}");
        assert_eq!(audit.report["protocols"], protocols(), "{mode}");
        assert!(audit.number("arrived") > 900, "{mode}: {}", audit.number("arrived"));
        // A PROXY header where none is expected is no TLS.
        assert_eq!(
            audit.refused(),
            ["PROXY header, version 1", "PROXY header, version 2"],
            "{mode}"
        );
        let disclosed = audit.report["disclosed"].as_array().expect("a list");
        let seems: Vec<&str> = disclosed.iter().filter_map(|told| told["seems"].as_str()).collect();
        assert_eq!(seems, told.as_slice(), "{mode}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backend_may_speak_http2() {
    let recorder = free_address();
    let with = With { upstream: "protocol = \"http2\"\n", ..TRUNCATE };
    let door = Door::open(recorder, with).await;
    let audit = door.audit(recorder, &["--websocket"]).await;
    assert_eq!((audit.code, audit.leaks().len()), (0, 0), "{}", audit.err);
    assert!(audit.number("arrived") > 100, "{}", audit.number("arrived"));
}

/// The audit may stand where a load balancer stands, and its visitor anywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_behind_a_trusted_hop_is_hidden_as_well() {
    let listener = "trusted = [\"127.77.0.0/16\"]\nclient_from = \"x-forwarded-for\"\n";
    for (visitor, record, leaks) in [
        ("203.0.113.253", "truncate", false),
        ("3fff:77:1::beef", "truncate", false),
        ("3fff:77:1::beef", "pseudonym", false),
        ("3fff:77:1::beef", "full", true),
    ] {
        let recorder = free_address();
        let door = Door::open(recorder, With { listener, record, ..TRUNCATE }).await;
        let audit = door.audit(recorder, &["--visitor", visitor, "--http1", "--websocket"]).await;
        assert_eq!(audit.code, i32::from(leaks), "{visitor}, {record}: {}", audit.err);
        assert_eq!(audit.report["visitor"], visitor);
        let leaked = audit.leaks();
        let shows = leaked.iter().any(|leak| leak == "visitor in field x-forwarded-for, plain");
        assert_eq!(shows, leaks, "{visitor}, {record}: {leaked:?}");
        assert!(leaks || leaked.is_empty(), "{visitor}, {record}: {leaked:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mode_that_shows_the_address_is_found_out() {
    let recorder = free_address();
    let door = Door::open(recorder, With { record: "full", ..TRUNCATE }).await;
    let audit = door.audit(recorder, &[]).await;
    assert_eq!(audit.code, 1, "{}", audit.err);
    let leaks = audit.leaks();
    for expected in [
        "visitor in field x-forwarded-for, plain",
        "visitor in query, percent-encoded",
        "visitor in path, decimal number",
        "visitor in field cookie, mapped",
    ] {
        assert!(leaks.iter().any(|leak| leak == expected), "{expected}: {leaks:?}");
    }
    assert!(leaks.iter().all(|leak| leak.starts_with("visitor")), "{leaks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn personal_data_is_looked_for_where_it_should_be_taken_out() {
    let set = "[[redaction]]\nname = \"chat\"\n";
    let recorder = free_address();
    let door =
        Door::open(recorder, With { property: "redact = \"chat\"\n", more: set, ..TRUNCATE }).await;
    let audit =
        door.audit(recorder, &["--payloads", "--http1", "--websocket", "--kinds", "default"]).await;
    assert_eq!(audit.leaks(), Vec::<String>::new());
    assert_eq!(audit.code, 0, "{}", audit.err);
    // What this set does not look for comes through, in every format.
    let audit = door.audit(recorder, &["--payloads", "--kinds", "jwt", "--websocket"]).await;
    assert_eq!(audit.code, 1, "{}", audit.err);
    for format in ["JSON", "nested", "text"] {
        let expected = format!("jwt (message, {format}) in message, plain");
        assert!(audit.leaks().contains(&expected), "{expected}: {:?}", audit.leaks());
    }
}

/// Whatever the suite sends, a relay passes on: a canary that is not found behind it is one
/// that no proxy could be caught with.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_hides_nothing_leaks_everything() {
    let recorder = free_address();
    let relay = relay(recorder).await;
    let target = format!("http://{relay}/chat?p=shop");
    let audit = audit(&["--target", &target, "--payloads", "--kinds", KINDS], recorder).await;
    assert_eq!(audit.code, 1, "{}", audit.err);
    assert_eq!(audit.report["protocols"], protocols());
    assert_eq!(audit.refused(), Vec::<String>::new());
    let leaks = audit.leaks();
    for expected in [
        "claim in field x-real-ip, plain",
        "claim in field x_real_ip, plain",
        "claim in field forwarded, with a port",
        "claim in trailer cf-connecting-ip, plain",
        "claim in PROXY header, as it is",
        "visitor in path, percent-encoded",
        "visitor in trailer x-shop-debug, plain",
        "email (JSON in JSON) in body, plain",
        "iban (gzip) in body, plain",
        "phone (JSON, escaped) in body, as it was sent",
        "payment-card (query) in query, plain",
        "us-ssn (message, nested) in message, plain",
    ] {
        assert!(leaks.iter().any(|leak| leak == expected), "{expected}");
    }
    let quiet = audit.number("probes") - audit.number("leaking");
    let passed = audit.report["passed"].as_array().expect("a list");
    assert!(quiet < 40 && !passed.is_empty(), "{quiet} probes found nothing");
}

/// A backend that the visitor reaches without a proxy sees who connects.
#[tokio::test(flavor = "multi_thread")]
async fn the_source_of_the_connection_is_looked_at() {
    let recorder = free_address();
    // The recorder is the target: it listens before it is dialled.
    let audit = audit(&["--target", &format!("http://{recorder}/"), "--http1"], recorder).await;
    assert_eq!(audit.code, 1, "{}", audit.err);
    assert!(audit.leaks().contains(&"visitor in socket peer, as it is".to_owned()));
}

/// A proxy that refuses everybody after a while has hidden nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_stops_answering_does_not_pass() {
    let recorder = free_address();
    let relay = relay_so_often(recorder, 30).await;
    let audit = audit(&["--target", &format!("http://{relay}/"), "--websocket"], recorder).await;
    assert_eq!(audit.code, 2, "{}", audit.err);
    assert!(
        audit.err.contains("a plain request over WebSocket is refused as well"),
        "{}",
        audit.err
    );
}

/// Silence is no proof: an audit that saw nothing has to say so.
#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_saw_nothing_does_not_pass() {
    let (recorder, nobody) = (free_address(), free_address());
    let audit = audit(&["--target", &format!("http://{nobody}/")], recorder).await;
    assert_eq!(audit.code, 2, "{}", audit.err);
    assert!(audit.err.contains("cannot be reached"), "{}", audit.err);

    let door = Door::open(nobody, TRUNCATE).await;
    let audit = door.audit(recorder, &[]).await;
    assert_eq!(audit.code, 2, "{}", audit.err);
    assert!(audit.err.contains("did not reach the recorder"), "{}", audit.err);
    assert!(audit.err.contains("HTTP/1.1: answered 502"), "{}", audit.err);

    // What was asked for has to be tried.
    let relay = relay(recorder).await;
    let door = Door::open(relay, With { top: "upgrades = []\n", ..TRUNCATE }).await;
    let audit = door.audit(recorder, &["--http1", "--websocket"]).await;
    assert_eq!(audit.code, 2, "{}", audit.err);
    assert!(audit.err.contains("WebSocket: answered 400"), "{}", audit.err);
}

/// What a configuration says beside the ordinary.
#[derive(Clone, Copy)]
struct With {
    /// Lines before all sections.
    top: &'static str,
    /// Lines of the listener.
    listener: &'static str,
    /// Lines of the upstream.
    upstream: &'static str,
    /// What the property records.
    record: &'static str,
    /// Lines of the property.
    property: &'static str,
    /// Sections behind all others.
    more: &'static str,
}

/// A property that tells the network of its visitors.
const TRUNCATE: With =
    With { top: "", listener: "", upstream: "", record: "truncate", property: "", more: "" };

/// Kinds of several families, which is what a relay has to be caught with.
const KINDS: &str = "default,us-ssn";

/// cloakroom over TLS, with a property `shop` of the host `shop.example.org`.
struct Door {
    address: SocketAddr,
    directory: TempDir,
    _server: Server,
}

impl Door {
    /// Before this backend.
    async fn open(backend: SocketAddr, with: With) -> Self {
        let With { top, listener, upstream, record, property, more } = with;
        let directory = tempfile::tempdir().expect("a temporary directory");
        let certs = ["certs", "--name", "shop", "shop.example.org", "--out"];
        let made = binary().args(certs).arg(directory.path()).output().expect("it runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let sealed = match record {
            "sealed" => "sealed = { key_file = \"sealing.key\" }\n",
            _ => "",
        };
        let text = format!(
            "{top}[[listener]]\nbind = \"127.0.0.1:0\"\n\
             tls.certificates = [{{ chain = \"shop.pem\", key = \"shop.key\" }}]\n{listener}\
             [[upstream]]\nservers = [\"http://{backend}\"]\n{upstream}\
             [[property]]\nid = \"shop\"\nhosts = [\"shop.example.org\"]\n\
             record = \"{record}\"\n{sealed}{property}{more}"
        );
        let file = SourceFile::new(directory.path().join("cloakroom.toml"), text.as_str());
        let key = |file: &Path| match file.ends_with("sealing.key") {
            true => Ok(b"0123456789abcdeffedcba9876543210".to_vec()),
            false => std::fs::read(file),
        };
        let settings = load(file, [], &key).map_err(|wrong| format!("{wrong}\n{text}"));
        let settings = settings.expect("a good configuration");
        let server = Server::start(settings).await.expect("it starts");
        let (_, address) = server.addresses().first().cloned().expect("a listener");
        Self { address, directory, _server: server }
    }

    async fn audit(&self, recorder: SocketAddr, more: &[&str]) -> Audited {
        let target = format!("https://{}/", self.address);
        let ca = self.directory.path().join("ca.pem").display().to_string();
        let common = ["--target", &target, "--host", "shop.example.org", "--ca", &ca];
        audit(&[&common, more].concat(), recorder).await
    }
}

/// What an audit said.
struct Audited {
    code: i32,
    err: String,
    report: Value,
}

impl Audited {
    /// What leaked, where, and how it was spelt.
    fn leaks(&self) -> Vec<String> {
        let text = |leak: &Value, key: &str| leak[key].as_str().unwrap_or_default().to_owned();
        let told = |leak: &Value| {
            let what = match text(leak, "what").as_str() {
                "personal" => format!("{} ({})", text(leak, "kind"), text(leak, "format")),
                what => what.to_owned(),
            };
            format!("{what} in {}, {}", text(leak, "place"), text(leak, "spelling"))
        };
        self.report["leaks"].as_array().expect("a list").iter().map(told).collect()
    }

    /// What the probes tried that did not arrive.
    fn refused(&self) -> Vec<String> {
        let refused = self.report["refused"].as_array().expect("a list").iter();
        let names = refused.filter_map(|refused| refused["probe"].as_str());
        names.map(|name| name.trim_start_matches("claimed in a ").to_owned()).collect()
    }

    fn number(&self, key: &str) -> u64 {
        self.report[key].as_u64().expect("a number")
    }
}

async fn audit(arguments: &[&str], recorder: SocketAddr) -> Audited {
    let mut command = binary();
    command.arg("audit").args(arguments);
    command.args(["--json", "--upstream-bind", &recorder.to_string()]);
    let running = tokio::task::spawn_blocking(move || command.output());
    let output = running.await.expect("it ends").expect("it runs");
    Audited {
        code: output.status.code().expect("it ends by itself"),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        report: serde_json::from_slice(&output.stdout).unwrap_or_default(),
    }
}

fn binary() -> Command {
    Command::new(env!("CARGO_BIN_EXE_cloakroom"))
}

fn protocols() -> Value {
    serde_json::json!(["HTTP/1.1", "HTTP/2", "WebSocket", "WebSocket over HTTP/2"])
}

/// Bytes in, bytes out.
async fn relay(towards: SocketAddr) -> SocketAddr {
    relay_so_often(towards, usize::MAX).await
}

/// The same for so many connections.
async fn relay_so_often(towards: SocketAddr, mut often: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut visitor, _)) = listener.accept().await {
            if often == 0 {
                continue;
            }
            often -= 1;
            tokio::spawn(async move {
                if let Ok(mut backend) = TcpStream::connect(towards).await {
                    visitor.set_nodelay(true).and_then(|()| backend.set_nodelay(true)).ok();
                    tokio::io::copy_bidirectional(&mut visitor, &mut backend).await.ok();
                }
            });
        }
    });
    address
}

/// An address that nobody listens at. Each is on a loopback address of its own, so that no
/// other test is given its port in the meantime.
fn free_address() -> SocketAddr {
    use std::sync::atomic::{AtomicU8, Ordering};
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let host = [127, 78, 0, NEXT.fetch_add(1, Ordering::Relaxed)];
    let listener = std::net::TcpListener::bind(SocketAddr::from((host, 0))).expect("a port");
    listener.local_addr().expect("an address")
}
