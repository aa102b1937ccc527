//! Which of the addresses that a request names is the client's?
//!
//! The peer is the only hop that we met. What it reports of the others is hearsay, unless the
//! listener trusts it to vouch. So an untrusted peer is the client, whatever its head says;
//! behind a trusted one a single configured field is read from its right end, where the
//! nearest hop wrote, leftwards past trusted hops:
//!
//! ```text
//! X-Forwarded-For: 6.6.6.6, 203.0.113.77      lines joined in order
//! X-Forwarded-For: 10.0.0.7                   peer 10.0.0.8, trusted: 10.0.0.0/8
//!                  │        │        └ 1st from the right: trusted, go on
//!                  │        └ 2nd: not trusted, so this is the client
//!                  └ never looked at: the client wrote it
//! ```
//!
//! The walk ends at the first element that is no trusted hop. Where that element names no
//! address the client is unknown: going on to its left would believe the stranger who wrote
//! there. Since nothing left of the deciding element is looked at, nothing there (open
//! quotes, garbage, ten thousand elements) can change the answer, not even to unknown.
//! Reading the elements is left to [`node`] and [`forwarded`](super::forwarded).

use super::forwarded::{Element, Elements};
use super::node::{self, Spelling};
use super::visitor::{Client, Unknown, VisitorAddr};
use ipnet::{IpNet, Ipv4Net};
use std::net::IpAddr;

/// Most elements of a source that are read, from the right, empty ones counted. A real chain
/// (CDN, balancer, ingress, mesh) has a handful; beyond this somebody is having us work.
pub const MOST_ELEMENTS: usize = 64;

/// Whose word on the client's address a listener takes, and where that word stands.
///
/// ```
/// use cloakroom::address::{Chain, Client, Source, Trust, VisitorAddr};
///
/// let chain = Chain {
///     trust: Trust::Networks(vec!["10.0.0.0/8".parse().unwrap()]),
///     source: Source::XForwardedFor,
/// };
/// let lines: [&[u8]; 1] = [b"192.0.2.66, 203.0.113.77, 10.0.0.7"];
/// let found = chain.resolve(Some("10.0.0.8".parse().unwrap()), lines);
/// assert_eq!(found.client, Client::Known(VisitorAddr::new("203.0.113.77".parse().unwrap())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Which hops are ours.
    pub trust: Trust,
    /// The one place that is read behind a trusted peer.
    pub source: Source,
}

/// Which hops are ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// No hop: the socket's peer is the client.
    Nobody,
    /// Peers and elements inside these networks. A network of mapped addresses
    /// (`::ffff:10.0.0.0/104`) means the IPv4 network inside; any other IPv6 network, `::/0`
    /// too, holds IPv6 addresses alone.
    Networks(Vec<IpNet>),
    /// This many hops in front of us, whatever their addresses: the peer is the first of
    /// them. With 1 the rightmost element is the client; with 2 the rightmost names the
    /// second hop and the one to its left is the client. Elements that are skipped must be
    /// addresses too, and too few of them leave the client unknown. 0 trusts nobody.
    ///
    /// Whoever reaches the socket past those hops can name any address: bind it where only
    /// they can.
    Hops(u8),
}

/// The one place where a trusted hop writes the client's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `X-Forwarded-For`: a list, nearest hop last.
    XForwardedFor,
    /// `Forwarded` (RFC 7239): the `for` parameters, nearest hop last.
    Forwarded,
    /// A single-value field by name (lower case), such as `cf-connecting-ip`. It says who the
    /// client is and lists no hops, so [`Trust::Hops`] counts none in it; more than one line,
    /// or a list, is unreadable, because nobody can tell which of them the hop wrote.
    Field(String),
}

/// The client, and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// Who is asking.
    pub client: Client,
    /// How many elements of the source were trusted hops and skipped.
    pub hops: usize,
    /// Where the answer stood.
    pub evidence: Evidence,
}

/// Where the client's address stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The socket's peer (or the PROXY header's source): nobody was trusted to say otherwise.
    Peer,
    /// The configured source.
    Source {
        /// Which element decided, counted from 1 at the right end over all lines, empty ones
        /// included; `None` where the source ended, or the limit was met, before one did.
        element: Option<usize>,
    },
}

impl Chain {
    /// Name of the field to read, in lower case; `None` where no field is ever read.
    pub fn field(&self) -> Option<&str> {
        match (&self.trust, &self.source) {
            (Trust::Nobody, _) => None,
            (_, Source::XForwardedFor) => Some("x-forwarded-for"),
            (_, Source::Forwarded) => Some("forwarded"),
            (_, Source::Field(name)) => Some(name),
        }
    }

