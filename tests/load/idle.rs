//! What does an idle WebSocket cost? `tests/load/idle` runs this, and says what for.
//!
//! ```text
//! visitors, in this process ──TLS──> cloakroom serve ──> the backend, in a process of its own
//! ```

#![allow(clippy::print_stdout, reason = "what was measured is told")]

use cloakroom::websocket::{Deflate, Event, Inflate, Kind, Limits, Reader, Writer, handshake};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What one may cost, in bytes.
const LIMIT: u64 = 40_000;

/// Visitors who knock at one time.
const AT_ONCE: usize = 32;

/// Visitors of one address: there are some 28,000 ports to knock from.
const OF_ONE_ADDRESS: usize = 5_000;

/// How long they are silent before the memory is read: what is given back late is back by then.
const SILENCE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    match env::args().nth(1).as_deref() {
        Some("backend") => runtime.block_on(backend()),
        count => runtime.block_on(measure(count.and_then(|n| n.parse().ok()).unwrap_or(1_000))),
    }
}

/// Measures with and without compression.
async fn measure(count: usize) -> ExitCode {
    println!(
        "{:<24} {:>8} {:>12} {:>12} {:>10}",
        "", "sockets", "before, KB", "after, KB", "KB each"
    );
    let mut is_dear = false;
    for (name, deflates) in [("plain", false), ("permessage-deflate", true)] {
        let scratch = tempfile::tempdir().expect("a temporary directory");
        let authority = certificate(scratch.path());
        let backend = Process::start(Command::new(own_path()).arg("backend"), "listens on ");
        configure(scratch.path(), backend.at, count);
        let mut serve = Command::new(env!("CARGO_BIN_EXE_cloakroom"));
        serve.args(["serve", "--config"]).arg(scratch.path().join("cloakroom.toml"));
        let cloakroom = Process::start(&mut serve, "address=");
        let before = cloakroom.resident();
        let visitors = connect_all(cloakroom.at, &authority, count, deflates).await;
        tokio::time::sleep(SILENCE).await;
        let after = cloakroom.resident();
        assert_eq!(visitors.len(), count);
        let each = after.saturating_sub(before) / count as u64;
        let [before, after] = [before, after].map(|bytes| bytes / 1_000);
        println!("{name:<24} {count:>8} {before:>12} {after:>12} {:>10.1}", each as f64 / 1e3);
        is_dear |= each >= LIMIT;
        drop(visitors);
    }
    if is_dear {
        println!("FAILED: more than {} KB", LIMIT / 1_000);
    }
    ExitCode::from(u8::from(is_dear))
}

fn own_path() -> std::path::PathBuf {
    env::current_exe().expect("a path")
}

/// A process that says where it listens, and ends with its owner.
struct Process {
    child: Child,
    at: SocketAddr,
}

impl Process {
    /// Starts it, and waits for a line with its address behind `word`, on either output.
    fn start(command: &mut Command, word: &str) -> Self {
        let (said, heard) = std::io::pipe().expect("a pipe");
        let told = heard.try_clone().expect("a pipe");
        let child = command.stdin(Stdio::null()).stdout(heard).stderr(told).spawn();
        let child = child.expect("it starts");
        // Our own ends of the pipe are in the command.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut lines = BufReader::new(said).lines();
        let at = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, at) = line.split_once(word)?;
            at.split([' ', ',']).next()?.parse().ok()
        });
        // What it says from here on is read, so that it does not wait for a reader.
        std::thread::spawn(move || lines.count());
        Self { child, at: at.expect("it says where it listens") }
    }

    /// The memory that it has, in bytes.
    fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.expect("a number") * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.child.kill().and_then(|()| self.child.wait()).is_err() {
            // It has ended already.
        }
    }
}

fn configure(directory: &Path, backend: SocketAddr, count: usize) {
    let room = count + 100;
    let text = format!(
        r#"
        [[listener]]
        bind = "127.0.0.1:0"
        [listener.tls]
        certificates = [{{ chain = "cert.pem", key = "cert.key" }}]
        [[upstream]]
        servers = ["http://{backend}"]
        [upstream.pool]
        connections = {room}
        [limits]
        connections = {room}
        connections_per_peer = {room}
        [timeouts]
        ws_ping = "0s"
        tunnel_idle = "1h"
        [[redaction]]
        name = "chat"
        [[property]]
        id = "shop"
        hosts = ["localhost"]
        redact = "chat"
        redact_responses = "chat"
        "#
    );
    fs::write(directory.join("cloakroom.toml"), text).expect("a file");
}

