//! Who stands between visitors and the backend.

use crate::stand::{certificate, runtime};
use cloakroom::config::{self, SourceFile};
use cloakroom::policy::Settings;
use cloakroom::server::Server;
use rustls::pki_types::CertificateDer;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// All that are compared. They run until they are dropped.
pub(crate) struct Relays {
    pub(crate) legs: Vec<Leg>,
    pub(crate) authority: CertificateDer<'static>,
    _runtimes: [Runtime; 2],
    _servers: Vec<Server>,
}

/// What a visitor goes through.
pub(crate) struct Leg {
    pub(crate) name: &'static str,
    /// The name of the thread whose CPU time counts.
    pub(crate) thread: &'static str,
    pub(crate) at: SocketAddr,
    pub(crate) host: &'static str,
    pub(crate) is_tls: bool,
    pub(crate) deflates: Deflates,
}

/// How the visitor compresses its messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deflates {
    Not,
    EachAlone,
    WithThoseBefore,
}

impl Relays {
    pub(crate) fn start(directory: &Path, upstream: SocketAddr) -> Self {
        let authority = certificate(directory);
        let (plain, ours) = (runtime("plain"), runtime("ours"));
        let relay = plain.block_on(copying(upstream));
        let [(forgets, at, secure), (keeps, remembering, _)] = [false, true].map(|takeover| {
            let settings = settings(directory, upstream, takeover);
            let server = ours.block_on(Server::start(settings)).expect("the proxy starts");
            let addresses = server.addresses();
            let (plain, tls) = (addresses[0].1, addresses[1].1);
            (server, plain, tls)
        });
        let leg = |name, at, host, is_tls, deflates| {
            let thread = if at == relay { "plain" } else { "ours" };
            Leg { name, thread, at, host, is_tls, deflates }
        };
        let (alone, before) = (Deflates::EachAlone, Deflates::WithThoseBefore);
        let legs = vec![
            leg("TCP relay", relay, "any", false, Deflates::Not),
            leg("cloakroom, no rules (a tunnel)", at, "tunnel.example.org", false, Deflates::Not),
            leg("cloakroom, read, nothing found", at, "nothing.example.org", false, Deflates::Not),
            leg("cloakroom, default rules", at, "chat.example.org", false, Deflates::Not),
            leg("cloakroom, read, deflate", at, "nothing.example.org", false, alone),
            leg("cloakroom, default rules, deflate", at, "chat.example.org", false, alone),
            leg("the same, context kept", remembering, "chat.example.org", false, before),
            leg("cloakroom, no rules, TLS", secure, "tunnel.example.org", true, Deflates::Not),
            leg("cloakroom, default rules, TLS", secure, "chat.example.org", true, Deflates::Not),
        ];
        Self { legs, authority, _runtimes: [plain, ours], _servers: vec![forgets, keeps] }
    }
}

fn settings(directory: &Path, upstream: SocketAddr, takeover: bool) -> Settings {
    let text = format!(
        r#"
        [[listener]]
        name = "plain"
        bind = "127.0.0.1:0"
        [[listener]]
        name = "tls"
        bind = "127.0.0.1:0"
        [listener.tls]
        certificates = [{{ chain = "cert.pem", key = "cert.key" }}]
        [[upstream]]
        servers = ["http://{upstream}"]
        [websocket]
        context_takeover = {takeover}
        [log]
        access = false
        [[redaction]]
        name = "default"
        [[redaction]]
        name = "nothing"
        kinds = []
        [[redaction.pattern]]
        name = "ticket"
        regex = "TICKET-[0-9]{{6}}"
        [[property]]
        id = "tunnel"
        hosts = ["tunnel.example.org"]
        [[property]]
        id = "nothing"
        hosts = ["nothing.example.org"]
        redact = "nothing"
        [[property]]
        id = "chat"
        hosts = ["chat.example.org"]
        redact = "default"
        "#
    );
    let main = SourceFile::new(directory.join("cloakroom.toml"), text);
    config::load(main, [], &|file| fs::read(file)).expect("a good configuration")
}

/// Bytes both ways, as anyone would write it.
async fn copying(upstream: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut visitor, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut backend = TcpStream::connect(upstream).await.expect("the backend");
                for stream in [&visitor, &backend] {
                    stream.set_nodelay(true).expect("TCP");
                }
                if copy_bidirectional(&mut visitor, &mut backend).await.is_err() {
                    // One of them has gone.
                }
            });
        }
    });
    at
}
