//! What may a property remember of a visitor's address?
//!
//! How each mode does it lies in a file of its own: [`Truncation`], [`Sealing`], and for
//! stand-ins [`PseudonymKey`] and [`Landing`].

pub use super::landing::Landing;
pub use super::mode::Mode;
pub use super::pseudonym::PseudonymKey;
pub use super::sealing::Sealing;
pub use super::truncation::Truncation;

use super::disclosure::Disclosure;
use super::period::PeriodSecret;
use super::visitor::{Client, VisitorAddr};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// What a property may remember of a visitor's address.
///
/// ```
/// use cloakroom::address::recording::{Landing, Moment, Recording, Truncation};
/// use cloakroom::address::{Client, VisitorAddr, period::PeriodSecret};
///
/// let visitor = Client::Known(VisitorAddr::new([203, 0, 113, 77].into()));
/// let moment = Moment {
///     property: "shop",
///     secret: &PeriodSecret::new([7; 32]),
///     landing: &Landing::default(),
///     connection: 0,
///     tweak: [0; 16],
/// };
/// let recording = Recording::Truncate(Truncation::default());
/// let disclosure = recording.disclose(visitor, &moment);
/// assert_eq!(disclosure.address(), Some([203, 0, 113, 0].into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recording {
    /// No address at all, or a random one per connection.
    Off {
        /// What stands where the address would.
        stand_in: StandIn,
    },
    /// A keyed stand-in, stable for one period and one property.
    Pseudonym,
    /// The network only.
    Truncate(Truncation),
    /// A pseudonym, and the true address encrypted beside it.
    Sealed(Arc<Sealing>),
    /// The address.
    Full,
}

/// What stands where no address may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StandIn {
    /// Nothing.
    #[default]
    None,
    /// A random address of a landing range, one per connection.
    Random,
}

/// What a disclosure depends on beside the client and the mode.
pub struct Moment<'a> {
    /// The property's id.
    pub property: &'a str,
    /// The secret of the running period.
    pub secret: &'a PeriodSecret,
    /// Where stand-ins land.
    pub landing: &'a Landing,
    /// Random bits of this connection, for `off` with a random stand-in. The backend sees
    /// most of them, so they serve nothing else.
    pub connection: u128,
    /// Fresh random bytes, for sealed variants with a tweak.
    pub tweak: [u8; 16],
}

impl fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment").field("property", &self.property).finish_non_exhaustive()
    }
}

