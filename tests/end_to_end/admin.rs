//! What operators are told: health, metrics, what is in force; and who is not told.

use crate::harness::backend;
use crate::harness::cloakroom::{self, Builder, Door};
use crate::harness::message::{Framing, Message, Reader};
use crate::harness::socket::{Heard, chat, guest};
use crate::harness::visitor;
use http::Method;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

const ADMIN: &str = "[admin]\nbind = \"127.0.0.1:0\"\n";

#[tokio::test]
async fn metrics_count_what_was_done_and_name_nobody() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).redacting("kinds = [\"email\"]").toml(ADMIN).start().await;
    let ann = visitor::at("203.0.113.77").with("content-type", "application/json");
    let body = "{\"to\":\"ann@example.org\",\"cc\":\"bob@example.org\"}";
    ann.post(&door, "/a?mail=eve@example.org", body.as_bytes()).await;
    visitor::at("203.0.113.77").host("nobody.example.org").get(&door, "/").await;
    visitor::at("203.0.113.77").ask(&door, Method::TRACE, "/", b"").await;
    let text = ask(door.admin(), "GET", "/metrics", "").await.text();
    for line in [
        "cloakroom_exchanges_total{property=\"shop\",mode=\"off\",status=\"2xx\"} 1\n",
        "cloakroom_exchanges_total{property=\"(unknown)\",mode=\"off\",status=\"2xx\"} 1\n",
        "cloakroom_exchanges_total{property=\"\",mode=\"\",status=\"4xx\"} 1\n",
        "cloakroom_refusals_total{reason=\"method-not-allowed\"} 1\n",
        "cloakroom_property_lookups_total{outcome=\"known\"} 1\n",
        "cloakroom_property_lookups_total{outcome=\"silent\"} 1\n",
        "cloakroom_findings_total{kind=\"email\",format=\"json\",action=\"label\"} 2\n",
        "cloakroom_findings_total{kind=\"email\",format=\"url\",action=\"label\"} 1\n",
        "cloakroom_received_bytes_total 47\n",
        "cloakroom_added_latency_seconds_count 2\n",
        "cloakroom_upstream_latency_seconds_count{upstream=\"chat\"} 2\n",
        "cloakroom_connections_accepted_total{listener=\"front\"} 3\n",
        "cloakroom_tls_handshakes_total{listener=\"front\",version=\"1.3\",resumed=\"false\"} 3\n",
        "# TYPE cloakroom_exchanges_total counter\n",
        "# TYPE cloakroom_added_latency_seconds histogram\n",
        "cloakroom_properties 1\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
    assert!(text.contains("cloakroom_certificate_expiry_timestamp_seconds{listener=\"front\""));
    for secret in ["203.0.113", "127.0.0.1", "example.org", "/a"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let open = "accept: application/openmetrics-text; version=1.0.0";
    let answer = ask(door.admin(), "GET", "/metrics", open).await;
    assert!(answer.field("content-type").starts_with("application/openmetrics-text"));
    assert!(answer.text().ends_with("# EOF\n"));
    assert!(answer.text().contains("# TYPE cloakroom_exchanges counter\n"));
}

#[tokio::test]
async fn conversations_are_counted_while_they_last() {
    let mut chat = chat(false).await;
    let door = cloakroom::towards(&chat.upstream())
        .redacting("kinds = [\"email\"]")
        .toml(ADMIN)
        .start()
        .await;
    let metrics = || async { ask(door.admin(), "GET", "/metrics", "").await.text() };
    let mut ann = guest(false).open(&door).await;
    let mut shop = chat.next().await;
    ann.say("to ann@example.org").await;
    assert_eq!(shop.hear().await, Heard::text("to [email]"));
    assert!(metrics().await.contains("cloakroom_conversations 1\n"));
    ann.close(1000, "").await;
    shop.hear_close(1000, "", "").await;
    assert_eq!(ann.hear().await, Heard::close(1000, ""));
    ann.finish().await;
    assert_eq!(ann.hear().await, Heard::End);
    let text = loop {
        let text = metrics().await;
        if text.contains("cloakroom_conversations 0\n") {
            break text;
        }
        tokio::task::yield_now().await;
    };
    for line in [
        "cloakroom_messages_total{direction=\"in\"} 1\n",
        "cloakroom_findings_total{kind=\"email\",format=\"text\",action=\"label\"} 1\n",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}

#[tokio::test]
async fn who_cannot_serve_is_not_ready() {
    let shop = backend::start().await;
    let with = |builder: Builder| builder.toml(ADMIN);
    let mut door = with(cloakroom::before(&shop)).start().await;
    let health = ask(door.admin(), "GET", "/healthz", "").await;
    assert_eq!((health.status(), health.text().as_str()), (200, "ok\n"));
    check_ready(&door, 200, |told| told["upstreams"]["chat"] == true).await;
    door.note_reload(false);
    check_ready(&door, 200, |told| told["config_current"] == false).await;
    // Nobody listens there: it was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = cloakroom::towards(&format!("servers = [\"http://{free}\"]"));
    door.reload(&with(gone)).await;
    check_ready(&door, 503, |told| told["upstreams"]["chat"] == false).await;
    assert_eq!(ask(door.admin(), "GET", "/healthz", "").await.status(), 200);
}

#[tokio::test]
async fn what_is_in_force_is_shown_without_a_secret() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).record("sealed").toml(ADMIN).start().await;
    let config = ask(door.admin(), "GET", "/config", "").await;
    let told: Value = serde_json::from_slice(&config.body).unwrap();
    assert_eq!(told["limits"]["head_bytes"], "32KiB");
    assert_eq!(told["timeouts"]["head"], "10s");
    assert_eq!(told["properties"]["count"], 1);
    assert_eq!(told["listener"][0]["name"], "front");
    let property = ask(door.admin(), "GET", "/properties/shop", "").await;
    let told: Value = serde_json::from_slice(&property.body).unwrap();
    assert_eq!((&told["id"], &told["record"]), (&"shop".into(), &"sealed".into()));
    assert_eq!(ask(door.admin(), "GET", "/properties/none", "").await.status(), 404);
    for answer in [config, property] {
        assert!(!answer.text().contains(cloakroom::SEALING_KEY), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_operator_asks_for_a_reload_and_hears_what_came_of_it() {
    let shop = backend::start().await;
    let mut door = cloakroom::before(&shop).toml(ADMIN).start().await;
    for (outcome, status) in [(Ok(()), 200), (Err("line 3: no".to_owned()), 422)] {
        let at = door.admin();
        let asks = tokio::spawn(async move { ask(at, "POST", "/reload", "").await });
        door.asked().await.answer(outcome.clone());
        door.note_reload(outcome.is_ok());
        let answer = asks.await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.text().contains("line 3: no"), outcome.is_err());
    }
    let text = ask(door.admin(), "GET", "/metrics", "").await.text();
    for line in [
        "cloakroom_reloads_total{result=\"succeeded\"} 1",
        "cloakroom_reloads_total{result=\"failed\"} 1",
    ] {
        assert!(text.contains(line), "{line}{text}");
    }
}

#[tokio::test]
async fn who_is_no_operator_is_told_nothing() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).toml(ADMIN).start().await;
    for (method, path, fields, status) in [
        ("GET", "/reload", "", 405),
        ("POST", "/metrics", "", 405),
        ("DELETE", "/config", "", 405),
        ("GET", "/", "", 404),
        ("GET", "/properties", "", 404),
        // A page in an operator's browser: by its origin, or by a name that it gave this machine.
        ("POST", "/reload", "origin: https://evil.example.org", 403),
        ("GET", "/config", "host: evil.example.org:9464", 403),
        ("GET", "/config", "host: [::1]:9464", 200),
        ("HEAD", "/healthz", "", 200),
    ] {
        let answer = ask(door.admin(), method, path, fields).await;
        assert_eq!(answer.status(), status, "{method} {path} {fields}");
        assert_eq!(answer.field("cache-control"), "no-store", "{method} {path} {fields}");
    }
}

