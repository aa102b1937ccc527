//! `cloakroom demo`: a chat backend, the proxy in front of it, and a page to try both.

pub mod backend;
mod page;

use crate::command::serve::{Signals, runtime};
use crate::command::{Failure, certs};
use crate::config::{Draft, SourceFile};
use crate::policy::Settings;
use crate::policy::listener::Transport;
use crate::policy::upstream;
use crate::server::{Server, log};
use backend::Backend;
use clap::Args;
use data_encoding::HEXLOWER;
use std::fs;
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// Try it.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where the proxy listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8443")]
    bind: SocketAddr,
    /// Also write a log line for each exchange.
    #[arg(long)]
    log: bool,
}

/// The configuration that is shown in `config/` and tested there.
const CONFIG: &str = include_str!("../../../config/demo.toml");

impl Demo {
    pub(super) fn run(self) -> Result<(), Failure> {
        runtime(None)?.block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Failure> {
        let mut signals = Signals::new()?;
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let backend = Backend::bind(loopback).await.map_err(|e| Failure::new("backend", e))?;
        let scratch = Scratch::new().map_err(|e| Failure::new("temporary directory", e))?;
        let settings = self.settings(&scratch, backend.address())?;
        if self.log {
            log::start(&settings.log, std::io::stderr);
        }
        let closing = CancellationToken::new();
        let backend = tokio::spawn(backend.serve(closing.clone().cancelled_owned()));
        let server = Server::start(settings).await.map_err(|e| Failure::new("demo", e))?;
        let port = server.addresses().first().map_or(self.bind.port(), |(_, bound)| bound.port());
        introduce(port)?;
        signals.stop().await;
        server.drain().await;
        closing.cancel();
        backend.await.map_err(|e| Failure::new("backend", e))
    }

    /// The demo's configuration with the addresses and the throw-away keys of this run.
    fn settings(&self, scratch: &Scratch, backend: SocketAddr) -> Result<Settings, Failure> {
        let key = sealing_key()?;
        let draft = Draft::parse(SourceFile::new("config/demo.toml", CONFIG));
        let mut settings = draft
            .finish([], &|_| Ok(key.clone()))
            .map_err(|errors| Failure::Config(errors.to_string()))?;
        settings.log.access = self.log;
        for listener in &mut settings.listeners {
            listener.bind = vec![self.bind];
            if let Transport::Tls(tls) = &mut listener.transport {
                for files in &mut tls.certificates {
                    files.chain = scratch.0.join("demo.pem");
                    files.key = scratch.0.join("demo.key");
                }
            }
        }
        for upstream in &mut settings.upstreams {
            upstream.servers = vec![upstream::Server::Tcp {
                host: backend.ip().to_string(),
                port: backend.port(),
                tls: false,
            }];
        }
        Ok(settings)
    }
}

/// A key for mode `sealed` that nobody keeps.
fn sealing_key() -> Result<Vec<u8>, Failure> {
    let mut key = [0; 16];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| Failure::Other("no randomness".into()))?;
    Ok(HEXLOWER.encode(&key).into_bytes())
}

/// A directory of our own with a certificate in it, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, String> {
        let directory = std::env::temp_dir().join(format!("cloakroom-demo-{}", std::process::id()));
        fs::DirBuilder::new().mode(0o700).create(&directory).map_err(|e| e.to_string())?;
        let scratch = Self(directory);
        let hosts = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let made = certs::make(&hosts).map_err(|e| e.to_string())?;
        let put = |name: &str, text: &str| certs::write(&scratch.file(name), text, 0o600);
        put("demo.pem", &made.chain)
            .and_then(|()| put("demo.key", &made.key))
            .map_err(|e| e.to_string())?;
        Ok(scratch)
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::new(&self.0).join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "the temporary directory stays");
        }
    }
}

/// Says what there is to try.
fn introduce(port: u16) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    write!(
        out,
        "\n  Open  https://localhost:{port}/   (the certificate is a throw-away one: accept it)\n\n\
         \x20 or ask with curl, as a visitor at 203.0.113.77; each property has a mode and a redaction of its own:\n\n"
    )?;
    for (property, mode, treatment) in [
        ("open", "full", "as it was written"),
        ("court", "sealed", "hashes"),
        ("shop", "truncate", "labels"),
        ("blog", "pseudonym", "stand-ins"),
        ("clinic", "off", "nothing"),
    ] {
        writeln!(
            out,
            "    curl -sk https://localhost:{port}/demo/{property}/messages -H 'X-Forwarded-For: 203.0.113.77' \
             -H 'CF-Connecting-IP: 203.0.113.77' -H 'Content-Type: text/plain' \
             -d 'I am ann@example.org, my card is 4111 1111 1111 1111'   # {mode}, {treatment}"
        )?;
    }
    writeln!(out, "\n  What is printed is what the backend received. Ctrl-C ends the demo.\n")?;
    out.flush()?;
    Ok(())
}