/// Makes a certificate and returns what signs it.
fn certificate(directory: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    fs::write(directory.join("cert.pem"), made.cert.pem()).expect("a file");
    fs::write(directory.join("cert.key"), made.signing_key.serialize_pem()).expect("a file");
    made.cert.der().clone()
}

async fn connect_all(
    at: SocketAddr,
    authority: &CertificateDer<'static>,
    count: usize,
    deflates: bool,
) -> Vec<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Each is somebody else.
    config.resumption = rustls::client::Resumption::disabled();
    let connector = TlsConnector::from(Arc::new(config));
    let mut knocking = JoinSet::new();
    let mut all = Vec::with_capacity(count);
    for number in 0..count {
        if knocking.len() >= AT_ONCE {
            all.push(knocking.join_next().await.expect("there are some").expect("a visitor"));
        }
        knocking.spawn(visitor(at, connector.clone(), number, deflates));
    }
    all.extend(knocking.join_all().await);
    all
}

/// A visitor who says one thing, hears its echo, and is silent from there on.
async fn visitor(
    at: SocketAddr,
    connector: TlsConnector,
    number: usize,
    deflates: bool,
) -> TlsStream<TcpStream> {
    let socket = TcpSocket::new_v4().expect("a socket");
    let last = u8::try_from(number / OF_ONE_ADDRESS + 1).expect("few addresses");
    socket.bind(([127, 0, 0, last], 0).into()).expect("a port");
    let stream = socket.connect(at).await.expect("the proxy listens");
    stream.set_nodelay(true).expect("TCP");
    let name = ServerName::try_from("localhost").expect("a name");
    let mut io = connector.connect(name, stream).await.expect("a handshake");
    let offer = if deflates { "Sec-WebSocket-Extensions: permessage-deflate\r\n" } else { "" };
    let request = format!(
        "GET /cable HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offer}\r\n"
    );
    io.write_all(request.as_bytes()).await.expect("the proxy reads");
    io.flush().await.expect("the proxy reads");
    let head = head(&mut io).await.expect("the proxy answers").to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert_eq!(head.contains("permessage-deflate"), deflates, "{head}");
    // Long enough that the echo is deflated, too.
    let said = |who: &str| format!(r#"{{"text":"write to {who}{}"}}"#, ", please".repeat(40));
    let mut wire = Vec::new();
    let mut writer = Writer::new(deflates.then(|| Deflate::new(15, false)));
    writer.begin(Kind::Text);
    writer.frame(said("ann@example.org").as_bytes(), true, Some([1, 2, 3, 4]), &mut wire);
    io.write_all(&wire).await.expect("the proxy reads");
    io.flush().await.expect("the proxy reads");
    let mut reader = Reader::new(false, deflates.then(|| Inflate::new(false)), limits());
    let echo = message(&mut io, &mut reader).await.expect("the backend echoes");
    assert_eq!(String::from_utf8_lossy(&echo), said("[email]"));
    io
}

fn limits() -> Limits {
    Limits { frame: 1 << 20, message: 1 << 20, fragments: 100 }
}

/// The head of a message of HTTP.
async fn head<I: AsyncRead + Unpin>(io: &mut I) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(io.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// The next message of a WebSocket.
async fn message<I: AsyncRead + Unpin>(io: &mut I, reader: &mut Reader) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        let count = io.read(&mut buffer).await.ok().filter(|&count| count > 0)?;
        let mut bytes = &mut buffer[..count];
        while let Some(event) = reader.next(&mut bytes).ok()? {
            match event {
                Event::Piece(piece) => text.extend_from_slice(piece),
                Event::End => return Some(text),
                _ => {}
            }
        }
    }
}

/// Accepts every WebSocket and echoes what is said.
async fn backend() -> ExitCode {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("listens on {}", listener.local_addr().expect("an address"));
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move { echo(stream).await });
    }
    ExitCode::FAILURE
}

async fn echo<I: AsyncRead + AsyncWrite + Unpin>(mut io: I) -> Option<()> {
    let head = head(&mut io).await?;
    let field = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("sec-websocket-key").then(|| value.to_owned())
    };
    let key = head.lines().find_map(field)?;
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        handshake::accept(key.as_bytes())
    );
    io.write_all(answer.as_bytes()).await.ok()?;
    let mut reader = Reader::new(true, None, limits());
    let mut writer = Writer::new(None);
    loop {
        let text = message(&mut io, &mut reader).await?;
        let mut wire = Vec::new();
        writer.begin(Kind::Text);
        writer.frame(&text, true, None, &mut wire);
        io.write_all(&wire).await.ok()?;
    }
}
