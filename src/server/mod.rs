//! Bind, accept, TLS, reload, drain.
//!
//! ```text
//! Server::start ─ bind ─ accept ─ connection: PROXY header -> TLS -> guard -> HTTP -> proxy::answer
//!                 ├─ certificates  read, chosen by SNI, watched, swapped
//!                 ├─ secrets       one a rotation period, kept and destroyed
//!                 └─ prepare       Settings -> Plan, at start and at every reload
//! ```

mod accept;
mod certificates;
pub mod clock;
mod connection;
mod door;
mod guard;
pub mod log;
mod peers;
mod preface;
mod prepare;
mod running;
pub mod secrets;
mod tls;
mod watch;

pub use prepare::{StartError, hash_key, random_key, rehearse, verify};
pub use running::Server;