    /// Whether this peer's word is taken.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        match &self.trust {
            Trust::Nobody => false,
            Trust::Networks(networks) => holds(networks, peer.to_canonical()),
            Trust::Hops(count) => *count > 0,
        }
    }

    /// Who is asking: `peer` is the socket's (or the PROXY header's source), `lines` all
    /// values of [`Chain::field`] in the order in which they arrived. A peer without an
    /// address vouches for nothing, whatever is trusted.
    pub fn resolve<'a, I>(&self, peer: Option<IpAddr>, lines: I) -> Resolved
    where
        I: IntoIterator<Item = &'a [u8]>,
        I::IntoIter: DoubleEndedIterator,
    {
        let at_peer = |client| Resolved { client, hops: 0, evidence: Evidence::Peer };
        let Some(peer) = peer else {
            return at_peer(Client::Unknown(Unknown::NoPeer));
        };
        if !self.trusts(peer) {
            return at_peer(Client::Known(VisitorAddr::new(peer)));
        }
        let lines = lines.into_iter();
        match &self.source {
            Source::XForwardedFor => self.walk(lines.rev().flat_map(listed)),
            Source::Forwarded => self.walk(lines.rev().flat_map(Elements::new)),
            Source::Field(name) => self.only(name, lines),
        }
    }

    /// Goes along elements from the right and ends at the first that is no trusted hop.
    fn walk(&self, elements: impl Iterator<Item = Element>) -> Resolved {
        let mut hops = 0;
        for (index, element) in elements.enumerate() {
            if index == MOST_ELEMENTS {
                return ended(Unknown::OnlyHops, hops);
            }
            let client = match element {
                // RFC 9110 §5.6.1.2: a recipient of a list ignores empty elements.
                Element::Empty => continue,
                Element::Node(Ok(address)) if self.is_hop(hops, address) => {
                    hops += 1;
                    continue;
                }
                Element::Node(Ok(address)) => Client::Known(address),
                Element::Node(Err(why)) => Client::Unknown(why),
            };
            let evidence = Evidence::Source { element: Some(index + 1) };
            return Resolved { client, hops, evidence };
        }
        ended(if hops == 0 { Unknown::Silent } else { Unknown::OnlyHops }, hops)
    }

    /// Whether an element is a trusted hop, `hops` others standing to its right.
    fn is_hop(&self, hops: usize, address: VisitorAddr) -> bool {
        match &self.trust {
            Trust::Nobody => false,
            Trust::Networks(networks) => holds(networks, address.reveal()),
            // The peer is the first hop and stands in no element.
            Trust::Hops(count) => hops + 1 < usize::from(*count),
        }
    }

    /// The client that a single-value field names.
    fn only<'a>(&self, name: &str, mut lines: impl Iterator<Item = &'a [u8]>) -> Resolved {
        let Some(line) = lines.next() else {
            return ended(Unknown::Silent, 0);
        };
        if lines.next().is_some() {
            return ended(Unknown::Unreadable, 0);
        }
        if node::trimmed(line).is_empty() {
            return ended(Unknown::Silent, 0);
        }
        let spelling = if name.eq_ignore_ascii_case("cloudfront-viewer-address") {
            Spelling::PortLast
        } else {
            Spelling::Loose
        };
        let client = match (node::read(line, spelling), &self.trust) {
            // A hop of ours where the client should stand: an inner hop overwrote the field.
            (Ok(address), Trust::Networks(networks)) if holds(networks, address.reveal()) => {
                return ended(Unknown::OnlyHops, 1);
            }
            (Ok(address), _) => Client::Known(address),
            (Err(why), _) => Client::Unknown(why),
        };
        Resolved { client, hops: 0, evidence: Evidence::Source { element: Some(1) } }
    }
}

/// The source was used up and no element decided.
fn ended(why: Unknown, hops: usize) -> Resolved {
    let evidence = Evidence::Source { element: None };
    Resolved { client: Client::Unknown(why), hops, evidence }
}

/// The elements of a line of `X-Forwarded-For`, from right to left.
fn listed(line: &[u8]) -> impl Iterator<Item = Element> {
    line.rsplit(|&byte| byte == b',').map(|element| match node::trimmed(element) {
        [] => Element::Empty,
        text => Element::Node(node::read(text, Spelling::Loose)),
    })
}

/// Whether one of these networks holds `address`, which is canonical.
fn holds(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|network| canonical(*network).contains(&address))
}

/// The network of IPv4 addresses that a network of mapped addresses means.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else {
        return network;
    };
    // A mapped address begins with 96 bits that are the same in all of them (RFC 4291 §2.5.5.2).
    let inside = v6.addr().to_ipv4_mapped().zip(v6.prefix_len().checked_sub(96));
    match inside.map(|(address, length)| Ipv4Net::new(address, length)) {
        Some(Ok(v4)) => IpNet::V4(v4),
        _ => network,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_and_networks_are_compared_in_canonical_form() {
        for (network, peer, trusted) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("10.0.0.0/8", "192.0.2.1", false),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "192.0.2.1", false),
            ("::ffff:0:0/96", "192.0.2.1", true),
            ("::ffff:192.0.2.1/128", "192.0.2.1", true),
            ("::ffff:192.0.2.1/128", "192.0.2.2", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "192.0.2.1", false),
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("2001:db8::/32", "2001:db8::1", true),
        ] {
            let trust = Trust::Networks(vec![network.parse().unwrap()]);
            let chain = Chain { trust, source: Source::XForwardedFor };
            assert_eq!(chain.trusts(peer.parse().unwrap()), trusted, "{peer} in {network}");
        }
    }

    #[test]
    fn no_field_is_read_where_nobody_is_trusted() {
        let field = |trust, source| Chain { trust, source }.field().map(str::to_owned);
        assert_eq!(field(Trust::Nobody, Source::XForwardedFor), None);
        assert_eq!(field(Trust::Hops(1), Source::XForwardedFor).unwrap(), "x-forwarded-for");
        assert_eq!(field(Trust::Hops(1), Source::Forwarded).unwrap(), "forwarded");
        assert_eq!(field(Trust::Hops(1), Source::Field("x-ip".into())).unwrap(), "x-ip");
    }

    #[test]
    fn printing_an_answer_prints_no_address() {
        let chain = Chain { trust: Trust::Nobody, source: Source::XForwardedFor };
        let found = chain.resolve(Some("203.0.113.77".parse().unwrap()), []);
        assert!(!format!("{found:?}").contains("113"), "{found:?}");
    }
}
