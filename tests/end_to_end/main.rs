//! The whole proxy over real sockets and TLS: what a visitor sends, and what the backend gets.

#![expect(clippy::panic, reason = "a harness that cannot go on fails the test that uses it")]

mod bodies;
mod harness;

mod admin;
mod client;
mod contacts;
mod events;
mod grpc;
mod hop_by_hop;
mod itself;
mod pipeline;
mod presets;
mod property;
mod recording;
mod redaction;
mod refusal;
mod reload;
mod secrets;
mod servers;
mod slow;
mod tls;
mod tunnel;
mod upstream;
mod upstream_tls;
mod websocket;
