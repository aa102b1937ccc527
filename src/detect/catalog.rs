//! Every kind that there is, family by family.

use super::kind::Kind;
use super::{
    africa, americas, at, baltic, be, ch, contact, de, device, east, east_asia, es, fr, gb, ie, it,
    network, nl, nordic, oceania, payment, person, pl, pt, secret, south_asia, south_east,
    south_east_asia, us, wallet,
};

/// Every kind, family by family.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    FAMILIES.iter().copied().flatten()
}

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    kinds().find(|kind| kind.name == name)
}

const FAMILIES: &[&[Kind]] = &[
    contact::KINDS,
    payment::KINDS,
    network::KINDS,
    device::KINDS,
    person::KINDS,
    wallet::KINDS,
    secret::KINDS,
    us::KINDS,
    gb::KINDS,
    de::KINDS,
    fr::KINDS,
    es::KINDS,
    it::KINDS,
    pl::KINDS,
    nl::KINDS,
    be::KINDS,
    pt::KINDS,
    ie::KINDS,
    at::KINDS,
    ch::KINDS,
    nordic::KINDS,
    baltic::KINDS,
    east::KINDS,
    south_east::KINDS,
    south_asia::KINDS,
    east_asia::KINDS,
    south_east_asia::KINDS,
    oceania::KINDS,
    americas::KINDS,
    africa::KINDS,
];
