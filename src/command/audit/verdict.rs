//! What reached the recorder that should not have?

use super::probe::{Bait, OTHER_HOP};
use super::received::{Place, Received};
use super::spelling::{Finder, contains, percent_decoded};
use crate::address::fields::{AddressFields, Tells};
use std::net::{IpAddr, SocketAddr};

/// One find.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    /// What came through.
    pub(super) what: What,
    /// Where it stood.
    pub(super) place: Place,
    /// How it was spelt.
    pub(super) spelling: &'static str,
}

/// What can come through.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// The address from which the audit connects.
    Own,
    /// An address that it claimed.
    Claimed,
    /// Personal data of this kind, which was sent in this format.
    Personal(&'static str, &'static str),
}

/// What is found of `own` and of the bait in all that a probe brought to the recorder.
pub(super) fn leaks(received: &[Received], own: &Finder, bait: &Bait) -> Vec<Found> {
    let mut found = Vec::new();
    for received in received {
        for (place, address) in
            [(Place::Peer, received.peer), (Place::ProxyHeader, received.announced)]
        {
            for (what, finder) in looked_for(own, bait) {
                if address.map(|address| address.to_canonical()) == Some(finder.address()) {
                    found.push(Found { what, place: place.clone(), spelling: "as it is" });
                }
            }
        }
        for (place, bytes) in &received.parts {
            for (what, finder) in looked_for(own, bait) {
                if let Some(spelling) = finder.find(bytes) {
                    found.push(Found { what, place: place.clone(), spelling });
                }
            }
            if let Bait::Personal { kind, format, forms } = bait
                && let Some(spelling) = personal(place, bytes, forms)
            {
                let what = What::Personal(kind, format);
                found.push(Found { what, place: place.clone(), spelling });
            }
        }
    }
    found
}

fn looked_for<'a>(own: &'a Finder, bait: &'a Bait) -> impl Iterator<Item = (What, &'a Finder)> {
    let claims = match bait {
        Bait::Claims(claims) => claims.as_slice(),
        Bait::Personal { .. } => &[],
    };
    [(What::Own, own)].into_iter().chain(claims.iter().map(|claim| (What::Claimed, claim)))
}

/// Looked for only where payloads stand: `123` may be a card's code, and is a length as well.
fn personal(place: &Place, bytes: &[u8], forms: &[Vec<u8>]) -> Option<&'static str> {
    let holds_payload = match place {
        Place::Field(name) => name == "referer",
        Place::Query | Place::Body | Place::Message | Place::Bytes => true,
        _ => false,
    };
    if !holds_payload {
        return None;
    }
    let spaces: Vec<u8> =
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let readings = [bytes, &percent_decoded(bytes), &percent_decoded(&spaces)].map(<[u8]>::to_vec);
    let stands = |form: &&Vec<u8>| readings.iter().any(|bytes| contains(bytes, form));
    // The first form is the part as a person reads it.
    match forms.iter().position(|form| stands(&form))? {
        0 => Some("plain"),
        _ => Some("as it was sent"),
    }
}

/// Addresses that stand in fields for addresses and are none of those that were sent: what the
/// proxy discloses instead. Each with its field and what it seems to be.
pub(super) fn disclosed(received: &[Received], own: &Finder, bait: &Bait) -> Vec<(String, String)> {
    let fields = AddressFields::default();
    let mut told = Vec::new();
    for (place, value) in received.iter().flat_map(|received| &received.parts) {
        let Place::Field(name) = place else { continue };
        if fields.tells(name.as_bytes()) != Some(Tells::Address) {
            continue;
        }
        // What came as it was sent is told elsewhere.
        if looked_for(own, bait).any(|(_, finder)| finder.find(value).is_some()) {
            continue;
        }
        for address in addresses(value).into_iter().filter(|address| *address != OTHER_HOP) {
            let sent = looked_for(own, bait).map(|(_, finder)| finder.address());
            told.push((name.clone(), seems(address, sent).to_owned()));
        }
    }
    told
}

/// The addresses in a list of whatever syntax.
fn addresses(value: &[u8]) -> Vec<IpAddr> {
    let text = String::from_utf8_lossy(value);
    let words = text.split([',', ';', '=', '"', ' ']);
    words
        .filter_map(|word| {
            let bare = word.trim_start_matches('[').trim_end_matches(']');
            let address = bare.parse().ok();
            address.or_else(|| word.parse().ok().map(|socket: SocketAddr| socket.ip()))
        })
        .map(|address: IpAddr| address.to_canonical())
        .collect()
}

