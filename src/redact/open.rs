//! Which text is open, and how is what takes its place written?

use super::spec::Action;
use crate::format::view::escape;
use crate::format::{Role, Spelling};

/// A text that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) begin: u64,
    /// Where what was heard of it ends.
    pub(super) heard: u64,
    pub(super) spelling: Spelling,
    pub(super) role: Role,
    /// How many bytes close it, where quotes are its own: none where it broke off.
    pub(super) quote: u64,
}

impl Open {
    /// Whether it is the whole of a JSON string, so that the bytes around it are its quotes.
    pub(super) fn quotes_are_its_own(&self) -> bool {
        self.spelling == Spelling::JsonString && self.role == Role::Value
    }

    /// What stands for a value as its format has to write it.
    pub(super) fn as_value(&self, action: Action, said: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        match self.role {
            Role::Number | Role::Word if action == Action::Remove => text.extend(b"null"),
            Role::Number | Role::Word => {
                text.push(b'"');
                escape(Spelling::JsonString, said, &mut text);
                text.push(b'"');
            }
            Role::Value | Role::Name => escape(self.spelling, said, &mut text),
        }
        text
    }
}
