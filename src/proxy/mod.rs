//! One exchange: head, body, tunnel, upstream, refusal.
//!
//! ```text
//! Request -> exchange::answer ─┬─ head::admit      what is refused before anything is read of it
//!                              ├─ chain, book      who asks, and of which property
//!                              ├─ told             what the backend may learn (one per connection)
//!                              ├─ head::rewrite    address fields out, the disclosure in
//!                              ├─ upstream::Pool   a connection, a retry where nothing was sent
//!                              └─ body, tunnel     bytes, both ways, within their limits
//! ```

pub mod access;
pub mod body;
pub mod exchange;
pub mod head;
pub mod plan;
pub mod refusal;
pub mod told;
pub mod tunnel;
pub mod upstream;
pub mod visit;

pub use exchange::answer;
pub use plan::Plan;
pub use visit::Visit;
