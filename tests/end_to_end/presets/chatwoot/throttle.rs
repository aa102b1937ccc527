//! Who asks too often? The rules of Chatwoot's `config/initializers/rack_attack.rb` for widgets,
//! counted by the address that Rack and Rails make of a request.

use crate::harness::message::Message;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts requests by rule, window and address.
pub(super) struct Throttle {
    /// Whence connections come: the proxy's address, as the application sees it.
    peer: IpAddr,
    /// Seconds since some moment; the test moves it.
    clock: AtomicU64,
    counted: Mutex<HashMap<(&'static str, u64, String), u64>>,
}

impl Throttle {
    /// Nothing was counted yet.
    pub(super) fn new(peer: &str) -> Self {
        let peer = peer.parse().expect("an address");
        Self { peer, clock: AtomicU64::new(0), counted: Mutex::default() }
    }

    /// Lets this much time pass.
    pub(super) fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// Whether a request is one too many.
    pub(super) fn refuses(&self, request: &Message) -> bool {
        // The safelist asks Rails, the rules ask Rack.
        if is_loopback(&self.rails_ip(request)) {
            return false;
        }
        let now = self.clock.load(Ordering::Relaxed);
        let mut counted = self.counted.lock().expect("counts");
        let mut refuses = false;
        for (rule, limit, period) in rules(request) {
            // Windows begin at multiples of the period, not with the first request.
            let key = (rule, now / period, self.rack_ip(request));
            let count = counted.entry(key).or_default();
            *count += 1;
            refuses |= *count > limit;
        }
        refuses
    }

    /// `Rack::Request#ip` of Rack 3: `Forwarded`, or else X-Forwarded-For, from its right end past
    /// proxies, if the peer is one.
    fn rack_ip(&self, request: &Message) -> String {
        let peer = self.peer.to_string();
        if !is_proxy(&peer) {
            return peer;
        }
        let mut hops: Vec<String> = hops(&request.field("forwarded"))
            .filter_map(|element| {
                let (name, value) = element.trim().split_once('=')?;
                let bare = value.trim_matches('"').trim_start_matches('[').trim_end_matches(']');
                name.eq_ignore_ascii_case("for").then(|| bare.to_owned())
            })
            .collect();
        if hops.is_empty() {
            hops = self::hops(&request.field("x-forwarded-for")).map(str::to_owned).collect();
        }
        let visitor = hops.iter().rev().find(|hop| !is_proxy(hop)).or(hops.first());
        visitor.cloned().unwrap_or(peer)
    }

    /// `ActionDispatch::RemoteIp`: X-Forwarded-For from its right end past proxies, else the peer.
    pub(super) fn rails_ip(&self, request: &Message) -> String {
        let field = request.field("x-forwarded-for");
        let all: Vec<&str> = hops(&field).collect();
        let visitor = all.iter().rev().find(|hop| !is_proxy(hop)).or(all.first());
        visitor.map_or_else(|| self.peer.to_string(), |hop| (*hop).to_owned())
    }
}

/// The rules that count this request: what they are called, how often, in how many seconds.
fn rules(request: &Message) -> Vec<(&'static str, u64, u64)> {
    const HOUR: u64 = 60 * 60;
    let (path, query) = request.target().split_once('?').unwrap_or((request.target(), ""));
    let mut rules = vec![("req/ip", 3000, 60)];
    match (request.method(), path.split('.').next().unwrap_or_default()) {
        (_, "/widget") if !query.contains("cw_conversation=") => rules.push(("widget", 5, HOUR)),
        ("POST", "/api/v1/widget/conversations") => rules.push(("conversations", 6, 12 * HOUR)),
        ("PATCH" | "PUT", "/api/v1/widget/contacts") => rules.push(("contacts", 60, HOUR)),
        ("POST", "/auth/sign_in") => rules.push(("login/ip", 5, 5 * 60)),
        _ => {}
    }
    rules
}

fn hops(field: &str) -> impl Iterator<Item = &str> {
    field.split([',', ';']).map(str::trim).filter(|hop| !hop.is_empty())
}

/// What both take for a proxy of one's own: loopback and private ranges.
fn is_proxy(text: &str) -> bool {
    match text.parse() {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => false,
    }
}

fn is_loopback(text: &str) -> bool {
    ["127.0.0.1", "::1"].contains(&text)
}

#[test]
fn addresses_are_read_as_rack_and_rails_read_them() {
    let asked = |fields: &[(&str, &str)]| Message {
        fields: fields.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        ..Message::default()
    };
    for (peer, fields, rack, rails) in [
        ("10.0.0.5", &[][..], "10.0.0.5", "10.0.0.5"),
        ("10.0.0.5", &[("x-forwarded-for", "203.0.113.7")][..], "203.0.113.7", "203.0.113.7"),
        (
            "127.0.0.1",
            &[("x-forwarded-for", "198.51.100.1, 203.0.113.7, 10.0.0.9")][..],
            "203.0.113.7",
            "203.0.113.7",
        ),
        (
            "10.0.0.5",
            &[("forwarded", "for=\"[2001:db8::7]\";proto=https"), ("x-forwarded-for", "192.0.2.1")],
            "2001:db8::7",
            "192.0.2.1",
        ),
        ("192.0.2.9", &[("forwarded", "for=203.0.113.7")][..], "192.0.2.9", "192.0.2.9"),
    ] {
        let (throttle, request) = (Throttle::new(peer), asked(fields));
        assert_eq!(throttle.rack_ip(&request), rack, "{fields:?}");
        assert_eq!(throttle.rails_ip(&request), rails, "{fields:?}");
    }
}
