//! Addresses that a visitor claims to have, in every field from which a backend might believe
//! them, each its own.

use crate::address::fields::{AddressFields, Tells};
use crate::command::audit::probe::{Ask, OTHER_HOP, Probe};
use crate::command::audit::protocol::Protocol;
use crate::command::audit::spelling::{Finder, written};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Fields that backends read first: these are tried in every syntax.
const READ_FIRST: &[&str] =
    &["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip"];

/// Fields in one head of a WebSocket's handshake, or in one set of trailers: each costs a
/// connection or a body, and a proxy may count fields.
const AT_A_TIME: usize = 20;

/// Every probe of this kind.
pub(super) fn probes() -> Vec<Probe> {
    let mut claims = Claims::default();
    let mut probes = Vec::new();
    let names: Vec<&str> = AddressFields::built_in()
        .filter(|(_, tells)| *tells == Tells::Address)
        .map(|(name, _)| name)
        .collect();
    for name in &names {
        one_line(name, &mut claims, &mut probes);
    }
    for name in READ_FIRST {
        in_every_syntax(name, &mut claims, &mut probes);
    }
    for names in names.chunks(AT_A_TIME) {
        many(names, &mut claims, &mut probes);
    }
    proxy_headers(&mut claims, &mut probes);
    elsewhere(&mut claims, &mut probes);
    probes
}

/// The field as its writers spell it, with the other family, as a list, and as CGI reads it.
fn one_line(name: &str, claims: &mut Claims, probes: &mut Vec<Probe>) {
    let what = format!("claimed in {name}");
    let mut probe = |name: &str, address: IpAddr, value: String| {
        let claim = vec![Finder::new(address)];
        let probe = Probe::claiming(&what, Ask::field(name, value), claim);
        probes.push(probe.over(Protocol::HTTP));
    };
    let v4 = claims.v4();
    probe(name, v4, value(name, v4));
    let v6 = claims.v6();
    probe(name, v6, value(name, v6));
    let v4 = claims.v4();
    probe(name, v4, format!("{}, {}", value(name, OTHER_HOP), value(name, v4)));
    if name.contains('-') {
        let v4 = claims.v4();
        probe(&name.replace('-', "_"), v4, value(name, v4));
    }
}

/// Lists, lines, ports, brackets, quotes, hidden neighbours, other spellings, other cases.
fn in_every_syntax(name: &str, claims: &mut Claims, probes: &mut Vec<Probe>) {
    let mut probe = |address: IpAddr, how: &str, lines: Vec<(String, String)>| {
        let what = format!("claimed in {name}, {how}");
        let claim = vec![Finder::new(address)];
        probes.push(Probe::claiming(what, Ask::fields(lines), claim).over(Protocol::HTTP));
    };
    let own = |value: String| (name.to_owned(), value);
    let hop = || own(value(name, OTHER_HOP));
    let v4 = claims.v4();
    probe(v4, "first line of two", vec![own(value(name, v4)), hop()]);
    let v4 = claims.v4();
    probe(v4, "last line of two", vec![hop(), own(value(name, v4))]);
    let v4 = claims.v4();
    probe(v4, "first of a list", vec![own(format!("{}, {}", value(name, v4), hop().1))]);
    let v4 = claims.v4();
    probe(v4, "upper case", vec![(name.to_ascii_uppercase(), value(name, v4))]);
    if name == "forwarded" {
        let v4 = claims.v4();
        for (how, before) in
            [("behind a hidden node", "for=_hidden"), ("behind nobody", "for=unknown")]
        {
            probe(v4, how, vec![own(format!("{before}, for={v4};proto=https"))]);
        }
        let v4 = claims.v4();
        probe(v4, "quoted, with a port", vec![own(format!("for=\"{v4}:4711\";by=_edge"))]);
        let v6 = claims.v6();
        probe(v6, "quoted, with a port", vec![own(format!("FOR=\"[{v6}]:_obf\""))]);
        let v4 = claims.v4();
        probe(v4, "in by", vec![own(format!("by={v4};for=_hidden"))]);
    } else {
        for at in 0..written(OTHER_HOP).len() {
            let v4 = claims.v4();
            if let Some((how, spelt)) = written(v4).into_iter().nth(at) {
                probe(v4, how, vec![own(spelt)]);
            }
        }
        let v6 = claims.v6();
        for (how, spelt) in written(v6) {
            probe(v6, &format!("{how}, version 6"), vec![own(spelt)]);
        }
    }
}

