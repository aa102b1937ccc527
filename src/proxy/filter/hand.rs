//! What a property's actions write in an exchange: with which key, and what of an address.

use crate::address::recording::Moment;
use crate::address::{Client, VisitorAddr};
use crate::policy::Property;
use crate::proxy::plan::Plan;
use crate::redact::Hand;
use std::net::IpAddr;
use std::sync::Arc;

/// The hand of a property in one exchange of the connection with these random bits.
///
/// An address that is found becomes what the property's recording mode discloses of it, as if
/// its owner had asked: the visitor's own, wherever it is written, is the one in the head. One
/// that lies in the landing ranges was disclosed already, and stays.
pub fn hand(plan: &Arc<Plan>, property: &Property, connection: u128) -> Hand {
    let hand = Hand::new(Arc::clone(&plan.hash_key), Arc::clone(&property.id));
    let (plan, property) = (Arc::clone(plan), property.clone());
    hand.disclosing(Arc::new(move |address| disclosed(&plan, &property, connection, address)))
}

fn disclosed(
    plan: &Plan,
    property: &Property,
    connection: u128,
    address: IpAddr,
) -> Option<String> {
    let landing = &plan.settings.landing;
    let has_landed = match address {
        IpAddr::V4(v4) => landing.v4().contains(&v4),
        IpAddr::V6(v6) => landing.v6().contains(&v6),
    };
    if has_landed {
        return Some(address.to_string());
    }
    // Asked for anew each time: a stream that lasts for days must not keep the secret of a
    // period that is over.
    let secret = plan.secret.load();
    let moment = Moment {
        property: &property.id,
        secret: &secret.period,
        landing,
        connection,
        // What is sealed with it is not written anywhere.
        tweak: [0; 16],
    };
    let client = Client::Known(VisitorAddr::new(address));
    let disclosure = property.policy.recording.disclose(client, &moment);
    disclosure.address_text().map(|text| text.as_str().to_owned())
}
