//! The proxy itself, built from TOML as an operator would write it.

use super::authority::AUTHORITY;
use super::backend::Backend;
use super::soon;
use ::cloakroom::config::{SourceFile, load};
use ::cloakroom::policy::Settings;
use ::cloakroom::server::{Server, StartError};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The sealing key of property `shop` in mode `sealed`, 16 bytes in hexadecimal.
pub(crate) const SEALING_KEY: &str = "0123456789abcdeffedcba9876543210";

/// The host of property `shop`, which visitors ask for unless they say otherwise.
pub(crate) const SHOP: &str = "shop.example.org";

/// A proxy before this backend: TLS on a free port, loopback trusted to name the visitor in
/// `X-Forwarded-For`, and one property `shop` by the host `shop.example.org`.
pub(crate) fn before(backend: &Backend) -> Builder {
    towards(&backend.upstream())
}

/// A proxy as [`before`] makes it, with these lines of `[[upstream]]` instead.
pub(crate) fn towards(upstream: &str) -> Builder {
    Builder {
        listener: "trusted = [\"127.0.0.0/8\"]\nclient_from = \"x-forwarded-for\"\n".to_owned(),
        transport: Transport::Tls,
        certificates: vec![(AUTHORITY.chain(), AUTHORITY.key())],
        upstream: format!("{upstream}\n"),
        id: "shop",
        shop: "record = \"off\"\n".to_owned(),
        more: String::new(),
    }
}

/// A configuration in the making.
#[derive(Clone)]
pub(crate) struct Builder {
    listener: String,
    transport: Transport,
    certificates: Vec<(PathBuf, PathBuf)>,
    upstream: String,
    id: &'static str,
    shop: String,
    more: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Tls,
    Plain,
    H2c,
}

impl Builder {
    /// What property `shop` records.
    pub(crate) fn record(self, mode: &str) -> Self {
        let key = if mode == "sealed" { "sealed = { key_file = \"sealing.key\" }\n" } else { "" };
        self.shop(&format!("record = {mode:?}\n{key}"))
    }

    /// All that property `shop` says beside its hosts.
    pub(crate) fn shop(mut self, toml: &str) -> Self {
        self.shop = toml.to_owned();
        self
    }

    /// Another id for property `shop`, which is then another property.
    pub(crate) fn named(mut self, id: &'static str) -> Self {
        self.id = id;
        self
    }

    /// What is taken out of the requests of property `shop`: these lines of a `[[redaction]]`.
    /// Nothing is recorded of addresses.
    pub(crate) fn redacting(self, toml: &str) -> Self {
        self.shop("record = \"off\"\nredact = \"chat\"")
            .toml(&format!("[[redaction]]\nname = \"chat\"\n{toml}"))
    }

    /// The same for its responses.
    pub(crate) fn redacting_responses(self, toml: &str) -> Self {
        self.shop("record = \"off\"\nredact_responses = \"agents\"")
            .toml(&format!("[[redaction]]\nname = \"agents\"\n{toml}"))
    }

    /// HTTP in the clear, as behind a load balancer.
    pub(crate) fn plain(mut self) -> Self {
        self.transport = Transport::Plain;
        self
    }

    /// HTTP/2 in the clear, with prior knowledge.
    pub(crate) fn h2c(mut self) -> Self {
        self.transport = Transport::H2c;
        self
    }

    /// These chains and keys instead of the tests' own.
    pub(crate) fn certificates(mut self, pairs: &[(PathBuf, PathBuf)]) -> Self {
        self.certificates = pairs.to_vec();
        self
    }

    /// Whom the listener believes, instead of loopback's `X-Forwarded-For`.
    pub(crate) fn believing(mut self, toml: &str) -> Self {
        self.listener = format!("{toml}\n");
        self
    }

    /// More lines for the `[[listener]]`.
    pub(crate) fn listener(mut self, toml: &str) -> Self {
        self.listener += &format!("{toml}\n");
        self
    }

    /// More lines for the `[[upstream]]`.
    pub(crate) fn upstream(mut self, toml: &str) -> Self {
        self.upstream += &format!("{toml}\n");
        self
    }

