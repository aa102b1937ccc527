//! Which place of a payload is meant? Paths such as `contact.email`, `messages[*].text` or
//! `..phone`, and how a reader finds out whether it stands at one.
