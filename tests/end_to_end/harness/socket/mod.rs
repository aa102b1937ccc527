//! WebSockets from both ends: a guest and a chat backend that say and hear what the test wants,
//! frame by frame, over HTTP/1.1 or HTTP/2 each.
//!
//! They read and write with the proxy's own codec, which has its own tests against the bytes of
//! the standards; what a codec would never write, a test writes byte by byte.

#![allow(unused_imports, reason = "two binaries use the harness, each a part of it")]

mod backend;
mod end;
mod guest;

pub(crate) use backend::{Chat, chat, scripted};
pub(crate) use end::{End, Heard};
pub(crate) use guest::{Guest, guest};
