//! Whose hand writes what stands in the place of a find, and how are bodies gone about? As the
//! proxy does it for a property: with the key, the recording mode and the limits that hold for it.

use crate::address::recording::Moment;
use crate::address::{Client, VisitorAddr};
use crate::format::Bounds;
use crate::format::content::Binary;
use crate::policy::{Property, Redaction, redaction};
use crate::proxy::Plan;
use crate::redact::Hand;
use crate::redact::redactor::Options;
use std::net::IpAddr;
use std::sync::Arc;

/// The hand of a property under this plan. An address in a landing range was disclosed already,
/// and stays.
pub(super) fn hand(plan: &Arc<Plan>, property: &Property) -> Hand {
    let hand = Hand::new(Arc::clone(&plan.hash_key), Arc::clone(&property.id));
    let (plan, property) = (Arc::clone(plan), property.clone());
    hand.disclosing(Arc::new(move |address| disclosed(&plan, &property, address)))
}

fn disclosed(plan: &Plan, property: &Property, address: IpAddr) -> Option<String> {
    let landing = &plan.settings.landing;
    let has_landed = match address {
        IpAddr::V4(v4) => landing.v4().contains(&v4),
        IpAddr::V6(v6) => landing.v6().contains(&v6),
    };
    if has_landed {
        return Some(address.to_string());
    }
    let secret = plan.secret.load();
    // Neither random bits nor a tweak: nothing here is a connection, and of a sealed address
    // only the pseudonym is written.
    let moment = Moment {
        property: &property.id,
        secret: &secret.period,
        landing,
        connection: 0,
        tweak: [0; 16],
    };
    let client = Client::Known(VisitorAddr::new(address));
    let disclosure = property.policy.recording.disclose(client, &moment);
    disclosure.address_text().map(|text| text.as_str().to_owned())
}

/// How bodies are gone about under this set; `depth` is the limit on levels.
pub(super) fn options(set: &Redaction, depth: usize) -> Options {
    Options {
        observe: set.observe,
        pass_unreadable: set.unreadable == redaction::Unreadable::Pass,
        binary: match set.binary {
            redaction::Binary::Pass => Binary::Pass,
            redaction::Binary::Refuse => Binary::Refuse,
        },
        bounds: Bounds { depth },
        ..Options::default()
    }
}
