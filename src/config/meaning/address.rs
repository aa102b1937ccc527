//! What `[address]` means: removed fields, landing ranges, the rotation of pseudonyms.

use super::numbers::time;
use super::words::{free_field, network};
use crate::address::fields::AddressFields;
use crate::address::recording::Landing;
use crate::config::file::address as typed;
use crate::config::file::value::Placed;
use crate::config::report::Reports;
use crate::policy::Upstream;
use crate::policy::settings::{Rotation, Secrets};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

/// The built-in fields, those of the operator, and those in which we tell the upstreams what
/// they may know: a client must not be able to write there in any spelling.
pub(super) fn removed(
    typed: &typed::Address,
    upstreams: &[Upstream],
    reports: &mut Reports,
) -> AddressFields {
    let mut extra = Vec::new();
    for upstream in upstreams {
        extra.extend(upstream.address_fields.iter().map(|field| field.name.clone()));
        extra.extend([upstream.sealed_field.clone(), upstream.country_field.clone()]);
    }
    for Placed { at, value } in typed.remove.iter().flatten() {
        match free_field(&value.0) {
            Err(expected) => reports.value(at, expected),
            Ok(name) => extra.push(name),
        }
    }
    AddressFields::new(extra)
}

/// Where stand-ins land: wide enough to keep visitors apart, and nobody's own.
pub(super) fn landing(typed: &typed::Address, reports: &mut Reports) -> Landing {
    let (mut v4, mut v6) = (Landing::DEFAULT.v4(), Landing::DEFAULT.v6());
    let Some(typed) = &typed.landing else { return Landing::DEFAULT };
    if let Some(Placed { at, value }) = &typed.v4 {
        match network(&value.0) {
            Err(expected) => reports.value(at, expected),
            Ok(IpNet::V4(net)) if net.prefix_len() > 16 => reports.value(at, "at most /16"),
            Ok(IpNet::V4(net)) if NOBODY_V4.iter().any(|nobody| nobody.contains(&net)) => v4 = net,
            Ok(_) => reports.value(at, nobodys(&NOBODY_V4)),
        }
    }
    if let Some(Placed { at, value }) = &typed.v6 {
        match network(&value.0) {
            Err(expected) => reports.value(at, expected),
            Ok(IpNet::V6(net)) if net.prefix_len() > 64 => reports.value(at, "at most /64"),
            Ok(IpNet::V6(net)) if NOBODY_V6.iter().any(|nobody| nobody.contains(&net)) => v6 = net,
            Ok(_) => reports.value(at, nobodys(&NOBODY_V6)),
        }
    }
    // Narrower than what `Landing` itself accepts, and never refused by it.
    Landing::new(v4, v6).unwrap_or_default()
}

/// IPv4 networks that no visitor comes from (IANA IPv4 Special-Purpose Address Registry).
const NOBODY_V4: [Ipv4Net; 6] = [
    Ipv4Net::new_assert(Ipv4Addr::new(240, 0, 0, 0), 4),
    Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8),
    Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10),
    Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12),
    Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16),
    Ipv4Net::new_assert(Ipv4Addr::new(198, 18, 0, 0), 15),
];

/// IPv6 networks that no visitor comes from (IANA IPv6 Special-Purpose Address Registry).
const NOBODY_V6: [Ipv6Net; 3] = [
    Ipv6Net::new_assert(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    Ipv6Net::new_assert(Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
];

fn nobodys<N: ToString>(nets: &[N]) -> String {
    let nets: Vec<String> = nets.iter().map(N::to_string).collect();
    format!("a network within {}, where no visitor comes from", nets.join(", "))
}

/// How long a pseudonym lives, and where its secrets come from.
pub(super) fn rotation(typed: &typed::Address, base: &Path, reports: &mut Reports) -> Rotation {
    let mut rotation = Rotation::default();
    let Some(typed) = &typed.rotation else { return rotation };
    time(typed.period.as_ref(), "1m"..="366d", &mut rotation.period, reports);
    match (&typed.state, &typed.master_file) {
        (Some(_), Some(Placed { at, .. })) => {
            reports.value(at, "either master_file or state, not both");
        }
        (None, Some(master)) => {
            rotation.secrets = Secrets::Derived { master: base.join(&master.value.0) };
        }
        (state, None) => {
            let state = state.as_ref().map(|state| base.join(&state.value.0));
            rotation.secrets = Secrets::Random { state };
        }
    }
    rotation
}
