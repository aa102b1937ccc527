//! `cloakroom demo`: a chat backend, the proxy in front of it, and a page to try both.

pub mod backend;
mod page;
mod received;
