//! Everything that is sent.

mod claims;
mod format;
mod own;
mod payloads;

use super::probe::Probe;
use crate::config::Entry;
use std::net::IpAddr;

/// The whole suite for a visitor at this address: the plain connection first. Kinds of
/// personal data are tried where any are named.
pub(super) fn suite(own: IpAddr, kinds: &[Entry]) -> Vec<Probe> {
    let mut probes = own::probes(own, !kinds.is_empty());
    probes.extend(claims::probes());
    probes.extend(payloads::probes(kinds));
    probes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::fields::{AddressFields, Tells};
    use crate::command::audit::probe::Bait;
    use crate::command::audit::spelling::contains;
    use std::collections::HashSet;

    #[test]
    fn every_listed_field_is_tried_over_http_and_in_a_handshake() {
        let probes = suite("127.77.1.2".parse().unwrap(), &[]);
        for (name, tells) in AddressFields::built_in() {
            if tells != Tells::Address {
                continue;
            }
            for spelt in [name.to_owned(), name.replace('-', "_")] {
                for over in crate::command::audit::protocol::Protocol::ALL {
                    let has = |probe: &&Probe| {
                        probe.over.contains(&over)
                            && probe.counts
                            && probe.ask.fields.iter().any(|(name, _)| *name == spelt)
                    };
                    assert!(probes.iter().any(|probe| has(&probe)), "{spelt} over {over}");
                }
            }
        }
    }

    /// A probe that does not carry what is looked for can find no leak.
    #[test]
    fn what_is_looked_for_is_sent() {
        let probes = suite("127.77.1.2".parse().unwrap(), &[Entry::All]);
        let mut claimed = 0;
        for Probe { what, ask, bait, .. } in &probes {
            let mut sent: Vec<u8> = ask.preface.clone();
            for text in [&ask.path, &ask.query].into_iter().flatten() {
                sent.extend(text.as_bytes());
            }
            for (_, value) in ask.fields.iter().chain(&ask.trailers) {
                sent.extend([b"\n", value.as_bytes()].concat());
            }
            for bytes in [&ask.body, &ask.message].into_iter().flatten() {
                sent.extend([b"\n", bytes.as_slice()].concat());
            }
            match bait {
                Bait::Claims(claims) => {
                    claimed += claims.len();
                    for claim in claims {
                        assert!(claim.find(&sent).is_some(), "{what}");
                    }
                }
                Bait::Personal { format: "gzip", .. } => {}
                Bait::Personal { forms, .. } => {
                    assert!(forms.iter().any(|form| contains(&sent, form)), "{what}");
                }
            }
        }
        assert!(claimed >= 400, "met {claimed} claims");
    }

    #[test]
    fn probes_have_names_of_their_own() {
        let probes = suite("2001:db8::7".parse().unwrap(), &[Entry::Default]);
        let names: HashSet<(&str, String)> =
            probes.iter().map(|probe| (probe.what.as_str(), format!("{:?}", probe.ask))).collect();
        assert_eq!(names.len(), probes.len());
    }
}
