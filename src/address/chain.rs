//! Which of the addresses that a request names is the client's?

use super::visitor::{Client, VisitorAddr};
use ipnet::IpNet;
use std::net::IpAddr;

/// Whose word on the client's address a listener takes, and where that word stands.
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
    /// Peers and elements inside these networks.
    Networks(Vec<IpNet>),
    /// This many hops in front of us, whatever their addresses: the peer is the first of them.
    Hops(u8),
}

/// The one place where a trusted hop writes the client's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `X-Forwarded-For`: a list, nearest hop last.
    XForwardedFor,
    /// `Forwarded` (RFC 7239): the `for` parameters, nearest hop last.
    Forwarded,
    /// A single-value field by name (lower case), such as `cf-connecting-ip`.
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
    Source,
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
        let _ = peer;
        false
    }

    /// Who is asking: `peer` is the socket's (or the PROXY header's source), `lines` all
    /// values of [`Chain::field`] in the order in which they arrived.
    pub fn resolve<'a, I>(&self, peer: Option<IpAddr>, lines: I) -> Resolved
    where
        I: IntoIterator<Item = &'a [u8]>,
        I::IntoIter: DoubleEndedIterator,
    {
        let _ = (peer, lines.into_iter());
        Resolved {
            client: Client::Known(VisitorAddr::new(IpAddr::from([0, 0, 0, 0]))),
            hops: 0,
            evidence: Evidence::Peer,
        }
    }
}
