//! Personal data on its way through the proxy: what a visitor wrote, and what the backend gets.

mod actions;
mod chatwoot;
mod framing;
mod heads;
mod leaks;
mod messages;
mod observing;
mod refusals;
mod responses;
mod sources;
mod zammad;
