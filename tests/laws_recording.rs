//! Laws that every recording mode keeps, whatever the address.

use cloakroom::address::recording::{
    Landing, Mode, Moment, PseudonymKey, Recording, Sealing, StandIn, Truncation,
};
use cloakroom::address::sealing::Variant;
use cloakroom::address::{Client, Disclosure, VisitorAddr, period::PeriodSecret};
use proptest::prelude::*;
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

proptest! {
    #[test]
    fn a_network_truncates_to_itself_and_holds_its_visitor(
        address in address(),
        truncation in truncation(),
    ) {
        let network = truncate(truncation, address);
        prop_assert_eq!(truncate(truncation, network), network);
        let (whole, kept, bits) = match (address.to_canonical(), network) {
            (IpAddr::V4(whole), IpAddr::V4(kept)) => {
                let high = |address: Ipv4Addr| u128::from(address.to_bits()) << 96;
                (high(whole), high(kept), truncation.v4_bits())
            }
            (IpAddr::V6(whole), IpAddr::V6(kept)) => {
                (whole.to_bits(), kept.to_bits(), truncation.v6_bits())
            }
            _ => return Err(TestCaseError::fail("truncation changed the family")),
        };
        let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
        prop_assert_eq!(kept & !mask, 0, "longer than the prefix");
        prop_assert_eq!(kept & !whole, 0, "a bit that the address does not have");
    }

    #[test]
    fn a_shorter_prefix_never_tells_more(address in address(), long in truncation(), short in truncation()) {
        let both = Truncation::new(
            long.v4_bits().min(short.v4_bits()),
            long.v6_bits().min(short.v6_bits()),
            true,
        );
        let both = both.expect("no longer than either");
        let bits = |network: IpAddr| match network {
            IpAddr::V4(network) => u128::from(network.to_bits()),
            IpAddr::V6(network) => network.to_bits(),
        };
        prop_assert_eq!(bits(truncate(both, address)) & !bits(truncate(long, address)), 0);
    }

    // Two visitors whose addresses differ in nothing but the IPv4 address inside are one.
    #[test]
    fn an_embedded_ipv4_address_leaves_no_trace(
        form in embedding(),
        (one, other) in any::<(Ipv4Addr, Ipv4Addr)>(),
        truncation in truncation(),
    ) {
        prop_assert_eq!(truncate(truncation, form.hide(one)), truncate(truncation, form.hide(other)));
    }

    #[test]
    fn a_mapped_address_is_told_like_the_plain_one(
        address in any::<Ipv4Addr>(),
        recording in recording(),
        context in context(),
    ) {
        let mapped = address.to_ipv6_mapped().into();
        prop_assert!(context.tell(&recording, address.into()) == context.tell(&recording, mapped));
    }

    #[test]
    fn a_stand_in_lands_in_its_range_and_never_at_either_end(
        address in address(),
        context in context(),
    ) {
        let landing = context.landing;
        for recording in [Recording::Pseudonym, Recording::Off { stand_in: StandIn::Random }] {
            match context.tell(&recording, address).address() {
                Some(IpAddr::V4(told)) => {
                    prop_assert!(address.to_canonical().is_ipv4());
                    prop_assert!(landing.v4().contains(&told));
                    prop_assert!(told != landing.v4().network());
                    prop_assert!(told != landing.v4().broadcast());
                    prop_assert!(told != Ipv4Addr::BROADCAST);
                }
                Some(IpAddr::V6(told)) => {
                    prop_assert!(address.to_canonical().is_ipv6());
                    prop_assert!(landing.v6().contains(&told));
                    prop_assert!(told != landing.v6().network());
                    prop_assert!(told != landing.v6().broadcast());
                }
                None => return Err(TestCaseError::fail("no stand-in")),
            }
        }
    }

    #[test]
    fn a_pseudonym_is_stable_whatever_the_connection(
        address in address(),
        context in context(),
        (connection, tweak) in any::<(u128, [u8; 16])>(),
    ) {
        let later = Context { connection, tweak, ..context.clone() };
        for recording in [Recording::Pseudonym, sealed(Variant::Nd, [9; 32])] {
            let (first, second) = (context.tell(&recording, address), later.tell(&recording, address));
            prop_assert_eq!(first.address(), second.address());
        }
    }

    #[test]
    fn what_is_sealed_opens_to_the_address(
        address in address(),
        key in any::<[u8; 32]>(),
        context in context(),
    ) {
        for variant in Variant::ALL {
            let sealing = Sealing::from_key_bytes(variant, &key[..variant.key_bytes()]);
            let sealing = Arc::new(sealing.expect("a random key"));
            let told = context.tell(&Recording::Sealed(Arc::clone(&sealing)), address);
            let text = told.sealed().expect("mode sealed");
            prop_assert_eq!(sealing.open(text), Ok(address.to_canonical()), "{}", variant);
            // Nothing but a field value's plainest characters.
            prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.'));
        }
    }

    #[test]
    fn a_tweak_changes_the_text_of_nd_and_ndx_and_of_no_other(
        address in address(),
        (one, other) in any::<([u8; 16], [u8; 16])>(),
    ) {
        for variant in Variant::ALL {
            let seal = |tweak| {
                let context = Context { tweak, ..Context::default() };
                context.tell(&sealed(variant, [9; 32]), address)
            };
            let fresh = matches!(variant, Variant::Nd | Variant::Ndx);
            prop_assert_eq!(seal(one).sealed() != seal(other).sealed(), fresh, "{}", variant);
        }
    }

    #[test]
    fn no_text_to_open_makes_it_panic(text in ".{0,80}", hex in "[0-9a-f]{0,80}") {
        for variant in Variant::ALL {
            let Recording::Sealed(sealing) = sealed(variant, [9; 32]) else { unreachable!() };
            for text in [&text, &hex, &format!("{variant}.{text}"), &format!("{variant}.{hex}")] {
                // Whatever opens was whole bytes of hexadecimal.
                if sealing.open(text).is_ok() {
                    let digits = text.trim().rsplit('.').next().unwrap_or_default();
                    prop_assert!(digits.len() % 8 == 0 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
                }
            }
        }
    }
}

/// 20,000 visitors among 2²⁸ − 2 addresses: n²/2m ≈ 0.75 pairs are expected to share one.
#[test]
fn visitors_keep_apart_within_a_property() {
    let told = stand_ins(&Context::default(), &Recording::Pseudonym);
    let distinct: HashSet<_> = told.iter().collect();
    assert!(told.len() - distinct.len() <= 8, "{} of {}", distinct.len(), told.len());
}

/// Of 20,000 visitors 20,000/2²⁸ are expected to have one stand-in in two worlds.
#[test]
fn no_two_properties_periods_or_modes_know_a_visitor_by_one_name() {
    let here = stand_ins(&Context::default(), &Recording::Pseudonym);
    let elsewhere = Context { property: "forum", ..Context::default() };
    let later = Context { secret: PeriodSecret::new([2; 32]), ..Context::default() };
    for (other, recording) in [
        (&elsewhere, Recording::Pseudonym),
        (&later, Recording::Pseudonym),
        (&Context::default(), sealed(Variant::Nd, [9; 32])),
    ] {
        let there = stand_ins(other, &recording);
        let same = here.iter().zip(&there).filter(|(here, there)| here == there).count();
        assert!(same <= 2, "{same} of {} alike in {}", here.len(), other.property);
    }
}

/// Each bit of the host is set about as often as not (5,000 visitors, six standard deviations).
#[test]
fn stand_ins_fill_their_range_evenly() {
    let key = PseudonymKey::derive(&PeriodSecret::new([1; 32]), Mode::Pseudonym, "shop");
    let mut set = [0u32; 96];
    for number in 0..5_000u128 {
        let address = Ipv6Addr::from_bits((0x2001_0db8 << 96) | number);
        match key.stand_in(VisitorAddr::new(address.into()), &Landing::default()) {
            IpAddr::V6(told) => {
                for (bit, count) in set.iter_mut().enumerate() {
                    *count += u32::from(told.to_bits() >> bit & 1 == 1);
                }
            }
            IpAddr::V4(_) => panic!("an IPv6 visitor landed among IPv4"),
        }
    }
    for (bit, count) in set.iter().enumerate() {
        assert!(count.abs_diff(2_500) < 213, "bit {bit} is set {count} times");
    }
}

fn stand_ins(context: &Context, recording: &Recording) -> Vec<IpAddr> {
    let key = PseudonymKey::derive(&context.secret, recording.mode(), context.property);
    let visitor = |n: u32| VisitorAddr::new(Ipv4Addr::from_bits(0xc633_6400 + n * 7).into());
    let tell = |n| recording.disclose_with(&key, Client::Known(visitor(n)), &context.moment());
    (0..20_000).map(|n| tell(n).address().expect("a stand-in")).collect()
}

#[derive(Clone, Debug)]
struct Context {
    property: &'static str,
    secret: PeriodSecret,
    landing: Landing,
    connection: u128,
    tweak: [u8; 16],
}

impl Default for Context {
    fn default() -> Self {
        Self {
            property: "shop",
            secret: PeriodSecret::new([1; 32]),
            landing: Landing::default(),
            connection: 1,
            tweak: [1; 16],
        }
    }
}

impl Context {
    fn moment(&self) -> Moment<'_> {
        Moment {
            property: self.property,
            secret: &self.secret,
            landing: &self.landing,
            connection: self.connection,
            tweak: self.tweak,
        }
    }

    fn tell(&self, recording: &Recording, address: IpAddr) -> Disclosure {
        recording.disclose(Client::Known(VisitorAddr::new(address)), &self.moment())
    }
}

