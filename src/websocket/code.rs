//! Which code says why a WebSocket is closed?

/// A close code that may stand in a Close frame (RFC 6455 §7.4, and what IANA has registered
/// since).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(u16);

impl Code {
    /// The purpose is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// The endpoint goes away: a server that stops, a page that is left.
    pub const GOING_AWAY: Self = Self(1001);
    /// The peer broke the protocol.
    pub const PROTOCOL: Self = Self(1002);
    /// The peer sent a kind of data that is not taken.
    pub const UNSUPPORTED: Self = Self(1003);
    /// What a message holds is not what its kind promises: text that is not UTF-8, or what
    /// cannot be inflated.
    pub const NOT_UTF8: Self = Self(1007);
    /// A message breaks a rule that is nobody's business.
    pub const POLICY: Self = Self(1008);
    /// A message is too big to be read.
    pub const TOO_BIG: Self = Self(1009);
    /// The server met what it did not expect.
    pub const INTERNAL: Self = Self(1011);
    /// The service restarts; come again.
    pub const RESTART: Self = Self(1012);
    /// The service is overloaded; come again later.
    pub const TRY_LATER: Self = Self(1013);
    /// A gateway got no good answer from behind it.
    pub const BAD_GATEWAY: Self = Self(1014);

    /// The code, if a peer may send it: those that are defined for the wire, and those that
    /// libraries (3000 to 3999) and applications (4000 to 4999) define for themselves. 1004 has
    /// no meaning yet; 1005, 1006 and 1015 only ever stand for a Close frame that did not come.
    pub const fn on_wire(value: u16) -> Option<Self> {
        match value {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(value)),
            _ => None,
        }
    }

    /// The number.
    pub const fn value(self) -> u16 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_a_meaning_on_the_wire_is_a_code() {
        let good = (0..=u16::MAX).filter(|&value| Code::on_wire(value).is_some());
        assert_eq!(good.count(), 4 + 8 + 2000);
        for bad in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
            assert_eq!(Code::on_wire(bad), None, "{bad}");
        }
        for good in [1000, 1003, 1007, 1014, 3000, 3999, 4000, 4999] {
            assert_eq!(Code::on_wire(good).map(Code::value), Some(good));
        }
    }

    #[test]
    fn every_named_code_may_be_sent() {
        for code in [
            Code::NORMAL,
            Code::GOING_AWAY,
            Code::PROTOCOL,
            Code::UNSUPPORTED,
            Code::NOT_UTF8,
            Code::POLICY,
            Code::TOO_BIG,
            Code::INTERNAL,
            Code::RESTART,
            Code::TRY_LATER,
            Code::BAD_GATEWAY,
        ] {
            assert_eq!(Code::on_wire(code.value()), Some(code));
        }
    }
}
