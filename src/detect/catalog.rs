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

/// The kinds that an operator gets without naming any: each proves itself wherever it stands, by
/// a checksum, a table or a mark that nothing else has, so that chats stay readable. Kinds that
/// need a word of context, and those whose look-alikes are everyday text (coordinates, device
/// numbers, one country's numbers), are for the operator to ask for. So are session tokens
/// (`jwt`, `generic-secret`): chat widgets send theirs in every other request.
pub const DEFAULT: &[&str] = &[
    "email",
    "phone",
    "payment-card",
    "iban",
    "ip-address",
    "url-credentials",
    "private-key",
    "aws-key",
    "github-token",
    "stripe-key",
    "slack-token",
    "google-key",
    "openai-key",
    "anthropic-key",
    "gitlab-token",
    "npm-token",
    "sendgrid-key",
];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::kind::{Context, Group};

    #[test]
    fn what_holds_by_default_exists_and_needs_no_word_beside_it() {
        for name in DEFAULT {
            let kind = kind(name).expect(name);
            assert!(matches!(kind.context, Context::Helps(_)), "{name} needs context");
        }
    }

    #[test]
    fn every_secret_but_those_of_sessions_holds_by_default() {
        let mut met = 0;
        for kind in kinds().filter(|kind| kind.group == Group::Secrets) {
            let is_of_session = matches!(kind.name, "jwt" | "generic-secret");
            assert_eq!(DEFAULT.contains(&kind.name), !is_of_session, "{}", kind.name);
            met += 1;
        }
        assert!(met >= 13, "met {met} secrets");
    }
}
