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
use std::sync::Arc;

/// The hand of a property under this plan.
pub(super) fn hand(plan: &Plan, property: &Property) -> Hand {
    let (id, policy) = (Arc::clone(&property.id), Arc::clone(&property.policy));
    let (settings, secret) = (Arc::clone(&plan.settings), Arc::clone(&plan.secret));
    let key = Arc::clone(&plan.hash_key);
    let hand = Hand::new(key, Arc::clone(&property.id));
    hand.disclosing(Arc::new(move |address| {
        let secret = secret.load();
        // Neither random bits nor a tweak: nothing here is a connection, and of a sealed
        // address only the pseudonym is written.
        let moment = Moment {
            property: &id,
            secret: &secret.period,
            landing: &settings.landing,
            connection: 0,
            tweak: [0; 16],
        };
        let client = Client::Known(VisitorAddr::new(address));
        let disclosure = policy.recording.disclose(client, &moment);
        disclosure.address_text().map(|text| text.as_str().to_owned())
    }))
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
