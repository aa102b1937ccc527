//! One exchange: head, body, tunnel, upstream, refusal.
//!
//! ```text
//! Request -> exchange::answer ─┬─ body_sources          what the body says of its property
//!                              ├─ onward ─┬─ verdict         whose it is, who asks, what the backend may learn
//!                              │          ├─ head::Rewrite   address fields out, the disclosure in
//!                              │          ├─ filter::Screens personal data out of head and bodies
//!                              │          └─ upstream::Pool  a connection, a retry where nothing was sent
//!                              ├─ bodies, tunnel        bytes, both ways, within their limits
//!                              └─ websocket             messages, both ways, rewritten
//! ```

pub mod access;
pub mod body_sources;
pub mod call;
pub mod coding;
pub mod digest;
pub mod exchange;
pub mod filter;
pub mod finds;
pub mod head;
pub mod intake;
pub mod learn;
pub mod meters;
pub mod names;
pub mod onward;
pub mod pace;
mod payload;
pub mod plan;
pub mod progress;
pub mod refusal;
pub mod reply_body;
pub mod request_body;
pub mod token_table;
pub mod told;
pub mod tunnel;
pub mod upstream;
pub mod verdict;
pub mod visit;
pub mod websocket;

pub use exchange::answer;
pub use plan::Plan;
pub use visit::Visit;
