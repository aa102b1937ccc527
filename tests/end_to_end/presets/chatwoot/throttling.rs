//! Twenty visitors in an hour: whom does Chatwoot refuse, under which mode? What is counted here
//! stands as a table in `config/presets/README.md`.

use super::stub::Chatwoot;
use crate::harness::cloakroom::Door;
use crate::harness::visitor;
use crate::presets::{preset, product};
use std::sync::Arc;

/// A website for each mode.
const WEBSITES: &str = r#"
[[property]]
id = "off"
keys = ["off-inbox"]
record = "off"

[[property]]
id = "random"
keys = ["random-inbox"]
record = "off"
stand_in = "random"

[[property]]
id = "pseudonym"
keys = ["pseudonym-inbox"]
record = "pseudonym"

[[property]]
id = "truncate"
keys = ["truncate-inbox"]
record = "truncate"

[[property]]
id = "full"
keys = ["full-inbox"]
record = "full"
"#;

/// The proxy as the application sees it.
#[derive(Clone, Copy, Debug)]
enum Beside {
    /// On the same machine, or in the same pod.
    Loopback,
    /// Elsewhere in a private network.
    Network,
}

/// Where twenty visitors are.
#[derive(Clone, Copy, Debug)]
enum Whence {
    Everywhere,
    OneNetwork,
    /// The same one, twenty times.
    OneAddress,
}

#[tokio::test]
async fn twenty_new_visitors_in_an_hour() {
    use Beside::{Loopback, Network};
    use Whence::{Everywhere, OneAddress, OneNetwork};
    for (mode, beside, from, refused) in [
        // Rails' own safelist: nobody is counted, those who attack neither.
        ("off", Loopback, Everywhere, 0),
        ("off", Loopback, OneAddress, 0),
        // All are one, the proxy.
        ("off", Network, Everywhere, 15),
        ("off", Network, OneNetwork, 15),
        ("off", Network, OneAddress, 15),
        // Everybody is somebody else each time.
        ("random", Network, Everywhere, 0),
        ("random", Network, OneNetwork, 0),
        ("random", Network, OneAddress, 0),
        ("pseudonym", Network, Everywhere, 0),
        ("pseudonym", Network, OneNetwork, 0),
        ("pseudonym", Network, OneAddress, 15),
        ("pseudonym", Loopback, Everywhere, 0),
        ("pseudonym", Loopback, OneAddress, 15),
        ("truncate", Network, Everywhere, 0),
        ("truncate", Network, OneNetwork, 15),
        ("truncate", Network, OneAddress, 15),
        ("full", Network, Everywhere, 0),
        ("full", Network, OneNetwork, 0),
        ("full", Network, OneAddress, 15),
    ] {
        let desk = Desk::start(beside).await;
        assert_eq!(desk.opened(mode, from).await, refused, "{mode}, {beside:?}, {from:?}");
    }
}

#[tokio::test]
async fn the_next_hour_begins_anew() {
    let desk = Desk::start(Beside::Network).await;
    for (minutes, refused) in [(0, 15), (59, 20), (1, 15)] {
        desk.chatwoot.throttle.pass(minutes * 60);
        assert_eq!(desk.opened("pseudonym", Whence::OneAddress).await, refused, "{minutes}");
    }
}

#[tokio::test]
async fn conversations_are_counted_over_half_a_day() {
    for (mode, refused) in [("off", 14), ("random", 0), ("pseudonym", 0), ("truncate", 14)] {
        let desk = Desk::start(Beside::Network).await;
        assert_eq!(desk.written(mode).await, refused, "{mode}");
        desk.chatwoot.throttle.pass(11 * 60 * 60);
        let later = if refused == 0 { 0 } else { 20 };
        assert_eq!(desk.written(mode).await, later, "{mode}, eleven hours later");
        desk.chatwoot.throttle.pass(60 * 60);
        assert_eq!(desk.written(mode).await, refused, "{mode}, half a day later");
    }
}

#[tokio::test]
async fn agents_who_log_in_do_not_share_a_limit() {
    let desk = Desk::start(Beside::Network).await;
    let mut refused = 0;
    for number in 1..=20 {
        let agent = visitor::at(&Whence::Everywhere.address(number));
        let agent = agent.with("content-type", "application/json");
        let answer = agent.post(&desk.door, "/auth/sign_in", b"{}").await;
        refused += u32::from(answer.status() == 429);
    }
    assert_eq!(refused, 0);
}

/// A desk that counts, and the preset with a website for each mode before it.
struct Desk {
    chatwoot: Arc<Chatwoot>,
    _backend: product::Running,
    door: Door,
}

impl Desk {
    async fn start(beside: Beside) -> Self {
        let chatwoot = Chatwoot::behind(match beside {
            Beside::Loopback => "127.0.0.1",
            Beside::Network => "10.0.0.5",
        });
        let backend = product::start(&chatwoot).await;
        let door = preset::before("chatwoot", &backend, WEBSITES).await;
        Self { chatwoot, _backend: backend, door }
    }

    /// How many of twenty new visitors cannot open the widget.
    async fn opened(&self, mode: &str, from: Whence) -> u32 {
        let target = format!("/widget?website_token={mode}-inbox");
        let mut refused = 0;
        for number in 1..=20 {
            let page = visitor::at(&from.address(number)).get(&self.door, &target).await;
            assert!([404, 429].contains(&page.status()), "{}", page.status());
            refused += u32::from(page.status() == 429);
        }
        refused
    }

    /// How many of twenty visitors in one network cannot begin a conversation.
    async fn written(&self, mode: &str) -> u32 {
        let target = format!("/api/v1/widget/conversations?website_token={mode}-inbox");
        let mut refused = 0;
        for number in 1..=20 {
            let visitor = visitor::at(&Whence::OneNetwork.address(number));
            let answer = visitor.post(&self.door, &target, b"").await;
            refused += u32::from(answer.status() == 429);
        }
        refused
    }
}

impl Whence {
    /// The address of this one of them.
    fn address(self, number: u8) -> String {
        match self {
            Self::Everywhere => format!("198.18.{number}.7"),
            Self::OneNetwork => format!("203.0.113.{number}"),
            Self::OneAddress => "203.0.113.77".to_owned(),
        }
    }
}