/// What an address seems to be, beside those that were sent.
fn seems(address: IpAddr, mut sent: impl Iterator<Item = IpAddr>) -> &'static str {
    let is_network = sent.any(|sent| match (address, sent) {
        (IpAddr::V4(told), IpAddr::V4(sent)) => {
            let (told, sent) = (told.to_bits(), sent.to_bits());
            let host = told.trailing_zeros();
            (8..32).contains(&host) && told >> host == sent >> host
        }
        (IpAddr::V6(told), IpAddr::V6(sent)) => {
            let (told, sent) = (told.to_bits(), sent.to_bits());
            let host = told.trailing_zeros();
            (64..128).contains(&host) && told >> host == sent >> host
        }
        _ => false,
    });
    match address {
        _ if is_network => "the network alone",
        IpAddr::V4(v4) if v4.octets()[0] >= 240 => "a stand-in of 240.0.0.0/4",
        IpAddr::V6(v6) if v6.segments()[..2] == [0x2001, 0xdb8] => "a stand-in of 2001:db8::/32",
        _ => "another address",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_looked_at() {
        for (place, bytes) in [
            (Place::Path, "/visitors/127.77.1.2"),
            (Place::Query, "ip=127%2E77.1.2"),
            (Place::Field("cookie".into()), "a=MTI3Ljc3LjEuMg=="),
            (Place::Trailer("x-a".into()), "::ffff:7f4d:102"),
            (Place::Body, "{\"ip\":\"127.77.1.2\"}"),
            (Place::Message, "127.77.1.2"),
            (Place::Bytes, "\u{7f}M\u{1}\u{2}"),
        ] {
            let received = received(place.clone(), bytes);
            let found = leaks(&[received], &own(), &Bait::Claims(vec![]));
            assert_eq!(found.len(), 1, "{place}");
            assert_eq!((&found[0].what, &found[0].place), (&What::Own, &place));
        }
        let peer = Received { peer: "::ffff:127.77.1.2".parse().ok(), ..Received::default() };
        let claim = vec![Finder::new("203.0.113.7".parse().unwrap())];
        let announced = Received { announced: "203.0.113.7".parse().ok(), ..Received::default() };
        let found = leaks(&[peer, announced], &own(), &Bait::Claims(claim));
        let places: Vec<_> = found.into_iter().map(|found| (found.what, found.place)).collect();
        assert_eq!(places, [(What::Own, Place::Peer), (What::Claimed, Place::ProxyHeader)]);
    }

    #[test]
    fn personal_data_is_found_as_it_is_and_as_it_was_sent() {
        let forms = vec![b"4111 1111".to_vec(), b"4111+1111".to_vec()];
        let bait = Bait::Personal { kind: "payment-card", format: "form", forms };
        for (place, bytes, expected) in [
            (Place::Body, "a=4111+1111", Some("plain")),
            (Place::Body, "a=4111%201111", Some("plain")),
            (Place::Query, "a=%34111+1111", Some("plain")),
            (Place::Field("referer".into()), "/?a=4111 1111", Some("plain")),
            (Place::Field("x-a".into()), "4111 1111", None),
            (Place::Body, "a=[payment-card]", None),
        ] {
            let found = leaks(&[received(place, bytes)], &own(), &bait);
            assert_eq!(found.first().map(|found| found.spelling), expected, "{bytes}");
        }
    }

    #[test]
    fn what_is_disclosed_instead_is_told() {
        for (name, value, expected) in [
            ("x-forwarded-for", "127.77.1.0", Some("the network alone")),
            ("x-forwarded-for", "[2001:db8:7::1]:80", Some("a stand-in of 2001:db8::/32")),
            ("forwarded", "for=252.1.2.3;proto=https", Some("a stand-in of 240.0.0.0/4")),
            ("x-real-ip", "10.0.0.1", Some("another address")),
            ("x-real-ip", "127.77.1.2", None),
            ("x-real-ip", "127.77.1.2, 10.0.0.1", None),
            ("x-real-ip", "198.51.100.254", None),
            ("x-shop", "10.0.0.1", None),
        ] {
            let received = received(Place::Field(name.to_owned()), value);
            let told = disclosed(&[received], &own(), &Bait::Claims(vec![]));
            assert_eq!(told.first().map(|(_, seems)| seems.as_str()), expected, "{value}");
        }
    }

    fn own() -> Finder {
        Finder::new("127.77.1.2".parse().unwrap())
    }

    fn received(place: Place, bytes: &str) -> Received {
        Received { parts: vec![(place, bytes.as_bytes().to_vec())], ..Received::default() }
    }
}
