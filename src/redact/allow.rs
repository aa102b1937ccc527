//! What is never taken out: the operator's own addresses, domains, networks and texts.

use super::spec::Spec;
use ipnet::IpNet;
use regex::bytes::{Regex, RegexSet, RegexSetBuilder};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is never taken out.
#[derive(Debug)]
pub(super) struct Allowed {
    values: HashSet<Vec<u8>>,
    domains: HashSet<Vec<u8>>,
    networks: Vec<IpNet>,
    public_only: bool,
    patterns: RegexSet,
    is_empty: bool,
}

impl Allowed {
    /// Makes them ready; of the patterns that are none, the index and what was expected.
    pub(super) fn compile(spec: &Spec) -> Result<Self, Vec<(usize, String)>> {
        let allow = &spec.allow;
        let whole = |pattern: &String| format!(r"\A(?:{pattern})\z");
        let wrong: Vec<(usize, String)> = (0..)
            .zip(&allow.patterns)
            .filter(|(_, pattern)| Regex::new(&whole(pattern)).is_err())
            .map(|(index, _)| (index, "a regular expression of the regex crate".to_owned()))
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let patterns = RegexSetBuilder::new(allow.patterns.iter().map(whole)).build();
        let patterns = patterns.map_err(|_| {
            (0..allow.patterns.len())
                .map(|at| (at, "smaller patterns".to_owned()))
                .collect::<Vec<_>>()
        })?;
        let lower = |text: &String| text.trim_start_matches('.').to_ascii_lowercase().into_bytes();
        Ok(Self {
            is_empty: allow.values.is_empty()
                && allow.domains.is_empty()
                && allow.networks.is_empty()
                && allow.patterns.is_empty()
                && !spec.public_addresses_only,
            values: allow
                .values
                .iter()
                .map(|text| text.to_ascii_lowercase().into_bytes())
                .collect(),
            domains: allow.domains.iter().map(lower).collect(),
            networks: allow.networks.clone(),
            public_only: spec.public_addresses_only,
            patterns,
        })
    }

    /// Whether this find of a kind stays.
    pub(super) fn keeps(&self, kind: &str, text: &[u8]) -> bool {
        if self.is_empty {
            return false;
        }
        self.values.contains(&text.to_ascii_lowercase())
            || self.patterns.is_match(text)
            || !self.domains.is_empty() && self.is_ours(text)
            || kind == "ip-address" && address(text).is_some_and(|address| self.is_known(address))
    }

    /// Whether what stands behind the `@` is one of the domains or below it.
    fn is_ours(&self, text: &[u8]) -> bool {
        let Some(at) = memchr::memrchr(b'@', text) else { return false };
        let mut domain = text.get(at + 1..).unwrap_or_default().to_ascii_lowercase();
        loop {
            if self.domains.contains(&domain) {
                return true;
            }
            let Some(dot) = memchr::memchr(b'.', &domain) else { return false };
            domain.drain(..=dot);
        }
    }

    fn is_known(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(&address))
            || self.public_only && is_local(address)
    }
}

/// The address in a find: without brackets, port, zone and prefix length.
pub(super) fn address(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let text = match text.strip_prefix('[') {
        Some(inside) => inside.split_once(']')?.0,
        None => text,
    };
    let text = text.split(['/', '%']).next().unwrap_or_default();
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(address.to_canonical());
    }
    let host = text.split_once(':').map_or(text, |(host, _)| host);
    // Zeros in front, as logs write them.
    let mut octets = [0; 4];
    let mut parts = host.split('.');
    for octet in &mut octets {
        *octet = parts.next()?.parse().ok()?;
    }
    parts.next().is_none().then_some(IpAddr::V4(Ipv4Addr::from(octets)))
}

/// Addresses that tell of no visitor: private (RFC 1918), shared (RFC 6598), loopback,
/// link-local, unique local (RFC 4193), documentation (RFC 5737, RFC 3849).
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_documentation()
                || v4.is_unspecified()
                || a == 100 && b & 0xc0 == 64
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.segments().starts_with(&[0x2001, 0xdb8])
        }
    }
}
