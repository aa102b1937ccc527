//! What is taken out of a property's traffic, where it is looked for, and what happens to what
//! cannot be read. The rules themselves are [`crate::redact`]'s.

use crate::redact::Rules;
use std::sync::Arc;

/// A named set of rules and how it is applied. Properties that name the same set share one.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// The name that properties, logs and metrics use.
    pub name: Arc<str>,
    /// What is looked for, and what happens to it.
    pub rules: Arc<Rules>,
    /// The parts of a request that are looked at. Of a response it is the body.
    pub parts: Parts,
    /// Fields that are looked at as well, lower case.
    pub headers: Vec<String>,
    /// What happens to a body that cannot be read.
    pub unreadable: Unreadable,
    /// What happens to a body that holds no text.
    pub binary: Binary,
    /// What happens to protobuf messages.
    pub protobuf: Protobuf,
    /// How many of the last messages of the same sender on a WebSocket are remembered, for what is
    /// typed in pieces; 0: none.
    pub across_messages: u8,
    /// Whether finds are only counted, and everything goes on as it came.
    pub observe: bool,
}

/// Rules are the same if they are one and the same: two sets that say the same are still two.
impl PartialEq for Redaction {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            name,
            rules,
            parts,
            headers,
            unreadable,
            binary,
            protobuf,
            across_messages,
            observe,
        } = self;
        Arc::ptr_eq(rules, &other.rules)
            && *name == other.name
            && *parts == other.parts
            && *headers == other.headers
            && *unreadable == other.unreadable
            && *binary == other.binary
            && *protobuf == other.protobuf
            && *across_messages == other.across_messages
            && *observe == other.observe
    }
}

impl Eq for Redaction {}

/// The parts of a request that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The body, and the messages of a WebSocket.
    pub body: bool,
    /// The path.
    pub path: bool,
    /// The query.
    pub query: bool,
    /// The path and the query in `Referer`.
    pub referer: bool,
    /// The values in `Cookie`.
    pub cookies: bool,
}

impl Parts {
    /// No part at all.
    pub const NONE: Self =
        Self { body: false, path: false, query: false, referer: false, cookies: false };
}

/// All of them: what was forgotten would leak.
impl Default for Parts {
    fn default() -> Self {
        Self { body: true, path: true, query: true, referer: true, cookies: true }
    }
}

/// What happens to a body that cannot be read: of an unknown charset or content coding, nested
/// too deep, damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unreadable {
    /// The exchange is refused.
    #[default]
    Refuse,
    /// It goes on as it came.
    Pass,
}

/// What happens to a body that holds no text, such as an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binary {
    /// The exchange is refused.
    Refuse,
    /// It goes on as it came.
    #[default]
    Pass,
}

/// What happens to protobuf messages, in calls of gRPC and as bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protobuf {
    /// The same as to other bodies that hold no text.
    #[default]
    Pass,
    /// Their strings are looked at like any text.
    Redact,
    /// The exchange is refused.
    Refuse,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Spec;

    #[test]
    fn two_sets_are_two_even_if_they_say_the_same() {
        let one = set();
        assert_eq!(one, one.clone());
        assert_ne!(one, set());
        assert_ne!(one, Redaction { observe: true, ..one.clone() });
        assert_ne!(one, Redaction { across_messages: 3, ..one.clone() });
        assert_ne!(one, Redaction { parts: Parts::NONE, ..one.clone() });
        assert_ne!(one, Redaction { protobuf: Protobuf::Redact, ..one.clone() });
        assert_ne!(one, Redaction { unreadable: Unreadable::Pass, ..one.clone() });
    }

    fn set() -> Redaction {
        let rules = Rules::compile(&Spec::default()).expect("nothing to be wrong");
        Redaction {
            name: "chat".into(),
            rules: Arc::new(rules),
            parts: Parts::default(),
            headers: Vec::new(),
            unreadable: Unreadable::default(),
            binary: Binary::default(),
            protobuf: Protobuf::default(),
            across_messages: 0,
            observe: false,
        }
    }
}
