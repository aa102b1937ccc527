//! What connections add up to, by listener.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use std::sync::Arc;

/// What connections add up to. Clones count together.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    /// Connections that were accepted.
    pub(super) accepted: Family<Of, Counter>,
    /// Those that are open.
    pub(super) open: Family<Of, Gauge>,
    /// Those that did not end as they should.
    pub(super) closed: Family<Closed, Counter>,
    /// TLS handshakes that succeeded.
    pub(super) handshakes: Family<Handshake, Counter>,
}

/// Of one listener.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Of {
    /// Its name.
    pub(super) listener: Arc<str>,
}

/// Connections that ended alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Closed {
    /// The listener's name.
    pub(super) listener: Arc<str>,
    /// Why, in words of ours.
    pub(super) reason: &'static str,
}

/// TLS handshakes that are alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Handshake {
    /// The listener's name.
    pub(super) listener: Arc<str>,
    /// `1.2` or `1.3`.
    pub(super) version: &'static str,
    /// Whether an earlier session was resumed.
    pub(super) resumed: bool,
}

/// A connection that is open until this is dropped.
#[derive(Debug)]
pub(super) struct Counted(Gauge);

impl Wire {
    /// A connection was accepted by this listener.
    pub(super) fn accept(&self, listener: &Arc<str>) -> Counted {
        let of = Of { listener: Arc::clone(listener) };
        self.accepted.get_or_create_owned(&of).inc();
        let open = self.open.get_or_create_owned(&of);
        open.inc();
        Counted(open)
    }

    /// A connection ended for this reason.
    pub(super) fn close(&self, listener: &Arc<str>, reason: &'static str) {
        let listener = Arc::clone(listener);
        self.closed.get_or_create_owned(&Closed { listener, reason }).inc();
    }

    /// A handshake succeeded.
    pub(super) fn shake(&self, listener: &Arc<str>, tls: &rustls::ServerConnection) {
        let version = match tls.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_2) => "1.2",
            _ => "1.3",
        };
        let resumed = tls.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
        let listener = Arc::clone(listener);
        self.handshakes.get_or_create_owned(&Handshake { listener, version, resumed }).inc();
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