fn context() -> impl Strategy<Value = Context> {
    let property = prop::sample::select(vec!["shop", "forum", "(unknown)", "läden/1"]);
    let landing = prop::sample::select(vec![
        Landing::default(),
        Landing::new(net("203.0.113.0/24"), net("2001:db8:0:7::/64")).expect("small ranges"),
        Landing::new(net("255.0.0.0/8"), net("3fff::/20"))
            .expect("ranges with a known last address"),
    ]);
    (property, any::<[u8; 32]>(), landing, any::<u128>(), any::<[u8; 16]>()).prop_map(
        |(property, secret, landing, connection, tweak)| {
            let secret = PeriodSecret::new(secret);
            Context { property, secret, landing, connection, tweak }
        },
    )
}

fn net<N: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> N {
    text.parse().expect("a range")
}

fn recording() -> impl Strategy<Value = Recording> {
    prop_oneof![
        Just(Recording::Off { stand_in: StandIn::None }),
        Just(Recording::Off { stand_in: StandIn::Random }),
        Just(Recording::Pseudonym),
        truncation().prop_map(Recording::Truncate),
        prop::sample::select(Variant::ALL.to_vec()).prop_map(|variant| sealed(variant, [9; 32])),
        Just(Recording::Full),
    ]
}

fn sealed(variant: Variant, mut key: [u8; 32]) -> Recording {
    key[0] ^= 1;
    let sealing = Sealing::from_key_bytes(variant, &key[..variant.key_bytes()]);
    Recording::Sealed(Arc::new(sealing.expect("a good key")))
}

