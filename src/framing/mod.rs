//! Is this HTTP/1 byte stream one that every reader cuts into the same messages?
//!
//! Request smuggling needs two readers that disagree about where a message ends. This
//! module refuses what readers are known to disagree about and repairs nothing: a byte is
//! passed on as it came, or not at all. It decides about framing only. Which methods,
//! paths and fields an application may see is decided elsewhere.
//!
//! ```text
//! socket ──bytes──▶ Gate::scan ──whole good heads, counted bodies──▶ HTTP/1 parser
//!                      └──Refusal──▶ an answer and a close
//! ```
//!
//! - [`gate`]: the stream, message after message.
//! - [`head`]: one head, for the gate and for a reader who wants to look at it.
//! - [`refusal`]: everything that is refused, with its status.

pub mod authority;
mod chunk;
mod field;
pub mod gate;
pub mod head;
pub mod limits;
mod line;
mod octet;
pub mod refusal;
mod request_line;
mod rules;
mod trailer;

pub use gate::{Gate, Phase, Step};
pub use head::Head;
pub use limits::GateLimits;
pub use refusal::Refusal;