impl Recording {
    /// The mode's name.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Off { .. } => Mode::Off,
            Self::Pseudonym => Mode::Pseudonym,
            Self::Truncate(_) => Mode::Truncate,
            Self::Sealed(_) => Mode::Sealed,
            Self::Full => Mode::Full,
        }
    }

    /// Whether an operator's floor forbids this.
    pub fn is_looser_than(&self, floor: Mode) -> bool {
        self.mode() > floor
    }

    /// What the backend may learn of this client.
    ///
    /// Of an unknown client that is nothing, in every mode: whatever stood in its place came
    /// from somebody who is not trusted. Only a random stand-in remains, because it tells
    /// nothing of anybody; it is IPv4, for want of a family to copy.
    pub fn disclose(&self, client: Client, moment: &Moment<'_>) -> Disclosure {
        self.decide(client, moment, |visitor| {
            PseudonymKey::derive(moment.secret, self.mode(), moment.property)
                .stand_in(visitor, moment.landing)
        })
    }

    /// The same, with a key that the caller kept: [`PseudonymKey::derive`] of the moment's
    /// secret and property and of this mode.
    pub fn disclose_with(
        &self,
        key: &PseudonymKey,
        client: Client,
        moment: &Moment<'_>,
    ) -> Disclosure {
        self.decide(client, moment, |visitor| key.stand_in(visitor, moment.landing))
    }

    fn decide(
        &self,
        client: Client,
        moment: &Moment<'_>,
        pseudonym: impl FnOnce(VisitorAddr) -> IpAddr,
    ) -> Disclosure {
        let only = |address| Disclosure::new(Some(address), None);
        match (self, client) {
            (Self::Off { stand_in: StandIn::None }, _) => Disclosure::default(),
            (Self::Off { stand_in: StandIn::Random }, Client::Known(visitor)) => {
                only(moment.landing.like(visitor, moment.connection))
            }
            (Self::Off { stand_in: StandIn::Random }, Client::Unknown(_)) => {
                only(moment.landing.choose_v4(moment.connection).into())
            }
            (_, Client::Unknown(_)) => Disclosure::default(),
            (Self::Pseudonym, Client::Known(visitor)) => only(pseudonym(visitor)),
            (Self::Truncate(truncation), Client::Known(visitor)) => {
                only(truncation.network_of(visitor))
            }
            (Self::Sealed(sealing), Client::Known(visitor)) => {
                let sealed = sealing.seal(visitor, moment.tweak);
                Disclosure::new(Some(pseudonym(visitor)), Some(sealed))
            }
            (Self::Full, Client::Known(visitor)) => only(visitor.reveal()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sealing::Variant;
    use super::super::visitor::Unknown;
    use super::*;

    #[test]
    fn each_mode_discloses_what_its_name_says() {
        for address in ["203.0.113.77", "::ffff:203.0.113.77", "2001:db8:5:6::7"] {
            let client = known(address);
            let visitor = client_address(client);
            for recording in every_recording() {
                let told = told(&recording, client);
                let landed = told.address().is_some_and(|address| lands_like(address, visitor));
                let named = format!("{} {address}", recording.mode());
                match recording {
                    Recording::Off { stand_in: StandIn::None } => {
                        assert_eq!(told, Disclosure::default(), "{named}");
                    }
                    Recording::Off { .. } | Recording::Pseudonym | Recording::Sealed(_) => {
                        assert!(landed && told.address() != Some(visitor), "{named}");
                    }
                    Recording::Truncate(truncation) => {
                        let network = truncation.network_of(VisitorAddr::new(visitor));
                        assert_eq!(told.address(), Some(network), "{named}");
                    }
                    Recording::Full => assert_eq!(told.address(), Some(visitor), "{named}"),
                }
                assert_eq!(told.sealed().is_some(), recording.mode() == Mode::Sealed, "{named}");
            }
        }
    }

    #[test]
    fn of_an_unknown_client_nothing_is_told() {
        for recording in every_recording() {
            let told = told(&recording, Client::Unknown(Unknown::Declared));
            assert_eq!(told.sealed(), None);
            if recording == (Recording::Off { stand_in: StandIn::Random }) {
                assert!(told.address().is_some_and(|a| lands_like(a, [192, 0, 2, 1].into())));
            } else {
                assert_eq!(told.address(), None, "{}", recording.mode());
            }
        }
    }

    #[test]
    fn a_random_stand_in_depends_on_the_connection_alone() {
        let random = Recording::Off { stand_in: StandIn::Random };
        let (ann, bob) = (known("192.0.2.1"), known("198.51.100.2"));
        assert_eq!(told(&random, ann), told(&random, bob));
        let secret = PeriodSecret::new([1; 32]);
        let other = Moment { connection: 4, ..moment("shop", &secret) };
        assert_ne!(told(&random, ann), random.disclose(ann, &other));
    }

    #[test]
    fn pseudonym_and_sealed_give_one_visitor_two_stand_ins() {
        let [.., pseudonym, _, sealed, _] = every_recording();
        let ann = known("192.0.2.1");
        assert_ne!(told(&pseudonym, ann).address(), told(&sealed, ann).address());
    }

    #[test]
    fn a_key_that_was_kept_gives_the_same_stand_in() {
        let secret = PeriodSecret::new([1; 32]);
        let moment = moment("shop", &secret);
        for recording in every_recording() {
            let key = PseudonymKey::derive(&secret, recording.mode(), "shop");
            for client in [known("192.0.2.1"), known("2001:db8::1")] {
                let kept = recording.disclose_with(&key, client, &moment);
                assert_eq!(kept, recording.disclose(client, &moment));
            }
        }
    }

    #[test]
    fn a_floor_forbids_what_is_looser_and_nothing_else() {
        for (recording, floor, forbidden) in [
            (Recording::Full, Mode::Sealed, true),
            (Recording::Full, Mode::Full, false),
            (Recording::Truncate(Truncation::default()), Mode::Pseudonym, true),
            (Recording::Truncate(Truncation::default()), Mode::Truncate, false),
            (Recording::Pseudonym, Mode::Truncate, false),
            (Recording::Off { stand_in: StandIn::Random }, Mode::Off, false),
        ] {
            assert_eq!(recording.is_looser_than(floor), forbidden, "{} {floor}", recording.mode());
        }
    }

    #[test]
    fn printing_a_moment_tells_only_the_property() {
        let secret = PeriodSecret::new([1; 32]);
        let printed = format!("{:?}", moment("shop", &secret));
        assert_eq!(printed, r#"Moment { property: "shop", .. }"#);
    }

    fn every_recording() -> [Recording; 6] {
        let sealing = Sealing::from_key_bytes(Variant::Nd, &[3; 16]).expect("a good key");
        [
            Recording::Off { stand_in: StandIn::None },
            Recording::Off { stand_in: StandIn::Random },
            Recording::Pseudonym,
            Recording::Truncate(Truncation::default()),
            Recording::Sealed(Arc::new(sealing)),
            Recording::Full,
        ]
    }

    fn told(recording: &Recording, client: Client) -> Disclosure {
        recording.disclose(client, &moment("shop", &PeriodSecret::new([1; 32])))
    }

    fn moment<'a>(property: &'a str, secret: &'a PeriodSecret) -> Moment<'a> {
        const LANDING: &Landing = &Landing::DEFAULT;
        Moment { property, secret, landing: LANDING, connection: 3, tweak: [2; 16] }
    }

    fn known(address: &str) -> Client {
        Client::Known(VisitorAddr::new(address.parse().expect("address")))
    }

    fn client_address(client: Client) -> IpAddr {
        match client {
            Client::Known(visitor) => visitor.reveal(),
            Client::Unknown(why) => panic!("{why:?}"),
        }
    }

    fn lands_like(address: IpAddr, visitor: IpAddr) -> bool {
        let landing = Landing::default();
        match address {
            IpAddr::V4(v4) => visitor.is_ipv4() && landing.v4().contains(&v4),
            IpAddr::V6(v6) => visitor.is_ipv6() && landing.v6().contains(&v6),
        }
    }
}
