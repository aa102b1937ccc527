//! Where log lines go: standard error, as text for people or as JSON for machines.

use crate::policy::settings::{Log, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging to `writer`. A second call in a process changes nothing.
pub fn start<W>(log: &Log, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    // Libraries at debug level print what they read from the network, visitors included.
    let filter = ["h2", "hyper", "hyper_util", "rustls", "tokio_util"].iter().fold(
        filter,
        |filter, library| match format!("{library}=warn").parse() {
            Ok(directive) => filter.add_directive(directive),
            Err(_) => filter,
        },
    );
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // Tests start several servers in one process; the first one's log serves them all.
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