#[tokio::test]
async fn other_machines_see_health_and_metrics_alone() {
    let shop = backend::start().await;
    // Every address of this machine, which others may reach.
    let door = cloakroom::before(&shop).toml("[admin]\nbind = \"0.0.0.0:0\"\n").start().await;
    let at = SocketAddr::from(([127, 0, 0, 1], door.admin().port()));
    for (method, path, status) in [
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/config", 404),
        ("GET", "/properties/shop", 404),
        ("POST", "/reload", 404),
    ] {
        let answer = ask(at, method, path, "host: 10.0.0.7:9464").await;
        assert_eq!(answer.status(), status, "{method} {path}");
    }
}

#[tokio::test]
async fn a_port_is_bound_for_both_families() {
    let shop = backend::start().await;
    let free = std::net::TcpListener::bind("[::]:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let both = format!(
        "[[listener]]\nname = \"both\"\nbind = [\"0.0.0.0:{port}\", \"[::]:{port}\"]\n{ADMIN}"
    );
    let door = cloakroom::before(&shop).toml(&both).start().await;
    for at in [format!("127.0.0.1:{port}"), format!("[::1]:{port}")] {
        let stream = TcpStream::connect(&at).await.expect("a listener");
        assert_eq!(on(stream, "GET", "/", "").await.status(), 200, "{at}");
    }
    drop(door);
}

