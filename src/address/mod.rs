//! Who is asking, and what may be remembered of it.
//!
//! ```text
//! peer + head  -> chain::Chain::resolve   -> Client (a VisitorAddr, or Unknown)
//! Client + Recording -> recording::disclose -> Disclosure
//! other fields -> fields (which names carry addresses), scan (which values do)
//! ```

pub mod visitor;

pub mod chain;
mod crc32c;
mod field_names;
pub mod fields;
pub mod forwarded;
pub mod node;
pub mod proxy_protocol;
pub mod scan;

pub mod country;
pub mod disclosure;
pub mod landing;
pub mod master_secret;
pub mod mode;
pub mod period;
pub mod period_file;
pub mod pseudonym;
pub mod recording;
pub mod sealing;
pub mod truncation;

pub use chain::{Chain, Evidence, Resolved, Source, Trust};
pub use disclosure::Disclosure;
pub use recording::{Mode, Recording};
pub use visitor::{Client, Unknown, VisitorAddr};
