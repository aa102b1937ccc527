//! `cloakroom serve`: the proxy itself, until it is told to stop.

use crate::command::{Failure, load};
use crate::policy::Settings;
use crate::server::{Server, log};
use clap::Args;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Serve.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The configuration file.
    #[arg(long, short, value_name = "FILE", default_value = "/etc/cloakroom/cloakroom.toml")]
    config: PathBuf,
    /// Threads that serve; as many as there are processors where nothing is said.
    #[arg(long, value_name = "NUMBER")]
    workers: Option<usize>,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        // Before the first key is read.
        let hidden = hide_memory();
        let settings = load::settings(&self.config)?;
        log::start(&settings.log, std::io::stderr);
        if let Err(error) = hidden {
            tracing::warn!(%error, "the memory of this process can be read by others of its user");
        }
        runtime(self.workers)?.block_on(serve(&self.config, settings))
    }
}

/// No core dumps, and no other process of this user looks into the memory of this one.
fn hide_memory() -> rustix::io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

/// A runtime with this many threads.
pub(super) fn runtime(workers: Option<usize>) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers.max(1));
    }
    builder.enable_all().build().map_err(|e| Failure::new("threads", e))
}

async fn serve(config: &Path, settings: Settings) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let mut server =
        Server::start(settings).await.map_err(|error| Failure::Config(error.to_string()))?;
    for (listener, address) in server.addresses() {
        tracing::info!(listener = &*listener, %address, "listening");
    }
    loop {
        let ask = tokio::select! {
            told = signals.next() => match told {
                Told::Reload => None,
                Told::Stop => break,
            },
            ask = server.asked() => Some(ask),
        };
        let outcome = reload(config, &mut server).await;
        server.note_reload(outcome.is_ok());
        match &outcome {
            Ok(()) => tracing::info!("configuration reloaded"),
            Err(error) => tracing::error!(%error, "reload failed; the old configuration goes on"),
        }
        if let Some(ask) = ask {
            ask.answer(outcome);
        }
    }
    tracing::info!("draining");
    match server.drain().await {
        0 => tracing::info!("drained"),
        cut => tracing::warn!(connections = cut, "deadline passed; what was open is closed"),
    }
    Ok(())
}

async fn reload(config: &Path, server: &mut Server) -> Result<(), String> {
    let config = config.to_owned();
    // Reading and checking may take a second; nobody's exchange waits for it.
    let read = tokio::task::spawn_blocking(move || load::settings(&config));
    let settings = match read.await {
        Ok(Ok(settings)) => settings,
        Ok(Err(failure)) => return Err(failure.words()),
        Err(error) => return Err(error.to_string()),
    };
    server.reload(settings).await.map_err(|error| error.to_string())
}

/// What the process can be told.
enum Told {
    Reload,
    Stop,
}

/// The signals that tell it.
pub(super) struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|e| Failure::new("signals", e));
        Ok(Self {
            hangup: listen(SignalKind::hangup())?,
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.hangup.recv() => Told::Reload,
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
        }
    }

    /// Until the process shall stop.
    pub(super) async fn stop(&mut self) {
        while let Told::Reload = self.next().await {}
    }
}
