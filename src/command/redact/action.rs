//! What happens to finds, as it is typed.

use crate::redact::spec::Action;

/// An action by its name; a mask may say how much it leaves: `mask:0:4`. `address` is for
/// properties, whose recording mode it follows.
pub(super) fn action(text: &str) -> Result<Action, String> {
    let mut words = text.split(':');
    let action = match words.next() {
        Some("label") => Action::Label,
        Some("mask") => {
            let mut count = || words.next().map_or(Ok(0), str::parse);
            let wrong = |_| format!("expected {MASK}");
            Action::Mask { first: count().map_err(wrong)?, last: count().map_err(wrong)? }
        }
        Some("hash") => Action::Hash,
        Some("remove") => Action::Remove,
        Some("block") => Action::Block,
        Some("stand-in") => Action::StandIn,
        _ => return Err(format!("expected {NAMES}")),
    };
    match (words.next(), action) {
        (None, action) => Ok(action),
        (Some(_), Action::Mask { .. }) => Err(format!("expected {MASK}")),
        (Some(_), _) => Err(format!("expected {NAMES}")),
    }
}

const NAMES: &str = "label, mask, mask:FIRST:LAST, hash, remove, block or stand-in";

const MASK: &str =
    "mask:FIRST:LAST, where up to 255 letters and digits stay at the beginning and at the end";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_read() {
        for (text, expected) in [
            ("label", Some(Action::Label)),
            ("mask", Some(Action::Mask { first: 0, last: 0 })),
            ("mask:2", Some(Action::Mask { first: 2, last: 0 })),
            ("mask:0:4", Some(Action::Mask { first: 0, last: 4 })),
            ("hash", Some(Action::Hash)),
            ("remove", Some(Action::Remove)),
            ("block", Some(Action::Block)),
            ("stand-in", Some(Action::StandIn)),
            ("mask:256", None),
            ("mask:0:4:1", None),
            ("mask:", None),
            ("label:1", None),
            ("Label", None),
            ("keep", None),
            ("address", None),
            ("", None),
        ] {
            assert_eq!(action(text).ok(), expected, "{text}");
        }
    }
}
