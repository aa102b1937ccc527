//! Where log lines go: standard error, as text for people or as JSON for machines.

use crate::policy::settings::{Log, LogFormat};
use tracing::{Level, Metadata};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to `writer`. A second call in a process changes nothing.
pub fn start<W>(log: &Log, writer: W)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    let ours = filter_fn(is_ours_or_grave);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(false).finish().with(ours).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().with(ours).try_init(),
    };
    // Tests start several servers in one process; the first one's log serves them all.
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

/// Libraries print at their finer levels what they read from the network, visitors included:
/// whatever level the operator asks of them, only warnings and errors are let through.
fn is_ours_or_grave(line: &Metadata<'_>) -> bool {
    line.target().starts_with("cloakroom") || *line.level() <= Level::WARN
}
