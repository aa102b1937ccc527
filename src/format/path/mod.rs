//! Which place of a payload is meant? Paths such as `contact.email`, `messages[*].text` or
//! `..phone`, and how a reader finds out whether it stands at one.
//!
//! ```text
//! operator ──> Path::parse ──> Paths::new ──> Trail: enter, enter, matched?, leave
//!              as typed        compiled once  one per payload, moved by its reader
//! ```
//!
//! | path | leads to |
//! |---|---|
//! | `email` | the key `email` at any depth, also as `Email`, `e_mail`, `e-mail`, `eMail` |
//! | `contact.email` | the key `email` of the key `contact` of the payload's object |
//! | `messages[0].text`, `messages[*].text` | one element of an array, any element |
//! | `custom.*` | whatever stands under `custom` |
//! | `..phone`, `visitor..phone` | the key `phone` at any depth, spelled like that |
//! | `fields[?key=="phone"].value` | the key `value` of each element of `fields` that is an object and whose key `key` is `phone` |
//! | `custom["order no."]`, `custom['order no.']` | a name that holds signs of the syntax |
//! | `$.email`, `["email"]` | the key `email` of the payload's object, and no deeper |
//! | `$` | the whole payload |
//!
//! What holds for a place holds for everything inside it.
//!
//! In `[?key=="phone"]` the name may stand in quotes, the value has to, and either kind will do.
//! It is compared with what the member says, escapes undone; numbers, `true` and `false` by their
//! spelling. Where an object has the key several times, one that is equal is enough. In a form,
//! whose fields come one by one, it leads to every element.
//!
//! ```
//! use cloakroom::format::path::{Path, Paths, Trail};
//! use std::sync::Arc;
//!
//! let paths = Paths::new(vec![Path::parse("messages[*].text")?, Path::parse("phone")?]);
//! let mut trail = Trail::new(Arc::new(paths));
//! trail.enter_name(b"messages");
//! trail.enter_index(3);
//! assert_eq!(trail.matched(), None);
//! trail.enter_name(b"text");
//! assert_eq!(trail.matched(), Some(0));
//! trail.leave();
//! trail.enter_name(b"Phone");
//! assert_eq!(trail.matched(), Some(1));
//! # Ok::<(), cloakroom::format::path::PathError>(())
//! ```

mod compiled;
mod syntax;
mod trail;

pub use compiled::{Members, Paths};
pub use syntax::{Path, PathError};
pub use trail::Trail;
