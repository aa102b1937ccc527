//! Bind, accept, TLS, reload, drain.
//!
//! ```text
//! Server::start ─ bind ─ accept ─ connection: PROXY header -> TLS -> guard -> HTTP -> proxy::answer
//!                 ├─ admin         health, metrics, what is in force, reload
//!                 ├─ certificates  read, chosen by SNI, watched, swapped
//!                 ├─ secrets       one a rotation period, kept and destroyed
//!                 └─ prepare       Settings -> Plan, at start and at every reload
//! ```

mod accept;
mod admin;
mod bind;
mod certificates;
pub mod clock;
mod connection;
mod door;
mod guard;
mod inside;
pub mod log;
mod peers;
mod preface;
mod prepare;
mod running;
pub mod secrets;
mod tls;
mod watch;
mod wire;

pub use inside::Ask;
pub use prepare::{StartError, hash_key, random_key, rehearse, verify};
pub use running::Server;