    /// Another upstream than the backend: all its lines.
    pub(crate) fn instead_of_the_backend(mut self, toml: &str) -> Self {
        self.upstream = format!("{toml}\n");
        self
    }

    /// More sections, such as `[limits]` or further properties.
    pub(crate) fn toml(mut self, toml: &str) -> Self {
        self.more += &format!("{toml}\n");
        self
    }

    /// The configuration as it is typed.
    fn text(&self) -> String {
        let pair =
            |(chain, key): &(PathBuf, PathBuf)| format!("{{ chain = {chain:?}, key = {key:?} }}");
        let pairs: Vec<_> = self.certificates.iter().map(pair).collect();
        let tls = match self.transport {
            Transport::Plain => "",
            Transport::H2c => "h2c = true\n",
            Transport::Tls => &format!("tls.certificates = [{}]\n", pairs.join(", ")),
        };
        let Self { listener, upstream, id, shop, more, .. } = self;
        format!(
            "[[listener]]\nname = \"front\"\nbind = \"127.0.0.1:0\"\n{listener}{tls}\n\
             [[upstream]]\nname = \"chat\"\n{upstream}\n\
             [[property]]\nid = {id:?}\nhosts = [\"{SHOP}\"]\n{shop}\n{more}\n"
        )
    }

    /// The configuration as it is meant.
    pub(crate) fn settings(&self) -> Settings {
        let text = self.text();
        let key = |file: &std::path::Path| match file.ends_with("sealing.key") {
            true => Ok(SEALING_KEY.as_bytes().to_vec()),
            false => std::fs::read(file),
        };
        match load(SourceFile::new("/test/cloakroom.toml", text.as_str()), [], &key) {
            Ok(settings) => settings,
            Err(errors) => panic!("{errors}\n{text}"),
        }
    }

    /// Starts it; when this returns it serves.
    pub(crate) async fn start(self) -> Door {
        Door::start(self.settings(), self.transport).await
    }
}

/// A proxy with this configuration, whose first listener speaks TLS.
pub(crate) async fn with(settings: Settings) -> Door {
    Door::start(settings, Transport::Tls).await
}

/// A proxy that serves.
pub(crate) struct Door {
    server: Server,
    address: SocketAddr,
    transport: Transport,
}

impl Door {
    async fn start(settings: Settings, transport: Transport) -> Self {
        let server = soon("the proxy to start", Server::start(settings)).await;
        let server = server.expect("the proxy starts");
        let (_, address) = server.addresses().first().cloned().expect("a listener");
        Self { server, address, transport }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether TLS is spoken there.
    pub(crate) fn is_tls(&self) -> bool {
        self.transport == Transport::Tls
    }

    /// Puts another configuration in force.
    pub(crate) async fn reload(&mut self, with: &Builder) {
        let reloaded = soon("the reload", self.server.reload(with.settings())).await;
        reloaded.expect("the new configuration is good");
    }

    /// Tries to put another configuration in force.
    pub(crate) async fn try_reload(&mut self, with: &Builder) -> Result<(), StartError> {
        soon("the reload", self.server.reload(with.settings())).await
    }

    /// Where all of its listeners listen.
    pub(crate) fn addresses(&self) -> Vec<(String, SocketAddr)> {
        let all = self.server.addresses();
        all.into_iter().map(|(name, address)| (name.to_string(), address)).collect()
    }

    /// Where operators ask.
    pub(crate) fn admin(&self) -> SocketAddr {
        *self.server.admin_addresses().first().expect("an admin listener")
    }

    /// Waits until an operator asks for a reload.
    pub(crate) async fn asked(&mut self) -> ::cloakroom::server::Ask {
        soon("an operator", self.server.asked()).await
    }

    /// Says how a reload went.
    pub(crate) fn note_reload(&self, succeeded: bool) {
        self.server.note_reload(succeeded);
    }

    /// Stops it; returns how many connections had to be cut.
    pub(crate) async fn drain(self) -> usize {
        soon("the drain", self.server.drain()).await
    }
}