fn truncation() -> impl Strategy<Value = Truncation> {
    (0..32u8, 0..128u8).prop_map(|(v4, v6)| Truncation::new(v4, v6, true).expect("consented"))
}

fn truncate(truncation: Truncation, address: IpAddr) -> IpAddr {
    truncation.network_of(VisitorAddr::new(address))
}

/// Any address, and often one that carries an IPv4 address or nearly does: one bit away
/// from such a form is where a cut can leave what reads as another.
fn address() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<Ipv4Addr>().prop_map(IpAddr::from),
        any::<Ipv6Addr>().prop_map(IpAddr::from),
        (embedding(), any::<Ipv4Addr>(), 0..128u32, any::<bool>()).prop_map(
            |(form, v4, bit, flip)| match form.hide(v4) {
                IpAddr::V6(address) if flip => {
                    Ipv6Addr::from_bits(address.to_bits() ^ (1 << bit)).into()
                }
                address => address,
            }
        ),
    ]
}

/// A way to carry an IPv4 address inside an IPv6 one: what stands around it, and where it
/// stands (its last bit, counted from the right), inverted or not.
#[derive(Clone, Copy, Debug)]
struct Embedding {
    around: u128,
    at: u32,
    inverted: bool,
}

impl Embedding {
    fn hide(self, v4: Ipv4Addr) -> IpAddr {
        let inside = u128::from(if self.inverted { !v4.to_bits() } else { v4.to_bits() });
        let room = u128::from(u32::MAX) << self.at;
        Ipv6Addr::from_bits((self.around & !room) | (inside << self.at)).into()
    }
}

fn embedding() -> impl Strategy<Value = Embedding> {
    // Prefix, its length, where the IPv4 address ends, whether it is inverted.
    let forms = vec![
        ("::", 96, 0, false),           // compatible
        ("::ffff:0:0:0", 96, 0, false), // translated
        ("64:ff9b::", 96, 0, false),    // NAT64
        ("64:ff9b:1::", 48, 0, false),  // NAT64 local use, /96
        ("64:ff9b:1::", 48, 24, false), // NAT64 local use, /64
        ("64:ff9b:1::", 48, 48, false), // NAT64 local use, right behind the prefix
        ("2001::", 32, 0, true),        // Teredo, client
        ("2001::", 32, 64, false),      // Teredo, server
        ("2002::", 16, 80, false),      // 6to4
    ];
    let fixed = (prop::sample::select(forms), any::<u128>()).prop_map(
        |((prefix, length, at, inverted), rest)| {
            let prefix: Ipv6Addr = prefix.parse().expect("a prefix");
            let around = prefix.to_bits() | (rest & (u128::MAX >> length));
            Embedding { around, at, inverted }
        },
    );
    let isatap = (any::<u64>(), any::<bool>()).prop_map(|(network, unique)| {
        let identifier = if unique { 0x0200_5efe } else { 0x0000_5efe };
        let around = (u128::from(network) << 64) | (identifier << 32);
        Embedding { around, at: 0, inverted: false }
    });
    prop_oneof![9 => fixed, 1 => isatap]
}
