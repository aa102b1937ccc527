//! The files of `config/presets/`, each before a stub of its product: whole conversations, over
//! HTTP and WebSocket, with the product's own rules of what is valid, who is the same, and who
//! asks too often.
//!
//! ```text
//! visitor ── HTTP ────> cloakroom, built from the preset ── HTTP ────> product::Product
//!   Socket ─ frames ──>                                  ── frames ──>   a stub in one process
//! ```

mod chatwoot;
mod preset;
mod product;
mod socket;
mod zammad;
