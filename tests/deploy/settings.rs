//! The configurations that `deploy/` brings: each one loads, and says what it is.

use crate::read;
use cloakroom::config::{SourceFile, load};
use cloakroom::policy::Settings;
use cloakroom::policy::admin::{ADMIN_PORT, AdminAddress};
use cloakroom::policy::listener::Transport;
use cloakroom::policy::settings::Secrets;
use cloakroom::policy::upstream::Server;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A configuration of `deploy/`, as it is meant.
pub(crate) struct Deployed {
    pub(crate) settings: Settings,
    /// Where the admin listener is.
    pub(crate) admin: SocketAddr,
}

#[test]
fn every_configuration_loads() {
    for file in [
        "deploy/kubernetes/base/cloakroom.toml",
        "deploy/kubernetes/overlays/example/cloakroom.toml",
        "deploy/systemd/cloakroom.toml",
    ] {
        let deployed = Deployed::load(file);
        assert_eq!(deployed.admin.port(), ADMIN_PORT, "{file}");
        let properties = deployed.settings.book.properties();
        assert!(!properties.is_empty(), "{file}");
        for property in properties {
            assert!(property.policy.redact.is_some(), "{file}: something is taken out");
        }
    }
}

impl Deployed {
    #[track_caller]
    pub(crate) fn load(file: &str) -> Self {
        let source = SourceFile::new(file, read(file));
        let settings = load(source, [], &|_| Ok(vec![7; 32]));
        let settings = settings.unwrap_or_else(|errors| panic!("{errors}"));
        let admin = settings.admin.as_ref().and_then(|admin| admin.bind.first());
        let Some(AdminAddress::Tcp(admin)) = admin else { panic!("{file}: nobody can ask") };
        Self { admin: *admin, settings }
    }

    /// The ports of all listeners.
    pub(crate) fn ports(&self) -> Vec<u16> {
        let bound = self.settings.listeners.iter().flat_map(|listener| &listener.bind);
        bound.map(SocketAddr::port).collect()
    }

    /// The port of the backend, which has to listen on loopback.
    #[track_caller]
    pub(crate) fn backend(&self) -> u16 {
        match self.settings.upstreams[0].servers.as_slice() {
            [Server::Tcp { host, port, tls: false }] if host == "127.0.0.1" => *port,
            other => panic!("the backend has to listen on loopback: {other:?}"),
        }
    }

    /// The files that it names: certificates and keys.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = self.settings.hash_key.iter().cloned().collect();
        for listener in &self.settings.listeners {
            let Transport::Tls(tls) = &listener.transport else { continue };
            files.extend(tls.certificates.iter().flat_map(|c| [c.chain.clone(), c.key.clone()]));
        }
        if let Secrets::Derived { master } = &self.settings.rotation.secrets {
            files.push(master.clone());
        }
        files
    }

    /// The state directory, where there is one.
    pub(crate) fn state(&self) -> Option<PathBuf> {
        match &self.settings.rotation.secrets {
            Secrets::Random { state } => state.clone(),
            Secrets::Derived { .. } => None,
        }
    }
}
