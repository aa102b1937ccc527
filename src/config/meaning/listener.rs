//! What a `[[listener]]` means: where to bind, and whom to believe.

use super::rate::rate;
use super::words::{self, free_field, network};
use crate::address::{Chain, Source, Trust};
use crate::config::file::listener as typed;
use crate::config::file::value::{BindAddress, Placed};
use crate::config::report::Reports;
use crate::policy::Listener;
use crate::policy::listener::{CertificateFiles, ClientAuth, Scheme, Tls, TlsVersion, Transport};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::Path;

/// All listeners; no two have the same name or the same address.
pub(super) fn listeners(
    typed: &[Placed<typed::Listener>],
    base: &Path,
    reports: &mut Reports,
) -> Vec<Listener> {
    let mut names = HashSet::new();
    let mut bound = HashSet::new();
    let mut listeners = Vec::new();
    for typed in typed {
        let bind = bind(&typed.value, &mut bound, reports);
        let transport = transport(&typed.value, base, reports);
        let mut listener = Listener::new(bind, transport);
        if let Some(Placed { at, value }) = &typed.value.name {
            if let Err(expected) = words::name(value, 64) {
                reports.value(at, expected);
            }
            listener.name.clone_from(value);
        }
        if !listener.bind.is_empty() && !names.insert(listener.name.clone()) {
            match &typed.value.name {
                Some(name) => reports.value(&name.at, "a name that no other listener has"),
                None => {
                    let name = &listener.name;
                    reports.missing(&typed.at, "name", format!("one, since another is {name:?}"));
                }
            }
        }
        if let Some(scheme) = &typed.value.scheme {
            listener.scheme = match scheme.value {
                typed::Scheme::Http => Scheme::Http,
                typed::Scheme::Https => Scheme::Https,
            };
        }
        listener.rate = typed.value.rate.as_ref().and_then(|typed| rate(&typed.value, reports));
        listener.chain = chain(&typed.value, reports);
        listener.proxy_protocol = proxy_protocol(&typed.value, reports);
        listeners.push(listener);
    }
    listeners
}

fn bind(
    typed: &typed::Listener,
    bound: &mut HashSet<SocketAddr>,
    reports: &mut Reports,
) -> Vec<SocketAddr> {
    let Placed { at, value: list } = &typed.bind;
    if list.0.is_empty() {
        reports.value(at, format!("{}, or a list of them", BindAddress::expected()));
    }
    let mut addresses = Vec::new();
    for Placed { at, value: BindAddress(text) } in &list.0 {
        match text.parse::<SocketAddr>() {
            Err(_) => reports.value(at, BindAddress::expected()),
            // Port 0 asks the system for any free port, so it may be asked for again.
            Ok(address) if address.port() != 0 && !bound.insert(address) => {
                reports.value(at, "an address and port that no listener has already");
            }
            Ok(address) => addresses.push(address),
        }
    }
    addresses
}

/// Whose word is taken. Nobody's, unless the operator names networks or a count.
fn chain(typed: &typed::Listener, reports: &mut Reports) -> Chain {
    let trust = match (&typed.trusted, &typed.hops) {
        (Some(_), Some(hops)) => {
            reports.value(&hops.at, "either hops or trusted, not both");
            Trust::Hops(hops.value)
        }
        (None, Some(hops)) => Trust::Hops(hops.value),
        (None, None) => Trust::Nobody,
        (Some(Placed { value: list, .. }), None) => {
            let mut networks = Vec::new();
            for Placed { at, value } in list {
                match network(&value.0) {
                    Err(expected) => reports.value(at, expected),
                    Ok(net) if net.prefix_len() == 0 => {
                        reports
                            .value(at, "the networks of your own proxies: this one is everybody");
                    }
                    Ok(net) => networks.push(net),
                }
            }
            if networks.is_empty() { Trust::Nobody } else { Trust::Networks(networks) }
        }
    };
    let mut source = Source::XForwardedFor;
    if let Some(Placed { at, value }) = &typed.client_from {
        let nobody = match &typed.trusted {
            Some(list) => list.value.is_empty(),
            None => typed.hops.is_none(),
        };
        match free_field(&value.0) {
            Err(expected) => reports.value(at, expected),
            Ok(_) if nobody => {
                reports.value(at, "trusted or hops beside it: without them no field is read");
            }
            Ok(name) => {
                source = match name.as_str() {
                    "x-forwarded-for" => Source::XForwardedFor,
                    "forwarded" => Source::Forwarded,
                    _ => Source::Field(name),
                };
            }
        }
    }
    Chain { trust, source }
}

fn proxy_protocol(typed: &typed::Listener, reports: &mut Reports) -> bool {
    let Some(Placed { at, value: true }) = &typed.proxy_protocol else { return false };
    if let Some(hops) = &typed.hops {
        // Behind a balancer that speaks PROXY, the address it announces is the visitor's own
        // unless a network says otherwise; a count would take the visitor for a hop.
        reports.value(&hops.at, "trusted networks instead, beside proxy_protocol = true");
    } else if typed.trusted.as_ref().is_none_or(|list| list.value.is_empty()) {
        reports.value(at, "trusted beside it: the networks of those who may send a PROXY header");
    }
    true
}

fn transport(typed: &typed::Listener, base: &Path, reports: &mut Reports) -> Transport {
    let h2c = typed.h2c.as_ref().is_some_and(|h2c| h2c.value);
    let Some(Placed { value: tls, .. }) = &typed.tls else {
        return Transport::Plain { http2: h2c };
    };
    if let Some(Placed { at, value: true }) = &typed.h2c {
        reports.value(at, "false beside tls, where tls.http2 decides");
    }
    if tls.certificates.value.is_empty() {
        reports.value(&tls.certificates.at, "at least one { chain = …, key = … }");
    }
    let files = tls.certificates.value.iter().map(|files| certificate(files, base));
    let mut meant = Tls::new(files.collect());
    if let Some(minimum) = &tls.minimum {
        meant.minimum = match minimum.value {
            typed::TlsVersion::V1_2 => TlsVersion::V1_2,
            typed::TlsVersion::V1_3 => TlsVersion::V1_3,
        };
    }
    meant.http2 = tls.http2.unwrap_or(meant.http2);
    meant.client_auth = match (&tls.client_ca, &tls.client_certificates) {
        (None, None) => ClientAuth::None,
        (None, Some(Placed { at, .. })) => {
            reports.value(at, "client_ca beside it: who signs the clients' certificates");
            ClientAuth::None
        }
        (Some(ca), Some(Placed { value: typed::ClientCertificates::Optional, .. })) => {
            ClientAuth::Optional(base.join(&ca.value.0))
        }
        (Some(ca), _) => ClientAuth::Required(base.join(&ca.value.0)),
    };
    Transport::Tls(meant)
}

/// A chain and its key, at their places.
pub(super) fn certificate(typed: &typed::Certificate, base: &Path) -> CertificateFiles {
    CertificateFiles { chain: base.join(&typed.chain.value.0), key: base.join(&typed.key.value.0) }
}