#[tokio::test]
async fn a_unix_socket_is_for_its_owner_and_moves_with_a_reload() {
    use std::os::unix::fs::PermissionsExt;
    let shop = backend::start().await;
    let scratch = tempfile::tempdir().unwrap();
    let (one, other) = (scratch.path().join("one"), scratch.path().join("other"));
    let with = |path: &std::path::Path| {
        cloakroom::before(&shop).toml(&format!("[admin]\nbind = \"unix:{}\"", path.display()))
    };
    // A socket that a process left behind is replaced.
    drop(std::os::unix::net::UnixListener::bind(&one).unwrap());
    let mut door = with(&one).start().await;
    assert_eq!(one.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let health = |path: std::path::PathBuf| async move {
        let stream = UnixStream::connect(path).await.ok()?;
        Some(on(stream, "GET", "/config", "").await.status())
    };
    assert_eq!(health(one.clone()).await, Some(200));
    door.reload(&with(&other)).await;
    assert_eq!(health(other.clone()).await, Some(200));
    while health(one.clone()).await.is_some() {
        tokio::task::yield_now().await;
    }
    // Another process is there: it stays the one that answers.
    let taken = with(&other).settings();
    assert!(::cloakroom::server::Server::start(taken).await.is_err());
    assert_eq!(health(other).await, Some(200));
}

#[tokio::test]
async fn an_agent_bans_whom_the_backend_saw() {
    let shop = backend::start().await;
    let door = cloakroom::before(&shop).record("pseudonym").toml(ADMIN).start().await;
    let ann = visitor::at("203.0.113.77");
    assert_eq!(ann.get(&door, "/").await.status(), 200);
    let handle = shop.only().field("x-forwarded-for");
    let order = |more: &str| format!("{{\"property\":\"shop\",\"handle\":\"{handle}\"{more}}}");
    let bans = |method: &'static str, body: String| {
        let at = door.admin();
        async move { ask_with(at, method, "/bans", &body).await }
    };
    let made = bans("POST", order(",\"for\":\"1h\"")).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    assert_eq!(ann.get(&door, "/").await.status(), 403);
    assert_eq!(visitor::at("203.0.113.78").get(&door, "/").await.status(), 200);
    let listed = bans("GET", String::new()).await;
    let told: Value = serde_json::from_slice(&listed.body).expect("JSON");
    assert_eq!((&told[0]["handle"], &told[0]["visitors"]), (&handle.as_str().into(), &1.into()));
    assert!(!listed.text().contains("203.0.113"), "{}", listed.text());
    let metrics = ask(door.admin(), "GET", "/metrics", "").await.text();
    assert!(metrics.contains("cloakroom_bans 1\n"), "{metrics}");
    assert!(metrics.contains("cloakroom_refusals_total{reason=\"banned\"} 1\n"), "{metrics}");
    assert_eq!(bans("DELETE", order("")).await.status(), 200);
    assert_eq!(bans("DELETE", order("")).await.status(), 404);
    assert_eq!(ann.get(&door, "/").await.status(), 200);
    for (body, status, says) in [
        (String::new(), 400, "expected"),
        (order(""), 400, "expected"),
        (order(",\"for\":\"soon\""), 400, "expected"),
        (order(",\"for\":\"1h\",\"why\":1"), 400, "expected"),
        (order(",\"for\":\"1h\"").replace("shop", "none"), 422, "no-property"),
        (order(",\"for\":\"1h\"").replace(&handle, "203.0.113.77"), 422, "never-told"),
        ("x".repeat(5000), 413, "more than a ban takes"),
    ] {
        let answer = bans("POST", body.clone()).await;
        assert_eq!(answer.status(), status, "{body}");
        assert!(answer.text().contains(says), "{body}: {}", answer.text());
        assert!(!answer.text().contains("203.0.113"), "{}", answer.text());
    }
}

async fn check_ready(door: &Door, status: u16, says: impl Fn(&Value) -> bool) {
    let answer = ask(door.admin(), "GET", "/readyz", "").await;
    let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(answer.status(), status, "{told}");
    assert_eq!(told["ready"], status == 200, "{told}");
    assert!(says(&told), "{told}");
}

async fn ask_with(at: SocketAddr, method: &str, path: &str, body: &str) -> Message {
    let fields = format!("content-length: {}", body.len());
    let stream = TcpStream::connect(at).await.expect("an admin listener");
    on_with(stream, method, path, (&fields, body)).await
}

async fn ask(at: SocketAddr, method: &str, path: &str, fields: &str) -> Message {
    on(TcpStream::connect(at).await.expect("an admin listener"), method, path, fields).await
}

/// Asks on this stream, as `localhost` unless the fields say otherwise.
async fn on<S>(stream: S, method: &str, path: &str, fields: &str) -> Message
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    on_with(stream, method, path, (fields, "")).await
}

async fn on_with<S>(
    mut stream: S,
    method: &str,
    path: &str,
    (fields, body): (&str, &str),
) -> Message
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let host = if fields.starts_with("host") { "" } else { "host: localhost\r\n" };
    let more = if fields.is_empty() { String::new() } else { format!("{fields}\r\n") };
    let head = format!("{method} {path} HTTP/1.1\r\n{host}{more}connection: close\r\n\r\n{body}");
    stream.write_all(head.as_bytes()).await.expect("a request");
    let mut reader = Reader::new(stream);
    let mut answer = reader.head().await.expect("an answer");
    reader.body(&mut answer, Framing::Rest).await;
    answer
}
