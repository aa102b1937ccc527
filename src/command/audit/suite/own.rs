//! The visitor's true address, in every place and spelling in which it may come along.

use crate::command::audit::probe::{Ask, Probe};
use crate::command::audit::protocol::Protocol;
use crate::command::audit::spelling::{base64, written};
use std::net::IpAddr;

/// Every probe of this kind for a visitor at this address. `bodies`: whether an address in a
/// body or a message is a leak, too; that takes a property that has them redacted.
pub(super) fn probes(own: IpAddr, bodies: bool) -> Vec<Probe> {
    let mut probes = vec![Probe::own("the connection alone", Ask::default())];
    for (how, spelt) in written(own) {
        probes.extend(in_the_head(how, &spelt));
    }
    // The visitor's own doing, and no proxy can see through every encoding.
    let encoded = base64(own).replace('=', "%3D");
    probes.extend(in_the_head("Base64", &encoded).map(|probe| probe.counting(false)));
    for name in ["X-Forwarded-For", "X-Real-IP", "Forwarded"] {
        let value = if name == "Forwarded" { format!("for=\"{own}\"") } else { own.to_string() };
        let what = format!("own address in {}", name.to_ascii_lowercase());
        probes.push(Probe::own(what, Ask::field(name, value)));
    }
    let trailer = vec![("X-Shop-Debug".to_owned(), format!("visitor {own} in queue"))];
    probes.push(
        Probe::own("own address in an unlisted trailer", Ask::trailers(trailer))
            .over(Protocol::HTTP),
    );
    probes.extend(in_bodies(own).map(|probe| probe.counting(bodies)));
    probes
}

/// The places of a head that no list of names covers.
fn in_the_head(how: &str, spelt: &str) -> impl Iterator<Item = Probe> {
    let what = |place: &str| format!("own address in {place}, {how}");
    let page = format!("https://shop.example.org/?ip={spelt}");
    let mut probes = vec![
        Probe::own(what("the query"), Ask::query(format!("ip={spelt}"))),
        Probe::own(what("referer"), Ask::field("Referer", page)),
        Probe::own(what("cookie"), Ask::field("Cookie", format!("a=1; ip={spelt}"))),
        Probe::own(what("an unlisted field"), Ask::field("X-Shop-Debug", spelt)),
    ];
    let path = format!("visitors/{spelt}/chat");
    // Many routers refuse a path that is encoded twice.
    if how != "percent-encoded twice" {
        probes.push(Probe::own(what("the path"), Ask::path(path)));
    }
    probes.into_iter()
}

fn in_bodies(own: IpAddr) -> impl Iterator<Item = Probe> {
    let json = format!("{{\"ip\":\"{own}\",\"text\":\"I am at {own}\"}}");
    [
        Probe::own("own address in a body of JSON", Ask::body("application/json", json.clone()))
            .over(Protocol::HTTP),
        Probe::own("own address in a body of text", Ask::body("text/plain", format!("at {own}")))
            .over(Protocol::HTTP),
        Probe::own("own address in a message", Ask::message(json)).over(Protocol::SOCKETS),
    ]
    .into_iter()
}