/// Many fields at once: in the handshake of a WebSocket, and behind a body.
fn many(names: &[&str], claims: &mut Claims, probes: &mut Vec<Probe>) {
    for (spelt, what) in [(false, "claimed"), (true, "claimed, _ for -")] {
        for trailing in [false, true] {
            let (mut fields, mut looked_for) = (Vec::new(), Vec::new());
            for name in names {
                let address = claims.v4();
                let spelt = if spelt { name.replace('-', "_") } else { (*name).to_owned() };
                fields.push((spelt, value(name, address)));
                looked_for.push(Finder::new(address));
            }
            probes.push(match trailing {
                true => {
                    let what = format!("{what} in {} trailers", names.len());
                    Probe::claiming(what, Ask::trailers(fields), looked_for).over(Protocol::HTTP)
                }
                false => {
                    let what = format!("{what} in {} fields of a handshake", names.len());
                    let probe = Probe::claiming(what, Ask::fields(fields), looked_for);
                    probe.over(Protocol::SOCKETS)
                }
            });
        }
    }
}

/// PROXY headers at a listener that should not expect any.
fn proxy_headers(claims: &mut Claims, probes: &mut Vec<Probe>) {
    let v4 = claims.v4();
    let v1 = format!("PROXY TCP4 {v4} 192.0.2.1 4711 443\r\n").into_bytes();
    let mut v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
    let second = claims.v4();
    if let IpAddr::V4(second) = second {
        v2.extend(second.octets());
    }
    v2.extend([192, 0, 2, 1, 0x12, 0x67, 1, 0xbb]);
    for (version, address, preface) in [("1", v4, v1), ("2", second, v2)] {
        let what = format!("claimed in a PROXY header, version {version}");
        let ask = Ask { preface, ..Ask::default() };
        let probe = Probe::claiming(what, ask, vec![Finder::new(address)]);
        probes.push(probe.over(&[Protocol::Http1]));
    }
}

/// Where an address is no more than something that the visitor says. It is not the visitor's,
/// as far as anybody knows, so its arrival is worth a note at most.
fn elsewhere(claims: &mut Claims, probes: &mut Vec<Probe>) {
    let mut probe = |what: &str, over, ask: &dyn Fn(IpAddr) -> Ask| {
        let address = claims.v4();
        let what = format!("claimed in {what}");
        let probe = Probe::claiming(what, ask(address), vec![Finder::new(address)]);
        probes.push(probe.over(over).counting(false));
    };
    probe("the query", &Protocol::ALL, &|ip| Ask::query(format!("ip={ip}")));
    probe("referer", &Protocol::ALL, &|ip| {
        Ask::field("Referer", format!("https://shop.example.org/?ip={ip}"))
    });
    probe("a body", Protocol::HTTP, &|ip| {
        Ask::body("application/json", format!("{{\"ip\":\"{ip}\"}}"))
    });
    probe("a message", Protocol::SOCKETS, &|ip| Ask::message(format!("{{\"ip\":\"{ip}\"}}")));
}

/// An address as the writers of this field put it there.
fn value(name: &str, address: IpAddr) -> String {
    match (name, address) {
        ("forwarded", IpAddr::V4(v4)) => format!("for={v4};proto=https"),
        ("forwarded", IpAddr::V6(v6)) => format!("for=\"[{v6}]:4711\""),
        ("via" | "x-bluecoat-via", IpAddr::V4(v4)) => format!("1.1 {v4}"),
        ("via" | "x-bluecoat-via", IpAddr::V6(v6)) => format!("1.1 [{v6}]"),
        ("cloudfront-viewer-address", _) => format!("{address}:4711"),
        _ => address.to_string(),
    }
}

/// Addresses that are kept for documentation (RFC 5737, RFC 3849), one after the other.
#[derive(Default)]
struct Claims {
    v4: u32,
    v6: u16,
}

impl Claims {
    /// The next IPv4 address. There are 250 in each of three networks; after that they come
    /// again, which does no harm: probes are judged one by one.
    fn v4(&mut self) -> IpAddr {
        const NETWORKS: [u32; 3] = [0xcb00_7100, 0xc633_6400, 0xc000_0200];
        let number = self.v4 % 750;
        self.v4 += 1;
        let network = NETWORKS.iter().cycle().nth((number / 250) as usize).unwrap_or(&NETWORKS[0]);
        // Neither .0, which a truncated address is, nor .254 and .255.
        IpAddr::V4(Ipv4Addr::from_bits(network + number % 250 + 2))
    }

    /// The next IPv6 address.
    fn v6(&mut self) -> IpAddr {
        self.v6 += 1;
        IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0x77, self.v6, 0x9a, 0, 0, 0xbeef))
    }
}
